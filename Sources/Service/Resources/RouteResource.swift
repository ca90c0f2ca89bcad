import Formats
import Geodesy
import HTTPTypes
import JSON
import Quests
import Routes

/// Routes: their versions, who sees them, and which there are near a place or in a box.
enum RouteResource {
  static let tag = "Routes"

  static let version = Endpoint.Parameter(
    "version", .integer(1...1_000_000), "Which version; the latest where it is left out.")

  static let schemas: [NamedSchema] =
    [
      NamedSchema(
        "Route", "A version of a route, which never changes.",
        .object([
          .init("id", .uuid), .init("version", .integer(1...1_000_000), "From 1."),
          .init("name", .nullable(.text())),
          .init("public", .boolean, "Whether strangers may see it: all of its versions."),
          .init("mine", .boolean, "Whether the caller owns it."),
          .init("createdAt", .instant),
          .init("lengthMeters", .meters, "The official length of one pass."),
          .init("parts", .count), .init("vertices", .count), .init("waypoints", .count),
          .init(
            "bounds", .array(.number(-180...180), count: 4...4),
            "West, south, east, north; west is greater than east over 180 degrees."),
          .optional(
            "offsetMeters", .meters, "How far its line is from the place that `near` asks about."),
        ])),
      NamedSchema(
        "RouteChange", "Whether strangers may see the route.",
        .object([.init("public", .boolean)])),
    ] + RouteUpload.schemas + RoutePlaces.schemas

  static let endpoints: [Endpoint] =
    RouteUpload.endpoints + [
      Endpoint(
        .get, "/v1/routes", "listRoutes", "List routes",
        details:
          "The caller's own and all public ones, each in its latest version: by id, in a box, "
          + "or near a place, the nearest first.", tag: tag, access: .anyone,
        parameters: [
          .init(
            "near", .array(.number(-180...180), count: 2...2),
            "Latitude and longitude of a place; not together with `bbox` or `cursor`.",
            isList: true),
          .init(
            "within", .distance, "How far from the place, up to 500 km; 50 km by default."),
          .init(
            "bbox", .array(.number(-180...180), count: 4...4),
            "West, south, east, north in degrees; west is greater than east over 180 degrees.",
            isList: true), .limit, .cursor, .fields,
        ], answers: [.page(of: "Route")], handle: list),
      Endpoint(
        .get, "/v1/routes/{route}", "getRoute", "Show a route",
        details:
          "Its owner sees it, everybody where it is public, and who is in a team with a quest "
          + "on it.", tag: tag, access: .anyone, parameters: [version, .fields],
        answers: [.ok("Route")], handle: show),
      Endpoint(
        .patch, "/v1/routes/{route}", "changeRoute", "Open or hide a route", tag: tag,
        access: .person(.manage), body: .json("RouteChange"),
        answers: [.ok("Route", "As it stands now.")], handle: change),
      Endpoint(
        .get, "/v1/routes/{route}/versions", "listRouteVersions", "List a route's versions",
        details: "The first first.", tag: tag, access: .anyone, parameters: [.fields],
        answers: [.page(of: "Route")], handle: versions),
    ] + RoutePlaces.endpoints

  // MARK: What they do

  private static let furthest = Distance(micrometers: 500_000_000_000)

  private static func list(_ call: Call) async throws -> Reply {
    let viewer = call.caller.person.map(RouteViewer.person) ?? .stranger
    let caching: Reply.Caching = viewer == .stranger ? .briefly : .forbidden
    let store = call.backend.routes
    if let place = try call.place("near") {
      for other in ["bbox", "cursor"] where call.query[other] != nil {
        throw Problem.parameter(other, "cannot be together with near")
      }
      let within = try call.distance("within") ?? Distance(micrometers: 50_000_000_000)
      guard within <= furthest else {
        throw Problem.parameter("within", "is more than 500 km, the limit")
      }
      let found = try await store.routes(
        near: place, withinMeters: within.meters, visibleTo: viewer, limit: call.pageLimit)
      let items = found.map {
        json($0.record, for: call.caller, offsetMeters: $0.offsetMeters)
      }
      return call.page(items, next: nil, caching: caching)
    }
    if call.query["within"] != nil {
      throw Problem.parameter("within", "says how far from `near`, which is missing")
    }
    let after: RouteID? = try call.cursor("routes", .identifier)?.id(at: 0)
    // One more tells whether there is another page, as far as the store gives one.
    let asked = min(call.pageLimit + 1, call.backend.ledgerLimits.page)
    let found =
      if let box = try call.box("bbox") {
        try await store.routes(in: box, visibleTo: viewer, after: after, limit: asked)
      } else {
        try await store.routes(visibleTo: viewer, after: after, limit: asked)
      }
    let page = found.prefix(call.pageLimit)
    let hasMore = found.count > page.count || asked == page.count
    return call.page(
      page.map { json($0, for: call.caller) },
      next: hasMore ? page.last.map { PageCursor("routes", [.id($0.version.route)]) } : nil,
      caching: caching)
  }

  private static func show(_ call: Call) async throws -> Reply {
    let record = try await call.route()
    return .json(json(record, for: call.caller), caching: call.caching(of: record))
  }

  private static func change(_ call: Call) async throws -> Reply {
    let record = try await call.managedRoute()
    try await call.backend.routes.setRoute(
      record.version.route, isPublic: call.body["public"]?.bool ?? record.isPublic)
    return .json(json(try await call.route(), for: call.caller))
  }

  private static func versions(_ call: Call) async throws -> Reply {
    let latest = try await call.route()
    let all = try await call.backend.routes.versions(of: latest.version.route)
    return call.page(
      all.suffix(call.backend.ledgerLimits.page).map { json($0, for: call.caller) }, next: nil,
      caching: call.caching(of: latest))
  }

  static func json(
    _ record: RouteRecord, for caller: Caller, offsetMeters: Double? = nil
  ) -> JSONValue {
    let box = record.bounds
    var members: [(String, JSONValue)] = [
      ("id", .string(record.version.route.description)),
      ("version", .integer(record.version.version)), ("name", .optional(record.name)),
      ("public", .bool(record.isPublic)),
      ("mine", .bool(record.owner != nil && record.owner == caller.person)),
      ("createdAt", .string(record.createdAt.description)),
      ("lengthMeters", .number(record.length.meters)), ("parts", .integer(record.parts)),
      ("vertices", .integer(record.vertices)), ("waypoints", .integer(record.waypoints)),
      ("bounds", .array([box.west, box.south, box.east, box.north].map(JSONValue.number))),
    ]
    if let offsetMeters { members.append(("offsetMeters", .number(offsetMeters))) }
    return .object(members)
  }
}

extension Call {
  var noRoute: String { "there is no route \(path["route"] ?? ""), or it is not for you to see" }

  /// The route that the path names: the version asked for, else the latest.
  ///
  /// - Parameter version: what the body asks for.
  /// - Throws: `not-found` also where the caller may not see it.
  func route(version: Int? = nil) async throws -> RouteRecord {
    let id: RouteID = try id("route")
    let versions = try await backend.routes.versions(of: id)
    guard let latest = versions.last else { throw Problem(.notFound, noRoute) }
    // Who sees the route sees all of its versions.
    try await require(.seeRoute(latest), on: id)
    guard let number = version ?? integer("version") else { return latest }
    guard let record = versions.first(where: { $0.version.version == number }) else {
      throw Problem(
        .notFound,
        "the route \(id) has no version \(number); the latest is \(latest.version.version)")
    }
    return record
  }

  /// The route that the path names, which the caller may change.
  ///
  /// - Throws: `not-found`, `forbidden`.
  func managedRoute() async throws -> RouteRecord {
    let record = try await route()
    try await require(.manageRoute(record), on: record.version.route)
    return record
  }

  /// Lets the call go on where the caller may do the deed to a route. The caller's teams are looked
  /// through only where they make a difference.
  private func require(_ deed: Authority.Deed, on route: RouteID) async throws {
    let isHidden = Authority.decide(caller.person, deed, as: nil) == .hidden
    try require(
      deed, as: isHidden ? try await membership(onRoute: route) : nil, missing: noRoute)
  }

  /// So many of a team's quests, the last ones, are looked at for what their members may see.
  private static let questsLookedAt = 20

  /// The caller's open membership in a team that has a quest on a route.
  private func membership(onRoute route: RouteID) async throws -> Membership? {
    guard let person = caller.person else { return nil }
    for membership in try await backend.ledger.memberships(of: person) where membership.isOpen {
      guard let facts = try await backend.ledger.team(membership.team) else { continue }
      for record in facts.quests.suffix(Self.questsLookedAt) {
        let plan = try await backend.ledger.plan(record.quest.plan)
        if plan?.route.route == route { return membership }
      }
    }
    return nil
  }

  /// Whether a shared cache may keep what is shown of a route: only what a stranger asks for. A
  /// version never changes, yet its owner may hide it at any time.
  func caching(of route: RouteRecord) -> Reply.Caching {
    guard case .stranger = caller, route.isPublic else { return .forbidden }
    return .briefly
  }

  // MARK: Parameters

  /// A distance, no less than 0.
  ///
  /// - Throws: `invalid-parameter`.
  func distance(_ name: String) throws(Problem) -> Distance? {
    guard let text = query[name] else { return nil }
    return try Self.distance(text, at: .query(name))
  }

  /// - Throws: `invalid-parameter`, or `invalid` for one of the body.
  static func distance(_ text: String, at place: Problem.Fault.Place) throws(Problem) -> Distance {
    do throws(GeodesyError) {
      let distance = try Distance(text)
      if distance >= .zero { return distance }
    } catch { throw .fault(place, error.message) }
    throw .fault(place, "“\(text)” is negative; distances count from the start")
  }

  /// `LAT,LON`.
  ///
  /// - Throws: `invalid-parameter`.
  func place(_ name: String) throws(Problem) -> Coordinate? {
    guard let numbers = numbers(name), numbers.count == 2 else { return nil }
    do throws(GeodesyError) {
      return try Coordinate(latitude: numbers[0], longitude: numbers[1])
    } catch { throw .parameter(name, "\(error.message); the latitude comes first") }
  }

  /// `W,S,E,N`.
  ///
  /// - Throws: `invalid-parameter`.
  func box(_ name: String) throws(Problem) -> Bounds? {
    guard let numbers = numbers(name), numbers.count == 4 else { return nil }
    let box = Bounds(west: numbers[0], south: numbers[1], east: numbers[2], north: numbers[3])
    guard box.south >= -90, box.north <= 90, box.south <= box.north else {
      throw .parameter(
        name,
        "is not west, south, east, north: south \(box.south) and north \(box.north) are no "
          + "latitudes in this order")
    }
    return box
  }

  private func numbers(_ name: String) -> [Double]? {
    query[name]?.split(separator: ",").compactMap { Double($0) }
  }
}

extension Problem {
  /// What is wrong with one value, wherever it came from.
  static func fault(_ place: Fault.Place, _ detail: String) -> Problem {
    switch place {
    case .body:
      Problem(.invalid, "a field is not as it should be", faults: [Fault(place, detail)])
    case .query, .header:
      Problem(
        .invalidParameter, "a parameter is not what it should be", faults: [Fault(place, detail)])
    }
  }
}
