internal import CCairo

extension Drawing {
  /// The picture as a PNG file.
  ///
  /// - Throws: `image` when Cairo runs out of memory.
  func png() throws(DrawingError) -> [UInt8] {
    let image = cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, Int32(widthPixels), Int32(heightPixels))!
    let canvas = try Canvas(image, keepsText: false)
    canvas.draw(self)
    let sink = ByteSink()
    let status = cairo_surface_write_to_png_stream(canvas.surface, ByteSink.write, sink.closure)
    guard status == CAIRO_STATUS_SUCCESS else {
      throw DrawingError(
        .image, "the picture cannot be written as PNG: \(Canvas.text(status))")
    }
    return sink.bytes
  }
}
