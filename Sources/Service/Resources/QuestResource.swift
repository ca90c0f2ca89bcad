import CivilTime
import Formats
import Geodesy
import HTTPTypes
import JSON
import Quests
import Routes

/// Quests: what they set out to do, and their state, which follows by itself.
enum QuestResource {
  private static let tag = "Quests"

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "Quest", "A team's journey on a version of a route.",
      .object([
        .init("id", .uuid), .init("teamId", .uuid),
        .init("number", .count, "Counts the team's quests from 1."),
        .init("name", .text()), .init("state", states), .init("routeId", .uuid),
        .init("version", .count, "Of the route."), .init("start", .instant),
        .init("end", .instant, "Where it was cancelled, the moment of that."),
        .init("zone", .text()), .init("laps", .count), .init("thereAndBack", .boolean),
        .init("lapJoin", .nullable(.words(JoinPolicy.allCases.map(\.rawValue)))),
        .init("lengthMeters", .meters, "What the team walks to travel all of it."),
        .init("officialLengthMeters", .meters, "The length of its course."),
        .init(
          "hidesAhead", .boolean,
          "Whether nobody is shown a waypoint before the team reaches it."),
        .init("percentages", .array(.integer(1...100), count: 0...100)),
        .init("closedAt", .nullable(.instant)), .init("createdAt", .instant),
        .init("revision", .count, "Raised by changes of the quest, not by walks."),
      ]))
  ]

  static let states = Schema.words(QuestState.allCases.map(\.rawValue))
  private static let refusals: [Problem.Code] = [
    .limit, .conflict, .questOpen, .windowOverlap, .questClosed, .unknownOutcome,
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .post, "/v1/teams/\(.team)/quests", "createQuest", "Create a quest",
      details: "A team has one open quest at a time. Starting the next ends the window of the one "
        + "before. What was walked in the window already counts at once.", tag: tag,
      access: .person(.manage), parameters: [.units, .idempotencyKey], body: QuestDraftBody.self,
      answers: [.created("Quest")], problems: refusals, handle: create),
    Endpoint(
      .get, "/v1/teams/\(.team)/quests", "listQuests", "List a team's quests, the latest first",
      tag: tag, access: .anyone, parameters: [.limit, .cursor, .units, .fields],
      answers: [.page(of: "Quest")], handle: list),
    Endpoint(
      .get, "/v1/quests/\(.quest)", "getQuest", "Show a quest", tag: tag, access: .anyone,
      parameters: [.units, .fields], answers: [.ok("Quest")], handle: show),
    Endpoint(
      .patch, "/v1/quests/\(.quest)", "changeQuest", "Change a quest",
      details:
        "All of it until the team has a later quest or it is cancelled, then `name` and "
        + "`hidesAhead`. "
        + "What counts is derived again.", tag: tag, access: .person(.manage),
      parameters: [.units, .ifMatch], body: QuestChangeBody.self,
      answers: [.ok("Quest", "As it stands now.")], problems: refusals, handle: change),
    Endpoint(
      .post, "/v1/quests/\(.quest)/cancel", "cancelQuest", "Cancel a quest",
      details: "It stays, with all that was walked; walks from now on do not count. A second time "
        + "does nothing.", tag: tag, access: .person(.manage),
      parameters: [.units], answers: [.ok("Quest", "As it stands now.")], problems: refusals,
      handle: cancel),
  ]

  // MARK: What they do

  private static func create(_ call: Call, _ body: QuestDraftBody) async throws -> Reply {
    let (facts, membership) = try await call.team()
    try call.require(.manage(facts.team), as: membership, missing: call.noTeam)
    let plan = try await QuestPlanning(call, body.planning).plan(instead: nil)
    return try await call.creating { (id: QuestID) in
      // Asked for again under one key, the latest version may be another; the quest is still the
      // same.
      if let known = try await call.backend.ledger.quest(id), known.quest.team == facts.team.id {
        return .created(try await json(known.quest, call), at: "/v1/quests/\(id)")
      }
      let draft = QuestDraft(
        id: id, team: facts.team.id, name: body.name, start: body.start, end: body.end,
        zone: body.zone, plan: plan, hidesAhead: body.hidesAhead)
      guard case .quest(let record) = try await call.perform(.createQuest(draft)) else {
        throw Problem.unexpectedAnswer
      }
      return .created(json(record.quest, plan, at: call.now), at: "/v1/quests/\(id)")
    }
  }

  private static func list(_ call: Call) async throws -> Reply {
    let (facts, _) = try await call.team()
    let before = try call.cursor("quests", .integer)?.integer(at: 0) ?? .max
    let quests = facts.quests.map(\.quest).filter { $0.number < before }.reversed()
    var items: [JSONValue] = []
    for quest in quests.prefix(call[.limit]) { items.append(try await json(quest, call)) }
    let last = quests.prefix(call[.limit]).last
    return call.page(
      items,
      next: quests.count > call[.limit]
        ? last.map { PageCursor("quests", [.integer(Int64($0.number))]) } : nil,
      caching: call.caching(of: facts.team))
  }

  private static func show(_ call: Call) async throws -> Reply {
    let (id, glance) = try await call.glance()
    guard let record = try await call.backend.ledger.quest(id) else {
      throw Problem(.notFound, call.noQuest)
    }
    return .json(try await json(record.quest, call), caching: call.caching(of: glance.team))
  }

  private static func change(_ call: Call, _ body: QuestChangeBody) async throws -> Reply {
    let (id, glance) = try await call.glance()
    try call.require(.manage(glance.team), as: glance.membership, missing: call.noQuest)
    guard let record = try await call.backend.ledger.quest(id) else {
      throw Problem(.notFound, call.noQuest)
    }
    let plan = try await self.plan(of: record.quest, call)
    let expected = try call.expectedRevision(record.quest.revision) {
      json(record.quest, plan, at: call.now)
    }
    let new =
      body.planning.isEmpty
      ? nil : try await QuestPlanning(call, body.planning).plan(instead: plan)
    let change = QuestChange(
      name: body.name, start: body.start, end: body.end, zone: body.zone, plan: new,
      hidesAhead: body.hidesAhead)
    let answer = try await call.perform(.changeQuest(id, change, expectedRevision: expected))
    guard case .quest(let changed) = answer else { throw Problem.unexpectedAnswer }
    return .json(try await json(changed.quest, call))
  }

  private static func cancel(_ call: Call) async throws -> Reply {
    let (id, glance) = try await call.glance()
    try call.require(.manage(glance.team), as: glance.membership, missing: call.noQuest)
    guard case .quest(let record) = try await call.perform(.cancelQuest(id)) else {
      throw Problem.unexpectedAnswer
    }
    return .json(try await json(record.quest, call))
  }

  // MARK: Parts

  private static func plan(of quest: Quest, _ call: Call) async throws -> QuestPlan {
    guard let plan = try await call.backend.ledger.plan(quest.plan) else {
      throw LedgerError(.corrupt, "the store lacks the plan of the quest \(quest.id)")
    }
    return plan
  }

  private static func json(_ quest: Quest, _ call: Call) async throws -> JSONValue {
    json(quest, try await plan(of: quest, call), at: call.now)
  }

  static func json(_ quest: Quest, _ plan: QuestPlan, at now: Instant) -> JSONValue {
    .object([
      ("id", .string(quest.id.description)), ("teamId", .string(quest.team.description)),
      ("number", .integer(quest.number)), ("name", .string(quest.name)),
      ("state", .string(quest.state(at: now).rawValue)),
      ("routeId", .string(plan.route.route.description)),
      ("version", .integer(plan.route.version)),
      ("start", .string(quest.start.description)), ("end", .string(quest.end.description)),
      ("zone", .string(quest.zone)), ("laps", .integer(plan.course.laps)),
      ("thereAndBack", .bool(plan.course.thereAndBack)),
      ("lapJoin", .optional(plan.course.lapJoin?.rawValue)),
      ("lengthMeters", .number(plan.scale.questLength.meters)),
      ("officialLengthMeters", .number(plan.scale.officialLength.meters)),
      ("hidesAhead", .bool(quest.hidesAhead)),
      ("percentages", .array(plan.percentages.map(JSONValue.integer))),
      ("closedAt", .optional(quest.closedAt?.description)),
      ("createdAt", .string(quest.createdAt.description)),
      ("revision", .integer(Int(quest.revision))),
    ])
  }
}

extension QuestPlan {
  /// The shares that are milestones, ascending.
  var percentages: [Int] {
    milestones.compactMap { if case .percent(let percent) = $0.key { percent } else { nil } }
      .sorted()
  }
}
