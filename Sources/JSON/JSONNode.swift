/// A JSON value that was read, with its place in the text; the counterpart of `JSONValue`.
public struct JSONNode: Hashable, Sendable {
  /// What the value is.
  public enum Content: Hashable, Sendable {
    case null
    case bool(Bool)
    /// The number's exact text, which the grammar of RFC 8259 and the range of a `Double` allow.
    case number(String)
    case string(String)
    case array([JSONNode])
    /// In the order of the text, no two of one name.
    case object([Member])
    /// An item that is wrong in itself, where the reader was asked to go on after such; with what is
    /// wrong, and those of its members that are texts and can be read all the same.
    case broken(JSONFault, texts: [Member])
  }

  /// A member of an object.
  public struct Member: Hashable, Sendable {
    /// The member's name, its escapes resolved.
    public let name: String
    /// Bytes from the start of the text to the name.
    public let offset: Int
    /// The member's value.
    public let value: JSONNode
  }

  /// What the value is.
  public let content: Content
  /// Bytes from the start of the text to the value.
  public let offset: Int

  /// A null that stands in no text.
  package static let null = JSONNode(content: .null, offset: 0)

  /// Whether the value is null.
  public var isNull: Bool { content == .null }

  /// The truth value, or nil where the value is something else.
  public var bool: Bool? {
    if case .bool(let value) = content { value } else { nil }
  }

  /// The string, or nil where the value is something else.
  public var string: String? {
    if case .string(let value) = content { value } else { nil }
  }

  /// The number's exact text, or nil where the value is something else.
  public var number: String? {
    if case .number(let text) = content { text } else { nil }
  }

  /// The items, or nil where the value is no array.
  public var array: [JSONNode]? {
    if case .array(let items) = content { items } else { nil }
  }

  /// The members in the order of the text, or nil where the value is no object.
  public var object: [Member]? {
    if case .object(let members) = content { members } else { nil }
  }

  /// The value of the member of that name, or nil where there is none. O(members).
  public subscript(name: String) -> JSONNode? {
    object?.first { $0.name == name }?.value
  }

  /// What kind of value it is, as a message names it: `a number`, `an object`.
  public var kind: String {
    switch content {
    case .null: "null"
    case .bool: "a truth value"
    case .number: "a number"
    case .string: "a text"
    case .array: "an array"
    case .object: "an object"
    case .broken: "no JSON value"
    }
  }
}

// MARK: Numbers

extension JSONNode {
  /// The number to the nearest `Double`, or nil where the value is no number.
  public var double: Double? { number.flatMap { Double($0) } }

  /// The number where it is whole, `1.0` and `1e3` too, or nil where the value is none or leaves the
  /// range. Never through a `Double`. O(digits).
  public var int64: Int64? {
    guard let number else { return nil }
    var digits: [UInt8] = []
    var fractionDigits = 0
    var isFraction = false
    var text = number.utf8[...]
    let isNegative = text.first == 0x2D
    if isNegative { text.removeFirst() }
    while let byte = text.first, byte | 0x20 != 0x65 {
      text.removeFirst()
      if byte == 0x2E {
        isFraction = true
      } else {
        digits.append(byte - 0x30)
        if isFraction { fractionDigits += 1 }
      }
    }
    guard let first = digits.firstIndex(where: { $0 != 0 }) else { return 0 }
    // An exponent that no `Int` holds leaves the range, or is no whole number, whatever the digits.
    guard var exponent = text.isEmpty ? 0 : Int(String(text.dropFirst()) ?? ""),
      abs(exponent) <= 1_000_000
    else { return nil }
    exponent -= fractionDigits
    digits.removeFirst(first)
    while exponent < 0, digits.last == 0 {
      digits.removeLast()
      exponent += 1
    }
    guard exponent >= 0, digits.count + exponent <= 19 else { return nil }
    digits += repeatElement(0, count: exponent)
    // Nineteen digits fit into 64 bits without a sign.
    let magnitude = digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1) }
    if isNegative { return magnitude > 1 << 63 ? nil : Int64(truncatingIfNeeded: 0 &- magnitude) }
    return Int64(exactly: magnitude)
  }
}

// MARK: The same value

extension JSONNode {
  /// The value in one spelling: equal values give equal bytes, however they were written. The order of
  /// members and white space do not count, nor does how a number or a text is spelt.
  ///
  /// - Complexity: O(size of the value), and O(members × log members) for each object.
  public var canonicalText: [UInt8] {
    var out: [UInt8] = []
    writeCanonically(to: &out)
    return out
  }

  private func writeCanonically(to out: inout [UInt8]) {
    switch content {
    case .null, .broken: out += "null".utf8
    case .bool(let value): out += (value ? "true" : "false").utf8
    case .number(let text): JSONText.append(canonicalNumber: text.utf8, to: &out)
    case .string(let text): JSONText.append(text, to: &out)
    case .array(let items):
      out.append(0x5B)
      for item in items {
        item.writeCanonically(to: &out)
        out.append(0x2C)
      }
      out.append(0x5D)
    case .object(let members):
      out.append(0x7B)
      for member in members.sorted(by: { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }) {
        JSONText.append(member.name, to: &out)
        out.append(0x3A)
        member.value.writeCanonically(to: &out)
        out.append(0x2C)
      }
      out.append(0x7D)
    }
  }
}
