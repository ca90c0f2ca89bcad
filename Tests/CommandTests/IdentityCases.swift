import BuiltProgram
import Foundation
import Testing

/// Which walk a row is, whose it is, and what teams and people are called: where files have no ids.
enum IdentityCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case aLaterExportAddsWhatIsNew, alikeRowsAreCounted, walksOfTheAppAreFound
  case aNameIsAPersonOfItsTeam, anAddressIsOnePersonEverywhere
  case anOlderLedgerIsRecognized, oneTeamHoweverItIsSpelled, namesThatAreNone, zonesOfRows
  case idsThatConflict

  var testDescription: String { rawValue }

  func run(_ place: Ledger.Place) throws {
    let ledger = try Ledger(place)
    switch self {
    case .aLaterExportAddsWhatIsNew: try aLaterExportAddsWhatIsNew(ledger)
    case .alikeRowsAreCounted: try alikeRowsAreCounted(ledger)
    case .walksOfTheAppAreFound: try walksOfTheAppAreFound(ledger)
    case .aNameIsAPersonOfItsTeam: try aNameIsAPersonOfItsTeam(ledger)
    case .anAddressIsOnePersonEverywhere: try anAddressIsOnePersonEverywhere(ledger)
    case .anOlderLedgerIsRecognized: try anOlderLedgerIsRecognized(ledger)
    case .oneTeamHoweverItIsSpelled: try oneTeamHoweverItIsSpelled(ledger)
    case .namesThatAreNone: try namesThatAreNone(ledger)
    case .zonesOfRows: try zonesOfRows(ledger)
    case .idsThatConflict: try idsThatConflict(ledger)
    }
    #expect(try ledger.well("audit").status == 0)
  }

  private struct Counts: Equatable {
    var logged: Int
    var repeated: Int
    var lines: [[Int]] = []
  }

  /// Imports rows, creating who is not there.
  private func load(_ text: String, into ledger: Ledger, _ more: String...) throws -> Counts {
    let file = try ledger.folder.file("\(UUID().uuidString).csv", text)
    let answer = try ledger.run(
      ["import", "activities", file, "--create", "--format", "json"] + more)
    #expect(answer.status == 0, "\(answer.errors)")
    let json = try answer.json
    return Counts(
      logged: json["logged"] as? Int ?? -1, repeated: json["repeated"] as? Int ?? -1,
      lines: json["repeatedLines"] as? [[Int]] ?? [])
  }

  /// What each team has walked, in km, by its name. Each team gets a quest on a route.
  private func totals(_ ledger: Ledger) throws -> [String: Double] {
    let json = try ledger.well("progress", "--format", "json").json
    let teams = try #require(json["teams"] as? [[String: Any]])
    return Dictionary(
      teams.map { ($0["team"] as? String ?? "", (($0["distanceMeters"] as? Double) ?? -1) / 1000) },
      uniquingKeysWith: +)
  }

  private func route(_ ledger: Ledger) throws -> [String] {
    _ = try ledger.well("import", "route", Ledger.trail)
    return ["--route", "Appalachian Trail"]
  }

  /// The batch's totals of the same rows.
  private func batch(
    _ text: String, _ ledger: Ledger, _ more: String...
  ) throws -> [String: Double] {
    let file = try ledger.folder.file("\(UUID().uuidString).csv", text)
    let answer = try Program.run(
      ["progress", "--route", Ledger.trail, "--activities", file] + more)
    #expect(answer.status == 0, "\(answer.errors)")
    let rows = answer.text.split(separator: "\n").dropFirst().map { $0.split(separator: ",") }
    return Dictionary(
      rows.map { (String($0[0]), (Double($0[2]) ?? -1) / 1000) }, uniquingKeysWith: +)
  }

  private static let may = """
    started_at,team,distance_km
    2026-05-02T08:00:00Z,Owls,3
    2026-05-01T08:00:00Z,Owls,5

    """
  private static let june = """
    started_at,team,distance_km
    2026-06-01T08:00:00Z,Owls,1
    2026-05-02T08:00:00Z,Owls,3
    2026-05-01T08:00:00Z,Owls,5

    """

  /// The next export has the newest row on top.
  private func aLaterExportAddsWhatIsNew(_ ledger: Ledger) throws {
    let route = try route(ledger)
    #expect(
      try load(Self.may, into: ledger, route[0], route[1], "--start", "2026-01-01")
        == Counts(logged: 2, repeated: 0))
    #expect(try load(Self.june, into: ledger) == Counts(logged: 1, repeated: 2, lines: [[3, 4]]))
    #expect(try totals(ledger) == ["Owls": 9])
    #expect(try load(Self.june, into: ledger) == Counts(logged: 0, repeated: 3, lines: [[2, 4]]))
    #expect(try load(Self.may, into: ledger) == Counts(logged: 0, repeated: 2, lines: [[2, 3]]))
    let file = try ledger.folder.file("june.csv", Self.june)
    let text = try ledger.well("import", "activities", file)
    #expect(text.errors.contains("in the ledger already: 3 rows (lines 2–4)"), "\(text.errors)")
  }

  /// Rows of one content are as many walks as there are rows, over all teams of a person.
  private func alikeRowsAreCounted(_ ledger: Ledger) throws {
    let id = UUID().uuidString
    func rows(_ count: Int, shuffled: Bool = false) -> String {
      let rows = (0..<count).map {
        "2026-05-01T08:00:00Z,\(["Owls", "Cats", "Elks"][$0 % 3]),\(id),5"
      }
      return "started_at,team,person,distance_km\n"
        + (shuffled ? rows.reversed() : rows).joined(separator: "\n") + "\n"
    }
    func counts(_ text: String) throws -> [Int] {
      let counts = try load(text, into: ledger)
      return [counts.logged, counts.repeated]
    }
    #expect(try counts(rows(4)) == [4, 0])
    #expect(try counts(rows(4, shuffled: true)) == [0, 4])
    #expect(try counts(rows(9, shuffled: true)) == [5, 4])
    #expect(try counts(rows(2_500)) == [2_491, 9])
    #expect(try counts(rows(2_500)) == [0, 2_500])
    // Each of these is another content.
    let more = [
      "2026-05-01T08:00:00.000001Z,Owls,\(id),5,,,,",
      "2026-05-01T08:00:00Z,Owls,\(id),5.000000001,,,,",
      "2026-05-01T08:00:00Z,Owls,\(id),5,60,,,", "2026-05-01T08:00:00Z,Owls,\(id),5,,app,,",
      "2026-05-01T08:00:00Z,Owls,\(id),5,,,app,", "2026-05-01T08:00:00Z,Owls,\(id),5,,,,UTC",
    ]
    let header = "started_at,team,person,distance_km,duration_seconds,source,note,zone\n"
    #expect(try counts(header + more.joined(separator: "\n") + "\n") == [6, 0])
    #expect(try counts(header + more.reversed().joined(separator: "\n") + "\n") == [0, 6])
  }

  /// A walk counts as the row's whatever its id is, also after an edit and the deletion.
  private func walksOfTheAppAreFound(_ ledger: Ledger) throws {
    let ids = (0..<3).map { _ in UUID().uuidString }
    let withIDs =
      "started_at,team,distance_km,activity_id\n"
      + ids.map { "2026-05-01T08:00:00Z,Owls,5,\($0)\n" }.joined()
    #expect(try load(withIDs, into: ledger).logged == 3)
    func rows(_ count: Int) -> String {
      "started_at,team,distance_km\n"
        + String(repeating: "2026-05-01T09:00:00+01:00,Owls,5\n", count: count)
    }
    #expect(try load(rows(2), into: ledger) == Counts(logged: 0, repeated: 2, lines: [[2, 3]]))
    #expect(try load(rows(4), into: ledger) == Counts(logged: 1, repeated: 3, lines: [[2, 4]]))
    #expect(try load(rows(4), into: ledger) == Counts(logged: 0, repeated: 4, lines: [[2, 5]]))
    #expect(try load(withIDs, into: ledger).repeated == 3)
  }

  private static let anns = """
    started_at,team,person,distance_km
    2026-05-01T08:00:00Z,Owls,Ann,5
    2026-05-01T09:00:00Z,Cats,Ann,9

    """

  private func aNameIsAPersonOfItsTeam(_ ledger: Ledger) throws {
    let route = try route(ledger)
    let counts = try load(Self.anns, into: ledger, route[0], route[1], "--keep-names")
    #expect(counts == Counts(logged: 2, repeated: 0))
    #expect(try totals(ledger) == ["Owls": 5, "Cats": 9])
    #expect(try totals(ledger) == batch(Self.anns, ledger))
    #expect(try load(Self.anns, into: ledger).logged == 0)
    // The team's command means the same person.
    _ = try ledger.well(
      "team", "create", "Owls", "--by", "Ann", "--member", "Ann", "--member", "Bob")
    func members(_ team: String) throws -> [String: String] {
      let json = try ledger.well("team", "show", team, "--format", "json").json
      let members = try #require(json["members"] as? [[String: Any]])
      return Dictionary(
        uniqueKeysWithValues: members.map {
          ($0["name"] as? String ?? "", $0["person"] as? String ?? "")
        })
    }
    #expect(Set(try members("Owls").keys) == ["Ann", "Bob"])
    #expect(try members("Owls")["Ann"] != members("Cats")["Ann"])
  }

  private func anAddressIsOnePersonEverywhere(_ ledger: Ledger) throws {
    let route = try route(ledger)
    let id = UUID().uuidString
    let text =
      "started_at,team,person,distance_km\n"
      + "2026-05-01T08:00:00Z,Owls,ann@example.org,5\n2026-05-01T09:00:00Z,Cats,Ann@Example.org,9\n"
      + "2026-05-01T08:00:00Z,Elks,\(id),1\n2026-05-01T09:00:00Z,Hens,\(id.lowercased()),2\n"
    #expect(try load(text, into: ledger, route[0], route[1]).logged == 4)
    #expect(try totals(ledger) == ["Owls": 14, "Cats": 14, "Elks": 3, "Hens": 3])
    #expect(try totals(ledger) == batch(text, ledger))
    #expect(try load(text, into: ledger).logged == 0)
  }

  /// What older versions made of names and lines: a person of a name everywhere, a walk's id from its
  /// line, teams as they were spelled.
  private func anOlderLedgerIsRecognized(_ ledger: Ledger) throws {
    // These ids are what the version before wrote for the rows below, on these lines.
    let ann = "759b6e0a-5183-8070-8af1-12536f69235e"
    let former = """
      started_at,team,person,distance_km,activity_id
      2026-05-01T08:00:00Z,Owls,\(ann),5,59273886-fda3-89f3-8076-55a26f59d459
      2026-05-01T09:00:00Z,Cats,\(ann),9,e205b1e5-b7e7-8514-9c1a-7c246cd1a3cd
      2026-05-01T08:00:00Z,Owls,\(ann),5,9524ecfe-f25a-899b-95c2-8c5a3d74c97d
      2026-05-03T08:00:00Z,Owls,11effed2-cd8f-8b81-af4f-4b2666565025,2,401136a6-78fe-8f11-bdb7-9460703cb6ac
      2026-05-04T08:00:00Z,Owls,09c11aee-edb6-8ed8-bc83-59656b699ac8,3,b370450a-2004-8825-9def-5d4ccfead95c

      """
    #expect(try load(former, into: ledger).logged == 5)
    let rows = """
      started_at,team,person,distance_km
      2026-05-01T08:00:00Z,Owls,Ann,5
      2026-05-01T09:00:00Z,Cats,Ann,9
      2026-05-01T08:00:00Z,Owls,Ann,5
      2026-05-03T08:00:00Z,Owls,Zoe\u{308},2
      2026-05-04T08:00:00Z,Owls,Bob@Example.org,3

      """
    #expect(try load(rows, into: ledger) == Counts(logged: 0, repeated: 5, lines: [[2, 6]]))
    let turned =
      "started_at,team,person,distance_km\n2026-06-01T08:00:00Z,Cats,Ann,1\n"
      + rows.split(separator: "\n").dropFirst().reversed().joined(separator: "\n") + "\n"
    #expect(try load(turned, into: ledger) == Counts(logged: 1, repeated: 5, lines: [[3, 7]]))
    // Names were told apart by characters that show nothing.
    let unseen =
      "started_at,team,person,distance_km\n2026-05-05T08:00:00Z,Owls,Ann\u{200B},7\n"
    let formerUnseen = unseen.replacing(
      "Ann\u{200B}", with: "da679cad-8be4-836b-a615-182099d88c79")
    #expect(try load(formerUnseen, into: ledger).logged == 1)
    #expect(try load(unseen, into: ledger).logged == 0)
    // Who is new in a team is a person of that team.
    let more = "started_at,team,person,distance_km\n2026-05-01T08:00:00Z,Elks,Ann,5\n"
    #expect(try load(more, into: ledger).logged == 1)
  }

  private static let spelled = """
    started_at,team,distance_km
    2026-05-01T08:00:00Z,Z\u{FC}rich,5
    2026-05-02T08:00:00Z,Zu\u{308}rich,5
    2026-05-03T08:00:00Z,Z\u{FC}rich ,5
    2026-05-04T08:00:00Z,Z\u{FC}\u{200B}ri\u{AD}ch,5
    2026-05-05T08:00:00Z,\u{FEFF}Zu\u{2060}\u{308}rich\u{200E},5

    """

  private func oneTeamHoweverItIsSpelled(_ ledger: Ledger) throws {
    let route = try route(ledger)
    #expect(try load(Self.spelled, into: ledger, route[0], route[1]).logged == 5)
    let totals = try totals(ledger)
    #expect(totals == ["Z\u{FC}rich": 25])
    #expect(totals.keys.first?.utf8.elementsEqual("Z\u{FC}rich".utf8) == true)
    #expect(try totals == batch(Self.spelled, ledger))
    for name in ["Z\u{FC}rich", "Zu\u{308}rich", " Z\u{FC}rich ", "Z\u{FC}\u{FEFF}rich"] {
      _ = try ledger.well("team", "show", name)
      _ = try ledger.well("quest", "show", name)
    }
    #expect(try load(Self.spelled, into: ledger).logged == 0)
    _ = try ledger.well("team", "create", "Zu\u{308}rich ", "--by", "Ann")
    // Nothing is renamed that older versions kept, and a name that several have asks for the id.
    try ledger.meddle("UPDATE teams SET name = 'Zu\u{308}r\u{200B}ich '")
    #expect(try load(Self.spelled, into: ledger).logged == 0)
    let other = UUID().uuidString
    try ledger.meddle(
      "INSERT INTO teams (team_id, name, created_at, created_by, revision, is_public) "
        + "SELECT \(ledger.blob(other)), 'Z\u{FC}rich', created_at, created_by, 1, is_public "
        + "FROM teams")
    try ledger.meddle("INSERT INTO team_state (team_id, version) VALUES (\(ledger.blob(other)), 0)")
    let shown = try ledger.run("team", "show", "Z\u{FC}rich")
    #expect(shown.status == 65 && shown.errors.contains(other.lowercased()), "\(shown.errors)")
    let file = try ledger.folder.file("z.csv", Self.spelled)
    let loaded = try ledger.run("import", "activities", file)
    #expect(loaded.status == 65 && loaded.errors.contains("name one by its id"), "\(loaded.errors)")
  }

  /// Ids that stand on rows that differ: nobody can tell which is right, so none counts, here and in
  /// the batch alike; a person's id is no other person's.
  private func idsThatConflict(_ ledger: Ledger) throws {
    let rows = """
      started_at,team_id,person_id,distance_km,activity_id
      2026-03-01T08:00:00Z,Reds,Ann,1,a
      2026-03-02T08:00:00Z,Reds,Ann,2,b
      2026-03-02T08:00:00Z,Reds,Ann,4,b
      2026-03-02T08:00:00Z,Reds,Ann,2,b
      2026-03-02T08:00:00Z,Reds,Bob,8,b
      2026-03-01T08:00:00Z,Reds,Ann,1,a
      2026-03-03T08:00:00Z,Blues,cee@example.org,16,c
      2026-03-03T08:00:00Z,Reds,cee@example.org,16,c
      2026-03-04T08:00:00Z,Blues,Dee,32,d

      """
    let route = try route(ledger)
    let file = try ledger.folder.file("conflicts.csv", rows)
    let stopped = try ledger.run(["import", "activities", file, "--create"] + route)
    #expect(
      stopped.status == 65 && stopped.errors.contains("conflicts.csv:4:"), "\(stopped.errors)")
    let answer = try ledger.run(
      ["import", "activities", file, "--create", "--format", "json", "--skip-bad"] + route)
    #expect(answer.status == 0, "\(answer.errors)")
    let json = try answer.json
    #expect(json["rejected"] as? Int == 3)
    #expect(json["logged"] as? Int == 4)
    #expect(answer.errors.contains("left out 3 rows"), "\(answer.errors)")
    let stored = try totals(ledger)
    #expect(stored == ["Reds": 25, "Blues": 48])
    #expect(try batch(rows, ledger, "--skip-bad") == stored)
  }

  private func namesThatAreNone(_ ledger: Ledger) throws {
    for (team, person) in [("O\u{202E}wls", "Ann"), ("Owls", "A\u{85}nn"), ("\u{200D}", "Ann")] {
      let file = try ledger.folder.file(
        "n.csv", "started_at,team,person,distance_km\n2026-05-01T08:00:00Z,\(team),\(person),5\n")
      let answer = try ledger.run("import", "activities", file, "--create")
      #expect(answer.status == 65 && answer.errors.contains("\(file):2: the name of the"))
    }
    let created = try ledger.run("team", "create", "a\u{7}b", "--by", "Ann")
    #expect(created.status == 64 && created.errors.contains("holds U+0007"), "\(created.errors)")
    let founder = try ledger.run("team", "create", "Owls", "--by", "\u{2800}")
    #expect(founder.status == 64 && founder.errors.contains("no visible character"))
  }

  /// The zone of a row, else the offset of its time, else that of its walker, or the option.
  private func zonesOfRows(_ ledger: Ledger) throws {
    let rows =
      "started_at,team,distance_km,zone\n2026-05-01T23:30:00Z,Owls,1,Asia/Tokyo\n"
      + "2026-05-01T20:30:00-03:00,Owls,2,\n2026-05-01T23:30:00Z,Owls,3,\n"
    #expect(try load(rows, into: ledger, "--zone", "Europe/Berlin").logged == 3)
    // Another spelling of the offset and another zone of the walker are the same walks.
    let again =
      "started_at,team,distance_km,zone\n2026-05-02T08:30:00+09:00,Owls,1,Asia/Tokyo\n"
      + "2026-05-01T23:30:00Z,Owls,2,\n2026-05-01T23:30:00+00:00,Owls,3,\n"
    #expect(try load(again, into: ledger, "--zone", "America/Lima").logged == 0)
    #expect(
      try ledger.column("SELECT zone FROM activities ORDER BY distance_um")
        == ["Asia/Tokyo", "-03:00", "Europe/Berlin"])
    // A time that the clocks skip is read with the offset before, and said.
    let spring = try ledger.folder.file(
      "s.csv",
      "started_at,team,distance_km\n2026-03-29T01:59:59,Owls,4\n2026-03-29T02:30:00,Owls,5\n"
        + "2026-03-29T02:30:00+01:00,Elks,6\n2026-10-25T02:30:00,Owls,7\n")
    let skipped = try ledger.well(
      "import", "activities", spring, "--create", "--zone", "Europe/Berlin", "--format", "json")
    #expect(skipped.errors.contains("clocks skipped"), "\(skipped.errors)")
    #expect(skipped.errors.contains("1 row (line 3 as 2026-03-29T01:30:00Z)"), "\(skipped.errors)")
    let times = try #require(try skipped.json["skippedTimes"] as? [[String: Any]])
    #expect(times.map { $0["line"] as? Int } == [3])
    #expect(times.map { $0["startedAt"] as? String } == ["2026-03-29T01:30:00Z"])
    let bad = try ledger.folder.file(
      "b.csv", "started_at,team,distance_km,zone\n2026-05-01T23:30:00Z,Owls,1,Mars/Base\n")
    let answer = try ledger.run("import", "activities", bad)
    #expect(answer.status == 65 && answer.errors.contains(":2: the zone is neither"))
  }
}
