internal import Formats

/// What mends the faults that readers notice, where something does.
enum FileRepairs {
  /// The repair of each code that has one, in words. None of them changes where the route leads.
  private static let titles: [Diagnostic.Code: String] = [
    .emptyPart: "remove it", .longitudeWrapped: "write the longitudes within -180…180",
    .crsLegacy: "remove the member", .byteOrderMark: "remove the mark",
    .bboxWrong: "remove the bbox, which nobody needs",
    .boundsWrong: "write the bounds of the points",
    .antimeridianUncut: "cut the line at 180 degrees",
    .elevationSyntax: "write the elevation in metres with a point",
    .schemaOrder: "put the elements in the order of the schema",
    .schemaAttribute: "make an element of the attribute",
    .schemaValue: "write the value as GPX asks",
    .timeSyntax: "write the time as GPX asks",
    .attributeMissing: "add the attribute", .namespace: "declare the namespace",
    .declarationLate: "put the declaration first", .commentLong: "remove the comment",
    .encoding: "write UTF-8, or the encoding's right name", .notWellFormed: "mend the syntax",
    .prefixUndeclared: "declare the prefix",
    .polylineEscaped: "write the line as it is encoded", .tupleComma: "put a space there",
    .collectionProperties: "rename the member",
  ]

  /// The repairs that take out what somebody wrote, which a safe one never does.
  private static let guesses: [Diagnostic.Code: String] = [
    .elevationSyntax: "remove the elevation, which nobody can read",
    .timeSyntax: "remove the time, which nobody can read",
    .schemaValue: "remove the value, which nobody can read",
    .schemaAttribute: "remove the attribute, which nobody reads",
    .notWellFormed: "remove what cannot be read, or the second of two values",
  ]

  /// The kind of repair of a code; nil where there is none.
  static func kind(of code: Diagnostic.Code) -> RepairKind? { titles[code] == nil ? nil : .safe }

  static func fix(for diagnostic: Diagnostic, in document: RouteDocument) -> Fix? {
    let isSafe = !diagnostic.isGuess
    guard let title = (isSafe ? titles : guesses)[diagnostic.code] else { return nil }
    var edits = diagnostic.remedy
    if diagnostic.code == .emptyPart, !isEmpty(diagnostic, document) { return nil }
    if diagnostic.code == .antimeridianUncut, let offset = diagnostic.offset {
      edits = cut(atOffset: offset, in: document)
    }
    return edits.isEmpty ? nil : Fix(title, isSafe: isSafe, edits)
  }

  /// Whether an XML element holds nothing at all: points in a place where they are not understood
  /// are somebody's line.
  private static func isEmpty(_ diagnostic: Diagnostic, _ document: RouteDocument) -> Bool {
    guard document.format == .gpx, let offset = diagnostic.offset else { return true }
    let bytes = document.source.bytes
    guard bytes.indices.contains(offset),
      let end = bytes[offset...].firstIndex(of: UInt8(ascii: ">"))
    else { return false }
    if bytes[end - 1] == UInt8(ascii: "/") { return true }
    let next = bytes[(end + 1)...].drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
    return next.starts(with: "</".utf8)
  }

  /// The part that has a vertex at a byte is to be cut.
  private static func cut(atOffset offset: Int, in document: RouteDocument) -> [RouteEdit] {
    let parts = document.allTracks.lazy.flatMap(\.parts)
    for (index, part) in parts.enumerated() {
      guard let first = part.offsets.first, let last = part.offsets.last else { continue }
      if Int(first) <= offset, offset <= Int(last) { return [.cutAtAntimeridian(part: index)] }
    }
    return []
  }
}
