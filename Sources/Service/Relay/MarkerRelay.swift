import CivilTime
import Logging
import Quests
import Routes
import ServiceLifecycle

/// Keeps the markers on the map where the ledger has the teams: those of teams that are known to have
/// changed within a second, all of them at the start and, where another program has written, once a
/// minute.
struct MarkerRelay: ServiceLifecycle.Service {
  let backend: Backend
  /// How long changes gather before they are placed together.
  var gathering = Duration.milliseconds(250)
  /// What the sweep leaves to others after each page.
  var sweepPause = Duration.milliseconds(50)
  /// Between two sweeps.
  var sweeping = Duration.seconds(60)

  /// Goes on until the surrounding group shuts down gracefully.
  func run() async {
    await cancelWhenGracefulShutdown {
      let changed = backend.ledger.changedTeams()
      let (sweeps, wanted) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
      wanted.yield()
      await withDiscardingTaskGroup { group in
        group.addTask {
          for await _ in sweeps {
            try? await sweep()
            try? await Task.sleep(for: sweeping)
          }
        }
        group.addTask { try? await follow(changed) { wanted.yield() } }
      }
    }
  }

  /// - Parameter others: is called where teams have changed that nobody names.
  private func follow(_ changed: ChangedTeams, others: () -> Void) async throws {
    for await _ in changed.signals {
      try await Task.sleep(for: gathering)
      let taken = changed.take()
      if taken.areOthers { others() }
      try await untilDone("markers of changed teams") { try await place(taken.teams) }
    }
  }

  /// Places the markers of all teams, page by page.
  func sweep() async throws {
    var last: TeamID?
    while true {
      var page: [TeamFacts] = []
      let after = last
      try await untilDone("markers of all teams") {
        page = try await backend.ledger.teams(after: after, limit: backend.ledgerLimits.page)
        try await place(page)
      }
      guard let next = page.last?.team.id else { return }
      last = next
      try await Task.sleep(for: sweepPause)
    }
  }

  /// Places the markers of some teams as they stand now.
  func place(_ teams: Set<TeamID>) async throws {
    for team in teams.sorted() {
      if let facts = try await backend.ledger.team(team) { try await place([facts]) }
    }
  }

  private func place(_ teams: [TeamFacts]) async throws {
    var markers: [QuestMarker] = []
    for facts in teams where facts.team.dissolvedAt == nil {
      for record in facts.quests {
        guard let marker = try await marker(record, facts) else { continue }
        markers.append(marker)
        if markers.count == backend.ledgerLimits.page {
          try await backend.ledger.setMarkers(markers)
          markers = []
        }
      }
    }
    if !markers.isEmpty { try await backend.ledger.setMarkers(markers) }
  }

  /// Nil for a quest that cannot be placed, which is told in the log and keeps no other back.
  private func marker(_ record: QuestRecord, _ facts: TeamFacts) async throws -> QuestMarker? {
    do {
      guard let plan = try await backend.ledger.plan(record.quest.plan) else {
        throw LedgerError(.corrupt, "the store lacks the plan of the quest \(record.quest.id)")
      }
      let route = try await backend.routeCache.measured(plan)
      let place = route.position(of: record.tally.total, plan: plan).coordinate
      return QuestMarker(
        quest: record.quest.id, team: facts.team.id, latitude: place.latitude,
        longitude: place.longitude, version: facts.version)
    } catch let error as LedgerError where error.code == .corrupt || error.code == .notFound {
      backend.logger.error(
        "marker",
        metadata: [
          "quest": .string(record.quest.id.description), "detail": .string(error.message),
        ])
      return nil
    }
  }

  /// Does work until it succeeds, with longer and longer pauses.
  ///
  /// - Throws: `CancellationError`.
  private func untilDone(_ what: String, _ work: () async throws -> Void) async throws {
    var backoff = Backoff.long
    while true {
      try Task.checkCancellation()
      do { return try await work() } catch {
        try Task.checkCancellation()
        backend.logger.warning("\(what)", metadata: ["detail": .string("\(error)")])
        try await Task.sleep(for: backoff.next())
      }
    }
  }
}
