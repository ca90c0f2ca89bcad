internal import Geodesy
internal import Routes

/// The order in which waypoints get their labels.
enum WaypointOrder {
  /// The next one, the ends, then every other one of those that are left, and so on, so that what is
  /// left out is missed evenly. Where most are distance markers, the rounder distances come first.
  static func byImportance(_ waypoints: [PlacedWaypoint], next: Int?) -> [Int] {
    let order = roundFirst(waypoints) ?? thinningOrder(count: waypoints.count)
    guard let next, let first = waypoints.firstIndex(where: { $0.index == next }) else {
      return order
    }
    return [first] + order.filter { $0 != first }
  }

  /// The ends, the waypoints that are no distance markers, and the markers by how round they are; nil
  /// where only a few are markers.
  private static func roundFirst(_ waypoints: [PlacedWaypoint]) -> [Int]? {
    let distances = waypoints.map { $0.waypoint.name.flatMap(Marker.distance(inName:)) }
    let count = distances.count { $0 != nil }
    guard count > 3, 2 * count > waypoints.count else { return nil }
    // In miles where these make rounder numbers.
    let unit = [DistanceUnit.kilometers, .miles].max { a, b in
      func sum(_ unit: DistanceUnit) -> Int {
        distances.reduce(0) { $0 + ($1.map { roundness($0, unit) } ?? 0) }
      }
      return sum(a) < sum(b)
    }
    let place = Dictionary(
      uniqueKeysWithValues: thinningOrder(count: waypoints.count).enumerated().map {
        ($0.element, $0.offset)
      })
    func weight(_ index: Int) -> Int {
      if index == 0 || index == waypoints.count - 1 { return .max }
      guard let distance = distances[index], let unit else { return .max - 1 }
      return roundness(distance, unit)
    }
    return waypoints.indices.sorted {
      (weight($1), place[$0, default: 0]) < (weight($0), place[$1, default: 0])
    }
  }

  /// The largest round number of units that a distance is a multiple of; 0 where it is none.
  private static func roundness(_ distance: Distance, _ unit: DistanceUnit) -> Int {
    let steps: [Int64] = [1_000, 500, 200, 100, 50, 20, 10, 5, 2, 1]
    let step = steps.first { distance.micrometers % ($0 * unit.micrometers) == 0 }
    return step.map(Int.init) ?? 0
  }
}
