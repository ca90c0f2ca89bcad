import Formats
import Geodesy
import JSON
import Quests
import Routes

/// The events of a stream as JSON, with a schema for each kind.
enum LiveEventJSON {
  /// What an event tells beside what all tell.
  private enum Shape { case activity, progress, milestone, quest, team, member }

  private static func shape(_ kind: TeamEvent.Kind) -> Shape {
    switch kind {
    case .activityLogged, .activityChanged, .activityRemoved: .activity
    case .progressUpdated: .progress
    case .milestoneReached, .milestoneRetracted: .milestone
    case .questCreated, .questStarted, .questChanged, .questReopened, .questCompleted,
      .questExpired, .questCancelled:
      .quest
    case .teamChanged, .teamDissolved: .team
    case .memberJoined, .memberLeft, .memberRoleChanged: .member
    }
  }

  private static func note(_ kind: TeamEvent.Kind) -> String {
    switch kind {
    case .activityLogged: "Somebody has logged a walk."
    case .activityChanged: "Somebody has changed a walk, and it still counts or counts now."
    case .activityRemoved:
      "A walk counts no more: it was deleted, or changed so that it lies outside of the quest."
    case .progressUpdated:
      "The total has changed: by a private walk, of which nothing more is shown, or because walks "
        + "count that did not before, or the other way round."
    case .milestoneReached: "The total has passed a milestone."
    case .milestoneRetracted: "A change has taken the total back before a milestone."
    case .questCreated: "The team has a new quest."
    case .questStarted: "The quest's time has begun."
    case .questChanged: "The quest's name, time or route has changed."
    case .questReopened: "A change has taken back the completion, and the quest goes on."
    case .questCompleted: "The team has arrived."
    case .questExpired: "The quest's time is over."
    case .questCancelled: "The quest was cancelled."
    case .teamChanged: "The team's name has changed, or who may see it."
    case .teamDissolved: "The team was dissolved: the last event of its stream."
    case .memberJoined: "Somebody has joined the team."
    case .memberLeft: "Somebody has left the team."
    case .memberRoleChanged: "A member became an admin, or an admin a member."
    }
  }

  // MARK: Schemas

  /// Such as `ActivityLoggedEvent`.
  static func schemaName(_ kind: TeamEvent.Kind) -> String {
    kind.rawValue.split(separator: ".").map { $0.prefix(1).uppercased() + $0.dropFirst() }
      .joined() + "Event"
  }

  static let schemas: [NamedSchema] =
    TeamEvent.Kind.allCases.map { NamedSchema(schemaName($0), note($0), schema($0)) } + [
      NamedSchema(
        "LiveEvent", "Something that happened to a team.",
        .either(TeamEvent.Kind.allCases.map { .named(schemaName($0)) })),
      NamedSchema(
        "LiveProgress", "Where a quest stands after an event.",
        .object([
          .init("totalMeters", .meters, "Everything that was walked."),
          .init("remainingMeters", .meters, "What is left to walk."),
          .init("percent", .number(0...100), "Cut off after six decimals."),
          .init("finished", .boolean),
          .init("placeMeters", .meters, "The official distance from the start of the course."),
          .init("position", .named(PositionJSON.schema.name)),
        ])),
      NamedSchema(
        "LiveMilestone", "A waypoint or a share of a quest.",
        .object([
          .init("key", .text(), "Such as `percent:25` or `waypoint:3`."),
          .init("name", .nullable(.text()), "The waypoint's; null where the quest hides it."),
          .init("placeMeters", .meters, "The official distance from the start of the course."),
          .init("thresholdMeters", .meters, "The walked distance that reaches it."),
        ])),
    ]

  private static func schema(_ kind: TeamEvent.Kind) -> Schema {
    var properties: [Schema.Property] = [
      .init("kind", .words([kind.rawValue])),
      .init("version", .count, "The team's version: rises by one with each of its events."),
      .init("at", .instant), .init("teamId", .uuid),
    ]
    let progress = Schema.Property(
      "progress", .nullable(.named("LiveProgress")),
      "Null where the quest's route cannot be read.")
    let person: [Schema.Property] = [
      .init("personId", .nullable(.uuid), "Null for strangers, and for somebody who is erased."),
      .init("personName", .nullable(.text())),
    ]
    switch shape(kind) {
    case .activity:
      properties +=
        [.init("questId", .uuid)] + person + [
          .init("activityId", .nullable(.uuid), "Null for strangers."), progress,
        ]
    case .progress, .quest: properties += [.init("questId", .uuid), progress]
    case .milestone:
      properties += [
        .init("questId", .uuid), .init("milestone", .nullable(.named("LiveMilestone"))), progress,
      ]
    case .team: break
    case .member: properties += person
    }
    return .object(properties)
  }

  // MARK: Values

  /// What an event refers to, as far as it is known.
  struct Context: Sendable {
    var names: [PersonID: String] = [:]
    /// The plan that held.
    var plan: LivePlan?
    /// The route with the plan's course.
    var route: MeasuredRoute?
    /// Whether the quest hides the waypoints ahead, as it is now.
    var hidesAhead = false
  }

  static func value(_ event: TeamEvent, _ context: Context, shown: PeopleShown) -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("kind", .string(event.kind.rawValue)), ("version", .integer(Int(event.version))),
      ("at", .string(event.at.description)), ("teamId", .string(event.team.description)),
    ]
    let quest: (String, JSONValue) = ("questId", .optional(event.quest?.description))
    let progress: (String, JSONValue) = ("progress", progress(event, context))
    func person(isNamed: Bool) -> [(String, JSONValue)] {
      [
        ("personId", shown == .ids ? .optional(event.person?.description) : .null),
        ("personName", isNamed ? .optional(event.person.flatMap { context.names[$0] }) : .null),
      ]
    }
    switch shape(event.kind) {
    case .activity:
      members.append(quest)
      members += person(isNamed: shown != .nobody)
      members.append(
        ("activityId", shown == .ids ? .optional(event.activity?.description) : .null))
      members.append(progress)
    case .progress, .quest: members += [quest, progress]
    case .milestone: members += [quest, ("milestone", milestone(event, context)), progress]
    case .team: break
    // Only its members see who is in a team.
    case .member: members += person(isNamed: shown == .ids)
    }
    return .object(members)
  }

  private static func progress(_ event: TeamEvent, _ context: Context) -> JSONValue {
    guard let plan = context.plan?.plan, let route = context.route, let total = event.total else {
      return .null
    }
    let scale = plan.scale
    let isFinished = plan.isFinished(total: total)
    let remaining =
      isFinished ? 0 : scale.questLength.micrometers - max(total, .zero).micrometers
    return .object([
      ("totalMeters", .number(total.meters)),
      ("remainingMeters", .number(Distance(micrometers: remaining).meters)),
      ("percent", .number(Double(scale.percentMillionths(of: total)) / 1e6)),
      ("finished", .bool(isFinished)),
      ("placeMeters", .number(scale.place(of: total).meters)),
      (
        "position",
        PositionJSON.object(
          route.position(of: total, plan: plan), naming: shown(at: total, context))
      ),
    ])
  }

  /// The waypoints that the quest shows after an event. Without the route nobody knows which.
  private static func shown(at total: Distance, _ context: Context) -> ShownWaypoints {
    guard context.hidesAhead else { return .all }
    guard let plan = context.plan?.plan, let route = context.route else { return .none }
    return ShownWaypoints(hidesAhead: true, at: total, plan: plan, on: route)
  }

  private static func milestone(_ event: TeamEvent, _ context: Context) -> JSONValue {
    guard let key = event.milestone, let found = context.plan?.milestones[key] else {
      return .null
    }
    return .object([
      ("key", .string(key.description)),
      ("name", .optional(shown(at: event.total ?? .zero, context).name(of: found))),
      ("placeMeters", .number(found.place.meters)),
      ("thresholdMeters", .number(found.threshold.meters)),
    ])
  }
}
