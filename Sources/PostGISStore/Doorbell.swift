internal import Base
internal import Foundation
internal import LedgerCore
internal import Quests

/// Rings in other processes for the teams whose events were written here, and here for theirs.
///
/// It notifies from a connection of its own, after the commit and for all teams that have gathered:
/// inside the writing transaction a notification would hold up every other commit. Where
/// notifications do not arrive, as through PgBouncer in transaction mode, it rings for all teams
/// once a second.
final class Doorbell: @unchecked Sendable {
  private struct State {
    var changed = ChangedTeams.Taken()
    var isListening = false
    var isClosed = false
    var isRunning = false
  }

  private static let channel = "milequest_teams"
  /// Notifications a second are bounded by it: each is a transaction.
  private static let gathering = Duration.milliseconds(10)
  /// How often it finds out whether notifications arrive, and how long one may take.
  private static let probing = Duration.seconds(15)
  private static let probeArrival = Duration.seconds(2)
  /// Between two rings for all teams where nothing else tells of them.
  private static let polling = Duration.seconds(1)
  private static let answerSeconds = 5.0
  /// A payload has room for 8,000 bytes.
  private static let teamsInPayload = 200
  private static let mostPayloads = 20

  private static let listen = Statement("listen", "LISTEN \(channel)")
  private static let notify = Statement(
    "notify", "SELECT pg_notify('\(channel)', payload) FROM unnest($1::text[]) AS payload")

  private let factory: ConnectionFactory
  private let bell: TeamBell
  /// Names this process among those that notify.
  private let name = String(UInt64.random(in: .min ... .max), radix: 36)
  private let state = Lock(State())
  private let wake = WakeEvent()
  private let ended = DispatchSemaphore(value: 0)

  init(_ factory: ConnectionFactory, _ bell: TeamBell) {
    self.factory = factory
    self.bell = bell
  }

  /// Tells of teams whose events were written here; never waits.
  func note(_ teams: some Sequence<TeamID>) {
    change { state in
      guard state.changed.teams.count < Self.teamsInPayload * Self.mostPayloads else {
        state.changed.areOthers = true
        return
      }
      state.changed.teams.formUnion(teams)
    }
  }

  /// Begins to hear of what other processes write.
  func startListening() { change { $0.isListening = true } }

  /// Sends the notifications that wait, for a second at most, and stops.
  func close() {
    let wasRunning = state.withLock { state in
      state.isClosed = true
      return state.isRunning
    }
    guard wasRunning else { return }
    wake.signal()
    _ = ended.wait(timeout: .now() + 1)
  }

  private func change(_ body: (inout State) -> Void) {
    let isFirst = state.withLock { state in
      if state.isClosed { return false }
      body(&state)
      defer { state.isRunning = true }
      return !state.isRunning
    }
    wake.signal()
    if isFirst {
      let thread = Thread { [self] in
        repeat { runOnce() } while !isDone
        ended.signal()
      }
      thread.name = "postgis-doorbell"
      thread.start()
    }
  }

  /// Whether the doorbell is closed.
  private var isDone: Bool { state.withLock { $0.isClosed } }

  /// Serves one connection until it breaks or all is done.
  private func runOnce() {
    do {
      let connection = try factory.open(until: .in(seconds: Self.answerSeconds))
      var line = Line()
      while true {
        let now = ContinuousClock.now
        let (isListening, isClosed) = state.withLock { ($0.isListening, $0.isClosed) }
        if isListening, !line.isListening {
          _ = try connection.run(Request(Self.listen), until: .in(seconds: Self.answerSeconds))
          line.isListening = true
          // Nobody heard what was written before.
          bell.ringForOthers()
        }
        if line.isListening, now >= line.nextProbe {
          try send([name], over: connection)
          line.probed(at: now, every: Self.probing, arrival: Self.probeArrival)
        }
        if line.isDeaf(at: now), now >= line.nextPoll {
          bell.ringForOthers()
          line.nextPoll = now + Self.polling
        }
        if now >= line.nextNotice || isClosed {
          let payloads = takePayloads()
          if !payloads.isEmpty {
            try send(payloads, over: connection)
            line.nextNotice = now + Self.gathering
          }
        }
        if isClosed { return }
        let hasMore = state.withLock { !$0.changed.isEmpty }
        let payloads = try connection.notifications(
          orWakenBy: wake, until: Deadline(instant: line.next(hasMore: hasMore, after: now)))
        for payload in payloads { hear(payload, &line) }
      }
    } catch {
      // While nothing is heard, all teams are looked at.
      if state.withLock({ $0.isListening }) { bell.ringForOthers() }
      wake.wait(until: .now + Self.polling)
    }
  }

  /// What one connection has come to.
  private struct Line {
    var isListening = false
    var nextNotice = ContinuousClock.now
    var nextProbe = ContinuousClock.now
    var nextPoll = ContinuousClock.now
    /// When the present probe counts as lost; nil once it has arrived.
    var probeEnd: ContinuousClock.Instant?

    func isDeaf(at now: ContinuousClock.Instant) -> Bool { probeEnd.map { now >= $0 } ?? false }

    mutating func probed(
      at now: ContinuousClock.Instant, every interval: Duration, arrival: Duration
    ) {
      nextProbe = now + interval
      // One that was lost stays so until another arrives.
      probeEnd = probeEnd ?? now + arrival
    }

    /// When there is something to do, if nothing comes before.
    func next(hasMore: Bool, after now: ContinuousClock.Instant) -> ContinuousClock.Instant {
      var next = isListening ? nextProbe : now + .seconds(3_600)
      if hasMore { next = min(next, nextNotice) }
      if let probeEnd { next = min(next, max(probeEnd, nextPoll)) }
      return next
    }
  }

  /// What is to be told now: this process's name with the ids of teams, or with `*` for any.
  private func takePayloads() -> [String] {
    let changed = state.withLock { state in
      defer { state.changed = ChangedTeams.Taken() }
      return state.changed
    }
    if changed.isEmpty { return [] }
    if changed.areOthers { return ["\(name) *"] }
    let ids = changed.teams.map(\.description)
    return stride(from: 0, to: ids.count, by: Self.teamsInPayload).map { start in
      let end = min(start + Self.teamsInPayload, ids.count)
      return "\(name) \(ids[start..<end].joined(separator: " "))"
    }
  }

  private func send(_ payloads: [String], over connection: Connection) throws {
    _ = try connection.run(
      Request(Self.notify, [Parameter(array: payloads)]), until: .in(seconds: Self.answerSeconds))
  }

  private func hear(_ payload: String, _ line: inout Line) {
    let words = payload.split(separator: " ")
    if words.first.map({ $0 == name }) == true {
      line.probeEnd = nil
      return
    }
    if words.contains("*") { return bell.ringForOthers() }
    let teams = words.dropFirst().compactMap { TeamID(String($0)) }
    if !teams.isEmpty { bell.ring(teams) }
  }
}

/// An event that one thread waits for beside a socket: a pipe.
final class WakeEvent: @unchecked Sendable {
  /// Can be read once it has been signalled.
  let descriptor: Int32
  private let end: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    let status = pipe(&ends)
    precondition(status == 0, "the system gives no pipe: \(String(cString: strerror(errno)))")
    (descriptor, end) = (ends[0], ends[1])
    for descriptor in ends {
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
  }

  deinit {
    Foundation.close(descriptor)
    Foundation.close(end)
  }

  /// Where the pipe is full it has been signalled often enough.
  func signal() {
    var one: UInt8 = 1
    _ = write(end, &one, 1)
  }

  func clear() {
    var bytes = [UInt8](repeating: 0, count: 4_096)
    while read(descriptor, &bytes, bytes.count) == bytes.count {}
  }

  /// Waits until it is signalled, or a moment.
  func wait(until instant: ContinuousClock.Instant) {
    var one = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    _ = poll(&one, 1, Deadline(instant: instant).milliseconds)
    clear()
  }
}
