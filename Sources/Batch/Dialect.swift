/// Which character stands before the decimals of a number.
public enum DecimalMark: String, CaseIterable, Sendable {
  case point, comma
}

/// How a file of rows is written: spreadsheets and other countries write CSV in their own ways.
struct Dialect: Equatable {
  enum Encoding { case utf8, utf16LittleEndian, utf16BigEndian }

  var encoding = Encoding.utf8
  var separator = Dialect.comma
  /// Whether a carriage return alone ends a line, as old programs write it.
  var endsLinesWithReturn = false
  /// Bytes before the first row: a byte order mark, blank lines, a line `sep=`.
  var prefixBytes = 0
  /// Lines of the prefix.
  var prefixLines = 0

  static let comma: UInt8 = 0x2C
  /// Those that are looked for in a header, the most usual first.
  private static let separators: [UInt8] = [comma, 0x3B, 0x09, 0x7C]

  /// Whether rows are what the parsers read: UTF-8 with commas.
  var isPlain: Bool { encoding == .utf8 && separator == Self.comma && !endsLinesWithReturn }

  /// The separator for people.
  var separatorText: String {
    switch separator {
    case Self.comma: "commas"
    case 0x3B: "semicolons"
    case 0x09: "tabs"
    case 0x7C: "bars"
    default: "“\(Unicode.Scalar(separator))”"
    }
  }

  /// Tells how a file is written by its beginning.
  ///
  /// A line `sep=X`, as spreadsheets write it, names the separator; without one it is the first of
  /// comma, semicolon, tab and bar that the header has outside of quotes.
  /// - Parameters:
  ///   - head: at least the file's first two lines, or all that there is.
  ///   - asked: the separator that somebody named.
  init(_ head: [UInt8], separator asked: UInt8?) {
    if head.starts(with: [0xFF, 0xFE]) {
      (encoding, prefixBytes) = (.utf16LittleEndian, 2)
    } else if head.starts(with: [0xFE, 0xFF]) {
      (encoding, prefixBytes) = (.utf16BigEndian, 2)
    } else if head.starts(with: [0xEF, 0xBB, 0xBF]) {
      prefixBytes = 3
    } else if head.count > 3, head[0] != 0, head[1] == 0, head[2] != 0, head[3] == 0 {
      encoding = .utf16LittleEndian
    } else if head.count > 3, head[0] == 0, head[1] != 0, head[2] == 0, head[3] != 0 {
      encoding = .utf16BigEndian
    }
    var decoder = UTF16Decoder(encoding)
    var text =
      encoding == .utf8 ? Array(head[prefixBytes...]) : decoder.decode(head[prefixBytes...])
    if text.contains(0x0D), !text.contains(0x0A) {
      endsLinesWithReturn = true
      text = text.map { $0 == 0x0D ? 0x0A : $0 }
    }
    var rest = text[...]
    passBlankLines(&rest)
    var named: UInt8?
    let word = Array("sep=".utf8)
    var first = Self.line(of: rest)
    // Some programs quote the line as they do every cell.
    if first.count > 2, first.first == 0x22, first.last == 0x22 {
      first = first.dropFirst().dropLast()
    }
    if first.count == word.count + 1,
      first.prefix(word.count).elementsEqual(word, by: { $0 | 0x20 == $1 | 0x20 })
    {
      named = first.last
      passLine(&rest)
      passBlankLines(&rest)
    }
    separator = asked ?? named ?? Self.separator(inHeader: Self.line(of: rest))
  }

  /// The first line without its end.
  private static func line(of text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let line = text.prefix { $0 != 0x0A }
    return line.last == 0x0D ? line.dropLast() : line
  }

  /// Counts the first line, which is ASCII, to the prefix.
  private mutating func passLine(_ text: inout ArraySlice<UInt8>) {
    let end = text.firstIndex(of: 0x0A).map { $0 + 1 } ?? text.endIndex
    prefixLines += 1
    prefixBytes += (end - text.startIndex) * (encoding == .utf8 ? 1 : 2)
    text = text[end...]
  }

  /// Passes over lines of nothing but blanks before another line.
  private mutating func passBlankLines(_ text: inout ArraySlice<UInt8>) {
    while text.contains(0x0A), Self.line(of: text).allSatisfy({ $0 == 0x20 || $0 == 0x09 }) {
      passLine(&text)
    }
  }

  private static func separator(inHeader header: ArraySlice<UInt8>) -> UInt8 {
    var isQuoted = false
    var seen: Set<UInt8> = []
    for byte in header {
      if byte == 0x22 { isQuoted.toggle() }
      if !isQuoted { seen.insert(byte) }
    }
    return separators.first(where: seen.contains) ?? comma
  }
}

/// Turns UTF-16 into UTF-8 as it comes; half a character becomes U+FFFD.
struct UTF16Decoder {
  private let isBigEndian: Bool
  private var half: UInt8?
  private var high: UInt16?

  init(_ encoding: Dialect.Encoding) { isBigEndian = encoding == .utf16BigEndian }

  mutating func decode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var text: [UInt8] = []
    for byte in bytes {
      guard let first = half else {
        half = byte
        continue
      }
      half = nil
      append(
        isBigEndian
          ? UInt16(first) << 8 | UInt16(byte) : UInt16(byte) << 8 | UInt16(first), to: &text)
    }
    return text
  }

  private mutating func append(_ unit: UInt16, to text: inout [UInt8]) {
    if let first = high {
      high = nil
      if UTF16.isTrailSurrogate(unit) {
        Self.append(UTF16.decode(.init([first, unit])), to: &text)
        return
      }
      Self.append("\u{FFFD}", to: &text)
    }
    if UTF16.isLeadSurrogate(unit) {
      high = unit
    } else {
      Self.append(Unicode.Scalar(unit) ?? "\u{FFFD}", to: &text)
    }
  }

  private static func append(_ scalar: Unicode.Scalar, to text: inout [UInt8]) {
    UTF8.encode(scalar) { text.append($0) }
  }
}
