import BuiltProgram
import Foundation
import Testing

@Suite struct ConvertTests {
  static let formats = ["gpx", "geojson", "kml", "polyline5", "polyline6"]

  @Test func everyFormatToEveryOther() throws {
    let folder = try Folder()
    let source = try folder.file("a.gpx", Sample.gpx)
    let joins = ["--joins-above", "0m=ferry"]
    let first = try Inspected.route(source, "--joins", "ferry")
    for one in Self.formats {
      let there = folder.path("there.\(one)")
      let answer = try Program.run(["convert", source, there] + joins)
      #expect(answer.status == 0 && answer.bytes.isEmpty)
      #expect(try Inspected([there]).files[0].format == one)
      for other in Self.formats {
        let back = folder.path("back.\(other)")
        #expect(try Program.run(["convert", there, back]).status == 0)
        let isBare = [one, other].contains { $0.hasPrefix("polyline") }
        let route = try #require(
          Inspected([back] + (isBare ? joins : [])).files.first?.routes.first)
        #expect(route.parts == 3 && route.vertices == 6, "\(one) to \(other)")
        #expect(route.name == (isBare ? nil : "Test"))
        #expect(route.waypoints == (isBare ? 0 : 2))
        #expect(route.joins.map(\.policy) == ["ferry", "ferry"])
        // The vertices have few enough decimals for every format.
        #expect(abs(route.partsMeters - first.partsMeters) < 1e-6)
        #expect(route.ascentMeters == (isBare ? nil : 20))
      }
    }
  }

  @Test func whatTheCallerSaysIsWritten() throws {
    let folder = try Folder()
    let source = try folder.file("a.gpx", Sample.gpx)
    let out = folder.path("b.geojson")
    let arguments = [
      "--track", "Equator", "--join", "1=counted", "--official-length", "100mi", "--laps", "3",
      "--there-and-back", "--lap-join", "walk",
    ]
    #expect(try Program.run(["convert", source, out] + arguments).status == 0)
    let text = try String(contentsOfFile: out, encoding: .utf8)
    for member in [
      "\"name\":\"Equator\"", "\"officialLength\":\"100 mi\"", "\"laps\":3",
      "\"thereAndBack\":true",
      "\"lapJoin\":\"walk\"", "\"joins\":[\"counted\"]",
    ] {
      #expect(text.contains(member), "\(member)")
    }
    let route = try Inspected.route(out)
    #expect(abs(route.lengthMeters - 6 * 160_934.4) < 1e-5)
    #expect(route.joins.map(\.policy) == ["counted"])
  }

  @Test func whatDoesNotArriveIsReported() throws {
    let folder = try Folder()
    let source = try folder.file(
      "a.gpx",
      """
      <gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1" xmlns:h="urn:h">
      <wpt lat="1" lon="2"><name>W</name><sym>Flag</sym></wpt>
      <rte><name>Detour</name><rtept lat="1" lon="2"/><rtept lat="1" lon="2.1"/></rte>
      <trk><name>A</name><trkseg><trkpt lat="1" lon="2"><time>2026-05-03T18:30:00Z</time>
      <extensions><h:hr>140</h:hr></extensions></trkpt><trkpt lat="1" lon="2.001"/></trkseg></trk>
      <trk><name>B</name><trkseg><trkpt lat="1" lon="2.001"/><trkpt lat="1" lon="2.002"/></trkseg></trk>
      </gpx>
      """)
    for format in ["gpx", "kml", "geojson"] {
      let answer = try Program.run(["convert", source, folder.path("out.\(format)")])
      #expect(answer.status == 0)
      for words in [
        "time", "sym", "h:hr", "2 names are left out: 1 “A”, 2 “B”",
        "left out unless --track picks it: 3 “Detour”",
      ] {
        #expect(answer.errors.contains(words), "\(words) in \(answer.errors)")
      }
    }
    let properties = try folder.file(
      "b.geojson",
      "{\"type\":\"Feature\",\"properties\":{\"name\":\"N\",\"stroke\":\"#f00\"},\"geometry\":{\"type\":"
        + "\"LineString\",\"coordinates\":[[1,2,0],[1,3,0]]}}")
    let kml = folder.path("b.kml")
    let answer = try Program.run(["convert", properties, kml])
    #expect(answer.errors.contains("left out of the file's content: stroke\n"))
    // Heights of 0 are heights, and stay.
    let back = try Program.run(["convert", kml, "-", "--to", "gpx"])
    #expect(back.text.contains("<ele>0</ele>") && back.errors.isEmpty)
    // A file of ours holds nothing that is lost on the way.
    let route = try Program.run(["convert", source, "-", "--to", "gpx", "--track", "B"]).text
    let own = try folder.file("own.gpx", route)
    #expect(try Program.run(["convert", own, folder.path("own.kml")]).errors.isEmpty)
    #expect(try Program.run(["convert", folder.path("own.kml"), own]).errors.isEmpty)
  }

  @Test func digits() throws {
    let folder = try Folder()
    let source = try folder.file(
      "a.geojson", "{\"type\":\"LineString\",\"coordinates\":[[0.123456789012345,1],[2,3]]}")
    for (digits, text) in [
      ("0", "lon=\"0\""), ("3", "lon=\"0.123\""), ("7", "lon=\"0.1234568\""),
      ("15", "lon=\"0.123456789012345\""),
    ] {
      let answer = try Program.run(["convert", source, "-", "--to", "gpx", "--digits", digits])
      #expect(answer.status == 0 && answer.text.contains(text), "\(answer.text)")
    }
    #expect(try Program.run(["convert", source, "-", "--to", "gpx"]).text.contains("0.1234568"))
  }

  @Test func aLengthThatRoundingChangesIsTold() throws {
    let folder = try Folder()
    // A zigzag of some 10 m about a line, which three decimals make straight.
    let zigzag = (0...100).map { "[7.\($0 + 100),50.000\($0 % 2)]" }.joined(separator: ",")
    let source = try folder.file(
      "a.geojson", "{\"type\":\"LineString\",\"coordinates\":[\(zigzag)]}")
    for format in ["gpx", "geojson", "kml"] {
      let out = folder.path("b.\(format)")
      let rounded = try Program.run(["convert", source, out, "--digits", "3"])
      #expect(rounded.status == 0)
      let told =
        "\(out): note: the coordinates are rounded to 3 decimals, which changes the length from 7."
      #expect(rounded.errors.hasPrefix(told), "\(rounded.errors)")
      #expect(rounded.errors.contains(" mi) to 7."), "\(rounded.errors)")
      #expect(try Program.run(["convert", source, out]).errors.isEmpty)
      #expect(try Program.run(["convert", source, out, "--digits", "4"]).errors.isEmpty)
    }
  }

  @Test func numbersBeyondTheHeightAreTold() throws {
    let folder = try Folder()
    let source = try folder.file(
      "a.geojson",
      "{\"type\":\"LineString\",\"coordinates\":[[7,50,100,9],[7.1,50,110,9],[7.2,50,120]]}")
    let out = folder.path("b.gpx")
    let answer = try Program.run(["convert", source, out])
    #expect(answer.status == 0)
    #expect(
      answer.errors
        == "\(out): note: 2 positions have more than three numbers; only longitude, latitude and height "
        + "are kept\n")
  }

  @Test func standardInputAndOutput() throws {
    let answer = try Program.run(["convert", "-", "-", "--to", "polyline5"], input: Sample.gpx)
    #expect(answer.status == 0)
    // Worked out by hand from Google's description.
    #expect(answer.text == "???o}@\n?wcA?gd`E\n_ibE_}hQ_ibE?\n")
    let back = try Program.run(
      ["convert", "-", "-", "--from", "polyline5", "--to", "kml"], input: answer.text)
    #expect(back.status == 0 && back.text.contains("<coordinates>") && back.errors.isEmpty)
    #expect(back.text.contains("0.01,0\n"))
  }

  @Test func lossesAreTold() throws {
    let folder = try Folder()
    let source = try folder.file("a.gpx", Sample.gpx)
    let out = folder.path("b.polyline5")
    let answer = try Program.run(
      [
        "convert", source, out, "--joins", "ferry", "--official-length", "1km", "--laps", "2",
      ])
    #expect(answer.status == 0)
    let names =
      "note: 2 tracks become the parts of one route; 2 names are left out: 1 “Equator”, 2 “Meridian”\n"
    #expect(
      answer.errors
        == "\(out): note: encoded polyline, 5 digits does not hold the name, 2 waypoints, "
        + "elevations, join policies, the official length, laps and there-and-back\n\(out): \(names)",
      "\(answer.errors)")
    for format in ["gpx", "geojson", "kml"] {
      let answer = try Program.run(["convert", source, folder.path("b.\(format)"), "--laps", "2"])
      #expect(answer.status == 0 && answer.errors.hasSuffix(names))
    }
    // A route that has none of it loses nothing.
    let plain = try Program.run(["convert", out, folder.path("c.polyline6")])
    #expect(plain.status == 0 && plain.errors.isEmpty)
  }

  @Test func theInputIsNeverOverwritten() throws {
    let folder = try Folder()
    let source = try folder.file("a.gpx", Sample.gpx)
    let link = folder.path("link.gpx")
    let hard = folder.path("hard.gpx")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: source)
    try FileManager.default.linkItem(atPath: source, toPath: hard)
    let dotted = folder.url.path + "/./a.gpx"
    for (from, to) in [
      (source, source), (source, dotted), (source, link), (link, source), (source, hard),
      (source, folder.url.path + "/../" + folder.url.lastPathComponent + "/a.gpx"),
    ] {
      let answer = try Program.run(["convert", from, to])
      #expect(answer.status == 64, "\(from) \(to)")
      #expect(answer.errors.contains("this is the input itself, which is never overwritten"))
      #expect(try String(contentsOfFile: source, encoding: .utf8) == Sample.gpx)
    }
    #expect(try folder.names == ["a.gpx", "hard.gpx", "link.gpx"])
    // Any other file is replaced as a whole.
    let other = try folder.file("b.gpx", String(repeating: "x", count: 100_000))
    #expect(try Program.run(["convert", source, other]).status == 0)
    #expect(try String(contentsOfFile: other, encoding: .utf8).hasSuffix("</gpx>\n"))
    // And left alone where the input is bad.
    let bad = try folder.file("bad.gpx", "<gpx>")
    let before = try Data(contentsOf: URL(filePath: other))
    #expect(try Program.run(["convert", bad, other]).status == 65)
    #expect(try Data(contentsOf: URL(filePath: other)) == before)
    #expect(try folder.names == ["a.gpx", "b.gpx", "bad.gpx", "hard.gpx", "link.gpx"])
  }

  @Test func over180DegreesAndBack() throws {
    let folder = try Folder()
    let source = try folder.file(
      "a.geojson", "{\"type\":\"LineString\",\"coordinates\":[[170,-10],[190,10]]}")
    let out = folder.path("b.geojson")
    #expect(try Program.run(["convert", source, out]).status == 0)
    let text = try String(contentsOfFile: out, encoding: .utf8)
    #expect(
      text.contains("MultiLineString") && text.contains("[180, 0]") && text.contains("[-180, 0]"))
    let route = try Inspected.route(out)
    #expect(route.parts == 1 && route.vertices == 2 && route.bounds == [170, -10, -170, 10])
    #expect(abs(route.lengthMeters - (try meters((-10, 170), (10, -170)))) < 1e-6)
  }
}
