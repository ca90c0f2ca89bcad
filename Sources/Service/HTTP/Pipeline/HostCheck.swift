import Base

/// Refuses requests that do not say, once, which host they are for (RFC 9112, section 3.2): a proxy and
/// the service might take them for different ones.
struct HostCheck: Sendable {
  /// - Throws: `malformed-request`.
  func apply(to exchange: Exchange) throws(Problem) {
    let head = exchange.request.head
    // The first `Host` is the authority; what is left among the fields is another.
    guard let authority = head.authority, !authority.isEmpty,
      head.headerFields[.init("Host")!] == nil
    else { throw Self.problem("the request must have one Host field, and has not") }
    guard Self.isHost(authority) else {
      throw Self.problem(
        "the Host field must be a host with or without a port, such as quests.example:8080, and is not"
      )
    }
  }

  private static func problem(_ detail: String) -> Problem {
    var problem = Problem(.malformedRequest, detail)
    problem.headers[.connection] = "close"
    return problem
  }

  /// Whether a text is a host, with or without a port (RFC 3986, sections 3.2.2 and 3.2.3). O(bytes).
  static func isHost(_ text: String) -> Bool {
    var rest = text.utf8[...]
    if rest.first == UInt8(ascii: "[") {
      guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
      guard isLiteral(text[text.index(after: text.startIndex)..<end]) else { return false }
      rest = rest[rest.index(after: end)...]
    } else {
      let end = rest.firstIndex(of: UInt8(ascii: ":")) ?? rest.endIndex
      guard end > rest.startIndex, isName(rest[..<end]) else { return false }
      rest = rest[end...]
    }
    if rest.isEmpty { return true }
    return rest.first == UInt8(ascii: ":") && rest.dropFirst().allSatisfy { 0x30...0x39 ~= $0 }
  }

  /// What stands between brackets: an IPv6 address, or one of a version to come.
  private static func isLiteral(_ text: Substring) -> Bool {
    if text.contains("."), let point = text.utf8.firstIndex(of: UInt8(ascii: ".")),
      text.first == "v" || text.first == "V"
    {
      let version = text.utf8[..<point].dropFirst()
      let rest = text.utf8[point...].dropFirst()
      return !version.isEmpty && version.allSatisfy(isHex) && !rest.isEmpty
        && rest.allSatisfy { isPlain($0) || $0 == UInt8(ascii: ":") }
    }
    return text.contains(":") && IPAddress(text) != nil
  }

  /// Whether it is a registered name, of which an IPv4 address is one.
  private static func isName(_ name: Substring.UTF8View) -> Bool {
    var rest = name
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "%") {
        guard rest.prefix(2).count == 2, rest.prefix(2).allSatisfy(isHex) else { return false }
        rest = rest.dropFirst(2)
      } else if !isPlain(byte) {
        return false
      }
    }
    return true
  }

  /// RFC 3986's `unreserved` and `sub-delims`.
  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "-._~!$&'()*+,;=".utf8.contains(byte)
    }
  }

  private static func isHex(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66: true
    default: false
    }
  }
}
