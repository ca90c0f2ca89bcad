import Formats
import Foundation
import Geodesy
import Routes
import Testing

@testable import Inspection

/// Every code with a repair: a file that has the fault, and what is promised of the repaired one.
@Suite struct RepairTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let code: Diagnostic.Code
    let text: String
    /// Metres by which the length may change: 0 where a repair promises to keep it, nil where it
    /// changes on purpose.
    let slackMeters: Double?
    /// What the repaired file must hold, and what not.
    let has: [String]
    let hasNot: [String]
    let format: SourceFormat?
    var testDescription: String { code.rawValue }

    init(
      _ code: Diagnostic.Code, _ text: String, slackMeters: Double? = 0, has: [String] = [],
      hasNot: [String] = [], format: SourceFormat? = nil
    ) {
      self.format = format
      self.code = code
      self.text = text
      self.slackMeters = slackMeters
      self.has = has
      self.hasNot = hasNot
    }
  }

  static func gpx(_ inside: String, head: String = "") -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"\(head)>
    <!-- kept -->
    \(inside)
    </gpx>

    """
  }

  static func track(_ points: String) -> String {
    gpx("<trk><name>T</name><trkseg>\n\(points)\n</trkseg></trk>")
  }

  static func line(_ positions: String, properties: String = "", members: String = "") -> String {
    """
    {"type": "Feature", \(members)"properties": {"note": "kept"\(properties)},
     "geometry": {"type": "LineString", "coordinates": [
    \(positions)
    ]}}

    """
  }

  /// A gentle line of `count` points, ten metres apart, in the given form.
  static func points(
    _ count: Int, _ change: (Int) -> String? = { _ in nil },
    elevation: (Int) -> String? = { _ in nil }
  ) -> String {
    (0..<count).map { i in
      if let text = change(i) { return text }
      let place =
        "lat=\"\(String(format: "%.5f", 51 + Double(i) * 0.0009))\" lon=\"\(i % 2 == 0 ? "7.00001" : "7.00003")\""
      return elevation(i).map { "<trkpt \(place)><ele>\($0)</ele></trkpt>" } ?? "<trkpt \(place)/>"
    }.joined(separator: "\n")
  }

  static let cases: [Case] = [
    Case(
      .vertexDoubled,
      track(points(20) { $0 == 7 ? "<trkpt lat=\"51.00540\" lon=\"7.00001\"/>" : nil }),
      has: ["<!-- kept -->"]),
    Case(
      .emptyPart,
      gpx("<trk><trkseg></trkseg><trkseg>\n\(points(9))\n</trkseg></trk>"),
      hasNot: ["<trkseg></trkseg>"]),
    Case(
      .longitudeWrapped, line("[190.00000, 10.00000], [190.10000, 10.10000]"),
      has: ["-170", "\"note\": \"kept\""], hasNot: ["190"]),
    Case(
      .crsLegacy,
      line(
        "[7.00000, 51.00000], [7.10000, 51.10000]",
        members:
          "\"crs\": {\"type\": \"name\", \"properties\": {\"name\": \"urn:ogc:def:crs:OGC:1.3:CRS84\"}}, "
      ), hasNot: ["crs"]),
    Case(
      .byteOrderMark, "\u{FEFF}" + line("[7.00000, 51.00000], [7.10000, 51.10000]")),
    Case(
      .bboxWrong,
      line("[7.00000, 51.00000], [7.10000, 51.10000]", members: "\"bbox\": [0, 0, 1, 1], "),
      has: ["\"properties\""], hasNot: ["bbox"]),
    Case(
      .boundsWrong,
      gpx(
        "<metadata><bounds minlat=\"1\" minlon=\"1\" maxlat=\"2\" maxlon=\"2\"/></metadata>\n"
          + "<trk><trkseg>\(points(9))</trkseg></trk>"), has: ["<bounds minlat=\"51"]),
    Case(
      .antimeridianUncut,
      line("[179.90000, 10.00000], [-179.90000, 10.10000], [-179.80000, 10.20000]"),
      slackMeters: 0.02, has: ["MultiLineString", "antimeridianCuts", "\"note\": \"kept\""]),
    Case(
      .elevationSyntax, track(points(9, elevation: { $0 == 4 ? "100,5" : "100" })),
      has: ["<ele>100.5</ele>"], hasNot: ["100,5"]),
    Case(
      .schemaOrder,
      gpx(
        "<trk><trkseg>\n<trkpt lat=\"51.00000\" lon=\"7.00000\"><time>2024-01-01T00:00:00Z</time>"
          + "<ele>3</ele></trkpt>\n\(points(9))\n</trkseg><name>T</name></trk>\n"
          + "<wpt lat=\"51.00000\" lon=\"7.00001\"><name>W</name></wpt>"),
      has: ["<ele>3</ele><time>"]),
    Case(
      .schemaAttribute,
      track(points(9) { $0 == 3 ? "<trkpt lat=\"51.00270\" ele=\"90\" lon=\"7.00003\" />" : nil }),
      has: ["<trkpt lat=\"51.00270\" lon=\"7.00003\"><ele>90</ele></trkpt>"], hasNot: ["ele="]),
    Case(
      .attributeMissing,
      "<gpx xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg>\(points(9))</trkseg></trk></gpx>",
      has: ["version=\"1.1\"", "creator="]),
    Case(
      .namespace,
      "<gpx version=\"1.1\" creator=\"x\"><trk><trkseg>\(points(9))</trkseg></trk></gpx>",
      has: ["xmlns=\"http://www.topografix.com/GPX/1/1\""]),
    Case(
      .namespace,
      "<gpx version='1.1' creator='x' xmlns='https://www.topografix.com/GPX/1/1/'><trk><trkseg>\n"
        + points(9) + "\n</trkseg></trk></gpx>",
      has: ["xmlns='http://www.topografix.com/GPX/1/1'"]),
    Case(
      .waypointDoubled,
      gpx(
        "<wpt lat=\"51.00000\" lon=\"7.00001\"><name>W</name></wpt>\n"
          + "<wpt lat=\"51.00000\" lon=\"7.00001\"><name>W</name></wpt>\n"
          + "<trk><trkseg>\n\(points(9))\n</trkseg></trk>")),
    Case(
      .spike,
      track(points(30) { $0 == 15 ? "<trkpt lat=\"51.01350\" lon=\"7.30000\"/>" : nil }),
      slackMeters: nil, hasNot: ["7.30000"]),
    Case(
      .coordinatesSwapped,
      track(points(30) { $0 == 15 ? "<trkpt lat=\"7.00003\" lon=\"51.01350\"/>" : nil }),
      slackMeters: nil, has: ["lat=\"51.0135"]),
    Case(
      .signFlipped,
      track(points(30) { $0 == 15 ? "<trkpt lat=\"-51.01350\" lon=\"7.00003\"/>" : nil }),
      slackMeters: nil, hasNot: ["\"-51"]),
    Case(
      .nullIsland, track(points(30) { $0 == 0 ? "<trkpt lat=\"0.0\" lon=\"0.0\"/>" : nil }),
      slackMeters: nil, hasNot: ["\"0.0\""]),
    Case(
      .onePointPart,
      gpx(
        "<trk><trkseg>\n\(points(9))\n</trkseg><trkseg><trkpt lat=\"51.00900\" lon=\"7.0\"/></trkseg>"
          + "</trk>"), slackMeters: nil),
    Case(
      .partReversed,
      gpx(
        "<trk><trkseg>\n\(points(9))\n</trkseg><trkseg>\n"
          + points(30) { "<trkpt lat=\"\(51.01 + Double(29 - $0) * 0.001)\" lon=\"7.00002\"/>" }
          + "\n</trkseg></trk>"), slackMeters: nil),
    Case(
      .partsOrder,
      gpx(
        "<trk>"
          + [0, 2, 1, 3].map { part in
            "<trkseg>\n"
              + points(30) {
                "<trkpt lat=\"\(51 + Double(part * 30 + $0) * 0.001)\" lon=\"7.00002\"/>"
              } + "\n</trkseg>"
          }.joined() + "</trk>"), slackMeters: nil),
    Case(
      .partDoubled,
      gpx(
        "<trk><trkseg>\n\(points(30))\n</trkseg><trkseg>\n\(points(30))\n</trkseg></trk>"),
      slackMeters: nil),
    Case(
      .densityFine,
      track(
        points(1_500) {
          "<trkpt lat=\"\(String(format: "%.6f", 51 + Double($0) * 1e-5))\" lon=\"7.000001\"/>"
        }
      ), slackMeters: 1),
    Case(
      .schemaValue,
      track(points(5) + "\n<trkpt lat=\"51.1\" lon=\"7\"><fix>3D</fix></trkpt>"),
      has: ["<fix>3d</fix>"]),
    Case(
      .timeSyntax,
      track(points(5) + "\n<trkpt lat=\"51.1\" lon=\"7\"><time>2026-05-03 18:30</time></trkpt>"),
      has: ["<time>2026-05-03T18:30:00Z</time>"]),
    Case(.declarationLate, "\n\n" + track(points(5)), has: ["<?xml"], hasNot: ["\n\n<?xml"]),
    Case(
      .commentLong,
      gpx(
        "<trk><trkseg>\n\(points(5))\n</trkseg></trk><!--\(String(repeating: "x", count: 300_000))-->"
      ),
      hasNot: ["xxxx"]),
    Case(.encoding, track(points(5)).replacing("UTF-8", with: "utf8"), has: ["\"UTF-8\""]),
    Case(
      .notWellFormed, track(points(5)).replacing("</gpx>", with: ""), has: ["</gpx>"]),
    Case(
      .prefixUndeclared,
      gpx("<trk><extensions><gpxx:C/></extensions><trkseg>\n\(points(5))\n</trkseg></trk>"),
      has: ["xmlns:gpxx=\"http://www.garmin.com"]),
    Case(
      .polylineEscaped,
      "_p~iF~ps|U\\\\o@^m@`@b@\\\\q@d@o@\\\\`@\n", has: ["U\\o@"], hasNot: ["\\\\"],
      format: .polyline5),
    Case(
      .tupleComma,
      """
      <kml xmlns="http://www.opengis.net/kml/2.2"><!-- kept --><Placemark><LineString><coordinates>
      7,50,9,7.001,50,9 7.002,50,9</coordinates></LineString></Placemark></kml>

      """, has: ["7,50,9 7.001,50,9 7.002"]),
    Case(
      .collectionProperties,
      """
      {"type": "FeatureCollection", "properties": {"title": "Way", "author": "A"}, "features": [
      {"type": "Feature", "properties": {}, "geometry":
      {"type": "LineString", "coordinates": [[7, 50], [7.001, 50]]}}]}

      """, has: ["\"name\": \"Way\", \"metadata\": {\"title\""]),
    Case(
      .elevationMissing, track(points(20, elevation: { $0 == 7 ? nil : "\(100 + $0)" })),
      has: ["107"]),
    Case(.elevationZero, track(points(20, elevation: { $0 == 7 ? "0" : "\(100 + $0)" }))),
    Case(
      .elevationRange, track(points(20, elevation: { $0 == 7 ? "-32768" : "\(100 + $0)" })),
      hasNot: ["-32768"]),
    Case(
      .elevationStep,
      track(
        (0..<20).map {
          "<trkpt lat=\"\(String(format: "%.6f", 51 + Double($0) * 1e-4))\" lon=\"7.000001\"><ele>\($0 == 7 ? 300 : 100 + $0)</ele></trkpt>"
        }.joined(separator: "\n"))),
    Case(
      .waypointOrder,
      gpx(
        [0, 3, 1, 2, 4, 5].map {
          "<wpt lat=\"\(51 + Double($0) * 0.009)\" lon=\"7.00002\"><name>W\($0)</name></wpt>\n"
        }.joined() + "<trk><trkseg>\n\(points(60))\n</trkseg></trk>")),
  ]

  @Test func utf16ThatDeclaresAnotherEncodingIsWrittenInUTF8() throws {
    let text = Self.track(Self.points(5)).replacing("UTF-8", with: "latin1")
    var bytes: [UInt8] = [0xFF, 0xFE]
    for unit in text.utf16 { bytes += [UInt8(unit & 0xFF), UInt8(unit >> 8)] }
    let document = RouteReader.read(bytes, thoroughly: true)
    let finding = try #require(Inspector.inspect(document).findings(.encoding).first)
    #expect(finding.fix?.isSafe == true)
    let outcome = Repair.repair(document, includingUnsafe: false)
    #expect(outcome.mended.contains { $0.code == .encoding })
    #expect(String(decoding: outcome.bytes, as: UTF8.self).contains("encoding=\"UTF-8\""))
    #expect(outcome.report.findings(.encoding).isEmpty)
  }

  @Test func everyRepairableCodeHasACase() {
    let repairable = Set(Rules.all.filter { $0.repair != nil }.map(\.code))
    #expect(repairable.subtracting(Self.cases.map(\.code)).isEmpty)
    #expect(Set(Self.cases.map(\.code)).subtracting(repairable).isEmpty)
  }

  @Test(arguments: cases) func repairsMendAndHoldTheirPromises(_ one: Case) throws {
    let document = RouteReader.read(Array(one.text.utf8), as: one.format, thoroughly: true)
    let before = Inspector.inspect(document)
    let finding = try #require(before.findings(one.code).first, "\(before.summary)")
    let fix = try #require(finding.fix)
    #expect((fix.isSafe ? RepairKind.safe : .unsafe) == Rules.description(of: one.code)?.repair)

    let outcome = Repair.repair(
      document, includingUnsafe: !fix.isSafe, named: { $0 == one.code }, only: { $0 == one.code })
    #expect(outcome.mended.contains { $0.code == one.code })
    #expect(outcome.report.findings(one.code).isEmpty, "\(outcome.report.summary)")
    let text = String(decoding: outcome.bytes, as: UTF8.self)
    for piece in one.has { #expect(text.contains(piece), "\(text.prefix(600))") }
    for piece in one.hasNot { #expect(!text.contains(piece), "\(text.prefix(600))") }
    if one.text.contains("<!-- kept -->") { #expect(text.contains("<!-- kept -->")) }

    let length = try #require(before.measured?.length.meters)
    let after = try #require(outcome.report.measured?.length.meters)
    #expect(outcome.lengthBefore?.meters == length && outcome.lengthAfter?.meters == after)
    if let slack = one.slackMeters {
      #expect(abs(after - length) <= slack, "\(length) became \(after)")
    } else if one.code != .partReversed, one.code != .partsOrder {
      // Gaps that were ferries before are walked when the parts meet.
      #expect(after < length)
    }

    // A second run finds nothing to mend and changes nothing.
    let again = Repair.repair(
      RouteReader.read(outcome.bytes, thoroughly: true), includingUnsafe: !fix.isSafe,
      named: { $0 == one.code }, only: { $0 == one.code })
    #expect(again.mended.isEmpty && again.bytes == outcome.bytes)
  }

  @Test(arguments: cases) func safeRepairsAloneLeaveUnsafeFaults(_ one: Case) throws {
    guard Rules.description(of: one.code)?.repair == .unsafe else { return }
    let document = RouteReader.read(Array(one.text.utf8), thoroughly: true)
    let outcome = Repair.repair(document, includingUnsafe: false, only: { $0 == one.code })
    #expect(outcome.bytes == document.source.bytes && outcome.mended.isEmpty)
  }

  @Test(arguments: cases) func allRepairsTogetherEnd(_ one: Case) throws {
    let document = RouteReader.read(Array(one.text.utf8), thoroughly: true)
    let outcome = Repair.repair(document, includingUnsafe: true)
    #expect(outcome.rounds < Repair.mostRounds)
    // Guesses about notes are made only by name.
    let left = outcome.report.findings.filter { $0.fix != nil && $0.severity > .info }
    #expect(left.isEmpty, "\(left.map(\.code.rawValue))")
  }

  @Test func positionsThatAreNoPlaceAreSwappedBack() throws {
    let text = Self.line(
      (0..<30).map { i in
        let (x, y) = (172.5 + Double(i) * 0.001, -41 + Double(i) * 0.002)
        return i == 12
          ? String(format: "[%.5f, %.5f]", y, x) : String(format: "[%.5f, %.5f]", x, y)
      }.joined(separator: ",\n"))
    let document = RouteReader.read(Array(text.utf8), thoroughly: true)
    let report = Inspector.inspect(document)
    #expect(report.findings(.latitudeRange).first?.line == 15)
    #expect(report.findings(.coordinatesSwapped).first?.line == 15)
    let outcome = Repair.repair(document, includingUnsafe: true)
    #expect(outcome.report.isSound)
    #expect(outcome.report.measured?.route.vertices.count == 30)
  }

  /// A safe repair removes only what is empty: a point with a name, a time or anything else of its
  /// own is no mere double.
  @Test(arguments: [
    ("<trkpt PLACE/>", "<trkpt PLACE/>", true),
    ("<trkpt PLACE><ele>5</ele></trkpt>", "<trkpt PLACE/>", true),
    ("<trkpt PLACE><ele>5</ele></trkpt>", "<trkpt PLACE><ele>5</ele></trkpt>", true),
    ("<trkpt PLACE><ele>5</ele></trkpt>", "<trkpt PLACE><ele>6</ele></trkpt>", false),
    ("<trkpt PLACE/>", "<trkpt PLACE><name>Lunch</name></trkpt>", false),
    ("<trkpt PLACE/>", "<trkpt PLACE><time>2026-05-03T11:10:00Z</time></trkpt>", false),
    (
      "<trkpt PLACE><time>2026-05-03T11:10:00Z</time></trkpt>",
      "<trkpt PLACE><time>2026-05-03T12:10:00Z</time></trkpt>", false
    ),
    (
      "<trkpt PLACE/>", "<trkpt PLACE><extensions><hr xmlns=\"a:b\">146</hr></extensions></trkpt>",
      false
    ),
  ])
  func doublesThatTellSomethingStay(_ first: String, _ second: String, isSafe: Bool) throws {
    let place = "lat=\"51.00540\" lon=\"7.00001\""
    let points = [first, second].map { $0.replacing("PLACE", with: place) }.joined(separator: "\n")
    let text = Self.track(Self.points(20) { $0 == 6 ? points : nil })
    let document = RouteReader.read(Array(text.utf8), thoroughly: true)
    let finding = try #require(Inspector.inspect(document).findings(.vertexDoubled).first)
    #expect(finding.fix?.isSafe == isSafe)
    let safe = Repair.repair(document, includingUnsafe: false)
    #expect((safe.bytes == Array(text.utf8)) == !isSafe)
    let unsafe = Repair.repair(document, includingUnsafe: true)
    #expect(unsafe.report.measured?.route.vertices.count == 20)
  }

  @Test func aSummitThatSomebodyStoodAtKeepsItsHeight() throws {
    func document(_ waypoints: String, back: Int) -> RouteDocument {
      // Up to a point 260 m above the others and on, or back over the vertex before.
      let track = Self.points(
        21,
        {
          $0 == 11 && back == 1
            ? "<trkpt lat=\"51.00810\" lon=\"7.00003\"><ele>300</ele></trkpt>" : nil
        },
        elevation: { $0 == 10 ? "560" : "300" })
      return RouteReader.read(
        Array(Self.gpx("\(waypoints)<trk><trkseg>\(track)</trkseg></trk>").utf8), thoroughly: true)
    }
    let waypoint = "<wpt lat=\"51.00900\" lon=\"7.00001\"><name>Summit</name></wpt>\n"
    for (waypoints, back, isMended) in [("", 0, true), (waypoint, 0, false), ("", 1, false)] {
      let document = document(waypoints, back: back)
      let finding = try #require(Inspector.inspect(document).findings(.elevationStep).first)
      #expect((finding.fix != nil) == isMended, "\(waypoints) \(back)")
    }
  }

  @Test func heightsWithACommaOrAUnitAreKept() throws {
    let heights = ["300,5", "301 m", "1000 ft", "302.25"]
    let text = Self.track(Self.points(4, elevation: { heights[$0] }))
    let document = RouteReader.read(Array(text.utf8), thoroughly: true)
    #expect(
      document.tracks[0].parts[0].vertices.map(\.elevationMeters) == [300.5, 301, 304.8, 302.25])
    let outcome = Repair.repair(document, includingUnsafe: false)
    let written = String(decoding: outcome.bytes, as: UTF8.self)
    for height in ["300.5", "301", "304.8", "302.25"] {
      #expect(written.contains("<ele>\(height)</ele>"), "\(written)")
    }
    #expect(outcome.report.findings(.elevationSyntax).isEmpty)
  }

  /// What nobody can read is somebody's all the same: only a guess takes it out.
  @Test(arguments: [
    ("<ele>high</ele>", Diagnostic.Code.elevationSyntax), ("<time>yesterday</time>", .timeSyntax),
    ("<sat>-1</sat>", .schemaValue), ("<fix>5d</fix>", .schemaValue),
  ])
  func whatNobodyCanReadStaysInASafeRepair(element: String, code: Diagnostic.Code) throws {
    let text = Self.track(
      Self.points(5) + "\n<trkpt lat=\"51.1\" lon=\"7\" colour=\"red\">\(element)</trkpt>")
    let document = RouteReader.read(Array(text.utf8), thoroughly: true)
    let finding = try #require(Inspector.inspect(document).findings(code).first)
    #expect(finding.fix?.isSafe == false)
    let safe = Repair.repair(document, includingUnsafe: false)
    #expect(safe.mended.isEmpty && safe.bytes == Array(text.utf8))
    let guessed = String(
      decoding: Repair.repair(document, includingUnsafe: true).bytes, as: UTF8.self)
    #expect(!guessed.contains(element) && !guessed.contains("colour"), "\(guessed)")
    // What is empty goes.
    let empty = text.replacing(element, with: "\(element.prefix { $0 != ">" })/>")
      .replacing(" colour=\"red\"", with: "")
    let emptied = Repair.repair(
      RouteReader.read(Array(empty.utf8), thoroughly: true), includingUnsafe: false)
    #expect(emptied.report.findings(code).isEmpty)
  }

  @Test func aFileInUTF16IsRepairedInUTF8() throws {
    let text =
      "\u{FEFF}"
      + Self.track(Self.points(9) + "\n<trkpt lat=\"51.00720\" lon=\"7.00001\"/>")
      .replacing("UTF-8", with: "UTF-16")
    let bytes = Array(try #require(text.data(using: .utf16LittleEndian)))
    let document = RouteReader.read(bytes, thoroughly: true)
    let outcome = Repair.repair(document, includingUnsafe: false)
    #expect(outcome.mended.map(\.code) == [.vertexDoubled])
    let written = String(decoding: outcome.bytes, as: UTF8.self)
    #expect(written.contains("encoding=\"UTF-8\""))
    #expect(RouteReader.read(outcome.bytes).errors.isEmpty)
  }
}
