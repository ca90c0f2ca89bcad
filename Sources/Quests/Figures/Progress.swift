public import CivilTime
public import Geodesy

/// What a store knows of a quest as of a moment.
public struct QuestStanding: Hashable, Sendable {
  public let record: QuestRecord
  public let plan: QuestPlan
  /// The team's version that all of this belongs to.
  public let version: Int64
  /// The moment that it is of.
  public let at: Instant
  /// Whether a past moment was asked for: then only walks with start <= at are counted, as the
  /// ledger has them now.
  public let isPast: Bool
  public let total: Distance
  public let walks: Int64
  /// What was walked on each day of the pace's window; idle days may be left out.
  public let recent: [DayTotal]

  public init(
    record: QuestRecord, plan: QuestPlan, version: Int64, at: Instant, isPast: Bool,
    total: Distance, walks: Int64, recent: [DayTotal]
  ) {
    self.record = record
    self.plan = plan
    self.version = version
    self.at = at
    self.isPast = isPast
    self.total = total
    self.walks = walks
    self.recent = recent
  }
}

/// Where a quest stands: everything that follows from its standing by the rules.
public struct Progress: Hashable, Sendable {
  public let total: Distance
  /// What is left to walk; 0 when finished.
  public let remaining: Distance
  /// The official distance from the start of the course.
  public let place: Distance
  /// Millionths of a percent, cut off, at most 100 %.
  public let percentMillionths: Int64
  public let isFinished: Bool
  public let state: QuestState
  /// How many of the plan's milestones are reached: its first ones.
  public let milestonesReached: Int
  public let nextMilestone: Milestone?
  public let pace: Pace

  /// O(log milestones + days of the pace).
  public init(_ standing: QuestStanding, zone: Zone) {
    let (plan, quest) = (standing.plan, standing.record.quest)
    total = standing.total
    let length = plan.scale.questLength
    isFinished = plan.isFinished(total: standing.total)
    remaining =
      isFinished
      ? .zero : Distance(micrometers: length.micrometers - max(standing.total, .zero).micrometers)
    place = plan.scale.place(of: standing.total)
    percentMillionths = plan.scale.percentMillionths(of: standing.total)
    milestonesReached = plan.reachedCount(total: standing.total)
    nextMilestone =
      milestonesReached < plan.milestones.count ? plan.milestones[milestonesReached] : nil
    let state =
      standing.isPast
      ? quest.state(asOf: standing.at, isFinished: isFinished) : quest.state(at: standing.at)
    self.state = state
    pace = Pace(
      recent: standing.recent, total: standing.total, questLength: length, start: quest.start,
      end: quest.end, zone: zone, state: state, at: standing.at)
  }
}

extension Quest {
  /// How the quest stood at a past moment, when its total then had finished it or not.
  public func state(asOf past: Instant, isFinished: Bool) -> QuestState {
    if closing == .cancelled, let closedAt, closedAt <= past { return .cancelled }
    if isFinished { return .completed }
    return past < start ? .scheduled : past < end ? .active : .expired
  }
}
