import HTTPTypes
import Providers
import Quests

/// Holds each caller to its rate and tells what is left of it.
struct Rates: Sendable {
  /// Whose tokens are counted.
  private enum Holder: Hashable {
    case address(IPAddress)
    case person(PersonID)
    case key(APIKeyID)
  }

  private let buckets: RequestBuckets
  private let standard: RateLimit
  private let standardPolicy: String
  /// Nanoseconds of one monotonic clock.
  private let nanoseconds: @Sendable () -> UInt64

  private static let limitName = HTTPField.Name("RateLimit")!
  private static let policyName = HTTPField.Name("RateLimit-Policy")!

  init(
    _ buckets: RequestBuckets, standard: RateLimit, nanoseconds: @escaping @Sendable () -> UInt64
  ) {
    self.buckets = buckets
    self.standard = standard
    standardPolicy = standard.policyField
    self.nanoseconds = nanoseconds
  }

  /// - Throws: `too-many-requests`.
  func apply(to exchange: inout Exchange) throws(Problem) {
    if exchange.isOpen { return }
    try take(exchange.caller, address: exchange.address, &exchange.headers)
  }

  private func take(_ caller: Caller, address: IPAddress, _ headers: inout HTTPFields)
    throws(Problem)
  {
    let (holder, limit): (Holder, RateLimit) =
      switch caller {
      case .stranger: (.address(address.throttleKey), standard)
      case .known(let principal):
        (
          principal.apiKey.map(Holder.key) ?? .person(principal.person),
          principal.rate.flatMap(RateLimit.init) ?? standard
        )
      }
    let decision = buckets.take(holder, limit: limit, at: nanoseconds())
    headers.append(HTTPField(name: Self.limitName, value: decision.rateLimitField))
    headers.append(
      HTTPField(
        name: Self.policyName, value: limit == standard ? standardPolicy : limit.policyField))
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
