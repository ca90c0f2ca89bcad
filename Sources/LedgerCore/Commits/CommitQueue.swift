package import Quests

/// What became of one caller's commands, in their order.
package typealias CommandResults = [Result<LedgerAnswer, LedgerError>]

/// What waits for a commit and what becomes of it, as a plain value: it has no threads, no clock and
/// no database. A shell performs the actions that each step returns.
///
/// What waits when a worker is free goes into one fold together, so that many callers share the wait
/// for the disk. A fold that fails is done again caller by caller, and a caller's commands that fail
/// together one by one, so that nobody gets another's error. After a failure that is true of all of
/// them, none is done again.
package struct CommitQueue: Sendable {
  /// Stands for one caller's commands.
  package struct Ticket: Hashable, Sendable {
    fileprivate let number: UInt64
  }

  /// Commands that are to be done in one transaction.
  package struct Fold: Sendable {
    fileprivate let tickets: [Ticket]
    /// A list for each caller.
    package let commands: [[LedgerCommand]]
    /// When the most patient of its callers stops waiting; nil where one of them never does.
    package let deadline: Deadline?
  }

  /// What the shell is to do.
  package enum Action: Sendable {
    /// The caller is told; its ticket stands for nothing from then on.
    case answer(Ticket, Result<CommandResults, LedgerError>)
    /// One more worker may `take`.
    case wake
  }

  private struct Item {
    let commands: [LedgerCommand]
    let deadline: Deadline?
    /// Whether it is in a fold that a worker has.
    var isUnderWay = false
    /// How far it is broken up.
    var share = Share.any
    /// What became of the first commands, where they are done one by one.
    var results: CommandResults = []
  }

  private enum Share {
    /// With others in one fold.
    case any
    /// In a fold of its own.
    case alone
    /// Each command in a fold of its own.
    case each
  }

  private let mostWaiting: Int
  private let commandsInFold: Int
  private var items: [Ticket: Item] = [:]
  /// Those that no worker has, in their order: done again first, then as they came.
  private var again: [Ticket] = []
  private var waiting: [Ticket] = []
  /// Where the first of `waiting` stands: an array is not moved up for each fold.
  private var waitingStart = 0
  /// Commands that no worker has.
  package private(set) var waitingCommands = 0
  private var lastNumber: UInt64 = 0
  package private(set) var isClosed = false

  /// - Parameters:
  ///   - mostWaiting: commands that may wait; one caller alone is let in whatever it brings.
  ///   - commandsInFold: more would only make the callers of a fold wait for one another.
  package init(mostWaiting: Int, commandsInFold: Int) {
    self.mostWaiting = mostWaiting
    self.commandsInFold = commandsInFold
  }

  /// Whether nothing waits for a worker.
  package var isEmpty: Bool { again.isEmpty && waitingStart == waiting.count }

  /// Takes in a caller's commands; a full or closed queue answers them at once.
  ///
  /// - Parameter isAlone: whether no other caller's commands may share its transaction.
  package mutating func enqueue(
    _ commands: [LedgerCommand], until deadline: Deadline?, isAlone: Bool = false
  ) -> (Ticket, [Action]) {
    lastNumber += 1
    let ticket = Ticket(number: lastNumber)
    if isClosed {
      return (ticket, [.answer(ticket, .failure(LedgerError(.unreachable, "the store is closed")))])
    }
    guard waitingCommands == 0 || waitingCommands + commands.count <= mostWaiting else {
      let full = LedgerError(
        .overloaded,
        "more than \(mostWaiting) commands wait for the store: nothing was done; try again later")
      return (ticket, [.answer(ticket, .failure(full))])
    }
    items[ticket] = Item(
      commands: commands, deadline: deadline, share: isAlone ? .alone : .any)
    waiting.append(ticket)
    waitingCommands += commands.count
    return (ticket, [.wake])
  }

  /// The caller has given up. What a worker has already is done and answered all the same: stopping
  /// it would leave its end unknown.
  package mutating func cancel(_ ticket: Ticket) -> [Action] {
    guard let item = items[ticket], !item.isUnderWay, item.results.isEmpty else { return [] }
    again.removeAll { $0 == ticket }
    if let index = waiting[waitingStart...].firstIndex(of: ticket) {
      waiting.remove(at: index)
      waitingCommands -= item.commands.count
    }
    items[ticket] = nil
    return [
      .answer(
        ticket, .failure(LedgerError(.timeout, "the caller gave up before anything was done")))
    ]
  }

  /// A worker is free: what it is to do, and those who are told that they waited too long.
  package mutating func take(at now: ContinuousClock.Instant) -> (Fold?, [Action]) {
    var actions: [Action] = []
    var tickets: [Ticket] = []
    var commands: [[LedgerCommand]] = []
    var count = 0
    while let (ticket, item) = first {
      if item.deadline?.isOver(at: now) == true {
        removeFirst(item)
        actions.append(answerLate(ticket, item))
        continue
      }
      let share = item.share == .each ? [item.commands[item.results.count]] : item.commands
      if !tickets.isEmpty, item.share != .any || count + share.count > commandsInFold { break }
      removeFirst(item)
      items[ticket]?.isUnderWay = true
      tickets.append(ticket)
      commands.append(share)
      count += share.count
      if item.share != .any { break }
    }
    if tickets.isEmpty { return (nil, actions) }
    // Whoever else is free may have the rest.
    if !isEmpty { actions.append(.wake) }
    let deadlines = tickets.map { items[$0]?.deadline }
    let deadline = deadlines.contains(nil) ? nil : deadlines.compactMap(\.self).max()
    return (Fold(tickets: tickets, commands: commands, deadline: deadline), actions)
  }

  /// A worker has done a fold, or found that it cannot be done.
  package mutating func finish(
    _ fold: Fold, _ outcome: Result<[CommandResults], LedgerError>
  ) -> [Action] {
    var actions: [Action] = []
    var repeated: [Ticket] = []
    for (index, ticket) in fold.tickets.enumerated() {
      guard var item = items[ticket] else { continue }
      item.isUnderWay = false
      switch outcome {
      case .success(let results):
        item.results += index < results.count ? results[index] : []
      case .failure(let error):
        if fold.tickets.count > 1, !error.isOfEverybody {
          item.share = .alone
        } else if item.share == .each {
          // Where it is true of all that are left, none of them is asked for.
          let count = error.isOfEverybody ? item.commands.count - item.results.count : 1
          item.results += Array(repeating: .failure(error), count: count)
        } else if item.commands.count > 1, !error.isOfEverybody {
          item.share = .each
        } else {
          items[ticket] = nil
          actions.append(.answer(ticket, .failure(error)))
          continue
        }
      }
      // An empty list is done as soon as it is taken.
      let isDone = item.results.count == item.commands.count
      let isToldOnce = if case .success = outcome { item.share != .each } else { false }
      if isDone || isToldOnce {
        items[ticket] = nil
        actions.append(.answer(ticket, .success(item.results)))
      } else {
        items[ticket] = item
        repeated.append(ticket)
      }
    }
    if !repeated.isEmpty {
      again = repeated + again
      actions.append(.wake)
    }
    return actions
  }

  /// Takes nothing more in; what waits is still done.
  package mutating func close() { isClosed = true }

  private var first: (Ticket, Item)? {
    guard let ticket = again.first ?? (isEmpty ? nil : waiting[waitingStart]),
      let item = items[ticket]
    else { return nil }
    return (ticket, item)
  }

  private mutating func removeFirst(_ item: Item) {
    if !again.isEmpty {
      again.removeFirst()
      return
    }
    waitingStart += 1
    waitingCommands -= item.commands.count
    if waitingStart > 1_000, waitingStart * 2 > waiting.count {
      waiting.removeFirst(waitingStart)
      waitingStart = 0
    }
  }

  private mutating func answerLate(_ ticket: Ticket, _ item: Item) -> Action {
    items[ticket] = nil
    let late = FoldRunner.late
    if item.results.isEmpty { return .answer(ticket, .failure(late)) }
    // Some are done: those that are not are told so one by one.
    let rest = item.commands.count - item.results.count
    return .answer(
      ticket,
      .success(item.results + Array(repeating: .failure(late), count: rest)))
  }
}

extension LedgerError {
  /// Whether a fold's failure is true of each of its commands, which are not to be sent again: their
  /// end is unknown, or there is no store for anybody.
  var isOfEverybody: Bool { code == .unknownOutcome || code == .unreachable }
}
