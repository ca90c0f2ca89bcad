internal import Base
internal import Dispatch
internal import Foundation
internal import Quests

/// An inbox of commands that one thread empties: whatever waits when a commit is done goes into the
/// next one together, so that many callers share the wait for the disk.
final class GroupCommit: @unchecked Sendable {
  typealias Results = [Result<LedgerAnswer, LedgerError>]

  /// One caller's commands.
  struct Item {
    var commands: [LedgerCommand]
    var reply: CheckedContinuation<Result<Results, LedgerError>, Never>
  }

  // A plain lock: ThreadSanitizer understands it on Linux.
  private let lock = Lock()
  private var items: [Item] = []
  private var waiting = 0
  private var isRunning = false
  private let mostWaiting: Int
  /// More would only make the callers of a fold wait for one another.
  private let commandsInFold: Int
  private let queue = DispatchQueue(label: "milequest.sqlite.writer")
  /// Carries out commands in one transaction, a list for each item; throws when none is done.
  private let commit: @Sendable ([[LedgerCommand]]) throws(LedgerError) -> [Results]

  init(
    mostWaiting: Int, commandsInFold: Int,
    commit: @escaping @Sendable ([[LedgerCommand]]) throws(LedgerError) -> [Results]
  ) {
    self.mostWaiting = mostWaiting
    self.commandsInFold = commandsInFold
    self.commit = commit
  }

  /// - Throws: `overloaded` when too much waits already, or what kept the commands from being done.
  func submit(_ commands: [LedgerCommand]) async throws(LedgerError) -> Results {
    let result: Result<Results, LedgerError> = await withCheckedContinuation { reply in
      let isAccepted = lock.withLock {
        // One that is alone is let in whatever its size.
        guard waiting == 0 || waiting + commands.count <= mostWaiting else { return false }
        items.append(Item(commands: commands, reply: reply))
        waiting += commands.count
        if !isRunning {
          isRunning = true
          queue.async { self.run() }
        }
        return true
      }
      if !isAccepted {
        reply.resume(
          returning: .failure(
            LedgerError(
              .overloaded,
              "more than \(mostWaiting) commands wait for the store: nothing was done; try again "
                + "later")))
      }
    }
    return try result.get()
  }

  private func run() {
    while let group = take() {
      do throws(LedgerError) {
        let results = try commit(group.map(\.commands))
        for (item, result) in zip(group, results) { item.reply.resume(returning: .success(result)) }
      } catch {
        if error.code == .unknownOutcome {
          // A disk that failed is not to be asked again at once: its word would be worth nothing.
          for item in group { item.reply.resume(returning: .failure(error)) }
        } else if group.count == 1 {
          group[0].reply.resume(returning: retry(group[0].commands, after: error))
        } else {
          // One by one, so that nobody gets another's error.
          for item in group {
            do throws(LedgerError) {
              item.reply.resume(returning: .success(try commit([item.commands])[0]))
            } catch {
              item.reply.resume(returning: retry(item.commands, after: error))
            }
          }
        }
      }
    }
  }

  /// The commands of one item that failed together, each alone.
  private func retry(
    _ commands: [LedgerCommand], after error: LedgerError
  ) -> Result<Results, LedgerError> {
    if commands.count < 2 { return .failure(error) }
    return .success(
      commands.map { command in
        do throws(LedgerError) { return try commit([[command]])[0][0] } catch {
          return .failure(error)
        }
      })
  }

  /// What goes into the next fold, or nil when nothing waits.
  private func take() -> [Item]? {
    lock.withLock {
      var count = 0
      var taken = 0
      while taken < items.count,
        taken == 0 || count + items[taken].commands.count <= commandsInFold
      {
        count += items[taken].commands.count
        taken += 1
      }
      if taken == 0 {
        isRunning = false
        return nil
      }
      let group = Array(items[..<taken])
      items.removeFirst(taken)
      waiting -= count
      return group
    }
  }
}
