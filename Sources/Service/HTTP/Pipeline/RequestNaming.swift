import HTTPTypes

/// Gives each request a name, which the answer and the log tell: the caller's own where it is a plain
/// one, else a new one.
struct RequestNaming: Sendable {
  private static let header = HTTPField.Name("X-Request-Id")!

  func apply(to exchange: inout Exchange) {
    exchange.requestID = Self.own(exchange.request.headers[Self.header]) ?? RequestID.next()
    exchange.headers.append(HTTPField(name: Self.header, value: exchange.requestID))
  }

  private static func own(_ name: String?) -> String? {
    guard let name, 1...64 ~= name.utf8.count,
      name.utf8.allSatisfy({
        0x30...0x39 ~= $0 || 0x41...0x5A ~= $0 || 0x61...0x7A ~= $0 || $0 == 0x2D || $0 == 0x5F
          || $0 == 0x2E
      })
    else { return nil }
    return name
  }
}
