import Base
import NIOCore

/// Lets a few do something at a time, and the others in the order in which they came: when a thousand
/// come at once, as after a restart, whatever else is done goes on in between.
final class Turns: Sendable {
  private struct State {
    var free: Int
    var waiting = CircularBuffer<CheckedContinuation<Void, Never>>()
  }

  private let state: Lock<State>

  /// - Parameter most: how many have a turn at a time.
  init(most: Int) { state = Lock(State(free: most)) }

  /// Does something when its turn has come. It is to wait for nobody who may keep it waiting.
  func take<Value>(
    isolation: isolated (any Actor)? = #isolation, _ work: () async throws -> Value
  ) async rethrows -> Value {
    await withCheckedContinuation { continuation in
      let hasTurn = state.withLock { state in
        if state.free > 0 {
          state.free -= 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if hasTurn { continuation.resume() }
    }
    defer { pass() }
    return try await work()
  }

  private func pass() {
    let next = state.withLock { state in
      if let next = state.waiting.popFirst() { return CheckedContinuation<Void, Never>?.some(next) }
      state.free += 1
      return nil
    }
    next?.resume()
  }
}
