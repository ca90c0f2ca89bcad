public import CivilTime
public import Geodesy

/// Something that happened to a team, for its live stream.
public struct TeamEvent: Hashable, Sendable {
  /// What happened, by the name that clients see.
  public enum Kind: String, Sendable, CaseIterable {
    case activityLogged = "activity.logged"
    case activityChanged = "activity.changed"
    case activityRemoved = "activity.removed"
    /// A private walk, or a change of members, window, route or scale, has changed the total.
    case progressUpdated = "progress.updated"
    /// The running total has passed a milestone; alternates with `milestoneRetracted`.
    case milestoneReached = "milestone.reached"
    case milestoneRetracted = "milestone.retracted"
    case questCreated = "quest.created"
    /// The quest's window has begun; follows the creation at once where it had begun before.
    case questStarted = "quest.started"
    case questChanged = "quest.changed"
    /// A change has taken back the completion, and the quest's window still runs.
    case questReopened = "quest.reopened"
    case questCompleted = "quest.completed"
    case questExpired = "quest.expired"
    case questCancelled = "quest.cancelled"
    case teamChanged = "team.changed"
    /// The last event of a team: all memberships end with it.
    case teamDissolved = "team.dissolved"
    case memberJoined = "member.joined"
    case memberLeft = "member.left"
    case memberRoleChanged = "member.roleChanged"
  }

  public let team: TeamID
  /// Rises by one with each event of the team, from 1.
  public let version: Int64
  public let at: Instant
  public let kind: Kind
  public let quest: QuestID?
  /// Nil also where a private walk is the cause.
  public let person: PersonID?
  /// Nil also where a private walk is the cause.
  public let activity: ActivityID?
  public let milestone: MilestoneKey?
  /// The quest's total after it.
  public let total: Distance?
  /// Which of the quest's plans held then, from 1; nil without a quest, and in rows of older versions.
  public let plan: Int?

  public init(
    team: TeamID, version: Int64, at: Instant, kind: Kind, quest: QuestID? = nil,
    person: PersonID? = nil, activity: ActivityID? = nil, milestone: MilestoneKey? = nil,
    total: Distance? = nil, plan: Int? = nil
  ) {
    self.team = team
    self.version = version
    self.at = at
    self.kind = kind
    self.quest = quest
    self.person = person
    self.activity = activity
    self.milestone = milestone
    self.total = total
    self.plan = plan
  }
}

extension TeamEvent.Kind {
  /// Whether it is about one walk, which it names.
  public var isOfActivity: Bool {
    switch self {
    case .activityLogged, .activityChanged, .activityRemoved: true
    default: false
    }
  }
}

extension TeamEvent {
  /// The same without the person and the walk: what is left of a walk is the progress.
  public var anonymous: TeamEvent {
    TeamEvent(
      team: team, version: version, at: at, kind: kind.isOfActivity ? .progressUpdated : kind,
      quest: quest, milestone: milestone, total: total, plan: plan)
  }
}

/// One entry of the trail of who changed what.
public struct ChangeLogEntry: Hashable, Sendable {
  public let at: Instant
  /// Nil where the system did it.
  public let actor: PersonID?
  /// What was done: the name of the command.
  public let action: String
  public let team: TeamID?
  public let quest: QuestID?
  /// Whom or whose walk it concerned.
  public let person: PersonID?
  public let activity: ActivityID?
  /// What changed, for people: old and new values.
  public let detail: String

  public init(
    at: Instant, actor: PersonID?, action: String, team: TeamID? = nil, quest: QuestID? = nil,
    person: PersonID? = nil, activity: ActivityID? = nil, detail: String = ""
  ) {
    self.at = at
    self.actor = actor
    self.action = action
    self.team = team
    self.quest = quest
    self.person = person
    self.activity = activity
    self.detail = detail
  }
}
