public import CivilTime
public import Geodesy

/// The rows that commands come to: written in one transaction, or not at all.
///
/// Every list is in the order of its keys, events in the order of team and version.
public struct LedgerChanges: Sendable {
  public struct TeamWrite: Hashable, Sendable {
    public var team: Team
    public var version: Int64
    public var isNew: Bool
    /// Whether more than the version has changed.
    public var isTeamChanged: Bool
  }

  public struct QuestWrite: Hashable, Sendable {
    public var record: QuestRecord
    public var isNew: Bool
    /// Whether more than the tally has changed.
    public var isQuestChanged: Bool
    /// Whether the figures that the store has prepared for it are its figures from now on.
    public var isPrepared: Bool
  }

  public struct ActivityWrite: Hashable, Sendable {
    public var activity: Activity
    /// A new one is inserted, so that the store's key finds two writers of one id.
    public var isNew: Bool
  }

  /// The milestones from an index on are these.
  public struct MilestoneWrite: Hashable, Sendable {
    public var team: TeamID
    public var quest: QuestID
    public var from: Int
    /// Whether rows from that index on may be stored and must go first.
    public var replaces: Bool
    public var rows: [MilestoneReached]

    public init(
      team: TeamID, quest: QuestID, from: Int, replaces: Bool, rows: [MilestoneReached]
    ) {
      self.team = team
      self.quest = quest
      self.from = from
      self.replaces = replaces
      self.rows = rows
    }
  }

  public struct Removal: Hashable, Sendable {
    public var team: TeamID
    public var key: ContributionKey

    public init(team: TeamID, key: ContributionKey) {
      self.team = team
      self.key = key
    }
  }

  /// What to add to a day's figures, negative where less counts. A row that comes to no walks may
  /// stay or go.
  public struct DayChange: Hashable, Sendable {
    public var team: TeamID
    public var quest: QuestID
    public var day: Day
    public var distance: Distance
    public var walks: Int64
  }

  /// What to add to a person's public figures, negative where less counts.
  public struct PersonChange: Hashable, Sendable {
    public var team: TeamID
    public var quest: QuestID
    public var person: PersonID
    public var distance: Distance
    public var walks: Int64
  }

  /// What to add to a person's public figures of a span, negative where less counts.
  public struct SpanChange: Hashable, Sendable {
    public var team: TeamID
    public var quest: QuestID
    public var span: WalkSpan
    public var person: PersonID
    public var distance: Distance
    public var walks: Int64
  }

  /// What to add to the number of activities that a person has logged.
  public struct WalkCountChange: Hashable, Sendable {
    public var person: PersonID
    public var walks: Int64
  }

  /// Stored events of a walk that has become private lose person and activity.
  public struct Anonymizing: Hashable, Sendable {
    public var team: TeamID
    public var activity: ActivityKey
  }

  public var teams: [TeamWrite] = []
  /// Inserted or replaced by (team, person, period).
  public var memberships: [Membership] = []
  public var invites: [Invite] = []
  /// To be stored where they are not yet.
  public var plans: [QuestPlan] = []
  /// A quest that closes comes before one that opens.
  public var quests: [QuestWrite] = []
  public var activities: [ActivityWrite] = []

  /// What the new activities add to the counts of their persons.
  public var walkCounts: [WalkCountChange] {
    var counts: [PersonID: Int64] = [:]
    for write in activities where write.isNew { counts[write.activity.key.person, default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }.map { WalkCountChange(person: $0, walks: $1) }
  }

  public var versions: [ActivityVersion] = []
  /// Inserted or replaced by key.
  public var contributions: [Contribution] = []
  public var removals: [Removal] = []
  public var milestones: [MilestoneWrite] = []
  public var days: [DayChange] = []
  public var people: [PersonChange] = []
  public var spans: [SpanChange] = []
  /// Before the new events are written.
  public var anonymizings: [Anonymizing] = []
  public var events: [TeamEvent] = []
  public var changeLog: [ChangeLogEntry] = []
  /// Persons to be taken out of everything that is stored, after all else is written.
  ///
  /// All of their walks, in what they are now and in every version, deleted ones too, lose source
  /// and note and become private, and so do their contributions; their public totals go, in whole and in spans. Events lose
  /// the person and the walk. Entries of the trail by them or about them lose the actor or the person
  /// and the walk, and the detail. Versions of their own walks no longer say that they replaced them.
  /// Their ids are kept as those of persons who are erased.
  public var erasures: [PersonID] = []

  public init() {}

  public var isEmpty: Bool {
    teams.isEmpty && memberships.isEmpty && invites.isEmpty && plans.isEmpty && quests.isEmpty
      && activities.isEmpty && versions.isEmpty && contributions.isEmpty && removals.isEmpty
      && milestones.isEmpty && days.isEmpty && people.isEmpty && spans.isEmpty
      && anonymizings.isEmpty && events.isEmpty && changeLog.isEmpty && erasures.isEmpty
  }
}
