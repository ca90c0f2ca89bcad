import Base
import Synchronization

/// Refuses requests that would wait too long, before anything is done for them.
///
/// Reads and changes are counted apart, so that a slow disk keeps nobody from reading. What waits for something else than
/// this service, such as uploads, live streams and heavy work, has bounds of its own and does not count.
final class Overload: Sendable {
  /// A request that was let in.
  struct Pass: Sendable {
    fileprivate let isRead: Bool
    fileprivate let begun: Int64
  }

  private let reads: Lock<LoadGauge>
  private let changes: Lock<LoadGauge>
  private let patience: (read: Int64, change: Int64)
  private let refused = Atomic(0)
  private let lastSaid = Lock<Int64>(0)
  private static let saysEveryMilliseconds: Int64 = 60_000
  private static let start = ContinuousClock.now

  init(_ limits: ServiceLimits) {
    patience = (Int64(limits.readPatienceMilliseconds), Int64(limits.changePatienceMilliseconds))
    reads = Lock(LoadGauge(patienceMilliseconds: patience.read))
    changes = Lock(LoadGauge(patienceMilliseconds: patience.change))
  }

  /// Requests that were refused.
  var refusals: Int { refused.load(ordering: .relaxed) }
  /// Requests that count, by whether they read.
  var underWay: (reads: Int, changes: Int) {
    (reads.withLock(\.underWay), changes.withLock(\.underWay))
  }

  private static var now: Int64 {
    // Never 0, which stands for no time at all.
    1_000 + Int64((ContinuousClock.now - start) / .milliseconds(1))
  }

  /// Lets a request in.
  ///
  /// - Parameter waited: since its head was read.
  /// - Throws: `unavailable` where it would wait too long, or has.
  func pass(isRead: Bool, waited: Duration = .zero) throws(Problem) -> Pass {
    let now = Self.now
    let most = Duration.milliseconds(isRead ? patience.read : patience.change)
    guard waited <= most, gauge(isRead).withLock({ $0.begins(at: now) }) else {
      refused.add(1, ordering: .relaxed)
      throw Problem(
        .unavailable, "more is asked of the service than it can answer in time; try again",
        retryAfterSeconds: 1)
    }
    return Pass(isRead: isRead, begun: now)
  }

  /// The request is answered, or waits for its caller.
  func end(_ pass: Pass) {
    let now = Self.now
    gauge(pass.isRead).withLock { $0.ends(begunAt: pass.begun, at: now) }
  }

  /// Whether the log is to have a line about it: one a minute.
  func isTimeToSay() -> Bool {
    let now = Self.now
    return lastSaid.withLock { last in
      guard last == 0 || now - last >= Self.saysEveryMilliseconds else { return false }
      last = now
      return true
    }
  }

  private func gauge(_ isRead: Bool) -> Lock<LoadGauge> { isRead ? reads : changes }

  /// Figures for Prometheus.
  var metricsText: String {
    let (reads, changes) = underWay
    return """
      # HELP milequest_overload_refused_total Requests refused because they would have waited too long.
      # TYPE milequest_overload_refused_total counter
      milequest_overload_refused_total \(refusals)
      # HELP milequest_overload_under_way Requests that are worked on or wait for it.
      # TYPE milequest_overload_under_way gauge
      milequest_overload_under_way{kind="read"} \(reads)
      milequest_overload_under_way{kind="change"} \(changes)

      """
  }
}
