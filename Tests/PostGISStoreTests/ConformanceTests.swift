import LedgerConformance
import PostGISStore
import PostgresCluster
import Quests
import Testing

@Suite(.enabled(if: Cluster.isInstalled, Cluster.missing))
struct ConformanceTests {
  @Test(arguments: LedgerCase.allCases)
  func keepsTheLedger(_ test: LedgerCase) async throws {
    let cluster = try Cluster.shared.get()
    let (store, database) = try await cluster.store()
    let second = try await PostGISStore.open(url: cluster.url(database))
    /// Changes the database as another program could.
    @Sendable func meddle(_ sql: String) throws {
      let rows = try cluster.sql("\(sql) RETURNING 1", in: database)
      #expect(rows == "1\n")
    }
    try await test.run(
      on: Subject(
        store: store, second: second,
        damageTotal: {
          try meddle(
            "UPDATE milequest.quest_tallies SET total_um = total_um + 1 WHERE quest_id = '\($0)'")
        },
        loseContribution: {
          try meddle(
            "DELETE FROM milequest.contributions WHERE ctid = (SELECT ctid "
              + "FROM milequest.contributions WHERE quest_id = '\($0)' LIMIT 1)")
        },
        damageWalkCount: {
          try meddle(
            "UPDATE milequest.person_walks SET walks = walks + 1 WHERE person_id = '\($0)'")
        },
        namings: {
          let count = try cluster.sql(
            "SELECT (SELECT count(*) FROM milequest.change_log WHERE '\($0)' IN (actor, person_id)) "
              + "+ (SELECT count(*) FROM milequest.team_events WHERE person_id = '\($0)')",
            in: database)
          return try #require(Int(count.dropLast()))
        }))
    second.close()
    store.close()
  }

  @Test func keepsAnnouncementsOfTeams() async throws {
    let cluster = try Cluster.shared.get()
    let (store, database) = try await cluster.store()
    let second = try await PostGISStore.open(url: cluster.url(database))
    try await keepsAnnouncements(store, second)
    second.close()
    store.close()
  }

  @Test func countsDaysOfAYear() async throws {
    let cluster = try Cluster.shared.get()
    let (store, database) = try await cluster.store()
    let second = try await PostGISStore.open(url: cluster.url(database))
    try await countsDays(store, second)
    second.close()
    store.close()
  }

  @Test(arguments: RouteCase.allCases)
  func keepsRoutes(_ test: RouteCase) async throws {
    try await test.run(on: try Cluster.shared.get().store().store)
  }

  @Test(arguments: QuotaCase.allCases)
  func keepsQuotas(_ test: QuotaCase) async throws {
    let cluster = try Cluster.shared.get()
    let url = cluster.url(try cluster.database())
    let store = try await PostGISStore.open(url: url, limits: test.limits)
    let second = try await PostGISStore.open(url: url, limits: test.limits)
    try await test.run(on: store, second: second)
    second.close()
    store.close()
  }

  @Test(arguments: LinkCase.allCases)
  func keepsLinks(_ test: LinkCase) async throws {
    let cluster = try Cluster.shared.get()
    let url = cluster.url(try cluster.database())
    let store = try await PostGISStore.open(url: url, limits: test.limits)
    let second = try await PostGISStore.open(url: url, limits: test.limits)
    try await test.run(on: store, second: second)
    second.close()
    store.close()
  }

  @Test(arguments: MailCase.allCases)
  func keepsMail(_ test: MailCase) async throws {
    let cluster = try Cluster.shared.get()
    let url = cluster.url(try cluster.database())
    let store = try await PostGISStore.open(url: url, limits: MailCase.limits)
    let second = try await PostGISStore.open(url: url, limits: MailCase.limits)
    try await test.run(on: store, second)
    second.close()
    store.close()
  }

  @Test(arguments: AccountCase.allCases)
  func keepsAccounts(_ test: AccountCase) async throws {
    try await test.run(on: try Cluster.shared.get().store().store)
  }

  @Test(arguments: SignInCase.allCases)
  func keepsSecrets(_ test: SignInCase) async throws {
    try await test.run(on: try Cluster.shared.get().store().store)
  }
}
