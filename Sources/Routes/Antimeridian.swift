package import Geodesy

/// The meridian of 180 degrees, over which maps cannot draw a line (RFC 7946 section 3.1.9).
package enum Antimeridian {
  /// A polyline cut wherever it crosses 180 degrees.
  ///
  /// - Returns: the lines, and for each cut between two of them the vertices that it added: 2 where
  ///   it fell inside a leg (the end before and the start behind it), 1 where a vertex lies on the
  ///   meridian and is written a second time behind the cut.
  /// - Complexity: O(vertices).
  package static func cut(
    _ vertices: ArraySlice<Coordinate>
  ) -> (lines: [[Coordinate]], added: [Int]) {
    var lines: [[Coordinate]] = []
    var added: [Int] = []
    var current: [Coordinate] = []
    for index in vertices.indices {
      guard let last = current.last else {
        let next = index + 1 < vertices.endIndex ? vertices[index + 1] : nil
        current.append(start(vertices[index], before: next))
        continue
      }
      switch leg(from: last, to: vertices[index]) {
      case .along(let end): current.append(end)
      case .leaves(let start, let end):
        lines.append(current)
        added.append(1)
        current = [start, end]
      case .crosses(let start, let end):
        let crossing = crossing(from: start, to: end)
        lines.append(current + [crossing])
        added.append(2)
        current = [mirrored(crossing), end]
      }
    }
    if !current.isEmpty { lines.append(current) }
    return (lines, added)
  }

  /// How a line goes on to its next vertex.
  package enum Leg: Sendable {
    /// On the same side, to the vertex or to its other name on the meridian.
    case along(Coordinate)
    /// From a vertex on the meridian to the other side, where its other name is the start.
    case leaves(from: Coordinate, to: Coordinate)
    /// Over the meridian.
    case crosses(from: Coordinate, to: Coordinate)

    /// The vertex, as it is written.
    package var end: Coordinate {
      switch self {
      case .along(let end), .leaves(_, let end), .crosses(_, let end): end
      }
    }
  }

  /// - Parameter last: the vertex before, as it is written.
  package static func leg(from last: Coordinate, to vertex: Coordinate) -> Leg {
    guard isOver(last, vertex) else { return .along(vertex) }
    // The leg leaves the meridian on the other side: its start is written once more there.
    if abs(last.longitude) == 180 { return .leaves(from: mirrored(last), to: vertex) }
    // The leg ends on the meridian, whose other name keeps it on this side.
    if abs(vertex.longitude) == 180 { return .along(mirrored(vertex)) }
    return .crosses(from: last, to: vertex)
  }

  /// The first vertex of a line, which begins on the meridian on the side where it goes on.
  package static func start(_ first: Coordinate, before next: Coordinate?) -> Coordinate {
    guard let next, abs(first.longitude) == 180, isOver(first, next) else { return first }
    return mirrored(first)
  }

  private static func isOver(_ a: Coordinate, _ b: Coordinate) -> Bool {
    abs(b.longitude - a.longitude) > 180
  }

  /// The other name of a place on the meridian.
  package static func mirrored(_ coordinate: Coordinate) -> Coordinate {
    Coordinate(
      uncheckedLatitude: coordinate.latitude, longitude: -coordinate.longitude,
      elevation: coordinate.elevationMetersOrNaN)
  }

  /// A crossing is found within a nanometre along the leg, or where no double is nearer to the meridian.
  private static let nearestMeters = 1e-9
  private static let nearestDegrees = 180.0.ulp

  /// The point where the geodesic between two vertices meets the meridian, on the first one's side.
  package static func crossing(from a: Coordinate, to b: Coordinate) -> Coordinate {
    let leg = Geodesic.wgs84.inverseDegrees(a.latitude, a.longitude, b.latitude, b.longitude)
    let path = Geodesic.wgs84.line(
      latitude: a.latitude, longitude: a.longitude, azimuth: leg.azimuth1)
    /// Degrees past the meridian, as seen from the first vertex's side: they rise along the leg.
    func past(_ longitude: Double) -> Double {
      let east = a.longitude < 0 ? -longitude : longitude
      return east < 0 ? east + 180 : east - 180
    }
    // The false position with halved ends (Illinois) between two sides that the meridian stays between;
    // each third step halves the bracket, for beside a pole nearly all of the turn is in one place.
    var (low, high) = (0.0, leg.meters)
    var (atLow, atHigh) = (past(a.longitude), past(b.longitude))
    var (latitude, along) = (a.latitude, 0.0)
    var wasLow: Bool?
    var step = 0
    while high - low > nearestMeters {
      step += 1
      let guess = high - atHigh * (high - low) / (atHigh - atLow)
      let middle = low + (high - low) / 2
      let place = step % 3 == 0 || !(guess > low && guess < high) ? middle : guess
      if place == low || place == high { break }
      let point = path.position(meters: place)
      (latitude, along) = (point.latitude, place)
      let found = past(point.longitude)
      if found < 0 {
        if wasLow == true { atHigh /= 2 }
        (low, atLow, wasLow) = (place, found, true)
      } else {
        if wasLow == false { atLow /= 2 }
        (high, atHigh, wasLow) = (place, found, false)
      }
      if abs(found) < nearestDegrees { break }
    }
    let share = leg.meters > 0 ? along / leg.meters : 0
    let rise = b.elevationMetersOrNaN - a.elevationMetersOrNaN
    return Coordinate(
      uncheckedLatitude: latitude, longitude: a.longitude < 0 ? -180 : 180,
      elevation: a.elevationMetersOrNaN + rise * share)
  }
}
