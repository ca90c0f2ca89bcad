import Base
import HTTPTypes
import Providers
import Quests

/// Holds each caller to its rate and tells what is left of it.
///
/// All that a person does counts for one bucket, with whichever key or session. A key that has a rate
/// of its own has a bucket beside it, which is never larger: only the operator raises a rate.
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
    let now = nanoseconds()
    var (decision, limit) = (RateDecision?.none, standard)
    // The key's first: what it is refused costs its person nothing.
    if case .known(let principal) = caller, let key = principal.apiKey,
      let own = principal.rate.flatMap(RateLimit.init)
    {
      limit = RateLimit(own, within: standard)
      decision = buckets.take(Holder.key(key), limit: limit, at: now)
    }
    if decision?.isAllowed != false {
      let holder = caller.person.map(Holder.person) ?? .address(address.throttleKey)
      let all = buckets.take(holder, limit: standard, at: now)
      if decision.map({ !all.isAllowed || all.remaining < $0.remaining }) != false {
        (decision, limit) = (all, standard)
      }
    }
    guard let decision else { return }
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
