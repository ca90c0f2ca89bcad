/// What keeps a text from being JSON and says nothing: JavaScript around it, comments, commas too many and
/// controls within texts.
///
/// For the reading space takes its place, so that every other byte stays where it is; the remedies take
/// it out of the file.
struct JSONMends {
  private enum Fault: Int, CaseIterable { case script, comment, comma, control }

  /// The bytes to read.
  private(set) var bytes: [UInt8]
  private var edits: [Fault: [TextEdit]] = [:]
  private var editCount = 0
  /// Whether no `*/` follows: what has been looked for in vain once is not looked for again.
  private var isUnclosed = false

  /// Further ones wait for another repair.
  private static let most = 100_000

  /// Nil where nothing of the kind is there.
  /// - Complexity: O(bytes).
  init?(_ source: SourceText) {
    bytes = source.bytes
    guard source.encoding == .utf8 else { return nil }
    scan(from: head(from: source.byteOrderMarkLength))
    if edits.isEmpty { return nil }
  }

  /// Whether an object follows what such files begin with: nothing, comments, the head of a script.
  /// - Complexity: O(bytes of that head).
  static func opensObject(_ bytes: [UInt8]) -> Bool {
    // A sequence has a record separator ahead of each text (RFC 8142).
    guard let first = bytes.firstIndex(where: { $0 > 0x20 }) else { return false }
    var mends = JSONMends(beginning: bytes)
    let start = mends.head(from: first)
    return start < bytes.count && bytes[start] == 0x7B
  }

  private init(beginning: [UInt8]) { bytes = beginning }

  /// What was mended, each kind once with its first place.
  var notes: [Diagnostic] {
    Fault.allCases.compactMap { fault in
      guard let edits = edits[fault], let first = edits.first else { return nil }
      let what =
        switch fault {
        case .script: "JavaScript stands around the JSON; what it holds is read"
        case .comment: "a comment stands here, and JSON has none; it is passed over"
        case .comma: "a comma before a closing bracket is one too many; it is passed over"
        case .control: "a control character stands in a text; it is read as a space"
        }
      let times =
        edits.count == 1 || fault == .script
        ? "" : " (\(edits.count) times in the file, here first)"
      return Diagnostic(
        .notWellFormed, .error, what + times, offset: first.range.lowerBound,
        remedy: edits.map { .text($0) })
    }
  }

  private mutating func blank(_ range: Range<Int>, _ fault: Fault, _ replacement: String = "") {
    guard !range.isEmpty, editCount < Self.most else { return }
    editCount += 1
    edits[fault, default: []].append(TextEdit(range, replacement))
    // Line feeds keep the lines.
    for i in range where bytes[i] != 0x0A && bytes[i] != 0x0D { bytes[i] = 0x20 }
  }

  /// Passes over what stands before the outermost object: `var route =` or `callback(`.
  private mutating func head(from start: Int) -> Int {
    var i = start
    while i < bytes.count {
      skipSpace(&i)
      guard comment(&i) else { break }
    }
    guard i < bytes.count, bytes[i] != 0x7B, bytes[i] != 0x5B else { return i }
    var end = i
    while end < bytes.count, end - i < 200, Self.isOfScript(bytes[end]) { end += 1 }
    let script = bytes[i..<end]
    guard end < bytes.count, bytes[end] == 0x7B,
      let last = script.last(where: { $0 > 0x20 }), last == 0x3D || last == 0x28
    else { return i }
    blank(i..<end, .script)
    return end
  }

  private static func isOfScript(_ byte: UInt8) -> Bool {
    (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10
      || [0x20, 0x09, 0x0A, 0x0D, 0x24, 0x5F, 0x2E, 0x3D, 0x28].contains(byte)
  }

  private mutating func scan(from start: Int) {
    var i = start
    var depth = 0
    // The last comma, while nothing but space and comments follows it.
    var comma: Int?
    while i < bytes.count {
      if comment(&i) { continue }
      switch bytes[i] {
      case 0x22:
        comma = nil
        string(&i)
        continue
      case 0x2C: comma = i
      case 0x7B, 0x5B:
        comma = nil
        depth += 1
      case 0x7D, 0x5D:
        if let comma { blank(comma..<comma + 1, .comma) }
        comma = nil
        depth -= 1
        if depth == 0, edits[.script] != nil || isTail(i + 1) {
          tail(from: i + 1)
          return
        }
      case 0x09, 0x0A, 0x0D, 0x20: break
      default: comma = nil
      }
      i += 1
    }
  }

  /// Passes over a comment; false where none begins.
  private mutating func comment(_ i: inout Int) -> Bool {
    guard i + 1 < bytes.count, bytes[i] == 0x2F else { return false }
    var end = i + 2
    if bytes[i + 1] == 0x2F {
      while end < bytes.count, bytes[end] != 0x0A, bytes[end] != 0x0D { end += 1 }
    } else if bytes[i + 1] == 0x2A {
      if isUnclosed { return false }
      while end + 1 < bytes.count, bytes[end] != 0x2A || bytes[end + 1] != 0x2F { end += 1 }
      guard end + 1 < bytes.count else {
        isUnclosed = true
        return false
      }
      end += 2
    } else {
      return false
    }
    blank(i..<end, .comment)
    i = end
    return true
  }

  /// Passes over a text. A line feed ends it: the closing quote may be missing.
  private mutating func string(_ i: inout Int) {
    i += 1
    while i < bytes.count, bytes[i] != 0x22, bytes[i] != 0x0A {
      if bytes[i] == 0x5C {
        i += 1
      } else if bytes[i] < 0x20 {
        let digits = String(bytes[i], radix: 16)
        blank(i..<i + 1, .control, "\\u00" + (digits.count == 1 ? "0" : "") + digits)
      }
      i += 1
    }
    i += 1
  }

  /// Whether nothing but the end of a script follows. O(space that follows).
  private func isTail(_ start: Int) -> Bool {
    var count = 0
    for byte in bytes[start...] where byte > 0x20 {
      count += 1
      if count > 3 || byte != 0x29 && byte != 0x3B { return false }
    }
    return count > 0
  }

  private mutating func tail(from start: Int) {
    guard isTail(start) else { return }
    var end = bytes.count
    while end > start, bytes[end - 1] <= 0x20 { end -= 1 }
    blank(start..<end, .script)
  }

  private func skipSpace(_ i: inout Int) {
    while i < bytes.count, [0x09, 0x0A, 0x0D, 0x20].contains(bytes[i]) { i += 1 }
  }
}
