internal import CCurl

/// A URL of HTTP or HTTPS, read by the library that connects to it, so that both mean the same host.
public struct OutgoingURL: Hashable, Sendable {
  /// The whole URL, a secret wherever its path or query is one.
  let text: String
  /// Scheme, host and port: what messages and logs may show.
  public let origin: String
  public let isEncrypted: Bool
  /// With brackets around an address of IPv6.
  let host: String
  let port: Int

  private static let mostBytes = 4_096

  /// - Throws: `url` for any other scheme, for a name and password in the URL, for a fragment, and for
  ///   what no URL is.
  public init(_ text: String) throws(OutgoingError) {
    guard text.utf8.count <= Self.mostBytes, !text.utf8.contains(0), let url = curl_url() else {
      throw OutgoingError(.url, "the URL has more than \(Self.mostBytes) bytes or a zero byte")
    }
    defer { curl_url_cleanup(url) }
    guard curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK else {
      throw OutgoingError(
        .url,
        "that is not a URL such as https://example.org/path; it begins with https:// or http://")
    }
    func part(_ part: CURLUPart, _ flags: Int32 = 0) -> String? {
      var bytes: UnsafeMutablePointer<CChar>?
      guard curl_url_get(url, part, &bytes, UInt32(flags)) == CURLUE_OK, let bytes else {
        return nil
      }
      defer { curl_free(bytes) }
      return String(cString: bytes)
    }
    guard let scheme = part(CURLUPART_SCHEME), scheme == "https" || scheme == "http" else {
      throw OutgoingError(.url, "the URL begins with neither https:// nor http://")
    }
    guard part(CURLUPART_USER) == nil, part(CURLUPART_PASSWORD) == nil else {
      throw OutgoingError(.url, "the URL holds a user name or a password; take them out")
    }
    guard part(CURLUPART_FRAGMENT) == nil else {
      throw OutgoingError(.url, "the URL holds a fragment (#), which no server sees; take it out")
    }
    guard let host = part(CURLUPART_HOST), !host.isEmpty,
      let port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT), port != "0",
      let number = Int(port), let whole = part(CURLUPART_URL)
    else { throw OutgoingError(.url, "the URL has no host or no port") }
    self.text = whole
    let isUsual = port == (scheme == "https" ? "443" : "80")
    origin = "\(scheme)://\(host)" + (isUsual ? "" : ":\(port)")
    isEncrypted = scheme == "https"
    self.host = host
    self.port = number
  }
}

extension OutgoingURL {
  /// The address of a path below this one, a query after it.
  func address(_ path: String) -> String {
    (text.hasSuffix("/") ? String(text.dropLast()) : text) + path
  }
}

extension OutgoingURL {
  /// The address with these after the query that it may have.
  func address(query pairs: [(String, String)]) -> String {
    "\(text)\(text.contains("?") ? "&" : "?")\(QueryText.pairs(pairs))"
  }
}

extension OutgoingURL: CustomStringConvertible, CustomReflectable {
  public var description: String { origin }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
