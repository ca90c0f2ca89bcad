/// A JSON value to be written, its members in the order given.
public indirect enum JSONValue: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  /// Written with the fewest digits that read back as the same number; null where not finite.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(String, JSONValue)])
  /// JSON text that is written as it is: for what was made into text before, such as a long line.
  case fragment([UInt8])

  public static func == (a: JSONValue, b: JSONValue) -> Bool { a.text() == b.text() }

  public static func optional(_ value: Double?) -> JSONValue {
    value.map(JSONValue.number) ?? .null
  }
  public static func optional(_ value: String?) -> JSONValue {
    value.map(JSONValue.string) ?? .null
  }
  public static func optional(_ value: Int?) -> JSONValue { value.map(JSONValue.integer) ?? .null }

  /// The value as UTF-8 text; with an indent, containers of containers are broken into lines.
  public func text(indent: Int? = nil) -> [UInt8] {
    var out: [UInt8] = []
    write(to: &out, indent: indent)
    return out
  }

  /// Appends the value as UTF-8 text.
  public func write(to out: inout [UInt8], indent: Int? = nil) {
    write(to: &out, indent: indent, level: 0)
  }

  private func write(to out: inout [UInt8], indent: Int?, level: Int) {
    switch self {
    case .null: out.append(contentsOf: "null".utf8)
    case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
    case .integer(let value): out.append(contentsOf: String(value).utf8)
    case .number(let value): JSONText.append(value, to: &out)
    case .string(let value): JSONText.append(value, to: &out)
    case .fragment(let text): out.append(contentsOf: text)
    case .array(let items):
      let breaks = indent != nil && items.contains { $0.isContainer }
      out.append(0x5B)
      for (index, item) in items.enumerated() {
        if index > 0 { out.append(contentsOf: (breaks ? "," : indent == nil ? "," : ", ").utf8) }
        if breaks { JSONText.newline(indent, level + 1, to: &out) }
        item.write(to: &out, indent: indent, level: level + 1)
      }
      if breaks { JSONText.newline(indent, level, to: &out) }
      out.append(0x5D)
    case .object(let members):
      let breaks = indent != nil && !members.isEmpty
      out.append(0x7B)
      for (index, member) in members.enumerated() {
        if index > 0 { out.append(0x2C) }
        if breaks { JSONText.newline(indent, level + 1, to: &out) }
        JSONText.append(member.0, to: &out)
        out.append(contentsOf: (indent == nil ? ":" : ": ").utf8)
        member.1.write(to: &out, indent: indent, level: level + 1)
      }
      if breaks { JSONText.newline(indent, level, to: &out) }
      out.append(0x7D)
    }
  }

  private var isContainer: Bool {
    switch self {
    case .array, .object: true
    default: false
    }
  }
}

/// The pieces of JSON text.
package enum JSONText {
  package static func append(_ value: Double, to out: inout [UInt8]) {
    guard value.isFinite else {
      out.append(contentsOf: "null".utf8)
      return
    }
    // "-0.0" and "5.0" are valid JSON, but nobody writes them.
    if value == value.rounded(), abs(value) < 1e15 {
      out.append(contentsOf: String(Int64(value)).utf8)
    } else {
      out.append(contentsOf: value.description.utf8)
    }
  }

  package static func append(_ text: String, to out: inout [UInt8]) {
    var text = text
    out.append(0x22)
    text.withUTF8 { bytes in
      // What needs no escape is copied as it is, which is mostly all of it.
      var start = 0
      for (index, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
        out.append(contentsOf: bytes[start..<index])
        start = index + 1
        appendEscape(of: byte, to: &out)
      }
      out.append(contentsOf: bytes[start...])
    }
    out.append(0x22)
  }

  private static func appendEscape(of byte: UInt8, to out: inout [UInt8]) {
    let letter: UInt8? =
      switch byte {
      case 0x22, 0x5C: byte
      case 0x0A: 0x6E
      case 0x0D: 0x72
      case 0x09: 0x74
      default: nil
      }
    out.append(0x5C)
    if let letter { return out.append(letter) }
    func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
    out.append(contentsOf: [0x75, 0x30, 0x30, digit(byte >> 4), digit(byte & 15)])
  }

  static func newline(_ indent: Int?, _ level: Int, to out: inout [UInt8]) {
    out.append(0x0A)
    out.append(contentsOf: repeatElement(0x20, count: (indent ?? 0) * level))
  }
}
