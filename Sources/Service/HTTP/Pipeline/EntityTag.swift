import Crypto

/// Strong entity tags: the same bytes, the same tag.
enum EntityTag {
  /// The first 128 bits of the body's SHA-256, quoted.
  ///
  /// - Parameter revision: of what the body shows; it stands before the hash, so that a tag which no
  ///   longer holds tells why.
  static func of(_ body: [UInt8], revision: Int64? = nil) -> String {
    text(SHA256.hash(data: body), revision)
  }

  /// The tag of a body that comes in pieces.
  struct Sum {
    private var hash = SHA256()

    mutating func add(_ piece: [UInt8]) { hash.update(data: piece) }
    var tag: String { EntityTag.text(hash.finalize(), nil) }
  }

  private static func text(_ digest: SHA256.Digest, _ revision: Int64?) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = [0x22]
    text.reserveCapacity(34)
    if let revision { text += "\(revision)-".utf8 }
    for byte in digest.prefix(16) {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    text.append(0x22)
    return String(decoding: text, as: UTF8.self)
  }

  /// The revision in the text of a tag, without its quotes; nil where it has none.
  static func revision(in text: Substring) -> Int64? {
    let halves = text.split(separator: "-", omittingEmptySubsequences: false)
    guard halves.count == 2, halves[1].utf8.count == 32,
      halves[1].utf8.allSatisfy({ 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 })
    else { return nil }
    return Int64(halves[0])
  }

  /// The tag of what is the same content, though not to the byte.
  static func weak(_ tag: String) -> String { tag.hasPrefix("W/") ? tag : "W/\(tag)" }

  /// Whether an `If-None-Match` names a tag; weak ones are as good there (RFC 9110, 13.1.2).
  static func matches(_ header: String, _ tag: String) -> Bool {
    if header == "*" { return true }
    let tag = tag.hasPrefix("W/") ? tag.dropFirst(2) : tag[...]
    return header.split(separator: ",").contains { part in
      var part = part.trimmingSpaces
      if part.hasPrefix("W/") { part = part.dropFirst(2) }
      return part == tag
    }
  }
}
