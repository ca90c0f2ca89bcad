import Base
import Geodesy
import NIOPosix
import Quests
import Routes

/// Measured routes by version and course, each read and measured once as long as there is room.
///
/// Bounded by the sum of their vertices, waypoints counted in; what was not asked for the longest goes first.
final class RouteCache: Sendable {
  struct Key: Hashable, Sendable {
    let version: RouteVersion
    /// Nil for the one that the route was stored with.
    let course: Course?
  }

  /// A route with what is made of it when it is first needed.
  final class Kept: Sendable {
    let measured: MeasuredRoute
    private let index = Lock<NearestPlaces?>(nil)

    init(_ measured: MeasuredRoute) { self.measured = measured }

    /// The index of its places. O(vertices) the first time; to be called off the threads that serve.
    ///
    /// - Throws: `limit` where no memory is left.
    func places() throws -> NearestPlaces {
      try index.withLock { index in
        if let index { return index }
        let made = try NearestPlaces(measured)
        index = made
        return made
      }
    }
  }

  private struct Entry {
    let task: Task<Kept, any Error>
    var size = 0
    var lastUse: UInt64
  }

  private struct State {
    var entries: [Key: Entry] = [:]
    var size = 0
    var uses: UInt64 = 0
  }

  /// What even the shortest route counts as, for the tables around its vertices.
  private static let leastSize = 100
  /// What a waypoint counts as, with its name, its story and the tables around it.
  private static let waypointSize = 8

  private let store: any RouteStore
  private let mostVertices: Int
  private let state = Lock(State())

  init(_ store: any RouteStore, mostVertices: Int) {
    self.store = store
    self.mostVertices = mostVertices
  }

  func measured(_ version: RouteVersion, course: Course? = nil) async throws -> MeasuredRoute {
    try await kept(version, course: course).measured
  }

  func measured(_ plan: QuestPlan) async throws -> MeasuredRoute {
    try await measured(plan.route, course: plan.course)
  }

  /// - Throws: `not-found` as a `LedgerError`, `limit` for a course that makes the route too long.
  /// - Complexity: O(1) expected where it is kept, O(waypoints) for another course of a route that is
  ///   kept, else O(vertices).
  func kept(_ version: RouteVersion, course: Course? = nil) async throws -> Kept {
    let key = Key(version: version, course: course)
    let (task, isNew) = state.withLock { state in
      state.uses += 1
      if state.entries[key] != nil {
        state.entries[key]!.lastUse = state.uses
        return (state.entries[key]!.task, false)
      }
      let task = Task { try await self.load(key) }
      state.entries[key] = Entry(task: task, lastUse: state.uses)
      return (task, true)
    }
    guard isNew else { return try await task.value }
    do {
      let kept = try await task.value
      let route = kept.measured.route
      keep(
        key,
        size: max(
          route.vertices.count + Self.waypointSize * route.waypoints.count, Self.leastSize))
      return kept
    } catch {
      // A failure is not kept: the next one asks anew.
      state.withLock { _ = $0.entries.removeValue(forKey: key) }
      throw error
    }
  }

  private func keep(_ key: Key, size: Int) {
    state.withLock { state in
      state.entries[key]?.size = size
      state.size += size
      while state.size > mostVertices, state.entries.count > 1,
        let oldest = state.entries.filter({ $0.value.size > 0 && $0.key != key })
          .min(by: { $0.value.lastUse < $1.value.lastUse })
      {
        state.size -= oldest.value.size
        state.entries.removeValue(forKey: oldest.key)
      }
    }
  }

  private func load(_ key: Key) async throws -> Kept {
    guard let course = key.course else { return try await load(key.version) }
    // Laps are arithmetic on one measured pass: whatever is asked for, the line is measured once.
    let pass = try await kept(key.version)
    if course == pass.measured.route.course { return pass }
    return try await NIOThreadPool.singleton.runIfActive {
      do throws(RouteError) { return Kept(try pass.measured.following(course)) } catch {
        throw LedgerError(.limit, error.message)
      }
    }
  }

  private func load(_ version: RouteVersion) async throws -> Kept {
    guard let content = try await store.content(of: version) else {
      throw LedgerError(
        .notFound, "there is no route \(version.route), version \(version.version)")
    }
    return try await NIOThreadPool.singleton.runIfActive {
      let route = try content.route()
      do throws(RouteError) { return Kept(try MeasuredRoute(route)) } catch {
        // As it was stored it could be measured.
        throw LedgerError(.corrupt, "a stored route is none: \(error.message)")
      }
    }
  }
}
