import Formats
import Foundation
import Geodesy
import Testing

@testable import Inspection

@Suite struct OutputTests {
  static let text = """
    <gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
    <trk><name>North</name><trkseg>
      <trkpt lat="54.12345" lon="391.2"/>
      <trkpt lat="54.12345" lon="-3.12345"/>
      <trkpt lat="54.12445" lon="-3.12345"/>
      <trkpt lat="54.12445" lon="-3.12345"/>
    </trkseg></trk></gpx>
    """

  @Test func textReadsLikeACompilers() {
    #expect(
      ReportText.text(inspected(Self.text), file: "trail.gpx") == """
        trail.gpx:3:25: error: the longitude 391.2 is outside -180…180 (track "North", point 1) [longitude-range]
          3 | <trkpt lat="54.12345" lon="391.2"/>
            |                       ^
        trail.gpx:6:3: warning: the vertex stands at the same place as the one before it [vertex-doubled]
          6 | <trkpt lat="54.12445" lon="-3.12345"/>
            | ^
          at km 0.111, 54.12445, -3.12345
          repair: remove it (--fix)
        trail.gpx: 1 error, 1 warning; can be repaired: 1 with --fix

        """)
  }

  @Test func coloursAndTheLeastSeverityAreAsAsked() {
    let style = ReportText.Style(isColoured: true, least: .error)
    let text = ReportText.text(inspected(Self.text), file: "trail.gpx", style: style)
    #expect(text.contains("\u{1B}[1;31merror\u{1B}[0m"))
    #expect(!text.contains("vertex-doubled"))
  }

  @Test func aFileCannotSpeakToTheTerminal() {
    let text = Self.text.replacing(
      "lon=\"391.2\"", with: "lon=\"391.2\" name=\"\u{1B}]0;x\u{7}\u{202E}\"")
    let shown = ReportText.text(inspected(text), file: "trail.gpx")
    #expect(!shown.contains("\u{1B}") && !shown.contains("\u{7}") && !shown.contains("\u{202E}"))
    // The report's own colours stay, and the file's are none of them.
    let painted = ReportText.text(
      inspected(text), file: "\u{1B}]0;x\u{7}.gpx", style: ReportText.Style(isColoured: true))
    #expect(painted.contains("\u{1B}[1;31merror\u{1B}[0m"))
    #expect(!painted.contains("\u{1B}]") && !painted.contains("\u{7}"))
  }

  @Test func longLinesAreCutAroundTheFault() throws {
    let points = (0..<5_000).map { "[7.0000\($0 % 10), 51.\(10_000 + $0)]" }
    let text =
      "{\"type\":\"LineString\",\"coordinates\":["
      + (points[..<2_500] + ["[391.2, 95]"] + points[2_500...]).joined(separator: ",") + "]}"
    let shown = ReportText.text(
      inspected(text), file: "x", style: ReportText.Style(least: .error))
    let lines = shown.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count < 220 })
    let excerpt = try #require(lines.first { $0.contains("| …") })
    let caret = try #require(lines.first { $0.hasSuffix("^") })
    let column = excerpt.distance(
      from: excerpt.startIndex, to: try #require(excerpt.range(of: "[391.2")).lowerBound)
    #expect(caret.count == column + 1)
  }

  @Test func jsonHasTheFixedKeys() throws {
    let value = ReportJSON.value(inspected(Self.text), file: "trail.gpx").text()
    let object = try #require(
      JSONSerialization.jsonObject(with: Data(value)) as? [String: Any])
    #expect(object["file"] as? String == "trail.gpx" && object["ok"] as? Bool == false)
    let findings = try #require(object["findings"] as? [[String: Any]])
    let keys: Set<String> = [
      "code", "severity", "message", "line", "column", "pointer", "distanceMeters", "coordinate",
      "measured", "limit", "fix",
    ]
    for finding in findings { #expect(keys.subtracting(finding.keys).isEmpty) }
    let doubled = try #require(findings.first { $0["code"] as? String == "vertex-doubled" })
    #expect(
      doubled["line"] as? Int == 6 && doubled["coordinate"] as? [Double] == [-3.12345, 54.12445])
    #expect((doubled["fix"] as? [String: Any])?["safe"] as? Bool == true)
  }

  @Test func pointersLeadToTheFault() throws {
    let text = """
      {"type": "FeatureCollection", "features": [
       {"type": "Feature", "properties": {}, "geometry": {"type": "MultiLineString", "coordinates": [
        [[7.00001, 51.00001], [7.00002, 51.00101]],
        [[7.00003, 51.00201], [7.00003, 51.00201], [7.00004, 51.00301]]]}}]}
      """
    let report = inspected(text)
    let finding = try #require(report.findings(.vertexDoubled).first)
    #expect(finding.pointer == "/features/0/geometry/coordinates/1/1" && finding.line == 4)
  }

  @Test func annotationsEscapeWhatWouldEndThem() {
    let text = GitHubAnnotations.text(inspected(Self.text), file: "a,b:c%.gpx", least: .error)
    #expect(
      text
        == "::error file=a%2Cb%3Ac%25.gpx,line=3,col=25,title=longitude-range::the longitude 391.2 is "
        + "outside -180…180 (track \"North\", point 1)\n")
  }

  static let schema = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "shared/corpus/schema/sarif-schema-2.1.0.json")

  /// The system's Python, where it has Debian's python3-jsonschema.
  static let python: String? =
    run("/usr/bin/python3", ["-c", "import jsonschema"]) == 0 ? "/usr/bin/python3" : nil

  static func run(_ program: String, _ arguments: [String]) -> Int32 {
    (try? Home.run(program, arguments))?.status ?? -1
  }

  @Test(
    .enabled(
      if: FileManager.default.fileExists(atPath: schema.path),
      "the schema of SARIF is not at ../shared/corpus/schema"),
    .enabled(if: python != nil, "Python's jsonschema is not installed (python3-jsonschema)"))
  func sarifIsValid() throws {
    let quest = try Quest.sample("te-araroa")
    var bad = quest
    bad.parts[0][20].elevation = 0
    bad.stops[3].name = nil
    let reports = [
      ("trail & more.gpx", inspected(Self.text)), ("/tmp/å.gpx", inspected(bad.gpx().text)),
      ("-", inspected("{")),
    ]
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "sarif-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "out.sarif")
    let value = SARIF.value(reports.map { (file: $0.0, report: $0.1) }, version: "1")
    try Data(value.text(indent: 2)).write(to: file)
    let script = """
      import json, sys, jsonschema
      schema = json.load(open(sys.argv[1])); data = json.load(open(sys.argv[2]))
      jsonschema.Draft7Validator(schema).validate(data)
      results = data["runs"][0]["results"]
      assert len(results) > 5
      for result in results:
          rules = data["runs"][0]["tool"]["driver"]["rules"]
          assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
      """
    #expect(Self.run(Self.python ?? "", ["-c", script, Self.schema.path, file.path]) == 0)
    // The check itself can fail.
    try Data("{\"version\": \"2.1.0\", \"runs\": [{}]}".utf8).write(to: file)
    #expect(Self.run(Self.python ?? "", ["-c", script, Self.schema.path, file.path]) != 0)
  }
}
