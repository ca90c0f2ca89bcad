import CivilTime
import Logging
import Providers
import Quests
import ServiceLifecycle

/// Follows the ledger's events after their commit, and hands them to the readers of live streams.
///
/// One query reads the rows of all teams that anybody follows. Nothing here holds up whoever writes.
struct LiveRelay: ServiceLifecycle.Service {
  let backend: Backend
  /// Between two looks whether those who read still may.
  var confirming = Duration.milliseconds(400)
  /// Each stream has a sign of life in as long.
  var heartbeat = Duration.seconds(15)

  /// Events of one team in one look.
  private static let teamEvents = 100
  /// Events that are rendered together, with one query for the names in them.
  private static let eventsAtOnce = 1_000

  private var streams: LiveStreams { backend.live }

  /// Goes on until the surrounding group shuts down gracefully.
  func run() async {
    await cancelWhenGracefulShutdown {
      await withDiscardingTaskGroup { group in
        group.addTask { try? await follow() }
        group.addTask { try? await beat() }
        group.addTask { try? await confirm() }
      }
    }
  }

  // MARK: Events

  private func follow() async throws {
    var backoff = Backoff.short
    for await _ in streams.changed.signals {
      let taken = streams.changed.take()
      do {
        try await read(streams.versions(of: taken))
        backoff.reset()
      } catch {
        try Task.checkCancellation()
        backend.logger.warning("live events", metadata: ["detail": .string("\(error)")])
        streams.changed.insert(taken.teams)
        if taken.areOthers { streams.changed.insertOthers() }
        try await Task.sleep(for: backoff.next())
      }
    }
  }

  /// Reads and delivers what teams have had since their versions.
  private func read(_ versions: [TeamID: Int64]) async throws {
    var open = versions
    while !open.isEmpty {
      let some = Dictionary(
        open.prefix(backend.ledgerLimits.page).map { ($0.key, $0.value) },
        uniquingKeysWith: { first, _ in first })
      let found = try await backend.ledger.events(after: some, limit: Self.teamEvents)
      for team in some.keys { open[team] = nil }
      var ready: [TeamEvent] = []
      for (team, events) in Dictionary(grouping: found, by: \.team) {
        let missing = try await streams.rendering.missing(of: events)
        if !missing.isEmpty {
          prepare(missing, for: team)
          continue
        }
        ready += events
        if events.count == Self.teamEvents, let last = events.last { open[team] = last.version }
      }
      for start in stride(from: 0, to: ready.count, by: Self.eventsAtOnce) {
        let some = ready[start..<min(start + Self.eventsAtOnce, ready.count)]
        for message in try await streams.rendering.messages(of: Array(some)) {
          streams.deliver(message)
        }
      }
    }
  }

  /// Reads routes into memory, and comes back to the team then: no other team waits for them.
  private func prepare(_ plans: [QuestPlan], for team: TeamID) {
    Task {
      for plan in plans {
        do { try await streams.rendering.load(plan) } catch {
          backend.logger.warning("live routes", metadata: ["detail": .string("\(error)")])
          try? await Task.sleep(for: .seconds(1))
        }
      }
      streams.changed.insert(CollectionOfOne(team))
    }
  }

  // MARK: Care

  private func beat() async throws {
    var turn = 0
    while true {
      try await Task.sleep(for: heartbeat / LiveStreams.turns)
      streams.beat(turn: turn)
      turn += 1
    }
  }

  /// Ends the streams of those who have signed out, whose key was revoked, or whose token is over,
  /// wherever that was done.
  private func confirm() async throws {
    while true {
      try await Task.sleep(for: confirming)
      let principals = streams.principals
      if principals.isEmpty { continue }
      let now = backend.clock()
      do {
        let ended = try await backend.identity.ended(among: principals, at: now)
        streams.end { $0.hasExpired(at: now) || ended.contains($0) }
      } catch {
        try Task.checkCancellation()
        backend.logger.warning("live readers", metadata: ["detail": .string(error.message)])
        streams.end { $0.hasExpired(at: now) }
      }
    }
  }
}
