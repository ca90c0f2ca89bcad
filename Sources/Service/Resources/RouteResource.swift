import Formats
import Geodesy
import HTTPTypes
import JSON
import Quests
import Routes

/// Routes: their versions, who sees them, and which there are near a place or in a box.
enum RouteResource {
  static let tag = "Routes"

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
        ]))
    ] + RouteUpload.schemas + RouteEditResource.schemas
    + RoutePlanResource.schemas + RoutePlaces.schemas

  static let endpoints: [Endpoint] =
    RouteUpload.endpoints + RouteEditResource.endpoints + RoutePlanResource.endpoints + [
      Endpoint(
        .get, "/v1/routes", "listRoutes", "List routes",
        details:
          "The caller's own and all public ones, each in its latest version: by id, in a box, "
          + "or near a place, the nearest first.", tag: tag, access: .anyone,
        parameters: [.near, .within, .box, .limit, .cursor, .units, .fields],
        answers: [.page(of: "Route")],
        handle: list),
      Endpoint(
        .get, "/v1/routes/\(.route)", "getRoute", "Show a route",
        details:
          "Its owner sees it, everybody where it is public, and who is in a team with a quest "
          + "on it.", tag: tag, access: .anyone, parameters: [.version, .units, .fields],
        answers: [.ok("Route")], handle: show),
      Endpoint(
        .patch, "/v1/routes/\(.route)", "changeRoute", "Rename a route, or open or hide it",
        details: "All of its versions; one that is uploaded later brings a name of its own.",
        tag: tag, access: .person(.manage), parameters: [.units],
        body: RouteChangeBody.self,
        answers: [.ok("Route", "As it stands now.")], problems: [.ledger(.routeRetired)],
        handle: change),
      Endpoint(
        .delete, "/v1/routes/\(.route)", "retireRoute", "Retire a route",
        details:
          "For good: no new quest begins on it, and no list shows it. Quests on it go on, and "
          + "their teams still see it. Once it is retired, nothing more is done.", tag: tag,
        access: .person(.manage), answers: [.nothing],
        problems: [.ledger(.routeRetired)], handle: retire),
      Endpoint(
        .get, "/v1/routes/\(.route)/versions", "listRouteVersions", "List a route's versions",
        details: "The first first.", tag: tag, access: .anyone, parameters: [.units, .fields],
        answers: [.page(of: "Route")], handle: versions),
    ] + RoutePlaces.endpoints

  // MARK: What they do

  private static func list(_ call: Call) async throws -> Reply {
    let viewer = call.caller.person.map(RouteViewer.person) ?? .stranger
    let caching: Reply.Caching = viewer == .stranger ? .briefly : .forbidden
    let store = call.backend.routes
    if let place = call[.near] {
      for other in [.box, .cursor] as [ParameterKey] where call.parameters[other] != nil {
        throw Problem.parameter(other, "cannot be together with near")
      }
      let within = call[.within] ?? Distance(micrometers: 50_000_000_000)
      let found = try await store.routes(
        near: place, withinMeters: within.meters, visibleTo: viewer, limit: call[.limit])
      let items = found.map {
        json($0.record, for: call.caller, offsetMeters: $0.offsetMeters)
      }
      return call.page(items, next: nil, caching: caching)
    }
    if call[.within] != nil {
      throw Problem.parameter(.within, "says how far from `near`, which is missing")
    }
    let after: RouteID? = try call.cursor("routes", .identifier)?.id(at: 0)
    // One more tells whether there is another page, as far as the store gives one.
    let asked = min(call[.limit] + 1, call.backend.ledgerLimits.page)
    let found =
      if let box = call[.box] {
        try await store.routes(in: box, visibleTo: viewer, after: after, limit: asked)
      } else {
        try await store.routes(visibleTo: viewer, after: after, limit: asked)
      }
    let page = found.prefix(call[.limit])
    let hasMore = found.count > page.count || asked == page.count
    return call.page(
      page.map { json($0, for: call.caller) },
      next: hasMore ? page.last.map { PageCursor("routes", [.id($0.version.route)]) } : nil,
      caching: caching)
  }

  private static func show(_ call: Call) async throws -> Reply {
    let record = try await call.route(version: call[.version])
    return .json(json(record, for: call.caller), caching: call.caching(of: record))
  }

  private static func change(_ call: Call, _ body: RouteChangeBody) async throws -> Reply {
    let record = try await call.managedRoute()
    try await call.backend.routes.changeRoute(
      record.version.route, RouteChange(name: body.name, isPublic: body.isPublic))
    return .json(json(try await call.route(), for: call.caller))
  }

  private static func retire(_ call: Call) async throws -> Reply {
    let record = try await call.ownRoute(call[.route])
    if record.retiredAt != nil { return .nothing }
    try await call.backend.routes.changeRoute(
      record.version.route, RouteChange(retiredAt: call.now))
    return .nothing
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

/// A route as a caller sees it.
struct ShownRoute: Sendable {
  let record: RouteRecord
  /// Not one where the caller sees the route through a quest alone that hides what is ahead: the
  /// quest itself shows those that are reached.
  let waypoints: ShownWaypoints
}

/// How somebody comes to see a route that is not open to everyone: by the quests of their teams.
private struct WayToRoute {
  let membership: Membership
  /// Whether one of these quests hides the waypoints ahead.
  let hidesAhead: Bool
}

extension Call {
  private func noRoute(_ id: RouteID) -> String {
    "there is no route \(id), or it is not for you to see"
  }

  /// The route that the path names: a version of it, else the latest.
  ///
  /// - Throws: `not-found` also where the caller may not see it.
  func route(version: Int? = nil) async throws -> RouteRecord {
    try await shownRoute(version: version).record
  }

  /// The route that the path names, with the waypoints that the caller may see.
  ///
  /// - Throws: `not-found` also where the caller may not see it.
  func shownRoute(version: Int? = nil) async throws -> ShownRoute {
    try await shownRoute(self[.route], version: version)
  }

  /// The route that the path names, where the caller may see all that is in it.
  ///
  /// - Throws: `not-found`, `forbidden`.
  func wholeRoute(version: Int? = nil) async throws -> RouteRecord {
    try await wholeRoute(self[.route], version: version)
  }

  /// A route, where the caller may see all that is in it.
  ///
  /// - Throws: `not-found`, `forbidden`.
  func wholeRoute(_ id: RouteID, version: Int? = nil) async throws -> RouteRecord {
    let shown = try await shownRoute(id, version: version)
    guard shown.waypoints.areAll else {
      throw Problem(
        .forbidden, "a quest on the route hides the waypoints ahead; the file would show them")
    }
    return shown.record
  }

  /// A route: a version of it, else the latest.
  ///
  /// - Throws: `not-found` also where the caller may not see it.
  private func shownRoute(_ id: RouteID, version: Int?) async throws -> ShownRoute {
    let versions = try await backend.routes.versions(of: id)
    guard let latest = versions.last else { throw Problem(.notFound, noRoute(id)) }
    // Who sees the route sees all of its versions.
    let way = try await require(.seeRoute(latest), on: id)
    // The owner knows what is in it.
    let hidesWaypoints = way?.hidesAhead == true && latest.owner != caller.person
    let record: RouteRecord?
    if let version {
      record = versions.first { $0.version.version == version }
    } else {
      record = latest
    }
    guard let record else {
      throw Problem(
        .notFound,
        "the route \(id) has no version \(version ?? 0); the latest is \(latest.version.version)")
    }
    return ShownRoute(record: record, waypoints: hidesWaypoints ? .none : .all)
  }

  /// The route that the path names, which the caller may change.
  ///
  /// - Throws: `not-found`, `forbidden`.
  func managedRoute() async throws -> RouteRecord { try await managedRoute(self[.route]) }

  /// A route that the caller may change, in its latest version.
  ///
  /// - Throws: `not-found`, `forbidden`, `route-retired`.
  func managedRoute(_ id: RouteID) async throws -> RouteRecord {
    let record = try await ownRoute(id)
    try record.checkInUse()
    return record
  }

  /// A route that is the caller's to change or to retire, retired or not, in its latest version.
  ///
  /// - Throws: `not-found`, `forbidden`.
  func ownRoute(_ id: RouteID) async throws -> RouteRecord {
    guard let latest = try await backend.routes.versions(of: id).last else {
      throw Problem(.notFound, noRoute(id))
    }
    try await require(.manageRoute(latest), on: id)
    return latest
  }

  /// Lets the call go on where the caller may do the deed to a route. The caller's teams are looked
  /// through only where they make a difference.
  ///
  /// - Returns: how the caller came to see it, nil where no team makes a difference.
  @discardableResult
  private func require(
    _ deed: Authority.Deed, on route: RouteID
  ) async throws -> WayToRoute? {
    let isHidden = Authority.decide(caller.person, deed, as: nil) == .hidden
    let way = isHidden ? try await wayTo(route) : nil
    try require(deed, as: way?.membership, missing: noRoute(route))
    return way
  }

  /// So many of a team's quests, the last ones, are looked at for what their members may see.
  private static let questsLookedAt = 20

  /// By which of the caller's teams, those with a quest on a route, the caller sees it.
  private func wayTo(_ route: RouteID) async throws -> WayToRoute? {
    guard let person = caller.person else { return nil }
    var way: WayToRoute?
    for membership in try await backend.ledger.memberships(of: person) where membership.isOpen {
      guard let facts = try await backend.ledger.team(membership.team) else { continue }
      for record in facts.quests.suffix(Self.questsLookedAt) {
        let plan = try await backend.ledger.plan(record.quest.plan)
        guard plan?.route.route == route else { continue }
        if record.quest.hidesAhead {
          return WayToRoute(membership: membership, hidesAhead: true)
        }
        way = way ?? WayToRoute(membership: membership, hidesAhead: false)
      }
    }
    return way
  }

  /// Whether a shared cache may keep what is shown of a route: only what a stranger asks for. A
  /// version never changes, yet its owner may hide it at any time.
  func caching(of route: RouteRecord) -> Reply.Caching {
    guard case .stranger = caller, route.isPublic else { return .forbidden }
    return .briefly
  }
}

extension ParameterKey {
  static let version = Parameter<Int?>(
    "version", .integer(1...1_000_000), "Which version; the latest where it is left out.")

  fileprivate static let near = Parameter<Coordinate?>(
    "near", .place, "Latitude and longitude of a place; not together with `bbox` or `cursor`.")
  fileprivate static let within = Parameter<Distance?>(
    "within", .distance(upTo: Distance(micrometers: 500_000_000_000), "500 km"),
    "How far from the place, up to 500 km; 50 km by default.")
  fileprivate static let box = Parameter<Bounds?>(
    "bbox", .box,
    "West, south, east, north in degrees; west is greater than east over 180 degrees.")
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

private struct RouteChangeBody: BodyContent {
  static let schemaName = "RouteChange"
  static let schemaNote = "What of a route is to change; what is left out stays."

  let name: String?
  let isPublic: Bool?

  init(_ fields: inout BodyFields) {
    name = fields.optional("name", .name)
    isPublic = fields.optional("public", .boolean, "Whether strangers may see it.")
  }
}
