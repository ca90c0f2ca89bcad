import Formats
import Geodesy
import Routes
import Testing

@testable import Inspection

/// Heights that are none, wherever they stand.
@Suite struct ElevationTests {
  /// A line north with a vertex every 20 m.
  private static func gpx(_ heights: [Double], _ more: String = "") -> String {
    let points = heights.enumerated().map { i, height in
      "<trkpt lat=\"\(45 + Double(i) * 0.00018)\" lon=\"9.12345\"><ele>\(height)</ele></trkpt>"
    }
    return
      "<gpx version=\"1.1\" creator=\"t\" xmlns=\"http://www.topografix.com/GPX/1/1\">\(more)<trk>"
      + "<trkseg>\(points.joined(separator: "\n"))</trkseg></trk></gpx>"
  }

  private static func document(_ heights: [Double], _ more: String = "") -> RouteDocument {
    RouteReader.read(Array(gpx(heights, more).utf8), thoroughly: true)
  }

  private static let calm = (0..<30).map { 300 + Double($0 % 3) }

  private static func repaired(_ document: RouteDocument) -> (heights: [Double?], left: [String]) {
    let outcome = Repair.repair(document, includingUnsafe: true)
    let mended = RouteReader.read(outcome.bytes, thoroughly: true)
    return (
      mended.tracks[0].parts[0].vertices.map(\.elevationMeters),
      outcome.report.findings.map(\.code.rawValue).filter {
        ["elevation-step", "elevation-range", "elevation-zero", "grade-impossible"].contains($0)
      }
    )
  }

  @Test(arguments: [
    [340.0, 600, 1_500, 2_500, 2_480, 2_510, 1_400, 650, 350], [325, 600, 2_500, 350, 325],
    [275, 100, -300, 100, 275], [900, 640],
  ])
  func aBurstGoesWithItsShoulders(burst: [Double]) throws {
    var heights = Self.calm
    heights.replaceSubrange(12..<12, with: burst)
    let (mended, left) = Self.repaired(Self.document(heights))
    #expect(left.isEmpty)
    #expect(mended.allSatisfy { $0.map { (299...303).contains($0) } ?? false }, "\(mended)")
  }

  @Test(arguments: [[900.0], [640, 900], [2_000, 1_990, 1_995], [-200]], [false, true])
  func aBadHeightAtAnEndIsRepaired(bad: [Double], atEnd: Bool) throws {
    let heights = atEnd ? Self.calm + bad : bad.reversed() + Self.calm
    let document = Self.document(heights)
    let (mended, left) = Self.repaired(document)
    #expect(left.isEmpty, "\(left)")
    #expect(mended.compactMap { $0 } == Self.calm)
    // Where somebody stood, nobody guesses.
    let stood = Self.document(
      heights,
      "<wpt lat=\"\(45 + (atEnd ? Double(heights.count - 1) * 0.00018 : 0))\" lon=\"9.12345\">"
        + "<name>End</name></wpt>")
    #expect(Self.repaired(stood).heights.compactMap { $0 } == heights)
  }

  @Test func aSlopeAtAnEndIsNone() {
    // A steep end, and one beside other leaps, of which nobody knows which are right.
    for heights in [
      Self.calm + [320, 340, 360], [500.0, 300, 500, 300, 500, 300, 500], [300, 400, 300],
    ] {
      let outcome = Repair.repair(Self.document(heights), includingUnsafe: true)
      let mended = RouteReader.read(outcome.bytes).tracks[0].parts[0].vertices
      #expect(mended.last?.elevationMeters == heights.last)
    }
  }

  @Test(arguments: [[0.0, 0, 0], [0, -32_768, 0], [-9_999, 0], [65_535, 0, 0, 9_999]])
  func whatStandsForUnknownCountsNowhere(bad: [Double]) throws {
    var middle = Self.calm
    middle.replaceSubrange(12..<12, with: bad)
    for heights in [middle, Self.calm + bad, bad + Self.calm] {
      let document = Self.document(heights)
      #expect(try document.route().vertices.compactMap(\.elevationMeters) == Self.calm)
      #expect(document.unknownElevations(.all) == bad)
    }
    // Near the sea a zero is a height.
    let shore = [12.0, 0, 0, 8, 3, 0]
    #expect(try Self.document(shore).route().vertices.compactMap(\.elevationMeters) == shore)
  }
}
