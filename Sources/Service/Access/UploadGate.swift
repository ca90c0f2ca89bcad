import Base

/// Bounds what route files may take of the process at once: memory for what arrives, and processors
/// for what is read, inspected and written.
final class UploadGate: Sendable {
  private struct State {
    var bytes = 0
    var atWork = 0
  }

  private let mostBytes: Int
  private let mostAtWork: Int
  private let state = Lock(State())

  init(mostBytes: Int, mostAtWork: Int) {
    self.mostBytes = mostBytes
    self.mostAtWork = mostAtWork
  }

  /// Does heavy work, if not too much of it is under way.
  ///
  /// - Throws: `unavailable`, to come back later.
  func work<T>(_ body: () async throws -> T) async throws -> T {
    let isFree = state.withLock { state in
      guard state.atWork < mostAtWork else { return false }
      state.atWork += 1
      return true
    }
    guard isFree else {
      throw Problem(
        .unavailable,
        "\(mostAtWork) route files are being worked on, the limit; send it again in a moment",
        retryAfterSeconds: 2)
    }
    defer { state.withLock { $0.atWork -= 1 } }
    return try await body()
  }

  /// What one upload holds of the memory, from its first byte until its answer is made.
  ///
  /// Counted as bytes arrive, so that who sends slowly keeps nothing from others.
  final class Receipt: Sendable {
    private let gate: UploadGate
    private let held = Lock(0)

    init(_ gate: UploadGate) { self.gate = gate }

    /// - Throws: `unavailable` where all uploads together would hold more than the limit.
    func take(_ bytes: Int) throws(Problem) {
      let fits = gate.state.withLock { state in
        guard bytes <= gate.mostBytes - state.bytes else { return false }
        state.bytes += bytes
        return true
      }
      guard fits else {
        var problem = Problem(
          .unavailable, "too many uploads arrive at once; send it again in a moment",
          retryAfterSeconds: 5)
        problem.headers[.connection] = "close"
        throw problem
      }
      held.withLock { $0 += bytes }
    }

    func giveBack() {
      let bytes = held.withLock { held in
        defer { held = 0 }
        return held
      }
      gate.state.withLock { $0.bytes -= bytes }
    }
  }
}
