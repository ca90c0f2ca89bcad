internal import Base

/// A bounded queue in front of an adapter: whoever offers a message never waits for the other side.
///
/// Messages are tried again after failures, and not sent for a while after many in a row. The oldest
/// are dropped where there is no room: what must not be lost is kept in the store.
public final class Delivery<Message: Deliverable, Failure: DeliveryFailure>: Sendable {
  private struct State: Sendable {
    var queue: DeliveryQueue<Message>
    var random: RandomSource
    var calls: [Int: Task<Void, Never>] = [:]
    /// When somebody is going to look again.
    var wakesAt: MonotonicInstant?
    var roomWaiters: [(count: Int, reply: OneReply<Void>)] = []
    var endWaiters: [OneReply<Void>] = []

    /// Those who wait for what has come true.
    mutating func satisfied() -> [OneReply<Void>] {
      let (room, isClosed) = (queue.room, queue.isClosed)
      var replies = roomWaiters.filter { isClosed || $0.count <= room }.map(\.reply)
      if !replies.isEmpty { roomWaiters.removeAll { isClosed || $0.count <= room } }
      if queue.isEmpty {
        replies += endWaiters
        endWaiters = []
      }
      return replies
    }
  }

  private let adapter: any DeliveryAdapter<Message, Failure>
  private let limits: DeliveryLimits
  private let onFailure: @Sendable (Failure) -> Void
  private let state: Lock<State>

  /// - Parameter onFailure: gets what each call failed with.
  public init(
    _ adapter: some DeliveryAdapter<Message, Failure>, limits: DeliveryLimits = DeliveryLimits(),
    random: RandomSource = .system,
    onFailure: @escaping @Sendable (Failure) -> Void = { _ in }
  ) {
    self.adapter = adapter
    self.limits = limits
    self.onFailure = onFailure
    state = Lock(
      State(
        queue: DeliveryQueue(limits: limits, mostMessages: adapter.mostMessages), random: random))
  }

  /// The adapter's name.
  public var name: String { adapter.name }

  public var figures: DeliveryFigures { state.withLock { $0.queue.figures } }

  /// Messages for which there is room.
  public var room: Int { state.withLock { $0.queue.room } }

  /// Takes a message, and never waits. Where there is no room the oldest is dropped, and after the
  /// end all are.
  public func offer(_ message: Message) { offer(CollectionOfOne(message)) }

  /// Takes messages, those of a lane in their order.
  public func offer(_ messages: some Collection<Message>) {
    step { state in for message in messages { state.queue.offer(message) } }
  }

  /// Waits until there is room for some messages, or until the end or the task's cancellation.
  public func waitForRoom(_ count: Int = 1) async {
    let count = min(count, limits.capacity)
    await wait { state, reply in
      if state.queue.isClosed || count <= state.queue.room { return false }
      state.roomWaiters.append((count, reply))
      return true
    }
  }

  /// Takes nothing more, hands over what is left for so long, and gives up the rest.
  public func close(within time: Duration) async {
    step { $0.queue.close() }
    let timer = Task { [weak self] in
      try? await Task.sleep(for: time)
      self?.abandon()
    }
    await wait { state, reply in
      if state.queue.isEmpty { return false }
      state.endWaiters.append(reply)
      return true
    }
    timer.cancel()
    abandon()
  }

  private func abandon() {
    step { state in
      state.queue.abandon()
      for call in state.calls.values { call.cancel() }
      state.calls = [:]
    }
  }

  /// - Parameter enlist: returns false where there is nothing to wait for.
  private func wait(_ enlist: (inout State, OneReply<Void>) -> Bool) async {
    let reply = OneReply<Void>()
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        reply.wait(continuation)
        if !state.withLock({ enlist(&$0, reply) }) { reply.give(()) }
      }
    } onCancel: {
      reply.give(())
    }
    state.withLock { state in
      state.roomWaiters.removeAll { $0.reply === reply }
      state.endWaiters.removeAll { $0 === reply }
    }
  }

  // MARK: Performing

  /// Changes the queue, and does what it asks for then.
  private func step(_ change: (inout State) -> Void) {
    let satisfied = state.withLock { state in
      change(&state)
      let now = MonotonicInstant.now
      for action in state.queue.actions(at: now) {
        switch action {
        case .deliver(let call, let messages):
          // It cannot end before it stands in the list, for its end takes the same lock.
          state.calls[call] = Task { await self.deliver(messages, in: call) }
        case .wake(let instant): wake(at: instant, &state)
        }
      }
      return state.satisfied()
    }
    for reply in satisfied { reply.give(()) }
  }

  private func deliver(_ messages: [Message], in call: Int) async {
    var failure: Failure?
    do throws(Failure) { try await adapter.deliver(messages) } catch { failure = error }
    if let failure { onFailure(failure) }
    step { state in
      state.calls[call] = nil
      state.queue.finished(call, failure, at: .now, using: &state.random)
    }
  }

  private func wake(at instant: MonotonicInstant, _ state: inout State) {
    if let known = state.wakesAt, known <= instant { return }
    state.wakesAt = instant
    Task { [weak self] in
      try? await Task.sleep(until: instant, clock: .continuous)
      self?.step { if $0.wakesAt == instant { $0.wakesAt = nil } }
    }
  }
}
