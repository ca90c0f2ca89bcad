import BuiltProgram
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

@Suite struct PlotTests {
  private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]

  private static let quest = Program.packageRoot.appending(path: "routes/te-araroa.geojson").path

  @Test func theEndingSaysTheFormat() throws {
    let folder = try Folder()
    for (name, isPNG) in [("a.svg", false), ("a.png", true), ("A.PNG", true)] {
      let file = folder.path(name)
      let answer = try Program.run(["plot", Self.quest, "-o", file])
      #expect(answer.status == 0 && answer.bytes.isEmpty && answer.errors.isEmpty)
      let bytes = try Data(contentsOf: URL(filePath: file))
      #expect((Array(bytes.prefix(8)) == Self.signature) == isPNG, "\(name)")
    }
    #expect(try folder.names == ["A.PNG", "a.png", "a.svg"])
    let other = folder.path("picture")
    #expect(try Program.run(["plot", Self.quest, "-o", other, "--format", "svg"]).status == 0)
    #expect(try svg(Array(Data(contentsOf: URL(filePath: other)))).contains("Te Araroa"))
  }

  @Test func standardInputAndOutput() throws {
    let picture = try Program.run(["plot", "-", "-o", "-", "--format", "png"], input: Sample.gpx)
    #expect(picture.status == 0 && Array(picture.bytes.prefix(8)) == Self.signature)
    let text = try Program.run(
      ["plot", "-", "-o", "-", "--format", "svg", "--title", "A <b> & c"], input: Sample.gpx)
    #expect(text.status == 0)
    let texts = try svg(text.bytes)
    #expect(texts.contains("A <b> & c") && texts.contains("Half & half"))
  }

  @Test func unitsThemeAndSize() throws {
    func run(_ arguments: String...) throws -> String {
      let answer = try Program.run(
        ["plot", Self.quest, "-o", "-", "--format", "svg"] + arguments)
      #expect(answer.status == 0, "\(answer.errors)")
      _ = try svg(answer.bytes)
      return answer.text
    }
    let light = try run()
    #expect(
      light.contains(">3,028.0 km (1,881.5 mi)<") && light.contains("official distance in km"))
    #expect(light.contains("viewBox=\"0 0 1200 900\"") && light.contains("#FFFFFF"))
    let dark = try run("--theme", "dark", "--units", "mi", "--width", "800", "--height", "640")
    #expect(dark.contains(">1,881.5 mi (3,028.0 km)<") && dark.contains("official distance in mi"))
    #expect(dark.contains("viewBox=\"0 0 800 640\"") && !dark.contains("#FFFFFF"))
    // The same route gives the same bytes.
    #expect(try run() == light)
  }

  @Test func aBasemapThatCannotBeReadIsNamedWithThePlace() throws {
    let folder = try Folder()
    let text = try folder.file("map.osm.pbf", "<osm/> and so on")
    let picture = folder.path("a.svg")
    let refused = try Program.run(["plot", Self.quest, "-o", picture, "--basemap", text])
    #expect(refused.status == 65)
    #expect(refused.errors.contains("\(text): byte 0: ") && refused.errors.contains(".osm.pbf"))
    let missing = try Program.run(["plot", Self.quest, "-o", picture, "--basemap", text + "x"])
    #expect(missing.status == 66)
    let same = try Program.run([
      "plot", Self.quest, "-o", text, "--basemap", text, "--format", "svg",
    ])
    #expect(same.status == 64)
    #expect(try folder.names == ["map.osm.pbf"])
  }

  @Test func aPositionNeedsDecidedJoinsAndAMapDoesNot() throws {
    let folder = try Folder()
    let gpx = try folder.file("a.gpx", Sample.gpx)
    let plain = try Program.run(["plot", gpx, "-o", folder.path("a.svg")])
    #expect(plain.status == 0)
    let texts = try svg(Array(Data(contentsOf: URL(filePath: folder.path("a.svg")))))
    #expect(texts.contains("gap to be decided on"))
    let stopped = try Program.run(["plot", gpx, "-o", folder.path("b.svg"), "--at", "1km"])
    #expect(stopped.status == 65 && stopped.errors.contains("--join 2=walk|ferry|counted"))
    let placed = try Program.run(
      ["plot", gpx, "-o", "-", "--format", "svg", "--at", "1km", "--joins", "ferry"])
    #expect(placed.status == 0)
    let marked = try svg(placed.bytes)
    #expect(marked.contains("1.00 km") && marked.contains("travelled"))
    #expect(marked.contains("ferry, not counted") && !marked.contains("gap to be decided on"))
    #expect(try folder.names == ["a.gpx", "a.svg"])
  }

  @Test func exitCodes() throws {
    let folder = try Folder()
    let gpx = try folder.file("a.gpx", Sample.gpx)
    let out = folder.path("b.svg")
    let points = try folder.file(
      "points.gpx", "<gpx><wpt lat=\"1\" lon=\"2\"><name>A</name></wpt></gpx>")
    let cases: [([String], Int32, String)] = [
      ([gpx], 64, "--output"),
      ([gpx, "-o", folder.path("b.gif")], 64, "end it in .svg, .png, .pdf or .html"),
      ([gpx, "-o", "-"], 64, "say --format svg, png, pdf or html"),
      ([gpx, "-o", out, "--format", "gif"], 64, "--format"),
      ([gpx, "-o", out, "--width", "399"], 64, "--width: 399 is not within the limit of 400…4096"),
      ([gpx, "-o", out, "--height", "5000"], 64, "--height: 5000"),
      ([gpx, "-o", out, "--height", "99999999999999999999"], 64, "--height"),
      ([gpx, "-o", out, "--theme", "pink"], 64, "--theme"),
      ([gpx, "-o", out, "--units", "nm"], 64, "--units"),
      ([gpx, "-o", out, "--at", "ten"], 64, "--at"),
      ([gpx, "-o", out, "--at", "-1km"], 64, "distances count from the start"),
      ([gpx, "-o", gpx, "--format", "svg"], 64, "never overwritten"),
      ([points, "-o", out], 65, "no line to walk on"),
      ([folder.path("none.gpx"), "-o", out], 66, "there is no such file"),
      ([gpx, "-o", folder.path("no/folder.svg")], 74, "folder.svg"),
      ([gpx, "-o", "/dev/full", "--format", "svg"], 74, "the disk is full"),
    ]
    for (arguments, status, words) in cases {
      let answer = try Program.run(["plot"] + arguments)
      #expect(answer.status == status, "\(arguments): \(answer.errors)")
      #expect(answer.errors.contains(words), "\(arguments): \(answer.errors)")
      #expect(answer.bytes.isEmpty)
    }
    #expect(try folder.names == ["a.gpx", "points.gpx"])
    #expect(try String(contentsOfFile: gpx, encoding: .utf8) == Sample.gpx)
  }

  @Test func teamsComeFromATableAndALineBeforeFromAFile() throws {
    let folder = try Folder()
    let teams = try folder.file(
      "teams.csv",
      "team_id,activities,distance_meters\nOwls,10,500000\n\"Night, Owls\",3,1500000.5\n"
        + "Cats,1,9999999999\n")
    let picture = try Program.run(
      ["plot", Self.quest, "-o", "-", "--format", "svg", "--teams", teams, "--before", Self.quest])
    #expect(picture.status == 0, "\(picture.errors)")
    let texts = try svg(picture.bytes)
    for text in ["Owls", "Night, Owls", "Cats", "team", "before the change"] {
      #expect(texts.contains(text), "\(text)")
    }
    let page = try Program.run(
      ["plot", Self.quest, "-o", "-", "--format", "html", "--teams", teams])
    #expect(page.status == 0 && page.text.contains("\"name\":\"Night, Owls\""))
    let bad = try folder.file("bad.csv", "team_id,distance_meters\nA,far\n")
    let refusals: [([String], Int32, String)] = [
      (["--teams", bad], 65, "bad.csv:2: “far” is not a distance in metres"),
      (["--teams", try folder.file("other.csv", "a,b\n1,2\n")], 65, "“distance_meters”"),
      (["--teams", folder.path("none.csv")], 66, "there is no such file"),
      (["--before", Self.quest, "--format", "html"], 64, "an HTML page shows one route"),
    ]
    for (arguments, status, words) in refusals {
      let answer = try Program.run(
        ["plot", Self.quest, "-o", folder.path("out.svg")] + arguments)
      #expect(answer.status == status && answer.errors.contains(words), "\(answer.errors)")
    }
  }

  private static let pdftotext = "/usr/bin/pdftotext"

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: pdftotext), "pdftotext is not installed"))
  func aPageOfPDFKeepsItsTextInEveryWriting() throws {
    let folder = try Folder()
    let names = ["富士山", "Здравствуйте", "Finish"]
    let points = names.enumerated().map {
      "<wpt lat=\"60\" lon=\"\(5 + $0.offset)\"><name>\($0.element)</name></wpt>"
    }
    let gpx = try folder.file(
      "a.gpx",
      "<gpx version=\"1.1\" creator=\"a\" xmlns=\"http://www.topografix.com/GPX/1/1\">"
        + points.joined()
        + "<trk><name>長い道 &amp; &lt;b&gt;</name><trkseg><trkpt lat=\"60\" lon=\"5\"/>"
        + "<trkpt lat=\"60\" lon=\"7\"/></trkseg></trk></gpx>")
    let file = folder.path("a.pdf")
    #expect(try Program.run(["plot", gpx, "-o", file]).status == 0)
    #expect(try Data(contentsOf: URL(filePath: file)).prefix(5) == Data("%PDF-".utf8))
    let process = Process()
    process.executableURL = URL(filePath: Self.pdftotext)
    process.arguments = [file, "-"]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    for name in names + ["長い道 & <b>"] { #expect(text.contains(name), "\(text)") }
  }

  @Test func findingsCanBeLeftOut() throws {
    for flag in ["--findings", "--no-findings"] {
      let answer = try Program.run(["plot", Self.quest, "-o", "-", "--format", "svg", flag])
      #expect(answer.status == 0)
    }
  }

  /// The texts of an SVG file, which is well-formed.
  private func svg(_ bytes: [UInt8]) throws -> [String] {
    let document = try XMLDocument(data: Data(bytes))
    let root = try #require(document.rootElement())
    #expect(root.name == "svg")
    return try root.nodes(forXPath: "//*[local-name()='text']").compactMap(\.stringValue)
  }
}
