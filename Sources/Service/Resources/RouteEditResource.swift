import Authoring
import Base
import Formats
import Geodesy
import Inspection
import JSON
import Quests
import Routes

/// Edits of routes: those of a file that is sent, or of a route that is stored.
enum RouteEditResource {
  static let schemas: [NamedSchema] =
    [
      NamedSchema(
        "RouteEdit",
        "One edit: its name, and the fields of the edit of that name. The page for route designers has "
          + "a table of them.",
        .object([.init("edit", .words(EditCatalog.all.map { $0.kind }), "Which edit.")] + fields)),
      NamedSchema(
        "RouteEditWaypoint", "A waypoint of a list: with either a coordinate or a distance.",
        .object([
          .optional("name", .text(1...200)),
          .optional("coordinate", .array(.number(-1.7e308...1.7e308), count: 2...3), place),
          .optional("distance", .distance, "Along the route."),
          .optional("story", .text(), "To read on arrival."),
          .optional("type", .text(), "Such as `town`."),
          .optional(
            "officialDistance", .distance, "What people are told; it calibrates the measure."),
        ])),
      NamedSchema(
        "RouteEditReport", "What one edit did.",
        .object([
          .init("edit", .words(EditCatalog.all.map { $0.kind })),
          .init("did", .array(.text(0...100_000), count: 0...1_000), "For people."),
          .init("lengthMetersBefore", .meters), .init("lengthMetersAfter", .meters),
          .init("partsBefore", .count), .init("partsAfter", .count),
          .init("verticesBefore", .count), .init("verticesAfter", .count),
          .init("waypointsBefore", .count), .init("waypointsAfter", .count),
        ])),
      NamedSchema(
        "EditedRoute", "A route after its edits, and what each of them did.",
        .object([
          .init("format", .words(RouteFormat.allCases.map(\.rawValue))),
          .optional(
            "file", .text(0...268_435_456),
            "The edited route in that format; left out with `preview`."),
          .init("edits", .array(.named("RouteEditReport"), count: 0...EditList.mostEdits)),
          .init(
            "stored", .nullable(.named("StoredRoute")),
            "What became of it in the ledger; null where it was not to be stored."),
          .optional("preview", .named("RoutePreview"), "Where it was asked for."),
          .optional(
            "report", .named("RouteReport"), "What is found in the edited route; with `preview`."),
        ])),
    ] + RoutePreview.schemas

  private static let place = "Longitude and latitude, and an elevation where one is known."

  /// The fields of all edits; each edit reads its own.
  private static let fields: [Schema.Property] = {
    var seen: Set<String> = []
    return EditCatalog.all.flatMap { EditCatalog.fields(of: $0) }.compactMap { field in
      seen.insert(field.name).inserted
        ? .optional(field.name, schema(of: field.kind), field.note) : nil
    }
  }()

  private static func schema(of kind: EditField.Kind) -> Schema {
    switch kind {
    case .distance: .distance
    case .distances: .array(.distance, count: 1...10_000)
    case .text: .text()
    case .boolean: .boolean
    case .count(let range): .integer(Int64(range.lowerBound)...Int64(range.upperBound))
    case .policy: .words(JoinPolicy.choices.map(\.rawValue))
    case .coordinate: .coordinate
    case .waypoints: .array(.named("RouteEditWaypoint"), count: 0...10_000)
    }
  }

  static let endpoints: [Endpoint] = [
    Endpoint(
      .post, "/v1/routes:edit", "editRoute", "Edit a route file or a stored route",
      details:
        "The edits are made in their order, on the text of a file or on a stored route, and the "
        + "answer has the edited file and what each edit did. With `store` the edited route becomes a "
        + "new route, or the next version of the stored one, as an upload of the file would. "
        + "`If-Match` with the number of a version, such as `\"3\"`, stores only what follows that "
        + "version. With `preview` the answer has what a map and lists show of the edited route in "
        + "place of the file.",
      tag: RouteResource.tag, access: .person(.manage),
      parameters: [.routeName, .strict, .isPublic, .units, .ifMatch, .idempotencyKey],
      body: RouteEditBody.self, limit: .upload,
      answers: [
        .ok("EditedRoute", "The edited route; with `store`, its content was there already."),
        .created("EditedRoute", "It is stored too."),
      ],
      problems: [.badRoute, .limit, .ledger(.routeRetired)], handle: edit)
  ]

  /// What the edits have made.
  private struct Made: Sendable {
    let format: RouteFormat
    let file: [UInt8]
    /// In place of the file: the preview, and what is found in the edited route.
    let preview: (RoutePreview, Report)?
    let reports: [EditReport]
    let storable: RouteReading.Storable?

    func json(stored: JSONValue) -> JSONValue {
      let content =
        preview.map { [("preview", $0.json), ("report", RouteUpload.json($1))] }
        ?? [("file", .string(String(decoding: file, as: UTF8.self)))]
      return .object(
        [("format", .string(format.rawValue))] + content + [
          ("edits", ParameterWords.inMessages(.array(reports.map(\.json)))), ("stored", stored),
        ])
    }
  }

  private static func edit(_ call: Call, _ body: RouteEditBody) async throws -> Reply {
    let edits = try list(body.edits)
    var known: RouteRecord?
    if let id = body.routeID {
      known =
        body.store == .version
        ? try await call.managedRoute(id) : try await call.wholeRoute(id, version: body.version)
    }
    let stored: MeasuredRoute?
    if let record = known, body.bytes == nil {
      let latest = record.version
      let version = body.version.map { RouteVersion(route: latest.route, version: $0) } ?? latest
      // The version that is edited need not be the one that the next follows.
      _ = try await call.wholeRoute(latest.route, version: version.version)
      stored = try await call.backend.routeCache.measured(version)
    } else {
      stored = nil
    }
    let bytes = body.bytes ?? []
    let cost =
      stored.map {
        WorkCost(vertices: $0.route.vertices.count, waypoints: $0.route.waypoints.count)
      }
      ?? WorkCost(
        file: bytes, within: RouteReading.unpackedBytes(of: bytes),
        mostVertices: RouteLimits.standard.vertices)
    let gate = RouteGate(name: call[.routeName], isStrict: call[.strict])
    return try await call.heavily(cost) {
      try made(body, bytes, stored, edits, gate)
    } finish: { made in
      guard let storable = made.storable, let store = body.store else {
        return .json(made.json(stored: .null))
      }
      let request = RouteReading(as: made.format.source, gate: gate)
      switch store {
      case .route:
        return try await RouteUpload.newRoute(
          storable, call, request, isPublic: call[.isPublic]
        ) { made.json(stored: $0) }
      case .version:
        guard let latest = known else { throw Problem.invalid("/store", "needs routeId") }
        let found = try await RouteUpload.admitted(
          storable, call, request, as: latest.version.route)
        return try await RouteUpload.nextVersion(found, of: latest, call) { made.json(stored: $0) }
      }
    }
  }

  /// Makes the edits. To be called off the threads that serve.
  private static func made(
    _ body: RouteEditBody, _ bytes: [UInt8], _ stored: MeasuredRoute?, _ edits: EditList,
    _ gate: RouteGate
  ) throws -> Made {
    let start: MeasuredRoute
    var format = body.outputFormat
    if let stored {
      start = stored
    } else {
      let reading = RouteReading(as: body.format, track: body.track, gate: RouteGate())
      let report = try reading.inspected(bytes)
      guard let measured = report.measured, report.document.errors.isEmpty else {
        throw RouteUpload.badRoute(report, "the file cannot be read as a route, and so not edited")
      }
      start = measured
      format = format ?? report.document.format.flatMap(RouteFormat.init)
    }
    let outcome: EditList.Outcome
    do throws(AuthoringError) { outcome = try edits.applied(to: start) } catch {
      throw problem(error)
    }
    let written = format ?? .geojson
    let file = RouteWriter.write(outcome.route.route, as: written)
    let storable =
      body.store == nil ? nil : try RouteReading(as: written.source, gate: gate).storable(file)
    var preview: (RoutePreview, Report)?
    if body.isPreview {
      let looked = try RouteReading(as: written.source, gate: gate).looked(file)
      preview = (RoutePreview(outcome.route), looked.0)
    }
    return Made(
      format: written, file: file, preview: preview, reports: outcome.reports, storable: storable)
  }

  /// - Throws: `invalid` with the pointer of what is wrong.
  private static func list(_ node: JSONNode) throws(Problem) -> EditList {
    do throws(AuthoringError) {
      return try EditList(node, at: JSONPointer.root.appending("edits"))
    } catch { throw problem(error) }
  }

  private static func problem(_ error: AuthoringError) -> Problem {
    let pointer = error.pointer?.description ?? error.edit.map { "/edits/\($0)" } ?? "/edits"
    let detail = ParameterWords.said(error.message)
    return error.code == .limit && error.pointer == nil
      ? Problem(.limit, detail, faults: [.init(.body(pointer: pointer), detail)])
      : .invalid(pointer, detail)
  }
}

/// What is edited, how, and what becomes of it.
struct RouteEditBody: BodyContent {
  static let schemaName = "RouteEditRequest"
  static let schemaNote =
    "A file or the id of a stored route, and the edits in their order. The next version of a stored "
    + "route can also be made of a file: then both are given."

  enum Store: String, CaseIterable, Sendable { case route, version }

  /// Of the file, from its text or its base64.
  let bytes: [UInt8]?
  let track: String?
  let isPreview: Bool
  let format: SourceFormat?
  let routeID: RouteID?
  let version: Int?
  let edits: JSONNode
  let outputFormat: RouteFormat?
  let store: Store?

  init(_ fields: inout BodyFields) {
    let file = fields.optional("file", .text(1...67_108_864), "The text of a route file.")
    let packed: [UInt8]? = fields.optional(
      "fileBase64", .base64,
      "The bytes of a route file in place of its text, also packed (gzip, KMZ) or in another "
        + "encoding: base64url without padding (RFC 4648, section 5).")
    bytes = packed ?? file.map { Array($0.utf8) }
    track = fields.optional(
      "track", .text(1...200),
      "Only this track (GPX), feature (GeoJSON) or placemark (KML) of the file, by name or number.")
    format = fields.optional(
      "format", .words(), "Of the file, where its first bytes do not show it.")
    routeID = fields.optional("routeId", .id(), "A stored route, in place of a file.")
    version = fields.optional(
      "version", .integer(1...1_000_000), "Of the stored route; the latest by default.")
    edits = fields.required(
      "edits", .unchecked(as: .array(.named("RouteEdit"), count: 0...EditList.mostEdits)),
      "Made in this order.")
    outputFormat = fields.optional(
      "outputFormat", .words(),
      "Of the answer's file: that of the file, and GeoJSON for a stored route or a format that is only read, by default."
    )
    store = fields.optional(
      "store", .words(),
      "Stores the edited route: as a new `route`, or as the next `version` of the stored one.")
    isPreview =
      fields.optional(
        "preview", .boolean,
        "Whether the answer has what a map and lists show, in place of the file; false by default.")
      ?? false
    if file != nil, packed != nil {
      fields.refuse("fileBase64", "is there beside file; give one of them")
    } else if bytes == nil, routeID == nil {
      fields.refuse("file", "or routeId is needed")
    } else if bytes != nil, routeID != nil, store != .version {
      fields.refuse("file", "or routeId is needed, and not both unless store is version")
    }
    if track != nil, bytes == nil { fields.refuse("track", "needs a file") }
    if store == .version, routeID == nil {
      fields.refuse("store", "is version, and only a stored route has a next one: give its routeId")
    }
    if let store, let outputFormat, outputFormat.isPolyline {
      fields.refuse(
        "outputFormat", "holds too little of a route to store it as a \(store.rawValue)")
    }
    if version != nil, routeID == nil || bytes != nil {
      fields.refuse("version", "needs routeId, and no file")
    }
  }
}

extension BodyForm where Value == [UInt8] {
  fileprivate static let base64 = Self(schema: .text(2...67_108_864), example: []) {
    node throws(BodyFault) in
    guard let text = node.string, let bytes = Base64URL.decode(text.utf8) else {
      throw BodyFault("is not base64url without padding")
    }
    return bytes
  }
}
