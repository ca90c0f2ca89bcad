/// Whether a request may pass, and what its caller is told.
///
/// The fields are those of draft-ietf-httpapi-ratelimit-headers and of RFC 9110 section 10.2.3.
public struct RateDecision: Hashable, Sendable {
  /// Whether the request may pass.
  public let isAllowed: Bool
  /// Requests that may follow at once.
  public let remaining: Int
  /// Seconds until the bucket is full again, rounded up.
  public let resetSeconds: Int
  /// Seconds until a request may pass, rounded up; 0 where this one may.
  public let retryAfterSeconds: Int

  /// The value of `RateLimit`: `"default";r=50;t=1`.
  public var rateLimitField: String { "\"default\";r=\(remaining);t=\(resetSeconds)" }
}
