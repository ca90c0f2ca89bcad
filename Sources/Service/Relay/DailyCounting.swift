import CivilTime
import Logging
import Quests
import ServiceLifecycle

/// Keeps the counts of days: adds what this process has seen, and derives from the ledger what
/// happened on a day that is over; of many processes one does.
struct DailyCounting: ServiceLifecycle.Service {
  let backend: Backend
  /// Between two times of adding.
  var adding = Duration.seconds(60)
  /// How long the right to derive lasts.
  var holding: Int64 = 600

  /// After midnight, for what was begun before it.
  private static let pauseSeconds: Int64 = 600

  init(backend: Backend) { self.backend = backend }

  /// Goes on until the surrounding group shuts down gracefully.
  func run() async {
    try? await cancelWhenGracefulShutdown { try await work() }
    // Of the last minute.
    try? await flush()
  }

  private func work() async throws {
    var derived: Day?
    while true {
      do {
        try await flush()
        let today = today(backend.clock().advanced(bySeconds: -Self.pauseSeconds))
        if derived != today, try await derive(before: today) { derived = today }
      } catch {
        try Task.checkCancellation()
        backend.logger.warning("statistics", metadata: ["detail": .string("\(error)")])
      }
      try await Task.sleep(for: adding)
    }
  }

  func flush() async throws {
    try await backend.usage.flush(backend.metrics, on: today(backend.clock())) {
      try await backend.statistics.add($0)
    }
  }

  /// - Returns: whether there is nothing more to be derived.
  func derive(before today: Day) async throws -> Bool {
    let next = try await backend.statistics.firstUnderivedDay()
    guard let next, next < today else { return true }
    guard try await backend.statistics.holdStatistics(holder: backend.holder, seconds: holding)
    else {
      return false
    }
    try await backend.statistics.deriveCounts(before: today)
    return true
  }

  private func today(_ now: Instant) -> Day { Zone.utc.day(at: now) }
}
