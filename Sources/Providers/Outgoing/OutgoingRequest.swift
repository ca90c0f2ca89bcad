/// A request to another server.
public struct OutgoingRequest: Sendable {
  public enum Method: String, Sendable {
    case get = "GET"
    case post = "POST"
    case delete = "DELETE"
  }

  public var method: Method
  public var url: OutgoingURL
  public var headers: [(name: String, value: String)]
  /// Sent only with `post`.
  public var body: [UInt8]
  /// From the call to the end of the answer, the wait for a free thread included.
  public var timeout: Duration
  /// What is read of the answer's body.
  public var mostAnswerBytes: Int

  public init(
    _ method: Method, _ url: OutgoingURL, headers: [(name: String, value: String)] = [],
    body: [UInt8] = [], timeout: Duration = .seconds(10), mostAnswerBytes: Int = 64 * 1024
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
    self.mostAnswerBytes = mostAnswerBytes
  }

  /// The headers as lines, with none of the library's own that make it wait.
  ///
  /// - Throws: `invalid` for a name or a value that would not stay one header.
  func headerLines() throws(OutgoingError) -> [String] {
    var lines = ["Expect:"]
    for (name, value) in headers {
      guard !name.isEmpty, name.utf8.allSatisfy(Self.isTokenByte),
        value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
      else {
        throw OutgoingError(.invalid, "a header has a name or a value that HTTP does not allow")
      }
      // A header without a value is written with a semicolon, or the library leaves it out.
      lines.append(value.isEmpty ? "\(name);" : "\(name): \(value)")
    }
    return lines
  }

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}

/// The answer of another server, whatever its status.
public struct OutgoingResponse: Sendable {
  public let status: Int
  /// In the order in which they came, the names in lower case.
  public let headers: [(name: String, value: String)]
  public let body: [UInt8]

  public var isSuccess: Bool { (200..<300).contains(status) }

  /// The first value of a header; its name is given in lower case.
  public func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}
