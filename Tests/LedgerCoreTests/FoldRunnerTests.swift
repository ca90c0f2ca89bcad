import CivilTime
import Geodesy
import LedgerConformance
import LedgerCore
import Quests
import TestSupport
import Testing

/// One transaction for many callers, and the threads that do it, without a database.
@Suite struct FoldRunnerTests {
  private static let dawn = Instant(microseconds: 1_777_000_000_000_000)
  private static let ann = PersonID(high: 0, low: 1)
  private static let runner = FoldRunner(zones: ZoneCatalog(), limits: .standard)

  private static func walk(_ number: Int, meters: Int64 = 1_000) -> LedgerCommand {
    LedgerCommand(
      .log(
        ActivityKey(person: ann, id: ActivityID(high: 1, low: UInt64(number))),
        ActivityContent(start: dawn, distance: Distance(micrometers: meters * 1_000_000)),
        zone: "UTC"),
      at: dawn.advanced(bySeconds: 3_600), actor: ann)
  }

  private func codes(_ results: [CommandResults]) -> [[String]] {
    results.map { results in
      results.map { result in
        if case .failure(let error) = result { error.code.rawValue } else { "ok" }
      }
    }
  }

  @Test func whatTheRulesRefuseStopsNobody() throws {
    let store = MemoryFold()
    let results = try Self.runner.run(
      [[Self.walk(1), Self.walk(2, meters: 0)], [Self.walk(3)]], on: store, until: nil)
    #expect(codes(results) == [["ok", "invalid"], ["ok"]])
    #expect(store.ledger.activities.count == 2)
    #expect(store.rollbacks == 0)
  }

  /// What kept a fact from being read is the store's failure, whatever its code; what the rules say
  /// is a refusal, whatever its code.
  @Test func aStoreThatFailsIsNoRefusal() throws {
    for code in [LedgerError.Code.corrupt, .store, .notFound, .limit] {
      let store = MemoryFold()
      store.fault = { stage, _ in stage == .facts ? LedgerError(code, "unreadable") : nil }
      #expect(throws: LedgerError(code, "unreadable")) {
        try Self.runner.run([[Self.walk(1)], [Self.walk(2)]], on: store, until: nil)
      }
      #expect(store.ledger.activities.isEmpty && store.rollbacks == 1)
    }
    let store = MemoryFold()
    let quest = LedgerCommand(
      .advanceQuest(QuestID(high: 9, low: 9)), at: Self.dawn, actor: nil)
    let results = try Self.runner.run([[quest, Self.walk(1)]], on: store, until: nil)
    #expect(codes(results) == [["not-found", "ok"]])
  }

  @Test func aLostRaceIsRunAgainAndNothingIsDoneTwice() throws {
    struct Race: Error {}
    let store = MemoryFold()
    store.mayRepeat = { $0 is Race }
    var races = 3
    store.fault = { stage, _ in
      guard stage == .commit, races > 0 else { return nil }
      races -= 1
      return Race()
    }
    #expect(codes(try Self.runner.run([[Self.walk(1)]], on: store, until: nil)) == [["ok"]])
    #expect(store.rollbacks == 3 && store.ledger.activities.count == 1)
    store.fault = { stage, _ in stage == .begin ? Race() : nil }
    #expect(throws: LedgerError.self) {
      try Self.runner.run([[Self.walk(2)]], on: store, until: nil)
    }
    #expect(store.rollbacks == 11, "it begins again eight times, not for ever")
    #expect(throws: LedgerError.self) {
      try Self.runner.run([[Self.walk(2)]], on: store, until: .in(seconds: -1))
    }
    #expect(store.rollbacks == 11)
  }

  @Test func aFoldWithoutChangesWritesNothing() throws {
    let store = MemoryFold()
    store.fault = { stage, _ in stage == .commit ? LedgerError(.store, "written") : nil }
    #expect(
      codes(try Self.runner.run([[Self.walk(1, meters: 0)]], on: store, until: nil))
        .joined().first != "ok")
    #expect(store.rollbacks == 1)
  }

  // MARK: On threads

  /// The workers' own ledger, which one thread at a time folds into.
  private func workers(
    _ store: MemoryFold, mostWaiting: Int = 10_000
  ) -> CommitWorkers {
    nonisolated(unsafe) let store = store
    return CommitWorkers(
      CommitQueue(mostWaiting: mostWaiting, commandsInFold: 100), threads: 1, name: "memory"
    ) {
      { (fold) throws(LedgerError) in
        try Self.runner.run(fold.commands, on: store, until: fold.deadline)
      }
    }
  }

  @Test func manyCallersGetTheirOwnAnswers() async throws {
    let store = MemoryFold()
    // Folds that hold the thirteenth walk fail; alone it fails too.
    store.fault = { stage, commands in
      let isBad = commands.joined().contains { command in
        if case .log(let key, _, _) = command.action { key.id.low == 13 } else { false }
      }
      return stage == .commit && isBad ? LedgerError(.store, "thirteen") : nil
    }
    let workers = workers(store)
    await withTaskGroup(of: (Int, String).self) { group in
      for number in 1...200 {
        group.addTask {
          do throws(LedgerError) {
            let results = try await workers.submit([Self.walk(number)], until: nil)
            if case .success(.logged) = results.first { return (number, "ok") }
            return (number, "other")
          } catch { return (number, error.code.rawValue) }
        }
      }
      for await (number, outcome) in group {
        #expect(outcome == (number == 13 ? "store" : "ok"), "walk \(number)")
      }
    }
    workers.close()
    #expect(store.ledger.activities.count == 199)
    await #expect(throws: LedgerError.self) {
      _ = try await workers.submit([Self.walk(999)], until: nil)
    }
  }

  @Test func whoeverGivesUpIsToldAtOnceAndNothingIsDone() async throws {
    let store = MemoryFold()
    let gate = Gate()
    store.fault = { stage, _ in
      if stage == .begin { gate.wait() }
      return nil
    }
    let workers = workers(store)
    let first = Task { try await workers.submit([Self.walk(1)], until: nil) }
    await gate.reached()
    // The thread is busy with the first: this one waits, and gives up.
    let second = Task { try await workers.submit([Self.walk(2)], until: nil) }
    second.cancel()
    await #expect(throws: LedgerError.self) { _ = try await second.value }
    gate.open()
    #expect(try await first.value.count == 1)
    workers.close()
    #expect(store.ledger.activities.count == 1)
  }
}
