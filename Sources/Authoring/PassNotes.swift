internal import Geodesy
internal import Routes

/// What is said of waypoints that come to stand on another pass of the line than somebody may think: where
/// a line passes a place more than once, the order of the waypoints decides.
enum PassNotes {
  /// About new waypoints that are elsewhere than they were asked for.
  ///
  /// - Parameter asked: with the distances that were asked for.
  static func elsewhere(
    _ asked: [PlacedListing], in route: Route
  ) throws(AuthoringError) -> [String] {
    if asked.isEmpty { return [] }
    let again = try AuthoringError.of { () throws(RouteError) in try MeasuredRoute(route) }
    let distances = Dictionary(
      asked.map { ($0.waypoint, $0.distance) }, uniquingKeysWith: { first, _ in first })
    let moved = again.waypoints.filter { placed in
      distances[placed.waypoint].map { isElsewhere($0, placed.distance) } ?? false
    }
    if moved.isEmpty { return [] }
    return [
      "\(Wording.count(moved.count, "waypoint")) stand where the line passes more than once, and take "
        + "another pass: \(Wording.names(moved.map(\.waypoint)))"
    ]
  }

  /// About waypoints that an edit of others has moved along a line that stays as it is.
  static func moved(from before: MeasuredRoute, to after: MeasuredRoute) -> [String] {
    guard before.length == after.length,
      before.route.vertices.elementsEqual(after.route.vertices)
    else { return [] }
    var old: [Waypoint: [Distance]] = [:]
    for placed in before.waypoints.reversed() {
      old[placed.waypoint, default: []].append(placed.distance)
    }
    let moved = after.waypoints.compactMap { placed -> String? in
      guard let distance = old[placed.waypoint]?.popLast(),
        isElsewhere(distance, placed.distance)
      else { return nil }
      return "“\(placed.waypoint.name ?? "(unnamed)")” from \(Wording.kilometers(distance)) to "
        + Wording.kilometers(placed.distance)
    }
    if moved.isEmpty { return [] }
    let most = 5
    let rest = moved.count > most ? " and \(moved.count - most) more" : ""
    return [
      "others take another pass of the line now: \(moved.prefix(most).joined(separator: ", "))\(rest)"
    ]
  }

  private static func isElsewhere(_ a: Distance, _ b: Distance) -> Bool {
    abs(a.meters - b.meters) > MeasuredRoute.waypointTieMeters
  }
}
