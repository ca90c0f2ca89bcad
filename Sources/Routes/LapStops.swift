internal import Geodesy

/// The waypoints of one lap in the order they are passed, and where its legs begin and end.
///
/// Distances are micrometres from the start of the lap.
struct LapStops: Sendable {
  struct Stop: Sendable {
    var micrometers: Int64
    /// Index of the waypoint in the route.
    var waypoint: Int
  }

  let stops: [Stop]
  /// Ascending and distinct; the first is 0, the last the end of the pass or of there and back.
  let boundaries: [Int64]

  init(
    _ waypoints: [PlacedWaypoint], start: Distance, pass: Distance, lap: Distance,
    thereAndBack: Bool
  ) {
    // Stable: waypoints at one place keep the file's order.
    let there = waypoints.enumerated()
      .map { Stop(micrometers: $1.distance.micrometers - start.micrometers, waypoint: $0) }
      .sorted { ($0.micrometers, $0.waypoint) < ($1.micrometers, $1.waypoint) }
    if thereAndBack {
      // What stands at the turn is passed once.
      let back = there.reversed().filter { $0.micrometers < pass.micrometers }
        .map { Stop(micrometers: lap.micrometers - $0.micrometers, waypoint: $0.waypoint) }
      stops = there + back
    } else {
      stops = there
    }
    let end = thereAndBack ? lap.micrometers : pass.micrometers
    var boundaries: [Int64] = [0]
    for stop in stops where stop.micrometers > boundaries[boundaries.count - 1] {
      boundaries.append(stop.micrometers)
    }
    if end > boundaries[boundaries.count - 1] { boundaries.append(end) }
    self.boundaries = boundaries
  }

  /// Index of the first stop beyond a distance; `stops.count` where none is. O(log stops).
  func firstStop(after micrometers: Int64) -> Int {
    stops.partitioningIndex { $0.micrometers > micrometers }
  }
}
