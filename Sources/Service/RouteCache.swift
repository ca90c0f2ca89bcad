import Base
import Geodesy
import Quests
import Routes

/// Measured routes by version and course, each read and measured once as long as there is room.
///
/// Bounded by the bytes of their vertices, their waypoints, and what was made of them; what was not
/// asked for the longest goes first.
final class RouteCache: Sendable {
  struct Key: Hashable, Sendable {
    let version: RouteVersion
    /// Nil for the one that the route was stored with.
    let course: Course?
  }

  private struct Entry {
    let task: Task<KeptRoute, any Error>
    /// Nil until it is measured.
    var kept: KeptRoute?
    var bytes = 0
    var lastUse: UInt64
  }

  private struct State {
    var entries: [Key: Entry] = [:]
    var bytes = 0
    var uses: UInt64 = 0
    var hits = 0
  }

  private let store: any RouteStore
  private let mostBytes: Int
  private let state = Lock(State())
  /// Apart from those of heavy work, so that nobody's quest waits for a stranger's file.
  private let threads = WorkThreads(count: 2)

  init(_ store: any RouteStore, mostBytes: Int) {
    self.store = store
    self.mostBytes = mostBytes
  }

  func measured(_ version: RouteVersion, course: Course? = nil) async throws -> MeasuredRoute {
    try await kept(version, course: course).measured
  }

  func measured(_ plan: QuestPlan) async throws -> MeasuredRoute {
    try await measured(plan.route, course: plan.course)
  }

  /// The route with a plan's course, where it is in memory.
  func ready(_ plan: QuestPlan) -> MeasuredRoute? {
    state.withLock { state in
      state.entries[Key(version: plan.route, course: plan.course)]?.kept?.measured
    }
  }

  /// What is kept of all routes.
  var bytes: Int { state.withLock { $0.bytes } }

  var figures: CacheFigures {
    state.withLock { state in
      CacheFigures(
        entries: state.entries.count, weight: state.bytes, hits: state.hits,
        misses: Int(state.uses) - state.hits)
    }
  }

  /// - Throws: `not-found` as a `LedgerError`, `limit` for a course that makes the route too long.
  /// - Complexity: O(1) expected where it is kept, O(waypoints) for another course of a route that is
  ///   kept, else O(vertices).
  func kept(_ version: RouteVersion, course: Course? = nil) async throws -> KeptRoute {
    let key = Key(version: version, course: course)
    let (task, isNew) = state.withLock { state in
      state.uses += 1
      if state.entries[key] != nil {
        state.entries[key]!.lastUse = state.uses
        state.hits += 1
        return (state.entries[key]!.task, false)
      }
      let task = Task { try await self.load(key) }
      state.entries[key] = Entry(task: task, lastUse: state.uses)
      return (task, true)
    }
    guard isNew else { return try await task.value }
    do {
      let kept = try await task.value
      state.withLock { $0.entries[key]?.kept = kept }
      weigh(kept)
      return kept
    } catch {
      // A failure is not kept: the next one asks anew.
      state.withLock { _ = $0.entries.removeValue(forKey: key) }
      throw error
    }
  }

  /// Takes a route's present weight, and forgets others for it.
  private func weigh(_ kept: KeptRoute) {
    let bytes = kept.bytes
    state.withLock { state in
      for (key, entry) in state.entries where entry.kept === kept {
        state.bytes += bytes - entry.bytes
        state.entries[key]?.bytes = bytes
      }
      while state.bytes > mostBytes,
        let oldest = state.entries.filter({ $0.value.kept.map { $0 !== kept } ?? false })
          .min(by: { $0.value.lastUse < $1.value.lastUse })
      {
        state.bytes -= oldest.value.bytes
        state.entries.removeValue(forKey: oldest.key)
      }
    }
  }

  private func load(_ key: Key) async throws -> KeptRoute {
    guard let course = key.course else { return try await load(key.version) }
    // Laps are arithmetic on one measured pass: whatever is asked for, the line is measured once.
    let pass = try await kept(key.version)
    if course == pass.measured.route.course { return pass }
    return try await threads.run {
      do throws(RouteError) { return self.keeping(try pass.measured.following(course)) } catch {
        throw LedgerError(.limit, error.message)
      }
    }
  }

  private func load(_ version: RouteVersion) async throws -> KeptRoute {
    guard let content = try await store.content(of: version) else {
      throw LedgerError(
        .notFound, "there is no route \(version.route), version \(version.version)")
    }
    return try await threads.run {
      let route = try content.route()
      do throws(RouteError) { return self.keeping(try MeasuredRoute(route)) } catch {
        // As it was stored it could be measured.
        throw LedgerError(.corrupt, "a stored route is none: \(error.message)")
      }
    }
  }

  private func keeping(_ measured: MeasuredRoute) -> KeptRoute {
    KeptRoute(measured) { [weak self] kept in self?.weigh(kept) }
  }
}
