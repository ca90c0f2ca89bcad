internal import LedgerCore
internal import Quests

/// A fold's transaction on the connection of one writing thread.
///
/// Locks and facts take one round trip, all rows and the commit another.
final class FoldTransaction: FoldDriver {
  private let slot: ConnectionSlot
  private let plans: PlanCache
  private let answerSeconds: Double
  private var needs: FoldNeeds?

  /// - Parameter answerSeconds: how long the server has where no caller sets a deadline.
  init(slot: ConnectionSlot, plans: PlanCache, answerSeconds: Double) {
    self.slot = slot
    self.plans = plans
    self.answerSeconds = answerSeconds
  }

  private func bound(_ deadline: Deadline?) -> Deadline { deadline ?? .in(seconds: answerSeconds) }

  func begin(_ commands: [[LedgerCommand]], until deadline: Deadline?) throws -> FoldFacts {
    let needs = needs ?? FoldNeeds(commands.joined())
    self.needs = needs
    let deadline = bound(deadline)
    return try FoldFacts(
      needs, connection: try slot.open(until: deadline), plans: plans, until: deadline)
  }

  func commit(_ changes: LedgerChanges, _ facts: FoldFacts, until deadline: Deadline?) throws {
    let writes =
      changes.requests(known: Set(facts.invites.keys)) + [Request(FoldStatements.commit)]
    do { try facts.connection.run(writes, until: bound(deadline)) } catch let failure
      as ServerFailure
    {
      // The server has said that something before the commit failed: then there was none.
      if let request = failure.request, request < writes.count - 1 { throw failure }
      if failure.request != nil, !failure.isLost { throw failure }
      throw LedgerError(
        .unknownOutcome,
        "the connection to the database broke during the commit: send the same again to find out")
    }
    for plan in changes.plans { plans.insert(plan) }
  }

  func rollBack(after error: (any Error)?) { slot.rollBack(after: error) }

  func failure(of error: any Error) -> StoreFailure {
    if let unlocked = error as? FoldFacts.Unlocked {
      // The next try locks that team too.
      needs?.add(unlocked.team)
      return StoreFailure(
        LedgerError(.timeout, "other writers were faster every time and nothing was done"),
        mayRepeat: true)
    }
    let failure = error as? ServerFailure
    return StoreFailure(
      LedgerError(postgres: error), mayRepeat: failure?.isRace == true || failure?.isLost == true)
  }
}
