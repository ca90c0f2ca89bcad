import Base
import Logging
import Providers
import Quests
import ServiceLifecycle

/// Hands the events of all teams to a service outside, after their commit and in the order of each
/// team: of many processes one does at a time, and another goes on where it has ended.
///
/// What is handed over may come twice after a process has been killed, for what it had handed over
/// last was not noted. Nothing is left out but events that are older than the store keeps them.
struct AnnouncementRelay: ServiceLifecycle.Service {
  let backend: Backend
  let announcements: Announcements
  /// How long the right to hand over lasts without being kept.
  var holding: Int64 = 10
  /// Between two times of keeping it, and of noting what was handed over.
  var keeping = Duration.seconds(2)
  /// Whether anybody has a use for it yet; asked until it is so.
  private let isNeeded: @Sendable () async throws -> Bool

  init(
    backend: Backend, announcements: Announcements,
    isNeeded: @escaping @Sendable () async throws -> Bool = { true }
  ) {
    self.backend = backend
    self.announcements = announcements
    self.isNeeded = isNeeded
  }

  /// Goes on until the surrounding group shuts down gracefully.
  func run() async {
    await cancelWhenGracefulShutdown { try? await compete() }
    await announcements.delivery.close(within: .seconds(2))
    try? await announcements.note()
    try? await announcements.release()
  }

  /// Hands over whenever this process has the right to.
  private func compete() async throws {
    // Where no team is there yet, the beginning is noted at once: what happens before the next look
    // is announced then.
    var isBeginning = true
    while true {
      do {
        if isBeginning, try await announcements.areAllNoted() {
          _ = try await announcements.hold(seconds: holding)
        }
        isBeginning = false
        if try await isNeeded(), try await announcements.hold(seconds: holding) {
          try await lead()
        }
      } catch {
        try Task.checkCancellation()
        warn(error)
      }
      try await Task.sleep(for: keeping)
    }
  }

  /// Hands over until the right is lost.
  private func lead() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        while try await announcements.hold(seconds: holding) {
          try await Task.sleep(for: keeping)
          try await announcements.note()
        }
      }
      group.addTask { try await follow() }
      defer { group.cancelAll() }
      try await group.next()
    }
  }

  private func follow() async throws {
    let changed = backend.ledger.changedTeams()
    let events = EventReading(
      backend: backend, rendering: backend.live.rendering, changed: changed)
    announcements.forget()
    // What nobody has handed over.
    changed.insertOthers()
    try await events.follow("announcements") { taken in
      for team in taken.teams.chunks(of: backend.ledgerLimits.page) {
        try await hand(over: try await announcements.versions(of: team), events)
      }
      guard taken.areOthers else { return }
      var last: TeamID?
      while true {
        let page = try await announcements.store.unannounced(
          to: announcements.name, after: last, limit: backend.ledgerLimits.page)
        try await hand(
          over: try await announcements.versions(of: Set(page.map(\.team))), events)
        guard page.count == backend.ledgerLimits.page else { return }
        last = page.last?.team
      }
    }
  }

  private func hand(over versions: [TeamID: Int64], _ events: EventReading) async throws {
    try await events.read(after: versions) { messages in try await offer(messages) }
  }

  private func offer(_ messages: [LiveMessage]) async throws {
    let open = try await publicTeams(Set(messages.map(\.event.team)))
    for message in messages {
      // A service that takes nothing holds up what is handed over, and nothing else.
      await announcements.delivery.waitForRoom()
      try Task.checkCancellation()
      announcements.offer(message, isPublic: open.contains(message.event.team))
    }
  }

  /// Those of some teams that strangers may see.
  private func publicTeams(_ teams: Set<TeamID>) async throws -> Set<TeamID> {
    var open: Set<TeamID> = []
    for team in teams {
      let facts = try await backend.ledger.team(team)
      if facts?.team.isPublic == true, facts?.team.dissolvedAt == nil { open.insert(team) }
    }
    return open
  }

  private func warn(_ error: any Error) {
    backend.logger.warning("announcements", metadata: ["detail": .string("\(error)")])
  }
}

extension Set {
  fileprivate func chunks(of count: Int) -> [Set<Element>] {
    let all = Array(self)
    return stride(from: 0, to: all.count, by: count).map {
      Set(all[$0..<Swift.min($0 + count, all.count)])
    }
  }
}
