internal import CCairo

extension Drawing {
  /// The picture as a PNG file.
  ///
  /// - Throws: `image` where Cairo cannot make it, which is when there is no memory for it.
  func png() throws(DrawingError) -> [UInt8] {
    let canvas = try Canvas(width: widthPixels, height: heightPixels)
    canvas.fill(background)
    for layer in layers { canvas.draw(layer) }
    return try canvas.png()
  }
}

/// An image in memory that shapes are drawn on.
private struct Canvas: ~Copyable {
  private let surface: OpaquePointer
  private let context: OpaquePointer

  init(width: Int, height: Int) throws(DrawingError) {
    let surface: OpaquePointer = cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, Int32(width), Int32(height))
    guard cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS else {
      let reason = String(cString: cairo_status_to_string(cairo_surface_status(surface)))
      cairo_surface_destroy(surface)
      throw DrawingError(
        .image, "an image of \(width) × \(height) pixels cannot be made: \(reason)")
    }
    self.surface = surface
    context = cairo_create(surface)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    cairo_set_fill_rule(context, CAIRO_FILL_RULE_EVEN_ODD)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  func fill(_ color: Color) {
    set(color)
    cairo_paint(context)
  }

  func draw(_ layer: Layer) {
    cairo_save(context)
    if let clip = layer.clip {
      // A path outlives the drawing of it and would be part of the clip.
      cairo_new_path(context)
      cairo_rectangle(context, clip.minX, clip.minY, clip.width, clip.height)
      cairo_clip(context)
    }
    for shape in layer.shapes { draw(shape) }
    cairo_restore(context)
  }

  private func draw(_ shape: Shape) {
    cairo_new_path(context)
    switch shape {
    case .path(let lines, let isClosed, let fill, let stroke):
      for line in lines {
        for (index, point) in line.enumerated() {
          if index == 0 {
            cairo_move_to(context, point.x, point.y)
          } else {
            cairo_line_to(context, point.x, point.y)
          }
        }
        if isClosed { cairo_close_path(context) }
      }
      paint(fill: fill, stroke: stroke)
    case .circle(let center, let radius, let fill, let stroke):
      cairo_arc(context, center.x, center.y, radius, 0, 2 * .pi)
      paint(fill: fill, stroke: stroke)
    case .text(let run): draw(run)
    }
  }

  private func paint(fill: Color?, stroke: Stroke?) {
    if let fill {
      set(fill)
      cairo_fill_preserve(context)
    }
    if let stroke {
      set(stroke.color)
      cairo_set_line_width(context, stroke.width)
      cairo_set_line_cap(
        context, stroke.dash.isEmpty ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT)
      cairo_set_dash(context, stroke.dash, Int32(stroke.dash.count), 0)
      cairo_stroke_preserve(context)
    }
  }

  private func draw(_ run: TextRun) {
    Typeface.select(context, size: run.size, isBold: run.isBold)
    cairo_move_to(context, run.box.minX, run.at.y)
    cairo_text_path(context, run.text)
    if let halo = run.halo {
      set(halo)
      cairo_set_line_width(context, run.haloWidth)
      cairo_set_dash(context, nil, 0, 0)
      cairo_stroke_preserve(context)
    }
    set(run.color)
    // Letters overlap themselves here and there; the even-odd rule would leave holes.
    cairo_set_fill_rule(context, CAIRO_FILL_RULE_WINDING)
    cairo_fill(context)
    cairo_set_fill_rule(context, CAIRO_FILL_RULE_EVEN_ODD)
  }

  private func set(_ color: Color) {
    func part(_ shift: UInt32) -> Double { Double(color.rgb >> shift & 0xFF) / 255 }
    cairo_set_source_rgba(context, part(16), part(8), part(0), color.opacity)
  }

  func png() throws(DrawingError) -> [UInt8] {
    var bytes: [UInt8] = []
    let status = withUnsafeMutablePointer(to: &bytes) { pointer in
      cairo_surface_write_to_png_stream(
        surface,
        { closure, data, length in
          guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
          closure.assumingMemoryBound(to: [UInt8].self).pointee
            .append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
          return CAIRO_STATUS_SUCCESS
        }, pointer)
    }
    guard status == CAIRO_STATUS_SUCCESS else {
      throw DrawingError(
        .image,
        "the picture cannot be written as PNG: "
          + String(cString: cairo_status_to_string(status)))
    }
    return bytes
  }
}
