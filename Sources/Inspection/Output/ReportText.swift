internal import Base
public import Formats
internal import Geodesy

/// A report like a compiler's: place, severity, what was found, the line of the file, the place on the
/// ground, and what mends it.
public enum ReportText {
  /// How the text is set.
  public struct Style: Sendable {
    /// Whether ANSI colours are used.
    public var isColoured: Bool
    /// The least severity that is shown.
    public var least: Severity

    public init(isColoured: Bool = false, least: Severity = .info) {
      self.isColoured = isColoured
      self.least = least
    }
  }

  /// The whole report of one file, with a summary in the last line.
  public static func text(_ report: Report, file: String, style: Style = Style()) -> String {
    // The colours are this report's own; everything else is cleaned before they are added.
    let file = TerminalText.clean(file)
    let shown = report.findings.filter { $0.severity >= style.least }
    let lines = shown.map { text($0, report, file: file, style) }
    return lines.joined() + summary(report, file: file, style) + "\n"
  }

  private static func text(
    _ finding: Finding, _ report: Report, file: String, _ style: Style
  ) -> String {
    let place = FilePlace.text(
      file, line: finding.line, column: finding.column, offset: finding.offset)
    let label = paint(finding.severity.label, color(finding.severity), style)
    let code = paint("[\(finding.code.rawValue)]", dim, style)
    let message = TerminalText.clean(finding.message)
    var text = "\(paint(place, bold, style)): \(label): \(message) \(code)\n"
    if let offset = finding.offset, finding.line != nil,
      let excerpt = SourceExcerpt(report.document.source, around: offset)
    {
      let number = "\(finding.line ?? 0)"
      let gutter = String(repeating: " ", count: number.count)
      text += "  \(paint("\(number) |", dim, style)) \(excerpt.text)\n"
      text +=
        "  \(paint("\(gutter) |", dim, style)) \(excerpt.indent)"
        + paint("^", color(finding.severity), style) + "\n"
    }
    if let ground = ground(finding) { text += "  \(ground)\n" }
    if let fix = finding.fix {
      let flag = fix.isSafe ? "--fix" : "--fix-unsafe"
      text += "  \(paint("repair:", bold, style)) \(TerminalText.clean(fix.title)) (\(flag))\n"
    }
    return text
  }

  /// `at km 12.345, 54.12346, -3.12341`.
  private static func ground(_ finding: Finding) -> String? {
    var parts: [String] = []
    if let distance = finding.distance { parts.append(Text.place(distance)) }
    if let coordinate = finding.coordinate {
      parts.append(
        "\(Text.rounded(coordinate.latitude, decimals: 6)), "
          + Text.rounded(coordinate.longitude, decimals: 6))
    }
    return parts.isEmpty ? nil : "at " + parts.joined(separator: ", ")
  }

  /// `trail.gpx: 2 errors, 1 warning, 5 notes; 3 can be repaired: --fix 1, --fix-unsafe 2 more`.
  private static func summary(_ report: Report, file: String, _ style: Style) -> String {
    let (errors, warnings, notes) = (
      report.count(.error), report.count(.warning), report.count(.info)
    )
    var parts: [String] = []
    if errors > 0 { parts.append(paint(Text.count(errors, "error"), color(.error), style)) }
    if warnings > 0 { parts.append(paint(Text.count(warnings, "warning"), color(.warning), style)) }
    if notes > 0 { parts.append(Text.count(notes, "note")) }
    let found = parts.isEmpty ? "nothing found" : parts.joined(separator: ", ")
    let safe = report.findings.filter { $0.fix?.isSafe == true }.reduce(0) { $0 + $1.count }
    let unsafe = report.findings.filter { $0.fix?.isSafe == false }.reduce(0) { $0 + $1.count }
    var repairs: [String] = []
    if safe > 0 { repairs.append("\(safe) with --fix") }
    if unsafe > 0 { repairs.append("\(unsafe) with --fix-unsafe") }
    return "\(paint(file, bold, style)): \(found)"
      + (repairs.isEmpty ? "" : "; can be repaired: " + repairs.joined(separator: ", "))
  }

  // MARK: Colours

  private static let bold = "1"
  private static let dim = "2"

  private static func color(_ severity: Severity) -> String {
    switch severity {
    case .error: "1;31"
    case .warning: "1;33"
    case .info: "1;36"
    }
  }

  private static func paint(_ text: String, _ code: String, _ style: Style) -> String {
    style.isColoured ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}

extension Severity {
  /// How people call it.
  var label: String {
    switch self {
    case .error: "error"
    case .warning: "warning"
    case .info: "note"
    }
  }
}

/// The line of a file around a byte, cut to what a terminal shows.
private struct SourceExcerpt {
  let text: String
  /// What puts a caret below the byte.
  let indent: String

  private static let before = 50
  private static let after = 70

  /// Nil where the text could not be shown.
  init?(_ source: SourceText, around offset: Int) {
    guard source.encoding.isByteBased, offset < source.bytes.count else { return nil }
    let bytes = source.bytes
    var start = offset
    while start > 0, bytes[start - 1] != 0x0A, bytes[start - 1] != 0x0D,
      offset - start < Self.before * 4
    { start -= 1 }
    var end = offset
    while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D,
      end - offset < Self.after * 4
    { end += 1 }
    func decoded(_ range: Range<Int>) -> [Character] {
      source.encoding == .utf8
        ? Array(String(decoding: bytes[range], as: UTF8.self))
        : bytes[range].map { Character(Unicode.Scalar($0)) }
    }
    func printable(_ characters: some Sequence<Character>) -> String {
      // A terminal must not obey what stands in a file.
      String(
        characters.map { character in
          let isControl = character.unicodeScalars.contains(where: TerminalText.isControl)
          return isControl ? (character == "\t" ? " " : "\u{FFFD}") : character
        })
    }
    var head = decoded(start..<offset)
    var tail = decoded(offset..<end)
    // Indentation says nothing.
    let isWhole = start == 0 || bytes[start - 1] == 0x0A || bytes[start - 1] == 0x0D
    if isWhole { head = Array(head.drop { $0 == " " || $0 == "\t" || $0 == "\u{FEFF}" }) }
    var lead = ""
    if head.count > Self.before || !isWhole {
      head = head.suffix(Self.before)
      lead = "…"
    }
    var trail = ""
    if tail.count > Self.after || (end < bytes.count && bytes[end] != 0x0A && bytes[end] != 0x0D) {
      tail = Array(tail.prefix(Self.after))
      trail = "…"
    }
    text = lead + printable(head) + printable(tail) + trail
    indent = String(repeating: " ", count: lead.count + head.count)
  }
}
