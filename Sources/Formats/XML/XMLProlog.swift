/// What stands before the declaration of an XML file, or before its root, where nothing may stand.
struct XMLProlog {
  private static let mostBytes = 64 * 1024
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// A clause that says what it is.
  let what: String
  let hasDeclaration: Bool
  /// Puts the declaration first and the comments behind it; the rest goes.
  let edit: TextEdit

  /// Nil where the file begins as it should.
  init?(_ source: SourceText) {
    let start = source.byteOrderMarkLength
    let head = source.bytes.prefix(start + Self.mostBytes)
    var comments: [UInt8] = []
    var hasText = false
    var hasMarks = false
    var hasSpace = false
    var hasByteOrderMarks = false
    var i = start
    scan: while i < head.endIndex {
      switch head[i] {
      case 0x3C:
        guard head[i...].starts(with: "<!--".utf8) else { break scan }
        guard let end = head[i...].firstRange(of: Array("-->".utf8))?.upperBound else { return nil }
        comments += head[i..<end] + [0x0A]
        i = end
      case 0x09, 0x0A, 0x0D, 0x20:
        hasSpace = true
        i += 1
      default:
        if XMLFaultScan.isForbidden(head[i]) { return nil }
        // Space that does not break, and marks that only belong at the very start.
        let isMark = head[i...].starts(with: Self.mark)
        let space =
          isMark ? Self.mark : head[i...].starts(with: [0xC2, 0xA0]) ? [0xC2, 0xA0] : nil
        hasText = hasText || space == nil
        hasSpace = hasSpace || space != nil && !isMark
        hasByteOrderMarks = hasByteOrderMarks || isMark
        hasMarks = true
        i += space?.count ?? 1
      }
    }
    guard i > start, i + 5 < head.endIndex else { return nil }
    hasDeclaration = head[i...].starts(with: "<?xml".utf8) && head[i + 5] <= 0x20
    // Space and comments may stand before a root without a declaration.
    guard hasDeclaration || hasMarks else { return nil }
    what =
      hasText
      ? "text stands"
      : !comments.isEmpty
        ? "a comment stands"
        : !hasByteOrderMarks
          ? "white space stands"
          : hasSpace
            ? "white space and a byte order mark stand"
            : start > 0 ? "a second byte order mark stands" : "a byte order mark stands"
    guard hasDeclaration, !comments.isEmpty else {
      edit = TextEdit(start..<i, comments)
      return
    }
    guard let close = head[i...].firstIndex(of: 0x3E) else { return nil }
    edit = TextEdit(start..<close + 1, head[i...close] + [0x0A] + comments)
  }
}
