import BuiltProgram
import Foundation
import GRDB
import TestSupport
import Testing

/// The commands of the ledger on a file of SQLite.
@Suite struct LedgerTests {
  @Test(arguments: LedgerCommandCase.allCases)
  func keepsALedgerInAFile(_ test: LedgerCommandCase) throws { try test.run(.file) }

  @Test(arguments: IdentityCase.allCases)
  func tellsWalksAndPeopleApartInAFile(_ test: IdentityCase) throws { try test.run(.file) }

  @Test func aBackupIsALedger() throws {
    let ledger = try Ledger.withSamples(.file)
    let copy = ledger.folder.path("copy.sqlite")
    _ = try ledger.well("backup", "-o", copy)
    let audit = try Program.run(["audit", "--store", "sqlite:\(copy)", "--format", "json"]).json
    #expect(audit["clean"] as? Bool == true && audit["contributions"] as? Int == 699)
    let again = try ledger.run("backup", "-o", copy)
    #expect(again.status == 74 && again.errors.contains("never writes over"))
  }

  /// A backup comes back as the ledger, whole or not at all, and over nothing.
  @Test func aBackupIsRestored() throws {
    let ledger = try Ledger.withSamples(.file)
    let before = try ledger.well("progress").text
    let copy = ledger.folder.path("copy.sqlite")
    _ = try ledger.well("backup", "-o", copy)
    func restore(_ backup: String, to path: String) throws -> Program.Answer {
      try Program.run(["restore", backup, "--store", "sqlite:\(path)"])
    }
    func files() throws -> Set<String> {
      Set(try FileManager.default.contentsOfDirectory(atPath: ledger.folder.path("")))
    }
    let restored = ledger.folder.path("restored.sqlite")
    let well = try restore(copy, to: restored)
    #expect(
      well.status == 0 && well.text.contains("restored") && well.text.contains("audit: clean"))
    #expect(well.text.contains("there is no secret yet"), "\(well.text)")
    #expect(try Program.run(["progress", "--store", "sqlite:\(restored)"]).text == before)
    let mode = try FileManager.default.attributesOfItem(atPath: restored)[.posixPermissions]
    #expect((mode as? NSNumber)?.intValue == 0o600)
    // The secret beside the backup comes along, and takes the place of none.
    let secret = Array("a secret that nobody else has ever seen".utf8)
    _ = try ledger.folder.file("copy.sqlite.secret", secret)
    let second = ledger.folder.path("second.sqlite")
    #expect(try restore(copy, to: second).text.contains("\(second).secret: restored"))
    #expect(FileManager.default.contents(atPath: second + ".secret") == Data(secret))
    let keys = try FileManager.default.attributesOfItem(atPath: second + ".secret")[
      .posixPermissions]
    #expect((keys as? NSNumber)?.intValue == 0o600)
    // Nothing is written over, and a log that was left behind is not taken for the new file's.
    let there = try files()
    let over = try restore(copy, to: restored)
    #expect(over.status == 74 && over.errors.contains("never writes over a file"), "\(over.errors)")
    _ = try ledger.folder.file("third.sqlite-wal", Array("a log".utf8))
    let log = try restore(copy, to: ledger.folder.path("third.sqlite"))
    #expect(log.status == 74 && log.errors.contains("third.sqlite-wal exists"), "\(log.errors)")
    // What is no backup.
    let text = try ledger.folder.file("notes.txt", Array("no ledger".utf8))
    for (backup, status, message) in [
      (text, 65, "no backup of a ledger"), (ledger.folder.path("none"), 66, "No such file"),
      (try ledger.folder.file("e.dump", Array("PGDMP123456789012".utf8)), 64, "on a server"),
    ] as [(String, Int32, String)] {
      let answer = try restore(backup, to: ledger.folder.path("fourth.sqlite"))
      #expect(answer.status == status && answer.errors.contains(message), "\(answer.errors)")
    }
    // Cut off, the pages that it names are missing.
    let bytes = try #require(FileManager.default.contents(atPath: copy))
    let cut = try ledger.folder.file("cut.sqlite", Array(bytes.prefix(bytes.count / 2)))
    let answer = try restore(cut, to: ledger.folder.path("fifth.sqlite"))
    #expect(answer.status == 65, "\(answer.errors)")
    #expect(
      try files().subtracting(there) == ["third.sqlite-wal", "notes.txt", "e.dump", "cut.sqlite"])
  }

  /// After an import, and after one that failed, the ledger is one file and a copy of it is whole.
  @Test func anImportLeavesOneFile() throws {
    let ledger = try Ledger.withSamples(.file)
    let bad = try ledger.folder.file(
      "bad.csv", Array("team,started_at,distance_km\nNobody's,2026-05-01T08:00:00Z,5\n".utf8))
    for (step, status) in [
      (["import", "activities", Ledger.walks], 0), (["import", "activities", bad], 65),
    ] as [([String], Int32)] {
      let answer = try ledger.run(step)
      #expect(answer.status == status, "\(step): \(answer.errors)")
      let files = try FileManager.default.contentsOfDirectory(atPath: ledger.folder.path(""))
      #expect(files.filter { $0.hasPrefix("ledger") } == ["ledger.sqlite"], "\(step)")
      let copy = ledger.folder.path("copy-\(status).sqlite")
      try FileManager.default.copyItem(atPath: ledger.name, toPath: copy)
      let audit = try Program.run(["audit", "--store", "sqlite:\(copy)", "--format", "json"]).json
      #expect(audit["clean"] as? Bool == true && audit["contributions"] as? Int == 699)
    }
    // A copy that holds nothing is named as what it is, and is not begun anew.
    let empty = try ledger.folder.file("empty.sqlite", [])
    for command in ["audit", "migrate"] {
      let answer = try Program.run([command, "--store", "sqlite:\(empty)"])
      #expect(
        answer.status == 65 && answer.errors.contains("the file is empty"), "\(answer.errors)")
    }
  }

  /// An import that is asked to end stops in order, and the same command goes on from there.
  @Test(arguments: [SIGTERM, SIGHUP, SIGINT]) func anImportThatIsEndedLeavesOneFile(
    _ signal: Int32
  ) throws {
    let ledger = try Ledger.withSamples(.file)
    let count = 60_000
    var text = "team,started_at,distance_km\n"
    for number in 0..<count {
      let second = Date(timeIntervalSince1970: 1_770_000_000 + Double(number))
      text += "Wanderers,\(second.ISO8601Format()),0.005\n"
    }
    let file = try ledger.folder.file("many.csv", Array(text.utf8))
    let home = try Home()
    let process = home.process(
      Program.path, ["import", "activities", file, "--create", "--store", try ledger.address])
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    let log = ledger.name + "-wal"
    #expect(
      eventually {
        let size = try? FileManager.default.attributesOfItem(atPath: log)[.size] as? Int
        return size ?? 0 > 1 << 20
      })
    kill(process.processIdentifier, signal)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 128 + signal)
    let files = try FileManager.default.contentsOfDirectory(atPath: ledger.folder.path(""))
    #expect(files.filter { $0.hasPrefix("ledger") } == ["ledger.sqlite"])
    let again = try ledger.run("import", "activities", file, "--create", "--format", "json")
    #expect(again.status == 0, "\(again.errors)")
    let (logged, repeated) = (try again.json["logged"] as? Int, try again.json["repeated"] as? Int)
    #expect(try #require(logged) + #require(repeated) == count)
    #expect(try #require(repeated) > 0)
    let audit = try ledger.run("audit", "--format", "json")
    #expect(try audit.json["clean"] as? Bool == true)
  }

  /// What cannot be the window of a quest is refused before anything is stored.
  @Test(arguments: [
    ["--start", "1899-01-01"], ["--start", "2026-06-01", "--end", "2026-05-01"],
    ["--start", "1950-01-01", "--end", "2600-01-01"],
  ])
  func aWindowThatCannotBeStoresNothing(_ window: [String]) throws {
    let ledger = try Ledger.withSamples(.file)
    let file = try ledger.folder.file(
      "one.csv", Array("team,person,started_at,distance_km\nNew,Bob,2026-05-01T10:00:00Z,4\n".utf8))
    for route in [[], ["--route", "Appalachian Trail"]] {
      let answer = try ledger.run(["import", "activities", file, "--create"] + window + route)
      #expect(answer.status == 64 && answer.errors.contains("--start"), "\(answer.errors)")
    }
    let teams = try ledger.run("team", "list")
    #expect(!teams.text.contains("New"))
  }

  @Test func aDoctorTellsWhatIsThere() throws {
    let ledger = try Ledger.withSamples(.file)
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

  /// Teams with more rows than a batch, whose members come up one after the other, from a pipe.
  @Test func teamsThatSpanBatches() throws {
    let ledger = try Ledger(.file)
    var text = "team,person,activity_id,started_at,distance_km\n"
    for number in 0..<6_000 {
      let hour = number / 60 % 24
      text +=
        "Team \(number % 3),Walker \(number % 3) \(number / 300),\(number),"
        + "2026-03-\(hour < 12 ? "01" : "02")T\(hour < 10 ? "0" : "")\(hour):00:00Z,1\n"
    }
    let loaded = try Program.run(
      ["import", "activities", "-", "--create", "--format", "json"] + (try ledger.store),
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

  @Test func theDefaultStoreIsInTheDataFolder() throws {
    let folder = try Folder()
    let home = ["HOME": folder.path("home"), "XDG_DATA_HOME": nil]
    let xdg = ["HOME": "/nowhere", "XDG_DATA_HOME": folder.path("xdg")]
    let named = ["MILEQUEST_STORE": "sqlite:\(folder.path("named.sqlite"))"]
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
    let ledger = try Ledger.withSamples(.file)
    let later = ledger.folder.path("later.sqlite")
    _ = try ledger.well("backup", "-o", later)
    let queue = try DatabaseQueue(path: later)
    try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999 later')") }
    try queue.close()
    let folder = ledger.folder.path("no/such/folder.sqlite")
    let store = try ledger.store
    let cases: [([String], Int32, String)] = [
      (["audit", "--store", "mysql://ann:secret@host"], 64, "sqlite:PATH"),
      (["audit", "--store", "sqlite:"], 64, "sqlite:PATH"),
      (["import", "activities", Ledger.walks, "--route", "x"] + store, 64, "--create"),
      (
        ["quest", "create", "--team", "x", "--route", "y", "--start", "soon", "--end", "z"], 64,
        "--start"
      ),
      (["progress", "--store", "sqlite:x", "--as-of", "2026-01-01T00:00:00Z"], 64, "--activities"),
      (["progress"], 64, "--activities"),
      (["import", "route", Ledger.walks] + store, 65, Ledger.walks),
      (["team", "show", "Nobody"] + store, 66, "team list"),
      (["import", "activities", folder] + store, 66, "no such file"),
      (["audit", "--store", "sqlite:\(folder)"], 69, "milequest migrate"),
      (["migrate", "--store", "sqlite:\(folder)"], 69, "cannot be opened"),
      (["audit", "--store", "sqlite:\(later)"], 69, "newer version"),
      (["migrate", "--store", "sqlite:\(later)"], 69, "newer version"),
      (["audit", "--store", "postgres://ann:secret@127.0.0.1:1/x"], 69, "try again"),
      (["backup", "-o", folder] + store, 74, folder),
    ]
    for (arguments, status, words) in cases {
      let answer = try Program.run(arguments)
      #expect(answer.status == status, "\(arguments): \(answer.status) \(answer.errors)")
      #expect(answer.errors.contains(words), "\(arguments): \(answer.errors)")
      #expect(!answer.errors.contains("secret"))
    }
  }
}
