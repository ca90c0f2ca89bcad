import Geodesy
import Quests
import Routes

/// Measured routes of a store, each read once.
struct StoredRoutes {
  private let store: any AnyStore
  private var known: [RouteVersion: MeasuredRoute] = [:]

  init(_ store: any AnyStore) { self.store = store }

  /// A route version with a course of its own.
  ///
  /// - Throws: `corrupt` as a `LedgerError` where the store has no such version.
  mutating func measured(_ version: RouteVersion, course: Course?) async throws -> MeasuredRoute {
    let route = try await measured(version)
    guard let course, course != route.route.course else { return route }
    return try RouteInput.located("route \(version.route)") { try route.following(course) }
  }

  private mutating func measured(_ version: RouteVersion) async throws -> MeasuredRoute {
    if let route = known[version] { return route }
    guard let content = try await store.content(of: version) else {
      throw LedgerError(
        .corrupt, "the store lacks the route \(version.route), version \(version.version)")
    }
    let route = try RouteInput.located("route \(version.route)") {
      try MeasuredRoute(try content.route())
    }
    known[version] = route
    return route
  }

  mutating func measured(_ plan: QuestPlan) async throws -> MeasuredRoute {
    try await measured(plan.route, course: plan.course)
  }
}
