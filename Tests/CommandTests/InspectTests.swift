import BuiltProgram
import Foundation
import Geodesy
import Testing

/// The fixed part of what `inspect --format json` answers.
struct Inspected: Decodable {
  struct File: Decodable {
    let file: String
    let format: String
    let routes: [Route]
  }
  struct Route: Decodable {
    let name: String?
    let parts: Int
    let vertices: Int
    let waypoints: Int
    let lengthMeters: Double
    let partsMeters: Double
    let joinsMeters: Double
    let ascentMeters: Double?
    let descentMeters: Double?
    let bounds: [Double]
    let laps: Int
    let thereAndBack: Bool
    let joins: [Join]
  }
  struct Join: Decodable {
    let policy: String
    let lengthMeters: Double
    let from: [Double]
    let to: [Double]
  }
  let files: [File]

  init(_ arguments: [String], input: String? = nil) throws {
    let answer = try Program.run(["inspect", "--format", "json"] + arguments, input: input)
    #expect(answer.status == 0, "\(answer.errors)")
    self = try JSONDecoder().decode(Inspected.self, from: Data(answer.bytes))
  }

  /// The only route of the only file.
  static func route(_ arguments: String...) throws -> Route {
    let files = try Inspected(arguments).files
    #expect(files.count == 1 && files.first?.routes.count == 1)
    return try #require(files.first?.routes.first)
  }
}

/// Metres between two places given as latitude and longitude.
func meters(_ a: (Double, Double), _ b: (Double, Double)) throws -> Double {
  Geodesic.wgs84.inverse(
    from: try Coordinate(latitude: a.0, longitude: a.1),
    to: try Coordinate(latitude: b.0, longitude: b.1)
  ).distanceMeters
}

@Suite struct InspectTests {
  /// The parts and the joins of `Sample.gpx`.
  private func lengths() throws -> (parts: Double, short: Double, long: Double) {
    (
      try meters((0, 0), (0, 0.01)) + meters((0, 0.011), (0, 1)) + meters((1, 3), (2, 3)),
      try meters((0, 0.01), (0, 0.011)), try meters((0, 1), (1, 3))
    )
  }

  @Test func theFixedKeysAreThereWithTheirTypes() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Sample.gpx)
    let answer = try Program.run(["inspect", "--format", "json", file])
    #expect(answer.status == 0 && answer.errors.isEmpty)
    let top = try answer.json
    #expect(Array(top.keys) == ["files"])
    let files = try #require(top["files"] as? [[String: Any]])
    #expect(Set(files[0].keys) == ["file", "format", "routes"])
    let routes = try #require(files[0]["routes"] as? [[String: Any]])
    let fixed: Set = [
      "name", "parts", "vertices", "waypoints", "lengthMeters", "partsMeters", "joinsMeters",
      "ascentMeters", "descentMeters", "bounds",
    ]
    #expect(fixed.isSubset(of: routes[0].keys))
    let (parts, short, long) = try lengths()
    let read = try Inspected([file]).files[0]
    #expect(read.file == file && read.format == "gpx")
    let route = read.routes[0]
    #expect(route.name == "Test" && route.parts == 3 && route.vertices == 6 && route.waypoints == 2)
    #expect(abs(route.partsMeters - parts) < 1e-6)
    #expect(abs(route.joinsMeters - short - long) < 1e-6)
    // The open join counts as a ferry until somebody decides.
    #expect(abs(route.lengthMeters - parts - short) < 1e-6)
    #expect(route.ascentMeters == 20 && route.descentMeters == 0)
    #expect(route.bounds == [0, 0, 3, 2])
    #expect(route.joins.map(\.policy) == ["walk", "unresolved"])
    #expect(route.joins[1].from == [1, 0] && route.joins[1].to == [3, 1])
    // Where no vertex has an elevation the keys are there and null.
    let flat = try folder.file("flat.polyline5", "_p~iF~ps|U_ulLnnqC\n")
    let object = try #require(
      try Program.run(["inspect", "--format", "json", flat]).json["files"] as? [[String: Any]])
    let plain = try #require((object[0]["routes"] as? [[String: Any]])?.first)
    #expect(plain["ascentMeters"] is NSNull && plain["name"] is NSNull)
  }

  @Test func policiesDecideWhatCounts() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Sample.gpx)
    let (parts, short, long) = try lengths()
    for (arguments, due) in [
      (["--joins", "walk"], parts + short + long), (["--joins", "ferry"], parts + short),
      (["--joins-above", "0m=ferry"], parts), (["--joins-below", "1km=ferry"], parts),
      (["--joins-below", "1km=ferry", "--joins", "walk"], parts + long),
      (["--joins-above", "1km=walk", "--joins", "ferry"], parts + short + long),
      (["--joins-below", "1km=ferry", "--join", "1=walk", "--joins", "ferry"], parts + short),
      (["--joins-below", "1km=ferry", "--joins-above", "1km=counted"], parts + long),
      (["--joins", "counted"], parts + short + long), (["--join", "2=walk"], parts + short + long),
      (["--join", "1=ferry"], parts), (["--join", "1=ferry", "--join", "2=counted"], parts + long),
      (["--joins", "ferry", "--join", "1=walk"], parts + short),
      (["--join", "1=walk", "--joins", "ferry"], parts + short),
      (["--join", "1=walk", "--join", "1=ferry", "--join", "2=ferry"], parts),
    ] {
      let route = try #require(Inspected([file] + arguments).files.first?.routes.first)
      #expect(abs(route.lengthMeters - due) < 1e-6, "\(arguments)")
      // The other figures do not depend on it.
      #expect(abs(route.partsMeters - parts) < 1e-6)
      #expect(abs(route.joinsMeters - short - long) < 1e-6)
    }
  }

  @Test func tracksByNameByNumberAndEach() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Sample.gpx)
    for choice in ["Equator", "1"] {
      let route = try Inspected.route(file, "--track", choice)
      #expect(route.name == "Equator" && route.parts == 2 && route.vertices == 4)
    }
    let second = try Inspected.route(file, "--track", "2")
    #expect(second.name == "Meridian" && second.parts == 1)
    #expect(abs(second.lengthMeters - (try meters((1, 3), (2, 3)))) < 1e-6)
    let each = try Inspected([file, "--each"]).files[0].routes
    #expect(each.map(\.name) == ["Equator", "Meridian"])
    // A waypoint belongs to the track that it is near.
    #expect(each.map(\.waypoints) == [1, 1])
    // A name that is a number wins over the number.
    let twins = try folder.file(
      "b.geojson",
      """
      {"type":"FeatureCollection","features":[
      {"type":"Feature","properties":{"name":"2"},"geometry":
      {"type":"LineString","coordinates":[[0,0],[0,1]]}},
      {"type":"Feature","properties":{"name":"x"},"geometry":
      {"type":"LineString","coordinates":[[5,5],[5,6]]}}]}
      """)
    #expect(try Inspected.route(twins, "--track", "2").name == "2")
    #expect(try Inspected.route(twins, "--track", "x").bounds == [5, 5, 5, 6])
  }

  @Test func severalFilesAndStandardInput() throws {
    let folder = try Folder()
    let a = try folder.file("a.gpx", Sample.gpx)
    let b = try folder.file("b.polyline5", "_p~iF~ps|U_ulLnnqC\n")
    let bad = try folder.file("bad.gpx", "<gpx>")
    let both = try Inspected(
      [a, "-", b], input: "{\"type\":\"LineString\",\"coordinates\":[[1,2],[3,4]]}")
    #expect(both.files.map(\.file) == [a, "-", b])
    #expect(both.files.map(\.format) == ["gpx", "geojson", "polyline5"])
    #expect(try Inspected(["-"], input: Sample.gpx).files[0].routes[0].vertices == 6)
    let forced = try Inspected(["-", "--from", "polyline6"], input: "_izlhA~rlgdF_{geC~ywl@")
    #expect(forced.files[0].format == "polyline6")
    // One bad file does not hide the others.
    let mixed = try Program.run(["inspect", "--format", "json", a, bad, folder.path("none"), b])
    #expect([65, 66].contains(mixed.status))
    #expect(mixed.errors.contains("bad.gpx:1:") && mixed.errors.contains("no such file"))
    let read = try JSONDecoder().decode(Inspected.self, from: Data(mixed.bytes))
    #expect(read.files.map(\.file) == [a, b])
    let text = try Program.run(["inspect", a, bad, b])
    #expect(text.status == 65 && text.text.contains("\(a): GPX\n"))
    #expect(text.text.contains("\(b): encoded polyline, 5 digits\n"))
  }

  @Test func lengthsLapsAndThereAndBack() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Sample.gpx)
    let (parts, _, long) = try lengths()
    let home = try meters((2, 3), (0, 0))
    let cases: [([String], Double)] = [
      (["--official-length", "100mi"], 160_934.4), (["--official-length", "250.5 km"], 250_500),
      (["--official-length", "100mi", "--laps", "3", "--lap-join", "ferry"], 482_803.2),
      (["--there-and-back"], 2 * parts), (["--laps", "2", "--lap-join", "ferry"], 2 * parts),
      // Laps of an open route are joined end to start; after the last there is no way back.
      (["--laps", "3", "--lap-join", "walk"], 3 * parts + 2 * home),
      (["--laps", "3", "--there-and-back"], 6 * parts),
      (["--laps", "2", "--lap-join", "counted", "--join", "2=walk"], 2 * (parts + long) + home),
    ]
    for (arguments, due) in cases {
      let route = try #require(
        Inspected([file, "--joins-above", "0m=ferry"] + arguments).files.first?.routes.first)
      #expect(abs(route.lengthMeters - due) < 2e-6 * 3, "\(arguments)")
      #expect(abs(route.partsMeters - parts) < 1e-6)
      #expect(route.thereAndBack == arguments.contains("--there-and-back"))
    }
  }

  @Test func markersCalibrate() throws {
    // A line of 10 degrees with a marker each degree, which the trail calls 100 km.
    let points = (0...10).map { "<trkpt lat='0' lon='\($0)'/>" }.joined()
    let markers = (0...10).map { "<wpt lat='0' lon='\($0)'><name>\($0 * 100) km</name></wpt>" }
    let folder = try Folder()
    let file = try folder.file(
      "a.gpx", "<gpx>\(markers.joined())<trk><trkseg>\(points)</trkseg></trk></gpx>")
    let degree = try meters((0, 0), (0, 1))
    #expect(abs(try Inspected.route(file).lengthMeters - 10 * degree) < 1e-5)
    let all = try Inspected.route(file, "--calibrate", "markers")
    #expect(abs(all.lengthMeters - 1_000_000) < 1e-5)
    // After the last marker that is used, at 9 degrees, the measure runs 1:1.
    let third = try Inspected.route(file, "--calibrate", "markers", "--calibrate-every", "3")
    #expect(abs(third.lengthMeters - 900_000 - degree) < 1e-5)
    let fourth = try Inspected.route(file, "--calibrate", "markers", "--calibrate-every", "4")
    #expect(abs(fourth.lengthMeters - 800_000 - 2 * degree) < 1e-5)
    let official = try Inspected.route(
      file, "--calibrate", "markers", "--calibrate-every", "4", "--official-length", "1010km")
    #expect(abs(official.lengthMeters - 1_010_000) < 1e-5)
    // One out of order is left out and named.
    let wrong = try folder.file(
      "b.gpx",
      "<gpx>\(markers.joined().replacing("300 km", with: "50 km"))"
        + "<trk><trkseg>\(points)</trkseg></trk></gpx>"
    )
    let answer = try Program.run(["inspect", wrong, "--calibrate", "markers"])
    #expect(answer.status == 0)
    #expect(answer.errors.contains("warning: 1 marker left out of the calibration"))
    #expect(answer.errors.contains(": 50 km\n"))
  }

  @Test func textTableAndMarkdown() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Sample.gpx)
    let text = try Program.run(["inspect", file]).text
    for line in [
      "\(file): GPX", "  name         Test", "  parts        3 with 6 vertices",
      "  joins        2 (1 walk, 1 unresolved), 248.7 km in all; undecided: 2 (choose with"
        + " --join N=POLICY, --joins-below and --joins-above LENGTH=POLICY, or --joins POLICY)",
      "  bounds       west 0.0, south 0.0, east 3.0, north 2.0", "  climb        20 m up, 0 m down",
      "  waypoints    2",
    ] {
      #expect(text.contains(line + "\n"), "\(line) in \(text)")
    }
    let table = try Program.run(["inspect", "--format", "table", file, "--each"]).text
    let rows = table.split(separator: "\n")
    #expect(rows.count == 3 && rows[0].hasPrefix("route"))
    #expect(rows[1].hasPrefix("Equator") && rows[1].contains("a.gpx"))
    let markdown = try Program.run(["inspect", "--format", "markdown", file]).text
    #expect(markdown.hasPrefix("| route | file | km | mi |"))
    #expect(markdown.split(separator: "\n").count == 3)
  }

  @Test func warningsDoNotStop() throws {
    let folder = try Folder()
    let file = try folder.file(
      "a.geojson", "{\"type\":\"LineString\",\"coordinates\":[[190,1],[191,1]]}")
    let answer = try Program.run(["inspect", file])
    #expect(answer.status == 0)
    #expect(
      answer.errors.hasPrefix("\(file):1:37: warning: the longitude 190.0 is outside -180…180"))
    #expect(answer.errors.hasSuffix("[longitude-wrapped]\n"))
  }

  @Test func manyErrorsAreCountedAndNotAllPrinted() throws {
    let folder = try Folder()
    let points = (0..<50).map { "<wpt lat='\(91 + $0)' lon='0'/>\n" }.joined()
    let answer = try Program.run(["inspect", try folder.file("a.gpx", "<gpx>\n\(points)</gpx>")])
    #expect(answer.status == 65)
    let lines = answer.errors.split(separator: "\n")
    #expect(lines.count == 21)
    #expect(lines[0].contains(":2:6: ") && lines[19].contains(":21:6: "))
    #expect(lines[20].hasSuffix("a.gpx: and 30 more errors"))
  }

  /// Errors and warnings that differ by their place alone are one line and a number.
  @Test func messagesThatSayTheSameAreCounted() throws {
    let folder = try Folder()
    for (point, label) in [
      ("<wpt lat='99' lon='0'/>", ""), ("<wpt lat='9' lon='190'/>", "warning: "),
    ] {
      let text = "<gpx>\n\(String(repeating: "\(point)\n", count: 40))</gpx>"
      let answer = try Program.run(["inspect", try folder.file("a.gpx", text)])
      let lines = answer.errors.split(separator: "\n")
      #expect(lines.count <= 4, "\(answer.errors)")
      #expect(
        label != "" || lines.last?.hasSuffix("and 37 more like this [latitude-range]") == true)
    }
    let heights = (0..<40).map {
      "<trkpt lat='\(50 + Double($0) / 1e3)' lon='7'><ele>\($0),5</ele></trkpt>"
    }
    let text = "<gpx><trk><trkseg>\(heights.joined(separator: "\n"))</trkseg></trk></gpx>"
    let answer = try Program.run(["inspect", try folder.file("b.gpx", text)])
    #expect(
      answer.status == 0 && answer.errors.split(separator: "\n").count == 4, "\(answer.errors)")
    #expect(answer.errors.contains("b.gpx: warning: and 37 more like this [elevation-syntax]"))
  }

  @Test func elevationsBeyondAllMeasureCountInNoClimb() throws {
    let points = ["1e308", "-1e308", "1e308", "0"].enumerated().map {
      "<trkpt lat=\"51.00\($0.offset)\" lon=\"7\"><ele>\($0.element)</ele></trkpt>"
    }
    let text = "<gpx version=\"1.1\"><trk><trkseg>\(points.joined())</trkseg></trk></gpx>"
    let answer = try Program.run(["inspect", "-"], input: text)
    #expect(answer.status == 0 && answer.text.contains("length"))
    #expect(answer.text.contains("0 m up, 0 m down"))
  }
}
