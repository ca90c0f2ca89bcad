internal import Formats
internal import JSON

/// A repair as an editor or a code host can make it: what is deleted and what is put there.
enum SARIFFix {
  /// A repair of more replacements is made by the program, not in a review.
  private static let mostReplacements = 1_000
  private static let mostBytes = 64 * 1024

  /// Nil where the repair is not one of single places, or cannot be made as the file stands.
  static func value(_ fix: Fix, _ document: RouteDocument, at location: JSONValue) -> JSONValue? {
    guard let edits = try? document.textEdits(for: fix.edits), !edits.isEmpty,
      edits.count <= mostReplacements,
      edits.reduce(0, { $0 + $1.replacement.count }) <= mostBytes
    else { return nil }
    let places = document.source.places(
      of: edits.flatMap { [$0.range.lowerBound, $0.range.upperBound] })
    let replacements = edits.indices.map { index -> JSONValue in
      let (start, end) = (places[2 * index], places[2 * index + 1])
      let region = JSONValue.object([
        ("startLine", .integer(start.line)), ("startColumn", .integer(start.column)),
        ("endLine", .integer(end.line)), ("endColumn", .integer(end.column)),
      ])
      let text = String(decoding: edits[index].replacement, as: UTF8.self)
      return .object([
        ("deletedRegion", region), ("insertedContent", .object([("text", .string(text))])),
      ])
    }
    let change = JSONValue.object([
      ("artifactLocation", location), ("replacements", .array(replacements)),
    ])
    return .object([
      ("description", .object([("text", .string(fix.title))])),
      ("artifactChanges", .array([change])),
    ])
  }
}
