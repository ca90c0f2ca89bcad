import Base
import Quests

/// What the store takes on its disk, asked for at most once a minute: whoever reads the figures is told
/// what was found last and waits for no answer.
final class StoreSize: Sendable {
  private struct State {
    var bytes: Int64?
    var isUnderWay = false
    var asked: ContinuousClock.Instant?
  }

  static let freshTime = Duration.seconds(60)

  private let state = Lock(State())
  private let clock: @Sendable () -> ContinuousClock.Instant
  private let ask: @Sendable () async throws -> Int64

  init(
    clock: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
    _ ask: @escaping @Sendable () async throws -> Int64
  ) {
    self.clock = clock
    self.ask = ask
  }

  /// What was found last; nil where nothing was, or where the store did not answer.
  ///
  /// Asks anew, for the next time, where that was a minute ago.
  var bytes: Int64? {
    let now = clock()
    let (bytes, isDue) = state.withLock { state in
      let isDue =
        !state.isUnderWay && state.asked.map { now - $0 >= Self.freshTime } ?? true
      if isDue {
        state.isUnderWay = true
        state.asked = now
      }
      return (state.bytes, isDue)
    }
    if isDue {
      Task { [self] in
        let found = try? await ask()
        state.withLock { state in
          state.bytes = found
          state.isUnderWay = false
        }
      }
    }
    return bytes
  }
}
