import Geodesy
import NIOConcurrencyHelpers
import Quests
import Routes

/// Measured routes by version and course, each read and measured once as long as there is room.
///
/// Bounded by the sum of their vertices; what was not asked for the longest goes first.
final class RouteCache: Sendable {
  struct Key: Hashable, Sendable {
    let version: RouteVersion
    /// Nil for the one that the route was stored with.
    let course: Course?
  }

  private struct Entry {
    let task: Task<MeasuredRoute, any Error>
    var vertices = 0
    var lastUse: UInt64
  }

  private struct State {
    var entries: [Key: Entry] = [:]
    var vertices = 0
    var uses: UInt64 = 0
  }

  private let store: any RouteStore
  private let mostVertices: Int
  private let state = NIOLockedValueBox(State())

  init(_ store: any RouteStore, mostVertices: Int) {
    self.store = store
    self.mostVertices = mostVertices
  }

  /// - Throws: `not-found` as a `LedgerError`.
  /// - Complexity: O(1) expected where it is kept, else O(vertices).
  func measured(_ version: RouteVersion, course: Course? = nil) async throws -> MeasuredRoute {
    let key = Key(version: version, course: course)
    let (task, isNew) = state.withLockedValue { state in
      state.uses += 1
      if state.entries[key] != nil {
        state.entries[key]!.lastUse = state.uses
        return (state.entries[key]!.task, false)
      }
      let task = Task { try await Self.load(key, from: store) }
      state.entries[key] = Entry(task: task, lastUse: state.uses)
      return (task, true)
    }
    guard isNew else { return try await task.value }
    do {
      let route = try await task.value
      keep(key, vertices: route.route.vertices.count)
      return route
    } catch {
      // A failure is not kept: the next one asks anew.
      state.withLockedValue { _ = $0.entries.removeValue(forKey: key) }
      throw error
    }
  }

  func measured(_ plan: QuestPlan) async throws -> MeasuredRoute {
    try await measured(plan.route, course: plan.course)
  }

  private func keep(_ key: Key, vertices: Int) {
    state.withLockedValue { state in
      state.entries[key]?.vertices = vertices
      state.vertices += vertices
      while state.vertices > mostVertices, state.entries.count > 1,
        let oldest = state.entries.filter({ $0.value.vertices > 0 && $0.key != key })
          .min(by: { $0.value.lastUse < $1.value.lastUse })
      {
        state.vertices -= oldest.value.vertices
        state.entries.removeValue(forKey: oldest.key)
      }
    }
  }

  private static func load(_ key: Key, from store: any RouteStore) async throws -> MeasuredRoute {
    guard let content = try await store.content(of: key.version) else {
      throw LedgerError(
        .notFound, "there is no route \(key.version.route), version \(key.version.version)")
    }
    var route = try content.route()
    do throws(RouteError) {
      if let course = key.course, course != route.course { route = try route.following(course) }
      return try MeasuredRoute(route)
    } catch {
      throw LedgerError(.corrupt, "a stored route is none: \(error.message)")
    }
  }
}
