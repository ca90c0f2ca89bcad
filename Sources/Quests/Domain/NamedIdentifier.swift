extension Identifier {
  /// The identifier that a text stands for: always the same for the same text (RFC 9562, version 8,
  /// from SHA-256).
  ///
  /// - Parameter kind: keeps what is equally named apart.
  package static func named(_ kind: String, _ text: String) -> Self {
    derived(from: Array("\(kind)\0\(text)".utf8))
  }

  /// The identifier that some bytes stand for.
  package static func derived(from bytes: [UInt8]) -> Self {
    let digest = ContentHash(of: bytes).bytes
    func word(_ start: Int) -> UInt64 {
      digest[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
    return Self(
      high: word(0) & 0xFFFF_FFFF_FFFF_0FFF | 0x8000,
      low: word(8) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
  }
}
