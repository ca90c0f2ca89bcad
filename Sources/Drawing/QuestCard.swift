internal import Geodesy
public import Routes

/// A picture of a quest to share, 1200 × 630 pixels: its name, its team, how far they are, and where
/// on the map.
public struct QuestCard: Sendable {
  let drawing: Drawing

  /// - Parameter measured: the route with the quest's course.
  /// - Throws: `projection`.
  /// - Complexity: O(vertices + vertices of the land outlines).
  public init(_ measured: MeasuredRoute, _ facts: QuestFacts) throws(DrawingError) {
    let style = PlotStyle(width: 1_200, height: 630, unit: 1.1, system: facts.units)
    let palette = style.palette
    let position = PassPosition(
      measured.position(
        at: Distance(micrometers: measured.start.micrometers + facts.place.micrometers)),
      on: measured)
    let map = try MapDrawing(
      measured, in: Box(minX: 540, minY: 0, maxX: style.width, maxY: style.height), style: style,
      position: position, showing: facts.shownWaypoints(on: measured), hasLegend: false)

    let (left, width) = (48.0, 444.0)
    var names = TextColumn(style.ruler, x: left, width: width, y: 44)
    names.add("Mile Quest", sizes: [20], isBold: true, color: palette.route)
    names.y += 18
    names.add(
      facts.quest, sizes: [50, 44, 38], mostLines: 3, isBold: true, color: palette.ink)
    names.y += 14
    names.add(facts.team, sizes: [28, 24], mostLines: 2, color: palette.quietInk)

    var figures = TextColumn(style.ruler, x: left, width: width, y: 388)
    figures.add(
      facts.percent, sizes: [76], isBold: true, color: palette.travelled)
    let bar = Self.bar(
      Box(minX: left, minY: 496, maxX: left + width, maxY: 514), share: facts.share, palette)
    figures.y = 532
    figures.add(
      "\(facts.text(facts.walked)) of \(facts.text(facts.length))", sizes: [26, 22],
      color: palette.ink)

    drawing = Drawing(
      widthPixels: 1_200, heightPixels: 630, title: facts.quest,
      summary: "\(facts.team): \(facts.percent) of \(facts.text(facts.length)).",
      background: palette.paper,
      layers: map.layers + [Layer("card", names.shapes + bar + figures.shapes)])
  }

  private static func bar(_ box: Box, share: Double, _ palette: Palette) -> [Shape] {
    let middle = box.center.y
    func line(to x: Double, _ color: Color) -> Shape {
      .line(
        [Point(x: box.minX + box.height / 2, y: middle), Point(x: x, y: middle)],
        Stroke(color: color, width: box.height))
    }
    let (start, end) = (box.minX + box.height / 2, box.maxX - box.height / 2)
    let track = line(to: end, palette.sea)
    return share > 0
      ? [track, line(to: start + share * (end - start), palette.travelled)] : [track]
  }

  /// - Throws: `image` when memory runs out.
  public func png() throws(DrawingError) -> [UInt8] { try drawing.png() }
}
