/// The pieces of an XML file that is being written.
package struct XMLText {
  package private(set) var bytes: [UInt8]
  private var depth = 0

  package init() { bytes = Array("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".utf8) }

  /// Takes what was written; what follows goes on where it ended.
  package mutating func take() -> [UInt8] {
    defer { bytes = [] }
    return bytes
  }

  package mutating func open(_ tag: String, _ attributes: [(String, String)] = []) {
    indent()
    append(tag: tag, attributes, end: ">\n")
    depth += 1
  }

  package mutating func close(_ tag: String) {
    depth -= 1
    indent()
    bytes.append(contentsOf: "</\(tag)>\n".utf8)
  }

  package mutating func empty(_ tag: String, _ attributes: [(String, String)] = []) {
    indent()
    append(tag: tag, attributes, end: "/>\n")
  }

  package mutating func element(
    _ tag: String, _ text: String, _ attributes: [(String, String)] = []
  ) {
    indent()
    append(tag: tag, attributes, end: ">")
    append(escaped: text, inAttribute: false)
    bytes.append(contentsOf: "</\(tag)>\n".utf8)
  }

  /// A tag that is left open before its end, for attributes and text that come bit by bit.
  package mutating func begin(_ tag: String, _ attributes: [(String, String)] = []) {
    indent()
    append(tag: tag, attributes, end: "")
  }

  /// Text as it stands.
  package mutating func plain(_ text: String) { bytes.append(contentsOf: text.utf8) }

  /// One line of text that needs no escaping.
  package mutating func line(_ text: [UInt8]) {
    indent()
    bytes.append(contentsOf: text)
    bytes.append(0x0A)
  }

  private mutating func indent() { bytes.append(contentsOf: repeatElement(0x20, count: depth * 2)) }

  private mutating func append(tag: String, _ attributes: [(String, String)], end: String) {
    bytes.append(0x3C)
    bytes.append(contentsOf: tag.utf8)
    for (name, value) in attributes {
      bytes.append(contentsOf: " \(name)=\"".utf8)
      append(escaped: value, inAttribute: true)
      bytes.append(0x22)
    }
    bytes.append(contentsOf: end.utf8)
  }

  private mutating func append(escaped text: String, inAttribute: Bool) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": bytes.append(contentsOf: "&amp;".utf8)
      case "<": bytes.append(contentsOf: "&lt;".utf8)
      case ">": bytes.append(contentsOf: "&gt;".utf8)
      case "\"" where inAttribute: bytes.append(contentsOf: "&quot;".utf8)
      case "\n" where inAttribute, "\t" where inAttribute, "\r":
        bytes.append(contentsOf: "&#\(scalar.value);".utf8)
      case "\n", "\t": bytes.append(UInt8(scalar.value))
      // XML 1.0 has no way to write these.
      case "\0"..<" ", "\u{FFFE}", "\u{FFFF}": bytes.append(contentsOf: "\u{FFFD}".utf8)
      default: bytes.append(contentsOf: UTF8.encode(scalar)!)
      }
    }
  }
}
