/// What keeps a request to another server from being answered.
public struct OutgoingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A stable name for the kind of fault; new kinds may join in later versions.
  public struct Code: RawRepresentable, Hashable, Sendable {
    public let rawValue: String
    public init(rawValue: String) { self.rawValue = rawValue }

    /// The text is not a URL of HTTP or HTTPS.
    public static let url = Self(rawValue: "outgoing-url")
    /// A header of the request, or a setting, is not what it must be.
    public static let invalid = Self(rawValue: "outgoing-invalid")
    /// The host's name leads to no address.
    public static let unresolved = Self(rawValue: "outgoing-unresolved")
    /// Nobody takes connections there.
    public static let refused = Self(rawValue: "outgoing-refused")
    /// The address belongs to the inside network, which is not allowed.
    public static let insideNetwork = Self(rawValue: "outgoing-inside-network")
    /// There is no connection that TLS can trust.
    public static let tls = Self(rawValue: "outgoing-tls")
    /// There was no answer in time.
    public static let timeout = Self(rawValue: "outgoing-timeout")
    /// The connection ended before the answer did.
    public static let broken = Self(rawValue: "outgoing-broken")
    /// What came is not HTTP.
    public static let malformed = Self(rawValue: "outgoing-malformed")
    /// The answer is larger than what is read of one.
    public static let tooLarge = Self(rawValue: "outgoing-too-large")
    /// Nothing was sent, because too many requests wait.
    public static let busy = Self(rawValue: "outgoing-busy")
    /// The task was cancelled.
    public static let cancelled = Self(rawValue: "outgoing-cancelled")
    /// Anything else; the message holds the library's number for it.
    public static let failed = Self(rawValue: "outgoing-failed")
  }

  public let code: Code
  /// A sentence for people. It names the server, and holds neither a path nor a query, for secrets
  /// may stand there.
  public let message: String
  /// The status of an answer that is too large, or that ended early.
  public let status: Int?

  public init(_ code: Code, _ message: String, status: Int? = nil) {
    self.code = code
    self.message = message
    self.status = status
  }

  public var description: String { message }
}
