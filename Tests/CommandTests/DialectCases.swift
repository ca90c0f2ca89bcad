import BuiltProgram
import Foundation
import Testing

/// Files of walks from spreadsheets and from other countries, on their way into the ledger.
extension LedgerCommandCase {
  private static let time = "2026-05-02T08:00:00Z"

  func filesOfOtherCountries(_ place: Ledger.Place) throws {
    let ledger = try Ledger(place)
    _ = try ledger.well("import", "route", Ledger.trail)
    let time = Self.time
    let utf16: [UInt8] =
      [0xFF, 0xFE]
      + "started_at\tteam\tdistance_km\r\n\(time)\tGeese\t9.44\r\n".utf16
      .flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let files: [(bytes: [UInt8], team: String, options: [String])] = [
      (Array("started_at;team;distance_km\r\n\(time);Owls;9,44\r\n".utf8), "Owls", []),
      (Array("sep=;\r\nStarted_At; Team ;distance_km\r\n\(time);Cats;9,44".utf8), "Cats", []),
      (utf16, "Geese", []),
      (
        Array("started_at#team#distance_km\n\(time)#Hens#9.440\n".utf8), "Hens",
        ["--separator", "#", "--decimal", "point"]
      ),
      (
        Array("started_at,team,distance_km\n\(time),Elks,\"9,44\"\n".utf8), "Elks",
        ["--decimal", "comma"]
      ),
      (
        Array("started_at;team;distance_km\n\(time);".utf8) + [0x5A, 0xFC, 0x72, 0x69]
          + Array(";9,44\n".utf8), "Züri", ["--encoding", "windows-1252"]
      ),
    ]
    for (bytes, team, options) in files {
      let file = try ledger.folder.file("\(team).csv", bytes)
      let answer = try ledger.run(
        [
          "import", "activities", file, "--create", "--route", "Appalachian Trail", "--format",
          "json",
        ]
          + options)
      #expect(answer.status == 0, "\(team): \(answer.errors)")
      #expect(try answer.json["logged"] as? Int == 1, "\(team)")
      // The batch counts the same, and the same file again is known.
      let batch = try Program.run(
        ["progress", "--route", Ledger.trail, "--activities", file] + options)
      #expect(batch.text.contains("\(team),1,9440,"), "\(batch.text)\(batch.errors)")
      let again = try ledger.run(["import", "activities", file, "--format", "json"] + options)
      #expect(try again.json["repeated"] as? Int == 1, "\(team): \(again.errors)")
    }
    let teams = try ledger.well("progress", "--format", "json").json["teams"] as? [[String: Any]]
    #expect(teams?.allSatisfy { $0["distanceMeters"] as? Double == 9_440 } == true)
    #expect(teams?.count == files.count)
    for (text, words) in [
      (
        "started_at,team,team,distance_km\n\(time),Owls,Cats,5\n",
        "(column 2) and “team” (column 3)"
      ),
      ("started_at,team,distance_km,distance_miles\n\(time),Owls,5,9\n", "--distance-column"),
      ("started_at;team;distance_km\n\(time);Owls;1.234\n", "--decimal comma"),
      ("started_at#team#distance_km\n\(time)#Owls#1\n", "--separator"),
      ("started_at,team,distance\n\(time),Owls,5 M\n", "write m or mi"),
      ("started_at,team,distance\n\(time),Owls,5 mi.\n", "ends with a point"),
    ] {
      let file = try ledger.folder.file("refused.csv", Array(text.utf8))
      let answer = try ledger.run("import", "activities", file, "--create")
      #expect(answer.status == 65 && answer.errors.contains(words), "\(answer.errors)")
    }
  }
}
