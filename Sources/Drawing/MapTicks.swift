internal import Geodesy
internal import Routes

extension MapBuilder {
  private static let arrowCount = 8

  struct Tick {
    var text: String
    var at: Point
    var line: [Point]
    var stroke: Stroke
  }

  /// Ticks across the line at round official distances of one pass.
  static func ticks(
    _ measured: MeasuredRoute, _ style: PlotStyle, _ pixel: (Coordinate) -> Point
  ) -> [Tick] {
    let scale = style.metersPerUnit
    let (start, length) = (measured.start.meters, measured.passLength.meters)
    guard length > 0 else { return [] }
    let step = NiceNumbers.atLeast(length / scale / 12)
    let half = 4.5 * style.unit
    return NiceNumbers.multiples(of: step, in: start / scale...(start + length) / scale)
      .compactMap { value in
        let meters = value * scale
        guard meters > start, meters < start + length else { return nil }
        guard let (at, ahead) = style.way(measured, atMeters: meters, pixel: pixel) else {
          return nil
        }
        let across = Point(x: -ahead.y * half, y: ahead.x * half)
        return Tick(
          text: NiceNumbers.text(value, step: step) + " " + style.distanceUnit.rawValue, at: at,
          line: [
            Point(x: at.x - across.x, y: at.y - across.y),
            Point(x: at.x + across.x, y: at.y + across.y),
          ], stroke: Stroke(color: style.palette.ink, width: 1.5 * style.unit))
      }
  }

  /// Whether the course ends where it began without going back, so that its line does not show which
  /// way it leads.
  var isLoop: Bool { finish.map { $0.distance(to: start) < 2 * markerRadius } ?? false }

  /// Where arrows stand along a loop, and where they lead.
  func arrowPlaces() -> [(at: Point, ahead: Point)] {
    let (begin, length) = (measured.start.meters, measured.passLength.meters)
    guard length > 0 else { return [] }
    return (0..<Self.arrowCount).compactMap { k in
      let meters = begin + length * (Double(k) + 0.5) / Double(Self.arrowCount)
      return style.way(measured, atMeters: meters, pixel: { sheet.pixel($0) })
    }
  }

  func arrows() -> [Shape] {
    arrowPlaces().map { way in
      func corner(_ ahead: Double, _ aside: Double) -> Point {
        Point(
          x: way.at.x + (ahead * way.ahead.x - aside * way.ahead.y) * unit,
          y: way.at.y + (ahead * way.ahead.y + aside * way.ahead.x) * unit)
      }
      return .area(
        [corner(8, 0), corner(-5, 5), corner(-2, 0), corner(-5, -5)], fill: palette.ink,
        stroke: Stroke(color: palette.casing, width: unit))
    }
  }
}

extension PlotStyle {
  /// Where a place of the first pass is on the map, and the direction ahead, of length 1; nil where
  /// the seam of a map lies there.
  fileprivate func way(
    _ measured: MeasuredRoute, atMeters meters: Double, pixel: (Coordinate) -> Point
  ) -> (at: Point, ahead: Point)? {
    let (start, end) = (measured.start.meters, measured.start.meters + measured.passLength.meters)
    // A little way back and ahead, to see where the line leads.
    let reach = (end - start) / 2_000
    let points = [max(meters - reach, start), meters, min(meters + reach, end)]
      .map { pixel(measured.position(at: Distance(roundingMeters: $0) ?? .zero).coordinate) }
    let (a, b) = (points[0], points[2])
    let away = a.distance(to: b)
    // Across the seam of a map the two lie at its opposite sides.
    guard away > 0, away < 100 * unit else { return nil }
    return (points[1], Point(x: (b.x - a.x) / away, y: (b.y - a.y) / away))
  }
}
