import Foundation
import Geodesy
import PostGISStore
import PostgresCluster
import Quests
import Routes
import Testing

/// Each way the server can be wrong has an error of its own, which holds no password.
@Suite(.enabled(if: Cluster.isInstalled, Cluster.missing))
struct ServerErrorTests {
  /// What opening is refused with.
  private func refusal(
    _ url: String, migrates: Bool = true, connectSeconds: Double = 2
  ) async -> LedgerError? {
    var options = PostGISStore.Options()
    options.connectSeconds = connectSeconds
    do throws(LedgerError) {
      _ = try await PostGISStore.open(url: url, migrates: migrates, options: options)
      return nil
    } catch {
      for secret in ["s3cret", "hunter2"] {
        #expect(!error.message.contains(secret), "the password is in: \(error.message)")
      }
      return error
    }
  }

  @Test func aServerThatIsNotThere() async throws {
    let error = await refusal(
      "postgres://owner:hunter2@localhost:1/none", connectSeconds: 0.5)
    #expect(error?.code == .unreachable)
    #expect(error?.message.contains("localhost, port 1") == true)
    let noSocket = "postgres://owner:hunter2@%2Fnowhere/none"
    #expect(await refusal(noSocket, connectSeconds: 0.2)?.code == .unreachable)
  }

  // Without a deadline of its own it would never return.
  @Test(.timeLimit(.minutes(10))) func aServerThatSaysNothing() async throws {
    // A socket that takes connections and never answers.
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let port = withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, size)
        listen(listener, 1)
        getsockname(listener, address, &size)
      }
      return UInt16(bigEndian: address.pointee.sin_port)
    }
    let error = await refusal(
      "postgres://owner:hunter2@127.0.0.1:\(port)/none", connectSeconds: 0.5)
    #expect(error?.code == .unreachable)
  }

  @Test func anAddressThatIsNone() async throws {
    let error = await refusal("postgres://owner:hunter2@[::1/none?nonsense=1")
    #expect(error?.code == .settings)
  }

  @Test func aWrongPassword() async throws {
    let cluster = try Cluster.shared.get()
    let error = await refusal(cluster.url("with_postgis", password: "hunter2"))
    #expect(error?.code == .access)
    #expect(error?.message.contains("owner") == true)
  }

  @Test func aMissingDatabase() async throws {
    let error = await refusal(try Cluster.shared.get().url("nowhere"))
    #expect(error?.code == .settings)
    #expect(error?.message.contains("nowhere") == true)
  }

  @Test func noPostGIS() async throws {
    let cluster = try Cluster.shared.get()
    try cluster.sql("CREATE DATABASE plain", in: "postgres")
    try cluster.sql(
      "CREATE ROLE plainuser LOGIN PASSWORD 'hunter2'; GRANT CREATE ON DATABASE plain TO plainuser",
      in: "postgres")
    let url = cluster.url("plain", user: "plainuser", password: "hunter2")
    let error = await refusal(url)
    #expect(error?.code == .settings)
    #expect(error?.message.contains("CREATE EXTENSION postgis") == true)
    // One who may, makes it.
    #expect(await refusal(cluster.url("plain")) == nil)
  }

  @Test func noRights() async throws {
    let cluster = try Cluster.shared.get()
    let database = try cluster.database()
    try cluster.sql("CREATE ROLE guest LOGIN PASSWORD 'hunter2'", in: "postgres")
    let url = cluster.url(database, user: "guest", password: "hunter2")
    let error = await refusal(url)
    #expect(error?.code == .access)
    #expect(error?.message.contains("guest") == true)
    // The ledger is there, and this user may not look at it.
    #expect(await refusal(cluster.url(database)) == nil)
    #expect(await refusal(url, migrates: false)?.code == .access)
    // It may look, and not write.
    try cluster.sql(
      "GRANT USAGE ON SCHEMA milequest TO guest; "
        + "GRANT SELECT ON ALL TABLES IN SCHEMA milequest TO guest", in: database)
    let store = try await PostGISStore.open(url: url, migrates: false)
    var random = SystemRandomNumberGenerator()
    let team = TeamID.random(using: &random)
    do throws(LedgerError) {
      _ = try await store.perform(
        LedgerCommand(
          .createTeam(team, name: "T", isPublic: false, founder: .random(using: &random)),
          at: Walks.now, actor: nil))
      Issue.record("a guest wrote")
    } catch { #expect(error.code == .access) }
    #expect(try await store.team(team) == nil)
  }

  /// The newest schema.
  private static let version = 24
  /// Takes back what came after the third.
  private static let undoing =
    "DROP VIEW milequest.quest_markers; ALTER TABLE milequest.teams DROP COLUMN dissolved_at; "
    + "CREATE VIEW milequest.quest_markers AS SELECT p.quest_id, p.team_id, q.name AS quest, "
    + "t.name AS team, p.version, p.place FROM milequest.markers p "
    + "LEFT JOIN milequest.quests q ON q.quest_id = p.quest_id "
    + "LEFT JOIN milequest.teams t ON t.team_id = p.team_id; "
    + "ALTER TABLE milequest.routes DROP COLUMN retired_at; "
    + "DROP TABLE milequest.announcers, milequest.announced; "
    + "ALTER TABLE milequest.quests DROP COLUMN is_start_announced, DROP COLUMN hides_ahead; "
    + "ALTER TABLE milequest.team_events DROP COLUMN plan; "
    + "DROP TABLE milequest.code_tries; ALTER TABLE milequest.request_keys DROP COLUMN claims; "
    + "DROP INDEX milequest.activity_versions_first; "
    + "ALTER TABLE milequest.activities DROP COLUMN sent_zone; "
    + "ALTER TABLE milequest.activity_versions DROP COLUMN sent_zone; "
    + "ALTER TABLE milequest.memberships RENAME COLUMN period TO stay; "
    + "ALTER TABLE milequest.change_log RENAME TO audit_trail; "
    + "ALTER INDEX milequest.change_log_pkey RENAME TO audit_trail_pkey; "
    + "ALTER INDEX milequest.change_log_team RENAME TO audit_trail_team; "
    + "ALTER TABLE milequest.markers RENAME TO quest_places; "
    + "ALTER INDEX milequest.markers_pkey RENAME TO quest_places_pkey; "
    + "ALTER INDEX milequest.markers_place RENAME TO quest_places_place; "
    + "DROP TABLE milequest.erased_people, milequest.quest_spans, milequest.person_walks, "
    + "milequest.daily_counts, milequest.outgoing_mail, milequest.tokens_not_before, "
    + "milequest.mail_refusals, milequest.weekly_summaries, milequest.quest_links; "
    + "DROP INDEX milequest.accounts_news, milequest.accounts_weekly; "
    + "ALTER TABLE milequest.accounts DROP COLUMN mail_choices; "
    + "DROP INDEX milequest.routes_owner; "
    + "DROP INDEX milequest.change_log_actor, milequest.change_log_person, "
    + "milequest.invites_unused; ALTER TABLE milequest.teams DROP COLUMN is_public; "
    + "ALTER TABLE milequest.routes DROP COLUMN is_public; "
    + "DROP TABLE milequest.refresh_tokens, milequest.api_keys, milequest.one_time_codes, "
    + "milequest.subjects; ALTER TABLE milequest.accounts DROP is_email_verified; "

  @Test func aSchemaOfAnotherVersion() async throws {
    let cluster = try Cluster.shared.get()
    let database = try cluster.database()
    let url = cluster.url(database)
    #expect(await refusal(url, migrates: false)?.code == .schemaTooOld)
    #expect(await refusal(url) == nil)
    #expect(await refusal(url, migrates: false) == nil)
    // A ledger of an older schema: the newer migrations are done, the others are not done again.
    let team = TeamID(high: 1, low: 1)
    let store = try await PostGISStore.open(url: url)
    _ = try await store.perform(
      LedgerCommand(
        .createTeam(team, name: "T", isPublic: true, founder: PersonID(high: 1, low: 1)),
        at: Walks.now, actor: nil))
    let route = try MeasuredRoute(
      Route(
        parts: [[Coordinate(latitude: 1, longitude: 1), Coordinate(latitude: 1, longitude: 2)]]))
    let owners = [nil, PersonID(high: 1, low: 1)]
    for (number, owner) in owners.enumerated() {
      _ = try await store.addRoute(
        route, id: RouteID(high: 1, low: UInt64(number)), owner: owner, isPublic: true,
        at: Walks.now)
    }
    store.close()
    try cluster.sql(
      Self.undoing + "DELETE FROM milequest.schema_version WHERE version > 3", in: database)
    #expect(await refusal(url, migrates: false)?.code == .schemaTooOld)
    let again = try await PostGISStore.open(url: url)
    #expect(try await again.team(team)?.team.name == "T")
    #expect(try await again.team(team)?.team.isPublic == false)
    let routes = try await again.routes(visibleTo: .everything, after: nil, limit: 9)
    #expect(routes.map(\.owner) == owners)
    #expect(routes.map(\.isPublic) == [true, false])
    again.close()
    #expect(
      try cluster.sql("SELECT count(*), max(version) FROM milequest.schema_version", in: database)
        == "\(Self.version)|\(Self.version)\n")
    try cluster.sql("INSERT INTO milequest.schema_version (version) VALUES (99)", in: database)
    for migrates in [false, true] {
      let error = await refusal(url, migrates: migrates)
      #expect(error?.code == .schemaTooNew)
      #expect(error?.message.contains("99") == true)
    }
  }

  /// The id of an invite was the code that somebody holds; the server derives the same as the program.
  @Test func invitesThatWereKeptByTheirCodes() async throws {
    let cluster = try Cluster.shared.get()
    let database = try cluster.database()
    let url = cluster.url(database)
    try await PostGISStore.open(url: url).close()
    let codes = (0..<50).map { index in
      InviteCode(
        high: 0x0123_4567_89AB_4DEF &* (2 * index + 1), low: 0x8123_4567_89AB_CDEF &+ 7 * index)
    }
    for code in codes {
      try cluster.sql(
        "INSERT INTO milequest.invites (invite_id, team_id, role, created_by, created_at, expires_at) "
          + "VALUES ('\(code)', '\(TeamID(high: 1, low: 1))', 'member', '\(PersonID(high: 1, low: 1))', 1, 2)",
        in: database)
    }
    try cluster.sql("DELETE FROM milequest.schema_version WHERE version > 22", in: database)
    let store = try await PostGISStore.open(url: url)
    for code in codes {
      #expect(try await store.invite(code.inviteID) != nil, "\(code)")
      #expect(try await store.invite(InviteID(high: code.high, low: code.low)) == nil)
    }
    store.close()
  }

  @Test func manyThatMigrateAtOnce() async throws {
    let cluster = try Cluster.shared.get()
    let database = try cluster.database()
    await withTaskGroup(of: LedgerError?.self) { group in
      for _ in 0..<6 {
        group.addTask { await refusal(cluster.url(database), connectSeconds: 20) }
      }
      for await error in group { #expect(error == nil) }
    }
    #expect(
      try cluster.sql("SELECT count(*) FROM milequest.schema_version", in: database)
        == "\(Self.version)\n")
  }

  @Test func aServerThatDoesNotKeepWhatItCommits() async throws {
    let cluster = try Cluster.shared.get()
    let database = try cluster.database()
    // Of a session's own settings the store takes none that loses walks.
    try cluster.sql("ALTER DATABASE \(database) SET synchronous_commit = off", in: "postgres")
    let store = try await PostGISStore.open(url: cluster.url(database))
    let settings = try await store.diagnosis()
    #expect(settings.first { $0.name == "synchronous_commit" }?.value == "on")
    #expect(settings.first { $0.name == "postgis" }?.value.hasPrefix("3.") == true)
  }
}
