internal import CCairo

extension Drawing {
  /// The picture as a PDF file of one page, a pixel a point large.
  ///
  /// - Parameter created: when it says that it was made, as ISO 8601: of the same picture, the same
  ///   bytes.
  /// - Throws: `image` when Cairo runs out of memory.
  func pdf(created: String) throws(DrawingError) -> [UInt8] {
    let sink = ByteSink()
    let page = cairo_pdf_surface_create_for_stream(
      ByteSink.write, sink.closure, Double(widthPixels), Double(heightPixels))!
    cairo_pdf_surface_set_metadata(page, CAIRO_PDF_METADATA_TITLE, title)
    cairo_pdf_surface_set_metadata(page, CAIRO_PDF_METADATA_SUBJECT, summary)
    cairo_pdf_surface_set_metadata(page, CAIRO_PDF_METADATA_CREATOR, "Mile Quest")
    cairo_pdf_surface_set_metadata(page, CAIRO_PDF_METADATA_CREATE_DATE, created)
    let canvas = try Canvas(page, keepsText: true)
    canvas.draw(self)
    cairo_surface_finish(canvas.surface)
    let status = cairo_surface_status(canvas.surface)
    guard status == CAIRO_STATUS_SUCCESS else {
      throw DrawingError(
        .image, "the page cannot be written as PDF: \(Canvas.text(status))")
    }
    return sink.bytes
  }
}
