/// The characters of a file in UTF-8, where its encoding is one that no reader takes byte by byte.
struct TranscodedFile {
  let bytes: [UInt8]
  /// What the file was in.
  let encoding: String

  /// Nil where the file is in another encoding, or its bytes are not in the one that it states.
  /// - Complexity: O(bytes) for such a file, else O(1).
  init?(_ source: SourceText) {
    guard let name = Self.encoding(of: source),
      var text = ForeignEncoding.utf8(source.bytes[...], from: name)
    else { return nil }
    while text.starts(with: [0xEF, 0xBB, 0xBF]) { text.removeFirst(3) }
    bytes = SourceText.declaringUTF8(text)
    encoding = name
  }

  private static func encoding(of source: SourceText) -> String? {
    let head = Array(source.bytes.prefix(4))
    switch head {
    // A byte order mark.
    case [0xFF, 0xFE, 0, 0]: return "UTF-32LE"
    case [0, 0, 0xFE, 0xFF]: return "UTF-32BE"
    // Without a mark another character must follow: the zeros of a hole in a file are none.
    case [0x3C, 0, 0, 0], [0x7B, 0, 0, 0]:
      if Self.isCharacter(source.bytes.dropFirst(4).prefix(4)) { return "UTF-32LE" }
    case [0, 0, 0, 0x3C], [0, 0, 0, 0x7B]:
      if Self.isCharacter(source.bytes.dropFirst(4).prefix(4).reversed()) { return "UTF-32BE" }
    // “<?xm” of EBCDIC; what the declaration names tells which.
    case [0x4C, 0x6F, 0xA7, 0x94]:
      let text = ForeignEncoding.utf8(source.bytes.prefix(400), from: "IBM037") ?? []
      return SourceText(text).declaredEncoding?.name ?? "IBM037"
    // What ISO-2022-KR begins with, ahead of the declaration.
    case [0x1B, 0x24, 0x29, 0x43]: return "ISO-2022-KR"
    default: break
    }
    guard let declared = source.declaredEncoding?.name else { return nil }
    let name = ForeignEncoding.canonical(declared) ?? declared
    // Many a file in UTF-8 states another encoding.
    return ForeignEncoding.isWhole(name) && !source.isUTF8BeyondASCII ? name : nil
  }

  /// Whether four bytes, the lowest first, are an ASCII character.
  private static func isCharacter(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.count == 4 && (1...0x7F).contains(bytes.first ?? 0)
      && bytes.dropFirst().allSatisfy { $0 == 0 }
  }
}
