import Formats
import Foundation
import Testing

@testable import Inspection

/// Files after problems that people reported publicly: what is found in them and what is not.
@Suite struct CaseTests {
  static let names = ["Full 42 km", "Half", "Family"]

  /// Tracks that share their beginning, each with vertices a kilometre apart.
  static func tracks(_ legs: [Int]) -> String {
    zip(legs, names).map { count, name in
      "<trk><name>\(name)</name><trkseg>\n"
        + (0...count).map {
          "<trkpt lat=\"47.0\" lon=\"\(String(format: "%.5f", 11 + 0.01 * Double($0)))\"/>\n"
        }.joined() + "</trkseg></trk>\n"
    }.joined()
  }

  @Test func alternativesAreNamedAndNotJoined() throws {
    let report = inspected(RepairTests.gpx(Self.tracks([5, 3, 1])))
    let finding = try #require(report.findings(.trackVariants).first)
    for name in Self.names { #expect(finding.message.contains(name)) }
    #expect(finding.message.contains("--track") && finding.fix == nil)
    let advice: [Diagnostic.Code] = [
      .joinUnresolved, .joinByDefault, .partReversed, .partsOrder, .partDoubled,
    ]
    for code in advice { #expect(report.findings(code).isEmpty, "\(code)") }
    var options = InspectionOptions()
    options.track = .one(1)
    let one = inspected(RepairTests.gpx(Self.tracks([5, 3, 1])), options)
    #expect(one.isSound && one.findings(.trackVariants).isEmpty)
  }

  @Test func copiesOfATrackAreNoWayBack() throws {
    let text = RepairTests.gpx(Self.tracks([5, 5]))
    let report = inspected(text)
    #expect(report.findings(.partDoubled).count == 1)
    #expect(report.findings(.partReversed).isEmpty && report.findings(.trackVariants).isEmpty)
    let outcome = Repair.repair(report.document, includingUnsafe: true)
    #expect(outcome.report.measured?.route.partCount == 1)
    #expect(outcome.report.findings(.partReversed).isEmpty)
  }

  @Test func lapsAndStagesAreNeither() {
    let ring = (0...24).map { i -> String in
      let angle = Double(i % 24) * .pi / 12
      return "<trkpt lat=\"\(String(format: "%.5f", 47 + 0.01 * sin(angle)))\" "
        + "lon=\"\(String(format: "%.5f", 11 + 0.01 * cos(angle)))\"/>"
    }.joined(separator: "\n")
    let laps = inspected(
      RepairTests.gpx(
        "<trk><trkseg>\(ring)</trkseg><trkseg>\(ring.replacing("47.00000\" lon=\"11.01", with: "47.00001\" lon=\"11.01"))</trkseg></trk>"
      ))
    #expect(laps.findings(.partDoubled).isEmpty && laps.findings(.trackVariants).isEmpty)
    let back = inspected(
      RepairTests.gpx(
        "<trk><name>Out</name><trkseg>\n\(RepairTests.points(20))\n</trkseg></trk><trk><name>Back</name><trkseg>\n"
          + RepairTests.points(20).split(separator: "\n").reversed().joined(separator: "\n")
          + "\n</trkseg></trk>"))
    #expect(back.findings(.trackVariants).isEmpty && back.findings(.partDoubled).isEmpty)
  }

  @Test func numbersThatAreNoHeightsCountInNoClimb() throws {
    let heights = [210.0, 212, 65_535, 216, 218, -32_768, 222, 224, 9_999, 228]
    let text = RepairTests.track(
      RepairTests.points(10, elevation: { String(heights[$0]) }))
    let report = inspected(text)
    #expect(report.findings(.elevationRange).count == 3)
    #expect(report.findings(.elevationRange).allSatisfy { $0.message.contains("climb") })
    #expect(report.findings(.elevationMissing).isEmpty)
    let climb = try #require(report.measured?.route.climb())
    #expect(climb.ascentMeters == 18 && climb.descentMeters == 0)
    let outcome = Repair.repair(report.document, includingUnsafe: true)
    #expect(outcome.after?.ascentMeters == 18 && outcome.report.findings(.elevationRange).isEmpty)
  }

  @Test func burstsGoWithTheirShoulders() throws {
    var heights = (0..<40).map { 300 + Double($0) }
    for (i, wrong) in [(15, 2_000), (16, 9_999), (17, 9_999), (18, 4_000)] {
      heights[i] = Double(wrong)
    }
    for (i, wrong) in [(30, 500), (31, 700), (32, 480)] { heights[i] = Double(wrong) }
    let text = RepairTests.track(
      (0..<40).map {
        "<trkpt lat=\"\(String(format: "%.6f", 51 + Double($0) * 1e-4))\" lon=\"7.000001\"><ele>\(heights[$0])</ele></trkpt>"
      }.joined(separator: "\n"))
    let report = inspected(text)
    #expect(report.findings(.elevationStep).count == 1)
    let outcome = Repair.repair(report.document, includingUnsafe: true)
    #expect(outcome.after?.ascentMeters == 39 && outcome.after?.descentMeters == 0)
  }

  @Test(arguments: [
    "{\"type\":\"LineString\",\"coordinates\":[[7.01001,50.00001],[7.01001,50.00001]]}",
    RepairTests.track("<trkpt lat=\"51.00540\" lon=\"7.00001\"/>"),
  ]) func aLineOfNoLengthIsAnError(_ text: String) {
    let report = inspected(text)
    #expect(report.findings(.noLength).map(\.severity) == [.error])
    #expect(!report.isSound)
  }

  /// A street of London with the numbers in GPX's order, which GeoJSON does not have.
  @Test func aWholeLineAtSeaIsSwapped() throws {
    let text = RepairTests.line(
      (0..<40).map {
        String(format: "[%.5f, %.5f]", 51.5 + 0.0004 * Double($0), -0.12 + 0.0003 * Double($0))
      }
      .joined(separator: ",\n"))
    let report = inspected(text)
    let finding = try #require(report.findings(.coordinatesSwapped).first)
    #expect(finding.severity == .warning && finding.fix?.isSafe == false)
    let outcome = Repair.repair(report.document, includingUnsafe: true)
    let first = try #require(outcome.report.measured?.route.vertices.first)
    #expect(first.latitude == 51.5 && first.longitude == -0.12)
    #expect(outcome.report.findings(.coordinatesSwapped).isEmpty)
  }

  /// Towns by the sea, whose line the outlines cut here and there: Plymouth, Reykjavik, Manhattan.
  @Test(arguments: [(50.365, -4.142, 0.0004), (64.152, -21.95, 0.001), (40.705, -74.015, 0.0004)])
  func aCoastWithItsNumbersSwappedIsFound(_ latitude: Double, _ longitude: Double, _ step: Double) {
    func codes(_ isSwapped: Bool) -> [Diagnostic.Code] {
      let places = (0..<40).map { i in
        let (y, x) = (latitude + step * Double(i), longitude + step * Double(i))
        return String(format: "[%.5f, %.5f]", isSwapped ? y : x, isSwapped ? x : y)
      }
      return inspected(RepairTests.line(places.joined(separator: ",\n"))).findings.map(\.code)
    }
    #expect(codes(true).contains(.coordinatesSwapped))
    #expect(!codes(false).contains(.coordinatesSwapped))
  }

  /// A swim, a row over the Atlantic and a way along the coast of Antarctica are where they are.
  @Test(arguments: [
    [(50.95, 1.4), (50.9, 1.7)], [(28.0, -17.0), (20, -40), (13.1, -59.5)],
    [(-70, -10), (-70.5, 40)],
    [(-43.5, 172.9), (-43.4, 173.4)], [(36.9, 25.1), (37.0, 25.4), (36.4, 25.5)],
  ])
  func aWayAtSeaIsNotSwapped(_ stops: [(Double, Double)]) {
    let places = zip(stops, stops.dropFirst()).flatMap { from, to in
      (0..<20).map { i in
        let share = Double(i) / 20
        return String(
          format: "[%.5f, %.5f]", from.1 + share * (to.1 - from.1),
          from.0 + share * (to.0 - from.0))
      }
    }
    let report = inspected(RepairTests.line(places.joined(separator: ",\n")))
    #expect(report.findings(.coordinatesSwapped).isEmpty)
  }

  @Test(arguments: [0, 12, 29]) func nullIslandIsNoPlaceOnTheWay(_ at: Int) throws {
    let text = RepairTests.track(
      RepairTests.points(30) { $0 == at ? "<trkpt lat=\"0\" lon=\"0\"/>" : nil })
    let report = inspected(text)
    #expect(report.findings(.nullIsland).count == 1 && report.findings(.spike).isEmpty)
    let outcome = Repair.repair(report.document, includingUnsafe: true)
    #expect(outcome.after?.vertices == 29 && (outcome.after?.measuredMeters ?? 1e9) < 4_000)
  }

  @Test func noLineIsAnError() {
    let report = inspected(RepairTests.gpx("<wpt lat=\"51\" lon=\"7\"><name>W</name></wpt>"))
    #expect(report.findings(.noLine).map(\.severity) == [.error])
  }

  @Test func pointsInAWrongPlaceAreNotEmpty() {
    let text = RepairTests.gpx(
      "<trk><trkseg><trkpt lat=\"45.00000\" lon=\"9.00000\"/><trkpt lat=\"45.00123\" lon=\"9.00012\"/></trkseg>"
        + "<trkseg><rtept lat=\"45.00123\" lon=\"9.00012\"/></trkseg></trk>")
    let outcome = Repair.repair(
      RouteReader.read(Array(text.utf8), thoroughly: true), includingUnsafe: false)
    #expect(String(decoding: outcome.bytes, as: UTF8.self).contains("rtept"))
  }

  @Test func theLongestPartKeepsItsDirection() throws {
    let case1 = try #require(RepairTests.cases.first { $0.code == .partReversed })
    let outcome = Repair.repair(
      RouteReader.read(Array(case1.text.utf8), thoroughly: true), includingUnsafe: true)
    let route = try #require(outcome.report.measured?.route)
    let first = route.part(0)
    #expect(first.count == 30 && (first.first?.latitude ?? 0) > (first.last?.latitude ?? 90))
  }

  /// What a finding says and what `--explain` says of its code.
  @Test(arguments: RepairTests.cases) func noFindingIsWorseThanItsExplanation(
    _ one: RepairTests.Case
  ) throws {
    for finding in inspected(one.text).findings {
      let severity = try #require(Rules.description(of: finding.code)?.severity)
      #expect(finding.severity <= severity, "\(finding.code)")
    }
  }
}
