public import Formats
internal import Geodesy
public import Routes

/// An edited route written into the file that it came from: what no edit touches stays as it was, to the
/// byte.
public enum EditedFile {
  /// The file with the least changes that make it hold another route; nil where its bytes cannot say the
  /// difference, and the route must be written anew.
  ///
  /// A new end of a line keeps the time of the vertex beyond it. The result is read again and held
  /// against the route before it counts.
  /// - Parameters:
  ///   - document: the file, all of whose tracks make the route.
  ///   - original: the route as it was read.
  ///   - read: the route of the file as the original was read from it; nil where that fails.
  /// - Complexity: that of reading the file, four times.
  public static func bytes(
    of document: RouteDocument, holding route: Route, from original: Route,
    reading read: (RouteDocument) -> Route?
  ) -> [UInt8]? {
    guard let format = document.format, RouteFormat(format) != nil, !document.isCutShort,
      document.allTracks.count == document.tracks.count, route.name == original.name,
      route.course == original.course,
      route.officialLength == original.officialLength || route.officialLength != nil
    else { return nil }
    var current = document
    func apply(_ edits: [RouteEdit]) -> Bool {
      if edits.isEmpty { return true }
      let result = current.applying(edits)
      guard result.deferred.isEmpty, result.refused.isEmpty else { return false }
      current = RouteReader.read(result.bytes, as: format, thoroughly: true)
      return current.errors.isEmpty
    }
    guard let lines = LineChanges.edits(from: original, to: route, in: document),
      let waypoints = WaypointChanges(from: original.waypoints, to: route.waypoints),
      apply(lines + waypoints.removals), apply(waypoints.names), apply(waypoints.insertions)
    else { return nil }
    if let now = read(current) {
      var statements: [RouteEdit] = []
      let policies = route.resolvedJoinPolicies
      if now.resolvedJoinPolicies != policies { statements.append(.setJoins(policies)) }
      guard apply(statements) else { return nil }
    }
    if route.officialLength != original.officialLength, let length = route.officialLength {
      guard apply([.setOfficialLength(length)]) else { return nil }
    }
    let bounds = current.diagnostics.filter { $0.code == .boundsWrong }.flatMap(\.remedy)
    guard apply(bounds), let written = read(current), isSame(written, route) else { return nil }
    return current.source.bytes
  }

  /// Whether two routes are the same but for digits that are not written.
  private static func isSame(_ a: Route, _ b: Route) -> Bool {
    guard a.partStarts == b.partStarts, a.resolvedJoinPolicies == b.resolvedJoinPolicies,
      a.name == b.name,
      a.course == b.course, a.officialLength == b.officialLength,
      a.waypoints.count == b.waypoints.count, a.vertices.count == b.vertices.count
    else { return false }
    return zip(a.vertices, b.vertices).allSatisfy(isSame)
      && zip(a.waypoints, b.waypoints).allSatisfy { a, b in
        a.name == b.name && a.story == b.story && a.type == b.type
          && a.officialDistance == b.officialDistance && isSame(a.coordinate, b.coordinate)
      }
  }

  private static func isSame(_ a: Coordinate, _ b: Coordinate) -> Bool {
    guard abs(a.latitude - b.latitude) <= 1e-7,
      (a.elevationMeters == nil) == (b.elevationMeters == nil)
    else { return false }
    let turn = abs(a.longitude - b.longitude)
    return min(turn, 360 - turn) <= 1e-7
      && abs((a.elevationMeters ?? 0) - (b.elevationMeters ?? 0)) <= 1e-3
  }
}
