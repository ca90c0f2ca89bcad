public import Base

/// How the service runs.
public struct ServiceSettings: Sendable {
  /// Of the program, for the figures.
  public var version = "unknown"
  public var host = "127.0.0.1"
  public var port = 8080
  /// Where the figures for Prometheus are served, and nowhere else; nil for with all else.
  public var metricsAddress: (host: String, port: Int)?
  /// Where others reach it, such as `https://quests.example`, for addresses in mails and tokens.
  public var publicAddress: String?
  /// What connections are encrypted with; nil where a proxy does that, or nobody.
  public var certificate: CertificateFiles?
  /// Web origins whose pages may call the API; `*` for all.
  public var allowedOrigins: [String] = []
  /// Web origins whose pages may show public quests in frames.
  public var embedOrigins: [String] = []
  /// Proxies that are believed about whom a request comes from.
  public var trustedProxies: [AddressRange] = []
  /// What each caller may ask for; API keys may have their own.
  public var rate = RateLimit.standard
  /// How long `/readyz` is red before a shutdown closes the port, for balancers to turn away.
  public var drainSeconds = 0
  public var logsRequests = true
  /// How many of the requests that belong to no trace begin one, 0 to 1, where spans go somewhere.
  public var traceShare = 0.01
  /// Whether every answer is held against the API's description; what does not fit becomes a 500.
  public var checksAnswers = false
  public var limits = ServiceLimits.standard

  public init() {}

  public var scheme: String { certificate == nil ? "http" : "https" }

  /// Where others reach it, as far as that is known.
  var reachedAt: String {
    publicAddress ?? "\(scheme)://\(host.contains(":") ? "[\(host)]" : host):\(port)"
  }

  func allows(origin: String) -> Bool {
    allowedOrigins.contains("*") || allowedOrigins.contains(origin)
  }
}

extension ServiceSettings {
  /// What would be unsafe about them, or nil.
  public func fault(isInsecureAllowed: Bool) -> String? {
    let isLocal = ["127.0.0.1", "::1", "localhost"].contains(host)
    if let address = publicAddress {
      let isSecure = address.hasPrefix("https://")
      guard isSecure || address.hasPrefix("http://"), !address.hasSuffix("/"),
        !address.contains(where: \.isWhitespace)
      else {
        return
          "--public-address: “\(address)” is not an address such as https://quests.example, without "
          + "a slash at its end"
      }
      if !isSecure, !isLocal, !isInsecureAllowed {
        return
          "--public-address: passwords would go over the network unencrypted; put a proxy with "
          + "https before the service, or say --insecure true for a network that is private"
      }
      if !isSecure, certificate != nil {
        return "--public-address: with --tls-certificate the address begins with https://"
      }
    } else if !isLocal, !isInsecureAllowed {
      return "--host: \(host) is reached from elsewhere; say how with --public-address "
        + "https://quests.example (with --tls-certificate, or a proxy with https), or --insecure "
        + "true for a network that is private"
    }
    if let fault = certificate?.fault() { return "--tls-certificate: \(fault)" }
    for range in trustedProxies where range.isEverything {
      return
        "--trusted-proxy: the whole internet would be believed about whom a request comes from; "
        + "name the proxies' own network"
    }
    for origin in allowedOrigins where origin != "*" && !Self.isOrigin(origin) {
      return "--allow-origin: “\(origin)” is no origin such as https://app.example, without a path"
    }
    for origin in embedOrigins where !Self.isOrigin(origin) {
      return "--embed-origin: “\(origin)” is no origin such as https://club.example, without a path"
    }
    return nil
  }

  /// Whether a text is a scheme and a host, and cannot end the header that it is put into.
  private static func isOrigin(_ text: String) -> Bool {
    let rest =
      text.hasPrefix("https://")
      ? text.dropFirst(8) : text.hasPrefix("http://") ? text.dropFirst(7) : ""
    return !rest.isEmpty
      && rest.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-.:[]".contains($0)) }
  }
}
