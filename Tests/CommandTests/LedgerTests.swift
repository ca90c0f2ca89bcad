import Foundation
import GRDB
import Testing

/// The commands of the ledger on a file of SQLite.
@Suite struct LedgerTests {
  private static let walks = Program.packageRoot.appending(path: "routes/sample-walks.csv").path
  private static let trail =
    Program.packageRoot.appending(path: "routes/appalachian-trail.geojson").path

  /// A ledger of a test's own.
  private struct Ledger {
    let folder: Folder
    var file: String { folder.path("ledger.sqlite") }
    var store: [String] { ["--store", "sqlite:\(file)"] }

    init() throws { folder = try Folder() }

    func run(_ arguments: String...) throws -> Program.Answer {
      try Program.run(arguments + store)
    }

    /// Runs what must go well.
    func well(_ arguments: String...) throws -> Program.Answer {
      let answer = try Program.run(arguments + store)
      #expect(answer.status == 0, "\(arguments): \(answer.errors)")
      return answer
    }

    /// A ledger with the sample walks in it.
    static func withSamples() throws -> Ledger {
      let ledger = try Ledger()
      _ = try ledger.well("import", "route", trail)
      _ = try ledger.well(
        "import", "activities", walks, "--create", "--route", "Appalachian Trail")
      return ledger
    }

    func meddle(_ sql: String) throws {
      let queue = try DatabaseQueue(path: file)
      try queue.write { db in
        try db.execute(sql: sql)
        #expect(db.changesCount > 0, "\(sql)")
      }
      try queue.close()
    }
  }

  @Test func theSameFileTwiceChangesNothing() throws {
    let ledger = try Ledger()
    let ids = try (0..<2).map { _ -> String in
      let routes = try ledger.well("import", "route", Self.trail, "--format", "json").json
      let route = try #require((routes["routes"] as? [[String: Any]])?.first)
      #expect(route["version"] as? Int == 1)
      #expect(route["lengthMeters"] as? Double == 3_536_372.5056)
      return try #require(route["id"] as? String)
    }
    #expect(ids[0] == ids[1])
    let load = ["import", "activities", Self.walks, "--create", "--route", ids[0]]
    let rows = try String(contentsOfFile: Self.walks, encoding: .utf8).split(separator: "\n").count
    let counts = try (0..<2).map { _ in
      try Program.run(load + ["--format", "json"] + ledger.store).json
    }
    #expect(counts.map { $0["rows"] as? Int } == [rows - 1, rows - 1])
    #expect(counts.map { $0["logged"] as? Int } == [rows - 1, 0])
    #expect(counts.map { $0["repeated"] as? Int } == [0, rows - 1])
    #expect(counts.map { $0["teamsCreated"] as? Int } == [6, 0])
    let audit = try ledger.well("audit", "--format", "json").json
    #expect(audit["clean"] as? Bool == true && audit["contributions"] as? Int == rows - 1)
    // A reader of the text sees the rate.
    let text = try Program.run(load + ledger.store)
    #expect(text.text.contains("rows/s: 0 logged, 699 repeated, 0 rejected"))
    #expect(text.errors.contains("no column activity_id"))
  }

  @Test func theLedgerAnswersAsTheBatchDoes() throws {
    let ledger = try Ledger.withSamples()
    for (past, batchPast) in [
      ([], []), (["--at", "2026-02-01T12:00:00Z"], ["--as-of", "2026-02-01T12:00:00Z"]),
    ] as [([String], [String])] {
      let stored = try Program.run(["progress"] + past + ledger.store)
      let batch = try Program.run(
        ["progress", "--route", Self.trail, "--activities", Self.walks] + batchPast)
      #expect(stored.status == 0 && batch.status == 0, "\(stored.errors)")
      func lines(_ text: String) -> [[Substring]] {
        text.split(separator: "\n").map {
          $0.split(separator: ",", omittingEmptySubsequences: false)
        }
      }
      let (mine, theirs) = (lines(stored.text), lines(batch.text))
      #expect(Array(mine[0][..<8]) == theirs[0])
      // By the team's name, then all figures to the last digit.
      let named = Dictionary(uniqueKeysWithValues: mine.dropFirst().map { ($0[8], $0[1..<8]) })
      #expect(theirs.count > 4 && named.count >= theirs.count - 1)
      for row in theirs.dropFirst() { #expect(named[row[0]] == row[1..<8], "\(row)") }
    }
    let json = try ledger.well("progress", "--format", "json").json
    #expect((json["teams"] as? [Any])?.count == 6)
    let text = try ledger.well("progress", "--format", "text").text
    #expect(text.contains("Dawn Patrol") && text.contains("finished"))
    let geo = try ledger.well("progress", "--format", "geojson").json
    #expect(geo["type"] as? String == "FeatureCollection")
  }

  @Test func anAuditNamesWhatSomebodyPlanted() throws {
    let ledger = try Ledger.withSamples()
    try ledger.meddle(
      "UPDATE quest_tallies SET total_um = total_um + 1 WHERE quest_id = "
        + "(SELECT min(quest_id) FROM quest_tallies)")
    let audit = try ledger.run("audit")
    #expect(audit.status == 1)
    #expect(audit.text.contains(": total is ") && audit.text.contains("audit: 1 difference"))
    let json = try ledger.run("audit", "--format", "json")
    #expect(json.status == 1)
    let differences = try #require(try json.json["differences"] as? [[String: Any]])
    #expect(differences.map { $0["what"] as? String } == ["total"])
    let stored = try #require((differences[0]["stored"] as? String).flatMap { Int64($0) })
    #expect(differences[0]["expected"] as? String == "\(stored - 1)")
  }

  @Test func aBackupIsALedger() throws {
    let ledger = try Ledger.withSamples()
    let copy = ledger.folder.path("copy.sqlite")
    _ = try ledger.well("backup", "-o", copy)
    let audit = try Program.run(["audit", "--store", "sqlite:\(copy)", "--format", "json"]).json
    #expect(audit["clean"] as? Bool == true && audit["contributions"] as? Int == 699)
    let again = try ledger.run("backup", "-o", copy)
    #expect(again.status == 74 && again.errors.contains("never writes over"))
    let server = try Program.run(
      ["backup", "-o", "it's.dump", "--store", "postgres://ann:s3c@ret?x/y@host/db?password=z"])
    #expect(server.status == 64 && server.errors.contains("--file='it'\\''s.dump'"))
    #expect(server.errors.contains("'postgres://ann@host/db'"))
  }

  @Test func aDoctorTellsWhatIsThere() throws {
    let ledger = try Ledger.withSamples()
    func checks(_ answer: Program.Answer) throws -> [String: [String: Any]] {
      let checks = try #require(try answer.json["checks"] as? [[String: Any]])
      return Dictionary(checks.map { ($0["name"] as? String ?? "", $0) }) { first, _ in first }
    }
    let found = try checks(try ledger.well("doctor", "--format", "json"))
    for name in [
      "milequest", "SQLite", "PROJ", "GEOS", "libpq", "schema", "synchronous", "journal_mode",
      "rights", "disk", "clock", "store", "time zones",
    ] {
      #expect(found[name]?["state"] as? String == "ok", "\(name): \(found[name] ?? [:])")
    }
    #expect(found["synchronous"]?["found"] as? String == "FULL")
    // Nothing is made by looking, and a ledger that is not begun is no fault.
    let missing = ledger.folder.path("none/missing.sqlite")
    let none = try Program.run(["doctor", "--store", "sqlite:\(missing)", "--format", "json"])
    #expect(none.status == 0)
    #expect(try checks(none)["store"]?["state"] as? String == "warn")
    #expect(!FileManager.default.fileExists(atPath: missing))
    let other = try ledger.folder.file(
      "other.sqlite", Array(String(repeating: "no database ", count: 99).utf8))
    let bad = try Program.run(["doctor", "--store", "sqlite:\(other)", "--format", "json"])
    #expect(bad.status == 1)
    #expect(try checks(bad)["store"]?["state"] as? String == "fail")
    let server = try Program.run(["doctor", "--store", "postgres://u:secret@127.0.0.1:1/x"])
    #expect(server.status == 1 && server.text.contains("Connection refused"))
    #expect(!(server.text + server.errors).contains("secret"))
  }

  @Test func badRowsStopBeforeAnythingIsStored() throws {
    let ledger = try Ledger()
    let file = try ledger.folder.file(
      "w.csv",
      "team,person,activity_id,started_at,distance_km\n"
        + "Owls,Ann,a,2026-03-01T10:00:00Z,5\nOwls,Bob,b,yesterday,5\nOwls,Bob,c,2026-03-02T10:00:00Z,0\n"
        + "Owls,Bob,d,2026-03-02T10:00:00Z,7\n")
    let stopped = try ledger.run("import", "activities", file, "--create")
    #expect(stopped.status == 65 && stopped.errors.hasPrefix("\(file):3: "), "\(stopped.errors)")
    #expect(!FileManager.default.fileExists(atPath: ledger.file))
    let strict = try ledger.run("import", "activities", file, "--skip-bad")
    #expect(strict.status == 0 && strict.text.contains("0 logged, 0 repeated, 4 rejected"))
    #expect(strict.errors.contains("--create makes those (lines 2, 5)"), "\(strict.errors)")
    let loaded = try ledger.well(
      "import", "activities", file, "--skip-bad", "--create", "--keep-names", "--format", "json")
    #expect(try loaded.json["logged"] as? Int == 2 && loaded.json["rejected"] as? Int == 2)
    let team = try ledger.well("team", "show", "Owls", "--format", "json").json
    let members = try #require(team["members"] as? [[String: Any]])
    #expect(Set(members.compactMap { $0["name"] as? String }) == ["Ann", "Bob"])
    // The same id with other content is refused, and named.
    let changed = try ledger.folder.file(
      "x.csv", "team,person,activity_id,started_at,distance_km\nOwls,Ann,a,2026-03-01T10:00:00Z,6\n"
    )
    let conflict = try ledger.run("import", "activities", changed)
    #expect(conflict.status == 65 && conflict.errors.contains("\(changed):2: the activity"))
  }

  /// Teams with more rows than a batch, whose members come up one after the other, from a pipe.
  @Test func teamsThatSpanBatches() throws {
    let ledger = try Ledger()
    var text = "team,person,activity_id,started_at,distance_km\n"
    for number in 0..<6_000 {
      let hour = number / 60 % 24
      text +=
        "Team \(number % 3),Walker \(number % 3) \(number / 300),\(number),"
        + "2026-03-\(hour < 12 ? "01" : "02")T\(hour < 10 ? "0" : "")\(hour):00:00Z,1\n"
    }
    let loaded = try Program.run(
      ["import", "activities", "-", "--create", "--format", "json"] + ledger.store,
      input: text)
    #expect(loaded.status == 0, "\(loaded.errors)")
    #expect(try loaded.json["logged"] as? Int == 6_000)
    #expect(try loaded.json["teamsCreated"] as? Int == 3)
    for team in 0..<3 {
      let shown = try ledger.well("team", "show", "Team \(team)", "--format", "json").json
      #expect((shown["members"] as? [Any])?.count == 20)
    }
    let file = try ledger.folder.file("w.csv", Array(text.utf8))
    let again = try ledger.well("import", "activities", file, "--format", "json").json
    #expect(again["repeated"] as? Int == 6_000 && again["logged"] as? Int == 0)
    _ = try ledger.well("audit")
  }

  @Test func teamsAndQuests() throws {
    let ledger = try Ledger()
    let team = try ledger.well(
      "team", "create", "Owls", "--by", "Ann", "--member", "Bob", "--since", "2026-01-01",
      "--format", "json")
    let id = try #require(try team.json["id"] as? String)
    _ = try ledger.well("import", "route", Self.trail)
    let quest = try ledger.well(
      "quest", "create", "--team", "Owls", "--route", "Appalachian Trail", "--start", "2026-01-01",
      "--end", "2026-01-31", "--zone", "America/New_York", "--length", "100mi", "--format", "json")
    #expect(try quest.json["start"] as? String == "2026-01-01T05:00:00Z")
    #expect(try quest.json["end"] as? String == "2026-02-01T05:00:00Z")
    #expect(try quest.json["questLengthMeters"] as? Double == 160_934.4)
    let walks = try ledger.folder.file(
      "w.csv",
      "team_id,person,started_at,distance,private\n\(id),Bob,2026-01-02T10:00:00Z,25 mi,no\n"
        + "Owls,Ann,2026-01-03T10:00:00Z,25mi,yes\n\(id),Ann,2026-02-03T10:00:00Z,1mi,\n")
    _ = try ledger.well("import", "activities", walks)
    let shown = try ledger.well("quest", "show", "Owls", "--at", "2026-01-03", "--format", "json")
      .json
    #expect(shown["totalMeters"] as? Double == 80_467.2 && shown["percent"] as? Double == 50)
    #expect(shown["state"] as? String == "active" && shown["walks"] as? Int == 2)
    let pace = try #require(shown["pace"] as? [String: Any])
    // 50 of 100 miles in three days: three more to go.
    #expect(pace["days"] as? Int == 3 && pace["arrival"] as? String == "2026-01-06")
    #expect(pace["onTrack"] as? Bool == true && pace["deadline"] as? String == "2026-01-31")
    let position = try #require(shown["position"] as? [String: Any])
    #expect(abs(try #require(position["fraction"] as? Double) - 0.5) < 1e-9)
    let text = try ledger.well("quest", "show", "Owls").text
    #expect(text.contains("walked     80.467 km (50.000 mi) of 160.934 km (100.000 mi), 2 walks"))
    #expect(try ledger.well("quest", "list").text.contains("Appalachian Trail"))
    #expect(try ledger.well("team", "list").text.contains("Owls"))
    #expect(try ledger.well("audit").status == 0)
  }

  @Test func theDefaultStoreIsInTheDataFolder() throws {
    let folder = try Folder()
    let home = ["HOME=\(folder.path("home"))"]
    let xdg = ["HOME=/nowhere", "XDG_DATA_HOME=\(folder.path("xdg"))"]
    let named = ["MILEQUEST_STORE=sqlite:\(folder.path("named.sqlite"))"]
    for (variables, file) in [
      (home, "home/.local/share/milequest/milequest.sqlite"),
      (xdg, "xdg/milequest/milequest.sqlite"),
      (named, "named.sqlite"),
    ] {
      let before = try Program.run(["audit"], variables: variables)
      #expect(before.status == 69 && before.errors.contains("milequest migrate"))
      #expect(try Program.run(["migrate"], variables: variables).status == 0)
      #expect(FileManager.default.fileExists(atPath: folder.path(file)))
      let again = try Program.run(["migrate"], variables: variables)
      #expect(again.status == 0 && again.text.contains("is up to date: schema"))
      #expect(try Program.run(["audit"], variables: variables).status == 0)
    }
  }

  @Test func exitCodes() throws {
    let ledger = try Ledger.withSamples()
    let later = ledger.folder.path("later.sqlite")
    _ = try ledger.well("backup", "-o", later)
    let queue = try DatabaseQueue(path: later)
    try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999 later')") }
    try queue.close()
    let folder = ledger.folder.path("no/such/folder.sqlite")
    let cases: [([String], Int32, String)] = [
      (["audit", "--store", "mysql://ann:secret@host"], 64, "sqlite:PATH"),
      (["audit", "--store", "sqlite:"], 64, "sqlite:PATH"),
      (["import", "activities", Self.walks, "--route", "x"] + ledger.store, 64, "--create"),
      (
        ["quest", "create", "--team", "x", "--route", "y", "--start", "soon", "--end", "z"], 64,
        "--start"
      ),
      (["progress", "--store", "sqlite:x", "--as-of", "2026-01-01T00:00:00Z"], 64, "--activities"),
      (["progress"], 64, "--activities"),
      (["import", "route", Self.walks] + ledger.store, 65, Self.walks),
      (["team", "show", "Nobody"] + ledger.store, 66, "team list"),
      (["import", "activities", folder] + ledger.store, 66, "no such file"),
      (["audit", "--store", "sqlite:\(folder)"], 69, "milequest migrate"),
      (["migrate", "--store", "sqlite:\(folder)"], 69, "cannot be opened"),
      (["audit", "--store", "sqlite:\(later)"], 69, "newer version"),
      (["migrate", "--store", "sqlite:\(later)"], 69, "newer version"),
      (["audit", "--store", "postgres://ann:secret@127.0.0.1:1/x"], 69, "try again"),
      (["backup", "-o", folder] + ledger.store, 74, folder),
    ]
    for (arguments, status, words) in cases {
      let answer = try Program.run(arguments)
      #expect(answer.status == status, "\(arguments): \(answer.status) \(answer.errors)")
      #expect(answer.errors.contains(words), "\(arguments): \(answer.errors)")
      #expect(!answer.errors.contains("secret"))
    }
  }
}
