import BuiltProgram
import Foundation
import Testing

/// Exit codes and what people are told with them.
@Suite struct ExitCodeTests {
  @Test func helpAndVersionAreFine() throws {
    let version = try Program.run(["--version"])
    #expect(version.status == 0 && version.errors.isEmpty)
    #expect(version.text.split(separator: ".").count == 3)
    for arguments in [
      ["--help"], ["help", "inspect"], ["inspect", "--help"], ["help", "position"],
      ["help", "nearest"], ["help", "convert"], ["help", "progress"],
      ["help", "plot"], ["help", "validate"], ["help", "import", "route"],
      ["help", "import", "activities"], ["help", "team", "create"], ["help", "team", "list"],
      ["help", "quest", "create"], ["help", "quest", "show"], ["help", "migrate"],
      ["help", "audit"], ["help", "backup"], ["help", "restore"], ["help", "doctor"],
      ["help", "probe"],
    ] {
      let answer = try Program.run(arguments)
      #expect(answer.status == 0 && answer.errors.isEmpty, "\(arguments)")
      // Every command teaches by example.
      #expect(answer.text.contains("milequest ") && answer.text.contains("USAGE"))
    }
  }

  @Test func usageIs64() throws {
    let folder = try Folder()
    let gpx = try folder.file("a.gpx", Sample.gpx)
    let cases: [([String], String)] = [
      (["inpsect", gpx], "did you mean inspect?"), (["help", "valdate"], "did you mean validate?"),
      (["team", "creat"], "milequest team: there is no command “creat”; did you mean create?"),
      (["inspect", gpx, "--laps", "1000000000"], "the limit of 1…10000 laps"),
      (["inspect", gpx, "--laps", "0"], "the limit of 1…10000 laps"),
      (["inspect", gpx, "--joins-below", "2km"], "DISTANCE=POLICY, such as 2km=ferry"),
      (["inspect", gpx, "--joins-above", "far=walk"], "--joins-above"),
      (
        ["inspect", gpx, "--joins-below", "5km=walk", "--joins-above", "2km=ferry"],
        "let the bounds meet"
      ),
      (["inspect"], "files"), (["nonsense"], "nonsense"), (["inspect", gpx, "--wrong"], "--wrong"),
      (["inspect", gpx, "--joins", "swim"], "'walk', 'ferry' or 'counted'"),
      (["inspect", gpx, "--joins", "unresolved"], "'walk', 'ferry' or 'counted'"),
      (["inspect", gpx, "--join", "1"], "N=POLICY, such as 3=ferry"),
      (["inspect", gpx, "--join", "x=ferry"], "N=POLICY"),
      (["inspect", gpx, "--join", "0=ferry"], "N=POLICY"),
      (["inspect", gpx, "--join", "1=swim"], "N=POLICY"),
      (["inspect", gpx, "--join", "1=unresolved"], "N=POLICY"),
      (["inspect", gpx, "--join", "3=ferry"], "there is no join 3: the route has joins 1 to 2"),
      (["inspect", gpx, "--track", "Equator", "--join", "2=ferry"], "joins 1 to 1"),
      (["inspect", gpx, "--track", "Meridian", "--join", "1=ferry"], "the route has one part"),
      (["inspect", gpx, "--track", "North"], "no track “North” among 1 “Equator”, 2 “Meridian”"),
      (["inspect", gpx, "--track", "3"], "no track “3”"),
      (["inspect", gpx, "--each", "--track", "1"], "exclude each other"),
      (["inspect", gpx, "--laps", "0"], "--laps"), (["inspect", gpx, "--laps", "x"], "--laps"),
      (["inspect", gpx, "--official-length", "far"], "--official-length"),
      (["inspect", gpx, "--official-length", "5"], "has no unit"),
      (["inspect", gpx, "--official-length=-5km"], "is negative"),
      (["inspect", gpx, "--calibrate-every", "2"], "needs --calibrate markers"),
      (["inspect", gpx, "--calibrate", "markers", "--calibrate-every", "0"], "--calibrate-every"),
      (["inspect", gpx, "--calibrate", "names"], "--calibrate"),
      (["inspect", gpx, "--from", "shp"], "--from"),
      (["inspect", gpx, "--format", "xml"], "--format"),
      (["position", gpx], "--at"), (["position", gpx, "--at", "10"], "“10” has no unit"),
      (["position", gpx, "--at", "ten miles"], "--at"),
      (["position", gpx, "--at", "1,5km"], "a point for decimals"),
      (["position", gpx, "--at", "-1km"], "distances count from the start"),
      (["position", gpx, "--at", "1parsec"], "“parsec” is not a unit: use mi, km, m, ft or yd"),
      (["position", gpx, "--at", "1e30km"], "9.2 billion km"),
      (["nearest", gpx], "--to"), (["nearest", gpx, "--to", "5"], "is not LAT,LON"),
      (["nearest", gpx, "--to", "5,6,7"], "is not LAT,LON"),
      (["nearest", gpx, "--to", "N5,E6"], "is not LAT,LON"),
      (["nearest", gpx, "--to", "91,5"], "the latitude 91.0 is outside -90…90"),
      (["nearest", gpx, "--to", "5,181"], "the longitude 181.0 is outside -180…180"),
      (["nearest", gpx, "--to", "nan,5"], "--to"), (["nearest", gpx, "--to", "5,inf"], "--to"),
      (["nearest", gpx, "--to", "0,0", "--near", "x"], "--near"),
      (["nearest", gpx, "--to", "0,0", "--tolerance", "25"], "--tolerance"),
      (["convert", gpx], "output-file"),
      (["convert", gpx, folder.path("b.txt")], "the ending names no"),
      (["convert", gpx, folder.path("b.polyline")], "--to polyline5 or --to polyline6"),
      (["convert", gpx, folder.path("b.gpx"), "--digits", "16"], "0…15"),
      (["convert", gpx, folder.path("b.gpx"), "--digits=-1"], "0…15"),
      (["convert", gpx, folder.path("b"), "--to", "shp"], "--to"),
      (["convert", gpx, gpx], "never overwritten"), (["progress"], "--activities"),
    ]
    for (arguments, words) in cases {
      let answer = try Program.run(arguments)
      #expect(answer.status == 64, "\(arguments): \(answer.errors)")
      #expect(answer.errors.contains(words), "\(arguments): \(answer.errors)")
      #expect(answer.bytes.isEmpty, "\(arguments)")
    }
    #expect(try folder.names == ["a.gpx"])
  }

  @Test func badDataIs65() throws {
    let folder = try Folder()
    let files: [(String, String, String)] = [
      (
        "a.gpx", "<gpx><trk><trkseg>\n<trkpt lat='91' lon='2'/>",
        ":2:8: the latitude 91.0 is outside"
      ),
      ("b.txt", "Dear diary", "none of GPX, KML, GeoJSON, TCX and FIT"),
      ("c.gpx", "", "the file is empty"),
      ("d.geojson", "{\"type\":\"Point\",\n \"coordinates\":[1,\"2\"]}", ":2:19:"),
      ("e.kmz", "PK\u{3}\u{4}xxxx", "directory at its end"),
      ("f.polyline5", "_p~iF>", ":1:6: the byte 0x3E"),
      ("g.polyline", "_p~iF~ps|U", "--from polyline5"), ("h.csv", "a,b\n1,2\n", "none of GPX"),
      ("i.svg", "<svg><path/></svg>", "this is a drawing (SVG) and holds no coordinates"),
    ]
    for (name, text, words) in files {
      let file = try folder.file(name, text)
      let all = [
        ["inspect", file], ["position", file, "--at", "1km"], ["nearest", file, "--to", "0,0"],
        ["convert", file, folder.path("out.gpx")],
        ["progress", "--route", file, "--activities", "/dev/null"],
      ]
      for arguments in name < "c" ? all : [all[0]] {
        let answer = try Program.run(arguments)
        #expect(answer.status == 65, "\(arguments): \(answer.errors)")
        // The file is named first, as a compiler does.
        #expect(answer.errors.hasPrefix(file + ":"), "\(answer.errors)")
        #expect(answer.errors.contains(words), "\(answer.errors)")
        #expect(answer.bytes.isEmpty)
      }
    }
    #expect(try folder.names.count == files.count)
    // The pointer and the code stand at the end of the line.
    let geojson = try Program.run(["inspect", folder.path("d.geojson")])
    #expect(geojson.errors.hasSuffix("(/coordinates/1) [position-not-number]\n"))
    // The wrong format is the wrong data.
    let gpx = try folder.file("sound.gpx", Sample.gpx)
    #expect(try Program.run(["inspect", gpx, "--from", "kml"]).status == 65)
    #expect(try Program.run(["inspect", gpx, "--from", "geojson"]).status == 65)
  }

  @Test func aFileWithoutALineIsFineToInspectOnly() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", "<gpx><wpt lat='1' lon='2'/></gpx>")
    let inspected = try Program.run(["inspect", file])
    #expect(inspected.status == 0 && inspected.text.contains("no line to walk on, 1 waypoint\n"))
    let json = try Program.run(["inspect", "--format", "json", file]).json
    let files = try #require(json["files"] as? [[String: Any]])
    #expect(files.count == 1 && (files[0]["routes"] as? [Any])?.isEmpty == true)
    for arguments in [
      ["position", file, "--at", "1km"], ["nearest", file, "--to", "0,0"],
      ["convert", file, "-", "--to", "kml"],
    ] {
      let answer = try Program.run(arguments)
      #expect(answer.status == 65)
      #expect(answer.errors.contains("holds no line to walk on, only 1 waypoint"))
    }
  }

  @Test func noSuchInputIs66() throws {
    let folder = try Folder()
    let missing = folder.path("missing.gpx")
    let locked = try folder.file("locked.gpx", Sample.gpx)
    for (file, words) in [
      (missing, "there is no such file"), (folder.url.path, "this is a folder"),
      (locked + "/x.gpx", "Not a directory"),
      (
        "https://example.org/trail.gpx",
        "this is a URL, and files are not fetched: download it first"
      ),
    ] {
      for arguments in [
        ["inspect", file], ["position", file, "--at", "1km"], ["nearest", file, "--to", "0,0"],
        ["convert", file, folder.path("out.gpx")],
        ["progress", "--route", file, "--activities", "/dev/null"],
      ] {
        let answer = try Program.run(arguments)
        #expect(answer.status == 66, "\(arguments): \(answer.errors)")
        #expect(
          answer.errors == "\(file): \(words)\n" || answer.errors.contains("\(file): \(words)"))
      }
    }
  }

  @Test func aWriteThatFailsIs74() throws {
    let folder = try Folder()
    let gpx = try folder.file("a.gpx", Sample.gpx)
    let walks = try folder.file("w.csv", "team,distance_km\na,1\n")
    for arguments in [
      ["inspect", gpx], ["inspect", gpx, "--format", "json"],
      ["inspect", gpx, "--format", "table"],
      ["position", gpx, "--at", "1km", "--joins", "ferry"],
      ["nearest", gpx, "--to", "0,0", "--joins", "ferry"],
      ["convert", gpx, "-", "--to", "geojson"],
      ["progress", "--route", gpx, "--activities", walks, "--joins", "ferry"],
    ] {
      let full = try Program.run(arguments, output: "/dev/full")
      #expect(full.status == 74, "\(arguments): \(full.errors)")
      #expect(full.errors.contains("the disk is full"), "\(full.errors)")
    }
    let device = try Program.run(["convert", gpx, "/dev/full", "--to", "gpx"])
    #expect(device.status == 74 && device.errors.contains("/dev/full: the disk is full"))
    let nowhere = folder.path("no/such/folder.gpx")
    let answer = try Program.run(["convert", gpx, nowhere])
    #expect(answer.status == 74)
    #expect(
      answer.errors == "\(nowhere): there is no folder “\(folder.path("no/such"))” to write into\n")
    #expect(try Program.run(["convert", gpx, folder.url.path, "--to", "gpx"]).status == 74)
    // Nothing half written is left, neither there nor beside it.
    #expect(try folder.names == ["a.gpx", "w.csv"])
    let points = (0..<5_000).map { "<trkpt lat='1' lon='2.\($0)'/>" }
    let long = "<gpx><trk><trkseg>\(points.joined())"
    let large = try folder.file("large.gpx", long + "</trkseg></trk></gpx>")
    let old = try folder.file("old.kml", "what was there before")
    for target in [folder.path("new.geojson"), old] {
      let answer = try Program.run(
        ["convert", large, target], inputBytes: nil, mostFileBytes: 8_192)
      #expect(answer.status == 74, "\(answer.errors)")
      #expect(answer.errors.hasPrefix("\(target): "))
    }
    #expect(try folder.names == ["a.gpx", "large.gpx", "old.kml", "w.csv"])
    #expect(try String(contentsOfFile: old, encoding: .utf8) == "what was there before")
  }

  @Test func anUndecidedJoinNamesTheWayOut() throws {
    let folder = try Folder()
    let gpx = try folder.file("a.gpx", Sample.gpx)
    let json = try Program.run(["inspect", gpx, "--format", "json"])
    #expect(json.status == 0)
    for arguments in [["position", gpx, "--at", "1km"], ["nearest", gpx, "--to", "0,0"]] {
      let answer = try Program.run(arguments)
      #expect(answer.status == 65)
      #expect(
        answer.errors.hasPrefix(
          "\(gpx): join 2 from part 2 to part 3, 248.6 km from 0.0, 1.0 to 1.0, 3.0, is too "
            + "long to guess: choose with --join 2=walk|ferry|counted, or all that are undecided "
            + "with --joins walk|ferry|counted"), "\(answer.errors)")
      #expect(answer.errors.contains("--track picks one of the tracks 1 “Equator”, 2 “Meridian”"))
      for choice in [["--join", "2=ferry"], ["--joins", "walk"], ["--join", "2=counted"]] {
        #expect(try Program.run(arguments + choice).status == 0, "\(choice)")
      }
      #expect(try Program.run(arguments + ["--join", "1=ferry"]).status == 65)
    }
    // A lap that leads back over an open gap is one, too.
    let laps = try Program.run(["position", gpx, "--at", "1km", "--joins", "ferry", "--laps", "2"])
    #expect(laps.status == 65 && laps.errors.contains("--lap-join walk|ferry|counted"))
    let decided = ["position", gpx, "--at", "1km", "--joins", "ferry", "--laps", "2"]
    #expect(try Program.run(decided + ["--lap-join", "ferry"]).status == 0)
    #expect(try Program.run(decided + ["--there-and-back"]).status == 0)
  }
}
