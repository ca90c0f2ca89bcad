/// Walks over JSON text (RFC 8259) without recursion or copies; depth and sizes are bounded.
///
/// The caller knows where it is in the document; the cursor knows the bytes.
package struct JSONCursor {
  /// The bounds on what stands in the text.
  package struct Limits: Sendable {
    /// Containers within one another.
    package var nesting = 64
    /// Bytes of one string, its escapes resolved.
    package var tokenBytes = 64 * 1024
    /// Bytes of one number.
    package var numberBytes = 1024

    package init() {}
  }

  package let bytes: UnsafeBufferPointer<UInt8>
  package let limits: Limits
  /// What messages call the whole of it.
  package let noun: StaticString
  package internal(set) var offset: Int
  package internal(set) var depth = 0

  package enum Kind { case object, array, string, number, literal }

  package init(
    _ bytes: UnsafeBufferPointer<UInt8>, limits: Limits, offset: Int = 0,
    noun: StaticString = "file"
  ) {
    self.bytes = bytes
    self.noun = noun
    self.limits = limits
    self.offset = offset
  }

  // MARK: Bytes

  /// Passes over a byte that `peek` has shown.
  @inlinable @inline(__always)
  package mutating func advance() { offset += 1 }

  /// Passes over a closing bracket that `peek` has shown.
  @inlinable @inline(__always)
  package mutating func leave() {
    offset += 1
    depth -= 1
  }

  @inlinable @inline(__always)
  package mutating func skipSpace() {
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte > 0x20 || (byte != 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09) { return }
      offset += 1
      // A long indent goes eight at a time.
      if byte == 0x20 {
        while offset + 8 <= bytes.count,
          UnsafeRawPointer(bytes.baseAddress! + offset).loadUnaligned(as: UInt64.self)
            == 0x2020_2020_2020_2020
        { offset += 8 }
      }
    }
  }

  /// The next byte that is not space, or nil at the end.
  @inlinable @inline(__always)
  package mutating func peek() -> UInt8? {
    skipSpace()
    return offset < bytes.count ? bytes[offset] : nil
  }

  package func fault(_ message: String, code: JSONFault.Code = .notWellFormed, at: Int? = nil)
    -> JSONFault
  {
    JSONFault(code: code, message: message, offset: at ?? min(offset, bytes.count))
  }

  /// The fault of finding something else than what was due.
  package func unexpected(_ due: String) -> JSONFault {
    guard offset < bytes.count else {
      return fault("the \(noun) ends where \(due) should follow: it is cut off")
    }
    return fault("\(shown(bytes[offset])) stands where \(due) should")
  }

  private func shown(_ byte: UInt8) -> String {
    switch byte {
    case 0: "a NUL byte"
    case 0x21...0x7E: "“\(Character(Unicode.Scalar(byte)))”"
    default: "the byte 0x" + String(byte, radix: 16, uppercase: true)
    }
  }

  // MARK: Containers

  /// What kind of value comes next.
  package mutating func kind() throws(JSONFault) -> Kind {
    guard let byte = peek() else { throw unexpected("a value") }
    switch byte {
    case 0x7B: return .object
    case 0x5B: return .array
    case 0x22: return .string
    case 0x2D, 0x30...0x39: return .number
    case 0x74, 0x66, 0x6E: return .literal
    default: throw unexpected("a value")
    }
  }

  /// Enters an object or array whose first byte is next.
  @inlinable @inline(__always)
  package mutating func enter() throws(JSONFault) {
    guard depth < limits.nesting else {
      throw fault(
        "the value is nested more than \(limits.nesting) levels deep, the limit", code: .limit)
    }
    depth += 1
    offset += 1
  }

  /// Whether another item follows in the array; takes the comma or the closing bracket.
  package mutating func nextItem(isFirst: Bool) throws(JSONFault) -> Bool {
    guard let byte = peek() else { throw unexpected("“]”") }
    if byte == 0x5D {
      offset += 1
      depth -= 1
      return false
    }
    if isFirst { return true }
    guard byte == 0x2C else { throw unexpected("“,” or “]”") }
    offset += 1
    if peek() == 0x5D { throw fault("a comma before “]” is one too many", at: offset - 1) }
    return true
  }

  /// The key of the next member with its offset, or nil at the end of the object.
  package mutating func nextKey(isFirst: Bool) throws(JSONFault) -> (key: String, offset: Int)? {
    guard let byte = peek() else { throw unexpected("“}”") }
    if byte == 0x7D {
      offset += 1
      depth -= 1
      return nil
    }
    if !isFirst {
      guard byte == 0x2C else { throw unexpected("“,” or “}”") }
      offset += 1
      if peek() == 0x7D { throw fault("a comma before “}” is one too many", at: offset - 1) }
    }
    guard peek() == 0x22 else { throw unexpected("a member's name in double quotes") }
    let start = offset
    let key = try string()
    guard peek() == 0x3A else { throw unexpected("“:” after the member's name") }
    offset += 1
    return (key, start)
  }

  /// Where an item of an array ends, whatever is wrong inside it: at the comma or the closing bracket
  /// after it. Nil where its brackets do not match or a text in it is never closed.
  ///
  /// - Complexity: O(bytes of the item).
  func endOfItem(from start: Int) -> Int? {
    // The brackets that close what is open, the innermost last.
    var closing: [UInt8] = []
    var place = start
    while place < bytes.count {
      let byte = bytes[place]
      switch byte {
      case 0x22:
        place += 1
        while place < bytes.count, bytes[place] != 0x22 { place += bytes[place] == 0x5C ? 2 : 1 }
      case 0x7B: closing.append(0x7D)
      case 0x5B: closing.append(0x5D)
      case 0x2C where closing.isEmpty, 0x5D where closing.isEmpty: return place
      case 0x7D, 0x5D: guard closing.popLast() == byte else { return nil }
      default: break
      }
      place += 1
    }
    return nil
  }

  /// Goes on at another place.
  mutating func resume(at offset: Int, depth: Int) {
    self.offset = offset
    self.depth = depth
  }

  // MARK: Values

  /// The next value, a number.
  @inlinable @inline(__always)
  package mutating func number() throws(JSONFault) -> Double {
    let start = offset
    do throws(DecimalNumber.Fault) {
      let (value, end) = try DecimalNumber.parse(
        bytes, from: start, grammar: .json, mostBytes: limits.numberBytes)
      offset = end
      return value
    } catch {
      switch error {
      case .syntax:
        throw fault("“\(token(at: start))” is not a number", code: .numberSyntax, at: start)
      case .range:
        throw fault(
          "the number \(token(at: start)) is beyond what a double holds", code: .numberRange,
          at: start)
      case .tooLong:
        throw fault(
          "the number has more than \(limits.numberBytes) characters, the limit", code: .limit,
          at: start)
      }
    }
  }

  /// The beginning of the token at an offset, for a message.
  package func token(at start: Int) -> String {
    var end = start
    while end < bytes.count, end - start < 40, bytes[end] > 0x20, bytes[end] < 0x7F,
      !Self.endsToken(bytes[end])
    {
      end += 1
    }
    let text = String(decoding: bytes[start..<max(end, min(start + 1, bytes.count))], as: UTF8.self)
    return end - start == 40 ? text + "…" : text
  }

  private static func endsToken(_ byte: UInt8) -> Bool {
    byte == 0x2C || byte == 0x5D || byte == 0x7D || byte == 0x3A
  }

  /// The next value, a string, decoded. One longer than the limit on tokens is a fault.
  package mutating func string() throws(JSONFault) -> String {
    let start = offset
    // Most texts are plain: their bytes are the text.
    offset += 1
    skipPlainText()
    while offset < bytes.count, Self.isPlain(bytes[offset]) { offset += 1 }
    if offset < bytes.count, bytes[offset] == 0x22, offset - start <= limits.tokenBytes {
      offset += 1
      return String(
        decoding: UnsafeBufferPointer(rebasing: bytes[start + 1..<offset - 1]), as: UTF8.self)
    }
    offset = start
    var decoded: [UInt8] = []
    try scanString(into: &decoded, keeps: true)
    guard decoded.count <= limits.tokenBytes else {
      throw fault(
        "the text has more than \(limits.tokenBytes) bytes, the limit", code: .limit, at: start)
    }
    return String(decoding: decoded, as: UTF8.self)
  }

  /// Whether a byte of a text stands for itself and is one whole character.
  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte < 0x80 && byte != 0x22 && byte != 0x5C
  }

  private mutating func scanString(into out: inout [UInt8], keeps: Bool) throws(JSONFault) {
    let start = offset
    offset += 1
    while offset < bytes.count {
      if !keeps { skipPlainText() }
      guard offset < bytes.count else { break }
      let byte = bytes[offset]
      switch byte {
      case 0x22:
        offset += 1
        return
      case 0x5C:
        let scalar = try escape()
        if keeps { out.append(contentsOf: UTF8.encode(scalar)!) }
      case 0..<0x20:
        throw fault(
          "a control character (0x\(String(byte, radix: 16, uppercase: true))) stands in a text; "
            + "write it as \\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))")
      case 0x20..<0x80:
        if keeps { out.append(byte) }
        offset += 1
      default:
        let length = Self.utf8Length(bytes, at: offset)
        if length == 0 {
          throw fault(
            "the byte 0x\(String(byte, radix: 16, uppercase: true)) is not UTF-8: save the "
              + "\(noun) as UTF-8", code: .encoding)
        }
        if keeps { out.append(contentsOf: bytes[offset..<offset + length]) }
        offset += length
      }
      // Kept text stops growing once it is over the limit; the caller sees its length.
      if keeps, out.count > limits.tokenBytes { return try scanRest(from: start) }
    }
    throw fault("the text that begins here is never closed by a double quote", at: start)
  }

  /// Passes over printable ASCII without quotes and backslashes, eight bytes at a time.
  private mutating func skipPlainText() {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    while offset + 8 <= bytes.count {
      let word = UnsafeRawPointer(bytes.baseAddress! + offset).loadUnaligned(as: UInt64.self)
      let quotes = word ^ (ones &* 0x22)
      let backslashes = word ^ (ones &* 0x5C)
      // The top bit of a byte is set where it is below 0x20, zero after the exclusive or, or ≥ 0x80.
      let found =
        (word &- ones &* 0x20) | (quotes &- ones) | (backslashes &- ones) | word
      if found & tops != 0 { return }
      offset += 8
    }
  }

  private mutating func scanRest(from start: Int) throws(JSONFault) {
    throw fault(
      "the text has more than \(limits.tokenBytes) bytes, the limit", code: .limit, at: start)
  }

  /// The length of a valid multi-byte sequence (RFC 3629), or 0.
  private static func utf8Length(_ bytes: UnsafeBufferPointer<UInt8>, at i: Int) -> Int {
    func continues(_ k: Int) -> Bool { i + k < bytes.count && bytes[i + k] & 0xC0 == 0x80 }
    let first = bytes[i]
    let second = i + 1 < bytes.count ? bytes[i + 1] : 0
    switch first {
    case 0xC2...0xDF: return continues(1) ? 2 : 0
    case 0xE0: return second >= 0xA0 && continues(1) && continues(2) ? 3 : 0
    case 0xED: return second < 0xA0 && continues(1) && continues(2) ? 3 : 0
    case 0xE1...0xEF: return continues(1) && continues(2) ? 3 : 0
    case 0xF0: return second >= 0x90 && continues(1) && continues(2) && continues(3) ? 4 : 0
    case 0xF4: return second < 0x90 && continues(1) && continues(2) && continues(3) ? 4 : 0
    case 0xF1...0xF3: return continues(1) && continues(2) && continues(3) ? 4 : 0
    default: return 0
    }
  }

  private mutating func escape() throws(JSONFault) -> Unicode.Scalar {
    let start = offset
    guard offset + 1 < bytes.count else { throw fault("the \(noun) ends inside an escape") }
    let letter = bytes[offset + 1]
    offset += 2
    switch letter {
    case 0x22: return "\""
    case 0x5C: return "\\"
    case 0x2F: return "/"
    case 0x62: return "\u{8}"
    case 0x66: return "\u{C}"
    case 0x6E: return "\n"
    case 0x72: return "\r"
    case 0x74: return "\t"
    case 0x75:
      let unit = try hexUnit(at: start)
      if unit & 0xF800 != 0xD800, let scalar = Unicode.Scalar(UInt32(unit)) { return scalar }
      if unit & 0xFC00 == 0xD800, offset + 1 < bytes.count, bytes[offset] == 0x5C,
        bytes[offset + 1] == 0x75
      {
        offset += 2
        let low = try hexUnit(at: offset - 2)
        if low & 0xFC00 == 0xDC00 {
          let value = 0x10000 + (UInt32(unit & 0x3FF) << 10) + UInt32(low & 0x3FF)
          if let scalar = Unicode.Scalar(value) { return scalar }
        }
      }
      throw fault(
        "\\u\(String(unit, radix: 16)) is half of a surrogate pair without its other half",
        code: .encoding, at: start)
    default: throw fault("“\\\(Character(Unicode.Scalar(letter)))” is not an escape", at: start)
    }
  }

  private mutating func hexUnit(at start: Int) throws(JSONFault) -> UInt16 {
    // The initializer takes a sign too.
    guard offset + 4 <= bytes.count, bytes[offset] != 0x2B, bytes[offset] != 0x2D,
      let unit = UInt16(String(decoding: bytes[offset..<offset + 4], as: UTF8.self), radix: 16)
    else { throw fault("\\u is not followed by four hexadecimal digits", at: start) }
    offset += 4
    return unit
  }

  /// The next value: true, false or null (as nil).
  package mutating func literal() throws(JSONFault) -> Bool? {
    for (word, value) in [("true", true), ("false", false), ("null", nil)] as [(String, Bool?)] {
      if bytes[offset...].starts(with: word.utf8) {
        offset += word.utf8.count
        return value
      }
    }
    throw fault("“\(token(at: offset))” is not a value")
  }

  /// Walks over the next value, checking that it is well-formed. No recursion.
  package mutating func skipValue() throws(JSONFault) {
    let floor = depth
    // One bit for each open container: set for an object.
    var isObject: [Bool] = []
    var unused: [UInt8] = []
    var isFirst = true
    repeat {
      if depth > floor {
        if isObject[isObject.count - 1] {
          guard let byte = peek() else { throw unexpected("“}”") }
          if byte == 0x7D {
            offset += 1
            depth -= 1
            isObject.removeLast()
            isFirst = false
            continue
          }
          if !isFirst {
            guard byte == 0x2C else { throw unexpected("“,” or “}”") }
            offset += 1
          }
          guard peek() == 0x22 else { throw unexpected("a member's name in double quotes") }
          try scanString(into: &unused, keeps: false)
          guard peek() == 0x3A else { throw unexpected("“:” after the member's name") }
          offset += 1
        } else if try !nextItem(isFirst: isFirst) {
          isObject.removeLast()
          isFirst = false
          continue
        }
      }
      isFirst = false
      switch try kind() {
      case .object:
        try enter()
        isObject.append(true)
        isFirst = true
      case .array:
        try enter()
        isObject.append(false)
        isFirst = true
      case .string: try scanString(into: &unused, keeps: false)
      case .number: _ = try number()
      case .literal: _ = try literal()
      }
    } while depth > floor
  }
}
