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
    for vertex in vertices {
      guard let last = current.last else {
        current.append(vertex)
        continue
      }
      let isOver = abs(vertex.longitude - last.longitude) > 180
      if !isOver {
        current.append(vertex)
      } else if abs(last.longitude) == 180, current.count == 1 {
        // A line that begins on the meridian begins on the side where it goes on.
        current = [mirrored(last), vertex]
      } else if abs(last.longitude) == 180 {
        // The leg leaves the meridian on the other side: its start is written once more there.
        lines.append(current)
        added.append(1)
        current = [mirrored(last), vertex]
      } else if abs(vertex.longitude) == 180 {
        // The leg ends on the meridian, whose other name keeps it on this side.
        let end = mirrored(vertex)
        current.append(end)
      } else {
        let crossing = crossing(from: last, to: vertex)
        lines.append(current + [crossing])
        added.append(2)
        current = [mirrored(crossing), vertex]
      }
    }
    if !current.isEmpty { lines.append(current) }
    return (lines, added)
  }

  private static func mirrored(_ coordinate: Coordinate) -> Coordinate {
    Coordinate(
      uncheckedLatitude: coordinate.latitude, longitude: -coordinate.longitude,
      elevation: coordinate.elevationMetersOrNaN)
  }

  /// The point where the geodesic between two vertices meets the meridian, on the first one's side.
  private static func crossing(from a: Coordinate, to b: Coordinate) -> Coordinate {
    let leg = Geodesic.wgs84.inverseDegrees(a.latitude, a.longitude, b.latitude, b.longitude)
    let path = Geodesic.wgs84.line(
      latitude: a.latitude, longitude: a.longitude, azimuth: leg.azimuth1)
    // A geodesic's longitude is monotone, so bisection between the two sides cannot miss.
    var low = 0.0
    var high = leg.meters
    var latitude = a.latitude
    for _ in 0..<80 {
      let middle = low + (high - low) / 2
      if middle == low || middle == high { break }
      let point = path.position(meters: middle)
      latitude = point.latitude
      if (point.longitude < 0) == (a.longitude < 0) { low = middle } else { high = middle }
    }
    let share = leg.meters > 0 ? low / leg.meters : 0
    let rise = b.elevationMetersOrNaN - a.elevationMetersOrNaN
    return Coordinate(
      uncheckedLatitude: latitude, longitude: a.longitude < 0 ? -180 : 180,
      elevation: a.elevationMetersOrNaN + rise * share)
  }
}
