import Formats
import Foundation
import Geodesy
import Testing

/// The `crs` member of GeoJSON before RFC 7946.
@Suite struct ReprojectionTests {
  private func file(
    _ crs: String, _ coordinates: String, before: Bool = true, type: String = "LineString"
  ) -> String {
    let parts = ["\"crs\":\(crs)", "\"coordinates\":\(coordinates)"]
    let members = (before ? parts : parts.reversed()).joined(separator: ",")
    return "{\"type\":\"\(type)\",\(members)}"
  }

  private func named(_ name: String) -> String {
    "{\"type\":\"name\",\"properties\":{\"name\":\"\(name)\"}}"
  }

  /// Web Mercator is a sphere's, so its inverse is short.
  private func fromWebMercator(_ x: Double, _ y: Double) -> (latitude: Double, longitude: Double) {
    let radius = 6_378_137.0
    return (
      (2 * atan(exp(y / radius)) - .pi / 2) * 180 / .pi, x / radius * 180 / .pi
    )
  }

  @Test func webMercatorBeforeAndAfterTheCoordinates() {
    var random = SplitMix64("webMercator")
    let edge = 20_037_508.342_789_244
    let points = (0..<200).map { _ in
      (random.double(-edge..<edge), random.double(-edge..<edge), random.double(0..<1_000))
    }
    let text = "[\(points.map { "[\($0.0),\($0.1),\($0.2)]" }.joined(separator: ","))]"
    for name in [
      "EPSG:3857", "urn:ogc:def:crs:EPSG::3857", "urn:ogc:def:crs:EPSG:6.9:3857", "epsg:3857",
    ] {
      for before in [true, false] {
        let document = read(file(named(name), text, before: before))
        #expect(document.codes == [.crsLegacy], "\(name)")
        #expect(document.diagnostics.first?.severity == .warning)
        #expect(document.diagnostics.first?.pointer == "/crs")
        #expect(document.vertices.count == points.count)
        for (vertex, point) in zip(document.vertices, points) {
          let due = fromWebMercator(point.0, point.1)
          #expect(abs(vertex.latitude - due.latitude) < 1e-9)
          #expect(abs(vertex.longitude - due.longitude) < 1e-9)
          #expect(vertex.elevationMeters == point.2)
        }
        expectOffsets(document, ["["], waypoints: [])
      }
    }
  }

  @Test func inCollectionsOfFeatures() {
    let features = (0..<1_200).map { i in
      "{\"type\":\"Feature\",\"properties\":{},\"geometry\":"
        + "{\"type\":\"LineString\",\"coordinates\":"
        + "[[\(300_000 + i),200000],[\(300_001 + i),200000]]}}"
    }.joined(separator: ",")
    // More places out of range than errors are kept: the name behind them still explains them.
    for members in [
      "\"crs\":\(named("EPSG:3857")),\"features\":[\(features)]",
      "\"features\":[\(features)],\"crs\":\(named("EPSG:3857"))",
    ] {
      let document = read("{\"type\":\"FeatureCollection\",\(members)}")
      #expect(document.codes == [.crsLegacy])
      #expect(document.vertices.count == 2_400)
      let due = fromWebMercator(300_000, 200_000)
      #expect(abs((document.vertices.first?.latitude ?? 0) - due.latitude) < 1e-9)
    }
    // A waypoint and a ring are in it too.
    let point = read(file(named("EPSG:3857"), "[300000,200000,5]", before: false, type: "Point"))
    #expect(point.waypoints.count == 1 && point.errors.isEmpty)
    let ring = read(
      file(named("EPSG:3857"), "[[[0,0],[300000,0],[300000,300000],[0,0]]]", type: "Polygon"))
    #expect(ring.errors.isEmpty)
  }

  /// Ordnance Survey, "Guide to coordinate systems in Great Britain": the point of its OSTN15
  /// example. Without the grid of shifts, PROJ's seven parameters are good to a few metres.
  @Test func theNationalGrid() throws {
    for name in ["EPSG:27700", "urn:ogc:def:crs:EPSG::27700"] {
      let document = read(file(named(name), "[[651409.804,313177.450],[651409.804,313177.450]]"))
      #expect(document.errors.isEmpty)
      let vertex = try #require(document.vertices.first)
      let known = place(52.658007833, 1.716073972)
      #expect(Geodesic.wgs84.inverse(from: vertex, to: known).distanceMeters < 5)
    }
  }

  @Test func otherSystemsInDegreesKeepLongitudeFirst() throws {
    // ETRS89 says latitude first; GeoJSON always wrote longitude first.
    for name in ["EPSG:4258", "urn:ogc:def:crs:EPSG::4258"] {
      let document = read(file(named(name), "[[10,50],[11,51]]"))
      #expect(document.codes == [.crsLegacy])
      #expect(document.diagnostics[0].message.contains("degrees on another datum"))
      #expect(!document.diagnostics[0].message.contains("metres") && !document.isReprojected)
      let vertex = try #require(document.vertices.first)
      #expect(abs(vertex.latitude - 50) < 1e-5 && abs(vertex.longitude - 10) < 1e-5)
    }
  }

  @Test func degreesThatDifferAreReprojected() throws {
    // The Potsdam datum lies some 150 m from WGS84 in Bavaria.
    for before in [true, false] {
      let document = read(file(named("EPSG:4314"), "[[11,48],[11.1,48.1]]", before: before))
      #expect(document.codes == [.crsLegacy])
      #expect(document.diagnostics[0].message.contains("were reprojected"))
      let vertex = try #require(document.vertices.first)
      let meters = Geodesic.wgs84.inverse(from: vertex, to: place(48, 11)).distanceMeters
      #expect((50...300).contains(meters), "\(meters)")
    }
  }

  @Test func namesOfWGS84AreOnlyOld() {
    for name in [
      "urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:OGC::CRS84", "OGC:CRS84", "CRS84",
      "EPSG:4326",
      "urn:ogc:def:crs:EPSG::4326", "urn:ogc:def:crs:EPSG:6.9:4326", "epsg:4326", "WGS84",
      "urn:ogc:def:crs:OGC:1.3:CRS84h", "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
    ] {
      for before in [true, false] {
        let document = read(file(named(name), "[[10,50],[11,51]]", before: before))
        #expect(document.codes == [.crsLegacy], "\(name)")
        #expect(document.diagnostics.first?.severity == .warning, "\(name)")
        #expect(document.vertices == [place(50, 10), place(51, 11)], "\(name)")
      }
    }
    #expect(read(file("null", "[[10,50],[11,51]]")).codes.isEmpty)
  }

  @Test func systemsThatCannotBeUsed() {
    let long = String(repeating: "x", count: 300)
    let cases: [(String, String)] = [
      (named("EPSG:99999"), "“EPSG:99999” is not known: reproject the file to WGS84"),
      (named("my own"), "is not known"), (named(""), "is not known"), (named(long), "has no name"),
      (
        "{\"type\":\"link\",\"properties\":{\"href\":\"http://localhost/x\"}}", "nothing is fetched"
      ),
      ("{\"type\":\"name\"}", "has no name"), ("{}", "has no name"), ("[]", "must be an object"),
      ("\"EPSG:3857\"", "must be an object"),
      ("{\"type\":\"name\",\"properties\":{\"name\":3857}}", "has no name"),
    ]
    for (crs, words) in cases {
      for before in [true, false] {
        let document = read(file(crs, "[[10,50],[11,51]]", before: before))
        expectSane(document, crs)
        #expect(document.errors.map(\.code) == [.crsUnknown], "\(crs)")
        #expect(document.errors.first?.message.contains(words) == true, "\(crs)")
        #expect(document.errors.first?.pointer == "/crs")
      }
    }
    // Inside a feature it would rule a part of the file only.
    let inner =
      "{\"type\":\"Feature\",\"properties\":{},\"geometry\":"
      + "\(file(named("EPSG:3857"), "[[1,2],[3,4]]"))}"
    #expect(read(inner).errors.map(\.code) == [.crsUnknown])
    // A place that the system does not reach.
    let beyond = read(file(named("EPSG:27700"), "[[1e30,1e30],[651409,313177]]"))
    #expect(beyond.errors.count == 1)
  }
}
