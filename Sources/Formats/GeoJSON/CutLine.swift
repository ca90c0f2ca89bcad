internal import Geodesy
internal import Routes

/// Goes along the vertices of a route and tells where its parts are cut at 180 degrees.
struct CutLine: Sendable {
  /// How a part goes on to a vertex.
  struct Step {
    let leg: Antimeridian.Leg
    /// Whether the vertex is the first, or the last, of its part.
    let isFirst: Bool
    let isLast: Bool
  }

  private let digits: Int
  private var cursor: VertexCursor
  /// The end of the leg before, as it is written.
  private var last: Coordinate?

  init(_ line: WrittenLine, _ options: WriteOptions) {
    digits = options.coordinateDigits
    cursor = line.vertices
  }

  /// Goes on to the next vertex; nil where it is not written.
  mutating func step(to vertex: Int, in route: Route) -> Step? {
    guard cursor.move(to: vertex, in: route) else { return nil }
    let (isFirst, isLast) = (cursor.isFirst(vertex), cursor.isLast(vertex))
    let end = rounded(route.vertices[vertex])
    let leg: Antimeridian.Leg
    if !isFirst, let last {
      leg = Antimeridian.leg(from: last, to: end)
    } else {
      let next = isLast ? nil : rounded(route.vertices[vertex + 1])
      leg = .along(Antimeridian.start(end, before: next))
    }
    last = leg.end
    return Step(leg: leg, isFirst: isFirst, isLast: isLast)
  }

  /// Rounding comes before the cut, so that a vertex that is written as 180 is cut as 180.
  private func rounded(_ vertex: Coordinate) -> Coordinate {
    guard digits <= 12, abs(vertex.longitude) < 180 else { return vertex }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    guard (abs(vertex.longitude) * scale).rounded() == 180 * scale else { return vertex }
    return Coordinate(
      uncheckedLatitude: vertex.latitude, longitude: vertex.longitude < 0 ? -180 : 180,
      elevation: vertex.elevationMetersOrNaN)
  }
}
