/// How many requests a caller may make: so many a second for good, and so many at once after a rest.
public struct RateLimit: Hashable, Sendable {
  /// Requests a second that the bucket regains.
  public let perSecond: Int
  /// Requests that a full bucket holds.
  public let burst: Int

  /// What either number may be: 1 to a million.
  public static let range = 1...1_000_000

  /// 50 a second with a burst of 100.
  public static let standard = RateLimit(checkedPerSecond: 50, burst: 100)

  /// - Returns: nil where a number is out of `range`.
  public init?(perSecond: Int, burst: Int) {
    guard Self.range.contains(perSecond), Self.range.contains(burst) else { return nil }
    self.init(checkedPerSecond: perSecond, burst: burst)
  }

  /// The lesser of two, in both numbers.
  init(_ limit: RateLimit, within other: RateLimit) {
    self.init(
      checkedPerSecond: min(limit.perSecond, other.perSecond),
      burst: min(limit.burst, other.burst))
  }

  private init(checkedPerSecond: Int, burst: Int) {
    perSecond = checkedPerSecond
    self.burst = burst
  }

  /// Seconds in which an empty bucket fills up, rounded up: the window of the policy.
  public var windowSeconds: Int { (burst + perSecond - 1) / perSecond }

  /// The value of `RateLimit-Policy`: `"default";q=100;w=2`.
  public var policyField: String { "\"default\";q=\(burst);w=\(windowSeconds)" }
}
