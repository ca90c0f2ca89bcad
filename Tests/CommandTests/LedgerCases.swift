import BuiltProgram
import Foundation
import GRDB
import PostgresCluster
import Testing

/// A ledger of a test's own, in a file or on a server.
struct Ledger {
  static let walks = Program.packageRoot.appending(path: "routes/sample-walks.csv").path
  static let trail =
    Program.packageRoot.appending(path: "routes/appalachian-trail.geojson").path

  enum Place: Sendable { case file, server }

  let folder: Folder
  private let place: Place
  /// The file's path or the database's name.
  let name: String

  init(_ place: Place) throws {
    folder = try Folder()
    self.place = place
    switch place {
    case .file: name = folder.path("ledger.sqlite")
    case .server:
      name = try Cluster.shared.get().database()
      // Unlike a file, a database is not begun by the first import.
      _ = try well("migrate")
    }
  }

  var store: [String] {
    get throws { ["--store", try address] }
  }

  var address: String {
    get throws { place == .file ? "sqlite:\(name)" : try Cluster.shared.get().url(name) }
  }

  /// Runs the program on the ledger. Whatever comes out, the password is not in it.
  func run(_ arguments: String...) throws -> Program.Answer { try run(arguments) }

  func run(_ arguments: [String]) throws -> Program.Answer {
    let answer = try Program.run(arguments + store)
    for secret in [Cluster.password, Cluster.escaped(Cluster.password)] {
      #expect(!(answer.text + answer.errors).contains(secret), "\(arguments): \(answer.errors)")
    }
    return answer
  }

  /// Runs what must go well.
  func well(_ arguments: String...) throws -> Program.Answer {
    let answer = try run(arguments)
    #expect(answer.status == 0, "\(arguments): \(answer.errors)")
    return answer
  }

  /// A ledger with the sample walks in it.
  static func withSamples(_ place: Place) throws -> Ledger {
    let ledger = try Ledger(place)
    _ = try ledger.well("import", "route", trail)
    _ = try ledger.well(
      "import", "activities", walks, "--create", "--route", "Appalachian Trail")
    return ledger
  }

  /// Whether anything was ever stored.
  var isBegun: Bool {
    get throws {
      switch place {
      case .file: FileManager.default.fileExists(atPath: name)
      case .server:
        try Cluster.shared.get().sql(
          "SELECT count(*) FROM milequest.teams", in: name) != "0\n"
      }
    }
  }

  /// An id as the store's SQL writes it.
  func blob(_ id: String) -> String {
    place == .file ? "x'\(id.replacing("-", with: ""))'" : "'\(id)'::uuid"
  }

  /// The texts of one column.
  func column(_ sql: String) throws -> [String] {
    switch place {
    case .file:
      let queue = try DatabaseQueue(path: name)
      defer { try? queue.close() }
      return try queue.read { try String.fetchAll($0, sql: sql) }
    case .server:
      return try Cluster.shared.get().sql(
        "SET search_path = milequest, public; \(sql)", in: name
      ).split(separator: "\n").map(String.init)
    }
  }

  /// Changes one row past the rules.
  func meddle(_ sql: String) throws {
    switch place {
    case .file:
      let queue = try DatabaseQueue(path: name)
      try queue.write { db in
        try db.execute(sql: sql)
        #expect(db.changesCount == 1, "\(sql)")
      }
      try queue.close()
    case .server:
      let rows = try Cluster.shared.get().sql(
        "SET search_path = milequest, public; \(sql) RETURNING 1", in: name)
      #expect(rows == "1\n", "\(sql)")
    }
  }
}

/// What the ledger's commands do alike wherever the ledger is.
enum LedgerCommandCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case theSameFileTwiceChangesNothing, theLedgerAnswersAsTheBatchDoes
  case anAuditNamesWhatSomebodyPlanted, badRowsStopBeforeAnythingIsStored, teamsAndQuests
  case migratingAgainChangesNothing, filesOfOtherCountries

  var testDescription: String { rawValue }

  func run(_ place: Ledger.Place) throws {
    switch self {
    case .filesOfOtherCountries: try filesOfOtherCountries(place)
    case .theSameFileTwiceChangesNothing: try theSameFileTwiceChangesNothing(place)
    case .theLedgerAnswersAsTheBatchDoes: try theLedgerAnswersAsTheBatchDoes(place)
    case .anAuditNamesWhatSomebodyPlanted: try anAuditNamesWhatSomebodyPlanted(place)
    case .badRowsStopBeforeAnythingIsStored: try badRowsStopBeforeAnythingIsStored(place)
    case .teamsAndQuests: try teamsAndQuests(place)
    case .migratingAgainChangesNothing: try migratingAgainChangesNothing(place)
    }
  }

  private func theSameFileTwiceChangesNothing(_ place: Ledger.Place) throws {
    let ledger = try Ledger(place)
    let ids = try (0..<2).map { _ -> String in
      let routes = try ledger.well("import", "route", Ledger.trail, "--format", "json").json
      let route = try #require((routes["routes"] as? [[String: Any]])?.first)
      #expect(route["version"] as? Int == 1)
      #expect(route["lengthMeters"] as? Double == 3_536_372.5056)
      return try #require(route["id"] as? String)
    }
    #expect(ids[0] == ids[1])
    let load = ["import", "activities", Ledger.walks, "--create", "--route", ids[0]]
    let rows = try String(contentsOfFile: Ledger.walks, encoding: .utf8).split(separator: "\n")
      .count
    let counts = try (0..<2).map { _ in
      try ledger.run(load + ["--format", "json"]).json
    }
    #expect(counts.map { $0["rows"] as? Int } == [rows - 1, rows - 1])
    #expect(counts.map { $0["logged"] as? Int } == [rows - 1, 0])
    #expect(counts.map { $0["repeated"] as? Int } == [0, rows - 1])
    #expect(counts.map { $0["teamsCreated"] as? Int } == [6, 0])
    let audit = try ledger.well("audit", "--format", "json").json
    #expect(audit["clean"] as? Bool == true && audit["contributions"] as? Int == rows - 1)
    // A reader of the text sees the rate.
    let text = try ledger.run(load)
    #expect(text.text.contains("rows/s: 0 logged, 699 repeated, 0 rejected"))
    #expect(text.errors.contains("no column activity_id"))
  }

  private func theLedgerAnswersAsTheBatchDoes(_ place: Ledger.Place) throws {
    let ledger = try Ledger.withSamples(place)
    for (past, batchPast) in [
      ([], []), (["--at", "2026-02-01T12:00:00Z"], ["--as-of", "2026-02-01T12:00:00Z"]),
    ] as [([String], [String])] {
      let stored = try ledger.run(["progress"] + past)
      let batch = try Program.run(
        ["progress", "--route", Ledger.trail, "--activities", Ledger.walks] + batchPast)
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

  private func anAuditNamesWhatSomebodyPlanted(_ place: Ledger.Place) throws {
    let ledger = try Ledger.withSamples(place)
    try ledger.meddle(
      "UPDATE quest_tallies SET total_um = total_um + 1 WHERE quest_id = "
        + "(SELECT quest_id FROM quest_tallies LIMIT 1)")
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

  private func badRowsStopBeforeAnythingIsStored(_ place: Ledger.Place) throws {
    let ledger = try Ledger(place)
    let file = try ledger.folder.file(
      "w.csv",
      "team,person,activity_id,started_at,distance_km\n"
        + "Owls,Ann,a,2026-03-01T10:00:00Z,5\nOwls,Bob,b,yesterday,5\nOwls,Bob,c,2026-03-02T10:00:00Z,0\n"
        + "Owls,Bob,d,2026-03-02T10:00:00Z,7\n")
    let stopped = try ledger.run("import", "activities", file, "--create")
    #expect(stopped.status == 65 && stopped.errors.hasPrefix("\(file):3: "), "\(stopped.errors)")
    #expect(try !ledger.isBegun)
    // What the ledger would refuse is found before a team is created for it.
    let header = "team,person,activity_id,started_at,distance_km,duration\n"
    let good = "Owls,Ann,a,2026-03-01T10:00:00Z,5,600\n"
    for (row, why) in [
      ("Cats,Cat,e,1899-12-30T10:00:00Z,5,600\n", "the time is before 1900"),
      ("Cats,Cat,e,2199-12-30T10:00:00Z,5,600\n", "is in the future"),
      ("Cats,Cat,e,2026-03-01T10:00:00Z,5,172801\n", "the duration is 172801 s"),
      ("Cats,,e,2026-03-01T10:00:00Z,5,600\n", "the person is empty"),
    ] {
      let late = try ledger.folder.file("late.csv", header + good + row)
      let refused = try ledger.run("import", "activities", late, "--create")
      #expect(refused.status == 65 && refused.errors.contains("late.csv:3: "), "\(refused.errors)")
      #expect(refused.errors.contains(why), "\(refused.errors)")
      #expect(try !ledger.isBegun)
      let other = try Ledger(place)
      let rest = try other.well("import", "activities", late, "--create", "--skip-bad")
      #expect(
        rest.text.contains("1 logged, 0 repeated, 1 rejected; 1 teams created"), "\(rest.text)")
      #expect(rest.errors.contains(why), "\(rest.errors)")
    }
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
      "x.csv",
      "team,person,activity_id,started_at,distance_km\nOwls,Ann,a,2026-03-01T10:00:00Z,6\n"
        + "Owls,Ann,z,2026-03-03T10:00:00Z,6\n")
    let conflict = try ledger.run("import", "activities", changed)
    #expect(conflict.status == 65 && conflict.errors.contains("\(changed):2: the activity"))
    // What is stored by then is said.
    #expect(conflict.errors.contains("stopped: 2 rows"), "\(conflict.errors)")
    #expect(conflict.errors.contains(" 1 logged, 0 repeated, 1 rejected"), "\(conflict.errors)")
  }

  private func teamsAndQuests(_ place: Ledger.Place) throws {
    let ledger = try Ledger(place)
    let team = try ledger.well(
      "team", "create", "Owls", "--by", "Ann", "--member", "Bob", "--since", "2026-01-01",
      "--format", "json")
    let id = try #require(try team.json["id"] as? String)
    _ = try ledger.well("import", "route", Ledger.trail)
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
    try hiding(ledger)
    #expect(try ledger.well("team", "list").text.contains("Owls"))
    // A team is its members' own until it is told otherwise.
    func isPublic() throws -> Bool? {
      try ledger.well("team", "show", "Owls", "--format", "json").json["public"] as? Bool
    }
    #expect(try isPublic() == false)
    _ = try ledger.well("team", "create", "Owls", "--by", "Ann", "--public")
    #expect(try isPublic() == true)
    #expect(try ledger.well("team", "list").text.contains("everybody"))
    #expect(try ledger.well("audit").status == 0)
  }

  /// A quest that hides what is ahead names no waypoint ahead here either.
  private func hiding(_ ledger: Ledger) throws {
    _ = try ledger.well("team", "create", "Moles", "--by", "Ann", "--since", "2026-01-01")
    let create = [
      "quest", "create", "--team", "Moles", "--route", "Appalachian Trail", "--start",
      "2026-01-01", "--end", "2026-12-31",
    ]
    let quest = try ledger.run(create + ["--hide-ahead", "--format", "json"])
    #expect(quest.status == 0, "\(quest.errors)")
    #expect(try quest.json["hidesAhead"] as? Bool == true)
    // Woody Gap comes 32 km after Springer Mountain.
    let outputs = [
      quest.text, try ledger.well("quest", "show", "Moles").text,
      try ledger.well("progress", "--format", "text").text,
    ]
    for text in outputs { #expect(!text.contains("Woody Gap"), "\(text)") }
    #expect(outputs[0].contains("Springer Mountain") && outputs[1].contains("Springer Mountain"))
    #expect(outputs[1].contains("waypoints  hidden until they are reached"))
    #expect(outputs[1].contains("(hidden) in "))
    #expect(try ledger.run(create).status != 0, "the same quest with another switch")
  }

  private func migratingAgainChangesNothing(_ place: Ledger.Place) throws {
    let ledger = try Ledger.withSamples(place)
    let before = try ledger.well("progress", "--format", "json").text
    #expect(try ledger.well("migrate").text.contains("is up to date: schema"))
    #expect(try ledger.well("progress", "--format", "json").text == before)
    #expect(try ledger.well("audit").text.contains("audit: clean (6 teams, 6 quests, 699 contr"))
  }
}
