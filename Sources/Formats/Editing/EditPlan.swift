/// What one edit does to the bytes: all of it is done, or nothing.
struct EditPlan {
  /// Replacements that stand as they are.
  var texts: [TextEdit] = []
  /// Elements, items or tuples that go; what separates them from their neighbours goes along.
  var removals: [Range<Int>] = []
  /// Bytes that no other edit may change in the same go.
  var claims: [Range<Int>] = []
  /// Changes to lines of an encoded polyline, by part.
  var lineChange: (part: Int, change: LineChange)?
  /// The part whose vertices become one fewer.
  var shrunkenPart: Int?
  var structure: Structure?

  /// What an edit does to the order of the parts, on which the stated joins depend.
  enum Structure {
    case removesPart(Int)
    /// A permutation; the tracks that move where tracks move as wholes, nil where parts do.
    case ordersParts([Int], movedTracks: Set<Int>?)
    case statesJoins
  }

  enum LineChange {
    case remove(Int)
    case replace(Int, latitude: Double, longitude: Double)
    case insert(after: Int, latitude: Double, longitude: Double)
    case reverse
  }
}

/// How elements of a file are kept apart, and so what goes along with one that is removed.
enum Separation {
  /// JSON: commas.
  case commas
  /// XML, tuples and lines of text: space.
  case space

  /// The bytes around an element that its removal may take along.
  func margin(of element: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
    let start = skippingBack(from: element.lowerBound, in: bytes, over: Self.isSpace)
    let end = skipping(from: element.upperBound, in: bytes, over: Self.isSpace)
    guard self == .commas else { return start..<end }
    var (low, high) = (start, end)
    if start > 0, bytes[start - 1] == 0x2C {
      low = skippingBack(from: start - 1, in: bytes, over: Self.isSpace)
    }
    if end < bytes.count, bytes[end] == 0x2C {
      high = skipping(from: end + 1, in: bytes, over: Self.isSpace)
    }
    return low..<high
  }

  /// What is to be cut for elements to be gone, neighbours taken as one so that each separator
  /// goes once.
  ///
  /// - Parameter elements: not overlapping.
  /// - Complexity: O(elements · log elements + the space around them).
  func cuts(of elements: [Range<Int>], in bytes: [UInt8]) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for element in elements.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = runs.last, isSeparator(last.upperBound..<element.lowerBound, in: bytes) {
        runs[runs.count - 1] = last.lowerBound..<element.upperBound
      } else {
        runs.append(element)
      }
    }
    return runs.map { self == .commas ? commaCut(of: $0, in: bytes) : spaceCut(of: $0, in: bytes) }
  }

  private func isSeparator(_ range: Range<Int>, in bytes: [UInt8]) -> Bool {
    var commas = 0
    for byte in bytes[range] {
      if byte == 0x2C, self == .commas { commas += 1 } else if !Self.isSpace(byte) { return false }
    }
    return self == .space || commas == 1
  }

  private func commaCut(of run: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
    let before = skippingBack(from: run.lowerBound, in: bytes, over: Self.isSpace)
    if before > 0, bytes[before - 1] == 0x2C {
      return skippingBack(from: before - 1, in: bytes, over: Self.isSpace)..<run.upperBound
    }
    let after = skipping(from: run.upperBound, in: bytes, over: Self.isSpace)
    if after < bytes.count, bytes[after] == 0x2C {
      return run.lowerBound..<skipping(from: after + 1, in: bytes, over: Self.isSpace)
    }
    return run
  }

  private func spaceCut(of run: Range<Int>, in bytes: [UInt8]) -> Range<Int> {
    let before = skippingBack(from: run.lowerBound, in: bytes, over: Self.isBlank)
    let after = skipping(from: run.upperBound, in: bytes, over: Self.isBlank)
    let beginsLine = before == 0 || Self.isLineEnd(bytes[before - 1])
    let endsLine = after == bytes.count || Self.isLineEnd(bytes[after])
    if beginsLine, endsLine {
      if before > 0 {
        let isPair = before > 1 && bytes[before - 1] == 0x0A && bytes[before - 2] == 0x0D
        return before - (isPair ? 2 : 1)..<after
      }
      let isPair = after + 1 < bytes.count && bytes[after] == 0x0D && bytes[after + 1] == 0x0A
      return 0..<min(after + (isPair ? 2 : 1), bytes.count)
    }
    // The indentation stays for what follows on the line; elsewhere one of two gaps goes.
    return beginsLine || before == run.lowerBound
      ? run.lowerBound..<(endsLine ? run.upperBound : after) : before..<run.upperBound
  }

  private func skippingBack(
    from end: Int, in bytes: [UInt8], over isSkipped: (UInt8) -> Bool
  ) -> Int {
    var i = end
    while i > 0, isSkipped(bytes[i - 1]) { i -= 1 }
    return i
  }

  private func skipping(
    from start: Int, in bytes: [UInt8], over isSkipped: (UInt8) -> Bool
  ) -> Int {
    var i = start
    while i < bytes.count, isSkipped(bytes[i]) { i += 1 }
    return i
  }

  private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0A || byte == 0x0D }
  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
  private static func isSpace(_ byte: UInt8) -> Bool { isLineEnd(byte) || isBlank(byte) }
}
