import Formats
import Geodesy
import JSON
import Routes
import Testing

@testable import Authoring

@Suite struct EditedFileTests {
  private static let gpx = """
    <?xml version="1.0"?>
    <!-- the harbour's own track -->
    <gpx version="1.1" creator="watch" xmlns="http://www.topografix.com/GPX/1/1" xmlns:hr="urn:heart">
      <metadata><name>Coast</name><bounds minlat="0" minlon="0" maxlat="0" maxlon="0.1"/></metadata>
      <wpt lat="0" lon="0.02"><ele>5</ele><name>Harbour</name><sym>Anchor</sym></wpt>
      <wpt lat="0" lon="0.08"><name>Summit</name></wpt>
      <trk><name>Line</name><trkseg>
        <trkpt lat="0" lon="0"><ele>1</ele><time>2026-05-03T18:30:00Z</time><extensions><hr:bpm>90</hr:bpm></extensions></trkpt>
        <trkpt lat="0" lon="0.03"><ele>2</ele><time>2026-05-03T18:40:00Z</time></trkpt>
        <trkpt lat="0" lon="0.05"><ele>3</ele><time>2026-05-03T18:50:00Z</time></trkpt>
        <trkpt lat="0" lon="0.1"><ele>4</ele><time>2026-05-03T19:00:00Z</time></trkpt>
      </trkseg></trk>
    </gpx>
    """

  private static let kml = """
    <kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Coast</name>
    <Style id="red"/>
    <Placemark><name>Harbour</name><styleUrl>#red</styleUrl><Point><coordinates>0.02,0</coordinates></Point></Placemark>
    <Placemark><name>Line</name><styleUrl>#red</styleUrl><LineString><coordinates>0,0 0.03,0 0.05,0 0.1,0</coordinates></LineString></Placemark>
    </Document></kml>
    """

  private static let geoJSON = """
    {"type": "FeatureCollection", "author": "Ann", "features": [
      {"type": "Feature", "properties": {"name": "Line", "colour": "red"},
       "geometry": {"type": "LineString", "coordinates": [[0, 0], [0.03, 0], [0.05, 0], [0.1, 0]]}},
      {"type": "Feature", "properties": {"name": "Harbour", "icon": 3}, "geometry": {"type": "Point", "coordinates": [0.02, 0]}}
    ]}
    """

  private func edited(_ text: String, _ edits: String) throws -> String? {
    let document = RouteReader.read(Array(text.utf8))
    let original = try document.route()
    let list = try EditList(JSONReader.read(Array(edits.utf8)))
    let route = try list.applied(to: MeasuredRoute(original)).route.route
    return EditedFile.bytes(of: document, holding: route, from: original) { try? $0.route() }
      .map { String(decoding: $0, as: UTF8.self) }
  }

  /// What stands in a text and not in another, line by line.
  private func added(_ text: String, to old: String) -> [String] {
    let known = Set(old.split(separator: "\n"))
    return text.split(separator: "\n").filter { !known.contains($0) }.map {
      String($0.drop { $0 == " " })
    }
  }

  @Test func newWaypointsLeaveTheRestOfTheFileAsItIs() throws {
    let every = #"[{"edit":"waypointsEvery","every":"5km","namePattern":"Stop {n}"}]"#
    for (text, sign) in [
      (Self.gpx, "<wpt"), (Self.kml, "<Placemark>"), (Self.geoJSON, "{\"type\": \"Feature\""),
    ] {
      let written = try #require(try edited(text, every), "\(sign)")
      for line in text.split(separator: "\n") where !line.hasSuffix("}") {
        #expect(written.contains(line), "\(line) in \(written)")
      }
      let stops = written.components(separatedBy: "Stop ").count - 1
      #expect(stops == 2, "\(written)")
      #expect(added(written, to: text).contains { $0.hasPrefix(sign) }, "\(written)")
    }
  }

  @Test func aNewNameIsTheOnlyChange() throws {
    let rename = #"[{"edit":"rename","waypoint":"Harbour","name":"Quay & more"}]"#
    #expect(
      try edited(Self.gpx, rename)
        == Self.gpx.replacing("<name>Harbour", with: "<name>Quay &amp; more"))
    #expect(
      try edited(Self.kml, rename)
        == Self.kml.replacing("<name>Harbour", with: "<name>Quay &amp; more"))
    #expect(
      try edited(Self.geoJSON, rename)
        == Self.geoJSON.replacing("\"Harbour\"", with: "\"Quay & more\""))
  }

  @Test func aWaypointGoesWithItsLine() throws {
    let written = try #require(
      try edited(Self.gpx, #"[{"edit":"dropWaypoint","waypoint":"Summit"}]"#))
    #expect(
      written
        == Self.gpx.replacing(
          "\n  <wpt lat=\"0\" lon=\"0.08\"><name>Summit</name></wpt>", with: ""))
  }

  @Test func aCutKeepsTimesHeartRatesAndStyles() throws {
    let cut = #"[{"edit":"cut","to":"5km"}]"#
    let gpx = try #require(try edited(Self.gpx, cut))
    #expect(gpx.contains("<hr:bpm>90</hr:bpm>") && gpx.contains("harbour's own track"))
    #expect(gpx.contains("18:40:00Z") && !gpx.contains("19:00:00Z"))
    for text in [Self.kml, Self.geoJSON] {
      let written = try #require(try edited(text, cut))
      #expect(written.contains("red") && !written.contains("0.1"), "\(written)")
    }
  }

  @Test func reversingMovesPointsWithAllThatBelongsToThem() throws {
    let gpx = try #require(try edited(Self.gpx, #"[{"edit":"reverse"}]"#))
    let heart = try #require(gpx.range(of: "hr:bpm"))
    let last = try #require(gpx.range(of: "19:00:00Z"))
    #expect(last.lowerBound < heart.lowerBound)
    let summit = try #require(gpx.range(of: "Summit"))
    let harbour = try #require(gpx.range(of: "Harbour"))
    #expect(summit.lowerBound < harbour.lowerBound)
  }

  @Test func whatBytesCannotSayIsWrittenAnew() throws {
    for edits in [
      #"[{"edit":"splitAt","distances":["5km"]}]"#, #"[{"edit":"laps","laps":2,"lapJoin":"walk"}]"#,
      #"[{"edit":"name","name":"Other"}]"#,
    ] {
      #expect(try edited(Self.gpx, edits) == nil, "\(edits)")
    }
  }

  @Test func lengthsAndHeightsAreStated() throws {
    let length = try #require(
      try edited(
        Self.gpx,
        #"[{"edit":"officialLength","length":"12km"},{"edit":"smoothElevation","over":"6km"}]"#))
    #expect(length.contains("officialLength=\"12") && length.contains("<hr:bpm>90"))
  }

  @Test func reversingGoesWithOtherEditsAndSeveralParts() throws {
    let edits =
      #"[{"edit":"cut","to":"5km"},{"edit":"reverse"},{"edit":"rename","waypoint":"Harbour","name":"Quay"}]"#
    let gpx = try #require(try edited(Self.gpx, edits))
    #expect(gpx.contains("<hr:bpm>90</hr:bpm>") && gpx.contains("<name>Quay</name><sym>Anchor"))
    let parts = Self.gpx.replacing(
      "<trkpt lat=\"0\" lon=\"0.05\">",
      with: "</trkseg><trkseg>\n    <trkpt lat=\"0\" lon=\"0.05\">")
    let turned = try #require(try edited(parts, #"[{"edit":"reverse"}]"#))
    let heart = try #require(turned.range(of: "hr:bpm"))
    let last = try #require(turned.range(of: "19:00:00Z"))
    #expect(last.lowerBound < heart.lowerBound)
  }

  /// What a watch measured at each point goes and turns with the points.
  @Test func valuesBesideThePointsGoWithThem() throws {
    let geoJSON = """
      {"type":"FeatureCollection","features":[{"type":"Feature","properties":{"coordTimes":["a","b","c"],
      "coordinateProperties":{"heart":[91,92,93]}},"geometry":{"type":"LineString",
      "coordinates":[[0,0],[0.03,0],[0.06,0]]}}]}
      """
    let kml = """
      <kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2"><Document>
      <Placemark><gx:Track><when>2026-05-03T18:30:00Z</when><when>2026-05-03T18:31:00Z</when>
      <when>2026-05-03T18:32:00Z</when><gx:coord>0 0 1</gx:coord><gx:coord>0.03 0 1</gx:coord>
      <gx:coord>0.06 0 1</gx:coord><ExtendedData><SchemaData schemaUrl="#s"><gx:SimpleArrayData name="heart">
      <gx:value>91</gx:value><gx:value>92</gx:value><gx:value>93</gx:value></gx:SimpleArrayData></SchemaData>
      </ExtendedData></gx:Track></Placemark></Document></kml>
      """
    func values(_ text: String) -> [String] {
      text.matches(of: /9[123]/).map { String($0.output) }
    }
    for text in [geoJSON, kml] {
      #expect(
        values(try #require(try edited(text, #"[{"edit":"reverse"}]"#))) == ["93", "92", "91"])
      #expect(values(try #require(try edited(text, #"[{"edit":"cut","from":"2km"}]"#))).count == 3)
      #expect(
        values(try #require(try edited(text, #"[{"edit":"cut","from":"4.1km"}]"#))) == ["92", "93"])
    }
    let short = geoJSON.replacing("91,92,93", with: "91,92")
    #expect(try edited(short, #"[{"edit":"reverse"}]"#) == nil)
  }
}
