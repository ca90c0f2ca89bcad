internal import Crypto

/// Hands counts and timings over to a service outside.
///
/// Safe to call from many tasks. An event may be handed over twice where an answer was lost; its id
/// tells.
public protocol AnalyticsAdapter: DeliveryAdapter
where Message == AnalyticsEvent, Failure == AnalyticsError {
  /// For how many days that are over counts are still taken.
  var mostDaysBack: Int64 { get }
  /// Sees that the service answers, and sends nothing that it would count.
  func check() async throws(AnalyticsError)
}

/// A bounded queue in front of an adapter.
public typealias AnalyticsDelivery = Delivery<AnalyticsEvent, AnalyticsError>

extension AnalyticsEvent: Deliverable {
  /// All are one lane: one call at a time, in which all stand that came meanwhile.
  public struct Lane: Hashable, Sendable {}
  public var lane: Lane { Lane() }
}

/// What keeps counts from being handed over.
public struct AnalyticsError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Nobody takes counts now.
    public static let unreachable = Self(rawValue: "analytics-unreachable")
    /// Too much was sent; `retryAfter` may say when again.
    public static let throttled = Self(rawValue: "analytics-throttled")
    /// The other side failed.
    public static let unavailable = Self(rawValue: "analytics-unavailable")
    /// The counts will not be taken.
    public static let refused = Self(rawValue: "analytics-refused")
    /// A secret or a setting is not what it must be.
    public static let settings = Self(rawValue: "analytics-settings")
  }

  public let code: Code
  /// A sentence for people. It holds no secret.
  public let message: String
  public let mayRepeat: Bool
  public let retryAfter: Duration?

  public init(
    _ code: Code, _ message: String, mayRepeat: Bool = false, retryAfter: Duration? = nil
  ) {
    self.code = code
    self.message = message
    self.mayRepeat = mayRepeat
    self.retryAfter = retryAfter
  }

  public var description: String { message }
}

extension AnalyticsError: DeliveryFailure {
  public init(
    fault: DeliveryFault, _ message: String, mayRepeat: Bool, retryAfter: Duration?
  ) {
    let code: Code =
      switch fault {
      case .unreachable: .unreachable
      case .throttled: .throttled
      case .unavailable: .unavailable
      case .refused: .refused
      }
    self.init(code, message, mayRepeat: mayRepeat, retryAfter: retryAfter)
  }
}

/// Stands for the whole installation where a vendor asks which device an event comes from. All
/// processes of one secret have the same; it says nothing about the secret, or about anybody.
public struct InstallationID: Hashable, Sendable {
  /// 32 hexadecimal digits.
  let text: String

  public init(_ secret: SigningSecret) {
    let code = HMAC<SHA256>.authenticationCode(
      for: Array("installation".utf8), using: secret.derived(for: "analytics"))
    text = Hex.text(code.prefix(16))
  }

  /// One that no process but this has.
  public init(random: RandomSource) { text = Hex.text(random.bytes(16)) }
}
