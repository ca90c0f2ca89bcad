public import CivilTime

/// What decides who may see a quest, and whether what was shown of it before still holds.
///
/// All that a quest is and has comes with events of its team: with the same version, the same quest.
public struct QuestGlance: Hashable, Sendable {
  public let team: Team
  /// The team's version.
  public let version: Int64
  /// The open membership in the team of whoever looks; nil for strangers.
  public let membership: Membership?
  /// The names of those who were asked about, as far as they have an account.
  public let names: [PersonID: String]

  public init(
    team: Team, version: Int64, membership: Membership?, names: [PersonID: String] = [:]
  ) {
    self.team = team
    self.version = version
    self.membership = membership
    self.names = names
  }
}

/// A milestone that a walk has reached, as others may know of it.
public struct MilestonePassage: Hashable, Sendable {
  /// The milestone's place in the plan's list, from 0.
  public let index: Int
  /// The start of the walk.
  public let at: Instant
  /// Nil where the walk is private.
  public let walk: ActivityKey?

  public init(index: Int, at: Instant, walk: ActivityKey?) {
    self.index = index
    self.at = at
    self.walk = walk
  }
}

/// How a quest stands and who brought it there, all of one state of the store.
public struct QuestOverview: Hashable, Sendable {
  public let standing: QuestStanding
  /// The last milestones that were reached, in route order. Those at the very start have none.
  public let passages: [MilestonePassage]
  /// Those who have walked the farthest, private walks left out, equal ones by id.
  public let people: [PersonTotal]

  public init(standing: QuestStanding, passages: [MilestonePassage], people: [PersonTotal]) {
    self.standing = standing
    self.passages = passages
    self.people = people
  }
}
