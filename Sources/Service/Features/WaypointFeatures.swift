import Geodesy
import JSON
import Quests
import Routes

/// The waypoints of public routes as features.
enum WaypointFeatures {
  private static let listing = "ogc waypoints"
  /// Says in a cursor that nothing is left of its route; else it says where to go on in it.
  private static let wholeRoute: Int64 = -1
  /// How far from the bounds of their route waypoints are looked for, in degrees of latitude: 110 km.
  private static let mostOffset = 1.0

  static let properties: [Schema.Property] = [
    .init("routeId", .uuid), .init("routeName", .nullable(.text())),
    .init("number", .integer(1...10_000_000), "Counts the waypoints of the route from 1."),
    .init("name", .nullable(.text())), .init("type", .nullable(.text())),
    .init("distanceMeters", .meters, "From the start of the route."),
  ]

  static func list(_ call: Call) async throws -> FoundFeatures {
    let box = call[.featureBox]
    let wide = box?.widened(by: mostOffset)
    var scan = FeatureScan(call[.featureLimit], call.backend.limits)
    let cursor = try call.cursor(listing, .identifier, .integer)
    var last: RouteID? = cursor?.id(at: 0)
    // The page before may have ended amid a route.
    if let route = last, let number = cursor?.integer(at: 1), number >= 0,
      let record = try await call.backend.publicRoute(route),
      try await add(record, after: Int(number), in: box, to: &scan, call)
    {
      return scan.found
    }
    let asked = scan.rows(call.backend.ledgerLimits)
    while true {
      let records = try await call.backend.publicRoutes(in: wide, after: last, limit: asked)
      for record in records {
        guard !scan.isFull() else {
          scan.end(at: last.map { PageCursor(listing, [.id($0), .integer(wholeRoute)]) })
          return scan.found
        }
        if try await add(record, after: 0, in: box, to: &scan, call) { return scan.found }
        last = record.version.route
      }
      if records.count < asked { return scan.found }
    }
  }

  /// Adds the waypoints of a route after a number.
  ///
  /// - Returns: whether the page ends amid them.
  private static func add(
    _ record: RouteRecord, after number: Int, in box: Bounds?, to scan: inout FeatureScan,
    _ call: Call
  ) async throws -> Bool {
    scan.look(at: FeaturesResource.stepsPerRoute)
    if record.waypoints == 0 { return false }
    scan.look(at: record.vertices + record.waypoints)
    let route = try await call.backend.routeCache.measured(record.version)
    for placed in route.waypoints.dropFirst(number)
    where box?.contains(placed.waypoint.coordinate) ?? true {
      // The one that has no room begins the next page.
      guard !scan.isFull() || scan.found.features.isEmpty else {
        scan.end(
          at: PageCursor(listing, [.id(record.version.route), .integer(Int64(placed.index))]))
        return true
      }
      scan.add(feature(placed, record))
    }
    return false
  }

  static func one(_ call: Call) async throws -> ShownFeature {
    let id = call[.waypointFeature]
    guard let record = try await call.backend.publicRoute(id.route) else {
      throw Problem(.notFound, "there is no public route \(id.route)")
    }
    let route = try await call.backend.routeCache.measured(record.version)
    guard route.waypoints.indices.contains(id.number - 1) else {
      throw Problem(
        .notFound,
        "the route \(id.route) has no waypoint \(id.number); it has \(route.waypoints.count)")
    }
    return feature(route.waypoints[id.number - 1], record)
  }

  private static func feature(_ placed: PlacedWaypoint, _ record: RouteRecord) -> ShownFeature {
    let (waypoint, number) = (placed.waypoint, placed.index + 1)
    let route = record.version.route
    return ShownFeature(
      id: WaypointFeatureID(route: route, number: number).description,
      properties: [
        ("routeId", .string(route.description)), ("routeName", .optional(record.name)),
        ("number", .integer(number)), ("name", .optional(waypoint.name)),
        ("type", .optional(waypoint.type)), ("distanceMeters", .number(placed.distance.meters)),
      ], geometry: .point(waypoint.coordinate))
  }
}
