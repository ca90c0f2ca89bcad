public import Geodesy
public import Routes

/// What a walk, its edit or its deletion did to one quest.
public struct QuestDelta: Hashable, Sendable {
  public let team: TeamID
  public let quest: QuestID
  public let plan: PlanID
  /// What the plan's course runs on.
  public let route: RouteVersion
  public let course: Course
  public let totalBefore: Distance
  public let totalAfter: Distance
  /// The team's version before and after: one for each event.
  public let versionBefore: Int64
  public let versionAfter: Int64
  /// The official distance from the start of the course that the new total leads to.
  public let place: Distance
  public let isFinished: Bool
  /// Whether the quest hides the waypoints ahead, as it is now.
  public let hidesAhead: Bool
  /// The milestones that the total has passed, in route order.
  public let reached: [Milestone]
  /// Those that it has fallen back behind, the last first.
  public let retracted: [Milestone]

  init(of quest: Quest, plan: QuestPlan, receipt: Receipt) {
    team = quest.team
    self.quest = quest.id
    hidesAhead = quest.hidesAhead
    self.plan = plan.id
    route = plan.route
    course = plan.course
    totalBefore = receipt.totalBefore
    totalAfter = receipt.totalAfter
    versionBefore = receipt.versionBefore
    versionAfter = receipt.versionAfter
    place = plan.scale.place(of: totalAfter)
    isFinished = plan.isFinished(total: totalAfter)
    reached = Array(plan.crossed(from: totalBefore, to: totalAfter))
    retracted = plan.crossed(from: totalAfter, to: totalBefore).reversed()
  }
}

/// What became of a walk, with the deltas of every team in the order of their ids.
public struct ActivityAnswer: Hashable, Sendable {
  public let key: ActivityKey
  /// The activity's revision after the command; for logging always 1.
  public let revision: Int64
  public let deltas: [QuestDelta]
  /// The teams of the deltas that the walker is not in any more, for they were dissolved or left:
  /// nothing of their present is for the walker to see.
  public let gone: Set<TeamID>
  /// Why it counts for no other of the walker's teams; empty for a walk that is deleted.
  public let uncounted: [Uncounted]
}

/// What a command comes to.
public enum LedgerAnswer: Hashable, Sendable {
  /// For a repeat the first answer again, to the bit; what the quests hide is as it is now.
  case logged(ActivityAnswer, isRepeat: Bool)
  case edited(ActivityAnswer)
  case deleted(ActivityAnswer)
  case team(Team)
  case membership(Membership)
  case invite(Invite)
  case erased(PersonID)
  case quest(QuestRecord)
}
