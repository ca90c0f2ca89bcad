/// Which messages are handed over next, and when, after successes and failures: a plain value, which
/// performs nothing.
///
/// The messages of a lane keep their order, because a lane is in one call at a time. A call that
/// failed is tried again as it was. After failures in a row nothing is sent for a while, then one call
/// tries (a circuit breaker).
struct DeliveryQueue<Message: Deliverable>: Sendable {
  typealias Lane = Message.Lane

  enum Action: Hashable, Sendable {
    /// Hand the messages over, and tell the queue how it went.
    case deliver(call: Int, [Message])
    /// Ask the queue again then, if nothing else happens before.
    case wake(MonotonicInstant)
  }

  private struct Call: Sendable {
    /// What is still to be handed over.
    var messages: [Message]
    let lanes: Set<Lane>
    var failures = 0
    /// One message at a time, because they were refused together.
    var isSplit = false
    /// Nil while it is under way.
    var restsUntil: MonotonicInstant?

    var next: [Message] { isSplit ? Array(messages.prefix(1)) : messages }
  }

  private enum Breaker: Hashable, Sendable {
    case closed
    case open(until: MonotonicInstant)
    /// One call shows whether it works again.
    case trying(call: Int)
  }

  let limits: DeliveryLimits
  private let mostMessages: Int

  /// What waits in each lane, the oldest first.
  private var lanes: [Lane: [Waiting]] = [:]
  /// Lanes to take messages of next; each once, among them such as have none any more.
  private var ready = Line<Lane>()
  private var inLine: Set<Lane> = []
  /// All arrivals, the oldest first, among them such as do not wait any more.
  private var arrivals = Line<(number: Int, lane: Lane)>()
  private var calls: [Int: Call] = [:]
  private var busy: Set<Lane> = []

  private var lastNumber = 0
  private var waitingCount = 0
  private var failuresInARow = 0
  private var pauses = 0
  private var breaker = Breaker.closed
  private var pausedUntil: MonotonicInstant?
  private(set) var isClosed = false
  private var settled = DeliveryFigures()

  private struct Waiting: Sendable {
    let number: Int
    let message: Message
  }

  init(limits: DeliveryLimits, mostMessages: Int) {
    self.limits = limits
    self.mostMessages = max(mostMessages, 1)
  }

  // MARK: What is there

  var room: Int { max(limits.capacity - waitingCount, 0) }
  var isEmpty: Bool { waitingCount == 0 && calls.isEmpty }

  var figures: DeliveryFigures {
    var figures = settled
    figures.waiting = waitingCount + calls.values.reduce(0) { $0 + $1.messages.count }
    figures.isOpen = breaker != .closed
    return figures
  }

  // MARK: Coming and going

  /// Takes a message; where there is no room the oldest that waits is dropped.
  mutating func offer(_ message: Message) {
    if isClosed || limits.capacity < 1 {
      settled.dropped += 1
      return
    }
    if waitingCount >= limits.capacity { dropOldest() }
    lastNumber += 1
    lanes[message.lane, default: []].append(Waiting(number: lastNumber, message: message))
    arrivals.append((lastNumber, message.lane))
    waitingCount += 1
    if !busy.contains(message.lane) { lineUp(message.lane) }
    forget()
  }

  private mutating func lineUp(_ lane: Lane) {
    if inLine.insert(lane).inserted { ready.append(lane) }
  }

  /// Forgets what has left the lanes, so seldom that it costs O(1) a message.
  private mutating func forget() {
    let most = 2 * limits.capacity + 64
    let lanes = self.lanes
    if arrivals.count > most { arrivals.keep { Self.isFirstOrLater($0, in: lanes) } }
    if ready.count > most {
      ready.keep { lanes[$0] != nil }
      inLine = inLine.filter { lanes[$0] != nil }
    }
  }

  private static func isFirstOrLater(
    _ arrival: (number: Int, lane: Lane), in lanes: [Lane: [Waiting]]
  ) -> Bool {
    lanes[arrival.lane]?.first.map { $0.number <= arrival.number } ?? false
  }

  private mutating func dropOldest() {
    while let oldest = arrivals.popFirst() {
      guard lanes[oldest.lane]?.first?.number == oldest.number else { continue }
      removeFirst(1, of: oldest.lane)
      settled.dropped += 1
      return
    }
  }

  private mutating func removeFirst(_ count: Int, of lane: Lane) {
    lanes[lane]?.removeFirst(count)
    // A lane that is still in line without a message is passed over.
    if lanes[lane]?.isEmpty == true { lanes[lane] = nil }
    waitingCount -= count
  }

  /// Takes nothing more, and goes on with what is there.
  mutating func close() { isClosed = true }

  /// Gives up whatever is left.
  mutating func abandon() {
    settled.dropped += figures.waiting
    lanes = [:]
    calls = [:]
    waitingCount = 0
  }

  // MARK: What to do

  /// What to do now.
  mutating func actions(at now: MonotonicInstant) -> [Action] {
    if let pausedUntil {
      if now < pausedUntil { return isEmpty ? [] : [.wake(pausedUntil)] }
      self.pausedUntil = nil
    }
    switch breaker {
    case .trying: return []
    case .open(let until):
      if now < until { return isEmpty ? [] : [.wake(until)] }
      guard let (call, messages) = nextCall(at: nil) else { return [] }
      breaker = .trying(call: call)
      return [.deliver(call: call, messages)]
    case .closed:
      var actions: [Action] = []
      while let (call, messages) = nextCall(at: now) {
        actions.append(.deliver(call: call, messages))
      }
      if let next = calls.values.compactMap(\.restsUntil).min() { actions.append(.wake(next)) }
      return actions
    }
  }

  /// Begins the call that has rested longest, or else one of what waits.
  ///
  /// - Parameter now: nil where no call needs to rest any longer.
  private mutating func nextCall(
    at now: MonotonicInstant?
  ) -> (number: Int, messages: [Message])? {
    let rested = calls.compactMap { number, call in call.restsUntil.map { (number, until: $0) } }
      .min { ($0.until, $0.0) < ($1.until, $1.0) }
    if let (number, until) = rested, now.map({ until <= $0 }) ?? true, let call = calls[number] {
      calls[number]?.restsUntil = nil
      return (number, call.next)
    }
    guard calls.count < max(limits.calls, 1) else { return nil }
    var messages: [Message] = []
    var taken: Set<Lane> = []
    while messages.count < mostMessages, let lane = ready.popFirst() {
      inLine.remove(lane)
      guard let waiting = lanes[lane], !busy.contains(lane) else { continue }
      let some = waiting.prefix(mostMessages - messages.count)
      messages += some.map(\.message)
      taken.insert(lane)
      busy.insert(lane)
      removeFirst(some.count, of: lane)
    }
    guard !messages.isEmpty else { return nil }
    lastNumber += 1
    calls[lastNumber] = Call(messages: messages, lanes: taken)
    return (lastNumber, messages)
  }

  // MARK: How it went

  /// Learns how a call went; nil for success.
  mutating func finished(
    _ number: Int, _ failure: (any DeliveryFailure)?, at now: MonotonicInstant,
    using random: inout some RandomNumberGenerator
  ) {
    // One that was abandoned is over.
    guard var call = calls[number] else { return }
    let count = call.next.count
    if let failure {
      call.failures += 1
      fail(number, at: now, using: &random)
      if let wait = failure.retryAfter, wait > .zero {
        let until = now + min(wait, limits.longestRetryAfter)
        pausedUntil = max(pausedUntil ?? until, until)
      }
      if !failure.mayRepeat, !call.isSplit, count > 1 {
        // One of them may be what is wrong; the others are not to be lost for it.
        call.isSplit = true
        call.failures = 0
        call.restsUntil = now
      } else if !failure.mayRepeat || call.failures >= limits.attempts {
        settled.failed += count
        goOn(&call, after: count, at: now)
      } else {
        call.restsUntil =
          now
          + jittered(
            doubled(limits.firstRest, call.failures - 1, most: limits.longestRest), using: &random)
      }
    } else {
      settled.delivered += count
      failuresInARow = 0
      pauses = 0
      breaker = .closed
      goOn(&call, after: count, at: now)
    }
    if call.messages.isEmpty {
      calls[number] = nil
      for lane in call.lanes {
        busy.remove(lane)
        if lanes[lane] != nil { lineUp(lane) }
      }
    } else {
      calls[number] = call
    }
  }

  private func goOn(_ call: inout Call, after count: Int, at now: MonotonicInstant) {
    call.messages.removeFirst(count)
    call.failures = 0
    call.restsUntil = now
  }

  private mutating func fail(
    _ number: Int, at now: MonotonicInstant, using random: inout some RandomNumberGenerator
  ) {
    failuresInARow += 1
    switch breaker {
    // A call that was under way already says nothing new.
    case .open: return
    case .trying(let call) where call != number: return
    case .closed where failuresInARow < limits.failuresToOpen: return
    case .closed, .trying: break
    }
    let pause = doubled(limits.firstPause, pauses, most: limits.longestPause)
    pauses += 1
    breaker = .open(until: now + jittered(pause, using: &random))
  }

  private func doubled(_ first: Duration, _ times: Int, most: Duration) -> Duration {
    min(first * (1 << min(max(times, 0), 20)), most)
  }

  /// A time between a half and the whole, so that processes that failed together come back apart.
  private func jittered(
    _ duration: Duration, using random: inout some RandomNumberGenerator
  ) -> Duration {
    duration * Double.random(in: 0.5...1, using: &random)
  }
}
