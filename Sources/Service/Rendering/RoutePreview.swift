import Formats
import Geodesy
import JSON
import Routes

/// What a map, a profile and lists show of a route that need not be stored: one pass, its line simplified
/// and with the official distance of each vertex.
struct RoutePreview: Sendable {
  private let route: MeasuredRoute
  private let source: RouteMapSource
  private let profile: ElevationProfile

  /// The line has no more vertices than a browser draws at once.
  private static let mostVertices = 20_000
  /// The line is simplified by such a share of its length, half a metre at least.
  private static let share = 50_000.0
  private static let profilePoints = 400

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "RoutePreview", "What a map, a profile and lists show of one pass of a route.",
      .object([
        .init("name", .nullable(.text())),
        .init("startMeters", .meters, "The official distance at its start."),
        .init("lengthMeters", .meters, "Official."),
        .init("measuredMeters", .meters, "Without an official length."),
        .init("parts", .count), .init("vertices", .count),
        .init("laps", .count), .init("thereAndBack", .boolean),
        .init("bounds", .array(.number(-180...180), count: 4...4), "West, south, east, north."),
        .init(
          "line", .array(.named("PreviewStroke"), count: 0...100_000),
          "Simplified, and cut at 180 degrees."),
        .init("joins", .array(.named("PreviewJoin"), count: 0...5_000_000)),
        .init("waypoints", .array(.named("PreviewWaypoint"), count: 0...10_000)),
        .init("profile", .named("RouteProfile")),
      ])),
    NamedSchema(
      "PreviewStroke", "A stretch of a line.",
      .object([
        .init("kind", .words(["route", "crossing"])),
        .init("coordinates", .array(.coordinate, count: 0...1_000_000)),
        .init(
          "distancesMeters", .array(.meters, count: 0...1_000_000), "Of each of its coordinates."),
      ])),
    NamedSchema(
      "PreviewJoin", "A gap between two parts.",
      .object([
        .init("number", .count, "From 1."),
        .init("policy", .words(JoinPolicy.allCases.map(\.rawValue))),
        .init("gapMeters", .meters), .init("from", .coordinate), .init("to", .coordinate),
      ])),
    NamedSchema(
      "PreviewWaypoint", "A waypoint at its place.",
      .object([
        .init("name", .nullable(.text())), .init("story", .nullable(.text())),
        .init("type", .nullable(.text())), .init("distanceMeters", .meters),
        .init("officialMeters", .nullable(.meters), "What the route states, which calibrates it."),
        .init("offsetMeters", .meters, "How far it is from the line."),
        .init("coordinate", .coordinate),
      ])),
  ]

  init(_ route: MeasuredRoute) {
    self.route = route
    source = RouteMapSource(
      route, toleranceMeters: max(route.geometricMeters / Self.share, 0.5),
      mostVertices: Self.mostVertices)
    profile = ElevationProfile(route, pointCount: Self.profilePoints)
  }

  var json: JSONValue {
    let box = source.bounds
    return .object([
      ("name", .optional(route.route.name)), ("startMeters", .number(route.start.meters)),
      ("lengthMeters", .number(route.passLength.meters)),
      ("measuredMeters", .number(route.geometricMeters)),
      ("parts", .integer(route.route.partCount)),
      ("vertices", .integer(route.route.vertices.count)),
      ("laps", .integer(route.route.course.laps)),
      ("thereAndBack", .bool(route.route.course.thereAndBack)),
      ("bounds", .array([box.west, box.south, box.east, box.north].map(JSONValue.number))),
      ("line", .array(source.runs.map(stroke))),
      ("joins", .array(route.joins.enumerated().map { join($0 + 1, $1) })),
      ("waypoints", .array(route.waypoints.map(waypoint))),
      ("profile", profile.json),
    ])
  }

  private func stroke(_ run: RouteMapSource.Run) -> JSONValue {
    var coordinates: [UInt8] = []
    source.append(MapStroke(run), to: &coordinates)
    let start = route.start.micrometers
    let distances = source.distances[run.vertices].map {
      JSONValue.number(Distance(micrometers: start + $0).meters)
    }
    return .object([
      ("kind", .string(run.isCrossing ? "crossing" : "route")),
      ("coordinates", .fragment(coordinates)), ("distancesMeters", .array(distances)),
    ])
  }

  private func join(_ number: Int, _ join: Join) -> JSONValue {
    .object([
      ("number", .integer(number)), ("policy", .string(join.policy.rawValue)),
      ("gapMeters", .number(join.lengthMeters)), ("from", .position(join.from)),
      ("to", .position(join.to)),
    ])
  }

  private func waypoint(_ placed: PlacedWaypoint) -> JSONValue {
    let waypoint = placed.waypoint
    return .object([
      ("name", .optional(waypoint.name)), ("story", .optional(waypoint.story)),
      ("type", .optional(waypoint.type)), ("distanceMeters", .number(placed.distance.meters)),
      ("officialMeters", .optional(waypoint.officialDistance?.meters)),
      ("offsetMeters", .number(placed.offsetMeters)),
      ("coordinate", .position(waypoint.coordinate)),
    ])
  }
}
