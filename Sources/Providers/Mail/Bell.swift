internal import Base

/// Wakes those who wait for something to do.
final class Bell: Sendable {
  private struct State {
    /// Rung while nobody waited: the next who wants to wait need not.
    var isRung = false
    var waiters: [OneReply<Void>] = []
  }

  private let state = Lock(State())

  func ring() {
    let waiters = state.withLock { state in
      state.isRung = state.waiters.isEmpty
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in waiters { waiter.give(()) }
  }

  /// Waits until the bell rings, the time is over or the task is cancelled.
  func wait(atMost time: Duration) async {
    let reply = OneReply<Void>()
    let isRung = state.withLock { state in
      defer { state.isRung = false }
      if !state.isRung { state.waiters.append(reply) }
      return state.isRung
    }
    if isRung { return }
    let timer = Task {
      try? await Task.sleep(for: time)
      reply.give(())
    }
    await withTaskCancellationHandler {
      await withCheckedContinuation { reply.wait($0) }
    } onCancel: {
      reply.give(())
    }
    timer.cancel()
    state.withLock { $0.waiters.removeAll { $0 === reply } }
  }
}
