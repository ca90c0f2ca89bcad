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
    write(to: &out, indent: indent, level: 0)
    return out
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
enum JSONText {
  static func append(_ value: Double, to out: inout [UInt8]) {
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

  static func append(_ text: String, to out: inout [UInt8]) {
    out.append(0x22)
    for byte in text.utf8 {
      switch byte {
      case 0x22: out.append(contentsOf: [0x5C, 0x22])
      case 0x5C: out.append(contentsOf: [0x5C, 0x5C])
      case 0x0A: out.append(contentsOf: [0x5C, 0x6E])
      case 0x0D: out.append(contentsOf: [0x5C, 0x72])
      case 0x09: out.append(contentsOf: [0x5C, 0x74])
      case 0..<0x20:
        let hex = Array("0123456789abcdef".utf8)
        out.append(contentsOf: Array("\\u00".utf8) + [hex[Int(byte >> 4)], hex[Int(byte & 15)]])
      default: out.append(byte)
      }
    }
    out.append(0x22)
  }

  static func newline(_ indent: Int?, _ level: Int, to out: inout [UInt8]) {
    out.append(0x0A)
    out.append(contentsOf: repeatElement(0x20, count: (indent ?? 0) * level))
  }
}
