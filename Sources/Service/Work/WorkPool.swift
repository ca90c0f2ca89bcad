import Base

/// Does heavy work a little at a time, by `WorkQueue`, so that it keeps nothing else waiting.
final class WorkPool: Sendable {
  private struct State {
    var queue: WorkQueue
    var waiting: [WorkQueue.ID: CheckedContinuation<Void, any Error>] = [:]
    var isClosed = false
  }

  private let state: Lock<State>
  private let threads: WorkThreads
  private let mostWaiting: Int

  init(_ limits: ServiceLimits) {
    state = Lock(State(queue: WorkQueue(limits)))
    threads = WorkThreads(count: limits.workThreads)
    mostWaiting = limits.workWaiting
  }

  /// How much waits, and how much is done now.
  var figures: (waiting: Int, running: Int) {
    state.withLock { ($0.queue.waitingCount, $0.queue.runningCount) }
  }

  /// Refuses what waits, and whatever comes: the service is about to end.
  func close() {
    let waiting = state.withLock { state in
      defer { state.waiting = [:] }
      state.isClosed = true
      for id in state.waiting.keys { state.queue.end(id) }
      return state.waiting.values
    }
    for continuation in waiting { continuation.resume(throwing: CancellationError()) }
  }

  /// Work whose turn has come, with the memory that it was admitted for, until nobody holds it.
  final class Turn: Sendable {
    private let pool: WorkPool
    private let id: WorkQueue.ID

    fileprivate init(_ pool: WorkPool, _ id: WorkQueue.ID) {
      self.pool = pool
      self.id = id
    }

    deinit { pool.end(id) }

    func run<T: Sendable>(_ work: @escaping @Sendable () async throws -> T) async throws -> T {
      try await pool.threads.run(work)
    }
  }

  /// Waits for a turn.
  ///
  /// - Throws: `unavailable`, `too-many-requests`; a cancellation, also of the whole service.
  func turn(_ cost: WorkCost, for caller: CallerKey) async throws -> Turn {
    let added = Lock<WorkQueue.ID?>(nil)
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation {
        (continuation: CheckedContinuation<Void, any Error>) in
        add(cost, caller, added, continuation)
      }
    } onCancel: {
      if let id = added.withLock({ $0 }) { cancel(id) }
    }
    guard let id = added.withLock({ $0 }) else { throw CancellationError() }
    return Turn(self, id)
  }

  private func add(
    _ cost: WorkCost, _ caller: CallerKey, _ added: Lock<WorkQueue.ID?>,
    _ continuation: CheckedContinuation<Void, any Error>
  ) {
    let fault: (any Error)? = state.withLock { state in
      if state.isClosed { return CancellationError() }
      do throws(WorkQueue.Refusal) {
        let id = try state.queue.add(cost, for: caller)
        added.withLock { $0 = id }
        state.waiting[id] = continuation
        return nil
      } catch { return problem(error) }
    }
    if let fault { return continuation.resume(throwing: fault) }
    // Cancelled before there was anything to cancel.
    if Task.isCancelled, let id = added.withLock({ $0 }) { cancel(id) }
    begin()
  }

  private func cancel(_ id: WorkQueue.ID) {
    let continuation = state.withLock { state in
      guard let continuation = state.waiting.removeValue(forKey: id) else {
        return CheckedContinuation<Void, any Error>?.none
      }
      state.queue.end(id)
      return continuation
    }
    continuation?.resume(throwing: CancellationError())
    begin()
  }

  private func end(_ id: WorkQueue.ID) {
    state.withLock { $0.queue.end(id) }
    begin()
  }

  private func begin() {
    let begun = state.withLock { state in
      state.queue.begin().compactMap { state.waiting.removeValue(forKey: $0) }
    }
    for continuation in begun { continuation.resume() }
  }

  private func problem(_ refusal: WorkQueue.Refusal) -> Problem {
    switch refusal {
    case .full:
      Problem(
        .unavailable,
        "too much work on routes waits, and \(mostWaiting) requests at most; ask again in a moment",
        retryAfterSeconds: 5)
    case .caller(let limit):
      Problem(
        .tooManyRequests,
        "\(limit) of your requests wait to be worked on, the limit; ask again when they are answered",
        retryAfterSeconds: 5)
    }
  }
}
