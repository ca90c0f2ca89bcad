package import Quests

/// What a person has stored of routes: all versions of all of them, retired ones too.
package struct RouteHoldings: Hashable, Sendable {
  package let versions: Int64
  /// Vertices and waypoints.
  package let points: Int64

  package init(versions: Int64, points: Int64) {
    self.versions = versions
    self.points = points
  }

  /// Checks that a person may store a route too.
  ///
  /// - Throws: `limit`.
  package func checkRoom(for record: RouteRecord, _ limits: LedgerLimits) throws(LedgerError) {
    guard versions < limits.personRoutes else {
      throw LedgerError(
        .limit,
        "the person has \(versions) routes, their versions and retired ones too; the limit is "
          + "\(limits.personRoutes) routes: ask the operator of the service to raise it")
    }
    let more = Int64(record.vertices) + Int64(record.waypoints)
    guard points + more <= limits.personRoutePoints else {
      throw LedgerError(
        .limit,
        "the person's routes have \(points) vertices and waypoints, their versions and retired ones "
          + "too, and this one has \(more); the limit is \(limits.personRoutePoints): store it with "
          + "fewer vertices, or ask the operator of the service to raise the limit")
    }
  }
}
