import CivilTime
import Formats
import Geodesy
import JSON
import Quests
import Routes

/// Where a quest stands, as JSON.
struct ProgressReport {
  let overview: QuestOverview
  let team: String
  let names: [PersonID: String]
  /// The route with the quest's course.
  let route: MeasuredRoute
  let zone: Zone
  let shown: PeopleShown

  var json: JSONValue {
    let standing = overview.standing
    let (quest, plan) = (standing.record.quest, standing.plan)
    let progress = Progress(standing, zone: zone)
    let scale = plan.scale
    var members: [(String, JSONValue)] = [
      ("questId", .string(quest.id.description)), ("teamId", .string(quest.team.description)),
      ("questName", .string(quest.name)), ("teamName", .string(team)),
      ("teamVersion", .integer(Int(standing.version))),
      ("at", standing.isPast ? .string(standing.at.description) : .null),
      ("state", .string(progress.state.rawValue)), ("finished", .bool(progress.isFinished)),
      ("walks", .integer(Int(standing.walks))),
      ("totalMeters", .number(progress.total.meters)),
      ("remainingMeters", .number(progress.remaining.meters)),
      ("lengthMeters", .number(scale.questLength.meters)),
      ("percent", .number(Double(progress.percentMillionths) / 1e6)),
      ("placeMeters", .number(progress.place.meters)),
      ("officialLengthMeters", .number(scale.officialLength.meters)),
    ]
    let position = route.position(of: standing.total, plan: plan)
    let waypoints = standing.shownWaypoints(on: route)
    members += [
      ("hidesAhead", .bool(quest.hidesAhead)),
      ("position", PositionJSON.object(position, naming: waypoints)),
      ("nextWaypoint", next(position, progress, waypoints)),
      ("pace", pace(progress.pace)), ("milestonesReached", .integer(progress.milestonesReached)),
      ("milestones", .array(milestones(plan, reached: progress.milestonesReached, waypoints))),
      ("contributors", .array(shown == .nobody ? [] : overview.people.map(contributor))),
    ]
    return .object(members)
  }

  // MARK: Parts

  private func next(
    _ position: Position, _ progress: Progress, _ waypoints: ShownWaypoints
  ) -> JSONValue {
    guard let next = position.nextWaypoint else { return .null }
    let left = route.remaining(
      to: next, after: progress.total, plan: overview.standing.plan)
    return .object([
      ("name", .optional(waypoints.name(of: next))),
      ("distanceMeters", .number(next.distance.meters)),
      ("remainingMeters", .number(left.meters)),
    ])
  }

  private func pace(_ pace: Pace) -> JSONValue {
    let mean = Distance(micrometers: pace.days > 0 ? pace.walked.micrometers / pace.days : 0)
    return .object([
      ("days", .integer(Int(pace.days))), ("walkedMeters", .number(pace.walked.meters)),
      ("perDayMeters", .number(mean.meters)),
      ("arrival", .optional(pace.arrival?.description)),
      ("deadline", .string(pace.deadline.description)),
      ("onTrack", pace.isOnTrack.map(JSONValue.bool) ?? .null),
    ])
  }

  private func milestones(
    _ plan: QuestPlan, reached: Int, _ waypoints: ShownWaypoints
  ) -> [JSONValue] {
    let passages = Dictionary(
      overview.passages.map { ($0.index, $0) }, uniquingKeysWith: { first, _ in first })
    let listed =
      max(
        reached - ProgressResource.mostListed, 0)..<min(
        reached + ProgressResource.mostAhead, plan.milestones.count)
    return listed.map { index in
      Self.milestone(
        plan.milestones[index], isReached: index < reached, passages[index], waypoints,
        names: names, shown: shown)
    }
  }

  static func milestone(
    _ milestone: Milestone, isReached: Bool, _ passage: MilestonePassage?,
    _ waypoints: ShownWaypoints, names: [PersonID: String], shown: PeopleShown
  ) -> JSONValue {
    let passage = isReached ? passage : nil
    let person = passage?.walk?.person
    return .object([
      ("key", .string(milestone.key.description)),
      ("name", .optional(waypoints.name(of: milestone))),
      ("hidden", .bool(waypoints.hides(milestone))),
      ("placeMeters", .number(milestone.place.meters)),
      ("thresholdMeters", .number(milestone.threshold.meters)), ("reached", .bool(isReached)),
      ("reachedAt", .optional(passage?.at.description)),
      ("personId", shown == .ids ? .optional(person?.description) : .null),
      ("personName", .optional(person.flatMap { names[$0] })),
    ])
  }

  private func contributor(_ total: PersonTotal) -> JSONValue {
    .object([
      ("personId", shown == .ids ? .string(total.person.description) : .null),
      ("personName", .optional(names[total.person])),
      ("totalMeters", .number(total.distance.meters)),
      ("walks", .integer(Int(total.walks))),
    ])
  }
}
