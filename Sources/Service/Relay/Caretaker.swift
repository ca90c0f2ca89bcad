import CivilTime
import Logging
import Quests
import ServiceLifecycle

/// Announces the starts of quests, closes those whose window is over, and forgets what is kept for a
/// time only.
struct Caretaker: ServiceLifecycle.Service {
  let backend: Backend
  /// Between two looks for quests that are due.
  var closing = Duration.seconds(2)
  /// Looks for due quests between two times of forgetting: ten minutes.
  var roundsPerForgetting = 300

  /// Goes on until the surrounding group shuts down gracefully.
  func run() async {
    try? await cancelWhenGracefulShutdown { try await work() }
  }

  private func work() async throws {
    var backoff = Backoff.long
    var round = 0
    while true {
      do {
        try await closeDue()
        if round % roundsPerForgetting == 0 { try await forget() }
        round += 1
        backoff.reset()
        try await Task.sleep(for: closing)
      } catch {
        try Task.checkCancellation()
        backend.logger.warning("care", metadata: ["detail": .string("\(error)")])
        try await Task.sleep(for: backoff.next())
      }
    }
  }

  /// Announces each quest that has started or expired; of many processes exactly one does.
  ///
  /// - Returns: for how many it was asked.
  @discardableResult
  func closeDue() async throws -> Int {
    let now = backend.clock()
    var closed = 0
    while true {
      let limit = min(backend.ledgerLimits.page, backend.ledgerLimits.batchActivities)
      let due = try await backend.ledger.questsDue(at: now, limit: limit)
      if due.isEmpty { return closed }
      let results = try await backend.ledger.perform(
        due.map { LedgerCommand(.advanceQuest($0), at: now, actor: nil) })
      let done = results.count { (try? $0.get()) != nil }
      closed += done
      // One that cannot be closed would be due for ever.
      if done == 0 || due.count < limit { return closed }
    }
  }

  func forget() async throws {
    let now = backend.clock()
    _ = try await backend.ledger.forgetEvents(at: now)
    try await backend.accounts.forgetExpired(at: now)
  }
}
