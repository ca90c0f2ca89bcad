import Crypto

/// Strong entity tags: the same bytes, the same tag.
enum EntityTag {
  /// The first 128 bits of the body's SHA-256, quoted.
  static func of(_ body: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = [0x22]
    text.reserveCapacity(34)
    for byte in SHA256.hash(data: body).prefix(16) {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    text.append(0x22)
    return String(decoding: text, as: UTF8.self)
  }

  /// Whether an `If-None-Match` names a tag; weak ones are as good there (RFC 9110, 13.1.2).
  static func matches(_ header: String, _ tag: String) -> Bool {
    if header == "*" { return true }
    return header.split(separator: ",").contains { part in
      var part = part.trimmingSpaces
      if part.hasPrefix("W/") { part = part.dropFirst(2) }
      return part == tag
    }
  }
}
