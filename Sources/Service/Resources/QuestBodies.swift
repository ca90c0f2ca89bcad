import CivilTime
import Geodesy
import Quests
import Routes

struct QuestDraftBody: BodyContent {
  static let schemaName = "QuestDraft"
  static let schemaNote = "What a quest is created with."
  static let hidesAheadNote =
    "Whether nobody is shown a waypoint before the team reaches it; false by default."

  let name: String
  let start: Instant
  let end: Instant
  let zone: String
  let hidesAhead: Bool
  let planning: PlanWishes

  init(_ fields: inout BodyFields) {
    name = fields.required("name", .name)
    let route: RouteID = fields.required("routeId", .id())
    start = fields.required("start", .instant, "Its first moment.")
    end = fields.required("end", .instant, "The first moment after it.")
    zone = fields.required("zone", .zone, "Of its days and weeks.")
    hidesAhead = fields.optional("hidesAhead", .boolean, Self.hidesAheadNote) ?? false
    planning = PlanWishes(route: route, &fields)
  }
}

struct QuestChangeBody: BodyContent {
  static let schemaName = "QuestChange"
  static let schemaNote =
    "What is to change; what is left out stays. With another route its course and length come too."

  let name: String?
  let start: Instant?
  let end: Instant?
  let zone: String?
  let hidesAhead: Bool?
  let planning: PlanWishes

  init(_ fields: inout BodyFields) {
    name = fields.optional("name", .name)
    let route: RouteID? = fields.optional("routeId", .id())
    start = fields.optional("start", .instant)
    end = fields.optional("end", .instant)
    zone = fields.unlessNull("zone", .zone)
    hidesAhead = fields.optional("hidesAhead", .boolean, QuestDraftBody.hidesAheadNote)
    planning = PlanWishes(route: route, &fields)
  }
}

/// What a request says about a quest's plan; nil where it says nothing.
struct PlanWishes: Sendable {
  let route: RouteID?
  let version: Int?
  let laps: Int?
  let thereAndBack: Bool?
  let lapJoin: JoinPolicy?
  /// How far the team walks; nil within for the course's own length.
  let length: Distance??
  let percentages: [Int]?

  init(route: RouteID?, _ fields: inout BodyFields) {
    self.route = route
    version = fields.optional(
      "version", .integer(1...1_000_000_000), "Of the route; the latest where it is left out.")
    laps = fields.optional("laps", .integer(1...10_000), "How often the route is run.")
    thereAndBack = fields.optional("thereAndBack", .boolean)
    lapJoin = fields.optional(
      "lapJoin", .words(JoinPolicy.choices),
      "What the way from the end of a lap to the start of the next means.")
    let text: Distance?? = fields.optional(
      "length", .nullable(.distance),
      "How far the team walks to travel all of it, such as `500 mi`; the course's own length where "
        + "it is null or was never given.")
    let meters = fields.optional("lengthMeters", .meters(0...9e12), "The same in metres.")
    percentages = fields.optional(
      "percentages", .list(of: .integer(1...100), count: 0...100),
      "The shares that are milestones: 25, 50, 75 and 100 by default.")
    length = meters.map { .some($0) } ?? text
    if text != nil, meters != nil {
      fields.refuse("lengthMeters", "is there beside length; give one of them")
    } else if let length, let length, length <= .zero {
      fields.refuse(text == nil ? "lengthMeters" : "length", "is no length above 0")
    }
  }

  var isEmpty: Bool {
    route == nil && version == nil && laps == nil && thereAndBack == nil && lapJoin == nil
      && length == nil && percentages == nil
  }
}
