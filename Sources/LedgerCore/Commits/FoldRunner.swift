package import CivilTime
package import Quests

/// The facts of a fold as a store reads them.
package protocol StoreFacts: LedgerFacts {
  /// What kept a fact from being read: then the store has failed, and nothing of the fold is to be
  /// trusted. Anything else that a command throws is a refusal by the rules, whatever its code.
  var failure: (any Error)? { get }
}

/// What a store does for folds: a transaction, the facts inside it, the rows at its end.
package protocol FoldDriver: AnyObject {
  associatedtype Facts: StoreFacts

  /// Begins a transaction, takes the locks that the commands need, and gives the facts.
  func begin(_ commands: [[LedgerCommand]], until deadline: Deadline?) throws -> Facts
  /// Writes the rows and commits.
  ///
  /// - Throws: also `unknown-outcome`.
  func commit(_ changes: LedgerChanges, _ facts: Facts, until deadline: Deadline?) throws
  /// Ends a transaction without a trace, whether or not one was begun; never throws.
  ///
  /// - Parameter error: what the transaction failed with; nil where there was nothing to write.
  func rollBack(after error: (any Error)?)
  /// What a failure means.
  func failure(of error: any Error) -> StoreFailure
}

/// What a store's failure means to a fold.
package struct StoreFailure: Sendable {
  /// In the ledger's words.
  package let error: LedgerError
  /// Whether the same again may well succeed: after a lost race or a lost connection.
  package let mayRepeat: Bool

  package init(_ error: LedgerError, mayRepeat: Bool = false) {
    self.error = error
    self.mayRepeat = mayRepeat
  }
}

/// Carries out the commands of many callers in one transaction of a store, by the rules of
/// `LedgerFold`.
package struct FoldRunner: Sendable {
  /// Times that a fold which lost a race or its connection begins again.
  private static let mostTries = 8
  static let late = LedgerError(
    .timeout, "the store did not get to the commands in time: nothing was done")

  private let zones: ZoneCatalog
  private let limits: LedgerLimits
  private let changed: @Sendable ([TeamID]) -> Void

  /// - Parameter changed: is given the teams that have new events, after each commit; never waits.
  package init(
    zones: ZoneCatalog, limits: LedgerLimits,
    changed: @escaping @Sendable ([TeamID]) -> Void = { _ in }
  ) {
    self.zones = zones
    self.limits = limits
    self.changed = changed
  }

  /// Does the commands, a list for each caller. Those that the rules refuse stop none; where the
  /// store fails, none is done.
  ///
  /// - Throws: what a store may fail with; `unknown-outcome` where the commit may have been done.
  package func run(
    _ commands: [[LedgerCommand]], on driver: some FoldDriver, until deadline: Deadline?
  ) throws(LedgerError) -> [CommandResults] {
    var tries = 0
    while true {
      tries += 1
      if deadline?.isOver == true { throw Self.late }
      do { return try runOnce(commands, on: driver, until: deadline) } catch {
        driver.rollBack(after: error)
        let failure = driver.failure(of: error)
        if failure.mayRepeat, tries < Self.mostTries, deadline?.isOver != true { continue }
        throw failure.error
      }
    }
  }

  private func runOnce<Driver: FoldDriver>(
    _ commands: [[LedgerCommand]], on driver: Driver, until deadline: Deadline?
  ) throws -> [CommandResults] {
    let facts = try driver.begin(commands, until: deadline)
    var fold = LedgerFold(facts: facts, zones: zones, limits: limits)
    let results: [CommandResults] = try commands.map { commands in
      try commands.map { command in
        do throws(LedgerError) { return .success(try fold.apply(command)) } catch {
          if let failure = facts.failure { throw failure }
          return .failure(error)
        }
      }
    }
    let changes: LedgerChanges
    do { changes = try fold.finish() } catch { throw facts.failure ?? error }
    if changes.isEmpty {
      driver.rollBack(after: nil)
    } else {
      let teams = changes.teams.map(\.team.id)
      do { try driver.commit(changes, facts, until: deadline) } catch {
        // It may be there all the same, and looking costs little.
        if driver.failure(of: error).error.code == .unknownOutcome { changed(teams) }
        throw error
      }
      if !teams.isEmpty { changed(teams) }
    }
    return results
  }
}

/// Facts that remember what kept them from being read.
package final class WatchedFacts<Source: LedgerFacts>: StoreFacts {
  package let source: Source
  package private(set) var failure: (any Error)?

  package init(_ source: Source) { self.source = source }

  private func watched<Value>(
    _ read: () throws(LedgerError) -> Value
  ) throws(LedgerError) -> Value {
    do throws(LedgerError) { return try read() } catch {
      failure = failure ?? error
      throw error
    }
  }

  package func team(_ id: TeamID) throws(LedgerError) -> TeamFacts? {
    try watched { () throws(LedgerError) in try source.team(id) }
  }
  package func memberships(of person: PersonID) throws(LedgerError) -> [Membership] {
    try watched { () throws(LedgerError) in try source.memberships(of: person) }
  }
  package func memberships(in team: TeamID) throws(LedgerError) -> [Membership] {
    try watched { () throws(LedgerError) in try source.memberships(in: team) }
  }
  package func isErased(_ person: PersonID) throws(LedgerError) -> Bool {
    try watched { () throws(LedgerError) in try source.isErased(person) }
  }
  package func invite(_ id: InviteID) throws(LedgerError) -> Invite? {
    try watched { () throws(LedgerError) in try source.invite(id) }
  }
  package func unusedInvites(by person: PersonID) throws(LedgerError) -> [Invite] {
    try watched { () throws(LedgerError) in try source.unusedInvites(by: person) }
  }
  package func inviteCount(of team: TeamID) throws(LedgerError) -> Int64 {
    try watched { () throws(LedgerError) in try source.inviteCount(of: team) }
  }
  package func walkCount(of person: PersonID) throws(LedgerError) -> Int64 {
    try watched { () throws(LedgerError) in try source.walkCount(of: person) }
  }
  package func team(ofQuest quest: QuestID) throws(LedgerError) -> TeamID? {
    try watched { () throws(LedgerError) in try source.team(ofQuest: quest) }
  }
  package func plan(_ id: PlanID) throws(LedgerError) -> QuestPlan? {
    try watched { () throws(LedgerError) in try source.plan(id) }
  }
  package func activity(_ key: ActivityKey) throws(LedgerError) -> Activity? {
    try watched { () throws(LedgerError) in try source.activity(key) }
  }
  package func activities(
    of person: PersonID, from: Instant, until: Instant
  ) throws(LedgerError) -> [Activity] {
    try watched { () throws(LedgerError) in
      try source.activities(of: person, from: from, until: until)
    }
  }
  package func contributions(of activity: ActivityKey) throws(LedgerError) -> [Contribution] {
    try watched { () throws(LedgerError) in try source.contributions(of: activity) }
  }
  package func walks(
    of quest: QuestID, from order: WalkOrder, until: Instant?
  ) throws(LedgerError) -> [Contribution] {
    try watched { () throws(LedgerError) in
      try source.walks(of: quest, from: order, until: until)
    }
  }
  package func days(of quest: QuestID, from day: Day) throws(LedgerError) -> [DayTotal] {
    try watched { () throws(LedgerError) in try source.days(of: quest, from: day) }
  }
  package func prepared(for quest: Quest) throws(LedgerError) -> PreparedFigures? {
    try watched { () throws(LedgerError) in try source.prepared(for: quest) }
  }
}
