import CivilTime
import Geodesy
import Routes
import Testing

@testable import Formats

@Suite struct TCXTests {
  static func file(_ inside: String) -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <TrainingCenterDatabase xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2">
    \(inside)
    </TrainingCenterDatabase>
    """
  }

  static func point(
    _ latitude: String, _ longitude: String, height: String = "", time: String = "",
    meters: String = "", more: String = ""
  ) -> String {
    "<Trackpoint>" + (time.isEmpty ? "" : "<Time>\(time)</Time>")
      + "<Position><LatitudeDegrees>\(latitude)</LatitudeDegrees>"
      + "<LongitudeDegrees>\(longitude)</LongitudeDegrees></Position>"
      + (height.isEmpty ? "" : "<AltitudeMeters>\(height)</AltitudeMeters>")
      + (meters.isEmpty ? "" : "<DistanceMeters>\(meters)</DistanceMeters>") + more
      + "</Trackpoint>"
  }

  static let walk = file(
    """
    <Activities><Activity Sport="Running"><Id>2026-05-03T18:30:00Z</Id>
    <Lap StartTime="2026-05-03T18:30:00Z"><TotalTimeSeconds>25.5</TotalTimeSeconds>
    <DistanceMeters>230.5</DistanceMeters><Calories>7</Calories><Track>
    \(point("46.5", "-7.25", height: "1200", time: "2026-05-03T18:30:00Z", meters: "0"))
    \(point(
      "46.501", "-7.25", height: "1201.5", time: "2026-05-03T18:30:10Z", meters: "110.5",
      more: "<HeartRateBpm><Value>120</Value></HeartRateBpm>"))
    <Trackpoint><Time>2026-05-03T18:30:15Z</Time></Trackpoint>
    </Track></Lap>
    <Lap StartTime="2026-05-03T18:30:30Z"><TotalTimeSeconds>10</TotalTimeSeconds>
    <DistanceMeters>100</DistanceMeters><Track>
    \(point("46.502", "-7.25", time: "2026-05-03T18:30:40Z"))
    \(point("46.503", "-7.25"))
    </Track></Lap>
    <Creator><Name>Forerunner</Name><UnitId>4711</UnitId></Creator>
    </Activity></Activities>
    """)

  @Test func anActivityIsATrackAndItsLapsAreParts() throws {
    let document = examine(Self.walk)
    #expect(document.format == .tcx && document.shape == [[2, 2]])
    #expect(document.found() == ["8:1 points-unplaced"])
    let parts = document.tracks[0].parts
    let start: Int64 = 1_777_833_000_000_000
    #expect(parts[0].times == [start, start + 10_000_000])
    #expect(parts[1].times == [start + 40_000_000, SourcePart.noTime])
    #expect(parts[0].deviceMeters == [0, 110.5] && parts[1].deviceMeters.isEmpty)
    #expect(parts[0].vertices.map(\.elevationMeters) == [1_200, 1_201.5])
    let recording = try #require(document.tracks[0].recording)
    #expect(recording.start?.microseconds == start)
    #expect(recording.movingMicroseconds == 35_500_000)
    #expect(recording.elapsedMicroseconds == 40_000_000)
    #expect(recording.distance == distance("330.5 m"))
    #expect(recording.device == "Forerunner 4711" && recording.sport == "Running")
    expectOffsets(document, ["<Trackpoint>"], waypoints: [])
    let left = document.leftovers().map { "\($0.name) \($0.count)" }
    #expect(left.contains("HeartRateBpm 1") && left.contains("Time 4"), "\(left)")
    #expect(left.contains("Calories 1") && !left.contains { $0.hasPrefix("Position") })
  }

  @Test func aCourseHasNameAndPoints() throws {
    func coursePoint(_ name: String, _ type: String, _ notes: String = "") -> String {
      "<CoursePoint>" + (name.isEmpty ? "" : "<Name>\(name)</Name>")
        + "<Position><LatitudeDegrees>1</LatitudeDegrees><LongitudeDegrees>2</LongitudeDegrees>"
        + "</Position><PointType>\(type)</PointType>"
        + (notes.isEmpty ? "" : "<Notes>\(notes)</Notes>") + "</CoursePoint>"
    }
    let document = examine(
      Self.file(
        "<Courses><Course><Name>Ridge</Name><Lap><DistanceMeters>7</DistanceMeters></Lap><Track>"
          + Self.point("1", "2") + Self.point("1.1", "2") + "</Track>"
          + coursePoint("Hut", "Food", "Soup at noon") + coursePoint("", "Left")
          + coursePoint("Chapel", "Left") + "</Course></Courses>"))
    #expect(document.tracks.map(\.name) == ["Ridge"] && document.tracks[0].recording == nil)
    #expect(document.waypoints.map(\.name) == ["Hut", "Chapel"])
    #expect(document.waypoints[0].story == "Soup at noon" && document.waypoints[0].type == "Food")
    #expect(document.codes == [.routeNames])
    #expect(try document.route().name == "Ridge")
  }

  @Test func theFirstVersionAndPrefixesAreReadToo() {
    let text = """
      <t:TrainingCenterDatabase xmlns:t="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v1">
      <t:History><t:Running><t:Run><t:Lap><t:Track><t:Trackpoint><t:Position>
      <t:LatitudeDegrees>1</t:LatitudeDegrees><t:LongitudeDegrees>2</t:LongitudeDegrees>
      </t:Position></t:Trackpoint></t:Track></t:Lap></t:Run></t:Running></t:History>
      </t:TrainingCenterDatabase>
      """
    #expect(examine(text).shape == [[1]])
  }

  @Test(arguments: [
    ("x", "2", "number-syntax"), ("", "2", "number-syntax"), ("91", "2", "latitude-range"),
    ("1", "400", "longitude-range"), ("1e999", "2", "number-syntax"),
  ])
  func whatIsWrongIsNamedWithItsPlace(_ latitude: String, _ longitude: String, _ code: String) {
    let document = examine(
      Self.file(
        "<Courses><Course><Track>\n" + Self.point("1", "2") + "\n"
          + Self.point(latitude, longitude) + "</Track></Course></Courses>"))
    #expect(document.errors.map { "\($0.line ?? 0) \($0.code.rawValue)" } == ["5 \(code)"])
    #expect(document.shape == [[1]])
    #expect(document.errors[0].message.contains("point 2 of track 1"))
  }

  @Test func aMissingHalfOfAPositionIsNamed() {
    let document = examine(
      Self.file(
        "<Courses><Course><Track><Trackpoint><Position><LatitudeDegrees>1</LatitudeDegrees>"
          + "</Position></Trackpoint></Track></Course></Courses>"))
    #expect(document.errors.map(\.message) == ["the longitude is missing (point 1 of track 1)"])
  }

  @Test func nothingIsEditedAndNoRepairIsOffered() {
    let document = examine(Self.walk)
    let result = document.applying([.removeVertex(0), .removeElement(atOffset: 3)])
    #expect(result.bytes == document.source.bytes && result.refused.count == 2)
    #expect(result.refused[0].error.message.contains("TCX is read and not written"))
    // Also where its text is broken.
    let cut = examine(String(Self.walk.dropLast(10)))
    #expect(cut.isCutShort || !cut.diagnostics.isEmpty)
    #expect(cut.applying(cut.diagnostics.flatMap(\.remedy)).applied.isEmpty)
  }

  @Test func damageNeverTraps() {
    var random = SplitMix64("damaged TCX")
    let words = [
      "<Track>", "</Track>", "<Lap>", "<Position>", "</Position>", "<Trackpoint>", "1e400", "-181",
      "<Time>x</Time>", "<Activity>", "<CoursePoint>", "\u{0}", "<!--", "]]>", "&lt;", "é",
    ]
    for _ in 0..<6_000 {
      var bytes = Array(Self.walk.utf8)
      for _ in 0..<random.int(1...4) {
        let at = random.int(0...bytes.count - 1)
        switch random.int(0...3) {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
        case 1: bytes.removeSubrange(at..<min(at + random.int(1...40), bytes.count))
        default: bytes.insert(contentsOf: random.element(of: words).utf8, at: at)
        }
      }
      let document = RouteReader.read(bytes, as: .tcx, thoroughly: true)
      expectSane(document, "\(shown(bytes)), seed \(runSeed)")
      let plain = RouteReader.read(bytes, as: .tcx)
      if plain.vertices != document.vertices {
        Issue.record("a thorough reading differs: \(shown(bytes)), seed \(runSeed)")
      }
      _ = try? document.route()
    }
  }
}
