internal import Base
internal import CivilTime
internal import Foundation
internal import Quests

/// Takes the commands of many callers, folds what waits into one transaction, and answers each.
///
/// Whatever waits when a commit is done goes into the next one together, so that many callers share
/// two round trips and one wait for the disk.
final class Writer: Sendable {
  typealias Results = [Result<LedgerAnswer, LedgerError>]

  /// One caller's commands.
  struct Item: Sendable {
    var commands: [LedgerCommand]
    var deadline: Deadline
    var reply: CheckedContinuation<Result<Results, LedgerError>, Never>
  }

  /// More would only make the callers of a fold wait for one another.
  private static let commandsInFold = 1_000
  /// Times that a fold which lost a race or its connection begins again.
  private static let mostTries = 8

  private let inbox: Inbox<Item>
  private let mostWaiting: Int
  private let zones: ZoneCatalog
  private let limits: LedgerLimits
  private let plans: PlanCache

  init(
    sessions: SessionFactory, connections: Int, plans: PlanCache, zones: ZoneCatalog,
    limits: LedgerLimits
  ) {
    mostWaiting = limits.waitingCommands
    inbox = Inbox(most: limits.waitingCommands)
    self.zones = zones
    self.limits = limits
    self.plans = plans
    var sessions = sessions
    sessions.isForFolds = true
    for number in 1...max(connections, 1) {
      let thread = Thread { [self, sessions] in
        let line = Line(sessions)
        while true {
          let group = inbox.take(upTo: Self.commandsInFold)
          if group.isEmpty { return }
          answer(group, line)
        }
      }
      thread.name = "postgis-writer-\(number)"
      thread.start()
    }
  }

  func close() { inbox.close() }

  /// - Throws: `overloaded` when too much waits already, or what kept the commands from being done.
  func submit(_ commands: [LedgerCommand], until deadline: Deadline) async throws(LedgerError)
    -> Results
  {
    let ticket = Ticket()
    let result: Result<Results, LedgerError> = await withTaskCancellationHandler {
      await withCheckedContinuation { reply in
        do throws(Inbox<Item>.Refusal) {
          let item = Item(commands: commands, deadline: deadline, reply: reply)
          let id = try inbox.put(item, size: commands.count)
          if ticket.hold(id) { takeBack(id) }
        } catch {
          let refused =
            error == .full
            ? LedgerError(
              .overloaded,
              "more than \(mostWaiting) commands wait for the database: nothing was done; try "
                + "again later")
            : LedgerError(.unreachable, "the store is closed")
          reply.resume(returning: .failure(refused))
        }
      }
    } onCancel: {
      // What is under way already is done and answered: stopping it would leave its end unknown.
      if let id = ticket.cancel() { takeBack(id) }
    }
    return try result.get()
  }

  private func takeBack(_ id: UInt64) {
    inbox.takeBack(id)?.reply.resume(
      returning: .failure(
        LedgerError(.timeout, "the caller gave up before anything was done")))
  }

  /// Where a caller's item lies, told to whoever cancels it, whichever comes first.
  private final class Ticket: @unchecked Sendable {
    private let lock = Lock()
    private var id: UInt64?
    private var isCancelled = false

    /// - Returns: whether the caller has given up already.
    func hold(_ id: UInt64) -> Bool {
      lock.withLock {
        self.id = id
        return isCancelled
      }
    }

    func cancel() -> UInt64? {
      lock.withLock {
        isCancelled = true
        return id
      }
    }
  }

  // MARK: On the writing threads

  private static let late = LedgerError(
    .timeout, "the database did not get to the commands in time: nothing was done")

  private func answer(_ group: [Item], _ line: Line) {
    var waiting = group
    waiting.removeAll { item in
      guard item.deadline.isOver else { return false }
      item.reply.resume(returning: .failure(Self.late))
      return true
    }
    guard let deadline = waiting.map(\.deadline.instant).max().map(Deadline.init(instant:)) else {
      return
    }
    do throws(LedgerError) {
      let results = try commit(waiting.map(\.commands), line, until: deadline)
      for (item, result) in zip(waiting, results) {
        item.reply.resume(returning: .success(result))
      }
    } catch {
      if waiting.count == 1 {
        waiting[0].reply.resume(returning: alone(waiting[0], line, after: error))
      } else if error.code == .unknownOutcome || error.code == .unreachable {
        // True of each of them: it is their own commit, or there is no server for anyone.
        for item in waiting { item.reply.resume(returning: .failure(error)) }
      } else {
        // One by one, so that nobody gets another's error.
        for item in waiting {
          do throws(LedgerError) {
            let results = try commit([item.commands], line, until: item.deadline)
            item.reply.resume(returning: .success(results[0]))
          } catch {
            item.reply.resume(returning: alone(item, line, after: error))
          }
        }
      }
    }
  }

  /// The commands of one item that failed together, each alone.
  private func alone(
    _ item: Item, _ line: Line, after error: LedgerError
  ) -> Result<Results, LedgerError> {
    if item.commands.count < 2 || error.code == .unknownOutcome || error.code == .unreachable {
      return .failure(error)
    }
    return .success(
      item.commands.map { command in
        do throws(LedgerError) {
          return try commit([[command]], line, until: item.deadline)[0][0]
        } catch { return .failure(error) }
      })
  }

  /// Carries out commands in one transaction, a list for each item. Those that the rules refuse stop
  /// none.
  private func commit(
    _ items: [[LedgerCommand]], _ line: Line, until deadline: Deadline
  ) throws(LedgerError) -> [Results] {
    var needs = FoldNeeds(items.joined())
    var tries = 0
    while true {
      tries += 1
      if deadline.isOver { throw Self.late }
      do {
        let connection = try line.open(until: deadline)
        do {
          return try fold(items, needs, connection, until: deadline)
        } catch {
          if (error as? ServerFailure)?.isLost == true {
            line.drop()
          } else if (error as? LedgerError)?.code == .unknownOutcome {
            line.drop()
          } else {
            do {
              try connection.run([Request(FoldStatements.rollback)], until: .in(seconds: 2))
            } catch { line.drop() }
          }
          throw error
        }
      } catch let unlocked as FoldFacts.Unlocked {
        needs.add(unlocked.team)
        if tries < Self.mostTries { continue }
        throw LedgerError(.timeout, "other writers were faster every time and nothing was done")
      } catch let failure as ServerFailure where failure.isRace || failure.isLost {
        if tries < Self.mostTries, !deadline.isOver { continue }
        throw LedgerError(postgres: failure)
      } catch {
        throw LedgerError(postgres: error)
      }
    }
  }

  private func fold(
    _ items: [[LedgerCommand]], _ needs: FoldNeeds, _ connection: Connection,
    until deadline: Deadline
  ) throws -> [Results] {
    let facts = try FoldFacts(needs, connection: connection, plans: plans, until: deadline)
    var fold = LedgerFold(facts: facts, zones: zones, limits: limits)
    let results: [Results] = try items.map { commands in
      try commands.map { command in
        do throws(LedgerError) { return .success(try fold.apply(command)) } catch {
          // A store that fails is no refusal: nothing of this fold can be trusted.
          if let failure = facts.failure { throw failure }
          return .failure(error)
        }
      }
    }
    let changes: LedgerChanges
    do { changes = try fold.finish() } catch { throw facts.failure ?? error }
    if changes.isEmpty {
      try connection.run([Request(FoldStatements.rollback)], until: deadline)
      return results
    }
    let writes =
      changes.requests(known: Set(facts.invites.keys)) + [Request(FoldStatements.commit)]
    do { try connection.run(writes, until: deadline) } catch let failure as ServerFailure {
      // The server has said that something before the commit failed: then there was none.
      if let request = failure.request, request < writes.count - 1 { throw failure }
      if failure.request != nil, !failure.isLost { throw failure }
      throw LedgerError(
        .unknownOutcome,
        "the connection to the database broke during the commit: send the same again to find out")
    }
    for plan in changes.plans { plans.insert(plan) }
    return results
  }
}
