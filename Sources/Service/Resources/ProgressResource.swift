import CivilTime
import Formats
import Geodesy
import HTTPTypes
import Quests
import Routes

/// Where a quest stands: figures, place, pace, milestones and contributors.
enum ProgressResource {
  private static let tag = "Progress"

  /// Milestones and contributors in a progress answer; there are listings of all.
  static let mostListed = 50
  /// Milestones to come that it names.
  static let mostAhead = 5

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "Progress", "Where a quest stands.",
      .object([
        .init("questId", .uuid), .init("teamId", .uuid), .init("questName", .text()),
        .init("teamName", .text()),
        .init("teamVersion", .count, "Rises with everything that happens to the team."),
        .init("at", .nullable(.instant), "The past moment that was asked for; null for now."),
        .init("state", QuestResource.states), .init("finished", .boolean),
        .init("walks", .count), .init("totalMeters", .meters, "Everything that was walked."),
        .init("remainingMeters", .meters, "What is left to walk."),
        .init("lengthMeters", .meters, "What is to be walked in all."),
        .init("percent", .number(0...100), "Cut off after six decimals."),
        .init("placeMeters", .meters, "The official distance from the start of the course."),
        .init("officialLengthMeters", .meters, "The length of the course."),
        .init("hidesAhead", .boolean, "Whether waypoints have no names until they are reached."),
        .init("position", .named(PositionJSON.schema.name)),
        .init("nextWaypoint", .nullable(.named("QuestWaypointAhead"))),
        .init("pace", .named("Pace")), .init("milestonesReached", .count),
        .init(
          "milestones", .array(.named("Milestone"), count: 0...(mostListed + mostAhead)),
          "The last that were reached and the next ones, in the order of the route."),
        .init(
          "contributors", .array(.named("Contributor"), count: 0...mostListed),
          "Those who have walked the farthest, private walks left out."),
      ])),
    NamedSchema(
      "QuestWaypointAhead", "The waypoint that comes next, and the way to walk to it.",
      nextWaypoint),
    NamedSchema("Pace", "How fast a team walks, and when it arrives.", pace),
    NamedSchema(
      "Milestone", "A waypoint or a share of a quest.",
      .object([
        .init(
          "key", .text(), "Such as `percent:25`, `waypoint:3`, or on a later lap `waypoint:3@2`."),
        .init("name", .nullable(.text()), "The waypoint's; null where it is hidden."),
        .init(
          "hidden", .boolean,
          "Whether it is a waypoint that the quest hides until the team reaches it."),
        .init("placeMeters", .meters, "The official distance from the start of the course."),
        .init("thresholdMeters", .meters, "The walked distance that reaches it."),
        .init("reached", .boolean),
        .init(
          "reachedAt", .nullable(.instant),
          "The start of the walk that reached it; null also at the very start, which no walk does."),
        .init("personId", .nullable(.uuid), "Null also where the walk is private."),
        .init("personName", .nullable(.text()), "Of whoever walked."),
      ])),
    NamedSchema(
      "Contributor", "What somebody has walked for a quest, private walks left out.",
      .object([
        .init("personId", .nullable(.uuid), "Null for strangers."),
        .init("personName", .nullable(.text())), .init("totalMeters", .meters),
        .init("walks", .count),
      ])),
  ]

  private static let nextWaypoint = Schema.object([
    .init("name", .nullable(.text()), "Null also where the quest hides it."),
    .init("distanceMeters", .meters, "Its official distance."),
    .init("remainingMeters", .meters, "What is left to walk to it."),
  ])
  private static let pace = Schema.object([
    .init("days", .integer(0...14), "How many days the mean is over, idle ones included."),
    .init("walkedMeters", .meters, "What was walked on them."),
    .init("perDayMeters", .meters, "The mean, cut off at a micrometre."),
    .init("arrival", .nullable(.date)), .init("deadline", .date),
    .init("onTrack", .nullable(.boolean), "Null where it is finished or not active."),
  ])

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/quests/\(.quest)/progress", "getProgress", "Show where a quest stands", tag: tag,
      access: .shared(namesPeople: false),
      parameters: [.at, .units, .fields], answers: [.ok("Progress")], handle: progress),
    Endpoint(
      .get, "/v1/quests/\(.quest)/milestones", "listMilestones",
      "List a quest's milestones in the order of the route", tag: tag,
      access: .shared(namesPeople: false),
      parameters: [.limit, .cursor, .units, .fields], answers: [.page(of: "Milestone")],
      handle: milestones),
  ]

  // MARK: What they do

  private static func progress(_ call: Call) async throws -> Reply {
    let past = try call.past()
    // One look at the store tells all that a kept answer depends on.
    var named: [PersonID] = []
    let (id, glance) = try await call.glance { quest in
      guard past == nil else { return [] }
      named = call.backend.progressCache.people(of: quest, units: call[.units])
      return named
    }
    return .rendered(
      try await report(of: id, glance, naming: named, past: past, in: call[.units], call),
      caching: call.caching(of: glance.team))
  }

  /// How a quest stands, made anew only where something has changed.
  ///
  /// - Parameters:
  ///   - named: whose names the glance tells.
  ///   - units: those of the lengths that come as texts too; nil for none.
  static func report(
    of id: QuestID, _ glance: QuestGlance, naming named: [PersonID] = [], past: Instant?,
    in units: LengthUnits?, _ call: Call
  ) async throws -> RenderedJSON {
    let key = ProgressCache.Key(
      quest: id, units: units, people: call.peopleShown(to: glance.membership))
    if past == nil, let kept = call.backend.progressCache[key],
      kept.isGood(version: glance.version, at: call.now)
    {
      let names =
        key.people == .nobody
        ? [:] : kept.people == named ? glance.names : try await call.names(of: kept.people)
      if names == kept.names { return kept.body }
    }
    guard
      let overview = try await call.backend.ledger.overview(
        of: id, now: call.now, past: past, limit: mostListed)
    else { throw Problem(.notFound, call.noQuest) }
    let quest = overview.standing.record.quest
    let zone = try call.backend.zone(quest.zone)
    let people =
      key.people == .nobody
      ? []
      : Set(overview.people.map(\.person) + overview.passages.compactMap(\.walk?.person)).sorted()
    let names = try await call.names(of: people)
    let route = try await call.backend.routeCache.measured(overview.standing.plan)
    let report = ProgressReport(
      overview: overview, team: glance.team.name, names: names, route: route, zone: zone,
      shown: key.people)
    let body = RenderedJSON(
      units.map { LengthTexts.added(to: report.json, in: $0) } ?? report.json)
    // The team's name is of the glance; with another version it may have changed meanwhile.
    if past == nil, glance.version == overview.standing.version {
      call.backend.progressCache.insert(
        ProgressCache.Entry(
          version: overview.standing.version, quest: quest, state: quest.state(at: call.now),
          day: zone.day(at: call.now), zone: zone, people: people, names: names, body: body),
        for: key)
    }
    return body
  }

  private static func milestones(_ call: Call) async throws -> Reply {
    let (id, glance) = try await call.glance()
    let first = try call.cursor("milestones", .integer)?.integer(at: 0) ?? 0
    guard first >= 0,
      let standing = try await call.backend.ledger.standing(of: id, now: call.now, past: nil)
    else { throw Problem(.notFound, call.noQuest) }
    let all = standing.plan.milestones
    let from = Int(min(first, Int64(all.count)))
    let end = min(from + call[.limit], all.count)
    let passages = try await call.backend.ledger.passages(of: id, from: from, limit: end - from)
    let waypoints = standing.shownWaypoints(
      on: try await call.backend.routeCache.measured(standing.plan))
    let shown = call.peopleShown(to: glance.membership)
    let names = try await call.names(
      of: shown == .nobody ? [] : passages.compactMap(\.walk?.person))
    let reached = standing.plan.reachedCount(total: standing.total)
    let items = (from..<end).map { index in
      ProgressReport.milestone(
        all[index], isReached: index < reached,
        passages.first { $0.index == index }, waypoints, names: names,
        shown: shown)
    }
    return call.page(
      items, next: end < all.count ? PageCursor("milestones", [.integer(Int64(end))]) : nil,
      caching: call.caching(of: glance.team))
  }
}
