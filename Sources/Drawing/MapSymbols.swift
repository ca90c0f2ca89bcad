internal import Formats
internal import Inspection

/// The signs on the map, the same ones in its legend.
struct MapSymbols {
  let style: PlotStyle

  private var unit: Double { style.unit }
  private var palette: Palette { style.palette }
  private var ring: Stroke { Stroke(color: palette.casing, width: 1.8 * unit) }

  static let lineWidth = 3.0
  static let markerRadius = 6.5

  func stroke(_ kind: RouteTrace.Kind, isQuiet: Bool) -> Stroke {
    let color = isQuiet ? palette.quietRoute : palette.route
    return switch kind {
    case .line: Stroke(color: color, width: Self.lineWidth * unit)
    case .crossing:
      Stroke(color: color, width: 2.4 * unit, dash: [9 * unit, 5 * unit])
    case .ferry:
      Stroke(color: palette.ferry, width: 1.8 * unit, dash: [3 * unit, 4 * unit])
    case .unresolved:
      Stroke(color: palette.unresolved, width: 2.2 * unit, dash: [2.5 * unit, 5 * unit])
    }
  }

  func travelledStroke(_ kind: RouteTrace.Kind) -> Stroke {
    var stroke = stroke(kind, isQuiet: false)
    stroke.color = palette.travelled
    stroke.width += 0.8 * unit
    return stroke
  }

  func start(_ at: Point) -> [Shape] {
    [.circle(center: at, radius: Self.markerRadius * unit, fill: palette.start, stroke: ring)]
  }

  /// Larger than the start's, so that both are seen where a loop closes.
  func finish(_ at: Point) -> [Shape] {
    let half = (Self.markerRadius + 1.5) * unit
    let box = Box(minX: at.x - half, minY: at.y - half, maxX: at.x + half, maxY: at.y + half)
    return [.box(box, fill: palette.finish, stroke: ring)]
  }

  func position(_ at: Point) -> [Shape] {
    [
      .circle(
        center: at, radius: 10.5 * unit, fill: palette.casing,
        stroke: Stroke(color: palette.ink, width: 1.5 * unit)),
      .circle(center: at, radius: 7 * unit, fill: palette.travelled, stroke: nil),
    ]
  }

  func teamSign(_ at: Point) -> [Shape] { [teamRim(at), team(at)] }

  func team(_ at: Point) -> Shape {
    .circle(center: at, radius: 5.2 * unit, fill: palette.travelled, stroke: nil)
  }

  func teamRim(_ at: Point) -> Shape {
    .circle(center: at, radius: 6.6 * unit, fill: palette.casing, stroke: nil)
  }

  var before: Stroke {
    Stroke(color: palette.unresolved, width: 1.8 * unit, dash: [6 * unit, 3 * unit])
  }

  func waypoint(_ at: Point) -> [Shape] {
    [
      .circle(
        center: at, radius: 2.8 * unit, fill: palette.waypoint,
        stroke: Stroke(color: palette.ink, width: 1.3 * unit))
    ]
  }

  /// What the ground looks like where ice floats.
  func iceShelf(_ at: Point) -> [Shape] {
    let half = 6 * unit
    let box = Box(
      minX: at.x - 2 * half, minY: at.y - half, maxX: at.x + 2 * half, maxY: at.y + half)
    return [.box(box, fill: palette.iceShelf, stroke: Stroke(color: palette.coast, width: unit))]
  }

  var faintCoast: Stroke { Stroke(color: palette.coast.with(opacity: 0.5), width: 1.5 * unit) }

  func question(_ at: Point) -> [Shape] {
    [
      .circle(center: at, radius: 7 * unit, fill: palette.unresolved, stroke: ring),
      .text(
        style.ruler.run(
          "?", at: Point(x: at.x, y: at.y + 3.8 * unit), anchor: .middle, size: 10.5 * unit,
          isBold: true, color: palette.paper)),
    ]
  }

  /// A diamond for errors, a triangle for warnings, a disc for what is only to be known.
  func finding(_ severity: Severity, _ at: Point) -> [Shape] {
    let edge = Stroke(color: palette.ink, width: 1.3 * unit)
    let size = 6.5 * unit
    let color = palette.color(of: severity)
    switch severity {
    case .error:
      return [
        .area(
          [
            Point(x: at.x, y: at.y - size), Point(x: at.x + size, y: at.y),
            Point(x: at.x, y: at.y + size), Point(x: at.x - size, y: at.y),
          ], fill: color, stroke: edge)
      ]
    case .warning:
      return [
        .area(
          [
            Point(x: at.x, y: at.y - size), Point(x: at.x + size, y: at.y + 0.75 * size),
            Point(x: at.x - size, y: at.y + 0.75 * size),
          ], fill: color, stroke: edge)
      ]
    case .info: return [.circle(center: at, radius: 4.5 * unit, fill: color, stroke: edge)]
    }
  }
}
