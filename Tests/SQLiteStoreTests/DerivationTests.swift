import CivilTime
import Foundation
import GRDB
import Geodesy
import Quests
import Routes
import SQLiteStore
import Testing

/// A quest's change over many walks is derived in pieces, with other writers in between.
@Suite struct DerivationTests {
  private static let dawn = FileTests.dawn
  private static let people = (1...4).map { PersonID(high: 1, low: UInt64($0)) }
  private static let now = dawn.advanced(bySeconds: 900_000)

  private static var limits: LedgerLimits {
    var limits = LedgerLimits()
    limits.walksDerivedAtOnce = 20
    return limits
  }

  private static func walk(_ number: Int, _ person: Int, meters: Int = 100) -> LedgerCommand {
    LedgerCommand(
      .log(
        ActivityKey(person: people[person], id: ActivityID(high: 9, low: UInt64(number))),
        content(number, meters), zone: "UTC"), at: now, actor: nil)
  }

  private static func content(_ number: Int, _ meters: Int) -> ActivityContent {
    ActivityContent(
      start: dawn.advanced(bySeconds: Int64(number * 7_919 % 864_000)),
      distance: Distance(micrometers: Int64(meters) * 1_000_000), isPrivate: number % 5 == 0)
  }

  private static func plan(meters: Int64) throws -> QuestPlan {
    let length = Distance(micrometers: meters * 1_000_000)
    return try QuestPlan(
      route: RouteVersion(route: RouteID(high: 1, low: 1), version: 1), course: .once,
      scale: try Scale(questLength: length, officialLength: length), waypoints: [])
  }

  /// What happens to the team while its quest changes: walks that come late, edits, deletions, and
  /// somebody who joins as of a past day.
  private static func disturb(_ store: SQLiteStore, _ round: Int) async throws {
    let first = 10_000 + round * 10
    func tell(_ action: LedgerCommand.Action) async throws {
      _ = try await store.perform(LedgerCommand(action, at: now, actor: nil))
    }
    _ = try await store.perform(walk(first, round % 3))
    _ = try await store.perform(walk(first + 1, 3))
    try await tell(
      .edit(
        ActivityKey(
          person: people[round % 3], id: ActivityID(high: 9, low: UInt64(round * 3 + round % 3))),
        content(first + 2, 250), expectedRevision: nil))
    try await tell(
      .delete(
        ActivityKey(
          person: people[round % 3],
          id: ActivityID(high: 9, low: UInt64(300 + round * 3 + round % 3))),
        expectedRevision: nil))
    if round == 4 {
      try await tell(.join(FileTests.team, people[3], .member, from: dawn))
    }
    if round == 11 {
      try await tell(.erase(people[2]))
    }
  }

  @Test func goesOnBesideOtherWriters() async throws {
    let folder = try Folder()
    let path = folder.path + "/derived.sqlite"
    let store = try SQLiteStore(path: path, limits: Self.limits)
    try await FileTests.begin(store)
    for person in Self.people[1...2] {
      _ = try await store.perform(
        LedgerCommand(
          .join(FileTests.team, person, .member, from: Self.dawn), at: Self.dawn, actor: nil))
    }
    for result in try await store.perform((0..<600).map { Self.walk($0, $0 % 3) }) {
      _ = try result.get()
    }
    let changes = [
      QuestChange(end: Self.dawn.advanced(bySeconds: 400_000)),
      QuestChange(
        start: Self.dawn.advanced(bySeconds: 100_000), end: Self.dawn.advanced(bySeconds: 864_000)),
      QuestChange(zone: "Pacific/Auckland", plan: try Self.plan(meters: 50_000)),
      QuestChange(start: Self.dawn),
    ]
    var copies: [String] = []
    for (index, change) in changes.enumerated() {
      let before = try #require(try await store.quest(FileTests.quest))
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
          _ = try await store.perform(
            LedgerCommand(
              .changeQuest(FileTests.quest, change, expectedRevision: before.quest.revision),
              at: Self.now, actor: nil))
        }
        // Each copy is what a kill at that moment would leave.
        for round in (index * 3)..<(index * 3 + 3) {
          try await Self.disturb(store, round)
          let copy = folder.path + "/copy-\(round).sqlite"
          try SQLiteStore.copy(path, to: copy)
          copies.append(copy)
          let report = try await store.audit()
          #expect(report.isClean, "\(report.differences)")
        }
        try await group.waitForAll()
      }
      let after = try #require(try await store.quest(FileTests.quest))
      #expect(after.quest.revision > before.quest.revision)
      let report = try await store.audit()
      #expect(report.isClean, "\(report.differences)")
      #expect(try Self.leftOver(path) == 0)
    }
    try store.close()

    var unfinished = 0
    for copy in copies {
      if try Self.leftOver(copy) > 0 { unfinished += 1 }
      let again = try SQLiteStore(path: copy, limits: Self.limits)
      #expect(try await again.audit().isClean)
      _ = try await again.perform(
        LedgerCommand(
          .changeQuest(
            FileTests.quest, QuestChange(end: Self.dawn.advanced(bySeconds: 500_000)),
            expectedRevision: nil), at: Self.now, actor: nil))
      // What was left is removed in the course of the store's care.
      _ = try await again.forgetEvents(at: Self.now.advanced(bySeconds: 7_200))
      #expect(try await again.audit().isClean)
      try again.close()
      #expect(try Self.leftOver(copy) == 0)
    }
    #expect(unfinished > 0, "no copy was made in the middle of a derivation")
  }

  /// Rows of figures that no quest points at, and those that say so.
  private static func leftOver(_ path: String) throws -> Int {
    try DatabaseQueue(path: path).read { db in
      let tables = [
        "contributions", "milestones", "quest_days", "quest_people", "quest_spans", "quest_tallies",
      ]
      let rows = try tables.map { table in
        try Int.fetchOne(
          db,
          sql: "SELECT count(*) FROM \(table) WHERE quest_id NOT IN "
            + "(SELECT figures_id FROM quests)") ?? 0
      }
      return try rows.reduce(0, +)
        + (Int.fetchOne(db, sql: "SELECT count(*) FROM derivations") ?? 0)
    }
  }
}
