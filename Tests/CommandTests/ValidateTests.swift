import BuiltProgram
import Foundation
import Testing

/// `milequest validate` as a designer and a workflow use it.
@Suite struct ValidateTests {
  static let points = (0..<30).map {
    "<trkpt lat=\"\(String(format: "%.5f", 51 + Double($0) * 0.0009))\" lon=\"7.0000\(1 + $0 % 2)\"/>"
  }

  static func gpx(_ points: [String]) -> String {
    """
    <gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
    <!-- by hand -->
    <trk><name>T</name><trkseg>
    \(points.joined(separator: "\n"))
    </trkseg></trk></gpx>

    """
  }

  static let sound = gpx(points)
  /// A doubled vertex on line 12 and a spike on line 24.
  static let faulty: String = {
    var points = Self.points
    points.insert("<trkpt lat=\"51.01800\" lon=\"7.20001\"/>", at: 20)
    points.insert(points[7], at: 8)
    return gpx(points)
  }()
  static let wrong = gpx(points + ["<trkpt lat=\"91\" lon=\"7\"/>"])

  @Test func exitCodesAre0And1() throws {
    let folder = try Folder()
    let sound = try folder.file("sound.gpx", Self.sound)
    let faulty = try folder.file("faulty.gpx", Self.faulty)
    let wrong = try folder.file("wrong.gpx", Self.wrong)
    let broken = try folder.file("broken.gpx", "<gpx><trk>")
    let none = try folder.file(
      "none.geojson", "{\"type\":\"Point\",\"coordinates\":[7.00001,51.00001]}")
    #expect(try Program.run(["validate", sound]).status == 0)
    #expect(try Program.run(["validate", faulty]).status == 0)
    #expect(try Program.run(["validate", none]).status == 1)
    #expect(try Program.run(["validate", wrong]).status == 1)
    #expect(try Program.run(["validate", broken]).status == 1)
    #expect(try Program.run(["validate", sound, wrong, "--format", "json"]).status == 1)
    #expect(try Program.run(["validate", sound, folder.path("nothing.gpx")]).status == 66)
    #expect(try Program.run(["validate", "-"], input: Self.sound).status == 0)
    let random = try Program.run(
      ["validate", "-"], inputBytes: (0..<4_000).map { UInt8($0 * 7 & 255) })
    #expect(random.status == 1 && random.text.contains("[format-unknown]"))
    // Joins may be told from outside, as everywhere.
    let parts = Self.sound.replacing(
      "\(Self.points[15])", with: "</trkseg><trkseg><trkpt lat=\"51.5\" lon=\"7.1\"/>")
    let gap = try folder.file("gap.gpx", parts)
    #expect(try Program.run(["validate", gap]).status == 1)
    #expect(try Program.run(["validate", gap, "--joins", "ferry"]).status == 0)
  }

  @Test func usageIs64() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Self.faulty)
    let cases: [([String], String)] = [
      ([], "name one route file"), ([file, "--fix"], "-o FILE, or --in-place"),
      ([file, "-o", "x.gpx"], "need --fix"), ([file, "--in-place"], "need --fix"),
      ([file, "--fix", "-o", file], "is the input itself"),
      ([file, "--fix", "-o", folder.path("./a.gpx")], "is the input itself"),
      ([file, "--fix", "-o", "x", "--in-place"], "exclude each other"),
      ([file, file, "--fix", "-o", "x"], "one file"),
      (["-", "--fix", "--in-place"], "standard input has no place"),
      ([file, "--only", "spkie"], "did you mean spike?"),
      (["--explain", "nonsense-of-a-code"], "--codes lists them"),
      ([file, "--limit", "spike"], "CODE=NUMBER"), ([file, "--limit", "spike=x"], "CODE=NUMBER"),
      ([file, "--limit", "doctype=3"], "no limit to move"),
      ([file, "--format", "xml"], "--format"), ([file, "--track", "Nope"], "no track"),
      ([file, "--fix", "-o", "-", "--format", "json"], "cannot hold the report and the file"),
    ]
    for (arguments, message) in cases {
      let answer = try Program.run(["validate"] + arguments)
      #expect(answer.status == 64, "\(arguments): \(answer.errors)")
      #expect(answer.errors.contains(message), "\(arguments): \(answer.errors)")
    }
    #expect(try folder.names == ["a.gpx"])
  }

  @Test func jsonListsTheFilesInTheirOrder() throws {
    let folder = try Folder()
    let files = [try folder.file("a.gpx", Self.faulty), try folder.file("b.gpx", Self.wrong)]
    let answer = try Program.run(["validate", "--format", "json"] + files)
    let list = try #require(answer.json["files"] as? [[String: Any]])
    #expect(list.compactMap { $0["file"] as? String } == files)
    #expect(list.compactMap { $0["ok"] as? Bool } == [true, false])
    let findings = try #require(list[0]["findings"] as? [[String: Any]])
    let places = findings.map { "\($0["line"] ?? 0) \($0["code"] ?? "")" }
    #expect(places.contains("12 vertex-doubled") && places.contains("25 spike"), "\(places)")
  }

  @Test func repairsGoWhereTheyAreSent() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Self.faulty)
    let safe = folder.path("safe.gpx")
    let answer = try Program.run(["validate", file, "--fix", "-o", safe])
    #expect(answer.status == 0 && answer.text.contains("1 finding repaired"))
    #expect(answer.text.contains("the length is still"))
    let text = try String(contentsOfFile: safe, encoding: .utf8)
    #expect(text.contains("<!-- by hand -->") && text.contains("7.20001"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == Self.faulty)

    let all = try Program.run(
      ["validate", file, "--fix-unsafe", "-o", folder.path("all.gpx"), "--format", "json"])
    let entry = try #require((all.json["files"] as? [[String: Any]])?.first)
    let repaired = try #require(entry["repaired"] as? [[String: Any]])
    #expect(Set(repaired.compactMap { $0["code"] as? String }) == ["vertex-doubled", "spike"])
    let before = try #require(entry["lengthMetersBefore"] as? Double)
    let after = try #require(entry["lengthMetersAfter"] as? Double)
    #expect(before - after > 27_000)

    // A list of codes ends where a file begins.
    for option in ["--only", "--ignore"] {
      for arguments in [
        ["validate", option, "vertex-doubled", file], ["validate", file, option, "vertex-doubled"],
        ["validate", option, "vertex-doubled,spike", option, "jump", file],
      ] {
        let found = try Program.run(arguments)
        #expect(found.status < 2 && found.text.contains("a.gpx"), "\(arguments): \(found.errors)")
        #expect(found.text.contains("[vertex-doubled]") == (option == "--only"), "\(arguments)")
      }
    }
    let out = try Program.run(["validate", file, "--fix", "--only", "vertex-doubled", "-o", "-"])
    #expect(out.text == text && out.errors.contains("repaired"))

    let again = try Program.run(["validate", safe, "--fix", "--in-place"])
    #expect(again.text.contains("nothing to repair"))
    #expect(try String(contentsOfFile: safe, encoding: .utf8) == text)

    #expect(try Program.run(["validate", file, "--fix-unsafe", "--in-place"]).status == 0)
    #expect(
      try String(contentsOfFile: file, encoding: .utf8)
        == String(contentsOfFile: folder.path("all.gpx"), encoding: .utf8))
    #expect(try folder.names == ["a.gpx", "all.gpx", "safe.gpx"])
  }

  @Test func inPlaceMendsSeveralFiles() throws {
    let folder = try Folder()
    let files = try (0..<3).map { try folder.file("\($0).gpx", Self.faulty) }
    #expect(try Program.run(["validate", "--fix", "--in-place"] + files).status == 0)
    for file in files {
      let text = try String(contentsOfFile: file, encoding: .utf8)
      #expect(text != Self.faulty && text.contains("7.20001"))
    }
  }

  @Test func aWriteThatFailsLeavesTheOriginal() throws {
    let folder = try Folder()
    let file = try folder.file("a.gpx", Self.faulty)
    let answer = try Program.run(
      ["validate", file, "--fix", "--in-place"], inputBytes: nil, mostFileBytes: 512)
    #expect(answer.status == 74)
    #expect(try String(contentsOfFile: file, encoding: .utf8) == Self.faulty)
    #expect(try folder.names == ["a.gpx"])
  }

  @Test func everyCodeCanBeExplained() throws {
    let list = try Program.run(["validate", "--codes"])
    let codes = list.text.split(separator: "\n").dropFirst().compactMap {
      $0.split(separator: " ").first
    }
    #expect(codes.count > 80)
    for code in codes {
      let answer = try Program.run(["validate", "--explain", String(code)])
      #expect(answer.status == 0 && answer.text.hasPrefix("\(code): "), "\(code)")
      #expect(answer.text.contains("Not so:") && answer.text.contains("But so:"))
    }
  }

  @Test func thePageForDesignersListsTheCodes() throws {
    let page = try String(
      contentsOf: Program.packageRoot.appending(path: "docs/designers.md"), encoding: .utf8)
    let list = try Program.run(["validate", "--codes-as-markdown"])
    #expect(page.contains(list.text), "make codes writes the list anew")
  }

  @Test func filesOverTheLimitAreAFindingToo() throws {
    let folder = try Folder()
    let file = folder.path("large.gpx")
    #expect(FileManager.default.createFile(atPath: file, contents: Data("<gpx>".utf8)))
    let handle = try #require(FileHandle(forWritingAtPath: file))
    try handle.truncate(atOffset: 64 * 1024 * 1024 + 5)
    try handle.close()
    let answer = try Program.run(["validate", file])
    #expect(answer.status == 1 && answer.text.contains("more than 67108864 bytes, the limit"))
  }

  @Test func pipesAndColoursAreForTerminals() throws {
    let answer = try Program.run(["validate", "-"], input: Self.faulty)
    #expect(!answer.text.contains("\u{1B}") && answer.errors.isEmpty)
  }

  @Test func inPlaceKeepsWhoMayRead() throws {
    let folder = try Folder()
    let file = try folder.file("private.gpx", Self.faulty)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
    #expect(try Program.run(["validate", file, "--fix", "--in-place"]).status == 0)
    let attributes = try FileManager.default.attributesOfItem(atPath: file)
    #expect(attributes[.posixPermissions] as? Int == 0o600)
    #expect(try String(contentsOfFile: file, encoding: .utf8) != Self.faulty)
  }

  @Test func whatKeepsAFileFromBeingReadIsToldWhateverWasAskedFor() throws {
    let answer = try Program.run(["validate", "-", "--only", "spike"], input: "<gpx><trk>")
    #expect(answer.status == 1 && answer.text.contains("[not-well-formed]"))
  }

  @Test func anOfficialLengthDoesNotHideWhatARepairChanged() throws {
    let text = Self.faulty.replacing(
      "<trkseg>",
      with: "<extensions><mq:route xmlns:mq=\"urn:milequest:route:1\" officialLength=\"5 km\"/>"
        + "</extensions><trkseg>")
    let folder = try Folder()
    let file = try folder.file("a.gpx", text)
    let answer = try Program.run(["validate", file, "--fix-unsafe", "-o", folder.path("b.gpx")])
    #expect(answer.text.contains("still 5.000 km"), "\(answer.text)")
    #expect(answer.text.contains("official; the line measured"))
  }
}
