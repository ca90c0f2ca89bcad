import BuiltProgram
import Foundation
import Testing

/// What comes into the ledger, and how it ends, wherever the ledger is.
enum EndOfLifeCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case theGate, namesThatSayNothing, routesAreRenamedAndRetired, teamsAreDissolved

  var testDescription: String { rawValue }

  func run(_ place: Ledger.Place) throws {
    let ledger = try Ledger(place)
    switch self {
    case .theGate: try theGate(ledger)
    case .namesThatSayNothing: try namesThatSayNothing(ledger)
    case .routesAreRenamedAndRetired: try routesAreRenamedAndRetired(ledger)
    case .teamsAreDissolved: try teamsAreDissolved(ledger)
    }
  }

  private static func line(_ coordinates: String, name: String? = nil) -> String {
    let geometry = "{\"type\":\"LineString\",\"coordinates\":[\(coordinates)]}"
    guard let name else { return geometry }
    return
      "{\"type\":\"Feature\",\"properties\":{\"name\":\"\(name)\"},\"geometry\":\(geometry)}"
  }

  private static var today: String {
    Date.now.formatted(.iso8601.year().month().day())
  }

  private func listed(_ ledger: Ledger) throws -> [String?] {
    // A file is begun by what is stored first.
    let answer = try ledger.run("route", "list", "--format", "json")
    if answer.status == 69 { return [] }
    let routes = try #require(try answer.json["routes"] as? [[String: Any]])
    return routes.map { $0["name"] as? String }
  }

  private func theGate(_ ledger: Ledger) throws {
    let still = try ledger.folder.file("still.geojson", Self.line("[7.01,50],[7.01,50]"))
    let island = try ledger.folder.file(
      "island.geojson",
      Self.line("[0,0],[-3.2115,54.4541],[-3.212,54.4545],[-3.213,54.455]"))
    // A line of no length stops, and what comes with it too.
    let refused = try ledger.run("import", "route", island, still)
    #expect(refused.status == 65)
    #expect(refused.text.contains("[no-length]") && refused.text.contains("[null-island]"))
    #expect(refused.errors.contains("still.geojson: the file has 1 error"), "\(refused.errors)")
    #expect(try listed(ledger).isEmpty)
    // The findings are those of validate, word for word.
    let validated = try Program.run(["validate", still])
    #expect(try ledger.run("import", "route", still).text == validated.text)
    let strict = try ledger.run("import", "route", island, "--name", "N", "--strict")
    #expect(strict.status == 65 && strict.errors.contains("1 warning"), "\(strict.errors)")
    let dry = try ledger.well("import", "route", island, "--name", "N", "--dry-run")
    #expect(dry.text.contains("[null-island]") && dry.text.contains("N, 6,0"), "\(dry.text)")
    #expect(dry.text.contains("not stored"))
    #expect(try listed(ledger).isEmpty)
    // Warnings are reported, and do not stop.
    let json = try ledger.well("import", "route", island, "--name", "N", "--format", "json").json
    let report = try #require((json["files"] as? [[String: Any]])?.first)
    let findings = try #require(report["findings"] as? [[String: Any]])
    #expect(findings.contains { $0["code"] as? String == "null-island" })
    #expect(try listed(ledger) == ["N"])
    let two = try ledger.run("import", "route", island, still, "--name", "N")
    #expect(two.status == 64 && two.errors.contains("--name takes one file"))
  }

  private func namesThatSayNothing(_ ledger: Ledger) throws {
    func file(_ number: Int) throws -> String {
      try ledger.folder.file(
        "\(number).geojson",
        Self.line("[7.0\(number)123,50.00123],[7.04123,50.01123]", name: "Unnamed Section"))
    }
    let all = try ledger.well("import", "route", file(1), file(2))
    #expect(all.text.contains("another route is called “Unnamed Section”"))
    #expect(all.text.components(separatedBy: "[route-name-taken]").count == 2, "\(all.text)")
    // The same content again is the same route.
    #expect(
      try ledger.well("import", "route", file(2), "--dry-run").text.contains("[route-name-taken]"))
    let json = try ledger.well("import", "route", file(3), "--dry-run", "--format", "json").json
    let report = try #require((json["files"] as? [[String: Any]])?.first)
    let findings = try #require(report["findings"] as? [[String: Any]])
    #expect(findings.first?["code"] as? String == "route-name-taken")
    let third = try ledger.run("import", "route", file(3), "--strict")
    #expect(third.status == 65 && third.errors.contains("nothing is stored"))
    let named = try ledger.well("import", "route", file(3), "--strict", "--name", "Third")
    #expect(named.errors.isEmpty && named.text.contains("Third"), "\(named.errors)")
    // What is there under a name that says nothing can be stored under one that does.
    #expect(try ledger.well("import", "route", file(1), "--name", "First").text.contains("First"))
    #expect(try listed(ledger).count == 4)
    let tracks = try ledger.folder.file(
      "tracks.gpx",
      "<gpx version=\"1.1\" creator=\"t\" xmlns=\"http://www.topografix.com/GPX/1/1\">"
        + (0..<3).map { index in
          "<trk><name>Unnamed Section</name><trkseg><trkpt lat=\"50.\(index)\" lon=\"7\"/>"
            + "<trkpt lat=\"50.\(index + 1)\" lon=\"7\"/></trkseg></trk>"
        }.joined() + "</gpx>")
    let joined = try ledger.well("import", "route", tracks, "--dry-run")
    #expect(joined.text.contains("become one route, which has no name"), "\(joined.text)")
    #expect(joined.text.contains("--track picks one") && joined.text.contains("[route-unnamed]"))
  }

  private func routesAreRenamedAndRetired(_ ledger: Ledger) throws {
    _ = try ledger.well("import", "route", Ledger.trail)
    let quest = [
      "quest", "create", "--team", "Owls", "--start", "2026-01-01", "--end", "2026-12-31",
      "--route",
    ]
    _ = try ledger.well("team", "create", "Owls", "--by", "Ann")
    _ = try ledger.well("team", "create", "Larks", "--by", "Ann")
    let renamed = try ledger.well("route", "rename", "Appalachian Trail", "The AT")
    #expect(renamed.text.contains("route      The AT"))
    #expect(try listed(ledger) == ["The AT"])
    // A long name leaves the other columns on the screen.
    let long = String(repeating: "Long ", count: 30) + "Way"
    _ = try ledger.well("route", "rename", "The AT", long)
    let table = try ledger.well("route", "list").text.split(separator: "\n")
    #expect(table.allSatisfy { $0.count < 140 } && table[1].contains("Lo…"), "\(table)")
    _ = try ledger.well("route", "rename", long, "The AT")
    _ = try ledger.well(
      quest[0], quest[1], quest[2], quest[3], quest[4], quest[5], quest[6], quest[7], quest[8],
      "The AT")
    let shown = try ledger.well("route", "show", "The AT", "--format", "json").json
    let id = try #require(shown["id"] as? String)
    #expect(try ledger.run("route", "rename", "The AT", " ").status == 64)

    #expect(try ledger.well("route", "retire", "The AT").text.contains("is retired"))
    #expect(try listed(ledger).isEmpty)
    for route in [id, "\(id)@1"] {
      let late = try ledger.run(
        "quest", "create", "--team", "Larks", "--start", "2026-01-01", "--end", "2026-12-31",
        "--route", route)
      #expect(late.status == 66 && late.errors.contains("was retired at"), "\(late.errors)")
    }
    #expect(try ledger.run("route", "retire", "The AT").status == 66)
    #expect(try ledger.well("quest", "show", "Owls").text.contains("The AT"))
    let again = try ledger.run("import", "route", Ledger.trail)
    #expect(again.status == 65 && again.errors.contains("--id with a new id"), "\(again.errors)")
    _ = try ledger.well(
      "import", "route", Ledger.trail, "--id", "0f8b6c1e-2d3a-4b5c-8d7e-9f0a1b2c3d4e")
    #expect(try listed(ledger) == ["Appalachian Trail"])
  }

  private func teamsAreDissolved(_ ledger: Ledger) throws {
    _ = try ledger.well("import", "route", Ledger.trail)
    _ = try ledger.well(
      "import", "activities", Ledger.walks, "--create", "--route", "Appalachian Trail")
    let ended = try ledger.well("team", "dissolve", "Dawn Patrol", "--format", "json").json
    let id = try #require(ended["id"] as? String)
    #expect(ended["dissolvedAt"] is String)
    #expect(try !ledger.well("team", "list").text.contains("Dawn Patrol"))
    #expect(try !ledger.well("progress", "--format", "text").text.contains("Dawn Patrol"))
    #expect(try ledger.run("team", "show", id).errors.contains("was dissolved at"))
    for name in ["Dawn Patrol", id] {
      #expect(try ledger.run("team", "dissolve", name).status == 66)
    }
    // The same file again logs nothing, and the figures are right.
    let again = try ledger.well("import", "activities", Ledger.walks, "--format", "json").json
    #expect(again["logged"] as? Int == 0 && again["repeated"] as? Int == 699)
    // The name is free again, and means the new team.
    var ids = [id]
    for _ in 0..<2 {
      for _ in 0..<2 {
        let anew = try ledger.well(
          "team", "create", "Dawn Patrol", "--by", "Ann", "--format", "json")
        let new = try #require(try anew.json["id"] as? String)
        if !ids.contains(new) { ids.append(new) }
        #expect(ids.last == new)
      }
      let walks = try ledger.folder.file(
        "new.csv", "team,person,started_at,distance_km\nDawn Patrol,Ann,\(Self.today)T00:00:01Z,5\n"
      )
      _ = try ledger.well("import", "activities", walks, "--create")
      let shown = try ledger.well("team", "show", "Dawn Patrol", "--format", "json").json
      #expect(shown["id"] as? String == ids.last)
      _ = try ledger.well("team", "dissolve", "Dawn Patrol")
    }
    #expect(ids.count == 3)
    let old = try ledger.run("team", "create", id, "--by", "Ann")
    #expect(old.status == 65 && old.errors.contains("was dissolved at"), "\(old.errors)")
    // Somebody new in a team that has ended is one bad row, which keeps no other from being stored.
    let mixed = try ledger.folder.file(
      "mixed.csv",
      "team,person,started_at,distance_km\nNight Owls,Ann,\(Self.today)T00:00:02Z,5\n"
        + "\(id),Zoe,\(Self.today)T00:00:03Z,5\nNight Owls,Ben,\(Self.today)T00:00:04Z,6\n")
    let stopped = try ledger.run("import", "activities", mixed, "--create")
    #expect(stopped.status == 65, "\(stopped.errors)")
    #expect(stopped.errors.contains("mixed.csv:3: the team was dissolved"), "\(stopped.errors)")
    let skipped = try ledger.well(
      "import", "activities", mixed, "--create", "--skip-bad", "--format", "json"
    ).json
    #expect(skipped["rejected"] as? Int == 1 && skipped["logged"] as? Int == 2, "\(skipped)")
    #expect(try ledger.well("audit").text.contains("audit: clean"))
  }
}

@Suite struct EndOfLifeTests {
  @Test(arguments: EndOfLifeCase.allCases)
  func endsInAFile(_ test: EndOfLifeCase) throws { try test.run(.file) }

  /// A store's address completes to its kinds, and after `sqlite:` to files and folders.
  @Test func storesComplete() throws {
    let folder = try Folder()
    _ = try folder.file("ledger.sqlite", "")
    _ = try folder.file("later.csv", "")
    _ = try folder.file(".hidden", "")
    func complete(_ word: String) throws -> [Substring] {
      try Program.run(
        [
          "---completion", "audit", "--", "--store", "3", "\(word.utf8.count)", "milequest",
          "audit",
          "--store", word,
        ], variables: ["SAP_SHELL": "bash"]
      ).text.split(separator: "\n")
    }
    #expect(try complete("s") == ["sqlite:"])
    #expect(try complete("post") == ["postgres://", "postgresql://"])
    let files = try complete("sqlite:" + folder.path("l")).map(String.init)
    #expect(files == ["later.csv", "ledger.sqlite"].map { "sqlite:" + folder.path($0) })
    #expect(try complete("sqlite:" + folder.path("l").dropLast()).count == 2)
  }

  /// Every argument that is a file completes to files.
  @Test func filesComplete() throws {
    let script = try Program.run(["--generate-completion-script", "zsh"]).text
    for line in script.split(separator: "\n")
    where line.contains(":file:") || line.contains(":files:") || line.contains(":csv:") {
      #expect(line.contains("_files"), "\(line)")
    }
    #expect(script.split(separator: "\n").count { $0.contains("_files") } > 15)
  }
}
