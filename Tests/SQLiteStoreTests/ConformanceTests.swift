import Foundation
import GRDB
import LedgerConformance
import Quests
import SQLiteStore
import Testing

/// A folder that goes away with the test.
final class Folder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "milequest-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

@Suite struct ConformanceTests {
  /// Where more than so many walks are derived again, it is done in pieces.
  @Test(arguments: LedgerCase.allCases, [LedgerLimits.standard.walksDerivedAtOnce, 0])
  func keepsTheLedger(_ test: LedgerCase, walksDerivedAtOnce: Int) async throws {
    let folder = try Folder()
    let path = folder.path + "/ledger.sqlite"
    var limits = LedgerLimits.standard
    limits.walksDerivedAtOnce = walksDerivedAtOnce
    let store = try SQLiteStore(path: path, limits: limits)
    let second = try SQLiteStore(path: path, limits: limits)
    /// Changes the file as another program could.
    @Sendable func meddle<S>(_ sql: String, _ id: Identifier<S>) throws {
      let other = try DatabaseQueue(path: path)
      try other.write { db in
        try db.execute(sql: sql, arguments: [Data(id.bytes)])
        #expect(db.changesCount == 1)
      }
    }
    try await test.run(
      on: Subject(
        store: store, second: second,
        damageTotal: {
          try meddle(
            "UPDATE quest_tallies SET total_um = total_um + 1 WHERE quest_id = "
              + "(SELECT figures_id FROM quests WHERE quest_id = ?)", $0)
        },
        loseContribution: {
          try meddle(
            "DELETE FROM contributions WHERE (team_id, person_id, activity_id, quest_id) IN "
              + "(SELECT team_id, person_id, activity_id, quest_id FROM contributions "
              + "WHERE quest_id = (SELECT figures_id FROM quests WHERE quest_id = ?) LIMIT 1)", $0)
        },
        damageWalkCount: {
          try meddle("UPDATE person_walks SET walks = walks + 1 WHERE person_id = ?", $0)
        },
        namings: { person in
          try await DatabaseQueue(path: path).read { db in
            try Int.fetchOne(
              db,
              sql: "SELECT (SELECT count(*) FROM change_log WHERE ?1 IN (actor, person_id)) "
                + "+ (SELECT count(*) FROM team_events WHERE person_id = ?1)",
              arguments: [Data(person.bytes)]) ?? -1
          }
        }))
    try second.close()
    try store.close()
  }

  @Test func keepsAnnouncementsOfTeams() async throws {
    let folder = try Folder()
    let path = folder.path + "/announced.sqlite"
    try await keepsAnnouncements(try SQLiteStore(path: path), try SQLiteStore(path: path))
  }

  @Test func countsDaysOfAYear() async throws {
    let folder = try Folder()
    let path = folder.path + "/counts.sqlite"
    try await countsDays(try SQLiteStore(path: path), try SQLiteStore(path: path))
  }

  @Test(arguments: RouteCase.allCases)
  func keepsRoutes(_ test: RouteCase) async throws {
    let folder = try Folder()
    try await test.run(on: try SQLiteStore(path: folder.path + "/routes.sqlite"))
  }

  @Test(arguments: QuotaCase.allCases)
  func keepsQuotas(_ test: QuotaCase) async throws {
    let folder = try Folder()
    let path = folder.path + "/quotas.sqlite"
    let store = try SQLiteStore(path: path, limits: test.limits)
    let second = try SQLiteStore(path: path, limits: test.limits)
    try await test.run(on: store, second: second)
    try second.close()
    try store.close()
  }

  @Test(arguments: LinkCase.allCases)
  func keepsLinks(_ test: LinkCase) async throws {
    let folder = try Folder()
    let path = folder.path + "/links.sqlite"
    let store = try SQLiteStore(path: path, limits: test.limits)
    let second = try SQLiteStore(path: path, limits: test.limits)
    try await test.run(on: store, second: second)
    try second.close()
    try store.close()
  }

  @Test(arguments: MailCase.allCases)
  func keepsMail(_ test: MailCase) async throws {
    let folder = try Folder()
    let path = folder.path + "/mail.sqlite"
    try await test.run(
      on: try SQLiteStore(path: path, limits: MailCase.limits),
      try SQLiteStore(path: path, limits: MailCase.limits))
  }

  @Test(arguments: AccountCase.allCases)
  func keepsAccounts(_ test: AccountCase) async throws {
    let folder = try Folder()
    try await test.run(on: try SQLiteStore(path: folder.path + "/accounts.sqlite"))
  }

  @Test(arguments: SignInCase.allCases)
  func keepsSecrets(_ test: SignInCase) async throws {
    let folder = try Folder()
    try await test.run(on: try SQLiteStore(path: folder.path + "/accounts.sqlite"))
  }
}
