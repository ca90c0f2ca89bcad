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

  static let rows: [Row] = writing + names + values + texts + cuts + systems + lists

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
      "alternatives with a gap", "gpx", alternatives(offset: 0.1), "inspect FILE",
      has: [
        "warning: the tracks 1 “Full”, 2 “Half” are alternatives", "--track NAME", "undecided: 1",
      ], lacks: ["--join"]),
    Row(
      "alternatives whose ends meet", "gpx", alternatives(offset: 0), "inspect FILE --format json",
      has: ["warning: the tracks 1 “Full”, 2 “Half” are alternatives", "\"parts\""]),
    Row(
      "alternatives, each", "gpx", alternatives(offset: 0.1), "inspect FILE --each",
      has: ["Full", "Half"], lacks: ["alternatives"]),
    Row(
      "alternatives, one chosen", "gpx", alternatives(offset: 0.1), "inspect FILE --track Half",
      has: ["Half"], lacks: ["alternatives"]),
    Row(
      "alternatives, one chosen", "gpx", alternatives(offset: 0.1),
      "convert FILE OUT --to geojson --track Half", has: ["Half", "LineString"], lacks: ["Full"]),
    Row(
      "heights that are none", "gpx",
      track("<ele>65535</ele>", "<ele>12</ele>", "<ele>-32768</ele>", "<ele>9999</ele>"),
      "convert FILE OUT --to geojson",
      has: ["note: 3 elevations that stand for “unknown” left out, such as 65,535, -32,768, 9,999"]),
    Row(
      "zeros that are no heights", "gpx",
      track("<ele>312</ele>", "<ele>0</ele>", "<ele>0</ele>", "<ele>318</ele>"),
      "convert FILE OUT --to geojson",
      has: ["note: 2 elevations that stand for “unknown” left out, such as 0"], lacks: [",0]"]),
    Row(
      "a part of one point", "gpx",
      gpx(
        "<trk><trkseg>\(point(0))\(point(1))</trkseg><trkseg>\(point(2))</trkseg></trk>"),
      "convert FILE OUT --to polyline5 --joins ferry",
      has: ["1 part of a single point left out: encoded polyline, 5 digits has no line of one"]),
    Row(
      "tracks of one name", "gpx",
      gpx(
        "<trk><name>A</name><trkseg>\(point(0))\(point(1))</trkseg></trk>"
          + "<trk><name>B</name><trkseg>\(point(1))\(point(2))</trkseg></trk>"
          + "<trk><name>A</name><trkseg>\(point(2))\(point(3))</trkseg></trk>"),
      "inspect FILE --track A", has: ["2 tracks are called “A”: say which by number, 1, 3"],
      status: 64),
    Row(
      "areas", "geojson",
      "{\"type\":\"GeometryCollection\",\"geometries\":[{\"type\":\"LineString\",\"coordinates\":"
        + "[[7,50],[7,51]]},{\"type\":\"Polygon\",\"coordinates\":[[[7,50],[8,50],[8,51],[7,50]]]}]}",
      "convert FILE OUT --to gpx", has: ["note: 1 area left out: a route is made of lines"]),
    Row(
      "laps below none", "gpx", track("", "<ele>12</ele>"), "position FILE --at 0m --laps -1",
      has: ["--laps: -1 is not"], lacks: ["Missing value"], status: 64),
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
      has: ["the line is a single point"], status: 65),
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

  // MARK: Values that GPX forbids

  private static let values: [Row] = [
    Row(
      "values that can be mended", "gpx",
      track(
        "<magvar>-5</magvar><fix>3D</fix><sat>8.0</sat><hdop>1,5</hdop>",
        "<ele>1.2e3</ele><vdop>1e1</vdop>"), "validate FILE --fix -o OUT",
      has: [
        "<magvar>355</magvar>", "<fix>3d</fix>", "<sat>8</sat>", "<hdop>1.5</hdop>",
        "<ele>1200</ele>", "<vdop>10</vdop>", "[schema-value]", "repaired",
      ], lacks: ["3D</fix>"]),
    Row(
      "values that nobody can read", "gpx",
      track(
        "<ele></ele><fix>4d</fix><sat>-1</sat><hdop>bad</hdop><vdop/><pdop>NaN</pdop>"
          + "<dgpsid>2000</dgpsid>",
        "<ele>7</ele><magvar>north</magvar><sat>9</sat>"),
      "validate FILE --fix-unsafe -o OUT",
      has: ["the ele is empty", "lon=\"7\"></trkpt>", "<ele>7</ele><sat>9</sat>", "repaired"],
      lacks: ["4d</fix>", "<hdop>", "<vdop", "<pdop>", "<dgpsid>", "<magvar>"]),
    Row(
      "values that nobody can read stay in a safe repair", "gpx",
      track("<ele></ele><fix>4d</fix><sat>-1</sat>", "<ele>high</ele><time>yesterday</time>"),
      "validate FILE --fix -o OUT",
      has: ["4d</fix>", "<sat>-1</sat>", "<ele>high</ele>", "yesterday</time>", "--fix-unsafe"],
      lacks: ["<ele></ele>"]),
    Row(
      "times", "gpx",
      track("<time>2026-05-03 18:30:05</time>", "<time>yesterday</time>", "<time/>"),
      "validate FILE --fix-unsafe -o OUT",
      has: ["<time>2026-05-03T18:30:05Z</time>", "[time-syntax]", "repaired"],
      lacks: ["yesterday</time>", "<time/>"]),
    Row(
      "attributes of points", "gpx",
      gpx(
        "<trk><trkseg><trkpt lat=\"50\" lon=\"7\" elevation=\"12\" time=\"2026-05-03T18:30:05Z\" "
          + "speed=\"3\"/><trkpt lat=\"50.01\" lon=\"7\" ele=\"9\"><time>2026-05-03T18:40:05Z</time>"
          + "</trkpt></trkseg></trk>"), "validate FILE --fix -o OUT",
      has: [
        "lon=\"7\" speed=\"3\"><ele>12</ele><time>2026-05-03T18:30:05Z</time></trkpt>",
        "<trkpt lat=\"50.01\" lon=\"7\"><ele>9</ele><time>2026-05-03T18:40:05Z</time></trkpt>",
        "repaired",
      ]),
    Row(
      "degrees that the schema forbids", "gpx",
      gpx("<trk><trkseg><trkpt lat=\"5e1\" lon=\"180\"/>\(point(1))</trkseg></trk>"),
      "validate FILE --fix -o OUT", has: ["lat=\"50\" lon=\"-180\""]),
  ]

  // MARK: Faults of the text

  private static let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

  private static let texts: [Row] =
    [
      ("a comment", "<!-- made by hand -->\n"), ("lines and a comment", "\n\n<!-- a -->\n\n"),
      ("a space that does not break", "\u{A0}"), ("a second mark", "\u{FEFF}\u{FEFF}"),
      ("text", "Here is my track:\n"),
    ].flatMap { kind, before in
      [
        Row(
          "\(kind) before the declaration", "gpx", before + declaration + track("", ""),
          "inspect FILE",
          has: ["2 vertices", "[declaration-late]"]),
        Row(
          "\(kind) before the declaration", "gpx", before + declaration + track("", ""),
          "validate FILE --fix -o OUT", has: ["repaired"]),
      ]
    } + [
      Row(
        "a comment stays", "gpx", "<!-- made by hand -->" + declaration + track("", ""),
        "validate FILE --fix -o OUT", has: [declaration + "\n<!-- made by hand -->"]),
      Row(
        "text before the root", "gpx", "My track: " + track("", ""), "validate FILE --fix -o OUT",
        has: ["text stands before the root element", "repaired"], lacks: ["My track: <"]),
      Row(
        "text after the end", "gpx", track("", "") + "thank you", "validate FILE --fix -o OUT",
        has: ["[not-well-formed]", "repaired"], lacks: ["thank you\n"]),
      Row(
        "values without quotes", "gpx",
        gpx(
          "<trk><name>a = b</name><trkseg><trkpt lat=50 lon=7/><trkpt lat=\"50.01\"lon=\"7\">"
            + "<ele>5</ele></trkpt><trkpt lat=50.02 lon=7></trkpt></trkseg></trk>"),
        "validate FILE --fix -o OUT",
        has: [
          "5 times in the file", "<trkpt lat=\"50\" lon=\"7\"/>", "lat=\"50.01\" lon=\"7\">",
          "a = b",
          "repaired",
        ]),
      Row(
        "faults after a value without quotes", "gpx",
        gpx(
          "<trk><trkseg><trkpt lat=50 lon=7/><trkpt lat=\"95\" lon=\"7\"/>\(point(1))</trkseg></trk>"
        ),
        "validate FILE", has: ["[not-well-formed]", "[latitude-range]"], status: 1),
      Row(
        "many characters that XML does not have", "gpx",
        track("", "").replacing("<trkpt", with: String(repeating: "\0\n", count: 200) + "<trkpt"),
        "validate FILE --fix -o OUT", has: ["400 times in the file", "repaired"]),
    ]

  // MARK: GeoJSON that is cut off

  private static let cuts: [Row] = [
    Row(
      "within a vertex", "geojson",
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{\"name\":\"A\"},"
        + "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[7,50],[7.1,50],[7.2,5",
      "validate FILE --fix -o OUT",
      has: ["cut off", "\"coordinates\":[[7,50],[7.1,50]]}}]}", "repaired"], lacks: ["5]"]),
    Row(
      "before the members that tell what it is", "geojson",
      "{\"features\":[{\"geometry\":{\"coordinates\":[[[7,50],[7.1,50]],[[7.2,50],[7.3,50],",
      "validate FILE --fix -o OUT",
      has: [
        "[[7.2,50],[7.3,50]]],\"type\":\"MultiLineString\"},\"type\":\"Feature\",\"properties\":null}]",
        "FeatureCollection",
      ], status: 1),
    Row(
      "after one vertex of a line", "geojson",
      "{\"type\":\"FeatureCollection\",\"features\":[\(feature("")),\n{\"type\":\"Feature\",\"properties\":{},"
        + "\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[8,50],[8.",
      "validate FILE --fix -o OUT", has: ["[7.02,50.01]]}}]}", "repaired"], lacks: ["[8,50]]"]),
    Row(
      "within a name", "geojson",
      "{\"type\":\"Feature\",\"geometry\":{\"type\":\"LineString\",\"coordinates\":[[7,50],[7.1,50]]},"
        + "\"properties\":{\"name\":\"The lo", "validate FILE --fix -o OUT",
      has: ["[7.1,50]]},\"properties\":null}", "repaired"], lacks: ["The lo\n"]),
  ]

  // MARK: Numbers of another system

  private static let systems: [Row] = [
    ("geojson", line("geojson", 779_000, 6_575_000), "Web Mercator"),
    ("gpx", line("gpx", 779_000, 6_575_000), "Web Mercator"),
    ("kml", line("kml", 779_000, 6_575_000), "Web Mercator"),
    ("geojson", line("geojson", 70_000_000, 500_000_000), "(E7)"),
    ("gpx", line("gpx", 70_000_000, 500_000_000), "(E7)"),
    ("geojson", line("geojson", 2_600_000, 1_200_000), "Swiss grid"),
    ("gpx", line("gpx", 320_000, 510_000), "British national grid"),
  ].map { ending, content, name in
    Row(
      "\(name) in \(ending)", ending, content, "validate FILE",
      has: [name, "(41 positions of the file, here first)"], lacks: ["more of the same", ":2:"],
      status: 1)
  }

  // MARK: Lists

  private static let hut = gpx(
    "<wpt lat=\"50.01\" lon=\"7\"><ele>9</ele><name>Hut, \"old\"</name></wpt><trk><name>Way</name><trkseg>"
      + "\(point(0))\(point(2))</trkseg></trk>")

  private static let lists: [Row] = [
    Row(
      "no line and no waypoint", "gpx",
      gpx("<trk><trkseg><rtept lat=\"50\" lon=\"7\"/></trkseg></trk>"), "position FILE --at 1km",
      has: ["the file holds no line to walk on"], lacks: ["only 0"], status: 65),
    Row(
      "waypoints", "gpx", hut, "inspect FILE --waypoints",
      has: ["waypoint", "Hut, \"old\"", "1.112", "50.01, 7"], lacks: ["density"]),
    Row(
      "waypoints as CSV", "gpx", hut, "inspect FILE --waypoints --format csv",
      has: [
        "file,route,name,distance_meters,offset_meters,latitude,longitude,elevation_meters,type,story,official_distance_meters\n",
        ",Way,\"Hut, \"\"old\"\"\",111", ",50.01,7.0,9.0,,,\n",
      ]),
    Row(
      "CSV of nothing", "gpx", hut, "inspect FILE --format csv", has: ["--waypoints"], status: 64),
  ]

  /// A line of 41 positions that are no degrees.
  private static func line(_ ending: String, _ x: Int, _ y: Int) -> String {
    let places = (0...40).map { (x + $0 * 1_000, y + $0 * 100) }
    switch ending {
    case "gpx":
      return gpx(
        "<trk><trkseg>"
          + places.map { "<trkpt lat=\"\($0.1)\" lon=\"\($0.0)\"/>" }.joined(separator: "\n")
          + "</trkseg></trk>")
    case "kml":
      return "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Placemark><LineString><coordinates>"
        + places.map { "\($0.0),\($0.1)" }.joined(separator: " ")
        + "</coordinates></LineString></Placemark></kml>"
    default:
      return "{\"type\":\"LineString\",\"coordinates\":["
        + places.map { "[\($0.0),\($0.1)]" }.joined(separator: ",") + "]}"
    }
  }

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
