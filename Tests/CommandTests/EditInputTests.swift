import BuiltProgram
import Foundation
import Testing

/// What people give to `edit` and `inspect`: options, tables of other countries, files of many tracks.
@Suite struct EditInputTests {
  private static let line = """
    <gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
    <trk><name>Line</name><trkseg><trkpt lat="0" lon="0"/><trkpt lat="0" lon="0.05"/>
    <trkpt lat="0" lon="0.1"/></trkseg></trk></gpx>
    """

  @Test(arguments: [
    (["--reverse", "--reverse"], "--reverse"),
    (["--simplify", "5m", "--simplify=9m"], "--simplify"),
    (["--official-length", "9km", "--official-length", "8km"], "--official-length"),
    (["--from", "1km", "--to", "2km", "--from", "1km"], "--from"),
    (["--reverse", "-o", "x.gpx", "--output", "y.gpx"], "--output"),
  ])
  func anOptionThatCountsOnceIsRefusedTwice(_ options: [String], _ name: String) throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Self.line)
    let answer = try Program.run(["edit", file, "--dry-run"] + options)
    #expect(answer.status == 64 && answer.text.isEmpty)
    #expect(answer.errors.contains("\(name) is given twice"), "\(answer.errors)")
  }

  @Test func whatMayBeRepeatedIs() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Self.line)
    for options in [
      ["--split-at", "1km", "--split-at", "2km"], ["--name", "--", "--reverse"],
      ["--start-at", "-1,-1", "--dry-run", "--reverse"],
    ] {
      let answer = try Program.run(["edit", file, "--dry-run"] + options)
      #expect(!answer.errors.contains("twice") || options.contains("--dry-run"), "\(answer.errors)")
    }
    let position = try Program.run(["position", file, "--at", "1km", "--at", "2km"])
    #expect(position.status == 0, "\(position.errors)")
    let twice = try Program.run(["inspect", file, "--format", "json", "--format", "text"])
    #expect(twice.status == 64 && twice.errors.contains("--format is given twice"))
  }

  @Test func tablesOfSpreadsheetsWithDecimalCommasAreRead() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Self.line)
    let table = try folder.file(
      "stops.csv",
      "name;lat;lon;elevation\r\nHafen;0,001;0,025;1.234,5\r\nGipfel;0,0;0,075;12,25\r\n")
    let out = folder.path("b.gpx")
    let answer = try Program.run(["edit", file, "--waypoints", table, "-o", out])
    #expect(answer.status == 0, "\(answer.errors)")
    let text = try String(contentsOfFile: out, encoding: .utf8)
    #expect(text.contains("lat=\"0.001\" lon=\"0.025\"") && text.contains("<ele>1234.5</ele>"))
    #expect(text.contains("lon=\"0.075\"") && text.contains("<ele>12.25</ele>"))
    let along = try folder.file("along.csv", "name;distance\nA;2,5 km\nB;1,234 km\n")
    let refused = try Program.run(["edit", file, "--waypoints", along, "-o", folder.path("c.gpx")])
    #expect(refused.status == 65)
    #expect(refused.errors.contains("along.csv:3: “1,234 km” can be read in two ways"))
  }

  @Test func waypointsOfOtherTracksAreLeftOut() throws {
    let folder = try Folder()
    let file = try folder.file(
      "two.gpx",
      """
      <gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
      <wpt lat="0" lon="0.02"><name>Harbour</name></wpt><wpt lat="1" lon="0.02"><name>Hut</name></wpt>
      <wpt lat="0.5" lon="0.02"><name>Far</name></wpt>
      <trk><name>South</name><trkseg/><trkseg><trkpt lat="0" lon="0"/><trkpt lat="0" lon="0.1"/></trkseg></trk>
      <trk><name>North</name><trkseg><trkpt lat="1" lon="0"/><trkpt lat="1" lon="0.1"/></trkseg></trk></gpx>
      """)
    let out = folder.path("b.gpx")
    let answer = try Program.run(["edit", file, "--track", "South", "--reverse", "-o", out])
    #expect(answer.status == 0, "\(answer.errors)")
    #expect(answer.errors.contains("1 waypoint at other tracks only left out"), "\(answer.errors)")
    let text = try String(contentsOfFile: out, encoding: .utf8)
    #expect(text.contains("Harbour") && text.contains("Far") && !text.contains("Hut"))
    // Parts are counted as in findings and in --drop-part: through the tracks, without empty ones.
    let points = try Program.run(["inspect", "--points", file])
    let rows = points.text.split(separator: "\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)[1...2].joined(separator: " ")
    }
    #expect(rows == ["1 1", "1 1", "2 2", "2 2"], "\(points.text)")
  }

  @Test func utf16IsSaidToBecomeUTF8() throws {
    let folder = try Folder()
    let text = "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" + Self.line
    let units = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let bytes: [UInt8] = [0xFF, 0xFE] + units
    let file = try folder.file("wide.gpx", bytes)
    let out = folder.path("b.gpx")
    let answer = try Program.run(["edit", file, "--to", "5km", "-o", out])
    #expect(answer.errors.contains("note: written in UTF-8; the input is in UTF-16LE"))
    #expect(try String(contentsOfFile: out, encoding: .utf8).contains("encoding=\"UTF-8\""))
  }
}
