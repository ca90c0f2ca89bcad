/// Finds all faults of one kind in an XML text at once: each alone would cost another reading.
struct XMLFaultScan {
  /// Further ones wait for another reading.
  private static let most = 100_000

  let bytes: [UInt8]

  /// Whether XML has no character of this byte.
  static func isForbidden(_ byte: UInt8) -> Bool {
    byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0D
  }

  /// Whether a character that XML does not have begins at a byte: a control, or one of the two that
  /// Unicode keeps for nobody.
  func isForbidden(at i: Int) -> Bool {
    if Self.isForbidden(bytes[i]) { return true }
    return bytes[i] == 0xEF && i + 2 < bytes.count && bytes[i + 1] == 0xBF && bytes[i + 2] >= 0xBE
  }

  /// The characters that XML does not have, to be taken out, as they stand or by their numbers. O(bytes).
  var controls: [TextEdit] {
    var edits: [TextEdit] = []
    var i = 0
    while i < bytes.count, edits.count < Self.most {
      let start = i
      while i < bytes.count, isForbidden(at: i) { i += bytes[i] == 0xEF ? 3 : 1 }
      if i > start {
        edits.append(TextEdit(start..<i))
      } else if bytes[i] == 0x26, let pair = pair(at: i) {
        i = pair.range.upperBound
      } else if bytes[i] == 0x26, let end = reference(at: i), let point = number(of: i..<end),
        !Self.isCharacter(point)
      {
        edits.append(TextEdit(i..<end))
        i = end
      } else {
        i += 1
      }
    }
    return edits
  }

  /// Characters that are written as the two halves by which UTF-16 keeps them, each as one reference.
  /// O(bytes).
  var halves: [TextEdit] {
    var edits: [TextEdit] = []
    var i = 0
    while edits.count < Self.most, let start = bytes[i...].firstIndex(of: 0x26) {
      let pair = pair(at: start)
      if let pair { edits.append(pair) }
      i = pair?.range.upperBound ?? start + 1
    }
    return edits
  }

  /// The reference to the character whose two halves begin at a byte, such as `&#xD83C;&#xDFD5;`.
  private func pair(at start: Int) -> TextEdit? {
    guard let middle = reference(at: start), let high = number(of: start..<middle),
      0xD800...0xDBFF ~= high, middle < bytes.count, bytes[middle] == 0x26,
      let end = reference(at: middle), let low = number(of: middle..<end), 0xDC00...0xDFFF ~= low
    else { return nil }
    let point = 0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)
    return TextEdit(start..<end, "&#x\(String(point, radix: 16, uppercase: true));")
  }

  /// Where a reference such as `&nbsp;` or `&#11;` that begins at a byte ends; nil where none does.
  private func reference(at start: Int) -> Int? {
    let rest = bytes[(start + 1)...].prefix(32)
    guard let end = rest.firstIndex(of: 0x3B), end > start + 1 else { return nil }
    let isName = bytes[(start + 1)..<end].enumerated().allSatisfy { i, byte in
      (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || (byte == 0x23 && i == 0)
    }
    return isName ? end + 1 : nil
  }

  /// The code point that a reference gives by its number; beyond all where it is too large.
  private func number(of reference: Range<Int>) -> UInt32? {
    let text = String(decoding: bytes[reference].dropFirst().dropLast(), as: UTF8.self)
    guard text.first == "#" else { return nil }
    let digits = text.dropFirst()
    let isHex = digits.first == "x"
    guard digits.dropFirst(isHex ? 1 : 0).allSatisfy(\.isHexDigit) else { return nil }
    return UInt32(isHex ? digits.dropFirst() : digits, radix: isHex ? 16 : 10) ?? .max
  }

  private static func isCharacter(_ point: UInt32) -> Bool {
    guard let scalar = Unicode.Scalar(point) else { return false }
    return scalar.value >= 0x20 && scalar.value & ~1 != 0xFFFE
      || [0x09, 0x0A, 0x0D].contains(point)
  }

  /// The names of characters that XML does not know: those of HTML become the characters' numbers, and
  /// before others the “&” is written as one. O(bytes).
  var entities: [TextEdit] {
    var edits: [TextEdit] = []
    var i = 0
    while i < bytes.count, edits.count < Self.most {
      if bytes[i] == 0x3C, let closing = closing(of: i), closing != ">" {
        guard let end = end(of: closing, from: i) else { break }
        i = end
        continue
      }
      if bytes[i] == 0x26, let end = reference(at: i), bytes[i + 1] != 0x23 {
        let name = String(decoding: bytes[(i + 1)..<(end - 1)], as: UTF8.self)
        if let point = HTMLEntity.codePoint(name) {
          edits.append(TextEdit(i..<end, "&#\(point);"))
        } else if !["amp", "lt", "gt", "quot", "apos"].contains(name) {
          edits.append(TextEdit(i..<i + 1, "&amp;"))
        }
        i = end
      } else {
        i += 1
      }
    }
    return edits
  }

  /// Whether a byte is within a comment.
  func isInComment(_ offset: Int) -> Bool {
    var i = min(offset + 1, bytes.count) - 3
    while i >= 0 {
      if bytes[i...].starts(with: "-->".utf8), i + 3 <= offset { return false }
      if bytes[i...].starts(with: "<!--".utf8) { return i + 4 <= offset + 1 }
      i -= 1
    }
    return false
  }

  /// A space behind each hyphen in a comment that another one follows. O(bytes).
  var hyphens: [TextEdit] {
    var edits: [TextEdit] = []
    var i = 0
    while let open = bytes[i...].firstIndex(of: 0x3C) {
      guard let closing = closing(of: open), closing != ">" else {
        i = open + 1
        continue
      }
      let start = open + (closing == "-->" ? 4 : 0)
      guard let end = end(of: closing, from: start), edits.count < Self.most else { break }
      if closing == "-->" {
        for j in start..<max(start, end - 3) where bytes[j] == 0x2D && bytes[j + 1] == 0x2D {
          edits.append(TextEdit(at: j + 1, " "))
        }
      }
      i = end
    }
    return edits
  }

  /// What stands between two documents of one kind, from the closing tag of the first to the end of the
  /// opening tag of the second; nil where more than space stands there, or where they differ.
  ///
  /// - Parameter second: where the second one begins.
  func seam(before second: Int) -> TextEdit? {
    guard let (name, close) = closingTag(before: second) else { return nil }
    let root = Array(name.utf8)
    var i = second
    if bytes[i...].starts(with: [0xEF, 0xBB, 0xBF]) { i += 3 }
    if bytes[i...].starts(with: "<?xml".utf8) {
      guard let end = end(of: "?>", from: i) else { return nil }
      i = end
    }
    skip(&i) { $0 <= 0x20 }
    guard i < bytes.count, bytes[i] == 0x3C, bytes[(i + 1)...].starts(with: root),
      let tag = XMLLexer(bytes: bytes).tag(at: i), !tag.isEmptyTag,
      tag.contentStart > i + 1 + root.count,
      [0x20, 0x09, 0x0A, 0x0D, 0x3E].contains(bytes[i + 1 + root.count])
    else { return nil }
    return TextEdit(close.lowerBound..<tag.contentStart)
  }

  /// The first opening tag from a byte on. O(bytes).
  func openingTag(from start: Int) -> XMLElement? {
    let lexer = XMLLexer(bytes: bytes)
    var i = start
    while let open = bytes[i...].firstIndex(of: 0x3C) {
      if let closing = closing(of: open) {
        guard let end = end(of: closing, from: open + 1) else { return nil }
        i = end
      } else {
        if let tag = lexer.tag(at: open) { return tag }
        i = open + 1
      }
    }
    return nil
  }

  /// The closing tag that is the last tag before a byte, with no more than space behind it.
  func closingTag(before end: Int) -> (name: String, range: Range<Int>)? {
    guard let start = bytes[..<end].lastIndex(of: 0x3C), bytes[start...].starts(with: "</".utf8),
      let close = bytes[start..<end].firstIndex(of: 0x3E),
      bytes[(close + 1)..<end].allSatisfy({ $0 <= 0x20 })
    else { return nil }
    let name = bytes[(start + 2)..<close].prefix { $0 > 0x20 }
    return (String(decoding: name, as: UTF8.self), start..<close + 1)
  }

  /// Attributes that stand in their tag a second time, with the space before them: those with the value
  /// of the first, and those with another one. O(bytes).
  var doubledAttributes: (same: [TextEdit], other: [TextEdit]) {
    let lexer = XMLLexer(bytes: bytes)
    var same: [TextEdit] = []
    var other: [TextEdit] = []
    _ = lexer.visitTags { tag in
      guard let tag else { return true }
      let attributes = lexer.attributes(of: tag)
      for (i, attribute) in attributes.enumerated().dropFirst() {
        guard
          let first = attributes[..<i].first(where: {
            bytes[$0.name].elementsEqual(bytes[attribute.name])
          })
        else { continue }
        let edit = TextEdit(attributes[i - 1].value.upperBound + 1..<attribute.value.upperBound + 1)
        if bytes[first.value].elementsEqual(bytes[attribute.value]) {
          same.append(edit)
        } else {
          other.append(edit)
        }
        if i > Self.mostAttributes { break }
      }
      return same.count + other.count < Self.most
    }
    return (same, other)
  }

  /// Further ones of a tag are not compared: each would be with all before it.
  private static let mostAttributes = 100

  /// The tag in which an attribute is written otherwise than as `name="value"`, where a byte is the first
  /// that does not fit: a value without quotes, no space before a name, no `=`, or no quote at an end.
  func faultyTag(at offset: Int) -> Int? {
    var i = offset - 1
    guard i >= 0 else { return nil }
    let isQuote = bytes[offset] == 0x22 || bytes[offset] == 0x27
    if bytes[i] != 0x22, bytes[i] != 0x27, !isQuote {
      while i >= 0, bytes[i] <= 0x20 { i -= 1 }
      guard i >= 0, bytes[i] == 0x3D else { return nil }
    }
    while i >= 0, bytes[i] != 0x3E {
      if bytes[i] == 0x3C { return i }
      i -= 1
    }
    return nil
  }

  /// What closes a tag that another one follows: its `>`, or before that the quote of its last value.
  ///
  /// - Parameter next: the `<` that cannot stand where it does.
  func unclosedTag(before next: Int) -> TextEdit? {
    guard bytes[next] == 0x3C, let start = bytes[..<next].lastIndex(of: 0x3C), start + 1 < next,
      bytes[start + 1] != 0x21, bytes[start + 1] != 0x3F, bytes[start + 1] > 0x20
    else { return nil }
    var end = next
    while bytes[end - 1] <= 0x20 { end -= 1 }
    let tag = bytes[start..<end]
    let isInValue = tag.count { $0 == 0x22 } & 1 == 1
    guard isInValue else {
      // Without attributes it may be text after a stray “<”.
      return tag.contains(0x3E) || bytes[start + 1] != 0x2F && !tag.contains(0x3D)
        ? nil : TextEdit(at: end, ">")
    }
    guard tag.last == 0x3E else { return nil }
    var close = end - 1
    if bytes[close - 1] == 0x2F { close -= 1 }
    return tag[..<close].contains(0x3E) ? nil : TextEdit(at: close, "\"")
  }

  /// Whether a “<” stands within the quotes of an attribute's value, whose closing one follows on its line.
  func isInValue(at offset: Int) -> Bool {
    guard bytes[offset] == 0x3C, let start = bytes[..<offset].lastIndex(of: 0x3C),
      bytes[start..<offset].count(where: { $0 == 0x22 }) & 1 == 1
    else { return false }
    return bytes[offset...].prefix { $0 != 0x0A && $0 != 0x0D }.contains(0x22)
  }

  /// The tag around a byte that cannot be read, with all that is in its element; nil outside of tags.
  func unreadableElement(at offset: Int) -> (name: String, range: Range<Int>)? {
    guard let start = bytes[..<min(offset + 1, bytes.count)].lastIndex(of: 0x3C), start < offset,
      !bytes[start..<offset].contains(0x3E)
    else { return nil }
    let name = bytes[(start + 1)..<offset].prefix { $0 > 0x20 && $0 < 0x80 && $0 != 0x2F }
    guard !name.isEmpty else { return nil }
    func isTag(_ prefix: String, at i: Int) -> Bool {
      let head = Array(prefix.utf8) + name
      guard bytes[i...].starts(with: head), i + head.count < bytes.count else { return false }
      return [0x20, 0x09, 0x0A, 0x0D, 0x2F, 0x3E].contains(bytes[i + head.count])
    }
    var i = offset
    var next: Int?
    while let open = bytes[i...].firstIndex(of: 0x3C) {
      if next == nil { next = open }
      if isTag("</", at: open), let end = bytes[open...].firstIndex(of: 0x3E) {
        return (String(decoding: name, as: UTF8.self), start..<end + 1)
      }
      if isTag("<", at: open) { break }
      i = open + 1
    }
    return next.map { (String(decoding: name, as: UTF8.self), start..<$0) }
  }

  /// The place of the “<” that an opening tag lacks whose closing tag begins at a byte: the text before it
  /// is a tag's, such as `trkpt lat="50" lon="7">`.
  func missingOpening(of name: String, before closing: Int) -> Int? {
    guard closing > 0, bytes[closing - 1] == 0x3E,
      let last = bytes[..<(closing - 1)].lastIndex(of: 0x3E)
    else { return nil }
    var start = last + 1
    while start < closing, bytes[start] <= 0x20 { start += 1 }
    let tag = bytes[start..<closing]
    guard tag.starts(with: name.utf8), tag.count > name.utf8.count,
      tag[start + name.utf8.count] <= 0x20, tag.contains(0x3D), !tag.contains(0x3C)
    else { return nil }
    return start
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
      skip(&i) { $0 > 0x20 && ![0x22, 0x27, 0x3C, 0x3D, 0x3E, 0x2F].contains($0) }
      let name = before..<i
      skip(&i) { $0 <= 0x20 }
      if i < bytes.count, bytes[i] == 0x22 || bytes[i] == 0x27, !name.isEmpty,
        bytes[i - 1] > 0x20, bytes[i - 1] != 0x2F
      {
        edits.append(TextEdit(at: i, "="))
        scanValue(&i, &edits)
      } else if i < bytes.count, bytes[i] == 0x3D {
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
      if i < bytes.count, let end = swallowed(start + 1..<i - 1, next: i) {
        edits.append(TextEdit(at: end, "\""))
        i = end
        return
      }
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

  /// Where a value ends that runs on into the next attribute, whose opening quote was taken for the
  /// closing one: `50 lon=` is what stands between the quotes.
  private func swallowed(_ value: Range<Int>, next: Int) -> Int? {
    guard next < bytes.count, bytes[next] > 0x20, ![0x3E, 0x2F, 0x3F].contains(bytes[next]),
      bytes[value].last == 0x3D, let space = bytes[value].lastIndex(where: { $0 <= 0x20 }),
      bytes[(space + 1)..<(value.upperBound - 1)].allSatisfy({
        ($0 | 0x20) &- 0x61 < 26 || $0 == 0x3A || $0 == 0x5F || $0 == 0x2D
      }), space + 2 < value.upperBound
    else { return nil }
    var end = space
    while end > value.lowerBound, bytes[end - 1] <= 0x20 { end -= 1 }
    return end
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
