import Geodesy
import JSON
import Routes

/// Figures as people and as programs read them.
enum Figures {
  /// `3,524.1 km (2,189.8 mi)`.
  static func length(_ distance: Distance) -> String {
    "\(grouped(distance.text(in: .kilometers, decimals: 3))) km "
      + "(\(grouped(distance.text(in: .miles, decimals: 3))) mi)"
  }

  static func length(meters: Double) -> String {
    Distance(roundingMeters: meters).map { length($0) } ?? "\(meters) m"
  }

  /// A short distance in metres, a longer one in kilometres.
  static func gap(meters: Double) -> String {
    guard let distance = Distance(roundingMeters: meters) else { return "\(meters) m" }
    return meters < 1000
      ? distance.text(in: .meters, decimals: 1) + " m"
      : grouped(distance.text(in: .kilometers, decimals: 1)) + " km"
  }

  static func degrees(_ value: Double, decimals: Int = 6) -> String {
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    return "\((value * scale).rounded() / scale)"
  }

  static func coordinate(_ coordinate: Coordinate) -> String {
    "\(degrees(coordinate.latitude)), \(degrees(coordinate.longitude))"
  }

  static func grouped(_ text: String) -> String {
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let isNegative = parts[0].hasPrefix("-")
    let digits = Array(isNegative ? parts[0].dropFirst() : parts[0])
    var whole = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { whole.append(",") }
      whole.append(digit)
    }
    return (isNegative ? "-" : "") + whole + (parts.count > 1 ? "." + parts[1] : "")
  }

  /// A number with so many decimals, and commas between thousands.
  static func decimal(_ value: Double, digits: Int) -> String {
    var text: [UInt8] = []
    NumberText.append(value, decimals: digits, to: &text)
    let parts = String(decoding: text, as: UTF8.self).split(separator: ".")
    return ([grouped(String(parts[0]))] + parts.dropFirst().map(String.init))
      .joined(separator: ".")
  }

  static func grouped(_ value: Int) -> String { grouped(String(value)) }

  /// A number without a needless fraction, with commas between thousands.
  static func plain(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? grouped(Int(value)) : grouped("\(value)")
  }
}

/// Columns of text, each as wide as its widest cell.
struct TextTable {
  private var rows: [[String]] = []
  private let rightAligned: Set<Int>

  init(_ header: [String], rightAligned: Set<Int> = []) {
    rows = [header]
    self.rightAligned = rightAligned
  }

  mutating func add(_ row: [String]) { rows.append(row) }

  /// The beginning of a name that would push all other columns off the screen.
  static func short(_ name: String) -> String {
    name.count > 48 ? name.prefix(47) + "…" : name
  }

  var text: String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return rightAligned.contains(column) ? space + cell : cell + space
      }.joined(separator: "  ").trimmedEnd + "\n"
    }.joined()
  }
}

extension TextTable {
  /// The same as a table in Markdown.
  var markdown: String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    let rule = rows[0].indices.map { rightAligned.contains($0) ? "---:" : "---" }
    return line(rows[0]) + line(rule)
      + rows.dropFirst().map { line($0.map { $0.replacing("|", with: "\\|") }) }.joined()
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
