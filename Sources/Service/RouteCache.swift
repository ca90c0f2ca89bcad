import Base
import Geodesy
import NIOPosix
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
  /// - Complexity: O(1) expected where it is kept, else O(vertices).
  func kept(_ version: RouteVersion, course: Course? = nil) async throws -> Kept {
    let key = Key(version: version, course: course)
    let (task, isNew) = state.withLock { state in
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
      let kept = try await task.value
      keep(key, size: max(kept.measured.route.vertices.count, Self.leastSize))
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

  private static func load(_ key: Key, from store: any RouteStore) async throws -> Kept {
    guard let content = try await store.content(of: key.version) else {
      throw LedgerError(
        .notFound, "there is no route \(key.version.route), version \(key.version.version)")
    }
    return try await NIOThreadPool.singleton.runIfActive {
      var route = try content.route()
      let stored = route.course
      do throws(RouteError) {
        if let course = key.course, course != stored { route = try route.following(course) }
        return Kept(try MeasuredRoute(route))
      } catch {
        // As it was stored it could be measured.
        throw route.course == stored && key.course ?? stored == stored
          ? LedgerError(.corrupt, "a stored route is none: \(error.message)")
          : LedgerError(.limit, error.message)
      }
    }
  }
}
