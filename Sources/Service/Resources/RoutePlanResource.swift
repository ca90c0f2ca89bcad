import Formats
import Geodesy
import JSON
import Providers
import Routes

/// Routes through stops, and who knows places and ways.
enum RoutePlanResource {
  private static let most = ServiceLimits.planStops

  static let schemas: [NamedSchema] = [
    NamedSchema(StopBody.schemaName, StopBody.schemaNote, StopBody.schema),
    NamedSchema(
      "RoutePlan", "A route through stops, which is not stored, and how it came about.",
      .object([
        .init("route", .map(.anything), "The route as GeoJSON, as an upload takes it."),
        .init("report", .named("RoutePlanReport")),
      ])),
    NamedSchema(
      "RoutePlanReport", "How a route through stops came about.",
      .object([
        .init("lengthMeters", .meters),
        .init("stops", .array(.named("RoutePlanStop"), count: 2...most)),
        .init("gaps", .array(.named("RoutePlanGap"), count: 0...most)),
        .init(
          "attributions", .array(.text(), count: 0...10),
          "What has to stand wherever the route is shown."),
      ])),
    NamedSchema(
      "RoutePlanStop", "What became of a stop.",
      .object([
        .init("name", .nullable(.text()), "The waypoint's."), .init("coordinate", .coordinate),
        .init("query", .nullable(.text()), "The text that named it."),
        .init("place", .nullable(.named("FoundPlace")), "What was taken for the text."),
        .init(
          "others", .array(.named("FoundPlace"), count: 0...100), "What the text may mean too."),
        .init(
          "snappedMeters", .nullable(.number(0...2.1e7)),
          "How far the line passes it; null where no way leads to it."),
      ])),
    NamedSchema(
      "FoundPlace", "A place that is known by name.",
      .object([
        .init("name", .text()),
        .init("area", .nullable(.text()), "What tells it from others of its name."),
        .init("coordinate", .coordinate), .init("population", .nullable(.count)),
      ])),
    NamedSchema(
      "RoutePlanGap", "Two stops between which no way leads.",
      .object([
        .init("afterStop", .integer(1...Int64(most)), "From 1."),
        .init("meters", .number(0...2.1e7)),
        .init(
          "join", .nullable(.integer(1...Int64(most))),
          "The join that stands for it, from 1; null where the line goes straight."),
        .init("policy", .nullable(.words(JoinPolicy.allCases.map(\.rawValue)))),
      ])),
    NamedSchema(
      "MapSettings", "What a map needs to know.",
      .object([
        .init(
          "tileStyle", .nullable(.text()),
          "The address of a style by which tiles are drawn; null where there are none."),
        .init(
          "modes", .array(.words(TravelMode.allCases.map(\.rawValue)), count: 1...10),
          "How a plan can travel, the usual mode first."),
        .init(
          "attributions", .array(.text(), count: 0...10),
          "What has to stand wherever places and ways are shown."),
      ])),
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .post, "/v1/routes:plan", "planRoute", "Make a route through stops without storing it",
      details: "Stops are places by name or coordinates; each becomes a waypoint. Where a name may "
        + "mean several places, the report has the others. The line goes straight, or along ways "
        + "where the service knows them; where none leads, it has a join.",
      tag: RouteResource.tag, access: .person(.read),
      parameters: [.units, .joins, .join, .joinsBelow, .joinsAbove], body: RoutePlanBody.self,
      answers: [.ok("RoutePlan", "The route and how it came about.")],
      waitsInLine: true, handle: plan),
    Endpoint(
      .get, "/v1/maps", "getMapSettings", "What a map needs to know", tag: RouteResource.tag,
      access: .open, answers: [.ok("MapSettings")]
    ) { call in
      let maps = call.backend.maps
      var modes = maps.ways.modes
      if !modes.contains(.straight) { modes.append(.straight) }
      let attributions = Set([maps.places.attribution, maps.ways.attribution].compactMap(\.self))
      return .json(
        .object([
          ("tileStyle", .optional(maps.tileStyle)),
          ("modes", .array(modes.map { .string($0.rawValue) })),
          ("attributions", .array(attributions.sorted().map { .string($0) })),
        ]))
    },
  ]

  private static func plan(_ call: Call, _ body: RoutePlanBody) async throws -> Reply {
    var wishes = RoutePlanner.Wishes()
    wishes.name = body.name
    wishes.mode = body.mode
    wishes.options = try RouteReading.joins(call)
    if let snap = body.snap { wishes.mostSnapMeters = snap.meters }
    let planner = RoutePlanner(call.backend.maps)
    let cost = WorkCost(steps: 1_000 * body.stops.count, bytes: 64 << 20)
    do {
      let text = try await call.heavily(cost, in: call.backend.plans) { [wishes] in
        let plan = try await planner.plan(body.stops, wishes)
        let route = RouteWriter.write(plan.route.route, as: .geojson)
        return JSONValue.object([("route", .fragment(route)), ("report", plan.report)])
      }
      return .json(text)
    } catch let error as MapsError {
      throw call.backend.problem(error, requestID: call.requestID)
    }
  }
}

/// What a route is planned with.
struct RoutePlanBody: BodyContent {
  static let schemaName = "RoutePlanRequest"
  static let schemaNote = "The stops of a route, and how to travel between them."

  let stops: [PlanStop]
  let name: String?
  let mode: TravelMode?
  let snap: Distance?

  init(_ fields: inout BodyFields) {
    stops = fields.required(
      "stops", .list(of: .stop, count: 2...ServiceLimits.planStops), "In the order of the route.")
    name = fields.optional("name", .name, "What the route is called.")
    mode = fields.optional(
      "mode", .words(), "How to travel; the usual mode of the service's maps by default.")
    snap = fields.optional(
      "snap", .distance, "How far a stop may be from the way that passes it; 1 km by default.")
    if let snap, snap < .zero { fields.refuse("snap", "is negative") }
  }
}

/// A stop of a route that is planned.
private struct StopBody: BodyContent {
  static let schemaName = "RouteStop"
  static let schemaNote = "A place by its name or its coordinate."

  let stop: PlanStop

  init(_ fields: inout BodyFields) {
    let place: String? = fields.optional(
      "place", .text(1...200), "Such as `Springfield, Illinois`.")
    let coordinate = fields.optional("coordinate", .coordinate, "Longitude and latitude.")
    let name = fields.optional("name", .name, "Of the waypoint; the place's by default.")
    let story = fields.optional("story", .text(1...4_096), "To read on arrival.")
    let type = fields.optional("type", .text(1...100), "Such as `town`.")
    if (place == nil) == (coordinate == nil) {
      fields.refuse("place", "or coordinate is needed, and not both")
    }
    stop = PlanStop(
      coordinate.map { .at($0) } ?? .named(place ?? ""), name: name, story: story, type: type)
  }
}

extension BodyForm where Value == PlanStop {
  fileprivate static let stop = Self(
    schema: .named(StopBody.schemaName), example: PlanStop(.named(""))
  ) { node throws(BodyFault) in
    try StopBody.part(node).stop
  }
}

extension BodyForm where Value == Coordinate {
  fileprivate static let coordinate = Self(
    schema: .coordinate, example: Coordinate(uncheckedLatitude: 0, longitude: 0)
  ) { node throws(BodyFault) in
    guard let pair = node.array, pair.count == 2, let longitude = pair[0].double,
      let latitude = pair[1].double,
      let coordinate = try? Coordinate(latitude: latitude, longitude: longitude)
    else { throw BodyFault("is no place on Earth; the longitude comes first") }
    return coordinate
  }
}
