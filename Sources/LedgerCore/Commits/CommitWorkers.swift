internal import Foundation
package import Quests

/// The shell around a `CommitQueue`: callers that are tasks, and threads that do its folds.
package final class CommitWorkers: @unchecked Sendable {
  /// Does a fold's commands in one transaction, on one thread's own connection.
  package typealias Work = (CommitQueue.Fold) throws(LedgerError) -> [CommandResults]

  // Guards all that varies; threads wait at it, tasks do not.
  private let condition = NSCondition()
  private var queue: CommitQueue
  private var callers: [CommitQueue.Ticket: Caller] = [:]
  private var running: Int
  private var done = StoreFigures.Writing()

  private typealias Caller = CheckedContinuation<Result<CommandResults, LedgerError>, Never>

  /// - Parameters:
  ///   - name: of the threads, which are numbered.
  ///   - begin: what one thread works with, made on that thread.
  package init(
    _ queue: CommitQueue, threads: Int, name: String, begin: @escaping @Sendable () -> Work
  ) {
    self.queue = queue
    running = max(threads, 1)
    for number in 1...running {
      // It must not keep alive what it works for.
      let thread = Thread { [self] in
        run(begin())
        condition.lock()
        running -= 1
        condition.broadcast()
        condition.unlock()
      }
      thread.name = "\(name)-\(number)"
      thread.start()
    }
  }

  /// Lets the threads finish what waits and then stop.
  package func close() {
    condition.lock()
    queue.close()
    condition.broadcast()
    condition.unlock()
  }

  /// Blocks until the threads have stopped; after `close`, and never from one of them.
  package func waitUntilEnded() {
    condition.lock()
    while running > 0 { condition.wait() }
    condition.unlock()
  }

  /// How much waits, and how much was done.
  package var figures: StoreFigures.Writing {
    condition.lock()
    defer { condition.unlock() }
    var figures = done
    figures.waiting = queue.waitingCommands
    return figures
  }

  /// Does the commands, durably, and tells what became of each.
  ///
  /// - Parameter isAlone: whether no other caller's commands may share the transaction.
  /// - Throws: `overloaded` where too much waits already, `unreachable` once closed, `timeout` where
  ///   the deadline or the caller's patience was over first, or what kept the commands from being
  ///   done.
  package func submit(
    _ commands: [LedgerCommand], until deadline: Deadline?, isAlone: Bool = false
  ) async throws(LedgerError) -> CommandResults {
    let position = Position()
    let result: Result<CommandResults, LedgerError> = await withTaskCancellationHandler {
      await withCheckedContinuation { caller in
        condition.lock()
        let (ticket, actions) = queue.enqueue(commands, until: deadline, isAlone: isAlone)
        callers[ticket] = caller
        position.ticket = ticket
        // Whoever gave up before it was known what to take back.
        perform(position.isCancelled ? actions + queue.cancel(ticket) : actions)
      }
    } onCancel: {
      condition.lock()
      position.isCancelled = true
      perform(position.ticket.map { queue.cancel($0) } ?? [])
    }
    return try result.get()
  }

  /// Where a caller's commands stand in the queue; guarded by the condition.
  private final class Position: @unchecked Sendable {
    var ticket: CommitQueue.Ticket?
    var isCancelled = false
  }

  /// Carries out what the queue asks for, and leaves the condition before anybody goes on: a thread
  /// that is woken under the lock would only wait for it.
  private func perform(_ actions: [CommitQueue.Action]) {
    var wakes = 0
    var told: [(Caller, Result<CommandResults, LedgerError>)] = []
    for action in actions {
      switch action {
      case .wake: wakes += 1
      case .answer(let ticket, let result):
        if let caller = callers.removeValue(forKey: ticket) { told.append((caller, result)) }
      }
    }
    condition.unlock()
    for _ in 0..<wakes { condition.signal() }
    for (caller, result) in told { caller.resume(returning: result) }
  }

  private func run(_ work: Work) {
    while true {
      condition.lock()
      while queue.isEmpty, !queue.isClosed { condition.wait() }
      if queue.isEmpty {
        condition.unlock()
        return
      }
      let (fold, late) = queue.take(at: .now)
      if fold != nil { done.busy += 1 }
      perform(late)
      guard let fold else { continue }
      let outcome: Result<[CommandResults], LedgerError>
      let begun = ContinuousClock.now
      do throws(LedgerError) { outcome = .success(try work(fold)) } catch {
        outcome = .failure(error)
      }
      let seconds = (ContinuousClock.now - begun) / .seconds(1)
      condition.lock()
      done.busy -= 1
      done.folds += 1
      done.commands += fold.commands.reduce(0) { $0 + $1.count }
      done.seconds += seconds
      perform(queue.finish(fold, outcome))
    }
  }
}
