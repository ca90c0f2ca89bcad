import Formats
import Geodesy
import HTTPTypes
import Inspection
import JSON
import Quests
import Routes

/// Route files coming in: stored, looked at, or repaired.
enum RouteUpload {
  static let schemas: [NamedSchema] = [
    NamedSchema(
      "RouteFinding", "Something that is wrong with a route file, or worth knowing about it.",
      .object([
        .init("code", .text(1...100), "Stable, for programs."),
        .init("severity", .words(["error", "warning", "info"])),
        .init("message", .text(0...100_000), "For people."),
        .init("line", .nullable(.count), "In the file, from 1."),
        .init("column", .nullable(.count), "In characters, from 1."),
        .init("byte", .nullable(.count), "From 0, in a file without lines (FIT)."),
        .init("pointer", .nullable(.text(0...100_000)), "Into a JSON file (RFC 6901)."),
        .init("distanceMeters", .nullable(.meters), "Along the route."),
        .init(
          "coordinate", .nullable(.coordinate),
          "Longitude and latitude."),
        .init("measured", .nullable(measure), "In the unit of the limit."),
        .init("limit", .nullable(measure), "What is allowed."),
        .init("unit", .nullable(.text(0...100))),
        .init(
          "fix", .nullable(.named("RouteFix")), "What mends it."),
        .init("count", .count, "How many findings it stands for."),
      ])),
    NamedSchema(
      "RouteFix", "A repair of a route file.",
      .object([
        .init("title", .text(0...10_000)),
        .init("safe", .boolean, "Whether the route stays what it is."),
      ])),
    NamedSchema("RouteReport", "What was found in a route file.", .object(report)),
    RouteTracks.schema,
    NamedSchema(
      "RouteRepair", "What was repaired in the file that is stored.",
      .object([
        .init("repaired", .array(.named("RouteFinding"), count: 0...100_000)),
        .init("rounds", .count, "How often the file was looked at and edited."),
        .init("lengthMetersBefore", .nullable(.meters)),
        .init("lengthMetersAfter", .nullable(.meters)),
        .init("measuredMetersBefore", .nullable(measure), "Without an official length."),
        .init("measuredMetersAfter", .nullable(measure)),
        .init("ascentMetersBefore", .nullable(measure)),
        .init("ascentMetersAfter", .nullable(measure)),
        .init("descentMetersBefore", .nullable(measure)),
        .init("descentMetersAfter", .nullable(measure)),
        .init("verticesBefore", .nullable(.count)), .init("verticesAfter", .nullable(.count)),
      ])),
    NamedSchema(
      "StoredRoute", "What became of an upload.",
      .object([
        .optional("route", .named("Route"), "Left out with `dryRun`: nothing was stored."),
        .init("report", .named("RouteReport")),
        .init("repair", .nullable(.named("RouteRepair")), "Null where none was asked for."),
      ])),
  ]

  private static let measure = Schema.number(-1.7e308...1.7e308)

  private static let report: [Schema.Property] = [
    .init("format", .nullable(.words(SourceFormat.allCases.map(\.rawValue)))),
    .init("ok", .boolean, "Whether nothing of severity error was found."),
    .init("errors", .count), .init("warnings", .count), .init("notes", .count),
    .init("lengthMeters", .nullable(.meters)),
    .init("findings", .array(.named("RouteFinding"), count: 0...100_000), "Along the route."),
    .init(
      "tracks", .array(.named("RouteTrack"), count: 0...RouteTracks.most),
      "What `track` can name, where the file has several."),
  ]

  /// What says nothing of a file comes last: clients that send files only so take it.
  private static let types = [
    "application/gpx+xml", "application/geo+json", "application/vnd.google-earth.kml+xml",
    "application/vnd.google-earth.kmz", "application/geo+json-seq",
    "application/vnd.garmin.tcx+xml", "application/vnd.ant.fit", "application/gzip",
    "text/plain", "application/octet-stream",
  ]

  private static let reading: [ParameterKey] =
    [
      .fileFormat, .track, .joins, .join, .joinsBelow, .joinsAbove, .officialLength, .calibrate,
      .calibrateEvery,
    ] + course

  static let policies = JoinPolicy.choices.map(\.rawValue)

  static let course: [ParameterKey] = [.laps, .thereAndBack, .lapJoin]

  static let storing: [ParameterKey] = [.routeName, .storedFix, .strict, .dryRun]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .post, "/v1/routes", "createRoute", "Upload a route file",
      details:
        "The body is the file: GPX, GeoJSON, KML, TCX, FIT or an encoded polyline, as it is or packed "
        + "(KMZ, gzip). It is stored where "
        + "nothing of severity error is found, with `strict` no warning either; else the answer is "
        + "422 with the report.",
      tag: RouteResource.tag, access: .person(.manage),
      parameters: storing + [.isPublic, .units, .idempotencyKey] + reading,
      body: .file(types: types),
      answers: [
        .created("StoredRoute"), .ok("StoredRoute", "With `dryRun`: it would be stored."),
      ],
      problems: [.badRoute, .limit, .ledger(.routeRetired)], handle: create),
    Endpoint(
      .post, "/v1/routes:validate", "validateRoute", "Look at a route file without storing it",
      tag: RouteResource.tag, access: .person(.read),
      parameters: [.reportForm, .units] + reading, body: .file(types: types),
      answers: [
        .init(
          200, "The report, whatever was found.",
          [
            .init("application/json", .named("RouteReport")),
            .init("application/sarif+json", .map(.anything)),
            .init("text/plain; charset=utf-8", .text()),
          ])
      ], handle: validate),
    Endpoint(
      .post, "/v1/routes:repair", "repairRoute", "Repair a route file without storing it",
      details:
        "The answer is the file with what can be mended mended, all else as it was to the byte.",
      tag: RouteResource.tag, access: .person(.read),
      parameters: [.fix, .only] + reading, body: .file(types: types),
      answers: [
        .init(200, "The repaired file.", RouteFormat.contents)
      ], problems: [.badRoute], handle: repair),
    Endpoint(
      .post, "/v1/routes/\(.route)/versions", "createRouteVersion", "Upload a route's next version",
      details:
        "A version that has this content already is the answer, and nothing is stored. `If-Match` "
        + "with the number of a version, such as `\"3\"`, stores only what follows that version.",
      tag: RouteResource.tag, access: .person(.manage),
      parameters: storing + [.units, .ifMatch, .idempotencyKey] + reading,
      body: .file(types: types),
      answers: [
        .created("StoredRoute"),
        .ok("StoredRoute", "The content was there already; with `dryRun`, it would be stored."),
      ], problems: [.badRoute, .limit, .ledger(.routeRetired)], handle: createVersion),
  ]

  // MARK: What they do

  private static func create(_ call: Call) async throws -> Reply {
    let request = try reading(call)
    return try await call.heavily(call.fileCost) {
      try request.storable(call.bytes)
    } finish: { storable in
      if call[.dryRun] {
        return .json(json(nil, try await admitted(storable, call, request), for: call.caller))
      }
      return try await newRoute(storable, call, request, isPublic: call[.isPublic])
    }
  }

  private static func createVersion(_ call: Call) async throws -> Reply {
    let latest = try await call.managedRoute()
    let id = latest.version.route
    let request = try reading(call)
    return try await call.heavily(call.fileCost) {
      try request.storable(call.bytes)
    } finish: { storable in
      let found = try await admitted(storable, call, request, as: id)
      if call[.dryRun] { return .json(json(nil, found, for: call.caller)) }
      return try await nextVersion(found, of: latest, call)
    }
  }

  /// Stores what may be stored as the next version of a route.
  static func nextVersion(
    _ found: RouteReading.Storable, of latest: RouteRecord, _ call: Call,
    wrapped: (JSONValue) -> JSONValue = { $0 }
  ) async throws -> Reply {
    let id = latest.version.route
    // The key only has to stand for one request: equal content is one version anyway.
    return try await call.creating { (_: RouteID) in
      let known = try await call.backend.routes.versions(of: id)
      guard known.count < call.backend.limits.routeVersions else {
        throw Problem(
          .limit, "the route has \(known.count) versions, the limit; start a new one")
      }
      let present = known.last ?? latest
      // The same content sent again has followed its version already.
      _ = try call.expectedRevision(
        Int64(present.version.version),
        isDone: RouteContent(found.candidate.route.route).hash == present.hash
      ) { RouteResource.json(present, for: call.caller) }
      let record = try await call.backend.routes.addRoute(
        found.candidate.route, id: id, owner: latest.owner, isPublic: latest.isPublic,
        at: call.now)
      let value = wrapped(json(record, found, for: call.caller))
      if known.contains(where: { $0.version == record.version }) { return .json(value) }
      return .created(value, at: "/v1/routes/\(id)?version=\(record.version.version)")
    }
  }

  /// Stores what may be stored as a new route.
  ///
  /// - Parameter isPublic: whether strangers may see it.
  static func newRoute(
    _ storable: RouteReading.Storable, _ call: Call, _ request: RouteReading, isPublic: Bool,
    wrapped: (JSONValue) -> JSONValue = { $0 }
  ) async throws -> Reply {
    let person = try call.person()
    return try await call.creating { (id: RouteID) in
      // A repeated request finds the route that it stored, which is no other one.
      let found = try await admitted(storable, call, request, as: id)
      let record = try await call.backend.routes.addRoute(
        found.candidate.route, id: id, owner: person, isPublic: isPublic, at: call.now)
      return .created(wrapped(json(record, found, for: call.caller)), at: "/v1/routes/\(id)")
    }
  }

  static func admitted(
    _ storable: RouteReading.Storable, _ call: Call, _ request: RouteReading,
    as id: RouteID? = nil
  ) async throws -> RouteReading.Storable {
    let isTaken = try await call.isNameTaken(of: storable.candidate, as: id)
    let candidate = try request.admitted(storable.candidate, isNameTaken: isTaken)
    return RouteReading.Storable(candidate: candidate, repair: storable.repair)
  }

  private static func reading(_ call: Call) throws(Problem) -> RouteReading {
    try RouteReading(
      call, fix: call[.storedFix], gate: RouteGate(name: call[.routeName], isStrict: call[.strict]))
  }

  private static func validate(_ call: Call) async throws -> Reply {
    let request = try RouteReading(call)
    let form = call[.reportForm]
    return try await call.heavily(call.fileCost) {
      try request.looked(call.bytes)
    } finish: { report, candidate in
      guard let candidate else { return Reply(.ok, content(report, form)) }
      let isTaken = try await call.isNameTaken(of: candidate)
      let admitted = try request.admitted(candidate, isNameTaken: isTaken)
      return Reply(.ok, content(admitted.report, form))
    }
  }

  private static func content(_ report: Report, _ form: ReportForm) -> Reply.Content {
    switch form {
    case .sarif:
      let value = SARIF.value([("route", report)], version: API.version)
      return .json(ParameterWords.inMessages(value), mediaType: "application/sarif+json")
    case .text:
      let text = ParameterWords.said(ReportText.text(report, file: "route"))
      return .bytes(Array(text.utf8), mediaType: "text/plain; charset=utf-8")
    case .json: return .json(json(report), mediaType: "application/json")
    }
  }

  private static func repair(_ call: Call) async throws -> Reply {
    let request = try RouteReading(call, fix: call[.fix], only: call[.only])
    return try await call.heavily(call.fileCost) {
      let (report, repair) = try request.repaired(call.bytes)
      guard let repair, let read = report.document.format, !report.document.isCutShort else {
        throw badRoute(report, "the file cannot be read, and so not repaired")
      }
      guard let format = RouteFormat(read) else {
        throw badRoute(
          report,
          "\(read.title) is read and not written, and so not repaired: store the route, or convert "
            + "the file to GPX first")
      }
      return Reply(.ok, .bytes(repair.bytes, mediaType: format.mediaType))
    }
  }

  // MARK: JSON

  static func badRoute(_ report: Report, _ detail: String) -> Problem {
    var problem = Problem(.badRoute, detail)
    problem.report = json(report)
    return problem
  }

  static func json(
    _ record: RouteRecord?, _ found: RouteReading.Storable, for caller: Caller
  ) -> JSONValue {
    let stored = record.map { [("route", RouteResource.json($0, for: caller))] } ?? []
    return .object(
      stored + [
        ("report", json(found.candidate.report)),
        (
          "repair",
          found.repair.map {
            ParameterWords.inMessages(.object(ReportJSON.members(of: $0)))
          } ?? .null
        ),
      ])
  }

  /// A report without the file's name, of which there is none.
  static func json(_ report: Report) -> JSONValue {
    guard case .object(let members) = ReportJSON.value(report, file: "") else { return .null }
    guard
      case .object(let said) = ParameterWords.inMessages(
        .object(members.filter { $0.0 != "file" }))
    else { return .null }
    return .object(said + [("tracks", RouteTracks.json(report.document))])
  }
}

extension Call {
  /// What its file is expected to take.
  var fileCost: WorkCost {
    WorkCost(
      file: bytes, within: RouteReading.unpackedBytes(of: bytes),
      mostVertices: RouteLimits.standard.vertices)
  }

  /// Whether another route that the caller may see is called as a candidate is.
  ///
  /// - Parameter id: the route that it becomes, or the next version of, which may keep its name.
  fileprivate func isNameTaken(
    of candidate: RouteGate.Candidate, as id: RouteID? = nil
  ) async throws -> Bool {
    guard let name = candidate.name else { return false }
    let viewer = caller.person.map(RouteViewer.person) ?? .stranger
    return try await backend.routes.routes(named: name, visibleTo: viewer)
      .contains { $0.version.route != id }
  }
}
