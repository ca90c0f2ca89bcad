import Formats
import Foundation
import Geodesy
import Routes
import Testing

/// Writing and reading again gives the same route, to the digits written and as far as the format
/// can hold it.
@Suite struct RoundTripTests {
  @Test(arguments: RouteFormat.allCases, 0...WriteOptions.mostDigits)
  func whatIsWrittenIsReadAgain(_ format: RouteFormat, _ digits: Int) throws {
    var random = SplitMix64("whatIsWrittenIsReadAgain \(format) \(digits)")
    for _ in 0..<25 {
      let route = try random.route()
      var options = WriteOptions()
      options.coordinateDigits = digits
      options.elevationDigits = random.int(0...WriteOptions.mostDigits)
      let bytes = RouteWriter.write(route, as: format, options: options)
      let document = RouteReader.read(bytes, as: format.source)
      // A part of one vertex is no line for GeoJSON.
      // Places all over the Earth may be triples as well as pairs.
      let others = document.codes.filter { $0 != .onePointPart && $0 != .polylineTriples }
      #expect(others.isEmpty, "\(document.diagnostics.first?.summary ?? ""), seed \(runSeed)")
      #expect(document.format == format.source)
      let again = try document.route()
      let held = Held(format.hasSinglePoints ? route : Self.ofLines(route), format, options)
      let read = Held(again)
      #expect(held.differences(from: read) == [], "\(shown(bytes)), seed \(runSeed)")
      // What has been written once does not change any more.
      #expect(
        RouteWriter.write(again, as: format, options: options) == bytes || format == .geojson,
        "seed \(runSeed)")
    }
  }

  /// Formats other than GPX have no line of one position; where there is nothing else, it is written.
  private static func ofLines(_ route: Route) -> Route {
    (try? route.withoutSinglePoints()) ?? route
  }

  @Test func theFormatIsToldFromTheFirstBytes() throws {
    var random = SplitMix64("theFormatIsToldFromTheFirstBytes")
    let route = try random.route()
    for format in [RouteFormat.gpx, .geojson, .kml] {
      #expect(RouteReader.read(RouteWriter.write(route, as: format)).format == format.source)
    }
    let text = RouteWriter.write(route, as: .polyline6)
    #expect(RouteReader.read(text, fileName: "A.POLYLINE6").format == .polyline6)
    #expect(RouteReader.read(text, fileName: "a.polyline").codes == [.unknownFormat])
    #expect(RouteReader.read(text, fileName: "a.txt").codes == [.unknownFormat])
  }

  /// Two files that are one another's conversion hold the same route.
  @Test func throughAllFormatsInARow() throws {
    var random = SplitMix64("throughAllFormatsInARow")
    for _ in 0..<100 {
      let route = try random.route()
      var now = try RouteReader.read(RouteWriter.write(route, as: .gpx)).route()
      let held = Held(Self.ofLines(now), .gpx, WriteOptions())
      for format in [RouteFormat.gpx, .kml, .geojson, .gpx, .geojson, .kml] {
        now = try RouteReader.read(RouteWriter.write(now, as: format)).route()
      }
      #expect(held.differences(from: Held(now)) == [], "seed \(runSeed)")
    }
  }

  // MARK: Over 180 degrees

  @Test func cutsAreMarkedAndUndone() throws {
    var random = SplitMix64("cutsAreMarkedAndUndone")
    var cutCount = 0
    for _ in 0..<400 {
      let any = try random.route()
      guard let route = try? any.withoutSinglePoints() else { continue }
      var options = WriteOptions()
      options.coordinateDigits = random.int(0...9)
      let bytes = RouteWriter.write(any, as: .geojson, options: options)
      let written = try JSONDecoder().decode(Written.self, from: Data(bytes))
      let feature = try #require(written.features.first)
      let lines = feature.geometry.lines
      let cuts = feature.properties.antimeridianCuts ?? []
      cutCount += cuts.count
      let added = cuts.reduce(0) { $0 + $1.added }
      #expect(lines.reduce(0) { $0 + $1.count } == route.vertices.count + added)
      #expect(lines.count == route.partCount + cuts.count)
      #expect(cuts.map(\.line) == cuts.map(\.line).sorted())
      #expect(Set(cuts.map(\.line)).count == cuts.count)
      for line in lines {
        // RFC 7946 section 3.1.9: no line crosses; section 3.1.4: two positions or more.
        let isCut = zip(line, line.dropFirst()).allSatisfy { abs($0[0] - $1[0]) <= 180 }
        #expect(isCut, "\(line), seed \(runSeed)")
      }
      #expect(lines.allSatisfy { $0.count >= 2 }, "seed \(runSeed)")
      for cut in cuts {
        let end = try #require(lines[cut.line - 1].last)
        let start = lines[cut.line][0]
        #expect(abs(end[0]) == 180 && start[0] == -end[0] && start[1] == end[1])
      }
    }
    #expect(cutCount > 500)
  }

  /// The crossing lies on the geodesic between the vertices, wherever these are.
  @Test func theCutIsOnTheGeodesic() throws {
    var random = SplitMix64("theCutIsOnTheGeodesic")
    for _ in 0..<300 {
      let a = place(random.double(-89..<89), random.double(90.5..<179.9), 100)
      let b = place(random.double(-89..<89), random.double(-179.9 ..< -90.5), 300)
      for (from, to) in [(a, b), (b, a)] {
        var options = WriteOptions()
        options.coordinateDigits = 12
        let route = try Route(parts: [[from, to]])
        let bytes = RouteWriter.write(route, as: .geojson, options: options)
        let written = try JSONDecoder().decode(Written.self, from: Data(bytes))
        let lines = try #require(written.features.first).geometry.lines
        let crossing = lines[0][1]
        let whole = Geodesic.wgs84.inverse(from: from, to: to)
        let there = place(crossing[1], crossing[0])
        let first = Geodesic.wgs84.inverse(from: from, to: there)
        let second = Geodesic.wgs84.inverse(from: there, to: to)
        // The way over it is no longer than the way.
        #expect(
          abs(first.distanceMeters + second.distanceMeters - whole.distanceMeters) < 1e-6,
          "\(from), \(to), seed \(runSeed)")
        // A nanometre off the line turns the first leg by this much.
        let turn = (first.initialAzimuth.degrees - whole.initialAzimuth.degrees)
          .remainder(dividingBy: 360)
        #expect(abs(turn) * .pi / 180 * first.distanceMeters < 1e-4, "seed \(runSeed)")
        let share = first.distanceMeters / whole.distanceMeters
        let rise = (to.elevationMeters ?? 0) - (from.elevationMeters ?? 0)
        #expect(abs(crossing[2] - (from.elevationMeters ?? 0) - rise * share) < 1e-3)
      }
    }
  }

  // MARK: Texts

  @Test func whatXMLCannotWriteIsMarked() throws {
    let name = "a\u{0}b\u{1}c\u{1F}d\u{FFFE}e\u{FFFF}f"
    let route = try Route(name: name, parts: [[place(1, 2)]])
    for format in [RouteFormat.gpx, .kml] {
      let again = RouteReader.read(RouteWriter.write(route, as: format))
      #expect(again.name == "a\u{FFFD}b\u{FFFD}c\u{FFFD}d\u{FFFD}e\u{FFFD}f")
    }
    #expect(RouteReader.read(RouteWriter.write(route, as: .geojson)).name == name)
  }

  @Test func spaceAroundATextIsDroppedByXMLOnly() throws {
    for name in [" a ", "\n\ta", ""] {
      let route = try Route(name: name, parts: [[place(1, 2)]])
      let trimmed = name.trimmingCharacters(in: .whitespacesAndNewlines)
      for format in [RouteFormat.gpx, .kml] {
        let again = RouteReader.read(RouteWriter.write(route, as: format))
        #expect(again.name == (trimmed.isEmpty ? nil : trimmed))
      }
      #expect(RouteReader.read(RouteWriter.write(route, as: .geojson)).name == name)
    }
  }

  @Test func digitsAreWithinBounds() throws {
    let route = try Route(parts: [[place(1.0 / 3, -2.0 / 3, 1.0 / 7)]])
    for (digits, text) in [
      (-5, "lat=\"0\" lon=\"-1\""), (0, "lat=\"0\" lon=\"-1\""), (1, "lat=\"0.3\" lon=\"-0.7\""),
      (7, "lat=\"0.3333333\" lon=\"-0.6666667\""),
      (15, "lat=\"0.333333333333333\" lon=\"-0.666666666666667\""),
      (99, "lat=\"0.333333333333333\" lon=\"-0.666666666666667\""),
    ] {
      var options = WriteOptions()
      options.coordinateDigits = digits
      let written = String(
        decoding: RouteWriter.write(route, as: .gpx, options: options), as: UTF8.self)
      #expect(written.contains(text), "\(digits)")
      #expect(written.contains("<ele>0.143</ele>"))
    }
  }
}

/// What a file holds of a route: exact values, with numbers rounded to what was written.
private struct Held: Equatable {
  var name: String?
  var parts: [[Coordinate]]
  var policies: [JoinPolicy?]
  var officialLength: Distance?
  var course: Course
  var waypoints: [Waypoint]

  init(_ route: Route) {
    name = route.name
    parts = (0..<route.partCount).map { Array(route.part($0)) }
    policies = route.joinPolicies
    officialLength = route.officialLength
    course = route.course
    waypoints = route.waypoints
  }

  init(_ route: Route, _ format: RouteFormat, _ options: WriteOptions) {
    self.init(route)
    let isPolyline = format == .polyline5 || format == .polyline6
    let digits =
      format == .polyline5 ? 5 : format == .polyline6 ? 6 : options.coordinateDigits
    func rounded(_ vertex: Coordinate) -> Coordinate {
      place(
        Self.rounded(vertex.latitude, digits), Self.rounded(vertex.longitude, digits),
        isPolyline
          ? .nan : vertex.elevationMeters.map { Self.rounded($0, options.elevationDigits) } ?? .nan)
    }
    parts = parts.map { $0.map(rounded) }
    // All policies are written as soon as one says more than the gap's length does.
    policies =
      policies.contains { $0 != nil } ? route.resolvedJoinPolicies : policies
    for i in waypoints.indices { waypoints[i].coordinate = rounded(waypoints[i].coordinate) }
    if isPolyline {
      name = nil
      policies = policies.map { _ in nil }
      officialLength = nil
      course = .once
      waypoints = []
    }
  }

  /// As the C library prints it.
  private static func rounded(_ value: Double, _ digits: Int) -> Double {
    Double(String(format: "%.\(digits)f", value)) ?? .nan
  }

  func differences(from other: Held) -> [String] {
    var found: [String] = []
    if name != other.name { found.append("name \(other.name ?? "-") for \(name ?? "-")") }
    if parts.map(\.count) != other.parts.map(\.count) {
      found.append("vertices \(other.parts.map(\.count)) for \(parts.map(\.count))")
    } else {
      for (ours, theirs) in zip(parts.joined(), other.parts.joined())
      where !Self.isSame(ours, theirs) { found.append("\(theirs) for \(ours)") }
    }
    if policies != other.policies { found.append("\(other.policies) for \(policies)") }
    if officialLength != other.officialLength { found.append("official length") }
    if course != other.course { found.append("\(other.course) for \(course)") }
    if waypoints.count != other.waypoints.count {
      found.append("\(other.waypoints.count) waypoints for \(waypoints.count)")
    }
    for (ours, theirs) in zip(waypoints, other.waypoints) {
      var same = theirs
      same.coordinate = ours.coordinate
      if same != ours || !Self.isSame(ours.coordinate, theirs.coordinate) {
        found.append("\(theirs) for \(ours)")
      }
    }
    return found
  }

  /// Both names of the meridian of 180 degrees are one place; elsewhere the numbers are the same.
  private static func isSame(_ a: Coordinate, _ b: Coordinate) -> Bool {
    a.latitude == b.latitude && a.elevationMeters == b.elevationMeters
      && (a.longitude == b.longitude || (abs(a.longitude) == 180 && abs(b.longitude) == 180))
  }
}

/// A GeoJSON file of ours as Foundation's decoder reads it.
struct Written: Decodable {
  struct Feature: Decodable {
    let geometry: Geometry
    let properties: Properties
  }
  struct Properties: Decodable {
    let antimeridianCuts: [Cut]?
  }
  struct Cut: Decodable {
    let line: Int
    let added: Int
  }
  struct Geometry: Decodable {
    let type: String
    let lines: [[[Double]]]

    private enum Key: CodingKey { case type, coordinates }

    init(from decoder: any Decoder) throws {
      let object = try decoder.container(keyedBy: Key.self)
      type = try object.decode(String.self, forKey: .type)
      switch type {
      case "LineString": lines = [try object.decode([[Double]].self, forKey: .coordinates)]
      case "MultiLineString":
        lines = try object.decode([[[Double]]].self, forKey: .coordinates)
      default: lines = [[try object.decode([Double].self, forKey: .coordinates)]]
      }
    }
  }
  let type: String
  let features: [Feature]
}
