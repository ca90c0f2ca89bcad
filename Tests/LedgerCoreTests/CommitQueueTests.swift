import CivilTime
import LedgerCore
import Quests
import TestSupport
import Testing

/// The queue as a plain value: no threads, no clock, no database.
@Suite struct CommitQueueTests {
  private let now = ContinuousClock.now

  /// Commands that differ in their team.
  private func commands(_ numbers: Int...) -> [LedgerCommand] { numbers.map(Self.command) }

  private static func command(_ number: Int) -> LedgerCommand {
    LedgerCommand(
      .createTeam(
        TeamID(high: 0, low: UInt64(number)), name: "T\(number)", isPublic: false,
        founder: PersonID(high: 0, low: 1)),
      at: Instant(microseconds: 0), actor: nil)
  }

  /// The numbers of a fold's commands, a list for each caller.
  private func numbers(_ fold: CommitQueue.Fold?) -> [[Int]]? {
    fold?.commands.map { commands in
      commands.map { command in
        guard case .createTeam(let id, _, _, _) = command.action else { return -1 }
        return Int(id.low)
      }
    }
  }

  /// What a fold answers that does all of its commands.
  private func done(_ fold: CommitQueue.Fold) -> Result<[CommandResults], LedgerError> {
    .success(fold.commands.map { $0.map { _ in .success(.erased(PersonID(high: 0, low: 1))) } })
  }

  private let broken = LedgerError(.store, "broken")

  /// The tickets that are answered, with the codes of their commands' errors, `ok` for none, or the
  /// one code of all.
  private func told(_ actions: [CommitQueue.Action]) -> [CommitQueue.Ticket: String] {
    var told: [CommitQueue.Ticket: String] = [:]
    for case .answer(let ticket, let result) in actions {
      #expect(told[ticket] == nil, "answered twice")
      switch result {
      case .failure(let error): told[ticket] = error.code.rawValue
      case .success(let results):
        told[ticket] = results.map { result in
          if case .failure(let error) = result { error.code.rawValue } else { "ok" }
        }.joined(separator: " ")
      }
    }
    return told
  }

  private func queue(mostWaiting: Int = 100, commandsInFold: Int = 10) -> CommitQueue {
    CommitQueue(mostWaiting: mostWaiting, commandsInFold: commandsInFold)
  }

  @Test func whatWaitsGoesTogetherInItsOrder() throws {
    var queue = queue(commandsInFold: 4)
    let tickets = [commands(1, 2), commands(3), commands(4, 5), commands(6, 7, 8, 9, 10)].map {
      queue.enqueue($0, until: nil).0
    }
    let (first, _) = queue.take(at: now)
    #expect(numbers(first) == [[1, 2], [3]])
    // Another worker has the rest meanwhile.
    let (second, _) = queue.take(at: now)
    #expect(numbers(second) == [[4, 5]])
    // One that is larger than a fold goes alone.
    let (third, _) = queue.take(at: now)
    #expect(numbers(third) == [[6, 7, 8, 9, 10]])
    #expect(queue.isEmpty)
    #expect(queue.take(at: now).0 == nil)
    let folds = try [#require(second), #require(first), #require(third)]
    let all = folds.reduce(into: [:]) { all, fold in
      all.merge(told(queue.finish(fold, done(fold)))) { a, _ in a }
    }
    #expect(tickets.map { all[$0] } == ["ok ok", "ok", "ok ok", "ok ok ok ok ok"])
  }

  @Test func aFullQueueRefusesAndOneAloneIsLetIn() {
    var queue = queue(mostWaiting: 3)
    let (big, _) = queue.enqueue(commands(1, 2, 3, 4, 5), until: nil)
    let (late, refusal) = queue.enqueue(commands(6), until: nil)
    #expect(told(refusal) == [late: "overloaded"])
    let (fold, _) = queue.take(at: now)
    // What is under way does not wait.
    let (next, actions) = queue.enqueue(commands(7), until: nil)
    #expect(told(actions).isEmpty)
    #expect(told(queue.finish(fold!, done(fold!)))[big] == "ok ok ok ok ok")
    #expect(numbers(queue.take(at: now).0) == [[7]])
    #expect(queue.cancel(late).isEmpty && queue.cancel(next).isEmpty)
  }

  @Test func cancellingTakesBackWhatWaitsAndNothingElse() {
    var queue = queue(commandsInFold: 1)
    let (first, _) = queue.enqueue(commands(1), until: nil)
    let (second, _) = queue.enqueue(commands(2), until: nil)
    let (third, _) = queue.enqueue(commands(3), until: nil)
    let (fold, _) = queue.take(at: now)
    // Under way: stopping it would leave its end unknown.
    #expect(told(queue.cancel(first)).isEmpty)
    #expect(told(queue.cancel(second)) == [second: "timeout"])
    #expect(told(queue.cancel(second)).isEmpty)
    #expect(told(queue.finish(fold!, done(fold!))) == [first: "ok"])
    #expect(numbers(queue.take(at: now).0) == [[3]])
    #expect(told(queue.cancel(third)).isEmpty)
  }

  @Test func thoseThatWaitedTooLongAreToldAndNotDone() {
    var queue = queue()
    let soon = Deadline(instant: now + .seconds(1))
    let later = Deadline(instant: now + .seconds(5))
    let (impatient, _) = queue.enqueue(commands(1), until: soon)
    _ = queue.enqueue(commands(2), until: later)
    _ = queue.enqueue(commands(3), until: later)
    let (fold, actions) = queue.take(at: now + .seconds(2))
    #expect(told(actions) == [impatient: "timeout"])
    #expect(numbers(fold) == [[2], [3]])
    #expect(fold?.deadline == later)
    // One who never gives up lets the fold go on for as long as it takes.
    _ = queue.enqueue(commands(4), until: soon)
    _ = queue.enqueue(commands(5), until: nil)
    #expect(queue.take(at: now).0?.deadline == nil)
  }

  @Test func aFoldThatFailsIsDoneAgainCallerByCallerAndCommandByCommand() throws {
    var queue = queue()
    let (one, _) = queue.enqueue(commands(1), until: nil)
    let (many, _) = queue.enqueue(commands(2, 3, 4), until: nil)
    let (other, _) = queue.enqueue(commands(5), until: nil)
    let fold = try #require(queue.take(at: now).0)
    // A caller who comes meanwhile comes after those.
    let (newcomer, _) = queue.enqueue(commands(6), until: nil)
    #expect(told(queue.finish(fold, .failure(broken))).isEmpty)
    let alone = try #require(queue.take(at: now).0)
    #expect(numbers(alone) == [[1]])
    #expect(told(queue.finish(alone, done(alone))) == [one: "ok"])
    let three = try #require(queue.take(at: now).0)
    #expect(numbers(three) == [[2, 3, 4]])
    #expect(told(queue.finish(three, .failure(broken))).isEmpty)
    for (number, fails) in [(2, false), (3, true)] {
      let single = try #require(queue.take(at: now).0)
      #expect(numbers(single) == [[number]])
      #expect(
        told(queue.finish(single, fails ? .failure(broken) : done(single))).isEmpty,
        "what is done one by one is answered as a whole")
      // Some of it is done already: it cannot be taken back.
      #expect(queue.cancel(many).isEmpty)
    }
    let last = try #require(queue.take(at: now).0)
    #expect(numbers(last) == [[4]])
    #expect(told(queue.finish(last, done(last))) == [many: "ok store ok"])
    let fifth = try #require(queue.take(at: now).0)
    #expect(numbers(fifth) == [[5]])
    #expect(told(queue.finish(fifth, .failure(broken))) == [other: "store"])
    #expect(numbers(queue.take(at: now).0) == [[6]])
    #expect(queue.cancel(newcomer).isEmpty)
  }

  @Test func whatIsTrueOfAllIsNotTriedAgain() throws {
    for code in [LedgerError.Code.unknownOutcome, .unreachable] {
      var queue = queue()
      let (one, _) = queue.enqueue(commands(1, 2), until: nil)
      let (two, _) = queue.enqueue(commands(3), until: nil)
      let fold = try #require(queue.take(at: now).0)
      let actions = queue.finish(fold, .failure(LedgerError(code, "gone")))
      #expect(told(actions) == [one: code.rawValue, two: code.rawValue])
      #expect(queue.isEmpty)
      // Nor is the rest of what is done command by command.
      let (many, _) = queue.enqueue(commands(4, 5, 6), until: nil)
      let together = try #require(queue.take(at: now).0)
      _ = queue.finish(together, .failure(broken))
      let first = try #require(queue.take(at: now).0)
      _ = queue.finish(first, done(first))
      let second = try #require(queue.take(at: now).0)
      let told = told(queue.finish(second, .failure(LedgerError(code, "gone"))))
      #expect(told == [many: "ok \(code.rawValue) \(code.rawValue)"])
      #expect(queue.isEmpty)
    }
  }

  @Test func aDeadlineInTheMiddleOfCommandsTellsWhichWereDone() throws {
    var queue = queue()
    let deadline = Deadline(instant: now + .seconds(1))
    let (ticket, _) = queue.enqueue(commands(1, 2, 3), until: deadline)
    let fold = try #require(queue.take(at: now).0)
    _ = queue.finish(fold, .failure(broken))
    let single = try #require(queue.take(at: now).0)
    _ = queue.finish(single, done(single))
    let (none, actions) = queue.take(at: now + .seconds(2))
    #expect(none == nil)
    #expect(told(actions) == [ticket: "ok timeout timeout"])
  }

  @Test func aClosedQueueTakesNothingMoreAndFinishesTheRest() throws {
    var queue = queue()
    let (ticket, _) = queue.enqueue(commands(1), until: nil)
    queue.close()
    let (refused, actions) = queue.enqueue(commands(2), until: nil)
    #expect(told(actions) == [refused: "unreachable"])
    let fold = try #require(queue.take(at: now).0)
    #expect(told(queue.finish(fold, done(fold))) == [ticket: "ok"])
    #expect(queue.isEmpty && queue.isClosed)
  }

  /// Random steps: everybody is answered once, and what was done is never done again.
  @Test func everybodyIsAnsweredOnce() {
    var random = SplitMix64("commit queue")
    for _ in 0..<300 {
      var queue = CommitQueue(mostWaiting: 40, commandsInFold: random.int(1...8))
      var open: Set<CommitQueue.Ticket> = []
      var underWay: [CommitQueue.Fold] = []
      var doneNumbers: Set<Int> = []
      var number = 0
      var clock = now
      func perform(_ actions: [CommitQueue.Action]) {
        for case .answer(let ticket, _) in actions {
          #expect(open.remove(ticket) != nil)
        }
      }
      for step in 0..<200 {
        clock += .milliseconds(random.int(0...20))
        switch step < 120 ? random.int(0...4) : random.int(2...4) {
        case 0, 1:
          let count = random.int(1...5)
          let batch = (number..<number + count).map(Self.command)
          number += count
          let deadline =
            random.chance(0.3) ? Deadline(instant: clock + .milliseconds(random.int(0...60))) : nil
          let (ticket, actions) = queue.enqueue(batch, until: deadline)
          open.insert(ticket)
          perform(actions)
        case 2:
          let (fold, actions) = queue.take(at: clock)
          perform(actions)
          if let fold { underWay.append(fold) }
        case 3 where !underWay.isEmpty:
          let fold = underWay.remove(at: random.int(0...underWay.count - 1))
          if random.chance(0.4) {
            let code: LedgerError.Code = random.chance(0.2) ? .unknownOutcome : .store
            perform(queue.finish(fold, .failure(LedgerError(code, ""))))
          } else {
            for number in numbers(fold)!.joined() {
              #expect(doneNumbers.insert(number).inserted, "done twice")
            }
            perform(queue.finish(fold, done(fold)))
          }
        default:
          if let ticket = open.first { perform(queue.cancel(ticket)) }
        }
      }
      queue.close()
      while true {
        let (fold, actions) = queue.take(at: clock)
        perform(actions)
        if let fold { underWay.append(fold) }
        guard let next = underWay.popLast() else { break }
        perform(queue.finish(next, done(next)))
      }
      #expect(queue.isEmpty && open.isEmpty)
    }
  }
}
