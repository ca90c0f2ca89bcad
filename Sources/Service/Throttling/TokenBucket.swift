/// A bucket that holds a caller's tokens, one for each request, and regains them at a steady rate.
///
/// Kept as the instant when it is full again, so that a bucket of all zeros is a full one, and that
/// a full one is known without its rate. Tokens are counted in billionths: a rate of r a second is r
/// of them a nanosecond, so nothing is ever divided on the way and nothing drifts.
///
/// A change of the rate keeps the instant.
public struct TokenBucket: Hashable, Sendable {
  /// Nanoseconds of the caller's clock, rounded up.
  private var fullAtNanoseconds: UInt64 = 0
  /// Billionths of a token that the bucket holds beyond full at that instant, for the rounding; less
  /// than the rate.
  private var excess: UInt32 = 0

  private static let token: UInt64 = 1_000_000_000

  /// A full bucket.
  public init() {}

  /// Whether the bucket is full earlier than another, whatever their rates.
  func isFullBefore(_ other: TokenBucket) -> Bool {
    fullAtNanoseconds < other.fullAtNanoseconds
  }

  /// Takes a token where there is one. A refused request costs nothing.
  ///
  /// - Parameter nowNanoseconds: of a monotonic clock; one that went back a little gains nothing.
  /// - Complexity: O(1).
  public mutating func take(_ limit: RateLimit, at nowNanoseconds: UInt64) -> RateDecision {
    let rate = UInt64(limit.perSecond)
    let capacity = UInt64(limit.burst) * Self.token
    var missing = missing(rate, capacity, at: nowNanoseconds)
    let isAllowed = missing + Self.token <= capacity
    if isAllowed {
      missing += Self.token
      let nanoseconds = (missing + rate - 1) / rate
      // At the end of the clock's range there is no later instant to be full at.
      let (fullAt, overflow) = nowNanoseconds.addingReportingOverflow(nanoseconds)
      fullAtNanoseconds = overflow ? .max : fullAt
      excess = overflow ? 0 : UInt32(nanoseconds * rate - missing)
    }
    func seconds(_ tokens: UInt64) -> Int {
      let perSecond = rate * Self.token
      return Int((tokens + perSecond - 1) / perSecond)
    }
    return RateDecision(
      isAllowed: isAllowed, remaining: Int((capacity - missing) / Self.token),
      resetSeconds: seconds(missing),
      retryAfterSeconds: isAllowed ? 0 : seconds(missing + Self.token - capacity))
  }

  /// Billionths of a token that are missing, at most all.
  private func missing(_ rate: UInt64, _ capacity: UInt64, at now: UInt64) -> UInt64 {
    guard fullAtNanoseconds > now else { return 0 }
    let nanoseconds = fullAtNanoseconds - now
    // Another rate, or a clock that went back.
    if nanoseconds > capacity / rate + 1 { return capacity }
    let regained = nanoseconds * rate
    return min(regained - min(UInt64(excess), regained), capacity)
  }
}
