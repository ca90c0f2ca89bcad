internal import JSON

/// A member of a JSON object, by its places.
struct JSONMember {
  /// The name with its quotes.
  let key: Range<Int>
  let value: Range<Int>

  var range: Range<Int> { key.lowerBound..<value.upperBound }
}

/// Finds values in JSON that is known to be well-formed; on anything else it answers nil, and never
/// reads beyond the bytes.
struct JSONLexer {
  let bytes: [UInt8]

  /// The value that begins at a byte. O(bytes of the value).
  func value(at start: Int) -> Range<Int>? {
    guard start >= 0, start < bytes.count else { return nil }
    switch bytes[start] {
    case 0x22: return stringEnd(from: start).map { start..<$0 }
    case 0x5B, 0x7B:
      var depth = 0
      var i = start
      while i < bytes.count {
        switch bytes[i] {
        case 0x22:
          guard let end = stringEnd(from: i) else { return nil }
          i = end
          continue
        case 0x5B, 0x7B: depth += 1
        case 0x5D, 0x7D:
          depth -= 1
          if depth == 0 { return start..<i + 1 }
        default: break
        }
        i += 1
      }
      return nil
    case 0x2D, 0x30...0x39, 0x74, 0x66, 0x6E:
      var i = start
      while i < bytes.count, bytes[i] > 0x20, ![0x2C, 0x5D, 0x7D, 0x3A].contains(bytes[i]) {
        i += 1
      }
      return start..<i
    default: return nil
    }
  }

  /// The items of an array. O(its bytes).
  func items(of array: Range<Int>) -> [Range<Int>] {
    guard bytes[array.lowerBound] == 0x5B else { return [] }
    var items: [Range<Int>] = []
    var i = array.lowerBound + 1
    while let item = value(at: skippingSpace(from: i)) {
      items.append(item)
      i = skippingSpace(from: item.upperBound)
      guard i < array.upperBound, bytes[i] == 0x2C else { break }
      i += 1
    }
    return items
  }

  /// The members of an object. O(its bytes).
  func members(of object: Range<Int>) -> [JSONMember] {
    guard bytes[object.lowerBound] == 0x7B else { return [] }
    var members: [JSONMember] = []
    var i = object.lowerBound + 1
    while true {
      let start = skippingSpace(from: i)
      guard start < object.upperBound, bytes[start] == 0x22, let end = stringEnd(from: start)
      else { break }
      let colon = skippingSpace(from: end)
      guard colon < object.upperBound, bytes[colon] == 0x3A,
        let value = value(at: skippingSpace(from: colon + 1))
      else { break }
      members.append(JSONMember(key: start..<end, value: value))
      i = skippingSpace(from: value.upperBound)
      guard i < object.upperBound, bytes[i] == 0x2C else { break }
      i += 1
    }
    return members
  }

  /// The member whose name or value begins at a byte, or nil where something else does.
  func member(at offset: Int) -> JSONMember? {
    guard offset >= 0, offset < bytes.count else { return nil }
    if bytes[offset] == 0x22, let end = stringEnd(from: offset) {
      let colon = skippingSpace(from: end)
      if colon < bytes.count, bytes[colon] == 0x3A,
        let value = value(at: skippingSpace(from: colon + 1))
      {
        return JSONMember(key: offset..<end, value: value)
      }
    }
    guard let colon = lastNonSpace(before: offset), bytes[colon] == 0x3A,
      let quote = lastNonSpace(before: colon), bytes[quote] == 0x22,
      let value = value(at: offset)
    else { return nil }
    var start = quote - 1
    while start >= 0 {
      if bytes[start] == 0x22 {
        var slashes = start
        while slashes > 0, bytes[slashes - 1] == 0x5C { slashes -= 1 }
        if (start - slashes).isMultiple(of: 2) { break }
      }
      start -= 1
    }
    return start < 0 ? nil : JSONMember(key: start..<quote + 1, value: value)
  }

  /// The text of a string; names with escapes in them are spelled out.
  func string(_ range: Range<Int>) -> String? {
    guard bytes[range].first == 0x22 else { return nil }
    return bytes.withUnsafeBufferPointer { bytes in
      var cursor = JSONCursor(bytes, limits: JSONCursor.Limits(), offset: range.lowerBound)
      return try? cursor.string()
    }
  }

  func skippingSpace(from start: Int) -> Int {
    var i = start
    while i < bytes.count, isSpace(bytes[i]) { i += 1 }
    return i
  }

  func lastNonSpace(before end: Int) -> Int? {
    var i = end - 1
    while i >= 0, isSpace(bytes[i]) { i -= 1 }
    return i < 0 ? nil : i
  }

  private func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
  }

  /// Behind the closing quote.
  private func stringEnd(from start: Int) -> Int? {
    var i = start + 1
    while i < bytes.count {
      if bytes[i] == 0x5C {
        i += 2
      } else if bytes[i] == 0x22 {
        return i + 1
      } else {
        i += 1
      }
    }
    return nil
  }
}
