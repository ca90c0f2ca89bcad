public import CivilTime
internal import Crypto

/// Posts messages to a URL, signed, so that anything else can be reached through it.
///
/// The receiver gets what the team's members see.
public struct WebhookAdapter: RealtimeAdapter {
  public let name = "webhook"
  public let mostMessages = 100

  private let url: OutgoingURL
  private let secret: RealtimeSecret
  private let client: OutgoingClient
  private let timeout: Duration
  private let clock: @Sendable () -> Instant

  public init(
    url: OutgoingURL, secret: RealtimeSecret, client: OutgoingClient,
    timeout: Duration = .seconds(10), clock: @escaping @Sendable () -> Instant
  ) {
    self.url = url
    self.secret = secret
    self.client = client
    self.timeout = timeout
    self.clock = clock
  }

  public func deliver(_ messages: [RealtimeMessage]) async throws(RealtimeError) {
    let now = clock()
    let body = Self.body(messages)
    try await client.post(
      OutgoingRequest(
        .post, url,
        headers: [
          ("Content-Type", "application/json"),
          ("Milequest-Delivery", Self.deliveryID(of: body)),
          ("Milequest-Signature", Self.signature(of: body, at: now.seconds, with: secret)),
        ], body: body, timeout: timeout), at: now,
      as: RealtimeError.self)
  }

  static func body(_ messages: [RealtimeMessage]) -> [UInt8] {
    Array(#"{"events":["#.utf8) + messages.map(\.forMembers).joined(separator: [0x2C])
      + Array("]}".utf8)
  }

  /// Follows from the body, so that a repeat has the same.
  static func deliveryID(of body: [UInt8]) -> String {
    Hex.text(SHA256.hash(data: body).prefix(16))
  }

  /// The value of the header `Milequest-Signature`.
  static func signature(of body: [UInt8], at seconds: Int64, with secret: RealtimeSecret) -> String
  {
    "t=\(seconds),v1=\(secret.signature(of: Array("\(seconds).".utf8) + body))"
  }
}
