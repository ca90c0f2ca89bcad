/// How the service runs.
public struct ServiceSettings: Sendable {
  public var host = "127.0.0.1"
  public var port = 8080
  /// Where others reach it, such as `https://quests.example`, for addresses in mails and tokens.
  public var publicAddress: String?
  /// Web origins whose pages may call the API; `*` for all.
  public var allowedOrigins: [String] = []
  /// Proxies that are believed about whom a request comes from.
  public var trustedProxies: [AddressRange] = []
  /// What each caller may ask for; API keys may have their own.
  public var rate = RateLimit.standard
  public var logsRequests = true
  /// Whether every answer is held against the API's description; what does not fit becomes a 500.
  public var checksAnswers = false
  public var limits = ServiceLimits.standard

  public init() {}

  func allows(origin: String) -> Bool {
    allowedOrigins.contains("*") || allowedOrigins.contains(origin)
  }
}
