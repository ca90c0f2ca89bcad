import Base
import Synchronization

/// Whether the service takes requests: it turns red before a shutdown, so that balancers turn away
/// before connections close, and while the store does not answer.
final class Readiness: Sendable {
  /// What the last look at the store found.
  private struct Look: Sendable {
    var isUnderWay = false
    var began: ContinuousClock.Instant
    var verdict: Result<Void, any Error>?
  }

  private let closing = Atomic<Bool>(false)
  private let last: Lock<Look>
  private let clock: @Sendable () -> ContinuousClock.Instant

  /// How long what was found holds: anybody may ask, and as often as they like.
  private static let freshTime = Duration.seconds(1)
  /// How long a look may take. Balancers wait a few seconds for an answer.
  private static let patience = Duration.seconds(3)

  init(clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
    self.clock = clock
    last = Lock(Look(began: clock()))
  }

  var isClosing: Bool { closing.load(ordering: .relaxed) }
  func close() { closing.store(true, ordering: .relaxed) }

  /// Looks at the store, or tells what a moment ago was found: one look at a time, and one a second. A
  /// store that does not answer within the patience is one that does not work.
  ///
  /// - Throws: what the look found to be wrong.
  func check(_ look: @escaping @Sendable () async throws -> Void) async throws {
    let now = clock()
    let known = last.withLock { last -> Result<Void, any Error>? in
      if last.isUnderWay {
        // The first look has found nothing yet.
        let isLate = now - last.began >= Self.patience
        return isLate ? .failure(Self.silence) : last.verdict ?? .failure(Self.beginning)
      }
      if let verdict = last.verdict, now - last.began < Self.freshTime { return verdict }
      last.isUnderWay = true
      last.began = now
      return nil
    }
    if let known { return try known.get() }
    let (answers, answer) = AsyncStream.makeStream(of: Result<Void, any Error>.self)
    // Goes on where nobody waits any more, so that not each who asks begins another.
    Task {
      let verdict: Result<Void, any Error>
      do {
        try await look()
        verdict = .success(())
      } catch { verdict = .failure(error) }
      last.withLock { last in
        last.isUnderWay = false
        last.verdict = verdict
      }
      answer.yield(verdict)
    }
    let patience = Task {
      try await Task.sleep(for: Self.patience)
      answer.yield(.failure(Self.silence))
    }
    defer { patience.cancel() }
    for await verdict in answers { return try verdict.get() }
    throw CancellationError()
  }

  private static var beginning: Problem {
    Problem(.unavailable, "the store is asked for the first time", retryAfterSeconds: 1)
  }

  private static var silence: Problem {
    Problem(
      .unavailable, "the store has not answered for \(patience.components.seconds) seconds",
      retryAfterSeconds: 1)
  }
}
