import BuiltProgram
import Foundation
import Testing

/// Routes of a ledger written to files, and what changed between their versions.
@Suite struct RouteVersionTests {
  @Test func versionsAreExportedAndCompared() throws {
    let folder = try Folder()
    let first = try folder.file("a.gpx", Sample.gpx)
    let data = ["XDG_DATA_HOME": folder.url.path as String?]
    func run(_ arguments: [String]) throws -> Program.Answer {
      try Program.run(arguments, variables: data)
    }
    let stored = try run(
      ["import", "route", first, "--name", "Test way", "--joins", "ferry", "--format", "json"])
    #expect(stored.status == 0, "\(stored.errors)")
    let alone = try run(["route", "diff", "Test way"])
    #expect(alone.status == 64 && alone.errors.contains("one version"))
    let exported = folder.path("out.gpx")
    #expect(try run(["route", "export", "Test way", "-o", exported]).status == 0)
    let changed = folder.path("changed.gpx")
    let edit = try run(
      ["edit", exported, "--waypoints-every", "2km", "--name", "Test way", "-o", changed])
    #expect(edit.status == 0, "\(edit.errors)")
    let id = try #require(
      (try run(["route", "show", "Test way", "--format", "json"])).json["id"] as? String)
    #expect(try run(["import", "route", changed, "--id", id]).status == 0)
    let versions = try run(["route", "versions", "Test way", "--format", "json"]).json
    #expect((versions["versions"] as? [Any])?.count == 2)
    let difference = try run(["route", "diff", "Test way", "--format", "json"]).json
    #expect((difference["added"] as? [Any])?.isEmpty == true)
    #expect((difference["addedWaypoints"] as? [Any])?.isEmpty == false)
    #expect((difference["removedWaypoints"] as? [Any])?.isEmpty == true)
    let text = try run(["route", "diff", "Test way", "--from", "2", "--to", "1"])
    #expect(text.text.contains("version 2 to version 1") && text.text.contains("- “2 km”"))
    #expect(try run(["route", "diff", "Test way", "--to", "9"]).status == 64)
    let back = try run(["route", "export", "\(id)@1", "-o", "-", "--to", "geojson"])
    #expect(back.status == 0 && back.text.contains("\"name\":\"Test way\""))
  }
}
