import BuiltProgram
import Foundation
import Testing

@Suite struct EditTests {
  private static let line = """
    <gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
    <wpt lat="0" lon="0.02"><name>Harbour</name></wpt><wpt lat="0" lon="0.08"><name>Summit</name></wpt>
    <trk><name>Line</name><trkseg><trkpt lat="0" lon="0"/><trkpt lat="0" lon="0.05"/>
    <trkpt lat="0" lon="0.1"/></trkseg></trk></gpx>
    """

  private func edited(_ arguments: [String], _ folder: Folder) throws -> Program.Answer {
    let answer = try Program.run(["edit"] + arguments)
    #expect(answer.status == 0, "\(arguments): \(answer.errors)")
    return answer
  }

  private func names(_ path: String) throws -> [String] {
    let answer = try Program.run(["inspect", path, "--format", "json"])
    let files = try #require(answer.json["files"] as? [[String: Any]])
    let routes = try #require(files.first?["routes"] as? [[String: Any]])
    let list = try #require(routes.first?["waypointList"] as? [[String: Any]])
    return list.map { $0["name"] as? String ?? "" }
  }

  @Test func theCommandsOfThePageMakeAQuestOfARawTrack() throws {
    let page = try String(
      contentsOf: Program.packageRoot.appending(path: "docs/designers.md"), encoding: .utf8)
    let block = try #require(
      page.components(separatedBy: "<!-- raw-to-quest -->\n```sh\n").dropFirst().first?
        .components(separatedBy: "```").first)
    let commands = block.split(separator: "\n").map(String.init)
    #expect(!commands.isEmpty && commands.count <= 5)
    let folder = try Folder()
    _ = try folder.file("raw.gpx", MoselleTrack.gpx)
    _ = try folder.file("milestones.csv", MoselleTrack.milestones)
    let data = ["XDG_DATA_HOME": folder.url.path as String?]
    func run(_ command: String) throws -> Program.Answer {
      let words = command.replacing("milequest ", with: "'\(Program.path)' ", maxReplacements: 1)
      return try Program.run(
        ["-c", "cd '\(folder.url.path)' && \(words)"], program: "/bin/bash", variables: data)
    }
    for command in commands {
      let answer = try run(command)
      #expect(answer.status == 0, "\(command): \(answer.text) \(answer.errors)")
    }
    let shown = try run("milequest route show Moselle --format json").json
    #expect(shown["waypoints"] as? Int == 20)
    let length = try #require(shown["lengthMeters"] as? Double)
    #expect(abs(length - MoselleTrack.lengthMeters) < 5_000)
    let quest = try run("milequest quest show \"Dawn Patrol\" --format json")
    #expect(quest.status == 0, "\(quest.errors)")
    #expect(quest.text.contains("Town 1"))
  }

  /// Heights that rise by 10 m a column and 100 m a row, at 0.1 degrees a cell from 10°E, 50.4°N.
  private static let heights = """
    ncols 4
    nrows 4
    xllcorner 10
    yllcorner 50
    cellsize 0.1
    NODATA_value -9999
    0 10 20 30
    100 110 120 130
    200 210 -9999 230
    300 310 320 330
    """

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: "/usr/bin/gdal_translate"),
      "GDAL's programs are not installed"))
  func heightsComeFromAModelOfTheGround() throws {
    let folder = try Folder()
    let grid = try folder.file("heights.asc", Self.heights)
    let model = folder.path("heights.tif")
    let made = try Program.run(
      ["-q", "-a_srs", "EPSG:4326", grid, model], program: "/usr/bin/gdal_translate")
    #expect(made.status == 0, "\(made.errors)")
    let file = try folder.file(
      "a.geojson",
      #"{"type":"LineString","coordinates":[[10.05,50.35],[10.1,50.3],[10.25,50.15],[10.35,50.05],[11,51,7]]}"#
    )
    let out = folder.path("b.geojson")
    let list = folder.path("list.json")
    let answer = try edited([file, "--elevation", model, "-o", out, "--digits", "5"], folder)
    #expect(answer.text.contains("3 heights taken from"), "\(answer.text)")
    // In the middle of a cell, between four of them, on an empty one, in a corner, outside.
    let written = try String(contentsOfFile: out, encoding: .utf8)
    for vertex in [
      "[10.05,50.35,0]", "[10.1,50.3,55]", "[10.25,50.15]", "[10.35,50.05,330]", "[11,51,7]",
    ] {
      #expect(written.replacing(" ", with: "").contains(vertex), "\(vertex) in \(written)")
    }
    // Of several bands the first; in feet; and where a number stands for nothing.
    for (name, options, height) in [
      ("bands", ["-b", "1", "-b", "1"], "[10.1,50.3,55]"),
      ("feet", ["-of", "VRT"], "[10.1,50.3,16.764]"),
    ] {
      let other = folder.path("\(name).tif")
      let made = try Program.run(
        ["-q"] + options + [model, other], program: "/usr/bin/gdal_translate")
      #expect(made.status == 0, "\(made.errors)")
      if name == "feet" {
        let text = try String(contentsOfFile: other, encoding: .utf8)
        try Data(
          text.replacing("</VRTRasterBand>", with: "<UnitType>ft</UnitType></VRTRasterBand>").utf8
        )
        .write(to: URL(filePath: other))
      }
      _ = try edited([file, "--elevation", other, "-o", out, "--digits", "5"], folder)
      let text = try String(contentsOfFile: out, encoding: .utf8).replacing(" ", with: "")
      #expect(text.contains(height), "\(name): \(text)")
    }
    // The same from a list, which names the file.
    try Data(#"[{"edit":"elevation","file":"\#(model)"}]"#.utf8).write(to: URL(filePath: list))
    let again = folder.path("c.geojson")
    _ = try edited([file, "--edits", list, "-o", again, "--digits", "5"], folder)
    #expect(try String(contentsOfFile: again, encoding: .utf8) == written)
    for (model, said) in [
      (file, "not recognized|sees no raster"), ("none.tif", "there is no such file"),
    ] {
      let refused = try Program.run(["edit", file, "--elevation", model, "-o", out])
      #expect(refused.status == 65 || refused.status == 66)
      #expect(refused.errors.contains(try Regex(said)), "\(refused.errors)")
    }
    let bare = try Program.run(
      ["edit", file, "--elevation", model, "-o", out], variables: ["PATH": "/nowhere"])
    #expect(bare.errors.contains("install gdal-bin"), "\(bare.errors)")
  }

  @Test func optionsAreEditsInTheirOrder() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Self.line)
    let out = folder.path("b.gpx")
    _ = try edited([file, "--from", "5km", "--reverse", "-o", out], folder)
    let first = try Inspected.route(out)
    _ = try edited([file, "--reverse", "--from", "5km", "-o", out], folder)
    #expect(try names(out) == ["Harbour"])
    #expect(abs(try Inspected.route(out).lengthMeters - first.lengthMeters) < 0.01)
    let both = try edited(
      [
        file, "--laps", "2", "--lap-join", "walk", "--drop-waypoint=Harbour", "--rename",
        "summit=Top",
        "--print-edits", "--dry-run",
      ], folder)
    let list = both.text.filter { !$0.isWhitespace }
    #expect(
      list
        == #"[{"edit":"laps","laps":2,"lapJoin":"walk"},{"edit":"dropWaypoint","waypoint":"Harbour"},{"edit":"rename","waypoint":"summit","name":"Top"}]"#
    )
    let kept = try folder.file("edits.json", both.text)
    let report = try edited([file, "--edits", kept, "-o", out, "--format", "json"], folder)
    #expect(try report.json["waypoints"] as? Int == 1)
    #expect(try names(out) == ["Top"])
  }

  @Test(arguments: ["gpx", "geojson", "kml"])
  func waypointsOfATableAreTheInverseOfItsList(_ ending: String) throws {
    let folder = try Folder()
    let source = try folder.file(
      "a.gpx",
      """
      <gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
      <wpt lat="0.001" lon="0.02"><ele>12.5</ele><name>Hut, "old"</name><desc>Two
      lines</desc><type>hut</type></wpt><wpt lat="0" lon="0.05"><name>Camp</name></wpt>
      <wpt lat="0" lon="0.08"><name>Camp</name></wpt>
      <trk><name>Line</name><trkseg><trkpt lat="0" lon="0"/><trkpt lat="0" lon="0.1"/></trkseg></trk></gpx>
      """)
    let bare = folder.path("bare.\(ending)")
    _ = try edited([source, "--drop-waypoint", "*", "-o", bare], folder)
    func table(_ path: String) throws -> String {
      let answer = try Program.run(["inspect", path, "--waypoints", "--format", "csv"])
      // The first column is the file's name.
      return answer.text.replacing(path, with: "FILE")
    }
    let csv = try folder.file("list.csv", try table(source))
    let filled = folder.path("filled.\(ending)")
    _ = try edited([bare, "--waypoints", csv, "-o", filled], folder)
    #expect(try table(filled) == table(source))
    // What is there already stays as it is.
    let again = folder.path("again.\(ending)")
    let report = try edited([filled, "--waypoints", csv, "-o", again], folder)
    #expect(report.text.contains("3 waypoints there already"))
    #expect(try table(again) == table(source))
  }

  /// A table trims its cells and has no line breaks in names; what the file says stays all the same.
  @Test func oddNamesAreKnownAgainInTheirOwnTable() throws {
    let folder = try Folder()
    let file = try folder.file(
      "odd.geojson",
      """
      {"type":"FeatureCollection","features":[
      {"type":"Feature","properties":{"name":"Line"},"geometry":{"type":"LineString","coordinates":[[0,0],[0.1,0]]}},
      {"type":"Feature","properties":{"name":" lead","desc":" two\\n words "},"geometry":{"type":"Point","coordinates":[0.02,0]}},
      {"type":"Feature","properties":{"name":"two\\nlines"},"geometry":{"type":"Point","coordinates":[0.04,0]}},
      {"type":"Feature","properties":{"name":"a\\ttab"},"geometry":{"type":"Point","coordinates":[0.06,0]}}]}
      """)
    let table = try Program.run(["inspect", file, "--waypoints", "--format", "csv"])
    let csv = try folder.file("odd.csv", table.text)
    let out = folder.path("out.geojson")
    let report = try edited([file, "--waypoints", csv, "-o", out], folder)
    #expect(
      report.text.contains("0 waypoints added") && report.text.contains("3 waypoints there already")
    )
    #expect(
      try String(contentsOfFile: out, encoding: .utf8)
        == String(contentsOfFile: file, encoding: .utf8))
    // Where the names are new, they are those that readers make of them.
    let bare = folder.path("bare.geojson")
    _ = try edited([file, "--drop-waypoint", "*", "-o", bare], folder)
    let filled = try edited([bare, "--waypoints", csv, "-o", out], folder)
    #expect(filled.text.contains("3 waypoints added"), "\(filled.text)")
  }

  @Test func positionsAreWaypoints() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Self.line)
    let places = try Program.run(
      ["position", file, "--at", "5km", "--at", "summit", "--format", "geojson"])
    #expect(places.status == 0, "\(places.errors)")
    let points = try folder.file("points.geojson", places.text)
    let out = folder.path("b.geojson")
    _ = try edited([file, "--drop-waypoint", "*", "--waypoints", points, "-o", out], folder)
    #expect(try names(out) == ["5km", "summit"])
    let nearest = try Program.run(["nearest", file, "--to", "Summit", "--format", "json"])
    let matches = try #require(try nearest.json["matches"] as? [[String: Any]])
    let meters = try #require(matches.first?["distanceMeters"] as? Double)
    #expect(abs(meters - 8_905.6) < 1)
  }

  @Test func filesBecomeOneRoute() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Self.line)
    let (one, two) = (folder.path("1.gpx"), folder.path("2.gpx"))
    _ = try edited([file, "--to", "4km", "-o", one, "--digits", "12"], folder)
    _ = try edited([file, "--from", "4km", "-o", two, "--digits", "12"], folder)
    let whole = folder.path("whole.gpx")
    let report = try edited([one, two, "--join-ends", "-o", whole, "--digits", "12"], folder)
    #expect(report.text.contains("1 join closed"))
    let route = try Inspected.route(whole)
    #expect(route.parts == 1 && route.waypoints == 2)
    #expect(abs(route.lengthMeters - (try Inspected.route(file).lengthMeters)) < 1e-3)
  }

  @Test func whatCannotBeIsSaid() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Self.line)
    let out = folder.path("b.gpx")
    let bad = try folder.file("bad.json", "[{\"edit\":\"cut\"}]")
    let stops = try folder.file("stops.csv", "name,lat,lon\nA,95,7\n")
    let cases: [(arguments: [String], status: Int32, words: String)] = [
      ([file, "-o", out], 64, "no edit is asked for"),
      ([file, "--reverse"], 64, "-o FILE"),
      ([file, "--reverse", "-o", file], 64, "never overwritten"),
      ([file, "--from", "99km", "-o", out], 64, "--from: "),
      ([file, "--drop-waypoint", "Nowhere", "-o", out], 64, "no waypoint is called “Nowhere”"),
      ([file, "--edits", bad, "-o", out], 65, "(/0/from) [edit-field]"),
      ([file, "--waypoints", stops, "-o", out], 65, "stops.csv:2:"),
      ([file, "--start-at", "0,0.05", "-o", out], 65, "only a loop"),
    ]
    for (arguments, status, words) in cases {
      let answer = try Program.run(["edit"] + arguments)
      #expect(answer.status == status, "\(arguments)")
      #expect(answer.errors.contains(words), "\(arguments): \(answer.errors)")
      #expect(!FileManager.default.fileExists(atPath: out))
    }
  }
}
