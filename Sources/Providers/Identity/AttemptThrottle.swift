internal import Base

/// A moment of a clock that never goes back: a wall clock that is set back would lock everybody out.
public typealias MonotonicInstant = ContinuousClock.Instant

/// What tells the moment; a test gives one that it moves.
public typealias MonotonicClock = @Sendable () -> MonotonicInstant

/// Slows down whoever tries too often: some tries are free, then each has to wait twice as long as
/// the one before, up to a bound.
///
/// Safe to call from many tasks. Of bounded memory: those that tried the longest ago are forgotten.
public final class AttemptThrottle: Sendable {
  /// How tries are counted.
  public struct Policy: Hashable, Sendable {
    /// Tries that do not wait.
    public var freeTries: Int64
    /// What the first that waits waits.
    public var firstSeconds: Int64
    /// What no try waits longer than.
    public var mostSeconds: Int64
    /// After how long without a try all is forgotten.
    public var forgetSeconds: Int64

    public init(
      freeTries: Int64, firstSeconds: Int64, mostSeconds: Int64, forgetSeconds: Int64
    ) {
      self.freeTries = freeTries
      self.firstSeconds = firstSeconds
      self.mostSeconds = mostSeconds
      self.forgetSeconds = forgetSeconds
    }
  }

  private struct Entry: Sendable {
    var tries: Int64
    var last: MonotonicInstant
    var opensAt: MonotonicInstant
  }

  private let policy: Policy
  private let clock: MonotonicClock
  private let entries: Lock<BoundedTable<String, Entry>>

  /// - Parameters:
  ///   - most: names that are remembered.
  ///   - clock: what waits are measured by.
  public init(
    _ policy: Policy, most: Int = 20_000, clock: @escaping MonotonicClock = { .now }
  ) {
    self.policy = policy
    self.clock = clock
    entries = Lock(BoundedTable(mostWeight: most))
  }

  /// Counts a try, before it is made, so that many at once count too.
  ///
  /// - Returns: nil where it may be made, else the seconds until one may; that one is not counted.
  public func charge(_ name: String) -> Int64? {
    let now = clock()
    return entries.withLock { entries in
      var entry = entries[name] ?? Entry(tries: 0, last: now, opensAt: now)
      if now < entry.opensAt {
        // Never 0, and never more than is waited for.
        let (seconds, rest) = now.duration(to: entry.opensAt).components
        return max(seconds + (rest > 0 ? 1 : 0), 1)
      }
      if now - entry.last > .seconds(policy.forgetSeconds) { entry.tries = 0 }
      entry.tries += 1
      entry.last = now
      let doublings = entry.tries - policy.freeTries
      if doublings >= 0 {
        let factor: Int64 = doublings < 40 ? 1 << doublings : 1 << 40
        let (wait, overflow) = policy.firstSeconds.multipliedReportingOverflow(by: factor)
        entry.opensAt = now.advanced(
          by: .seconds(overflow ? policy.mostSeconds : min(wait, policy.mostSeconds)))
      }
      entries.insert(entry, for: name)
      return nil
    }
  }

  /// Takes back the last try: it did no harm.
  public func refund(_ name: String) {
    let now = clock()
    entries.withLock { entries in
      guard var entry = entries[name] else { return }
      entry.tries = max(entry.tries - 1, 0)
      entry.opensAt = now
      entries.insert(entry, for: name)
    }
  }

  /// Forgets all tries.
  public func clear(_ name: String) {
    entries.withLock { $0.remove(name) }
  }
}
