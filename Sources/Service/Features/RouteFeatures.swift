import Geodesy
import JSON
import Quests
import Routes

/// Public routes as features: their lines.
enum RouteFeatures {
  private static let listing = "ogc routes"

  static let properties: [Schema.Property] = [
    .init("name", .nullable(.text())),
    .init("version", .integer(1...1_000_000), "The latest, which is the one shown."),
    .init("lengthMeters", .meters, "The official length of one pass."),
    .init("parts", .count), .init("vertices", .count, "Of the route, not of the line drawn."),
    .init("waypoints", .count), .init("createdAt", .instant),
    .init(
      "toleranceMeters", .meters,
      "How far the line drawn may be from the real one: 0, or more where the line has more than "
        + "100,000 vertices."),
  ]

  static func list(_ call: Call) async throws -> FoundFeatures {
    let (limits, box) = (call.backend.limits, call[.featureBox])
    var scan = FeatureScan(call[.featureLimit], limits)
    var last: RouteID? = try call.cursor(listing, .identifier)?.id(at: 0)
    let asked = scan.rows(call.backend.ledgerLimits)
    while true {
      let records = try await call.backend.publicRoutes(in: box, after: last, limit: asked)
      for record in records {
        guard !scan.isFull(for: min(record.vertices, limits.featureVertices)) else {
          scan.end(at: last.map { PageCursor(listing, [.id($0)]) })
          return scan.found
        }
        scan.look(at: FeaturesResource.stepsPerRoute + record.vertices)
        if let feature = try await feature(record, in: box, call) {
          scan.add(feature, vertices: record.vertices)
        }
        last = record.version.route
      }
      if records.count < asked { return scan.found }
    }
  }

  static func one(_ call: Call) async throws -> ShownFeature {
    let id = call[.routeFeature]
    guard let record = try await call.backend.publicRoute(id),
      let feature = try await feature(record, in: nil, call)
    else { throw Problem(.notFound, "there is no public route \(id)") }
    return feature
  }

  /// Nil where the line does not touch the box, or there is none.
  private static func feature(
    _ record: RouteRecord, in box: Bounds?, _ call: Call
  ) async throws -> ShownFeature? {
    let kept = try await call.backend.routeCache.kept(record.version)
    let source = try await call.mapSource(kept, tolerance: 0)
    let line = try await call.backend.offload {
      box.map { source.touches($0) } ?? true ? source.multiLine : nil
    }
    return line.map { line in
      ShownFeature(
        id: record.version.route.description,
        properties: [
          ("name", .optional(record.name)), ("version", .integer(record.version.version)),
          ("lengthMeters", .number(record.length.meters)), ("parts", .integer(record.parts)),
          ("vertices", .integer(record.vertices)), ("waypoints", .integer(record.waypoints)),
          ("createdAt", .string(record.createdAt.description)),
          ("toleranceMeters", .number(source.toleranceMeters)),
        ], geometry: line)
    }
  }
}

extension Backend {
  /// The latest versions of the routes that strangers may see, by id.
  func publicRoutes(
    in box: Bounds?, after last: RouteID?, limit: Int
  ) async throws -> [RouteRecord] {
    guard let box else {
      return try await routes.routes(visibleTo: .stranger, after: last, limit: limit)
    }
    return try await routes.routes(in: box, visibleTo: .stranger, after: last, limit: limit)
  }

  /// The latest version of a route; nil where strangers may not see it.
  func publicRoute(_ id: RouteID) async throws -> RouteRecord? {
    guard let latest = try await routes.versions(of: id).last,
      Authority.decide(nil, .seeRoute(latest), as: nil) == .allowed
    else { return nil }
    return latest
  }
}
