/// An element of XML that is known to be well-formed and without a DOCTYPE, by its places.
struct XMLElement {
  /// The first byte of the opening tag.
  let start: Int
  /// Behind the opening tag.
  let contentStart: Int
  /// The first byte of the closing tag; the end where the tag closes itself.
  var contentEnd: Int
  /// Behind the closing tag.
  var end: Int
  /// The bytes of the name, with its prefix.
  let name: Range<Int>

  var range: Range<Int> { start..<end }
  var content: Range<Int> { contentStart..<contentEnd }
  /// Whether it is written as `<name/>`.
  var isEmptyTag: Bool { contentStart == end }
}

/// An attribute of a tag, by its places.
struct XMLAttribute {
  let name: Range<Int>
  /// Between the quotes.
  let value: Range<Int>
}

/// Finds elements in XML that is known to be well-formed; on anything else it answers nil, and
/// never reads beyond the bytes.
struct XMLLexer {
  let bytes: [UInt8]

  /// The element whose opening tag begins at a byte. O(bytes of the element).
  func element(at start: Int) -> XMLElement? {
    guard var element = tag(at: start) else { return nil }
    if element.isEmptyTag { return element }
    var depth = 1
    var i = element.contentStart
    while let open = nextTag(from: i, to: bytes.count) {
      if bytes[open + 1] == 0x2F {
        guard let end = index(of: 0x3E, from: open) else { return nil }
        depth -= 1
        if depth == 0 {
          element.contentEnd = open
          element.end = end + 1
          return element
        }
        i = end + 1
      } else {
        guard let inner = tag(at: open) else { return nil }
        if !inner.isEmptyTag { depth += 1 }
        i = inner.contentStart
      }
    }
    return nil
  }

  /// The elements right inside an element. O(bytes of the element).
  func children(of parent: XMLElement) -> [XMLElement] {
    var children: [XMLElement] = []
    var depth = 0
    var i = parent.contentStart
    while let open = nextTag(from: i, to: parent.contentEnd) {
      if bytes[open + 1] == 0x2F {
        guard let end = index(of: 0x3E, from: open) else { break }
        depth -= 1
        if depth == 0, var child = children.popLast() {
          child.contentEnd = open
          child.end = end + 1
          children.append(child)
        }
        i = end + 1
      } else {
        guard let inner = tag(at: open) else { break }
        if depth == 0 { children.append(inner) }
        if !inner.isEmptyTag { depth += 1 }
        i = inner.contentStart
      }
    }
    return children
  }

  /// Calls a body with every opening tag, and with nil for every closing one, in the order of the bytes.
  ///
  /// - Returns: false where the body said so, or where a tag is cut off. O(bytes).
  func visitTags(_ body: (XMLElement?) -> Bool) -> Bool {
    var i = 0
    while let start = nextTag(from: i, to: bytes.count) {
      if bytes[start + 1] == 0x2F {
        guard let end = index(of: 0x3E, from: start), body(nil) else { return false }
        i = end + 1
      } else {
        guard let inner = tag(at: start), body(inner) else { return false }
        i = inner.contentStart
      }
    }
    return true
  }

  /// The root element of the file.
  var root: XMLElement? { nextTag(from: 0, to: bytes.count).flatMap(element(at:)) }

  /// The beginning of the tag that a byte lies in, or nil where it lies outside of tags.
  func tagStart(containing offset: Int) -> Int? {
    guard offset >= 0, offset < bytes.count else { return nil }
    // A raw “<” stands in no attribute, so the nearest one begins the tag.
    var start = offset
    while start > 0, bytes[start] != 0x3C { start -= 1 }
    guard let tag = tag(at: start), offset < tag.contentStart else { return nil }
    return start
  }

  /// Attributes of the opening tag of an element.
  func attributes(of element: XMLElement) -> [XMLAttribute] {
    var attributes: [XMLAttribute] = []
    var i = element.name.upperBound
    while i < element.contentStart {
      while i < element.contentStart, bytes[i] <= 0x20 { i += 1 }
      let start = i
      while i < element.contentStart, bytes[i] > 0x20, bytes[i] != 0x3D, bytes[i] != 0x3E,
        bytes[i] != 0x2F
      {
        i += 1
      }
      let name = start..<i
      while i < element.contentStart, bytes[i] <= 0x20 { i += 1 }
      guard !name.isEmpty, i < element.contentStart, bytes[i] == 0x3D else { break }
      i += 1
      while i < element.contentStart, bytes[i] <= 0x20 { i += 1 }
      guard i < element.contentStart, let end = index(of: bytes[i], from: i + 1) else { break }
      attributes.append(XMLAttribute(name: name, value: i + 1..<end))
      i = end + 1
    }
    return attributes
  }

  func attribute(_ name: String, of element: XMLElement) -> XMLAttribute? {
    attributes(of: element).first { bytes[$0.name].elementsEqual(name.utf8) }
  }

  func text(_ range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

  /// The prefix of an element's name with its colon, or nothing.
  func prefix(of element: XMLElement) -> String {
    guard let colon = bytes[element.name].firstIndex(of: 0x3A) else { return "" }
    return text(element.name.lowerBound..<colon + 1)
  }

  /// The name without its prefix.
  func localName(of element: XMLElement) -> String {
    guard let colon = bytes[element.name].firstIndex(of: 0x3A) else { return text(element.name) }
    return text(colon + 1..<element.name.upperBound)
  }

  func isNamed(_ element: XMLElement, _ name: String) -> Bool {
    bytes[element.name].elementsEqual(name.utf8)
  }

  // MARK: Bytes

  /// The opening tag at a byte, as an element without its content.
  func tag(at start: Int) -> XMLElement? {
    guard start >= 0, start + 1 < bytes.count, bytes[start] == 0x3C else { return nil }
    var i = start + 1
    // No name begins with these: they are closing tags, comments, declarations.
    guard bytes[i] != 0x2F, bytes[i] != 0x21, bytes[i] != 0x3F, bytes[i] > 0x20 else { return nil }
    while i < bytes.count, bytes[i] > 0x20, bytes[i] != 0x3E, bytes[i] != 0x2F { i += 1 }
    let name = start + 1..<i
    while i < bytes.count {
      switch bytes[i] {
      case 0x22, 0x27:
        guard let end = index(of: bytes[i], from: i + 1) else { return nil }
        i = end + 1
      case 0x3E:
        return XMLElement(
          start: start, contentStart: i + 1, contentEnd: i + 1, end: i + 1, name: name
        ).open(isEmptyTag: bytes[i - 1] == 0x2F)
      default: i += 1
      }
    }
    return nil
  }

  /// The next opening or closing tag, with comments, sections and instructions passed over.
  private func nextTag(from start: Int, to limit: Int) -> Int? {
    var i = start
    while let open = index(of: 0x3C, from: i), open + 1 < limit {
      switch bytes[open + 1] {
      case 0x3F:
        guard let end = end(of: "?>", from: open + 2) else { return nil }
        i = end
      case 0x21:
        let rest = bytes[(open + 2)...]
        let closing = rest.starts(with: "--".utf8) ? "-->" : rest.first == 0x5B ? "]]>" : ">"
        guard let end = end(of: closing, from: open + (closing == "-->" ? 4 : 2)) else {
          return nil
        }
        i = end
      default: return open
      }
    }
    return nil
  }

  private func index(of byte: UInt8, from start: Int) -> Int? {
    var i = start
    while i < bytes.count {
      if bytes[i] == byte { return i }
      i += 1
    }
    return nil
  }

  private func end(of closing: String, from start: Int) -> Int? {
    let closing = Array(closing.utf8)
    var i = start
    while let last = index(of: closing[closing.count - 1], from: i) {
      let first = last - closing.count + 1
      if first >= start, bytes[first...last].elementsEqual(closing) { return last + 1 }
      i = last + 1
    }
    return nil
  }
}

extension XMLElement {
  /// An opening tag that something follows has no end yet, which keeps it apart from `<name/>`.
  fileprivate func open(isEmptyTag: Bool) -> XMLElement {
    var element = self
    if !isEmptyTag { element.end = contentStart - 1 }
    return element
  }
}

extension String {
  /// The text as XML writes it, in an attribute's value or between tags. Letters stay letters: what the
  /// file's encoding lacks becomes a reference when the text is encoded.
  var asXML: String {
    unicodeScalars.map { scalar in
      switch scalar {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      case "\"": "&quot;"
      case " "..."~", "\u{A0}"..."\u{FFFD}", "\u{10000}"...: String(scalar)
      // XML 1.0 has no way to write these.
      case "\0"..<"\t", "\u{B}"..."\u{C}", "\u{E}"..<" ", "\u{FFFE}", "\u{FFFF}": "&#xFFFD;"
      default: "&#x\(String(scalar.value, radix: 16, uppercase: true));"
      }
    }.joined()
  }
}
