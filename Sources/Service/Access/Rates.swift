import HTTPTypes
import Providers
import Quests

/// Holds each caller to its rate and tells what is left of it.
struct Rates: Sendable {
  private let throttle: Throttle
  private let standard: RateLimit
  /// Nanoseconds of one monotonic clock.
  private let nanoseconds: @Sendable () -> UInt64

  private static let limitName = HTTPField.Name("RateLimit")!
  private static let policyName = HTTPField.Name("RateLimit-Policy")!

  init(
    _ throttle: Throttle, standard: RateLimit, nanoseconds: @escaping @Sendable () -> UInt64
  ) {
    self.throttle = throttle
    self.standard = standard
    self.nanoseconds = nanoseconds
  }

  /// - Throws: `too-many-requests`.
  func take(_ caller: Caller, address: String, _ headers: inout HTTPFields) throws(Problem) {
    let (name, limit): (String, RateLimit) =
      switch caller {
      case .stranger:
        ("address:\(IPAddress(address)?.throttleKey.description ?? address)", standard)
      case .known(let principal):
        (
          principal.apiKey.map { "key:\($0)" } ?? "person:\(principal.person)",
          principal.rate.flatMap(RateLimit.init) ?? standard
        )
      }
    let decision = throttle.take(name, limit: limit, at: nanoseconds())
    headers[Self.limitName] = decision.rateLimitField
    headers[Self.policyName] = decision.policyField
    if decision.isAllowed { return }
    throw Problem(
      .tooManyRequests,
      "this caller may make \(limit.perSecond) requests a second, \(limit.burst) at once; "
        + "go on in \(decision.retryAfterSeconds) s",
      retryAfterSeconds: decision.retryAfterSeconds)
  }
}

extension RateLimit {
  /// A key's own rate; nil where it is out of range.
  init?(_ rate: RequestRate) {
    self.init(perSecond: Int(clamping: rate.perSecond), burst: Int(clamping: rate.burst))
  }
}
