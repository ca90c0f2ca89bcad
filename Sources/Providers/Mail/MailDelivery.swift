internal import Base
public import Quests

/// What became of a try to send a message.
public enum MailOutcome: String, CaseIterable, Sendable {
  case delivered
  /// It will be tried again.
  case postponed
  /// Whoever delivers mail has refused it for good.
  case bounced
  /// It was tried for so long that nobody has any use for it.
  case expired
}

/// Sends the messages of an outbox, of this process and of others.
///
/// What cannot be sent now is tried again, later each time; what is refused is reported and not tried
/// again. A message is sent once, but for those that a process was sending when it was killed: they
/// are sent again, with the same bytes.
public final class MailDelivery: Sendable {
  public struct Options: Sendable {
    /// Messages that are sent at a time.
    public var concurrent = 4
    /// How long a message that was taken is left to the process which took it: longer than one try
    /// takes.
    public var leaseSeconds: Int64 = 120
    /// The wait after the first failure; it doubles with each.
    public var firstWaitSeconds: Int64 = 5
    public var longestWaitSeconds: Int64 = 3_600
    /// Between two looks for messages that other processes have left.
    public var looking = Duration.seconds(1)

    public init() {}
  }

  public struct Figures: Hashable, Sendable {
    public internal(set) var outcomes: [MailOutcome: Int] = [:]
    /// Messages of all processes that waited when this one looked last.
    public internal(set) var waiting: Int64 = 0
  }

  private struct State {
    var figures = Figures()
    var underWay = 0
    var failuresInRow = 0
    var pausedUntil = MonotonicInstant.now
    var countedAt: MonotonicInstant?
  }

  /// Where messages are taken in.
  public let outbox: Outbox
  private let mail: any Mail
  private let options: Options
  private let random: RandomSource
  private let onFailure: @Sendable (MailOutcome?, String) -> Void
  private let state = Lock(State())

  /// - Parameter onFailure: gets what became of a message that was not sent, and why, without anything
  ///   of the message; no outcome where the store fails.
  public init(
    _ outbox: Outbox, through mail: any Mail, options: Options = Options(),
    random: RandomSource = .system,
    onFailure: @escaping @Sendable (MailOutcome?, String) -> Void = { _, _ in }
  ) {
    self.outbox = outbox
    self.mail = mail
    self.options = options
    self.random = random
    self.onFailure = onFailure
  }

  public var figures: Figures { state.withLock { $0.figures } }

  // MARK: Sending all

  /// Sends what is due until the task is cancelled. What is under way then goes on: `finish` waits.
  public func run() async {
    while !Task.isCancelled {
      var begun = 0
      do throws(LedgerError) {
        begun = try await begin()
        try await count()
      } catch {
        if Task.isCancelled { return }
        onFailure(nil, error.message)
      }
      if begun == 0 { await outbox.bell.wait(atMost: options.looking) }
    }
  }

  /// Waits until nothing is under way, but no longer than a time.
  public func finish(within time: Duration) async {
    let end = MonotonicInstant.now.advanced(by: time)
    while state.withLock({ $0.underWay }) > 0, .now < end {
      await outbox.bell.wait(atMost: .milliseconds(50))
    }
  }

  /// Sends what is due now, and waits until that is done.
  public func drain() async throws(LedgerError) {
    while true {
      if try await begin() > 0 { continue }
      if state.withLock({ $0.underWay }) == 0 { return }
      await outbox.bell.wait(atMost: .milliseconds(50))
    }
  }

  /// Takes what is due and there is room for, and begins to send it.
  ///
  /// - Returns: how many messages.
  private func begin() async throws(LedgerError) -> Int {
    let room = state.withLock { state in
      let room = state.pausedUntil > .now ? 0 : options.concurrent - state.underWay
      state.underWay += room
      return room
    }
    guard room > 0 else { return 0 }
    let taken: [TakenMail]
    do {
      taken = try await outbox.store.takeMail(limit: room, seconds: options.leaseSeconds)
    } catch {
      state.withLock { $0.underWay -= room }
      throw error
    }
    state.withLock { $0.underWay -= room - taken.count }
    for one in taken {
      // Not cancelled with the rest: a message that has been sent is to be noted.
      Task {
        await send(one)
        state.withLock { $0.underWay -= 1 }
        outbox.bell.ring()
      }
    }
    return taken.count
  }

  /// Looks how many wait, now and then.
  private func count() async throws(LedgerError) {
    let now = MonotonicInstant.now
    let isDue = state.withLock { state in
      if let last = state.countedAt, last.advanced(by: .seconds(10)) > now { return false }
      state.countedAt = now
      return true
    }
    guard isDue else { return }
    let waiting = try await outbox.store.waitingMail()
    state.withLock { $0.figures.waiting = waiting }
  }

  // MARK: Sending one

  private func send(_ taken: TakenMail) async {
    let mail = taken.mail
    guard mail.expiresAt > outbox.clock() else {
      await end(mail, .expired, "a message could not be sent in time; it is given up")
      return
    }
    guard let (letter, goesOut) = MailLetter.opened(mail, by: outbox.seal) else {
      // A process with that secret may still take it.
      await postpone(taken, "a message was sealed with another secret of the service")
      return
    }
    guard goesOut else {
      await note { store throws(LedgerError) in try await store.finishMail(mail.id) }
      return
    }
    do throws(MailError) {
      try await self.mail.send(letter)
      state.withLock { $0.failuresInRow = 0 }
      await end(mail, .delivered, nil)
    } catch {
      if error.code == .refused {
        await end(mail, .bounced, error.message)
      } else {
        pauseAfterFailure()
        await postpone(taken, error.message)
      }
    }
  }

  private func end(_ mail: OutgoingMail, _ outcome: MailOutcome, _ reason: String?) async {
    report(outcome, reason)
    await note { store throws(LedgerError) in try await store.finishMail(mail.id) }
  }

  private func postpone(_ taken: TakenMail, _ reason: String) async {
    report(.postponed, reason)
    let wait = wait(after: taken.attempts)
    await note { store throws(LedgerError) in
      try await store.postponeMail(taken.mail.id, seconds: wait)
    }
  }

  /// Not all at once: messages that failed together are not tried again together.
  private func wait(after attempts: Int64) -> Int64 {
    let doubled = options.firstWaitSeconds << min(max(attempts - 1, 0), 20)
    let wait = min(doubled, options.longestWaitSeconds)
    var random = random
    return wait + Int64.random(in: 0...(wait / 5), using: &random)
  }

  /// Failures in a row that say nothing of the other side.
  private static let fewFailures = 4

  /// A server that takes nothing is not asked for every message that waits.
  private func pauseAfterFailure() {
    state.withLock { state in
      state.failuresInRow += 1
      let more = state.failuresInRow - Self.fewFailures
      guard more >= 0 else { return }
      state.pausedUntil = .now.advanced(
        by: .seconds(min(1 << min(more / options.concurrent, 5), 30)))
    }
  }

  private func report(_ outcome: MailOutcome, _ reason: String?) {
    state.withLock { $0.figures.outcomes[outcome, default: 0] += 1 }
    if let reason { onFailure(outcome, reason) }
  }

  /// Notes what became of a message: where the store fails, a few times, for it would be sent again.
  private func note(
    _ body: @Sendable (any MailStore) async throws(LedgerError) -> Void
  ) async {
    for pause in [1, 2, 4, 0] {
      do throws(LedgerError) { return try await body(outbox.store) } catch {
        onFailure(nil, error.message)
      }
      try? await Task.sleep(for: .seconds(pause))
    }
  }
}
