import BuiltProgram
import Foundation
import Testing

/// Where the small files lie, whether they are there or not.
private let casesFolder = Program.packageRoot.deletingLastPathComponent()
  .appending(path: "shared/cases/routes")

/// What the built program makes of small files after problems that others reported. The files and why
/// they are there are described beside them, in `../shared/cases/README.md`.
///
/// To add one, add a line to `rows`. In the arguments FILE is the file and OUT a path to write to.
@Suite(
  .enabled(
    if: FileManager.default.fileExists(atPath: casesFolder.path),
    "the cases of other people's files are not at ../shared/cases"))
struct RouteCaseTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let file: String
    let arguments: String
    /// What is in the answer, in the messages or in the file OUT.
    var has: [String] = []
    /// What is in none of them.
    var lacks: [String] = []
    var status: Int32 = 0

    init(
      _ file: String, _ arguments: String, has: [String] = [], lacks: [String] = [],
      status: Int32 = 0
    ) {
      self.file = file
      self.arguments = arguments
      self.has = has
      self.lacks = lacks
      self.status = status
    }

    var testDescription: String { "\(arguments.replacing("FILE", with: file))" }
  }

  static let rows: [Row] = [
    Row("42-shaping-points.gpx", "inspect FILE", has: ["39.552 km", "waypoints  3"]),
    Row("42-shaping-points.gpx", "validate FILE", has: ["[shaping-points]"]),
    Row("59a-hairpins-sparse.gpx", "validate FILE", has: ["nothing found"]),
    Row("59a-hairpins-sparse.gpx", "validate FILE --fix-unsafe -o OUT", has: ["nothing to repair"]),
    Row("59a-hairpins-sparse.gpx", "inspect FILE", has: ["1.638 km"]),
    Row("summit-out-and-back.geojson", "validate FILE", has: ["nothing found"]),
    Row("30-clamped-zeros.kml", "inspect FILE", lacks: ["climb"]),
    Row("30-clamped-zeros.kml", "convert FILE OUT --to gpx", has: ["<trkpt"], lacks: ["<ele>"]),
    Row(
      "49c-foreign-points.gpx", "validate FILE",
      has: [
        "are written as wpt or rtept, so they are not read", "a point of a segment is a trkpt",
      ],
      lacks: ["without points"]),
    Row("49c-foreign-points.gpx", "validate FILE --fix -o OUT", has: ["rtept lat=\"45.00123\""]),
    Row("28-mixed-points.geojson", "inspect FILE --format json", has: ["Bridge", "Trailhead"]),
    Row("52-route-names.gpx", "inspect FILE --format json", has: ["\"R01\"", "\"R05\""]),
    Row(
      "13e-kml-comma-vertex-swallowed.kml", "inspect FILE",
      has: ["with 7 vertices", "17.629 km", "[tuple-comma]"]),
    Row(
      "06d-backslash-doubled-even.polyline", "inspect FILE --from polyline5",
      has: ["26 vertices", "0.692 km", "[polyline-escaped]"]),
    Row(
      "06d-backslash-doubled-even.polyline", "validate FILE --from polyline5 --fix -o OUT",
      has: ["repaired"]),
    Row(
      "08a-3d-even.polyline", "validate FILE --from polyline5",
      has: ["[polyline-triples]", "triples with an elevation"]),
    Row("18a-leading-blank-lines.gpx", "inspect FILE", has: ["[declaration-late]"]),
    Row(
      "18a-leading-blank-lines.gpx", "validate FILE --format sarif",
      has: ["\"fixes\"", "\"deletedRegion\"", "\"insertedContent\""]),
    Row(
      "04-ele-attribute.gpx", "validate FILE",
      has: ["no attribute “ele” for “trkpt”", "[schema-attribute]", "(--fix)"]),
    Row(
      "04-ele-attribute.gpx", "validate FILE --fix -o OUT",
      has: ["lon=\"116.547\"><ele>1878</ele></trkpt>"], lacks: ["ele=\"1878\"/>"]),
    Row("18a-leading-blank-lines.gpx", "validate FILE --fix -o OUT", has: ["1 finding repaired"]),
    Row("28d-collection-properties.geojson", "inspect FILE", has: ["Long way"]),
    Row(
      "28d-collection-properties.geojson", "validate FILE --fix -o OUT",
      has: ["[collection-properties]", "repaired"]),
    Row("58a-utf8-without-hyphen.gpx", "inspect FILE", has: ["abc"]),
    Row(
      "21-alternatives.gpx", "validate FILE",
      has: ["“Full 42 km”", "“Half”", "“Family”", "--track", "[track-variants]"],
      lacks: ["[part-reversed]", "[parts-order]", "[join-unresolved]"], status: 1),
    Row(
      "21-alternatives.gpx", "position FILE --at 1km",
      has: ["are alternatives", "1 “Full 42 km”, 2 “Half”, 3 “Family”", "--track"],
      lacks: ["--joins"], status: 65),
    Row("21-alternatives.gpx", "position FILE --at 1km --track Half", has: ["place"]),
    Row(
      "21-alternatives.gpx", "inspect FILE --track Half --track 3",
      has: ["2 with", "undecided: 1"]),
    Row(
      "63c-lon-over-180.gpx", "validate FILE --fix -o OUT",
      has: ["[longitude-wrapped]", "-179.98766"]),
    Row(
      "17-undeclared-prefix.gpx", "validate FILE", has: ["[prefix-undeclared]", "(--fix)"],
      status: 1),
    Row("17-undeclared-prefix.gpx", "validate FILE --fix -o OUT", has: ["xmlns:gpxx="]),
    Row(
      "27c-zero-length-only.geojson", "validate FILE", has: ["error", "[no-length]"], status: 1),
    Row(
      "32-network-link.kml", "validate FILE", has: ["[network-link]", "files/Trail.kml"], status: 1),
    Row(
      "one-point-part.gpx", "convert FILE OUT --to geojson",
      has: ["1 part of a single point left out", "MultiLineString"], lacks: ["51.5011"]),
    Row(
      "one-point-part.gpx", "convert FILE OUT --to kml",
      has: ["1 part of a single point left out", "LineString"], lacks: ["51.5011"]),
    Row("one-point-part.gpx", "convert FILE OUT --to gpx", has: ["51.5011"], lacks: ["left out"]),
    Row(
      "20-truncated.gpx", "validate FILE", has: [":23:7: error", "cut off", "(--fix)"], status: 1),
    Row("20-truncated.gpx", "validate FILE --fix -o OUT", has: ["</gpx>", "repaired"]),
    Row(
      "all-swapped.geojson", "validate FILE", has: ["lies in the sea", "[coordinates-swapped]"]),
    Row(
      "all-swapped.geojson", "validate FILE --fix-unsafe -o OUT", has: ["repaired", "the length"]),
    Row("23a-plain.kmz", "inspect FILE", has: ["KML", "length"]),
    Row("23a-plain.kmz", "validate FILE", has: ["[unpacked]", "doc.kml"]),
    Row(
      "24a-lines.geojsonl", "convert FILE OUT --to gpx",
      has: ["1 “Day 1”, 2 “Day 2”", "lon=\"7.02\""]),
    Row("62-mercator.geojson", "validate FILE", has: ["Web Mercator metres"], status: 1),
    Row(
      "34-sentinels.gpx", "validate FILE",
      has: ["65535", "-32768", "climb and profile leave it out"]),
    Row("34-sentinels.gpx", "inspect FILE", has: ["climb"], lacks: ["31,8", "65,"]),
    Row(
      "66-distance-names.gpx", "inspect FILE --calibrate markers",
      has: ["left out of the calibration", "20k", "km 19 - bridge", "13,5 km"]),
    Row("38-desc-only.gpx", "inspect FILE --format json", has: ["Old mill", "Chapel"]),
  ]

  @Test(arguments: rows) func theProgramSaysWhatIsRight(_ row: Row) throws {
    let folder = try Folder()
    let file = casesFolder.appending(path: row.file).path
    let out = folder.path("out")
    let arguments = row.arguments.split(separator: " ").map {
      $0 == "FILE" ? file : $0 == "OUT" ? out : String($0)
    }
    let answer = try Program.run(arguments)
    let written = (try? String(contentsOfFile: out, encoding: .utf8)) ?? ""
    let all = answer.text + answer.errors + written
    #expect(answer.status == row.status, "\(all)")
    for words in row.has { #expect(all.contains(words), "\(words) is not in \(all)") }
    for words in row.lacks { #expect(!all.contains(words), "\(words) is in \(all)") }
  }
}
