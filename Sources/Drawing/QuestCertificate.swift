internal import Geodesy
public import Routes

/// A page for a team that has completed its quest: A4, across.
public struct QuestCertificate: Sendable {
  let drawing: Drawing
  private let completedOn: String

  /// - Parameters:
  ///   - measured: the route with the quest's course.
  ///   - startedOn: the day of the quest's start, as people write it in ISO 8601.
  ///   - completedOn: that of its completion.
  ///   - walks: those that count.
  /// - Throws: `projection`.
  /// - Complexity: O(vertices + vertices of the land outlines).
  public init(
    _ measured: MeasuredRoute, _ facts: QuestFacts, startedOn: String, completedOn: String,
    walks: Int64
  ) throws(DrawingError) {
    let style = PlotStyle(width: 842, height: 595, unit: 0.8, system: facts.units)
    let palette = style.palette
    let (middle, width) = (421.0, 690.0)
    var text = TextColumn(style.ruler, anchor: .middle, x: middle, width: width, y: 46)
    text.add("CERTIFICATE", sizes: [17], isBold: true, color: palette.route)
    text.y += 8
    text.add(facts.team, sizes: [36, 30, 25], mostLines: 2, isBold: true, color: palette.ink)
    text.y += 2
    text.add("has completed the quest", sizes: [14], color: palette.quietInk)
    text.y += 2
    text.add(facts.quest, sizes: [26, 22, 18], mostLines: 2, isBold: true, color: palette.ink)
    text.y += 12

    var foot = TextColumn(style.ruler, anchor: .middle, x: middle, width: width, y: 506)
    foot.add(
      "\(facts.text(facts.length)) (\(facts.otherText(facts.length))) in "
        + "\(NiceNumbers.text(Double(walks), decimals: 0)) walk\(walks == 1 ? "" : "s")",
      sizes: [16], isBold: true, color: palette.travelled)
    foot.y += 2
    foot.add(
      startedOn == completedOn ? completedOn : "\(startedOn) to \(completedOn)", sizes: [13],
      color: palette.quietInk)

    let map = try MapDrawing(
      measured, in: Box(minX: 76, minY: text.y, maxX: 766, maxY: 502), style: style, position: nil,
      showing: facts.shownWaypoints(on: measured), hasLegend: false)
    let frame = [(18.0, 2.5), (25.0, 0.8)].map { margin, line in
      Shape.box(
        Box(minX: 0, minY: 0, maxX: style.width, maxY: style.height).expanded(by: -margin),
        fill: nil, stroke: Stroke(color: palette.route, width: line))
    }
    self.completedOn = completedOn
    drawing = Drawing(
      widthPixels: 842, heightPixels: 595, title: "Certificate: \(facts.quest)",
      summary: "\(facts.team) has completed \(facts.quest) on \(completedOn).",
      background: palette.paper,
      layers: [Layer("border", frame)] + map.layers
        + [Layer("certificate", text.shapes + foot.shapes)])
  }

  /// - Throws: `image` when memory runs out.
  public func pdf() throws(DrawingError) -> [UInt8] {
    try drawing.pdf(created: "\(completedOn)T00:00:00Z")
  }
}
