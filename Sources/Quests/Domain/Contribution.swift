public import CivilTime
public import Geodesy

/// What makes a contribution one of its kind.
public struct ContributionKey: Hashable, Comparable, Sendable {
  public let quest: QuestID
  public let activity: ActivityKey

  public init(quest: QuestID, activity: ActivityKey) {
    self.quest = quest
    self.activity = activity
  }

  public static func < (a: Self, b: Self) -> Bool {
    a.quest != b.quest ? a.quest < b.quest : a.activity < b.activity
  }
}

/// An activity counted for one quest.
///
/// Where an edit, a deletion or a change of the team takes it out of the quest again, it stays with
/// `isCounted` false as long as its receipt is needed to repeat the first answer.
public struct Contribution: Hashable, Sendable {
  public let team: TeamID
  public let key: ContributionKey
  public var start: Instant
  public var distance: Distance
  public var isPrivate: Bool
  public var isCounted: Bool
  /// Nil where the activity came into the quest later than by being logged.
  public let receipt: Receipt?

  public init(
    team: TeamID, key: ContributionKey, start: Instant, distance: Distance, isPrivate: Bool,
    isCounted: Bool, receipt: Receipt?
  ) {
    self.team = team
    self.key = key
    self.start = start
    self.distance = distance
    self.isPrivate = isPrivate
    self.isCounted = isCounted
    self.receipt = receipt
  }

  public var order: WalkOrder {
    WalkOrder(start: start, id: key.activity.id, person: key.activity.person)
  }
}

/// What the answer to a first logging said about a quest, kept so that a repeat gets the same.
public struct Receipt: Hashable, Sendable {
  public let totalBefore: Distance
  public let totalAfter: Distance
  /// The team's version before and after: one for each event.
  public let versionBefore: Int64
  public let versionAfter: Int64
  /// Which of the quest's plans held, from 1.
  public let plan: Int

  public init(
    totalBefore: Distance, totalAfter: Distance, versionBefore: Int64, versionAfter: Int64,
    plan: Int
  ) {
    self.totalBefore = totalBefore
    self.totalAfter = totalAfter
    self.versionBefore = versionBefore
    self.versionAfter = versionAfter
    self.plan = plan
  }
}

/// The walk that brought a quest to a milestone, in the order of walking.
public struct MilestoneReached: Hashable, Sendable {
  /// The milestone's place in the plan's list, from 0.
  public let index: Int
  public let walk: WalkOrder

  public init(index: Int, walk: WalkOrder) {
    self.index = index
    self.walk = walk
  }
}

/// What was walked for a quest on one day of its zone.
public struct DayTotal: Hashable, Sendable {
  public let day: Day
  public var distance: Distance
  public var walks: Int64

  public init(day: Day, distance: Distance, walks: Int64) {
    self.day = day
    self.distance = distance
    self.walks = walks
  }
}

/// What one person has walked for a quest, private walks left out.
public struct PersonTotal: Hashable, Sendable {
  public let person: PersonID
  public var distance: Distance
  public var walks: Int64

  public init(person: PersonID, distance: Distance, walks: Int64) {
    self.person = person
    self.distance = distance
    self.walks = walks
  }
}
