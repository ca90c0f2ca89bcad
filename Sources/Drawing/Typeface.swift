internal import CCairo

/// The one typeface of the pictures.
enum Typeface {
  static let family = "DejaVu Sans"
  /// Parts of the size, from the font's own tables.
  static let ascent = 0.76
  static let descent = 0.24
  static let capHeight = 0.73

  /// Chooses it in a Cairo context, with widths that grow with the size and nothing else.
  static func select(_ context: OpaquePointer, size: Double, isBold: Bool) {
    cairo_select_font_face(
      context, family, CAIRO_FONT_SLANT_NORMAL,
      isBold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL)
    cairo_set_font_size(context, size)
    let options = cairo_font_options_create()
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    cairo_set_font_options(context, options)
    cairo_font_options_destroy(options)
  }
}

/// Measures text, the only place that does, so that every back end shares one layout.
///
/// Owns a Cairo context.
final class TextRuler {
  private let surface: OpaquePointer
  private let context: OpaquePointer

  init() {
    surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1)
    context = cairo_create(surface)
  }

  deinit {
    cairo_destroy(context)
    cairo_surface_destroy(surface)
  }

  /// How far a text leads along its base line, in pixels.
  func width(_ text: String, size: Double, isBold: Bool = false) -> Double {
    Typeface.select(context, size: size, isBold: isBold)
    var extents = cairo_text_extents_t()
    cairo_text_extents(context, text, &extents)
    return extents.x_advance.isFinite ? extents.x_advance : 0
  }

  /// The text, cut off with an ellipsis where it is wider than there is room.
  func fitted(_ text: String, size: Double, isBold: Bool = false, width room: Double) -> String {
    if width(text, size: size, isBold: isBold) <= room { return text }
    let letters = Array(text)
    // The longest beginning that fits.
    let count = (0..<letters.count).partitioningIndex { index in
      width(String(letters[...index]) + "…", size: size, isBold: isBold) > room
    }
    return String(letters[..<count]) + "…"
  }

  func run(
    _ text: String, at point: Point, anchor: TextRun.Anchor = .start, size: Double,
    isBold: Bool = false, color: Color, halo: Color? = nil
  ) -> TextRun {
    TextRun(
      text: text, at: point, anchor: anchor, size: size, isBold: isBold, color: color, halo: halo,
      width: width(text, size: size, isBold: isBold))
  }
}

extension String {
  /// The text on one line and without what cannot be drawn: control characters, marks that turn the
  /// direction of writing, line breaks; at most so many characters.
  func drawable(most: Int) -> String {
    var out = String.UnicodeScalarView()
    var isSpace = true
    for scalar in unicodeScalars.prefix(most * 8) {
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .spaceSeparator:
        if !isSpace { out.append(" ") }
        isSpace = true
      case .format, .surrogate, .unassigned, .privateUse: continue
      default:
        out.append(scalar)
        isSpace = false
      }
    }
    if out.last == " " { out.removeLast() }
    let text = String(out)
    return text.count > most ? text.prefix(most) + "…" : text
  }
}
