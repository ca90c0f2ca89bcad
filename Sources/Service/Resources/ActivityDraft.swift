import CivilTime
import Formats
import Geodesy
import JSON
import Quests

/// A walk as a client sends it, alone or in a batch.
struct ActivityDraft {
  let id: ActivityID
  let content: ActivityContent

  /// The distance goes from the text of the request to micrometres, and through no `Double`.
  private static let stated: [Schema.Property] = [
    .optional("distance", .distance, "Such as `3.1 mi`; this or `distanceMeters`."),
    .optional(
      "distanceMeters", .number(0...9.2e12),
      "Above 0, up to 500 km; counted to the micrometre as it is written."),
    .optional("durationSeconds", .nullable(.count), "Up to 48 hours."),
    .optional("source", .nullable(.text()), "What recorded it, such as an app's name."),
    .optional("note", .nullable(.text())),
    .optional(
      "private", .boolean, "Counts in totals, and shows up nowhere with the walker's name."),
  ]

  static let schema = Schema.object(
    [
      .init("id", .uuid, "Made by the client; a walk that is sent again has the same."),
      .init("startedAt", .instant, "Not before 1900, nor more than 15 minutes from now."),
    ] + stated)

  static let changeSchema = Schema.object([.optional("startedAt", .instant)] + stated)

  /// Reads a draft that fits the schema.
  ///
  /// - Parameter pointer: where it stands in the body.
  /// - Throws: `invalid`.
  init(_ node: JSONNode, at pointer: String = "") throws(Problem) {
    guard let id = ActivityID(node.text("id")),
      let start = Instant(rfc3339: node.text("startedAt"))
    else { throw .invalid(pointer, "is no activity") }
    guard let distance = try Self.distance(of: node, at: pointer) else {
      throw .invalid(
        "\(pointer)/distance", "is missing: give distance, such as “3.1 mi”, or distanceMeters")
    }
    self.id = id
    content = ActivityContent(
      start: start, distance: distance, durationSeconds: node["durationSeconds"]?.int64,
      source: node["source"]?.string, note: node["note"]?.string,
      isPrivate: node["private"]?.bool ?? false)
  }

  /// Reads an item of a batch, which nothing has been seen to.
  ///
  /// - Throws: `invalid` with all that is wrong.
  init(item: JSONNode, at pointer: String, zones: ZoneCatalog) throws(Problem) {
    var checking = SchemaChecking(NamedSchemas([]), zones: zones)
    checking.check(item, Self.schema, at: pointer)
    guard checking.faults.isEmpty else {
      throw Problem(
        .invalid, "the activity is not what it should be",
        faults: checking.faults.map { .init(.body(pointer: $0.pointer), $0.detail) })
    }
    try self.init(item, at: pointer)
  }

  /// What a change leaves of a walk: what is left out stays, null takes away.
  ///
  /// - Throws: `invalid`.
  static func changed(_ content: ActivityContent, by node: JSONNode) throws(Problem)
    -> ActivityContent
  {
    var changed = content
    if let start = node["startedAt"]?.string.flatMap({ Instant(rfc3339: $0) }) {
      changed.start = start
    }
    if let distance = try distance(of: node, at: "") { changed.distance = distance }
    if let duration = node["durationSeconds"] { changed.durationSeconds = duration.int64 }
    if let source = node["source"] { changed.source = source.string }
    if let note = node["note"] { changed.note = note.string }
    if let isPrivate = node["private"]?.bool { changed.isPrivate = isPrivate }
    return changed
  }

  /// - Returns: nil where neither form is there.
  private static func distance(of node: JSONNode, at pointer: String) throws(Problem) -> Distance? {
    switch (node["distance"]?.string, node["distanceMeters"]) {
    case (nil, nil): return nil
    case (let text?, nil):
      do throws(GeodesyError) { return try Distance(text) } catch {
        throw .invalid("\(pointer)/distance", error.message)
      }
    case (nil, let meters?):
      guard let distance = meters.distance(in: .meters) else {
        throw .invalid("\(pointer)/distanceMeters", "is more than a distance holds")
      }
      return distance
    case (_?, _?):
      throw .invalid("\(pointer)/distanceMeters", "is there beside distance: give one of them")
    }
  }
}
