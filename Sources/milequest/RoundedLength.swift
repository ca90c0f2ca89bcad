import Formats
import Geodesy
import Routes

/// The length of a route before and after its coordinates were rounded, where the two differ by more than
/// a thousandth or 100 m.
struct RoundedLength {
  let before: Double
  let after: Double
  let digits: Int

  private static let leastMeters = 100.0
  private static let leastShare = 0.001

  /// Nil where the length stays what it is.
  ///
  /// - Parameter written: the file that the route was written into, with as many vertices.
  init?(of route: Route, in written: RouteDocument, digits: Int) {
    let rounded = written.tracks.flatMap { $0.parts.flatMap(\.vertices) }
    let vertices = route.vertices
    guard rounded.count == vertices.count,
      !zip(vertices, rounded).allSatisfy({
        $0.latitude == $1.latitude && $0.longitude == $1.longitude
      })
    else { return nil }
    var before = 0.0
    var after = 0.0
    for part in 0..<route.partCount {
      let range = route.part(part).indices
      for i in range.dropFirst() {
        before += Geodesic.wgs84.inverse(from: vertices[i - 1], to: vertices[i]).distanceMeters
        after += Geodesic.wgs84.inverse(from: rounded[i - 1], to: rounded[i]).distanceMeters
      }
    }
    let difference = abs(after - before)
    guard difference > min(Self.leastMeters, Self.leastShare * before) else { return nil }
    self.before = before
    self.after = after
    self.digits = digits
  }

  var text: String {
    "the coordinates are rounded to \(digits) decimal\(digits == 1 ? "" : "s"), which changes the length "
      + "from \(Figures.length(meters: before)) to \(Figures.length(meters: after))"
  }
}
