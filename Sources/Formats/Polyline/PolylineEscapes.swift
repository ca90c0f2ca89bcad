/// What stands in a line of an encoded polyline because it was copied out of another text: quotes around
/// it, doubled backslashes, bytes that an address (URL) writes with percent signs.
struct PolylineEscapes {
  /// One of them, told by itself.
  struct Found {
    let message: String
    /// The byte of the file at which it first stands.
    let offset: Int
    /// In ascending order.
    let edits: [TextEdit]
  }

  private(set) var found: [Found] = []
  /// What makes the line what it says, in ascending order; in bytes of the file.
  private(set) var edits: [TextEdit] = []

  /// - Parameter line: bytes of the file, without the space at the line's end.
  /// - Complexity: O(bytes) where one of them is there; else they are looked for once.
  init(_ line: ArraySlice<UInt8>, digits: Int) {
    var inner = line
    if line.count > 2, let first = line.first, first == line.last, [0x22, 0x27].contains(first) {
      inner = line.dropFirst().dropLast()
      let last = line.endIndex - 1
      found.append(
        Found(
          message: "quotes stand around the line; it is read without them", offset: line.startIndex,
          edits: [TextEdit(line.startIndex..<line.startIndex + 1), TextEdit(last..<last + 1)]))
    }
    let encoded = Self.percentEncoded(inner)
    if let first = encoded.first {
      found.append(
        Found(
          message: "the line is percent-encoded, as in an address (URL); it is read decoded",
          offset: first.range.lowerBound, edits: encoded))
    } else {
      let doubled = PolylineLine(bytes: inner, digits: digits)
        .doubledBackslashes(isQuoted: inner.count < line.count)
      if let first = doubled.first {
        found.append(
          Found(
            message: "every backslash stands twice, as in a text copied out of JSON; the line is "
              + "read with single ones",
            offset: first - 1, edits: doubled.map { TextEdit($0..<$0 + 1) }))
      }
    }
    edits = found.flatMap(\.edits).sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// The edits that decode the line; none where a percent sign is not what an address means by it.
  private static func percentEncoded(_ line: ArraySlice<UInt8>) -> [TextEdit] {
    guard var i = line.firstIndex(of: 0x25) else { return [] }
    var edits: [TextEdit] = []
    while i < line.endIndex {
      if line[i] != 0x25 {
        i += 1
        continue
      }
      guard i + 2 < line.endIndex, let high = digit(line[i + 1]), let low = digit(line[i + 2]),
        (63...126).contains(high << 4 | low)
      else { return [] }
      edits.append(TextEdit(i..<i + 3, [high << 4 | low]))
      i += 3
    }
    return edits
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}

/// A line as it is decoded, and the bytes of the file that it came from.
struct UnescapedLine {
  let bytes: [UInt8]
  let range: Range<Int>
  private let edits: [TextEdit]
  private let base: Int
  private var next = 0
  private var shift = 0

  /// - Parameter edits: in ascending order, within the range.
  init(_ source: [UInt8], _ range: Range<Int>, _ edits: [TextEdit]) {
    self.edits = edits
    if edits.isEmpty {
      bytes = source
      self.range = range
      base = 0
      return
    }
    base = range.lowerBound
    let moved = edits.map {
      TextEdit(
        $0.range.lowerBound - range.lowerBound..<$0.range.upperBound - range.lowerBound,
        $0.replacement)
    }
    bytes = TextEdit.apply(moved, to: Array(source[range]))
    self.range = 0..<bytes.count
  }

  /// The byte of the file that a byte of the line stands for; asked for in ascending order.
  mutating func fileOffset(of offset: Int) -> Int {
    while next < edits.count {
      let edit = edits[next]
      let place = offset + base + shift
      let begin = edit.range.lowerBound
      guard begin < place || begin == place && edit.replacement.isEmpty else { break }
      shift += edit.range.count - edit.replacement.count
      next += 1
    }
    return offset + base + shift
  }
}
