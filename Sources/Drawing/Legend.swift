internal import Formats
internal import Inspection

/// The box that says what the signs on a map mean and counts the findings by their codes.
struct Legend {
  struct Row {
    enum Sign {
      case stroke(Stroke)
      case symbol((Point) -> [Shape])
      case none
    }

    var sign: Sign
    var text: String
  }

  private(set) var rows: [Row] = []
  private let style: PlotStyle

  init(_ style: PlotStyle) { self.style = style }

  mutating func add(_ sign: Row.Sign, _ text: String) {
    rows.append(Row(sign: sign, text: text))
  }

  /// One row for each code, the worst and most frequent first; those beyond a number share the last. Of findings
  /// that stand for many the first is on the map, and counts.
  mutating func add(_ findings: [Finding], most: Int, symbols: MapSymbols) {
    struct Kind: Hashable {
      var severity: Severity
      var code: String
    }
    var counts: [Kind: Int] = [:]
    for finding in findings {
      counts[Kind(severity: finding.severity, code: finding.code.rawValue), default: 0] += 1
    }
    let sorted = counts.sorted {
      ($1.key.severity, $1.value, $0.key.code) < ($0.key.severity, $0.value, $1.key.code)
    }
    let shown = sorted.count > most ? max(most - 1, 0) : sorted.count
    for (kind, count) in sorted.prefix(shown) {
      add(
        .symbol { symbols.finding(kind.severity, $0) },
        "\(kind.code.drawable(most: 40)) × \(NiceNumbers.text(Double(count), decimals: 0))")
    }
    if sorted.count > shown {
      let rest = sorted.dropFirst(shown).reduce(0.0) { $0 + Double($1.value) }
      add(
        .none,
        "\(sorted.count - shown) more kinds of findings × \(NiceNumbers.text(rest, decimals: 0))")
    }
  }

  private var rowHeight: Double { 20 * style.unit }
  private var padding: Double { 8 * style.unit }
  private var signWidth: Double { 30 * style.unit }

  /// How many rows have room in a height.
  func mostRows(inHeight height: Double) -> Int {
    max(Int((height - 2 * padding) / rowHeight), 1)
  }

  var size: (width: Double, height: Double) {
    let text = rows.map { style.ruler.width($0.text, size: style.labelText) }.max() ?? 0
    return (
      text + signWidth + 3 * padding, Double(rows.count) * rowHeight + 2 * padding
    )
  }

  func layer(in box: Box) -> Layer {
    let palette = style.palette
    var layer = Layer("legend", [.box(box, fill: palette.panel)])
    for (index, row) in rows.enumerated() {
      let y = box.minY + padding + (Double(index) + 0.5) * rowHeight
      let left = box.minX + padding
      switch row.sign {
      case .stroke(let stroke):
        layer.shapes.append(
          .line([Point(x: left, y: y), Point(x: left + signWidth, y: y)], stroke))
      case .symbol(let shapes):
        layer.shapes += shapes(Point(x: left + signWidth / 2, y: y))
      case .none: break
      }
      layer.shapes.append(
        .text(
          style.ruler.run(
            row.text,
            at: Point(
              x: left + signWidth + padding, y: y + style.labelText * Typeface.capHeight / 2),
            size: style.labelText, color: palette.ink)))
    }
    return layer
  }
}

/// A bar of round lengths, kilometres above and miles below.
struct ScaleBar {
  private let style: PlotStyle
  private let metersPerPixel: Double
  private let bars: [(text: String, pixels: Double)]

  init(_ style: PlotStyle, metersPerPixel: Double) {
    self.style = style
    self.metersPerPixel = metersPerPixel
    let most = 150 * style.unit * metersPerPixel
    bars = [(1_000.0, "km", 1.0, "m"), (1_609.344, "mi", 0.3048, "ft")].map {
      (large, largeName, small, smallName) in
      let isLarge = most >= large
      let size = isLarge ? large : small
      let count = NiceNumbers.atMost(most / size)
      return (
        "\(NiceNumbers.text(count, step: count)) \(isLarge ? largeName : smallName)",
        count * size / metersPerPixel
      )
    }
  }

  var size: (width: Double, height: Double) {
    let widest = bars.map { max($0.pixels, style.ruler.width($0.text, size: style.smallText)) }
      .max()
    return ((widest ?? 0) + 20 * style.unit, 44 * style.unit)
  }

  func layer(in box: Box) -> Layer {
    let (unit, palette) = (style.unit, style.palette)
    let (left, middle) = (box.minX + 10 * unit, box.center.y)
    var layer = Layer("scale-bar", [.box(box, fill: palette.panel)])
    let stroke = Stroke(color: palette.ink, width: 1.4 * unit)
    for (index, bar) in bars.enumerated() {
      let isUpper = index == 0
      let tip = middle + (isUpper ? -5 : 5) * unit
      layer.shapes.append(
        .line(
          [
            Point(x: left, y: tip), Point(x: left, y: middle),
            Point(x: left + bar.pixels, y: middle),
            Point(x: left + bar.pixels, y: tip),
          ], stroke))
      layer.shapes.append(
        .text(
          style.ruler.run(
            bar.text,
            at: Point(x: left + 4 * unit, y: middle + (isUpper ? -6 : 13) * unit),
            size: style.smallText, color: palette.ink)))
    }
    return layer
  }
}
