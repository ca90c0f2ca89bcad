import Formats
import Foundation
import Geodesy
import Testing

/// Every file of the corpus is read as a whole or refused with code, place and reason.
@Suite(Corpus.needed) struct CorpusTests {
  /// A diagnostic that is due: `line:column code`.
  struct Refusal: CustomTestStringConvertible, Sendable {
    let file: String
    let found: [String]
    /// Why our lines are not those of the `.result` file; nil where they are, and without one.
    let why: String?

    init(_ file: String, _ found: [String], why: String? = nil) {
      self.file = file
      self.found = found
      self.why = why
    }

    var testDescription: String { file }
  }

  // MARK: Files that are read

  static let sound = Corpus.routes
    .filter { file in !refused.contains { $0.file == file } }

  @Test func theCorpusIsThere() {
    #expect(Self.sound.count >= 60)
    for row in Self.refused {
      #expect(Corpus.files("gpx", "geojson", "json").contains(row.file), "\(row.file)")
    }
  }

  @Test(arguments: sound.filter { $0.hasSuffix(".gpx") })
  func everyPointOfGPXIsRead(_ file: String) throws {
    let bytes = try Corpus.bytes(file)
    let document = RouteReader.read(bytes, fileName: file)
    expectSane(document, file)
    #expect(document.errors.isEmpty, "\(document.errors.first?.summary ?? "")")
    #expect(document.format == .gpx)
    let scan = try GPXScan(bytes)
    let line = scan.trackPoints.isEmpty ? scan.routePoints : scan.trackPoints
    #expect(document.vertices.map(GPXScan.Point.init) == line)
    // The named points of a route follow the waypoints.
    let waypoints = document.waypoints.map { GPXScan.Point($0.coordinate) }
    #expect(Array(waypoints.prefix(scan.waypoints.count)) == scan.waypoints)
    #expect(waypoints.dropFirst(scan.waypoints.count).allSatisfy(scan.routePoints.contains))
    expectOffsets(document, ["<trkpt", "<rtept"], waypoints: ["<wpt", "<rtept"])
    let isAside = !scan.trackPoints.isEmpty && !scan.routePoints.isEmpty
    #expect(document.codes.contains(.routesIgnored) == isAside)
  }

  @Test(arguments: sound.filter { !$0.hasSuffix(".gpx") })
  func everyPositionOfGeoJSONIsRead(_ file: String) throws {
    let bytes = try Corpus.bytes(file)
    let document = RouteReader.read(bytes, fileName: file)
    expectSane(document, file)
    #expect(document.errors.isEmpty, "\(document.errors.first?.summary ?? "")")
    #expect(document.format == .geojson)
    let tree = try JSONDecoder().decode(GeoJSONTree.self, from: Data(bytes))
    #expect(document.vertices.count == tree.line.count)
    #expect(document.waypoints.count == tree.points.count)
    let pairs =
      zip(document.vertices, tree.line).map { ($0, $1) }
      + zip(document.waypoints, tree.points).map { ($0.coordinate, $1) }
    let different = pairs.filter { ours, theirs in
      // Exactly the same number, or a whole turn away where it was beyond 180.
      let longitude = abs(theirs[0]) > 180 ? theirs[0].remainder(dividingBy: 360) : theirs[0]
      return ours != place(theirs[1], longitude, theirs.count > 2 ? theirs[2] : .nan)
    }
    #expect(different.isEmpty)
    expectOffsets(document, ["["], waypoints: ["["])
    #expect(document.codes.contains(.area) == (tree.areas > 0))
  }

  // MARK: Files that are refused

  /// Everything that is told about each file that is not sound, and about those that the other
  /// linter finds fault with.
  static let refused: [Refusal] = [
    Refusal(
      "geojson/antimeridian/output-spherical/multi-line.json",
      ["1:1 not-well-formed"]),
    Refusal(
      "geojson/antimeridian/output-spherical/point-on-antimeridian.json",
      ["1:1 not-well-formed"]),
    Refusal(
      "geojson/hint-bad/bad-duplicate-properties.geojson",
      ["1:1 member-missing", "1:1 member-missing", "3:3 member-duplicate", "4:3 member-forbidden"],
      why: "the second member and the forbidden one are told where they stand"),
    Refusal(
      "geojson/hint-bad/bad-featurelist.geojson",
      ["3:20 position-too-short"]),
    Refusal(
      "geojson/hint-bad/bad-json.geojson",
      ["3:5 not-well-formed"],
      why: "theirs stops in front of the fault and says 1; its text says line 2"),
    Refusal(
      "geojson/hint-bad/bad-object-type.geojson",
      ["2:11 member-type"],
      why: "the value that is not a text is on line 2"),
    Refusal(
      "geojson/hint-bad/bad-properties-as-array.geojson",
      ["3:17 member-type"],
      why: "the value that is not an object is on line 3"),
    Refusal(
      "geojson/hint-bad/badcoord.geojson",
      ["3:26 position-not-number"]),
    Refusal(
      "geojson/hint-bad/badcoordtype.geojson",
      ["9:26 position-too-short"]),
    Refusal(
      "geojson/hint-bad/badfeatureid.geojson",
      ["6:13 member-type"],
      why: "the id itself is on line 6, its feature begins on line 4"),
    Refusal(
      "geojson/hint-bad/bbox-4or6elements.geojson",
      ["4:13 bbox"]),
    Refusal(
      "geojson/hint-bad/bbox-contains-string.geojson",
      ["4:23 bbox"]),
    Refusal(
      "geojson/hint-bad/bbox-string.geojson",
      ["4:13 bbox"],
      why: "the bbox is on line 4"),
    Refusal(
      "geojson/hint-bad/different-first-last.geojson",
      ["2:18 area", "3:5 ring-open"]),
    Refusal(
      "geojson/hint-bad/expected_object.geojson",
      ["1:35 member-type"]),
    Refusal(
      "geojson/hint-bad/false.geojson",
      ["3:3 collection-single", "3:18 member-type"], why: "false stands on line 3"),
    Refusal(
      "geojson/hint-bad/feature_changed_semantics.geojson",
      ["2:7 member-forbidden", "3:7 member-forbidden"],
      why: "each forbidden member is told where it stands"),
    Refusal(
      "geojson/hint-bad/featurecollection-obj.geojson",
      ["1:44 member-type"]),
    Refusal(
      "geojson/hint-bad/featurecollection.geojson",
      ["1:1 member-missing"]),
    Refusal(
      "geojson/hint-bad/featurecollection_changed_semantics.geojson",
      ["2:3 collection-properties", "3:3 member-forbidden", "24:25 area"],
      why: "each forbidden member is told where it stands"),
    Refusal(
      "geojson/hint-bad/geometry_changed_semantics.geojson",
      ["2:3 member-forbidden", "3:3 member-forbidden", "4:3 member-forbidden"],
      why: "each forbidden member is told where it stands"),
    Refusal(
      "geojson/hint-bad/geometrycollection_single.geojson",
      ["2:3 collection-single"]),
    Refusal(
      "geojson/hint-bad/multipoint-multidimension.geojson",
      ["1:42 coordinates-depth"]),
    Refusal(
      "geojson/hint-bad/nofeaturetype.geojson",
      ["5:15 type-unknown"],
      why: "the wrong type is on line 5, its feature begins on line 4"),
    Refusal(
      "geojson/hint-bad/notype.geojson",
      ["1:1 member-missing"]),
    Refusal(
      "geojson/hint-bad/point-string.geojson",
      ["3:21 position-not-number"]),
    Refusal(
      "geojson/hint-bad/point-toofew.geojson",
      ["3:20 position-too-short"]),
    Refusal(
      "geojson/hint-bad/point.geojson",
      ["1:1 member-missing"]),
    Refusal(
      "geojson/hint-bad/polygon_winding_order.geojson",
      ["2:17 area", "2:18 ring-winding"],
      why: "the ring is on line 2"),
    Refusal(
      "geojson/hint-bad/short-multilinestring.geojson",
      ["4:7 one-point-part"]),
    Refusal(
      "geojson/hint-bad/stringcoord.geojson",
      ["11:11 position-not-number"],
      why: "the text is on line 11, the position around it begins on line 9"),
    Refusal(
      "gpx/coregpx/wptError.gpx",
      ["3:7 latitude-range", "10:27 longitude-wrapped"]),
    Refusal(
      "gpx/togeojson/bad.gpx",
      [
        "5:14 number-syntax", "5:30 number-syntax", "8:14 number-syntax", "8:30 number-syntax",
        "13:8 number-syntax", "13:24 number-syntax", "14:8 number-syntax", "14:16 number-syntax",
        "18:12 number-syntax", "18:28 number-syntax", "19:9 elevation-syntax",
      ]),
    Refusal(
      "jwt/json_web_signature_test.json",
      ["1:1 member-missing"]),
    Refusal(
      "schema/sarif-schema-2.1.0.json",
      ["7:11 type-unknown"]),
  ]

  @Test(arguments: refused) func refusalsHaveCodePlaceAndReason(_ row: Refusal) throws {
    let document = RouteReader.read(try Corpus.bytes(row.file), fileName: row.file)
    expectSane(document, row.file)
    #expect(document.found() == row.found)
    let result = row.file.replacing(".geojson", with: ".result")
    guard row.file.hasSuffix(".geojson"), Corpus.files("result").contains(result) else { return }
    let theirs = try #require(
      JSONSerialization.jsonObject(with: Data(Corpus.bytes(result))) as? [[String: Any]])
    let theirLines = Set(theirs.compactMap { $0["line"] as? Int })
    let ourLines = Set(document.diagnostics.filter { $0.code != .area }.compactMap(\.line))
    #expect((ourLines == theirLines) == (row.why == nil), "\(ourLines) and \(theirLines)")
  }

  @Test func everyResultOfTheOtherLinterIsCompared() {
    let compared = Set(Self.refused.map { $0.file.replacing(".geojson", with: ".result") })
    // The corpus has the result and not the file.
    let left = Set(Corpus.files("result")).subtracting(compared)
    #expect(left == ["geojson/hint-bad/bad-feature-with-number-id.result"])
  }
}

/// Points of a GPX file by regular expression, which knows nothing of XML.
private struct GPXScan {
  struct Point: Equatable {
    let latitude: Double
    let longitude: Double

    init(_ coordinate: Coordinate) {
      latitude = coordinate.latitude
      longitude = coordinate.longitude
    }

    init(_ tag: Substring) throws {
      latitude = try Self.attribute("lat", tag)
      longitude = try Self.attribute("lon", tag)
    }

    private static func attribute(_ name: String, _ tag: Substring) throws -> Double {
      let sides = tag.split(separator: "\(name)=", maxSplits: 1)
      let value = try #require(sides.last).dropFirst().prefix { $0 != "\"" && $0 != "'" }
      return try #require(Double(value.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
  }

  var trackPoints: [Point] = []
  var routePoints: [Point] = []
  var waypoints: [Point] = []

  init(_ bytes: [UInt8]) throws {
    let text = String(decoding: bytes, as: UTF8.self)
    let pattern = try NSRegularExpression(pattern: "<(?:\\w+:)?(trkpt|rtept|wpt)\\s([^>]*)>")
    let whole = NSRange(text.startIndex..., in: text)
    for match in pattern.matches(in: text, range: whole) {
      let kind = try #require(Range(match.range(at: 1), in: text))
      let tag = try #require(Range(match.range(at: 2), in: text))
      let point = try Point(text[tag])
      switch text[kind] {
      case "trkpt": trackPoints.append(point)
      case "rtept": routePoints.append(point)
      default: waypoints.append(point)
      }
    }
  }
}

/// A GeoJSON object as Foundation's decoder reads it. (Its JSONSerialization is no judge: it reads
/// -23.559943024626207 as -23.559943024626218.)
private struct GeoJSONTree: Decodable {
  var line: [[Double]] = []
  var points: [[Double]] = []
  var areas = 0

  private enum Key: CodingKey { case type, features, geometry, geometries, coordinates }

  init(from decoder: any Decoder) throws {
    let object = try decoder.container(keyedBy: Key.self)
    switch try object.decode(String.self, forKey: .type) {
    case "FeatureCollection":
      for feature in try object.decode([GeoJSONTree].self, forKey: .features) { add(feature) }
    case "Feature":
      try object.decodeIfPresent(GeoJSONTree.self, forKey: .geometry).map { add($0) }
    case "GeometryCollection":
      for geometry in try object.decode([GeoJSONTree].self, forKey: .geometries) { add(geometry) }
    case "LineString": line = try object.decode([[Double]].self, forKey: .coordinates)
    case "MultiLineString":
      line = try object.decode([[[Double]]].self, forKey: .coordinates).flatMap { $0 }
    case "Point": points = [try object.decode([Double].self, forKey: .coordinates)]
    case "MultiPoint": points = try object.decode([[Double]].self, forKey: .coordinates)
    default: areas = 1
    }
  }

  private mutating func add(_ other: GeoJSONTree) {
    line += other.line
    points += other.points
    areas += other.areas
  }
}
