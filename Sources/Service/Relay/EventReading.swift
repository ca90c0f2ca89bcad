import Logging
import Quests

/// Reads the events of many teams, and makes messages of them.
struct EventReading: Sendable {
  let backend: Backend
  let rendering: LiveRendering
  /// Is told of teams whose events are to be read again.
  let changed: ChangedTeams

  /// Events of one team in one look.
  private static let teamEvents = 100
  /// Events that are rendered together, with one query for the names in them.
  private static let eventsAtOnce = 1_000

  /// Reads what teams have had since versions, all of them in one query, and gives it away in the
  /// order of each team.
  ///
  /// A team on a route that is not in memory is left out, and comes back when the route is there: no
  /// other team waits for it.
  func read(
    after versions: [TeamID: Int64], deliver: ([LiveMessage]) async throws -> Void
  ) async throws {
    var open = versions
    while !open.isEmpty {
      let some = Dictionary(
        open.prefix(backend.ledgerLimits.page).map { ($0.key, $0.value) },
        uniquingKeysWith: { first, _ in first })
      let found = try await backend.ledger.events(after: some, limit: Self.teamEvents)
      for team in some.keys { open[team] = nil }
      var ready: [TeamEvent] = []
      for (team, events) in Dictionary(grouping: found, by: \.team) {
        let missing = try await rendering.missing(of: events)
        if !missing.isEmpty {
          prepare(missing, for: team)
          continue
        }
        ready += events
        if events.count == Self.teamEvents, let last = events.last { open[team] = last.version }
      }
      for start in stride(from: 0, to: ready.count, by: Self.eventsAtOnce) {
        let some = ready[start..<min(start + Self.eventsAtOnce, ready.count)]
        try await deliver(try await rendering.messages(of: Array(some)))
      }
    }
  }

  /// Reads routes into memory, and comes back to the team then.
  private func prepare(_ plans: [QuestPlan], for team: TeamID) {
    Task {
      for plan in plans {
        do { try await rendering.load(plan) } catch {
          backend.logger.warning("live routes", metadata: ["detail": .string("\(error)")])
          try? await Task.sleep(for: .seconds(1))
        }
      }
      changed.insert(CollectionOfOne(team))
    }
  }

  /// Does work for what gathers, again and again; after a failure what it was for comes back, with
  /// longer and longer pauses.
  ///
  /// - Throws: `CancellationError`.
  func follow(_ what: String, _ work: (ChangedTeams.Taken) async throws -> Void) async throws {
    var backoff = Backoff.short
    for await _ in changed.signals {
      let taken = changed.take()
      do {
        try await work(taken)
        backoff.reset()
      } catch {
        try Task.checkCancellation()
        backend.logger.warning("\(what)", metadata: ["detail": .string("\(error)")])
        changed.insert(taken.teams)
        if taken.areOthers { changed.insertOthers() }
        try await Task.sleep(for: backoff.next())
      }
    }
  }
}
