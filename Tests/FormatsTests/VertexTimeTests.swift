import Formats
import Testing

/// The times that stand beside vertices, read for an inspection.
@Suite struct VertexTimeTests {
  private func gpx(_ points: String...) -> String {
    """
    <gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
    \(points.joined(separator: "\n"))
    </trkseg></trk></gpx>
    """
  }

  private func point(_ time: String) -> String {
    "<trkpt lat=\"1\" lon=\"2\"><time>\(time)</time></trkpt>"
  }

  private let none = SourcePart.noTime

  @Test func timesOfTrackPoints() {
    let text = gpx(
      "<trkpt lat=\"1\" lon=\"2\"/>", point("1970-01-01T00:00:01Z"),
      "<trkpt lat=\"95\" lon=\"2\"/>",
      point(" 1970-01-01T01:00:01.5+01:00 "), point("1970-01-01T00:00:02"),
      "<trkpt lat=\"1\" lon=\"2\"/>")
    let part = examine(text).tracks[0].parts[0]
    #expect(part.times == [none, 1_000_000, 1_500_000, 2_000_000, none])
    #expect(examine(text).found() == ["4:8 latitude-range"])
    #expect(read(text).tracks[0].parts[0].times == [])
    #expect(examine(gpx("<trkpt lat=\"1\" lon=\"2\"/>")).tracks[0].parts[0].times == [])
    let route = """
      <gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1"><rte>
      <rtept lat="1" lon="2"><time>1970-01-01T00:00:01Z</time></rtept></rte></gpx>
      """
    #expect(examine(route).tracks[0].parts[0].times == [1_000_000])
  }

  @Test(arguments: [
    "yesterday", "", "2026-02-30T00:00:00Z", "2026-05-03T25:00:00Z", "2026-05-03T18:30:00+25:00",
  ])
  func noTime(_ text: String) {
    let document = examine(gpx(point("2026-05-03T18:30:00Z"), point(text)))
    #expect(document.found(.warning) == ["3:24 time-syntax"])
    #expect(document.tracks[0].parts[0].times == [1_777_833_000_000_000, none])
  }

  @Test(arguments: ["2026-05-03", "2026-05-03T18:30Z", "2026-05-03 18:30:00Z"])
  func nearlyATime(_ text: String) {
    let document = examine(gpx(point(text), point(text)))
    #expect(document.found() == ["2:24 time-syntax"])
    #expect(document.diagnostics[0].message.contains("(2 times in the file, here first)"))
    #expect(!document.tracks[0].parts[0].times.contains(none))
  }

  @Test(arguments: [
    "2024-05-01T24:00:00Z", "2024-05-01T24:00:00.00Z", "2024-05-02T02:00:00+02:00",
    "2024-05-01T24:00:00",
  ])
  func theEndOfADayIsTheStartOfTheNext(_ text: String) {
    let document = examine(gpx(point(text)))
    #expect(document.found() == [])
    #expect(document.tracks[0].parts[0].times == [1_714_608_000_000_000])
  }

  @Test(arguments: [
    "2024-05-01T24:00:01Z", "2024-05-01T24:01:00Z", "2024-05-01T24:00:00.5Z", "2024-05-01T24:00Z",
    "2024-04-31T24:00:00Z", "9999-12-31T24:00:00Z",
  ])
  func noOtherTimeHasHour24(_ text: String) {
    let document = examine(gpx(point("2026-05-03T18:30:00Z"), point(text)))
    #expect(document.found() == ["3:24 time-syntax"])
    #expect(document.tracks[0].parts[0].times == [1_777_833_000_000_000, none])
  }

  @Test func aLeapSecondIsReadAndMended() {
    let document = examine(gpx(point("2024-06-30T23:59:60Z")))
    #expect(document.found() == ["2:24 time-syntax"])
    #expect(document.tracks[0].parts[0].times == [1_719_792_000_000_000])
    let diagnostic = document.diagnostics[0]
    #expect(diagnostic.message.contains("it is read all the same") && !diagnostic.isGuess)
    guard case .setText(let mended, _)? = diagnostic.remedy.first else {
      Issue.record("no repair: \(diagnostic.remedy)")
      return
    }
    #expect(mended == "2024-07-01T00:00:00Z")
  }

  @Test func timesElsewhereAreCheckedToo() {
    let text = """
      <gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
      <metadata><time>now</time></metadata><wpt lat="1" lon="2"><time>x</time></wpt></gpx>
      """
    #expect(examine(text).found() == ["2:11 time-syntax"])
  }

  @Test func timesOfKMLTracks() {
    let text = """
      <kml xmlns="http://www.opengis.net/kml/2.2" xmlns:gx="http://www.google.com/kml/ext/2.2">
      <Placemark><gx:Track><when>1970-01-01T00:00:01Z</when><when>1970</when><when/>
      <when>soon</when><when>1970-02</when>
      <gx:coord>1 2</gx:coord><gx:coord>1 95</gx:coord><gx:coord>1 3</gx:coord>
      <gx:coord>1 4</gx:coord><gx:coord>1 5</gx:coord><gx:coord>1 6</gx:coord></gx:Track>
      </Placemark></kml>
      """
    let document = examine(text)
    #expect(document.found() == ["3:1 time-syntax", "4:35 latitude-range"])
    #expect(
      document.tracks[0].parts[0].times == [1_000_000, none, none, 31 * 86_400_000_000, none])
    #expect(read(text).tracks[0].parts[0].times == [])
  }

  @Test func placemarksWithoutGeometry() {
    let text = """
      <kml xmlns="http://www.opengis.net/kml/2.2">
      <Placemark><name>A</name></Placemark><Placemark><Polygon/></Placemark>
      <Placemark><Point><coordinates>1,2</coordinates></Point></Placemark></kml>
      """
    #expect(examine(text).found() == ["2:1 no-geometry", "2:49 area"])
    #expect(read(text).found() == ["2:49 area"])
  }
}
