import CivilTime
import LedgerCore
import Quests

/// Folds into a `MemoryLedger`: the driver without a database, which tests can let fail.
public final class MemoryFold: FoldDriver {
  /// Where a fold can be let fail.
  public enum Stage: Sendable { case begin, facts, commit, afterCommit }

  public let ledger: MemoryLedger
  /// What a stage of the next fold fails with, by the commands of the fold.
  public var fault: (Stage, [[LedgerCommand]]) -> (any Error)? = { _, _ in nil }
  /// Whether a failure is one after which the same again may succeed.
  public var mayRepeat: (any Error) -> Bool = { _ in false }
  public private(set) var rollbacks = 0
  private var commands: [[LedgerCommand]] = []

  public init(_ ledger: MemoryLedger = MemoryLedger()) { self.ledger = ledger }

  package func begin(
    _ commands: [[LedgerCommand]], until deadline: Deadline?
  ) throws -> FailingFacts {
    self.commands = commands
    if let error = fault(.begin, commands) { throw error }
    return FailingFacts(ledger, failing: fault(.facts, commands))
  }

  package func commit(
    _ changes: LedgerChanges, _ facts: FailingFacts, until deadline: Deadline?
  ) throws {
    if let error = fault(.commit, commands) { throw error }
    ledger.apply(changes)
    if let error = fault(.afterCommit, commands) { throw error }
  }

  package func rollBack(after error: (any Error)?) { rollbacks += 1 }

  package func failure(of error: any Error) -> StoreFailure {
    StoreFailure(
      error as? LedgerError ?? LedgerError(.store, "the store failed: \(error)"),
      mayRepeat: mayRepeat(error))
  }
}

/// A ledger's facts, of which those about activities may fail.
package final class FailingFacts: StoreFacts {
  private let watched: WatchedFacts<MemoryLedger>
  private let error: (any Error)?
  package private(set) var failure: (any Error)?

  init(_ ledger: MemoryLedger, failing error: (any Error)?) {
    watched = WatchedFacts(ledger)
    self.error = error
  }

  package func activity(_ key: ActivityKey) throws(LedgerError) -> Activity? {
    if let error {
      failure = error
      throw error as? LedgerError ?? LedgerError(.store, "\(error)")
    }
    return try watched.activity(key)
  }

  package func team(_ id: TeamID) throws(LedgerError) -> TeamFacts? { try watched.team(id) }
  package func memberships(of person: PersonID) throws(LedgerError) -> [Membership] {
    try watched.memberships(of: person)
  }
  package func memberships(in team: TeamID) throws(LedgerError) -> [Membership] {
    try watched.memberships(in: team)
  }
  package func isErased(_ person: PersonID) throws(LedgerError) -> Bool {
    try watched.isErased(person)
  }
  package func invite(_ id: InviteID) throws(LedgerError) -> Invite? { try watched.invite(id) }
  package func unusedInvites(by person: PersonID) throws(LedgerError) -> [Invite] {
    try watched.unusedInvites(by: person)
  }
  package func inviteCount(of team: TeamID) throws(LedgerError) -> Int64 {
    try watched.inviteCount(of: team)
  }
  package func walkCount(of person: PersonID) throws(LedgerError) -> Int64 {
    try watched.walkCount(of: person)
  }
  package func team(ofQuest quest: QuestID) throws(LedgerError) -> TeamID? {
    try watched.team(ofQuest: quest)
  }
  package func plan(_ id: PlanID) throws(LedgerError) -> QuestPlan? { try watched.plan(id) }
  package func activities(
    of person: PersonID, from: Instant, until: Instant
  ) throws(LedgerError) -> [Activity] {
    try watched.activities(of: person, from: from, until: until)
  }
  package func contributions(of activity: ActivityKey) throws(LedgerError) -> [Contribution] {
    try watched.contributions(of: activity)
  }
  package func walks(
    of quest: QuestID, from order: WalkOrder, until: Instant?
  ) throws(LedgerError) -> [Contribution] {
    try watched.walks(of: quest, from: order, until: until)
  }
  package func days(of quest: QuestID, from day: Day) throws(LedgerError) -> [DayTotal] {
    try watched.days(of: quest, from: day)
  }
}
