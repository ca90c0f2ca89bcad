import CivilTime
import Foundation
import GRDB
import Geodesy
import Quests
import Routes
import SQLiteStore
import Testing

/// What is particular to a store in a file.
@Suite struct FileTests {
  static let dawn = Instant(microseconds: 1_777_896_000_000_000)
  static let ann = PersonID(high: 1, low: 1)
  static let team = TeamID(high: 1, low: 1)
  static let quest = QuestID(high: 1, low: 1)

  /// A team that walks.
  static func begin(_ store: SQLiteStore) async throws {
    let scale = try Scale(
      questLength: Distance(micrometers: 1_000_000_000_000),
      officialLength: Distance(micrometers: 1_000_000_000_000))
    let plan = try QuestPlan(
      route: RouteVersion(route: RouteID(high: 1, low: 1), version: 1), course: .once,
      scale: scale, waypoints: [])
    for action: LedgerCommand.Action in [
      .createTeam(team, name: "Team", isPublic: false, founder: ann),
      .createQuest(
        QuestDraft(
          id: quest, team: team, name: "Quest", start: dawn,
          end: dawn.advanced(bySeconds: 864_000), zone: "UTC", plan: plan)),
    ] {
      _ = try await store.perform(LedgerCommand(action, at: dawn, actor: ann))
    }
  }

  static func log(_ number: Int) -> LedgerCommand {
    LedgerCommand(
      .log(
        ActivityKey(person: ann, id: ActivityID(high: 9, low: UInt64(number))),
        ActivityContent(
          start: dawn.advanced(bySeconds: Int64(number)),
          distance: Distance(micrometers: 1_000_000)), zone: "UTC"),
      at: dawn.advanced(bySeconds: 800_000), actor: ann)
  }

  static func code(_ body: () async throws -> Void) async -> LedgerError.Code? {
    do {
      try await body()
      return nil
    } catch { return (error as? LedgerError)?.code }
  }

  @Test func commitsAreForcedToTheDisk() async throws {
    let folder = try Folder()
    let store = try SQLiteStore(path: folder.path + "/a.sqlite")
    try await Self.begin(store)
    let settings = Dictionary(
      uniqueKeysWithValues: try await store.diagnosis().map { ($0.name, $0.value) })
    #expect(settings["synchronous"] == "2")
    #expect(settings["journal_mode"] == "wal")
  }

  /// The file itself holds what must be one of a kind, whoever writes to it.
  @Test func keysAreHeldByTheFile() async throws {
    let folder = try Folder()
    let path = folder.path + "/a.sqlite"
    let store = try SQLiteStore(path: path)
    try await Self.begin(store)
    _ = try await store.perform(Self.log(1))
    let other = try DatabaseQueue(path: path)
    for sql in [
      // A second open quest of the team.
      "INSERT INTO quests SELECT x'01', team_id, 2, name, start_at, end_at, zone, plans, closing, "
        + "closed_at, created_at, created_by, origin, revision, is_start_announced, x'01', hides_ahead "
        + "FROM quests",
      // A second stay at a time.
      "INSERT INTO memberships SELECT team_id, person_id, 2, role, joined_at, NULL FROM memberships",
      // An id once more.
      "INSERT INTO activities SELECT * FROM activities",
      // An event under a version that is taken.
      "INSERT INTO team_events SELECT * FROM team_events",
    ] {
      let error = await #expect(throws: DatabaseError.self, "\(sql)") {
        try await other.write { db in try db.execute(sql: sql) }
      }
      #expect(error?.resultCode == .SQLITE_CONSTRAINT)
    }
    #expect(try await store.audit().isClean)
  }

  @Test func whatWasAnsweredIsThereAgain() async throws {
    let folder = try Folder()
    let path = folder.path + "/a.sqlite"
    let first = try SQLiteStore(path: path)
    try await Self.begin(first)
    let answer = try await first.perform(Self.log(1))
    try first.close()
    let second = try SQLiteStore(path: path)
    guard case .logged(let again, true) = try await second.perform(Self.log(1)),
      case .logged(let before, false) = answer
    else {
      Issue.record("the walk is not there")
      return
    }
    #expect(again == before)
    #expect(try await second.audit().isClean)
  }

  @Test func newerAndForeignFilesAreLeftAlone() async throws {
    let folder = try Folder()
    let newer = folder.path + "/newer.sqlite"
    try SQLiteStore(path: newer).close()
    try await DatabaseQueue(path: newer).write { db in
      try db.execute(sql: "INSERT INTO grdb_migrations VALUES ('99 from the future')")
    }
    #expect(await Self.code { _ = try SQLiteStore(path: newer) } == .schemaTooNew)

    let foreign = folder.path + "/foreign.sqlite"
    try await DatabaseQueue(path: foreign).write { db in
      try db.execute(sql: "CREATE TABLE photos (id INTEGER)")
    }
    #expect(await Self.code { _ = try SQLiteStore(path: foreign) } == .corrupt)

    let text = folder.path + "/text.sqlite"
    try String(repeating: "This is no database. ", count: 200)
      .write(toFile: text, atomically: true, encoding: .utf8)
    #expect(await Self.code { _ = try SQLiteStore(path: text) } == .corrupt)
    #expect(try String(contentsOfFile: text, encoding: .utf8).hasPrefix("This is"))
    #expect(
      await Self.code { _ = try SQLiteStore(path: folder.path + "/no/such/a.sqlite") }
        == .unreachable)
  }

  /// A migration that was cut off begins again; one that is asked not to migrate says so.
  @Test func olderSchemasAreBroughtUpToDate() async throws {
    let folder = try Folder()
    let path = folder.path + "/older.sqlite"
    let store = try SQLiteStore(path: path)
    try await Self.begin(store)
    _ = try await store.perform(Self.log(1))
    let kinds = try await store.events(of: Self.team, after: 0, limit: 500).map(\.kind)
    #expect(kinds.contains(.activityLogged))
    // The id of an invite was the code that somebody holds.
    let code = InviteCode(high: 0x0123_4567_89AB_4DEF, low: 0x8123_4567_89AB_CDEF)
    let invite = InviteID(high: code.high, low: code.low)
    _ = try await store.perform(
      LedgerCommand(
        .createInvite(
          invite, Self.team, .member, expiresAt: Self.dawn.advanced(bySeconds: 864_000)),
        at: Self.dawn, actor: Self.ann))
    _ = try await store.perform(
      LedgerCommand(
        .changeTeam(Self.team, TeamChange(isPublic: true), expectedRevision: nil), at: Self.dawn,
        actor: Self.ann))
    let route = try MeasuredRoute(
      Route(
        parts: [[Coordinate(latitude: 1, longitude: 1), Coordinate(latitude: 1, longitude: 2)]]))
    let owners = [nil, Self.ann]
    for (number, owner) in owners.enumerated() {
      _ = try await store.addRoute(
        route, id: RouteID(high: 1, low: UInt64(number)), owner: owner, isPublic: true,
        at: Self.dawn)
    }
    let key = RequestKey(caller: Self.ann, key: "a key")
    let body = ContentHash(of: [1])
    _ = try await store.claim(key, body: body, high: 3, low: 4, at: Self.dawn)
    try store.close()
    // What came after the third is taken back.
    try await DatabaseQueue(path: path).write { db in
      for sql in [
        "DROP VIEW present_contributions", "DROP VIEW present_milestones",
        "DROP VIEW present_quest_days", "DROP VIEW present_quest_people",
        "DROP VIEW present_quest_spans", "DROP VIEW present_quest_tallies",
        "DROP TRIGGER derivations_of_new_activities", "DROP TRIGGER derivations_of_activities",
        "DROP TRIGGER derivations_of_new_members", "DROP TRIGGER derivations_of_members",
        "DROP TABLE touched_activities", "DROP TABLE derivations", "DROP INDEX quests_figures",
        "ALTER TABLE quests DROP COLUMN figures_id",
        "ALTER TABLE memberships RENAME COLUMN period TO stay",
        "DROP INDEX change_log_team", "DROP INDEX change_log_actor", "DROP INDEX change_log_person",
        "ALTER TABLE change_log RENAME TO audit_trail",
        "CREATE INDEX audit_trail_team ON audit_trail (team_id, number)",
        "ALTER TABLE markers RENAME TO quest_markers",
        "ALTER TABLE marker_boxes RENAME TO quest_marker_boxes",
        "CREATE TABLE keys (caller BLOB NOT NULL, key TEXT NOT NULL, body_hash BLOB NOT NULL, "
          + "created_id BLOB NOT NULL, expires_at INTEGER NOT NULL, PRIMARY KEY (caller, key)) "
          + "STRICT, WITHOUT ROWID",
        "INSERT INTO keys SELECT caller, 'a key', body_hash, created_id, expires_at "
          + "FROM request_keys",
        "DROP TABLE request_keys", "ALTER TABLE keys RENAME TO request_keys",
        "CREATE INDEX request_keys_expiry ON request_keys (expires_at)",
        "DROP TABLE tokens_not_before",
        "DROP TABLE outgoing_mail", "DROP TABLE mail_refusals",
        "DROP INDEX accounts_news", "DROP INDEX accounts_weekly",
        "DROP TABLE weekly_summaries", "DROP TABLE quest_links",
        "ALTER TABLE accounts DROP COLUMN mail_choices",
        "DROP TABLE daily_counts", "DROP TABLE person_walks",
        "DROP INDEX routes_owner",
        "DROP TABLE erased_people", "DROP TABLE quest_spans", "DROP INDEX invites_unused",
        "ALTER TABLE teams DROP COLUMN dissolved_at", "ALTER TABLE routes DROP COLUMN retired_at",
        "ALTER TABLE teams DROP COLUMN is_public",
        "ALTER TABLE routes DROP COLUMN is_public",
        "DROP INDEX activity_versions_first", "ALTER TABLE activities DROP COLUMN sent_zone",
        "ALTER TABLE activity_versions DROP COLUMN sent_zone", "DROP TABLE code_tries",
        "DROP TABLE announcers", "DROP TABLE announced",
        "DROP INDEX quests_starting", "ALTER TABLE quests DROP COLUMN is_start_announced",
        "ALTER TABLE quests DROP COLUMN hides_ahead",
        "ALTER TABLE team_events DROP COLUMN plan",
        "UPDATE team_events SET kind = replace(kind, '.', '-')",
        "UPDATE team_events SET kind = 'walk-logged' WHERE kind = 'activity-logged'",
        "DELETE FROM grdb_migrations WHERE CAST(identifier AS INTEGER) > 3",
      ] {
        try db.execute(sql: sql)
      }
      for table in ["refresh_tokens", "api_keys", "one_time_codes", "subjects"] {
        try db.execute(sql: "DROP TABLE \(table)")
      }
      try db.execute(sql: "ALTER TABLE accounts DROP COLUMN is_email_verified")
    }
    #expect(
      await Self.code { _ = try SQLiteStore(path: path, migrates: false) } == .schemaTooOld)
    let again = try SQLiteStore(path: path)
    #expect(try await again.team(Self.team)?.team.isPublic == false)
    let quest = try #require(try await again.quest(Self.quest)).quest
    #expect(quest.isStartAnnounced == (quest.start.seconds <= Int64(Date().timeIntervalSince1970)))
    // Events keep what they are, whatever older versions called it.
    let events = try await again.events(of: Self.team, after: 0, limit: 500)
    #expect(events.dropLast().map(\.kind) == kinds)
    #expect(try await again.invite(invite) == nil)
    #expect(try await again.invite(code.inviteID)?.team == Self.team)
    let routes = try await again.routes(visibleTo: .everything, after: nil, limit: 9)
    #expect(routes.map(\.owner) == owners)
    #expect(routes.map(\.isPublic) == [true, false])
    #expect(
      try await again.claim(key, body: body, high: 5, low: 6, at: Self.dawn)
        == .repeated(high: 3, low: 4))
    try await again.erase(Self.ann, at: Self.dawn, actor: nil)
    #expect(await Self.code { _ = try await again.perform(Self.log(1)) } == .erased)
  }

  /// After an orderly end there is one file, and a copy of it is whole.
  @Test func aClosedStoreIsOneFile() async throws {
    let folder = try Folder()
    let path = folder.path + "/closed.sqlite"
    let store = try SQLiteStore(path: path)
    try await Self.begin(store)
    _ = try await store.perform((0..<20).map(Self.log))
    let report = try await store.audit()
    try store.close()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["closed.sqlite"])
    let copy = folder.path + "/copy.sqlite"
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    let again = try SQLiteStore(path: copy, migrates: false)
    #expect(try await again.audit() == report)
    #expect(report.contributions == 20)
    try again.close()
  }

  /// Closing waits for the commands that wait: they are done, and none of them finds a closed file.
  @Test func closingLetsWhatWaitsBeDone() async throws {
    let folder = try Folder()
    let path = folder.path + "/a.sqlite"
    let store = try SQLiteStore(path: path)
    try await Self.begin(store)
    let done = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<2_000 {
        group.addTask {
          switch await Self.code({ _ = try await store.perform(Self.log(number)) }) {
          case nil: return true
          case .unreachable: return false
          case let other?: throw LedgerError(other, "a walk got lost between open and closed")
          }
        }
      }
      group.addTask {
        try store.close()
        return false
      }
      return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
    }
    let again = try SQLiteStore(path: path)
    #expect(try await again.quest(Self.quest)?.tally.walks == Int64(done))
    try again.close()
  }

  /// What somebody copied without its log is neither begun anew nor called an older schema.
  @Test(arguments: [false, true]) func aFileWithoutItsLogIsNotTakenForAnother(migrates: Bool)
    async throws
  {
    let folder = try Folder()
    let empty = folder.path + "/empty.sqlite"
    #expect(FileManager.default.createFile(atPath: empty, contents: nil))
    let path = folder.path + "/open.sqlite"
    let store = try SQLiteStore(path: path)
    try await Self.begin(store)
    let copy = folder.path + "/copy.sqlite"
    try FileManager.default.copyItem(atPath: path, toPath: copy)
    for path in [empty, copy, copy] {
      let before = try Data(contentsOf: URL(fileURLWithPath: path))
      let error = #expect(throws: LedgerError.self) {
        try SQLiteStore(path: path, migrates: migrates).close()
      }
      #expect(error?.code == .corrupt)
      #expect(error?.message.contains("log \(path)-wal was not copied with it") == true)
      #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
    }
    try store.close()
  }

  /// A name that was erased is in no file of the store, the log included, while the store is open.
  @Test func erasedNamesLeaveTheLog() async throws {
    let folder = try Folder()
    let path = folder.path + "/a.sqlite"
    let store = try SQLiteStore(path: path)
    try await Self.begin(store)
    let name = "Wilhelmina Featherstonehaugh"
    let account = Account(
      person: Self.ann, email: "wilhelmina@example.org", name: name, zone: "UTC",
      units: "km", credential: nil, createdAt: Self.dawn)
    try await store.createAccount(account)
    func isHeld() throws -> Bool {
      try FileManager.default.contentsOfDirectory(atPath: folder.path).contains { file in
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/" + file))
        return bytes.range(of: Data(name.utf8)) != nil
      }
    }
    #expect(try isHeld())
    try await store.erase(Self.ann, at: Self.dawn, actor: nil)
    try await store.eraseAccount(Self.ann)
    #expect(try !isHeld())
    try store.close()
  }

  /// Other users of the machine read neither the ledger nor its log nor a backup.
  @Test func filesAreTheirOwnersAlone() async throws {
    let folder = try Folder()
    let path = folder.path + "/a.sqlite"
    let store = try SQLiteStore(path: path)
    try await Self.begin(store)
    try SQLiteStore.copy(path, to: folder.path + "/backup.sqlite")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(files.sorted() == ["a.sqlite", "a.sqlite-shm", "a.sqlite-wal", "backup.sqlite"])
    for file in files {
      let mode =
        try FileManager.default.attributesOfItem(atPath: folder.path + "/" + file)[
          .posixPermissions]
      #expect((mode as? NSNumber)?.intValue == 0o600, "\(file)")
    }
    try store.close()
  }

  /// A copy that is made while walks are logged is whole: it holds what one moment held.
  @Test func backupsAreWholeWhileWritersGoOn() async throws {
    let folder = try Folder()
    let path = folder.path + "/a.sqlite"
    let store = try SQLiteStore(path: path)
    try await Self.begin(store)
    _ = try await store.perform((0..<500).map(Self.log))
    let copies = (0..<4).map { folder.path + "/copy-\($0).sqlite" }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for number in 0..<100 {
            _ = try await store.perform(Self.log(1_000 + writer * 100 + number))
          }
        }
      }
      group.addTask { for copy in copies { try SQLiteStore.copy(path, to: copy) } }
      try await group.waitForAll()
    }
    for copied in copies {
      let copy = try SQLiteStore(path: copied)
      let walks = try #require(try await copy.quest(Self.quest)).tally.walks
      #expect((500...1_300).contains(walks))
      #expect(try await copy.audit().isClean)
      try copy.close()
    }
    #expect(await Self.code { try SQLiteStore.copy(path, to: copies[0]) } == .conflict)
    #expect(try await store.quest(Self.quest)?.tally.walks == 1_300)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(!left.contains { $0.hasSuffix(".partial") })
  }

  /// Two processes, here two pools on one file, write in turns.
  @Test func otherProcessesMayWrite() async throws {
    let folder = try Folder()
    let path = folder.path + "/a.sqlite"
    let stores = [try SQLiteStore(path: path), try SQLiteStore(path: path)]
    try await Self.begin(stores[0])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for number in 0..<50 {
            // Each walk is sent to both.
            _ = try await stores[writer % 2].perform(Self.log(writer / 2 * 50 + number))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try await stores[1].quest(Self.quest)?.tally.walks == 200)
    #expect(try await stores[0].audit().isClean)
  }

  /// When the file refuses one walk of a fold, the others are done, and only its sender hears of it.
  @Test func aFoldThatFailsIsRunAgainItemByItem() async throws {
    let folder = try Folder()
    let path = folder.path + "/a.sqlite"
    let store = try SQLiteStore(path: path)
    try await Self.begin(store)
    let other = try DatabaseQueue(path: path)
    try await other.write { db in
      try db.execute(
        sql: """
          CREATE TRIGGER refuse BEFORE INSERT ON activities
          WHEN NEW.start_at = \(Self.dawn.advanced(bySeconds: 33).microseconds)
          BEGIN SELECT RAISE(ABORT, 'not this one'); END
          """)
    }
    let codes = await withTaskGroup(of: (Int, LedgerError.Code?).self) { group in
      for number in 0..<64 {
        group.addTask {
          (number, await Self.code { _ = try await store.perform(Self.log(number)) })
        }
      }
      return await group.reduce(into: [Int: LedgerError.Code?]()) { $0[$1.0] = $1.1 }
    }
    #expect(codes.filter { $0.value != nil }.map(\.key) == [33])
    #expect(codes[33] == .store)
    // Within one batch too.
    let results = try await store.perform([Self.log(100), Self.log(33), Self.log(101)])
    let failed = results.map { (try? $0.get()) == nil }
    #expect(failed == [false, true, false])
    #expect(try await store.quest(Self.quest)?.tally.walks == 65)
    #expect(try await store.audit().isClean)
  }

  @Test func tooManyThatWaitAreTurnedAway() async throws {
    let folder = try Folder()
    var limits = LedgerLimits()
    limits.waitingCommands = 10
    let store = try SQLiteStore(path: folder.path + "/a.sqlite", limits: limits)
    try await Self.begin(store)
    let codes = await withTaskGroup(of: LedgerError.Code?.self) { group in
      for number in 0..<500 {
        group.addTask { await Self.code { _ = try await store.perform(Self.log(number)) } }
      }
      return await group.reduce(into: [LedgerError.Code?]()) { $0.append($1) }
    }
    let done = codes.count { $0 == nil }
    #expect(codes.allSatisfy { $0 == nil || $0 == .overloaded })
    #expect(done < 500 && done > 0)
    #expect(try await store.quest(Self.quest)?.tally.walks == Int64(done))
  }
}
