internal import Formats
internal import Routes

/// What became of the waypoints of a file, as edits in the order in which they are made: each list counts
/// the waypoints that the one before it leaves.
struct WaypointChanges {
  private(set) var removals: [RouteEdit] = []
  private(set) var names: [RouteEdit] = []
  private(set) var insertions: [RouteEdit] = []

  /// Nil where waypoints changed places and others came or went at once.
  ///
  /// - Complexity: O(waypoints).
  init?(from old: [Waypoint], to new: [Waypoint]) {
    var places: [Waypoint: [Int]] = [:]
    for index in old.indices.reversed() { places[old[index], default: []].append(index) }
    var kept: [Int?] = new.map { places[$0]?.popLast() }
    let ascending = kept.compactMap { $0 }
    if zip(ascending, ascending.dropFirst()).contains(where: { $0 > $1 }) {
      guard ascending.count == old.count, new.count == old.count else { return nil }
      removals = [.orderWaypoints(ascending)]
      return
    }
    Self.rename(old, new, &kept, &names)
    let left = Set(kept.compactMap { $0 })
    // Counted before any goes; names are given after that.
    removals = old.indices.filter { !left.contains($0) }.map { .removeWaypoint($0) }
    let order = kept.compactMap { $0 }
    let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) })
    names = names.map {
      if case .nameWaypoint(let index, let name) = $0 {
        .nameWaypoint(rank[index] ?? 0, name)
      } else {
        $0
      }
    }
    var waiting: [Waypoint] = []
    var next = 0
    for (index, waypoint) in zip(kept, new) {
      if index != nil {
        if !waiting.isEmpty { insertions.append(.insertWaypoints(waiting, before: next)) }
        waiting = []
        next += 1
      } else {
        waiting.append(waypoint)
      }
    }
    if !waiting.isEmpty { insertions.append(.insertWaypoints(waiting, before: next)) }
  }

  /// Finds those that differ by their names alone and stand between the same neighbours.
  private static func rename(
    _ old: [Waypoint], _ new: [Waypoint], _ kept: inout [Int?], _ names: inout [RouteEdit]
  ) {
    for position in new.indices where kept[position] == nil {
      let before = kept[..<position].compactMap { $0 }.last ?? -1
      let candidate = before + 1
      guard let name = new[position].name, candidate < old.count, !kept.contains(candidate) else {
        continue
      }
      var same = old[candidate]
      same.name = name
      guard same == new[position] else { continue }
      kept[position] = candidate
      names.append(.nameWaypoint(candidate, name))
    }
  }
}
