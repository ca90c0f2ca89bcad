import Formats
import Foundation
import Geodesy
import Routes
import Testing

@testable import Inspection

/// Rules that only tell, and those that no planted fault shows: a file that makes them speak, and one
/// next to it that does not.
@Suite struct RuleTests {
  struct Pair: CustomTestStringConvertible, Sendable {
    let code: Diagnostic.Code
    let severity: Severity
    let bad: String
    let good: String
    var testDescription: String { code.rawValue }

    init(_ code: Diagnostic.Code, _ severity: Severity, bad: String, good: String) {
      self.code = code
      self.severity = severity
      self.bad = bad
      self.good = good
    }
  }

  static func line(_ parts: [[(Double, Double)]], _ properties: String = "") -> String {
    let lines = parts.map { part in
      "[" + part.map { "[\($0.1), \($0.0)]" }.joined(separator: ",\n") + "]"
    }
    return "{\"type\": \"Feature\", \"properties\": {\(properties)}, \"geometry\": {\"type\": "
      + "\"MultiLineString\", \"coordinates\": [\n\(lines.joined(separator: ",\n"))\n]}}"
  }

  /// A way north in legs of about a hundred metres.
  static func north(
    _ count: Int, from latitude: Double = 51.00001, _ longitude: Double = 7.00001
  ) -> [(Double, Double)] {
    (0..<count).map { i -> (Double, Double) in
      let north = latitude + Double(i) * 0.0009
      return ((north * 1e5).rounded() / 1e5, i % 2 == 0 ? longitude : longitude + 0.00002)
    }
  }

  static func gpx(_ waypoints: [(String, Double, Double)], _ points: [(Double, Double)]) -> String {
    var text = "<gpx version=\"1.1\" creator=\"x\" xmlns=\"http://www.topografix.com/GPX/1/1\">\n"
    for (name, latitude, longitude) in waypoints {
      text += "<wpt lat=\"\(latitude)\" lon=\"\(longitude)\"><name>\(name)</name></wpt>\n"
    }
    text += "<trk><trkseg>\n"
    for point in points { text += "<trkpt lat=\"\(point.0)\" lon=\"\(point.1)\"/>\n" }
    return text + "</trkseg></trk></gpx>"
  }

  static let pairs: [Pair] = [
    Pair(
      .joinByDefault, .info, bad: line([north(9), north(9, from: 51.01301)]),
      good: line([north(9), north(9, from: 51.01301)], "\"joins\": [\"walk\"]")),
    Pair(
      .joinUnresolved, .error, bad: line([north(9), north(9, from: 51.03001)]),
      good: line([north(9), north(9, from: 51.03001)], "\"joins\": [\"ferry\"]")),
    Pair(
      .antimeridianCrossed, .info, bad: line([[(10.00001, 179.99), (10.00001, -179.99)]]),
      good: line([[(10.00001, 179.98), (10.00001, 179.99)]])),
    Pair(
      .polePassed, .info, bad: line([[(89.95, -30.00001), (89.95, 150.00001)]]),
      good: line([[(89.95, -30.00001), (89.95, 60.00001)]])),
    Pair(
      .densityCoarse, .info, bad: line([[(51.00001, 7.00001), (51.02001, 7.00001)]]),
      good: line([north(20)])),
    Pair(
      .densityFine, .info,
      bad: line([(0..<2_000).map { i -> (Double, Double) in (51 + Double(i) * 1e-5, 7.00001) }]),
      good: line([
        (0..<2_000).map { i -> (Double, Double) in
          (51 + Double(i) * 1e-4, i % 2 == 0 ? 7.00001 : 7.0002)
        }
      ])),
    Pair(
      .waypointAmbiguous, .info,
      bad: gpx([("Bridge", 51.00901, 7.00001)], north(40) + north(39).reversed()),
      good: gpx([("Bridge", 51.00901, 7.00001)], north(40))),
    Pair(
      .milestoneSpacing, .info, bad: gpx([("Bridge", 51.00901, 7.00001)], north(200)),
      good: gpx(
        (1...4).map { i -> (String, Double, Double) in
          ("W\(i)", 51.00001 + Double(i) * 0.007, 7.00001)
        }, north(40))),
    Pair(
      .calibration, .error, bad: line([north(9)], "\"officialLength\": \"0 km\""),
      good: line([north(9)], "\"officialLength\": \"1 km\"")),
    Pair(
      .noLine, .error,
      bad: "{\"type\": \"Point\", \"coordinates\": [7.00001, 51.00001]}", good: line([north(9)])),
  ]

  @Test(arguments: pairs) func theBadFileIsToldOfAndTheGoodOneNot(_ pair: Pair) throws {
    let bad = inspected(pair.bad)
    let finding = try #require(bad.findings(pair.code).first, "\(bad.summary)")
    #expect(finding.severity == pair.severity)
    #expect(pair.code == .noLine || finding.line != nil)
    let good = inspected(pair.good)
    #expect(good.findings(pair.code).isEmpty, "\(good.findings(pair.code).map(\.message))")
  }

  /// What only looks alike is never removed as if it were empty.
  @Test func twoPointsAreOneOnlyByTheirName() {
    func findings(_ names: (String?, String?)) -> [Finding] {
      let points = [names.0, names.1].map { name in
        "<wpt lat=\"51.00901\" lon=\"7.00001\">\(name.map { "<name>\($0)</name>" } ?? "")</wpt>"
      }
      let line = Self.north(40).map { "<trkpt lat=\"\($0.0)\" lon=\"\($0.1)\"/>" }
      return inspected(
        "<gpx version=\"1.1\" creator=\"x\" xmlns=\"http://www.topografix.com/GPX/1/1\">"
          + points.joined() + "<trk><trkseg>\(line.joined())</trkseg></trk></gpx>"
      ).findings(.waypointDoubled)
    }
    #expect(findings((nil, nil)).isEmpty && findings(("A", "B")).isEmpty)
    #expect(findings(("A", "A")).map { $0.fix?.isSafe } == [false])
  }

  /// Roundings do not decide which of two halves keeps its direction.
  @Test func ofTwoHalvesTheFirstKeepsItsDirection() {
    for slip in [-1e-5, 0, 1e-5] {
      let second = Self.north(20, from: 51.03001).map { ($0.0, $0.1) }.reversed()
      let first = Self.north(20).map { ($0.0 + ($0.0 == 51.00001 ? slip : 0), $0.1) }
      let findings = inspected(Self.line([first, Array(second)])).findings(.partReversed)
      #expect(findings.allSatisfy { $0.message.hasPrefix("part 2") }, "\(findings.map(\.message))")
      #expect(!findings.isEmpty)
    }
  }

  @Test func theCrossingSearchSaysWhenItWasCutShort() {
    let laps = (0..<30_000).map { i -> (Double, Double) in
      let angle = Double(i) * 9 * .pi / 180
      return (51 + 0.001 * sin(angle), 7 + 0.001 * cos(angle) + Double(i % 7) * 1e-6)
    }
    #expect(!inspected(Self.line([laps])).findings(.contactsCut).isEmpty)
  }

  @Test func theSearchForPlacesSaysWhenItWasCutShort() {
    let laps = (0..<30_000).map { i -> (Double, Double) in
      (i % 2 == 0 ? 51 : 51.01, 7 + Double(i % 7) * 1e-6)
    }
    let stops = (0..<9_000).map { i -> (String, Double, Double) in
      ("\(i)", 51 + Double(i % 100) * 1e-4, 7.0001)
    }
    let findings = inspected(Self.gpx(stops, laps)).findings(.placingCut)
    #expect(findings.count == 1 && (findings.first?.measured ?? 0) > 1_000)
    #expect(inspected(Self.gpx([("Summit", 51.005, 7)], laps)).findings(.placingCut).isEmpty)
  }

  @Test func movedLimitsMoveTheRules() {
    let text = Self.gpx([("Summit", 51.00901, 7.00501)], Self.north(40))
    var options = InspectionOptions()
    #expect(inspected(text, options).findings(.waypointOffRoute).count == 1)
    options.limits.set(500, for: .waypointOffRoute)
    #expect(inspected(text, options).findings(.waypointOffRoute).isEmpty)
    options.limits.set(100, for: .waypointOffRoute)
    let finding = inspected(text, options).findings(.waypointOffRoute).first
    #expect(finding?.limit == 100)
    #expect(abs((finding?.measured ?? 0) - 351) < 2)
  }

  @Test func findingsRunAlongTheRoute() throws {
    let quest = try Quest.sample("camino-frances")
    var bad = quest
    bad.parts[0][90].elevation = 0
    bad.parts[0][30].elevation = 0
    bad.parts[0].insert(bad.parts[0][60], at: 60)
    let report = inspected(bad.gpx().text)
    let distances = report.findings.compactMap(\.distance)
    #expect(distances.count > 3 && distances == distances.sorted())
  }

  @Test func whatRepeatsIsToldTogether() throws {
    let doubled = Self.north(3_000).flatMap { [$0, $0] }
    let report = inspected(Self.line([doubled]))
    let findings = report.findings(.vertexDoubled)
    #expect(findings.count == FindingList.mostAlike + 1)
    #expect(findings.reduce(0) { $0 + $1.count } == 3_000)
    #expect(report.count(.warning) >= 3_000)
    #expect(findings.reduce(0) { $0 + ($1.fix?.edits.count ?? 0) } == 3_000)
  }

  @Test func everyCodeIsExplained() {
    for rule in Rules.all {
      #expect(!rule.title.isEmpty && rule.explanation.count > 60, "\(rule.code.rawValue)")
      #expect(!rule.bad.isEmpty && !rule.good.isEmpty && rule.bad != rule.good)
      #expect(rule.title.first?.isUppercase == true, "\(rule.title)")
    }
    #expect(Set(Rules.all.map(\.code)).count == Rules.all.count)
    #expect(Rules.codes(like: "spkie").first == .spike)
  }

  @Test func everyCodeThatARuleGivesIsListed() throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "Sources/Inspection/Rules/Codes.swift")
    let text = try String(contentsOf: folder, encoding: .utf8)
    let declared = text.matches(of: /rawValue: "([a-z-]+)"/).map { String($0.1) }
    #expect(declared.count > 30)
    let listed = Set(Rules.all.map(\.code.rawValue))
    #expect(Set(declared).subtracting(listed).isEmpty)
  }

  @Test(arguments: [0, 1, 15, 30])
  func aVertexInTheWrongPlaceIsNoOfficialLength(index: Int) throws {
    var points = Self.north(31)
    points[index] = (points[index].1, points[index].0)
    let document = RouteReader.read(
      Array(Self.line([points]).utf8), as: .geojson, thoroughly: true)
    let codes = Inspector.inspect(document).findings.map(\.code)
    #expect(codes.contains(.coordinatesSwapped))
    #expect(!codes.contains(.scaleSurprising) && !codes.contains(.lengthDiffers), "\(codes)")
  }

  // The square of the number would take hours.
  @Test(.timeLimit(.minutes(10))) func tensOfThousandsOfPartsThatRunBackwards() {
    let parts = (0..<20_000).map { i -> [(Double, Double)] in
      let ends = [(51.00001, 7.00001 + Double(i) * 1e-5), (51.10001, 7.00001 + Double(i) * 1e-5)]
      return ends
    }
    let report = inspected(Self.line(parts))
    #expect(report.findings(.partReversed).reduce(0) { $0 + $1.count } == 10_000)
  }

  @Test func faultsOfTheFileThatRepeatAreToldTogether() {
    let wrong = (0..<500).map { "<trkpt lat=\"9\($0 % 10).\($0)\" lon=\"7\"/>" }
    let text =
      "<gpx version=\"1.1\" creator=\"x\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg>\n"
      + wrong.joined(separator: "\n") + "</trkseg></trk></gpx>"
    let report = inspected(text)
    let told = report.findings(.latitudeRange)
    #expect(told.count == FindingList.mostOfAKind + 1)
    // That the one vertex which is left makes no line is one more.
    #expect(report.count(.error) == wrong.count { !$0.contains("\"90.0\"") } + 1)
    #expect(told.last?.line == FindingList.mostOfAKind + 3, "\(told.last?.message ?? "")")
  }

  @Test func metresOfAnotherSystemAreNotCoarse() {
    let text =
      "{\"type\": \"LineString\", \"crs\": {\"type\": \"name\", \"properties\": {\"name\": "
      + "\"EPSG:3857\"}}, \"coordinates\": [[-357000, 7250000], [-357500, 7250500]]}"
    let report = inspected(text)
    #expect(report.measured != nil && report.findings(.precisionCoarse).isEmpty)
  }

  @Test(arguments: ["", " ", "\t \n"]) func aBlankIsNoName(name: String) {
    let waypoints = [("A", 51.00001, 7.00001), (name, 51.00721, 7.00001)]
    #expect(inspected(Self.gpx(waypoints, Self.north(9))).findings(.waypointUnnamed).count == 1)
  }

  @Test(arguments: [[2, 1, 0], [1, 2, 0], [1, 0, 2], [0, 2, 1], [2, 0, 1]])
  func partsInAnyOtherOrderAreOutOfOrder(order: [Int]) throws {
    let quest = try Quest.sample("lands-end-to-john-o-groats")
    let whole = quest.parts[0]
    let third = whole.count / 3
    let parts = [
      Array(whole[...third]), Array(whole[third...2 * third]), Array(whole[(2 * third)...]),
    ]
    var bad = quest
    bad.parts = order.map { parts[$0] }
    let report = inspected(bad.gpx().text)
    let message = report.findings(.partsOrder).first?.message ?? ""
    let proposed = (0..<3).map { part in "\((order.firstIndex(of: part) ?? 0) + 1)" }
    #expect(message.contains("as " + proposed.joined(separator: ", ") + " the gaps"), "\(message)")
    #expect(report.findings(.partReversed).isEmpty)
  }

  @Test func zerosOfDrawingProgramsAreNoFault() {
    func severities(_ mode: String) -> [Severity] {
      let text =
        "<kml xmlns=\"http://www.opengis.net/kml/2.2\"><Placemark><LineString>\(mode)<coordinates>"
        + "7.00001,51.00001,0 7.00002,51.00091,0</coordinates></LineString></Placemark></kml>"
      return inspected(text).findings(.elevationZero).map(\.severity)
    }
    // Clamped to the ground, which is the default, they are no elevations at all.
    #expect(severities("").isEmpty)
    #expect(severities("<altitudeMode>absolute</altitudeMode>") == [.info])
  }

  /// Thirty places from one on, each a step further.
  private static func way(
    _ latitude: Double, _ longitude: Double, _ step: (Double, Double) = (0.001, 0.001)
  ) -> [(Double, Double)] {
    (0..<30).map { i -> (Double, Double) in
      (latitude + Double(i) * step.0, longitude + Double(i) * step.1)
    }
  }

  private static func line(_ places: [(Double, Double)]) -> String {
    let list = places.map { "[\($0.1), \($0.0)]" }.joined(separator: ", ")
    return "{\"type\": \"LineString\", \"coordinates\": [\(list)]}"
  }

  @Test func aFileThatIsSwappedThroughoutIsOneFinding() {
    let colorado = Self.way(39.1, -105.3)
    // Over 90 degrees west some longitudes are latitudes still.
    let illinois = Self.way(40.1, -89.985, (0.001, -0.001))
    let pennsylvania = Self.way(40.1, -75.3)
    for places in [colorado, illinois, pennsylvania] {
      let report = inspected(Self.line(places.map { ($0.1, $0.0) }))
      let found = report.findings(.coordinatesSwapped)
      #expect(found.count == 1 && found.first?.fix?.edits.count == 30)
      let mended = Repair.repair(report.document, includingUnsafe: true).report.document
      let latitudes = mended.tracks[0].parts[0].vertices.map(\.latitude)
      #expect(latitudes.count == 30)
      #expect(zip(latitudes, places).allSatisfy { abs($0 - $1.0) < 1e-9 })
      #expect(inspected(Self.line(places)).findings(.coordinatesSwapped).isEmpty)
    }
    // Union Glacier lies in Antarctica either way.
    let south = Self.way(-79.7, -82.9)
    #expect(inspected(Self.line(south)).findings(.coordinatesSwapped).isEmpty)
    var one = colorado
    one[12] = (one[12].1, one[12].0)
    #expect(inspected(Self.line(one)).findings(.coordinatesSwapped).first?.fix?.edits.count == 1)
  }

  /// Islets and shores that the outlines lack, which lie on land or along a coast the other way round too.
  @Test(arguments: [
    (36.01, 14.33), (40.757, 14.02), (43.04, 16.13), (41.17, -71.575), (43.764, -69.313),
    (40.645, -73.1), (40.705, -73.9955), (24.55, -81.785), (38.7, 1.45), (36.4, 25.45),
  ])
  func isletsAreNoSwappedFiles(latitude: Double, longitude: Double) {
    let places = Self.way(latitude, longitude, (0.0005, 0.0004))
    #expect(inspected(Self.line(places)).findings(.coordinatesSwapped).isEmpty)
  }

  /// Madrid, Nairobi's coast the other way round, and London.
  @Test(arguments: [(40.4168, -3.7038), (51.5, -0.12), (-33.92, 18.42)])
  func townsInTheSeaAreSwapped(latitude: Double, longitude: Double) {
    let places = Self.way(latitude, longitude, (0.0005, 0.0004)).map { ($0.1, $0.0) }
    #expect(inspected(Self.line(places)).findings(.coordinatesSwapped).count == 1)
  }

  /// A way beside the line that leaves it and comes back is no link of a chain, whichever way it runs.
  @Test(arguments: [false, true], [0, 1])
  func sideTripsAreNotTurned(isTurned: Bool, place: Int) throws {
    let main = (0..<80).map { i -> (Double, Double) in
      (52.5 + Double(i) * 0.00027, -3.8 + Double(i) * 0.00147)
    }
    var trip = (0...10).map { i -> (Double, Double) in
      let away: Double = 0.003 * sin(Double(i) * Double.pi / 10)
      return (main[20 + 2 * i].0 + away, main[20 + 2 * i].1)
    }
    if isTurned { trip.reverse() }
    var parts = [main]
    parts.insert(trip, at: place)
    let report = inspected(Self.line(parts))
    #expect(report.findings(.partReversed).isEmpty && report.findings(.partsOrder).isEmpty)
    let fixed = Repair.repair(report.document, includingUnsafe: true)
    #expect(fixed.lengthAfter == fixed.lengthBefore)
  }

  /// Of heights that leap back and forth the fewer ones are wrong.
  @Test(arguments: [5, 6, 7]) func fewerHeightsAreTheWrongOnes(step: Int) throws {
    let way = Self.way(51, 7, (0.0005, 0))
    let heights = way.indices.map { $0 % step == 1 ? -1.0 : 200 + Double($0) }
    let places = zip(way, heights).map { "[\($0.0.1), \($0.0.0), \($0.1)]" }
    let report = inspected(
      "{\"type\": \"LineString\", \"coordinates\": [\(places.joined(separator: ", "))]}")
    let mended = Repair.repair(report.document, includingUnsafe: true).report.document
    let after = mended.tracks[0].parts[0].vertices.map(\.elevationMetersOrNaN)
    for (old, new) in zip(heights, after) where old > 0 { #expect(new == old) }
    #expect(!after.contains(-1), "\(after)")
  }

  @Test func messagesThatDifferByThePlaceAloneAreFolded() {
    var list = FindingList()
    for i in 1...60 {
      list.add(
        Finding(
          .elevationSyntax, .warning,
          "the elevation “\(i),5” is not a number and is left out (track \"A (1)\", point \(i))"))
    }
    #expect(list.all.count == FindingList.mostAlike + 1)
    #expect(list.all.reduce(0) { $0 + $1.count } == 60)
  }

  @Test func endsBesideZeroAreNullIsland() {
    let way = Self.way(56.8, -5)
    for near in [(0.0, 0.0), (0.00003, -0.00002), (-0.004, 0.003)] {
      for places in [[near] + way, way + [near, near]] {
        #expect(inspected(Self.line(places)).findings(.nullIsland).count == 1, "\(near)")
      }
    }
    // A way that leads by.
    let gulf = Self.way(-0.012, 0.02, (0.001, -0.001))
    #expect(inspected(Self.line(gulf)).findings(.nullIsland).isEmpty)
  }

  @Test func messagesOfFindingsThatAreFoldedAreNotMade() {
    var list = FindingList()
    var made = 0
    for i in 0..<5_000 {
      list.add(
        UnwordedFinding(Finding(.spike, .warning, "")) {
          made += 1
          return i % 2 == 0 ? "the same" : "\(i)"
        })
    }
    #expect(made <= 130)
    #expect(list.all.count == FindingList.mostOfAKind + 1)
  }
}
