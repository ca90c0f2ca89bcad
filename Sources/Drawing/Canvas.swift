internal import CCairo

/// A surface that shapes are drawn on, an image or a page.
struct Canvas: ~Copyable {
  let surface: OpaquePointer
  private let context: OpaquePointer
  private let setter = TextSetter()
  /// Whether letters are kept as text, which can be searched and copied.
  private let keepsText: Bool

  /// - Parameter surface: is the canvas's from here on.
  /// - Throws: `image` where the surface could not be made.
  init(_ surface: OpaquePointer, keepsText: Bool) throws(DrawingError) {
    let status = cairo_surface_status(surface)
    guard status == CAIRO_STATUS_SUCCESS else {
      cairo_surface_destroy(surface)
      throw DrawingError(.image, "the picture cannot be made: \(Self.text(status))")
    }
    self.surface = surface
    self.keepsText = keepsText
    context = cairo_create(surface)
    cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
    cairo_set_fill_rule(context, CAIRO_FILL_RULE_EVEN_ODD)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  static func text(_ status: cairo_status_t) -> String {
    String(cString: cairo_status_to_string(status))
  }

  func draw(_ drawing: Drawing) {
    set(drawing.background)
    cairo_paint(context)
    for layer in drawing.layers { draw(layer) }
  }

  private func draw(_ layer: Layer) {
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
    let isShown = keepsText || run.hasPictures
    if run.halo != nil || !isShown {
      cairo_move_to(context, run.box.minX, run.at.y)
      setter.addPath(run, to: context)
    }
    if let halo = run.halo {
      set(halo)
      cairo_set_line_width(context, run.haloWidth)
      cairo_set_dash(context, nil, 0, 0)
      cairo_stroke_preserve(context)
    }
    set(run.color)
    if isShown {
      cairo_new_path(context)
      cairo_move_to(context, run.box.minX, run.at.y)
      setter.show(run, in: context)
      return
    }
    // Letters overlap themselves here and there; the even-odd rule would leave holes.
    cairo_set_fill_rule(context, CAIRO_FILL_RULE_WINDING)
    cairo_fill(context)
    cairo_set_fill_rule(context, CAIRO_FILL_RULE_EVEN_ODD)
  }

  private func set(_ color: Color) {
    func part(_ shift: UInt32) -> Double { Double(color.rgb >> shift & 0xFF) / 255 }
    cairo_set_source_rgba(context, part(16), part(8), part(0), color.opacity)
  }
}

extension TextRun {
  /// Whether it holds letters that a font may have as pictures in colour, which have no outline.
  fileprivate var hasPictures: Bool {
    text.unicodeScalars.contains { $0.properties.isEmojiPresentation || $0.value == 0xFE0F }
  }
}

/// Where Cairo writes a file to.
final class ByteSink {
  private(set) var bytes: [UInt8] = []

  /// What Cairo calls with each piece; its closure is a sink.
  static let write: cairo_write_func_t = { closure, data, length in
    guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
    Unmanaged<ByteSink>.fromOpaque(closure).takeUnretainedValue().bytes
      .append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
    return CAIRO_STATUS_SUCCESS
  }

  var closure: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}
