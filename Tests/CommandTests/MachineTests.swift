import BuiltProgram
import Foundation
import GRDB
import Testing

/// The program says the same on every machine.
@Suite struct MachineTests {
  /// Far from UTC, with a comma for decimals and other small and capital letters.
  static let elsewhere: [String: String?] = [
    "TZ": "Pacific/Apia", "LC_ALL": "tr_TR.UTF-8", "LANG": "tr_TR.UTF-8",
  ]

  @Test func theTimeZoneAndTheLanguageChangeNothing() throws {
    let ledger = try Ledger.withSamples(.file)
    let dated = try ledger.folder.file(
      "dated.csv",
      "team,person,started_at,distance_km\nA,I,2026-05-03T23:30:00Z,1.5\nA,i,2026-05-04T00:30:00Z,2\n"
    )
    let store = try ledger.store
    for arguments in [
      ["inspect", Ledger.trail], ["inspect", Ledger.trail, "--format", "json"],
      ["position", Ledger.trail, "--at", "1000.5mi"],
      ["convert", Ledger.trail, "-", "--to", "gpx"],
      ["nearest", Ledger.trail, "--to", "39.1,-77.9"], ["validate", Ledger.trail],
      [
        "progress", "--route", Ledger.trail, "--activities", dated, "--until",
        "2026-05-04T00:00:00Z",
      ],
      ["progress", "--route", Ledger.trail, "--activities", Ledger.walks, "--format", "text"],
      ["progress", "--at", "2026-02-01", "--format", "text"] + store,
      ["quest", "show", "Night Owls", "--at", "2026-02-01"] + store, ["team", "list"] + store,
    ] {
      let here = try Program.run(arguments)
      let there = try Program.run(arguments, variables: Self.elsewhere)
      #expect(here.status == there.status && !here.bytes.isEmpty, "\(arguments): \(here.errors)")
      #expect(here.bytes == there.bytes && here.errors == there.errors, "\(arguments)")
    }
  }

  /// Where a store is named, or none is needed, the one in the data folder is not looked at.
  @Test func aLedgerOfAnotherSchemaInTheDataFolderHarmsNothing() throws {
    let folder = try Folder()
    let variables = ["XDG_DATA_HOME": folder.url.path]
    #expect(try Program.run(["migrate"], variables: variables).status == 0)
    let path = folder.path("milequest/milequest.sqlite")
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('999 later')") }
    try queue.close()
    #expect(try Program.run(["audit"], variables: variables).status == 69)
    let before = try Data(contentsOf: URL(filePath: path))
    let ledger = try Ledger.withSamples(.file)
    for arguments in [
      ["progress", "--route", Ledger.trail, "--activities", Ledger.walks],
      ["progress", "--at", "2026-02-01"] + (try ledger.store), ["audit"] + (try ledger.store),
    ] {
      let answer = try Program.run(arguments, variables: variables)
      #expect(answer.status == 0, "\(arguments): \(answer.errors)")
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
  }
}
