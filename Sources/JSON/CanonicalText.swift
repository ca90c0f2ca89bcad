extension JSONReader {
  /// The value of a text in the spelling of `JSONNode.canonicalText`, for texts that are too large to be
  /// read into a tree, such as route files.
  ///
  /// - Throws: the first fault: `not-well-formed`, `encoding`, `number-syntax`, `number-range`, `limit`.
  /// - Complexity: O(bytes) in memory, and O(bytes × depth + members × log members) in time.
  package static func canonicalText(of bytes: [UInt8]) throws(JSONFault) -> [UInt8] {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    return try bytes.withUnsafeBufferPointer { bytes -> Result<[UInt8], JSONFault> in
      var reading = CanonicalReading(JSONCursor(bytes, limits: JSONCursor.Limits(), offset: start))
      return Result { () throws(JSONFault) in try reading.text() }
    }.get()
  }
}

/// The spelling of one text.
private struct CanonicalReading {
  /// A container that is not closed yet.
  private struct Container {
    let isObject: Bool
    /// Where its spelling begins.
    let start: Int
    /// Where the spelling of each member's value begins.
    var members: [(name: String, start: Int)] = []
    var isEmpty = true
  }

  private var cursor: JSONCursor
  private var open: [Container] = []
  private var out: [UInt8] = []

  init(_ cursor: JSONCursor) { self.cursor = cursor }

  mutating func text() throws(JSONFault) -> [UInt8] {
    try value()
    while !open.isEmpty { try next() }
    guard cursor.peek() == nil else { throw cursor.fault("there is more behind the value") }
    return out
  }

  /// The next value of the innermost container, or its end.
  private mutating func next() throws(JSONFault) {
    let last = open.count - 1
    let isFirst = open[last].isEmpty
    open[last].isEmpty = false
    if open[last].isObject {
      if let (name, _) = try cursor.nextKey(isFirst: isFirst) {
        open[last].members.append((name, out.count))
        return try value()
      }
      close(open.removeLast())
    } else {
      if try cursor.nextItem(isFirst: isFirst) { return try value() }
      open.removeLast()
      out.append(0x5D)
    }
    endValue()
  }

  private mutating func value() throws(JSONFault) {
    switch try cursor.kind() {
    case .object:
      try cursor.enter()
      open.append(Container(isObject: true, start: out.count))
      return
    case .array:
      try cursor.enter()
      open.append(Container(isObject: false, start: out.count))
      out.append(0x5B)
      return
    case .string: JSONText.append(try cursor.string(), to: &out)
    case .number:
      let start = cursor.offset
      _ = try cursor.number()
      JSONText.append(canonicalNumber: cursor.bytes[start..<cursor.offset], to: &out)
    case .literal: out += (try cursor.literal().map { $0 ? "true" : "false" } ?? "null").utf8
    }
    endValue()
  }

  private mutating func endValue() {
    if open.last?.isObject == false { out.append(0x2C) }
  }

  /// Puts the members of an object in the order of their names.
  private mutating func close(_ object: Container) {
    let starts = object.members.map(\.start)
    let values = zip(starts, starts.dropFirst() + [out.count]).map { out[$0..<$1] }
    let members = zip(object.members.map(\.name), values)
      .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    var text: [UInt8] = [0x7B]
    text.reserveCapacity(out.count - object.start + 64 * members.count)
    for (name, value) in members {
      JSONText.append(name, to: &text)
      text.append(0x3A)
      text += value
      text.append(0x2C)
    }
    text.append(0x7D)
    out.replaceSubrange(object.start..., with: text)
  }
}

extension JSONText {
  /// Spells a number as its digits without zeros around them and the power of ten of the last.
  ///
  /// - Parameter number: of the grammar of JSON.
  static func append(canonicalNumber number: some Collection<UInt8>, to out: inout [UInt8]) {
    let start = out.count
    var rest = number[...]
    if rest.first == 0x2D { out.append(rest.removeFirst()) }
    let digits = out.count
    var (isFraction, exponent) = (false, 0)
    while let byte = rest.first, byte | 0x20 != 0x65 {
      rest.removeFirst()
      if byte == 0x2E {
        isFraction = true
        continue
      }
      if isFraction { exponent -= 1 }
      if byte != 0x30 || out.count > digits { out.append(byte) }
    }
    guard out.count > digits else {
      out.removeSubrange(start...)
      out.append(0x30)
      return
    }
    if !rest.isEmpty {
      // The reader takes no exponent that leaves the range of a `Double` upwards, and one that leaves it
      // downwards is as good as none other.
      exponent += Int(String(decoding: rest.dropFirst(), as: UTF8.self)) ?? .min / 2
    }
    while out.last == 0x30 {
      out.removeLast()
      exponent += 1
    }
    out.append(0x65)
    out += String(exponent).utf8
  }
}
