import Formats
import Foundation
import Testing

/// What RFC 7946 asks beyond what reading needs.
@Suite struct GeoJSONStandardTests {
  private func line(_ positions: String, _ more: String = "") -> String {
    """
    {"type": "Feature", "properties": {}, \(more)
     "geometry": {"type": "LineString", "coordinates": [\(positions)]}}
    """
  }

  private func pointers(_ text: String) -> [String] {
    read(text).diagnostics.map { "\($0.code.rawValue) \($0.pointer ?? "none")" }
  }

  private func message(_ text: String) -> String {
    read(text).diagnostics.first?.message ?? "nothing"
  }

  // MARK: Boxes

  @Test(arguments: [
    "[7.25, 46.5, 8.5, 47]", "[7.25, 46.5, 100, 8.5, 47, 200]", "[7, 46, 9, 47]",
    "[7.2, 46.5, 8.5, 47.00]", "[7.3, 46.5, 8.5, 47.0]",
  ]) func trueBoxes(_ box: String) {
    #expect(read(line("[7.25, 46.5], [8.5, 47]", "\"bbox\": \(box),")).found() == [])
  }

  @Test(arguments: [
    ("[7.5, 46.5, 8.5, 47]", "west of its west"), ("[7.25, 46.5, 8.25, 47]", "east of its east"),
    ("[7.25, 46.6, 8.5, 47]", "south of its south"), ("[7.25, 46.5, 8.5, 46.9]", "north of its"),
    ("[7.25, 47, 8.5, 46.5]", "lies north of its north"),
    ("[46.5, 7.25, 47, 8.5]", "north of its north"), ("[7.25, 46.5, 8.5, 97]", "outside -90…90"),
    ("[-200, 46.5, 8.5, 47]", "outside -180…180"), ("[-30, 46.5, 40, 47]", "degrees wide"),
    ("[7.25, 20, 8.5, 47]", "degrees high"), ("[8.5, 46.5, 7.25, 47]", "degrees wide"),
    ("[7.25, 46.5, 8.5, 47, 100, 200]", "outside -90…90"),
  ]) func falseBoxes(_ box: String, _ reason: String) {
    let text = line("[7.25, 46.5], [8.5, 47]", "\"bbox\": \(box),")
    let document = read(text)
    #expect(document.found(.warning) == ["1:47 bbox-wrong"])
    #expect(document.diagnostics[0].pointer == "/bbox")
    #expect(message(text).contains(reason), "\(message(text))")
  }

  @Test func boxesOver180Degrees() {
    let line =
      "{\"type\": \"MultiLineString\", \"coordinates\": [[[179, 1], [180, 1]], [[-180, 1], [-178, 2]]]"
    #expect(read(line + ", \"bbox\": [179, 1, -178, 2]}").found() == [])
    #expect(read(line + ", \"bbox\": [179.5, 1, -178, 2]}").codes == [.bboxWrong])
    let whole = line + ", \"bbox\": [-180, 1, 180, 2]}"
    #expect(read(whole).codes == [.bboxWrong])
    #expect(message(whole).contains("the west is greater than the east"))
  }

  @Test func boxesOfCollections() {
    let text = """
      {"type": "FeatureCollection", "bbox": [1, 1, 3, 3], "features": [
        {"type": "Feature", "properties": {}, "bbox": [1, 1, 2, 2],
         "geometry": {"type": "Point", "coordinates": [1, 1]}},
        {"type": "Feature", "properties": {},
         "geometry": {"type": "GeometryCollection", "bbox": [2, 2, 2.5, 3], "geometries": [
           {"type": "Point", "coordinates": [2, 2]}, {"type": "Point", "coordinates": [3, 4]}]}}]}
      """
    #expect(
      pointers(text) == ["bbox-wrong /bbox", "bbox-wrong /features/1/geometry/bbox"])
    #expect(read(text).found() == ["1:39 bbox-wrong", "5:55 bbox-wrong"])
  }

  /// A file that names a system of metres and holds degrees is read as what it is.
  @Test(arguments: ["EPSG:3857", "urn:ogc:def:crs:EPSG::2154", "EPSG:27700"], [true, false])
  func degreesInASystemOfMetres(_ name: String, isFirst: Bool) throws {
    let crs = "\"crs\": {\"type\": \"name\", \"properties\": {\"name\": \"\(name)\"}}"
    let coordinates = "\"coordinates\": [[-4.99, 56.80], [-4.98, 56.81]]"
    let text =
      "{\"type\": \"LineString\", "
      + (isFirst ? crs + ", " + coordinates : coordinates + ", " + crs)
      + "}"
    let document = read(text)
    #expect(document.codes == [.crsLegacy])
    let message = try #require(document.diagnostics.first?.message)
    #expect(message.contains(name) && message.contains("degrees"))
    let route = try document.route()
    #expect(abs(route.vertices[0].longitude - -4.99) < 1e-12)
  }

  @Test func boxesThatNothingIsToldOf() {
    // Degrees of another system, longitudes beyond a turn, areas around a pole, nothing inside.
    let crs = "\"crs\": {\"type\": \"name\", \"properties\": {\"name\": \"EPSG:3857\"}}, "
    #expect(
      read(line("[500000, 6000000], [600000, 6100000]", "\"bbox\": [0, 0, 1, 1], " + crs)).codes
        == [.crsLegacy])
    #expect(
      read(line("[179, 1], [182, 1]", "\"bbox\": [179, 1, 182, 1],")).codes == [.longitudeWrapped])
    #expect(
      read(
        "{\"type\": \"Polygon\", \"bbox\": [-180, 60, 180, 90], \"coordinates\": "
          + "[[[0, 60], [120, 60], [-120, 60], [0, 60]]]}"
      ).codes.contains(.bboxWrong) == false)
    #expect(
      read("{\"type\": \"FeatureCollection\", \"bbox\": [1, 1, 2, 2], \"features\": []}").codes
        == [])
  }

  // MARK: The antimeridian

  @Test func uncutLines() {
    let text = line("[170, 1], [179, 1], [-179, 2], [-170, 2], [175, 3]")
    #expect(read(text).found(.warning) == ["2:73 antimeridian-uncut"])
    #expect(pointers(text) == ["antimeridian-uncut /geometry/coordinates/2"])
    #expect(message(text).hasPrefix("2 legs of this line span"))
    #expect(read(line("[170, 1], [190, 1], [-170, 2]")).codes == [.longitudeWrapped])
    #expect(read(line("[0, 80], [0, 90], [-179, 90], [179, 80]")).found() == [])
    #expect(read(line("[0, 1], [180, 1]")).found() == [])
    let two =
      "{\"type\": \"MultiLineString\", \"coordinates\": [[], [[1, 1], [2, 2]], [[179, 1], [-179, 1]]]}"
    #expect(
      pointers(two) == ["empty-part /coordinates/0", "antimeridian-uncut /coordinates/2/1"])
  }

  // MARK: Members

  @Test func misspeltMembers() {
    let cordinates = "{\"type\": \"LineString\", \"cordinates\": [[1, 1], [2, 2]]}"
    #expect(read(cordinates).found() == ["1:1 member-missing", "1:24 member-misspelt"])
    #expect(
      message(cordinates) == "the member “coordinates” is missing; “cordinates” looks like it")
    #expect(pointers(cordinates)[1] == "member-misspelt /cordinates")
    let type = "{\"Type\": \"FeatureCollection\", \"features\": []}"
    #expect(read(type).found() == ["1:1 member-missing", "1:2 member-misspelt"])
    let geometry = """
      {"type": "Feature", "properties": {}, "geometery": null}
      """
    #expect(read(geometry).found(.warning) == ["1:39 member-misspelt"])
    // Where the right one is there, the other is its owner's business.
    #expect(
      read("{\"type\": \"Feature\", \"Type\": 1, \"properties\": null, \"geometry\": null}").found()
        == [])
  }

  @Test func misspeltTypes() {
    #expect(
      message("{\"type\": \"linestring\", \"coordinates\": [[1, 1], [2, 2]]}")
        .hasSuffix("; was “LineString” meant?"))
    #expect(
      message("{\"type\": \"FeatureCollection\", \"features\": [{\"type\": \"Featrue\"}]}")
        .hasSuffix("where Feature is due; was “Feature” meant?"))
    #expect(!message("{\"type\": \"Circle\"}").contains("meant"))
  }

  @Test func repeatedProperties() {
    let text = """
      {"type": "Feature", "properties": {"name": "A", "x": 1, "x": 2, "joins": [], "name": "B"},
       "geometry": {"type": "LineString", "coordinates": [[1, 1], [2, 2]]}}
      """
    #expect(read(text).found(.warning) == ["1:78 member-duplicate"])
    #expect(pointers(text) == ["member-duplicate /properties/name"])
    #expect(read(text).tracks[0].name == "B")
    let root = "{\"type\": \"FeatureCollection\", \"laps\": 1, \"laps\": 2, \"features\": []}"
    #expect(read(root).found(.warning) == ["1:42 member-duplicate"])
  }

  @Test func nestedCollections() {
    let text = """
      {"type": "GeometryCollection", "geometries": [{"type": "Point", "coordinates": [1, 1]},
       {"type": "GeometryCollection", "geometries": []}]}
      """
    #expect(read(text).found() == ["2:2 collection-nested"])
    #expect(pointers(text) == ["collection-nested /geometries/1"])
    #expect(read(text).diagnostics[0].severity == .info)
  }

  @Test func longPositions() {
    let text = line("[1, 1, 5], [2, 2, 5, 6], [3, 3, 5, 6, 7]")
    #expect(read(text).found() == [])
    let document = examine(text)
    #expect(document.found(.info) == ["2:64 position-too-long"])
    #expect(document.diagnostics[0].pointer == "/geometry/coordinates/1")
    #expect(document.diagnostics[0].message.hasSuffix("(2 times in the file, here first)"))
    #expect(
      examine("{\"type\": \"Point\", \"coordinates\": [1, 1, 5, 6]}").found()
        == ["1:34 position-too-long"])
  }

  // MARK: Pointers and refused positions

  @Test(arguments: [
    ("[[1, 1], [2, x]]", "not-well-formed /coordinates/1/1"),
    ("[[1, 1], [2, 1e999]]", "number-range /coordinates/1"),
    ("[[1, 1], [2, 95]]", "latitude-range /coordinates/1"),
    ("[[1, 1], [2, \"3\"]]", "position-not-number /coordinates/1/1"),
    ("[[1, 1], [2]]", "position-too-short /coordinates/1"),
    ("[[1, 1], [[2, 2]]]", "coordinates-depth /coordinates/1/0"),
    ("[[[1, 1], [2, 2]]]", "coordinates-depth /coordinates/0/0"),
    ("[[1, 1], true]", "position-not-number /coordinates/1"),
  ]) func pointersInCoordinates(_ coordinates: String, _ found: String) {
    #expect(pointers("{\"type\": \"LineString\", \"coordinates\": \(coordinates)}") == [found])
  }

  @Test func pointersInProperties() {
    let text = "{\"type\": \"Feature\", \"properties\": {\"a/b\": [1, tru]}}"
    #expect(pointers(text) == ["not-well-formed /properties/a~1b"])
  }

  @Test func refusedPositions() {
    let text = """
      {"type": "FeatureCollection", "features": [
       {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 1]}},
       {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 95]}},
       {"type": "Feature", "properties": {}, "geometry": null},
       {"type": "Feature", "properties": {}, "geometry":
         {"type": "LineString", "coordinates": [[1, 1], [2, 2]]}},
       {"type": "Feature", "properties": {}, "geometry": {"type": "GeometryCollection", "geometries":
         [{"type": "LineString", "coordinates": [[1, 1], [2, 2]]},
          {"type": "MultiLineString", "coordinates": [[[1, 1]], [[3, 3], [-41, 174], [400, 5]]]},
          {"type": "Polygon", "coordinates": [[[1, 95], [2, 1], [2, 2], [1, 95]]]}]}}]}
      """
    let found = read(text).rejected.map {
      "\($0.isWaypoint) \($0.track).\($0.part).\($0.vertex) \($0.latitude),\($0.longitude)"
    }
    #expect(found == ["true 0.0.1 95.0,1.0", "false 1.2.1 174.0,-41.0", "false 1.2.1 5.0,400.0"])
    let document = read(text)
    let bytes = document.source.bytes
    #expect(
      document.rejected.map { String(decoding: bytes[$0.offset...].prefix(5), as: UTF8.self) }
        == ["[1, 9", "[-41,", "[400,"])
    #expect(
      document.tracks.flatMap(\.parts).map {
        String(decoding: bytes[$0.offset...].prefix(6), as: UTF8.self)
      } == ["[[1, 1", "[[1, 1", "[[1, 1", "[[3, 3"])
  }

  @Test func nullIsNoArray() {
    #expect(
      pointers("{\"type\": \"LineString\", \"coordinates\": null}") == ["member-type /coordinates"])
  }

  @Test func aSystemThatNobodyKnowsIsNotReprojected() {
    let text = line(
      "[7.25, 46.5], [8.5, 47]",
      "\"crs\": {\"type\": \"name\", \"properties\": {\"name\": \"EPSG:999999\"}},")
    #expect(pointers(text) == ["crs-unknown /crs"])
  }

  @Test(arguments: ["0", "1e30", "1.5", "-2"]) func theNumberOfLapsIsTold(laps: String) {
    let text = line("[7.25, 46.5], [8.5, 47]").replacing("{}", with: "{\"laps\": \(laps)}")
    #expect(
      message(text) == "“laps” must be a whole number from 1 to 1,000,000,000, not \(laps)")
  }
}
