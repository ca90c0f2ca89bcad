import Geodesy
import Quests
import Routes

/// Measured routes of a store, each read once.
struct StoredRoutes {
  private struct Key: Hashable {
    let version: RouteVersion
    let course: Course
  }

  private let store: any AnyStore
  private var known: [Key: MeasuredRoute] = [:]

  init(_ store: any AnyStore) { self.store = store }

  /// A route version with a course of its own.
  ///
  /// - Throws: `corrupt` as a `LedgerError` where the store has no such version.
  mutating func measured(_ version: RouteVersion, course: Course?) async throws -> MeasuredRoute {
    let stored = course.map { Key(version: version, course: $0) }
    if let stored, let route = known[stored] { return route }
    guard let content = try await store.content(of: version) else {
      throw LedgerError(
        .corrupt, "the store lacks the route \(version.route), version \(version.version)")
    }
    var route = try content.route()
    let measured = try RouteInput.located("route \(version.route)") {
      if let course, course != route.course { route = try route.following(course) }
      return try MeasuredRoute(route)
    }
    known[Key(version: version, course: measured.route.course)] = measured
    return measured
  }

  mutating func measured(_ plan: QuestPlan) async throws -> MeasuredRoute {
    try await measured(plan.route, course: plan.course)
  }
}
