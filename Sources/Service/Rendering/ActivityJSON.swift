import Formats
import Geodesy
import JSON
import Quests
import Routes

/// Walks, and what they did, as the API tells them.
enum ActivityJSON {
  static func activity(_ activity: Activity) -> JSONValue {
    .object(
      [("id", .string(activity.key.id.description))] + members(activity.content) + [
        ("zone", .string(activity.zone)), ("day", .string(activity.day.description)),
        ("loggedAt", .string(activity.loggedAt.description)),
        ("changedAt", .string(activity.changedAt.description)),
        ("revision", .integer(Int(activity.revision))),
      ])
  }

  static func version(_ version: ActivityVersion) -> JSONValue {
    .object(
      [("revision", .integer(Int(version.revision)))] + members(version.content) + [
        ("zone", .optional(version.content.zone)),
        ("replacedAt", .string(version.replacedAt.description)),
        ("replacedById", .optional(version.replacedBy?.description)),
      ])
  }

  private static func members(_ content: ActivityContent) -> [(String, JSONValue)] {
    [
      ("startedAt", .string(content.start.description)),
      ("distanceMeters", .number(content.distance.meters)),
      ("durationSeconds", .optional(content.durationSeconds.map(Int.init))),
      ("source", .optional(content.source)), ("note", .optional(content.note)),
      ("private", .bool(content.isPrivate)),
    ]
  }

  /// What a walk did to each team's quest, with the place that the new total leads to. The same
  /// answer of the ledger gives the same text.
  ///
  /// - Throws: where a route cannot be read; then the same request again tells it.
  static func result(_ answer: ActivityAnswer, _ routes: RouteCache) async throws -> JSONValue {
    var teams: [JSONValue] = []
    teams.reserveCapacity(answer.deltas.count)
    for delta in answer.deltas {
      if answer.gone.contains(delta.team) {
        teams.append(
          .object([("teamId", .string(delta.team.description)), ("gone", .bool(true))]))
        continue
      }
      let route = try await route(delta, routes)
      let shown = ShownWaypoints(
        route, reached: delta.place, hidesAhead: delta.hidesAhead)
      teams.append(
        .object([
          ("teamId", .string(delta.team.description)), ("gone", .bool(false)),
          ("questId", .string(delta.quest.description)),
          ("totalBeforeMeters", .number(delta.totalBefore.meters)),
          ("totalMeters", .number(delta.totalAfter.meters)),
          ("versionBefore", .integer(Int(delta.versionBefore))),
          ("version", .integer(Int(delta.versionAfter))),
          ("position", PositionJSON.object(position(delta, on: route), naming: shown)),
          ("reached", .array(delta.reached.map { milestone($0, shown) })),
          ("retracted", .array(delta.retracted.map { milestone($0, shown) })),
        ]))
    }
    return .object([
      ("id", .string(answer.key.id.description)), ("revision", .integer(Int(answer.revision))),
      ("teams", .array(teams)), ("uncounted", .array(answer.uncounted.map(uncounted))),
    ])
  }

  private static func uncounted(_ uncounted: Uncounted) -> JSONValue {
    let moment = uncounted.moment?.description ?? ""
    let text =
      switch uncounted.reason {
      case .noTeam: "the walker is in no team"
      case .beforeJoining: "the walk started before the walker joined the team at \(moment)"
      case .noOpenQuest: "the team had no open quest"
      case .beforeQuest: "the walk started before the team's quest, which begins at \(moment)"
      case .afterQuest: "the walk started when the team's quest was over: it ended at \(moment)"
      }
    return .object([
      ("teamId", .optional(uncounted.team?.description)),
      ("code", .string(uncounted.reason.rawValue)), ("text", .string(text)),
    ])
  }

  private static func route(
    _ delta: QuestDelta, _ routes: RouteCache
  ) async throws -> MeasuredRoute {
    do { return try await routes.measured(delta.route, course: delta.course) } catch {
      guard let error = error as? LedgerError, error.code == .notFound else { throw error }
      // The walk itself is there.
      throw LedgerError(.corrupt, "the quest \(delta.quest) runs on a route that is not stored")
    }
  }

  private static func position(_ delta: QuestDelta, on route: MeasuredRoute) -> Position {
    // A place is at most the course's length, so its end is the most that this comes to.
    let place = delta.place.micrometers
    return route.position(
      at: Distance(micrometers: min(route.start.micrometers, .max - place) + place))
  }

  private static func milestone(
    _ milestone: Milestone, _ shown: ShownWaypoints
  ) -> JSONValue {
    .object([
      ("key", .string(milestone.key.description)), ("name", .optional(shown.name(of: milestone))),
      ("placeMeters", .number(milestone.place.meters)),
      ("thresholdMeters", .number(milestone.threshold.meters)),
    ])
  }
}
