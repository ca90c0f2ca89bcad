internal import CCurl

/// The mail server that messages are handed to, and how.
public struct SMTPServer: Sendable {
  /// How a connection is kept from being read.
  public enum Encryption: Sendable {
    /// By STARTTLS, without which nothing is sent.
    case startTLS
    /// From the first byte (RFC 8314).
    case tls
    /// Not at all: for a server on this machine. A password is never sent then.
    case none
  }

  /// What libcurl connects to.
  let url: String
  public let host: String
  public let port: Int
  public let encryption: Encryption
  /// A name and a password for the server; nil where it takes messages without.
  public var login: (user: String, password: String)?
  /// A file of certificates (PEM) to trust in place of the system's.
  public var certificates: String?
  /// From the connection to the server's answer to one message.
  public var timeout = Duration.seconds(30)

  /// Reads `smtp://mail.example.org:587` or `smtps://mail.example.org:465`; without a port it is one of
  /// these.
  ///
  /// - Parameter encrypts: false for a connection that anybody on the way can read.
  /// - Throws: `settings` for anything else.
  public init(url text: String, encrypts: Bool = true) throws(MailError) {
    func fault(_ what: String) -> MailError {
      MailError(
        .settings,
        "\(what); it is an address such as smtp://mail.example.org:587 or "
          + "smtps://mail.example.org:465")
    }
    guard !text.utf8.contains(0), let url = curl_url() else { throw fault("that is not a URL") }
    defer { curl_url_cleanup(url) }
    guard curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK else {
      throw fault("that is not a URL")
    }
    func part(_ part: CURLUPart) -> String? {
      var bytes: UnsafeMutablePointer<CChar>?
      guard curl_url_get(url, part, &bytes, 0) == CURLUE_OK, let bytes else { return nil }
      defer { curl_free(bytes) }
      return String(cString: bytes)
    }
    guard let scheme = part(CURLUPART_SCHEME), ["smtp", "smtps"].contains(scheme) else {
      throw fault("the URL begins with neither smtp:// nor smtps://")
    }
    guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil else {
      throw fault("the URL holds a user name or a password; take them out")
    }
    let path = part(CURLUPART_PATH) ?? "/"
    guard path == "/" || path.isEmpty, part(CURLUPART_QUERY) == nil,
      part(CURLUPART_FRAGMENT) == nil
    else { throw fault("the URL has more than a host and a port") }
    guard let host = part(CURLUPART_HOST), !host.isEmpty else { throw fault("the URL has no host") }
    let isTLS = scheme == "smtps"
    let port = part(CURLUPART_PORT).flatMap { Int($0) } ?? (isTLS ? 465 : 587)
    guard port > 0 else { throw fault("the URL has no port") }
    self.host = host
    self.port = port
    encryption = isTLS ? .tls : encrypts ? .startTLS : .none
    self.url = "\(scheme)://\(host):\(port)"
  }

  /// Host and port: what messages and logs may show.
  var name: String { "\(host):\(port)" }
}

extension SMTPServer: CustomStringConvertible, CustomReflectable {
  public var description: String { name }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
