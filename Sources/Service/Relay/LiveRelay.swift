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

  private func follow() async throws {
    let events = EventReading(
      backend: backend, rendering: streams.rendering, changed: streams.changed)
    try await events.follow("live events") { taken in
      try await events.read(after: streams.versions(of: taken)) { messages in
        for message in messages { streams.deliver(message) }
      }
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

  /// Ends the streams of those who have signed out, whose key or link was revoked, or whose token is over,
  /// wherever that was done.
  private func confirm() async throws {
    while true {
      try await Task.sleep(for: confirming)
      let credentials = streams.credentials
      if credentials.isEmpty { continue }
      let now = backend.clock()
      do {
        let ended = try await backend.ended(among: credentials, at: now)
        streams.end { $0.hasExpired(at: now) || ended.contains($0) }
      } catch {
        try Task.checkCancellation()
        backend.logger.warning("live readers", metadata: ["detail": .string(error.message)])
        streams.end { $0.hasExpired(at: now) }
      }
    }
  }
}
