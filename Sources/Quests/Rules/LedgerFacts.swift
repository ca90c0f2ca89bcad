public import CivilTime

/// A team with all of its quests, in the order of their numbers.
public struct TeamFacts: Hashable, Sendable {
  public var team: Team
  /// How many events the team has had.
  public var version: Int64
  public var quests: [QuestRecord]

  public init(team: Team, version: Int64, quests: [QuestRecord]) {
    self.team = team
    self.version = version
    self.quests = quests
  }
}

/// What the rules read of the ledger.
///
/// A store answers from inside the transaction that will write the changes. It must have locked
/// the teams that it answers about, in the order of their ids, before it reads what belongs to them.
public protocol LedgerFacts {
  func team(_ id: TeamID) throws(LedgerError) -> TeamFacts?
  /// Every membership period of the person in any team, past ones too.
  func memberships(of person: PersonID) throws(LedgerError) -> [Membership]
  /// Every membership period of anybody in the team, past ones too.
  func memberships(in team: TeamID) throws(LedgerError) -> [Membership]
  func isErased(_ person: PersonID) throws(LedgerError) -> Bool
  func invite(_ id: InviteID) throws(LedgerError) -> Invite?
  /// The invites of the person's making that nobody has used or taken back, in any order.
  func unusedInvites(by person: PersonID) throws(LedgerError) -> [Invite]
  /// How many invites the team has had, used and revoked ones too.
  func inviteCount(of team: TeamID) throws(LedgerError) -> Int64
  /// How many activities the person has logged, deleted ones too. Asked before the first walk of a
  /// person that a fold adds; a store lets nobody else add one from then on until the fold ends.
  func walkCount(of person: PersonID) throws(LedgerError) -> Int64
  /// The team that a quest belongs to.
  func team(ofQuest quest: QuestID) throws(LedgerError) -> TeamID?
  func plan(_ id: PlanID) throws(LedgerError) -> QuestPlan?
  /// Also a deleted one.
  func activity(_ key: ActivityKey) throws(LedgerError) -> Activity?
  /// The person's walks with from <= start < until, deleted ones left out, in any order. Their
  /// `first` is not looked at and may be the present content.
  func activities(
    of person: PersonID, from: Instant, until: Instant
  ) throws(LedgerError) -> [Activity]
  /// All contributions of an activity, also those that do not count any more, in any order.
  func contributions(of activity: ActivityKey) throws(LedgerError) -> [Contribution]
  /// The counted contributions of a quest that come at or after a place in walk order and start before
  /// a moment, in walk order.
  func walks(
    of quest: QuestID, from order: WalkOrder, until: Instant?
  ) throws(LedgerError) -> [Contribution]
  /// What a quest has of each day from one on, in the order of days.
  func days(of quest: QuestID, from day: Day) throws(LedgerError) -> [DayTotal]
  /// What the store has derived already for the quest as a command makes it; nil where the rules
  /// derive it themselves.
  func prepared(for quest: Quest) throws(LedgerError) -> PreparedFigures?
}

extension WalkOrder {
  /// After every walk.
  public static let last = WalkOrder(
    start: Instant(microseconds: .max), id: ActivityID(high: .max, low: .max),
    person: PersonID(high: .max, low: .max))

  /// This place, or that before all walks which start at a moment or later, whichever comes first.
  public func end(_ until: Instant?) -> WalkOrder {
    guard let until else { return self }
    return min(
      self,
      WalkOrder(
        start: until, id: ActivityID(high: 0, low: 0), person: PersonID(high: 0, low: 0)))
  }

  /// Before every walk.
  public static let first = WalkOrder(
    start: Instant(microseconds: .min), id: ActivityID(high: 0, low: 0),
    person: PersonID(high: 0, low: 0))
}
