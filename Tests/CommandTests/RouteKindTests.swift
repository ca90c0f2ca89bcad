import BuiltProgram
import Foundation
import Testing

/// What the built program makes of kinds of files that are small enough to stand here.
///
/// To add one, add a line to `rows`. In the arguments FILE is the file, named after the row's ending, and
/// OUT a path to write to.
@Suite struct RouteKindTests {
  struct Row: CustomTestStringConvertible, Sendable {
    let kind: String
    /// `gpx`, `geojson` or another ending.
    let ending: String
    let content: String
    let arguments: String
    /// What is in the answer, in the messages or in the file OUT.
    var has: [String] = []
    /// What is in none of them.
    var lacks: [String] = []
    var status: Int32 = 0

    init(
      _ kind: String, _ ending: String, _ content: String, _ arguments: String, has: [String] = [],
      lacks: [String] = [], status: Int32 = 0
    ) {
      self.kind = kind
      self.ending = ending
      self.content = content
      self.arguments = arguments
      self.has = has
      self.lacks = lacks
      self.status = status
    }

    var testDescription: String { "\(kind): \(arguments)" }
  }

  static let rows: [Row] = writing + names

  // MARK: What is written

  private static let writing: [Row] = [
    Row(
      "alternatives with a gap", "gpx", alternatives(offset: 0.1), "convert FILE OUT --to geojson",
      has: ["1 “Full”, 2 “Half”", "are alternatives", "--track NAME"], lacks: ["LineString"],
      status: 65),
    Row(
      "alternatives whose ends meet", "gpx", alternatives(offset: 0), "convert FILE OUT --to kml",
      has: ["warning: the tracks 1 “Full”, 2 “Half” are alternatives", "LineString"]),
    Row(
      "alternatives, one chosen", "gpx", alternatives(offset: 0.1),
      "convert FILE OUT --to geojson --track Half", has: ["Half", "LineString"], lacks: ["Full"]),
    Row(
      "heights that are none", "gpx",
      track("<ele>65535</ele>", "<ele>12</ele>", "<ele>-32768</ele>", "<ele>9999</ele>"),
      "convert FILE OUT --to geojson",
      has: ["note: 3 elevations that no place has left out, such as 65,535, -32,768, 9,999"]),
    Row(
      "a line of no length", "geojson",
      "{\"type\":\"LineString\",\"coordinates\":[[7,50],[7,50],[7,50]]}",
      "convert FILE OUT --to gpx", has: ["all 3 vertices", "no length"], lacks: ["<gpx"], status: 65
    ),
    Row(
      "a line of one point", "gpx", track(""), "convert FILE OUT --to gpx",
      has: ["a single vertex"], lacks: ["<gpx"], status: 65),
    Row(
      "a polyline of one point", "gpx", track(""), "convert FILE OUT --to polyline5",
      has: ["a single vertex"], status: 65),
    Row(
      "parts of one point each", "gpx",
      gpx("<trk><trkseg>\(point(0))</trkseg><trkseg>\(point(1))</trkseg></trk>"),
      "convert FILE OUT --to gpx --joins ferry",
      has: ["each part of the route stands at one place"], status: 65),
    Row(
      "a position on a line of no length", "geojson",
      "{\"type\":\"LineString\",\"coordinates\":[[7,50],[7,50]]}", "position FILE --at 0m",
      has: ["no length"], lacks: ["place  "], status: 65),
    Row(
      "the places on a line of no length", "geojson",
      "{\"type\":\"LineString\",\"coordinates\":[[7,50],[7,50]]}", "nearest FILE --to 50,7",
      has: ["no length"], status: 65),
  ]

  // MARK: Names

  private static let names: [Row] = [
    Row(
      "a title in capitals", "geojson", feature("\"TITLE\":\"Old way\""), "inspect FILE",
      has: ["Old way"]),
    Row("a numeric name", "geojson", feature("\"name\":5"), "inspect FILE", has: ["  5\n"]),
    Row(
      "a numeric name is written", "geojson", feature("\"name\":7.50"), "convert FILE OUT --to gpx",
      has: ["<name>7.50</name>"], lacks: ["note:"]),
    Row(
      "a numeric name of the file", "geojson",
      "{\"type\":\"FeatureCollection\",\"name\":12,\"features\":[\(feature(""))]}", "inspect FILE",
      has: ["  12\n"]),
    Row(
      "a name that is no text", "geojson", feature("\"name\":{\"en\":\"A\"}"),
      "convert FILE OUT --to gpx", has: ["left out of the file's content: name\n"]),
    Row(
      "a second name", "geojson", feature("\"name\":\"A\",\"title\":\"B\",\"description\":\"C\""),
      "convert FILE OUT --to gpx", has: ["left out of the file's content: description, title\n"]),
  ]

  // MARK: Files

  private static func gpx(_ content: String) -> String {
    "<gpx version=\"1.1\" creator=\"x\" xmlns=\"http://www.topografix.com/GPX/1/1\">\(content)</gpx>\n"
  }

  private static func point(_ number: Int, _ content: String = "") -> String {
    "<trkpt lat=\"50.0\(number)\" lon=\"7\">\(content)</trkpt>"
  }

  /// A track of points about a kilometre apart, each with its content.
  private static func track(_ contents: String...) -> String {
    let points = contents.enumerated().map { point($0, $1) }.joined()
    return gpx("<trk><trkseg>\(points)</trkseg></trk>")
  }

  /// A full course, and half of it that ends or begins elsewhere.
  private static func alternatives(offset: Double) -> String {
    let full = (0...9).map { "<trkpt lat=\"50\" lon=\"7.\($0)\"/>" }.joined()
    let back =
      "<trkpt lat=\"50.1\" lon=\"7.9\"/><trkpt lat=\"50.1\" lon=\"7\"/>"
      + "<trkpt lat=\"\(50 + offset)\" lon=\"7\"/>"
    let half = (0...4).map { "<trkpt lat=\"50\" lon=\"7.\($0)\"/>" }.joined()
    return gpx(
      "<trk><name>Full</name><trkseg>\(full)\(back)</trkseg></trk>"
        + "<trk><name>Half</name><trkseg>\(half)</trkseg></trk>")
  }

  private static func feature(_ properties: String) -> String {
    "{\"type\":\"Feature\",\"properties\":{\(properties)},\"geometry\":"
      + "{\"type\":\"LineString\",\"coordinates\":[[7,50],[7.01,50],[7.02,50.01]]}}"
  }

  @Test(arguments: rows) func theProgramSaysWhatIsRight(_ row: Row) throws {
    let folder = try Folder()
    let file = try folder.file("a.\(row.ending)", row.content)
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
