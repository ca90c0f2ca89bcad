internal import Formats
public import Geodesy
internal import Routes

/// What a card and a certificate tell of a quest.
public struct QuestFacts: Hashable, Sendable {
  public var questName: String
  public var teamName: String
  /// What was walked, and what is to be walked in all.
  public var walked: Distance
  public var length: Distance
  /// The official distance from the start of the course to where the team stands.
  public var place: Distance
  /// Whether waypoints beyond the place are left out of the map.
  public var hidesAhead: Bool
  /// The units that come first.
  public var units: MeasurementSystem

  public init(
    questName: String, teamName: String, walked: Distance, length: Distance, place: Distance,
    hidesAhead: Bool = false, units: MeasurementSystem
  ) {
    self.questName = questName
    self.teamName = teamName
    self.walked = walked
    self.length = length
    self.place = place
    self.hidesAhead = hidesAhead
    self.units = units
  }

  /// The waypoints that the map shows.
  func shownWaypoints(on measured: MeasuredRoute) -> ShownWaypoints {
    ShownWaypoints(measured, reached: place, hidesAhead: hidesAhead)
  }

  /// Cut off as `ProgressText` does it, so that only all of it is 100 %.
  var percent: String { ProgressText.percent(walked, of: length) }

  /// 0 to 1.
  var share: Double {
    length > .zero ? min(max(walked.meters / length.meters, 0), 1) : 0
  }

  var quest: String { Self.name(questName, or: "A quest without a name") }
  var team: String { Self.name(teamName, or: "A team without a name") }

  private static func name(_ text: String, or other: String) -> String {
    let name = text.drawable(most: 200)
    return name.isEmpty ? other : name
  }

  /// A length in the units that come first.
  func text(_ distance: Distance) -> String {
    PlotStyle.text(distance, units == .metric ? .kilometers : .miles)
  }

  /// A length in the other units.
  func otherText(_ distance: Distance) -> String {
    PlotStyle.text(distance, units == .metric ? .miles : .kilometers)
  }
}

/// Sets lines of text below each other.
struct TextColumn {
  let ruler: TextRuler
  let anchor: TextRun.Anchor
  let x: Double
  let width: Double
  /// Where the next line begins.
  var y: Double
  private(set) var shapes: [Shape] = []

  init(_ ruler: TextRuler, anchor: TextRun.Anchor = .start, x: Double, width: Double, y: Double) {
    self.ruler = ruler
    self.anchor = anchor
    self.x = x
    self.width = width
    self.y = y
  }

  /// Adds a text in the largest of some sizes in which it needs no more lines than it may have; in
  /// the smallest, what is left over is cut off.
  mutating func add(
    _ text: String, sizes: [Double], mostLines: Int = 1, isBold: Bool = false, color: Color
  ) {
    let size =
      sizes.first {
        ruler.lines(text, size: $0, isBold: isBold, width: width, most: mostLines + 1).count
          <= mostLines
      } ?? sizes[sizes.count - 1]
    for line in ruler.lines(text, size: size, isBold: isBold, width: width, most: mostLines) {
      y += 1.2 * size
      var run = ruler.run(
        line, at: Point(x: x, y: y - 0.2 * size), anchor: anchor, size: size, isBold: isBold,
        color: color)
      // What begins at its right end begins at that of the column.
      if anchor == .start, run.isFromRight { (run.anchor, run.at.x) = (.end, x + width) }
      shapes.append(.text(run))
    }
  }
}
