import Formats
import Geodesy
import HTTPTypes
import JSON
import Quests
import Routes

/// What can be asked about a route's line, whoever walks it: positions, places, heights, maps, files.
enum RoutePlaces {
  fileprivate static let mostPlaces = ServiceLimits.standard.positions

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "RoutePositions", "Positions, in the order of the distances.",
      .object([
        .init(
          "positions", .array(.named(PositionJSON.schema.name), count: 0...mostPlaces))
      ])),
    NamedSchema(
      "RouteMatches", "The places of a course that are nearest to a coordinate.",
      .object([
        .init(
          "matches",
          .array(.named("RouteMatch"), count: 0...mostMatches), "The nearest first.")
      ])),
    NamedSchema(
      "RouteMatch", "A place of a course.",
      .object([
        .init("distanceMeters", .meters, "From the start of the course."),
        .init("offsetMeters", .meters, "How far it is from what was asked for."),
        .init("coordinate", .coordinate, "Longitude and latitude."),
      ])),
    NamedSchema(
      "RouteProfile", "The heights along one pass of a route.",
      .object([
        .init("ascentMeters", .nullable(.meters)), .init("descentMeters", .nullable(.meters)),
        .init(
          "points",
          .array(.named("ProfilePoint"), count: 0...ElevationProfile.mostPoints),
          "Empty where no height is known."),
      ])),
    NamedSchema(
      "ProfilePoint", "A height along a route.",
      .object([.init("distanceMeters", .meters), .init("elevationMeters", .elevation)])),
    NamedSchema(
      "RouteMap", "One pass of a route as GeoJSON.",
      .object([
        .init("type", .words(["FeatureCollection"])),
        .init("bbox", .array(.number(-180...180), count: 4...4)),
        .init(
          "features",
          .array(.named("RouteMapFeature"), count: 1...20_000)),
      ])),
    NamedSchema(
      "RouteMapFeature", "A line or a place of a route's map.",
      .object([
        .init("type", .words(["Feature"])),
        .init("properties", .named("RouteMapProperties")),
        .init("geometry", .nullable(CommonSchemas.geometry)),
      ])),
    NamedSchema(
      "RouteMapProperties", "What a line or a place of a route's map is.",
      .object([
        .init("kind", .words(["route", "crossing", "waypoint"])),
        .optional("fromMeters", .meters, "Of the route."),
        .optional("toMeters", .meters, "Of the route."),
        .optional("name", .nullable(.text()), "Of a waypoint."),
        .optional("type", .nullable(.text()), "Of a waypoint."),
        .optional("distanceMeters", .meters, "Of a waypoint, along the route."),
      ])),
  ]

  private static let course: [ParameterKey] = [.version] + RouteUpload.course

  private static let mostMatches = 500

  private static let positionsAnswer = Endpoint.Answer(
    200, "Positions; GeoJSON where `format` or `Accept` ask for it.",
    [
      .init("application/json", .named("RoutePositions")),
      .init("application/geo+json", .named("PositionFeatures")),
    ])

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/routes/\(.route)/positions", "getRoutePositions", "Where distances lead",
      details:
        "Keeps nothing: distances in, positions out. Beyond the end is the end. The course is "
        + "the route's own where nothing is said.",
      tag: RouteResource.tag, access: .anyone,
      parameters: [.distances, .positionsFormat] + course + [.units, .fields],
      answers: [positionsAnswer],
      problems: [.limit], handle: getPositions),
    Endpoint(
      .post, "/v1/routes/\(.route)/positions", "askRoutePositions", "Where many distances lead",
      details: "The same as GET, for up to 10,000 distances.", tag: RouteResource.tag,
      access: .anyone,
      parameters: [.positionsFormat, .units], body: PositionsQuestionBody.self,
      answers: [positionsAnswer],
      problems: [.limit],
      handle: postPositions),
    Endpoint(
      .get, "/v1/routes/\(.route)/nearest", "getNearestPlaces", "Where on a route a place is",
      details:
        "The places of the first lap that are nearest, all passes: a road walked out and back "
        + "answers twice. With `near`, of all laps the one match nearest to that distance.",
      tag: RouteResource.tag, access: .anyone,
      parameters: [.target, .hint, .matchTolerance] + course + [.units, .fields],
      answers: [.ok("RouteMatches", "Matches.")], problems: [.limit],
      handle: nearest),
    Endpoint(
      .get, "/v1/routes/\(.route)/profile", "getRouteProfile", "The heights along a route",
      tag: RouteResource.tag, access: .anyone,
      parameters: [.samples, .version, .units, .fields],
      answers: [.ok("RouteProfile", "The profile.")],
      handle: profile),
    Endpoint(
      .get, "/v1/routes/\(.route)/map", "getRouteMap", "A route as GeoJSON to draw",
      details:
        "One pass, cut at 180 degrees as RFC 7946 asks, crossings apart from what is walked, "
        + "and the waypoints.", tag: RouteResource.tag, access: .anyone,
      parameters: [.drawingTolerance, .version, .units],
      answers: [.init(200, "The map.", mediaType: "application/geo+json", .named("RouteMap"))],
      handle: map),
    Endpoint(
      .get, "/v1/routes/\(.route)/file", "getRouteFile", "Download a route",
      details:
        "In any format; polylines hold the line alone, without names, heights and waypoints.",
      tag: RouteResource.tag, access: .anyone,
      parameters: [.writtenFormat, .version],
      answers: [.init(200, "The file.", RouteFormat.contents)],
      handle: file),
  ]

  // MARK: Positions

  private static func getPositions(_ call: Call) async throws -> Reply {
    let route = try await call.shownRoute(version: call[.version])
    return try await positions(
      at: call[.distances], on: route, CourseChoice(call), call,
      caching: call.caching(of: route.record))
  }

  private static func postPositions(
    _ call: Call, _ body: PositionsQuestionBody
  ) async throws -> Reply {
    let route = try await call.shownRoute(version: body.version)
    return try await positions(
      at: body.distances, on: route, body.course, call, caching: .forbidden)
  }

  private static func positions(
    at distances: [Distance], on shown: ShownRoute, _ course: CourseChoice, _ call: Call,
    caching: Reply.Caching
  ) async throws -> Reply {
    let route = try await course.kept(shown.record, call).measured
    let waypoints = shown.waypoints
    let isMap = wantsMap(call)
    var reply = try await call.backend.offload {
      let positions = route.positions(at: distances)
      return isMap
        ? Reply.map(
          PositionJSON.featureCollection(positions, naming: waypoints), caching: caching)
        : Reply.json(
          .object([
            (
              "positions",
              .array(positions.map { PositionJSON.object($0, naming: waypoints) })
            )
          ]), caching: caching)
    }
    reply.headers[.vary] = "Accept"
    return reply
  }

  private static func wantsMap(_ call: Call) -> Bool {
    if let format = call[.positionsFormat] { return format == .geojson }
    let accepted = (call.headers[.accept] ?? "").split(separator: ",").map {
      $0.prefix { $0 != ";" }.trimmingSpaces.lowercased()
    }
    return accepted.first { $0 == "application/json" || $0 == "application/geo+json" }
      == "application/geo+json"
  }

  // MARK: Places, heights, maps, files

  private static func nearest(_ call: Call) async throws -> Reply {
    let (target, hint) = (call[.target], call[.hint])
    let reach = call[.matchTolerance]?.meters ?? MeasuredRoute.waypointTieMeters
    let record = try await call.route(version: call[.version])
    let kept = try await CourseChoice(call).kept(record, call)
    let caching = call.caching(of: record)
    return try await call.working(on: kept.measured) {
      let places = try kept.places()
      let matches =
        if let hint {
          [places.match(to: target, near: hint, toleranceMeters: reach)].compactMap { $0 }
        } else { places.matches(to: target, toleranceMeters: reach) }
      let items = matches.prefix(mostMatches).map { match in
        JSONValue.object([
          ("distanceMeters", .number(match.distance.meters)),
          ("offsetMeters", .number(match.offsetMeters)),
          ("coordinate", .position(match.coordinate)),
        ])
      }
      return .json(.object([("matches", .array(items))]), caching: caching)
    }
  }

  private static func profile(_ call: Call) async throws -> Reply {
    let record = try await call.route(version: call[.version])
    let route = try await call.backend.routeCache.measured(record.version)
    let count = call[.samples]
    let caching = call.caching(of: record)
    return try await call.working(on: route) {
      .json(ElevationProfile(route, pointCount: count).json, caching: caching)
    }
  }

  private static func map(_ call: Call) async throws -> Reply {
    let tolerance = call[.drawingTolerance]
    let route = try await call.shownRoute(version: call[.version])
    let kept = try await call.backend.routeCache.kept(route.record.version)
    let caching = call.caching(of: route.record)
    let source = try await call.mapSource(kept, tolerance: tolerance.meters)
    return try await call.backend.offload {
      .map(source.routeMap(showing: route.waypoints), caching: caching)
    }
  }

  private static func file(_ call: Call) async throws -> Reply {
    let record = try await call.wholeRoute(version: call[.version])
    let format = call[.writtenFormat]
    let hold = try call.downloadMemory()
    let kept = try await call.backend.routeCache.kept(record.version)
    // The file says the name that the route goes by now.
    let facts = try await call.fileFacts(kept, as: format, named: record.name)
    var reply = Reply(
      .ok, .download(Download(record, as: format, facts, call.backend, hold: hold)),
      caching: call.caching(of: record))
    reply.headers[.contentDisposition] = disposition(
      record.name ?? "route", ending: format.rawValue)
    return reply
  }

  /// The name under which a browser keeps the file: in ASCII, and as RFC 6266 has it for the others.
  static func disposition(_ name: String, ending: String) -> String {
    let name = String(String.UnicodeScalarView(name.unicodeScalars.prefix(100)))
    var plain = ""
    for scalar in name.unicodeScalars {
      let isPlain =
        scalar.isASCII && (scalar.properties.isAlphabetic || "0"..."9" ~= scalar || scalar == "_")
      if isPlain {
        plain.unicodeScalars.append(scalar)
      } else if !plain.isEmpty, plain.last != "-" {
        plain += "-"
      }
    }
    while plain.last == "-" { plain.removeLast() }
    if plain.isEmpty { plain = "route" }
    return "attachment; filename=\"\(plain).\(ending)\"; "
      + "filename*=UTF-8''\(PercentForm.encoded(name)).\(ending)"
  }
}

/// Which course of a route a request is about.
private struct CourseChoice: Sendable {
  let laps: Int?
  let thereAndBack: Bool?
  let lapJoin: JoinPolicy?
  /// Where the request states the policy, for its faults.
  let lapJoinPlace: Problem.Fault.Place

  /// The measured course.
  ///
  /// - Throws: `limit`; a fault of `lapJoin` where nobody has said how a lap leads to the next.
  func kept(_ record: RouteRecord, _ call: Call) async throws -> KeptRoute {
    let stored = try await call.backend.routeCache.kept(record.version)
    let own = stored.measured.route.course
    var course = own
    course.laps = laps ?? own.laps
    course.thereAndBack = thereAndBack ?? own.thereAndBack
    // What leads to a next lap only matters where there is one that starts where the last began.
    if course.laps > 1, !course.thereAndBack { course.lapJoin = lapJoin ?? own.lapJoin }
    if course == own { return stored }
    let kept = try await call.backend.routeCache.kept(record.version, course: course)
    do throws(RouteError) { try kept.measured.requireResolvedJoins() } catch {
      throw Problem.fault(lapJoinPlace, ParameterWords.said(error.message))
    }
    return kept
  }
}

extension CourseChoice {
  /// What the query asks for.
  fileprivate init(_ call: Call) {
    self.init(
      laps: call[.laps], thereAndBack: call[.thereAndBack], lapJoin: call[.lapJoin],
      lapJoinPlace: .query(ParameterKey.lapJoin.name))
  }
}

/// How positions are written.
private enum PositionsFormat: String, CaseIterable { case json, geojson }

extension ParameterKey {
  fileprivate static let distances = Parameter<[Distance]>(
    required: "at", .list(of: .distance, count: 1...500),
    "Distances from the start, such as `10mi,16km`; more than a query holds by POST.")
  fileprivate static let positionsFormat = Parameter<PositionsFormat?>(
    "format", .words(), "Overrules the header `Accept`.")
  fileprivate static let target = Parameter<Coordinate>(
    required: "to", .place, "Latitude and longitude.")
  fileprivate static let hint = Parameter<Distance?>(
    "near", .distance, "About how far along the course the place is.")
  fileprivate static let matchTolerance = Parameter<Distance?>(
    "tolerance", .distance(upTo: Distance(micrometers: 10_000_000_000), "10 km"),
    "How much further than the nearest a match may be, up to 10 km; 25 m by default.")
  static let samples = Parameter<Int>(
    "samples", .integer(2...Int64(ElevationProfile.mostPoints)), standard: 500,
    "How many points at most; 500 by default. Summits and valleys stay.")
  fileprivate static let drawingTolerance = Parameter<Distance>(
    "tolerance", .distance(upTo: Distance(micrometers: 100_000_000_000), "100 km"),
    standard: .zero,
    "How far the drawn line may be from the real one, up to 100 km; 0 m by default, or more "
      + "where the line has more than 100,000 vertices.")
  fileprivate static let writtenFormat = Parameter<RouteFormat>(
    "format", .words(), standard: .geojson, "GeoJSON by default.")
}

private struct PositionsQuestionBody: BodyContent {
  static let schemaName = "PositionsQuestion"
  static let schemaNote = "Distances along a course, and the course."

  let distances: [Distance]
  let version: Int?
  let course: CourseChoice

  init(_ fields: inout BodyFields) {
    distances = fields.required(
      // All that a `Distance` holds.
      "at", .list(of: .distanceOrMeters(0...9.2e12), count: 1...RoutePlaces.mostPlaces),
      "Distances from the start: texts with a unit, numbers in metres.")
    version = fields.optional(
      "version", .integer(1...1_000_000), "The latest where it is left out.")
    course = CourseChoice(
      laps: fields.optional("laps", .integer(1...10_000)),
      thereAndBack: fields.optional("thereAndBack", .boolean),
      lapJoin: fields.optional("lapJoin", .words(JoinPolicy.choices)),
      lapJoinPlace: .body(pointer: "/lapJoin"))
  }
}
