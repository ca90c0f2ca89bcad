internal import CCairo
internal import CPango

/// The typeface of the pictures, with those that stand in for letters it does not have.
enum Typeface {
  static let family = "DejaVu Sans"
  /// Pango looks for a letter in these fonts, in this order, and then in all others of the system.
  static let families = "DejaVu Sans,FreeSans,Droid Sans Fallback,NanumGothic,FreeSerif,Symbola"
  /// Parts of the size, from the font's own tables.
  static let ascent = 0.76
  static let descent = 0.24
  static let capHeight = 0.73
}

/// Sets text on a line: shapes it, orders what is written from the right, and finds a font for every
/// letter. The only place that does, so that what is measured is what is drawn.
///
/// Owns a layout of Pango, whose fonts belong to the thread: it stays on one.
final class TextSetter {
  private let layout: OpaquePointer
  private let context: OpaquePointer

  init() {
    context = pango_font_map_create_context(pango_cairo_font_map_get_default())
    // The user's language and settings change no picture.
    pango_context_set_language(context, pango_language_from_string("en"))
    pango_context_set_round_glyph_positions(context, 0)
    let options = cairo_font_options_create()
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
    pango_cairo_context_set_font_options(context, options)
    cairo_font_options_destroy(options)
    layout = pango_layout_new(context)
  }

  deinit {
    g_object_unref(UnsafeMutableRawPointer(layout))
    g_object_unref(UnsafeMutableRawPointer(context))
  }

  /// How far a text leads along its base line, in pixels.
  func width(_ text: String, size: Double, isBold: Bool) -> Double {
    set(text, size: size, isBold: isBold)
    var extents = PangoRectangle()
    pango_layout_line_get_extents(pango_layout_get_line_readonly(layout, 0), nil, &extents)
    return Double(extents.width) / Double(PANGO_SCALE)
  }

  /// The text in lines that are no wider than a width, where its writing allows breaks; within words
  /// where it has none.
  func lines(_ text: String, size: Double, isBold: Bool, width: Double) -> [String] {
    set(text, size: size, isBold: isBold, width: width)
    let bytes = Array(text.utf8)
    return (0..<pango_layout_get_line_count(layout)).compactMap { index in
      guard let line = pango_layout_get_line_readonly(layout, index)?.pointee else { return nil }
      let start = Int(line.start_index)
      return String(decoding: bytes[start..<start + Int(line.length)], as: UTF8.self)
    }
  }

  /// How many letters of a text no font has; a box with its number is drawn for each.
  func unknownLetters(_ text: String) -> Int {
    set(text, size: 10, isBold: false)
    return Int(pango_layout_get_unknown_glyphs_count(layout))
  }

  /// Adds the outlines of a text to the path of a Cairo context, from its current point.
  func addPath(_ run: TextRun, to cairo: OpaquePointer) {
    set(run.text, size: run.size, isBold: run.isBold)
    pango_cairo_layout_line_path(cairo, pango_layout_get_line_readonly(layout, 0))
  }

  /// Draws a text as text, from the current point of a Cairo context.
  func show(_ run: TextRun, in cairo: OpaquePointer) {
    set(run.text, size: run.size, isBold: run.isBold)
    pango_cairo_show_layout_line(cairo, pango_layout_get_line_readonly(layout, 0))
  }

  private func set(_ text: String, size: Double, isBold: Bool, width: Double? = nil) {
    let font = pango_font_description_from_string(Typeface.families)
    pango_font_description_set_absolute_size(font, size * Double(PANGO_SCALE))
    pango_font_description_set_weight(font, Int32(isBold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL))
    pango_layout_set_font_description(layout, font)
    pango_font_description_free(font)
    pango_layout_set_single_paragraph_mode(layout, 1)
    pango_layout_set_wrap(layout, Int32(PANGO_WRAP_WORD_CHAR))
    pango_layout_set_width(layout, width.map { Int32($0 * Double(PANGO_SCALE)) } ?? -1)
    pango_layout_set_text(layout, text, -1)
  }
}

/// Measures text and cuts it to the room there is.
final class TextRuler {
  private let setter = TextSetter()

  /// How far a text leads along its base line, in pixels.
  func width(_ text: String, size: Double, isBold: Bool = false) -> Double {
    setter.width(text, size: size, isBold: isBold)
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

  /// The text in at most so many lines, the last one cut off where there is more.
  func lines(
    _ text: String, size: Double, isBold: Bool = false, width room: Double, most: Int
  ) -> [String] {
    let lines = setter.lines(text, size: size, isBold: isBold, width: room)
    let rest = lines.dropFirst(most - 1).joined()
    return (lines.prefix(most - 1) + (lines.count < most ? [] : [rest])).map {
      // A break takes the room of the space that it stands for.
      let line = $0.last == " " ? String($0.dropLast()) : $0
      return fitted(line, size: size, isBold: isBold, width: room)
    }
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

extension TextRun {
  /// Whether it begins at its right end.
  var isFromRight: Bool { Int(pango_find_base_dir(text, -1)) == PANGO_DIRECTION_RTL }
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
      // Whether letters join, which makes other words of them, and one picture of several.
      case .format where scalar.properties.isJoinControl: out.append(scalar)
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
