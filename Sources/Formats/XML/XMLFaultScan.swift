/// Finds all faults of one kind in an XML text at once: each alone would cost another reading.
struct XMLFaultScan {
  /// Further ones wait for another reading.
  private static let most = 100_000

  let bytes: [UInt8]

  /// Whether XML has no character of this byte.
  static func isForbidden(_ byte: UInt8) -> Bool {
    byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D
  }

  /// The characters that XML does not have, to be taken out. O(bytes).
  var controls: [TextEdit] {
    var edits: [TextEdit] = []
    var i = 0
    while i < bytes.count, edits.count < Self.most {
      let start = i
      while i < bytes.count, Self.isForbidden(bytes[i]) { i += 1 }
      if i > start { edits.append(TextEdit(start..<i)) } else { i += 1 }
    }
    return edits
  }

  /// The tag in which a value without quotes begins at a byte, or an attribute without a space before it.
  func faultyTag(at offset: Int) -> Int? {
    var i = offset - 1
    if i >= 0, bytes[i] != 0x22, bytes[i] != 0x27 {
      while i >= 0, bytes[i] <= 0x20 { i -= 1 }
      guard i >= 0, bytes[i] == 0x3D else { return nil }
    }
    while i >= 0, bytes[i] != 0x3E {
      if bytes[i] == 0x3C { return i }
      i -= 1
    }
    return nil
  }

  /// Quotes around values that have none, and spaces between attributes. O(bytes).
  func attributes(from start: Int) -> [TextEdit] {
    var edits: [TextEdit] = []
    var i = start
    while edits.count < Self.most, let open = bytes[i...].firstIndex(of: 0x3C) {
      i = open + 1
      guard i < bytes.count else { break }
      if let closing = closing(of: open) {
        guard let end = end(of: closing, from: i) else { break }
        i = end
      } else if (bytes[i] | 0x20) &- 0x61 < 26 || bytes[i] == 0x5F {
        scanTag(&i, &edits)
      }
    }
    return edits
  }

  private func scanTag(_ i: inout Int, _ edits: inout [TextEdit]) {
    skip(&i) { $0 > 0x20 && $0 != 0x3E && $0 != 0x2F }
    while i < bytes.count, bytes[i] != 0x3E, bytes[i] != 0x3C {
      let before = i
      skip(&i) { $0 <= 0x20 || $0 == 0x2F }
      skip(&i) { $0 > 0x20 && ![0x3C, 0x3D, 0x3E, 0x2F].contains($0) }
      skip(&i) { $0 <= 0x20 }
      if i < bytes.count, bytes[i] == 0x3D {
        i += 1
        skip(&i) { $0 <= 0x20 }
        scanValue(&i, &edits)
      }
      if i == before { i += 1 }
    }
  }

  private func scanValue(_ i: inout Int, _ edits: inout [TextEdit]) {
    guard i < bytes.count else { return }
    let start = i
    if bytes[i] == 0x22 || bytes[i] == 0x27 {
      i = bytes[(i + 1)...].firstIndex(of: bytes[i]).map { $0 + 1 } ?? bytes.count
      if i < bytes.count, bytes[i] > 0x20, ![0x3E, 0x2F, 0x3F].contains(bytes[i]) {
        edits.append(TextEdit(at: i, " "))
      }
      return
    }
    while i < bytes.count, bytes[i] > 0x20, ![0x22, 0x27, 0x3C, 0x3E].contains(bytes[i]),
      !(bytes[i] == 0x2F && i + 1 < bytes.count && bytes[i + 1] == 0x3E)
    {
      i += 1
    }
    if i > start { edits.append(TextEdit(start..<i, [0x22] + bytes[start..<i] + [0x22])) }
  }

  private func skip(_ i: inout Int, while isPassed: (UInt8) -> Bool) {
    while i < bytes.count, isPassed(bytes[i]) { i += 1 }
  }

  /// What ends a comment, a section, an instruction or a closing tag; nil for any other tag.
  private func closing(of open: Int) -> String? {
    let rest = bytes[open...]
    if rest.starts(with: "<!--".utf8) { return "-->" }
    if rest.starts(with: "<![CDATA[".utf8) { return "]]>" }
    if rest.starts(with: "<?".utf8) { return "?>" }
    return rest.starts(with: "</".utf8) || rest.starts(with: "<!".utf8) ? ">" : nil
  }

  private func end(of closing: String, from start: Int) -> Int? {
    let closing = Array(closing.utf8)
    var i = start
    while let found = bytes[i...].firstIndex(of: closing[0]) {
      if bytes[found...].starts(with: closing) { return found + closing.count }
      i = found + 1
    }
    return nil
  }
}
