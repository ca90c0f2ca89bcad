import Formats
import Geodesy
import HTTPTypes
import JSON
import Quests
import Routes

/// Maps: a quest on its route, and the markers of many.
enum MapResource {
  private static let tag = "Maps"

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "QuestMap",
      "GeoJSON (RFC 7946) of the lap that the team is on: `travelled`, `remaining` and `crossing` "
        + "lines, the `marker` and the `waypoint`s, told apart by the property `kind`. A quest that "
        + "hides what is ahead shows the waypoints that it has reached.",
      .object([
        .init("type", .words(["FeatureCollection"])),
        .init("bbox", .array(.number(-180...180), count: 4...4)),
        .init(
          "features",
          .array(.named("QuestMapFeature"), count: 0...20_000)),
      ])),
    NamedSchema(
      "QuestMapFeature", "A line or a place of a quest's map.",
      .object([
        .init("type", .words(["Feature"])),
        .init("properties", .named("QuestMapProperties")),
        .init(
          "geometry", .nullable(CommonSchemas.geometry),
          "Null where nothing is travelled yet, or nothing remains."),
      ])),
    NamedSchema(
      "QuestMapProperties", "What a line or a place of a quest's map is.",
      .object(
        [
          .init("kind", .words(["travelled", "remaining", "crossing", "marker", "waypoint"])),
          .optional("fromMeters", .meters, "Of a line, on the course."),
          .optional("toMeters", .meters, "Of a line, on the course."),
          .optional("state", .words(["travelled", "remaining"]), "Of a crossing."),
          .optional("name", .nullable(.text()), "Of a waypoint."),
          .optional("type", .nullable(.text()), "Of a waypoint."),
          .optional("distanceMeters", .meters, "Of a waypoint or the marker, on the course."),
          .optional("reached", .boolean, "Of a waypoint."),
          .optional("story", .text(), "Of a waypoint that is reached."),
          .optional("teamId", .uuid, "Of the marker, as all that follow."),
          .optional("teamName", .text()), .optional("questName", .text()),
          .optional("totalMeters", .meters, "Everything that was walked."),
          .optional("questFinished", .boolean), .optional("teamVersion", .count),
        ] + PositionJSON.others.map { .optional($0.name, $0.schema, $0.note) })),
    NamedSchema(
      "Marker", "Where the team of a quest stands.",
      .object([
        .init("questId", .uuid), .init("questName", .text()), .init("teamId", .uuid),
        .init("teamName", .text()),
        .init("coordinate", .coordinate, "Longitude and latitude."),
        .init("teamVersion", .count, "The team's version that the place belongs to."),
      ])),
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/quests/\(.quest)/map", "getQuestMap", "Draw a quest's map", tag: tag,
      access: .shared(namesPeople: false),
      parameters: [.mapTolerance, .at, .units],
      answers: [
        Endpoint.Answer(200, "The map.", mediaType: "application/geo+json", .named("QuestMap"))
      ], handle: map),
    Endpoint(
      .get, "/v1/quests", "listMarkers", "List the markers in a map view",
      details: "Those of public teams.", tag: tag, access: .anyone,
      parameters: [.mapView, .limit, .cursor, .fields], answers: [.page(of: "Marker")],
      handle: markers),
  ]

  // MARK: What they do

  private static func map(_ call: Call) async throws -> Reply {
    let (id, glance) = try await call.glance()
    let past = try call.past()
    guard
      let standing = try await call.backend.ledger.standing(of: id, now: call.now, past: past)
    else { throw Problem(.notFound, call.noQuest) }
    let plan = standing.plan
    let kept = try await call.backend.routeCache.kept(plan.route, course: plan.course)
    let source = try await call.mapSource(kept, tolerance: call[.mapTolerance])
    let (place, finished) = (
      standing.plan.scale.place(of: standing.total),
      standing.plan.isFinished(total: standing.total)
    )
    let marker: [(String, JSONValue)] = [
      ("teamId", .string(glance.team.id.description)), ("teamName", .string(glance.team.name)),
      ("questName", .string(standing.record.quest.name)),
      ("totalMeters", .number(standing.total.meters)),
      ("questFinished", .bool(finished)), ("teamVersion", .integer(Int(standing.version))),
    ]
    let shown = standing.shownWaypoints(on: kept.measured)
    let value = try await call.backend.offload {
      source.questMap(at: place, showing: shown, markerProperties: marker)
    }
    return .map(value, caching: call.caching(of: glance.team))
  }

  private static func markers(_ call: Call) async throws -> Reply {
    let after: QuestID? = try call.cursor("markers", .identifier)?.id(at: 0)
    let found = try await call.backend.ledger.markers(
      in: call[.mapView], publicOnly: true, after: after, limit: call[.limit])
    let names = try await call.backend.ledger.questNames(found.map(\.quest))
    let items = found.compactMap { marker -> JSONValue? in
      // A quest that has gone meanwhile has no marker.
      guard let name = names[marker.quest] else { return nil }
      return .object([
        ("questId", .string(marker.quest.description)), ("questName", .string(name.quest)),
        ("teamId", .string(marker.team.description)), ("teamName", .string(name.team)),
        ("coordinate", .array([.number(marker.longitude), .number(marker.latitude)])),
        ("teamVersion", .integer(Int(marker.version))),
      ])
    }
    let last = found.count == call[.limit] ? found.last : nil
    var caching = Reply.Caching.forbidden
    if case .stranger = call.caller { caching = .briefly }
    return call.page(
      items, next: last.map { PageCursor("markers", [.id($0.quest)]) }, caching: caching)
  }
}

extension ParameterKey {
  fileprivate static let mapTolerance = Parameter<Double>(
    "tolerance", .number(0...100_000), standard: 0,
    "How far from the line, in metres, what is drawn may lie; fewer vertices are drawn for it.")
  fileprivate static let mapView = Parameter<Bounds>(
    required: "bbox", .box,
    "West, south, east and north in degrees; west is greater than east over 180 degrees.")
}
