/// An address as RFC 3986 writes it (section 4.1), whole or relative, as XML Schema's `anyURI` takes it.
enum URIReference {
  /// Whether a text is one. Blanks, letters beyond ASCII and ``<>"{}|\^` `` pass, as they are written in
  /// other ways before anybody reads them.
  static func isValid(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    var rest = text[...]
    if let mark = rest.firstIndex(of: UInt8(ascii: "#")) {
      guard allows(rest[(mark + 1)...], more: "/?:@") else { return false }
      rest = rest[..<mark]
    }
    if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
      guard allows(rest[(mark + 1)...], more: "/?:@") else { return false }
      rest = rest[..<mark]
    }
    let segment = rest.prefix { $0 != UInt8(ascii: "/") }
    if let colon = segment.firstIndex(of: UInt8(ascii: ":")) {
      guard isScheme(segment[..<colon]) else { return false }
      rest = rest[(colon + 1)...]
    }
    if rest.starts(with: "//".utf8) {
      let authority = rest.dropFirst(2).prefix { $0 != UInt8(ascii: "/") }
      guard isAuthority(authority) else { return false }
      rest = rest[authority.endIndex...]
    }
    return allows(rest, more: "/:@")
  }

  /// The same with what may not stand there written as `%` and two digits; nil where that mends
  /// nothing.
  static func escaped(_ text: UnsafeBufferPointer<UInt8>) -> String? {
    let digits = Array("0123456789ABCDEF".utf8)
    var bytes: [UInt8] = []
    for (index, byte) in text.enumerated() {
      let isLoose = byte == UInt8(ascii: "%") && !isEscape(text[index...])
      if isLoose || byte < 0x20 || byte == 0x7F {
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      } else {
        bytes.append(byte)
      }
    }
    return bytes.withUnsafeBufferPointer { isValid($0) }
      ? String(decoding: bytes, as: UTF8.self) : nil
  }

  private typealias Bytes = Slice<UnsafeBufferPointer<UInt8>>

  private static let unreserved = Set(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=".utf8)
  private static let passed = Set(" <>\"{}|\\^`".utf8)

  private static func allows(_ bytes: Bytes, more: StaticString) -> Bool {
    more.withUTF8Buffer { more in
      bytes.indices.allSatisfy { index in
        let byte = bytes[index]
        return unreserved.contains(byte) || byte > 0x7F || more.contains(byte)
          || passed.contains(byte)
          || byte == UInt8(ascii: "%") && isEscape(bytes[index...])
      }
    }
  }

  private static func isEscape(_ bytes: Bytes) -> Bool {
    let two = bytes.dropFirst().prefix(2)
    return two.count == 2
      && two.allSatisfy {
        (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20)
      }
  }

  private static func isScheme(_ bytes: Bytes) -> Bool {
    guard let first = bytes.first, isLetter(first) else { return false }
    return bytes.allSatisfy { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
  }

  private static func isAuthority(_ bytes: Bytes) -> Bool {
    var rest = bytes
    if let at = rest.lastIndex(of: UInt8(ascii: "@")) {
      guard allows(rest[..<at], more: ":") else { return false }
      rest = rest[(at + 1)...]
    }
    if rest.first == UInt8(ascii: "[") {
      guard let end = rest.firstIndex(of: UInt8(ascii: "]")),
        allows(rest[(rest.startIndex + 1)..<end], more: ":")
      else { return false }
      rest = rest[(end + 1)...]
      if rest.isEmpty { return true }
      guard rest.first == UInt8(ascii: ":") else { return false }
    }
    let host = rest.prefix { $0 != UInt8(ascii: ":") }
    return allows(host, more: "") && rest[host.endIndex...].dropFirst().allSatisfy(isDigit)
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
