import Foundation
import Geodesy
import JSON
import Testing

@testable import Formats
@testable import Routes
@testable import Service

@Suite struct QuestMapTests {
  // MARK: Reading a map as a client does

  private struct Feature {
    let kind: String
    let properties: JSONNode
    /// One a line, or one point.
    let lines: [[Coordinate]]

    var meters: Double {
      lines.reduce(0) { sum, line in
        zip(line, line.dropFirst()).reduce(sum) {
          $0 + RouteLine.gapMeters(from: $1.0, to: $1.1)
        }
      }
    }
  }

  private func features(_ map: JSONValue) throws -> [Feature] {
    var limits = JSONLimits()
    limits.bytes = 64 << 20
    limits.nodes = 10_000_000
    let root = try JSONReader.read(map.text(), limits: limits)
    #expect(root["type"]?.string == "FeatureCollection")
    #expect(root["bbox"]?.array?.count == 4)
    return try #require(root["features"]?.array).map { feature in
      let properties = try #require(feature["properties"])
      let geometry = try #require(feature["geometry"])
      func place(_ node: JSONNode) throws -> Coordinate {
        let numbers = try #require(node.array).compactMap(\.double)
        try #require(numbers.count == 2 && abs(numbers[0]) <= 180)
        return try Coordinate(latitude: numbers[1], longitude: numbers[0])
      }
      var lines: [[Coordinate]] = []
      let coordinates = geometry["coordinates"]
      switch geometry["type"]?.string {
      case "Point": lines = [[try place(try #require(coordinates))]]
      case "LineString": lines = [try #require(coordinates?.array).map(place)]
      case "MultiLineString":
        lines = try #require(coordinates?.array).map { try #require($0.array).map(place) }
        #expect(lines.count > 1)
      default: #expect(geometry.isNull)
      }
      for line in lines {
        #expect(geometry["type"]?.string == "Point" || line.count > 1)
        for (a, b) in zip(line, line.dropFirst()) {
          #expect(abs(a.longitude - b.longitude) <= 180, "a line crosses 180 degrees")
        }
      }
      return Feature(
        kind: try #require(properties["kind"]?.string), properties: properties, lines: lines)
    }
  }

  private func only(_ kind: String, in features: [Feature]) throws -> Feature {
    let found = features.filter { $0.kind == kind }
    try #require(found.count == 1, "\(kind): \(found.count)")
    return found[0]
  }

  private func meters(_ pieces: [LinePiece], _ kind: LinePiece.Kind) -> Double {
    pieces.filter { $0.kind == kind }.reduce(0) { sum, piece in
      zip(piece.coordinates, piece.coordinates.dropFirst()).reduce(sum) {
        $0 + RouteLine.gapMeters(from: $1.0, to: $1.1)
      }
    }
  }

  /// The lines of a map are as long as the slices of the course on either side of the marker, and
  /// end at it.
  private func expectHalves(
    _ source: RouteMapSource, at micrometers: Int64, within tolerance: Double = 1e-3,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let route = source.route
    let features = try features(source.questMap(at: Distance(micrometers: micrometers)))
    let done = min(max(micrometers, 0), route.length.micrometers)
    let position = route.position(at: Distance(micrometers: route.start.micrometers + done))
    let lapStart =
      route.start.micrometers + Int64(position.lap - 1) * route.lapLength.micrometers
    let lapEnd = min(lapStart + route.lapLength.micrometers, route.end.micrometers)
    let (travelled, remaining) = (
      try only("travelled", in: features), try only("remaining", in: features)
    )
    for (feature, state, from, to) in [
      (travelled, "travelled", lapStart, position.distance.micrometers),
      (remaining, "remaining", position.distance.micrometers, lapEnd),
    ] {
      let slice = try route.slice(
        from: Distance(micrometers: from), to: Distance(micrometers: to))
      let expected = meters(slice, .line)
      #expect(
        abs(feature.meters - expected) <= tolerance, "\(state) at \(done): \(feature.meters)",
        sourceLocation: sourceLocation)
      let crossings = features.filter {
        $0.kind == "crossing" && $0.properties["state"]?.string == state
      }
      #expect(crossings.count <= 1)
      #expect(
        abs(crossings.reduce(0) { $0 + $1.meters } - meters(slice, .crossing)) <= tolerance,
        sourceLocation: sourceLocation)
      #expect(
        feature.properties["fromMeters"]?.double == Distance(micrometers: from).meters,
        sourceLocation: sourceLocation)
      #expect(
        feature.properties["toMeters"]?.double == Distance(micrometers: to).meters,
        sourceLocation: sourceLocation)
    }
    let marker = try only("marker", in: features)
    #expect(
      RouteLine.gapMeters(from: marker.lines[0][0], to: position.coordinate) < 1e-3,
      sourceLocation: sourceLocation)
    #expect(marker.properties["distanceMeters"]?.double == position.distance.meters)
    #expect(marker.properties["bearing"]?.double == position.bearing?.degrees)
    #expect(marker.properties["finished"]?.bool == position.isFinished)
    for waypoint in features where waypoint.kind == "waypoint" {
      let reached =
        (waypoint.properties["distanceMeters"]?.double ?? .nan) <= position.distance.meters
      #expect(waypoint.properties["reached"]?.bool == reached, sourceLocation: sourceLocation)
    }
  }

  private func place(_ latitude: Double, _ longitude: Double) throws -> Coordinate {
    try Coordinate(latitude: latitude, longitude: longitude)
  }

  private func sample(_ name: String) throws -> MeasuredRoute {
    let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "routes/\(name).geojson")
    let document = RouteReader.read(Array(try Data(contentsOf: url)))
    let route = try document.route()
    return try MeasuredRoute(route)
  }

  /// Places that matter: both ends, beyond them, each turn of a lap, each part's end, and some at
  /// random.
  private func places(on route: MeasuredRoute, _ random: inout SplitMix64) -> [Int64] {
    let length = route.length.micrometers
    var places: [Int64] = [-5, 0, 1, length - 1, length, length + 1_000_000]
    for lap in 0..<min(route.route.course.laps, 3) {
      let start = Int64(lap) * route.lapLength.micrometers
      places += [start - 1, start, start + 1, start + route.passLength.micrometers]
    }
    for start in route.route.partStarts.dropFirst().prefix(20) {
      let measure = route.officialDistance(atGeometricMeters: route.line.measures[start])
      places.append(measure.micrometers - route.start.micrometers)
    }
    for _ in 0..<12 { places.append(Int64(random.double(0..<1) * Double(length))) }
    return places
  }

  // MARK: Maps

  @Test(arguments: [
    "te-araroa", "bering-crossing", "kungsleden-there-and-back", "manhattan-loop",
    "round-the-world", "antarctic-traverse", "iceland-ring-road",
  ])
  func samplesAreDrawnWhole(name: String) throws {
    let route = try sample(name)
    let source = RouteMapSource(route, coordinateDigits: 12)
    var random = SplitMix64("samplesAreDrawnWhole \(name)")
    for place in places(on: route, &random) { try expectHalves(source, at: place) }
    let map = try features(source.routeMap())
    let whole = try only("route", in: map).meters
    let crossings = map.filter { $0.kind == "crossing" }.reduce(0) { $0 + $1.meters }
    #expect(abs(whole + crossings - route.geometricMeters) <= 1e-3)
    #expect(map.filter { $0.kind == "waypoint" }.count == route.route.waypoints.count)
  }

  /// Every kind of join, laps, there and back, over 180 degrees, at random.
  @Test func randomCoursesAreDrawnWhole() throws {
    var random = SplitMix64("randomCoursesAreDrawnWhole")
    var drawn = 0
    for _ in 0..<120 {
      var parts: [[Coordinate]] = []
      var at = (random.double(-60..<60), random.double(170..<190))
      for _ in 0..<random.int(1...4) {
        var part: [Coordinate] = []
        for _ in 0..<random.int(1...8) {
          let reach = random.anySized(1e-6..<4)
          at.0 = min(max(at.0 + random.double(-1..<1) * reach, -80), 80)
          at.1 += random.double(-1..<1) * reach
          part.append(try place(at.0, at.1))
          if random.chance(0.1) { part.append(try place(at.0, at.1)) }
          if random.chance(0.1) { part.append(try place(at.0, 180)) }
        }
        parts.append(part)
        at.1 += random.double(-0.2..<0.2)
      }
      let joins = parts.dropFirst().map { _ in
        random.element(of: [JoinPolicy.walk, .ferry, .counted])
      }
      let thereAndBack = random.chance(0.4)
      // Points between jumps have no length to state.
      let route = try? MeasuredRoute(
        Route(
          parts: parts, joinPolicies: joins,
          waypoints: [Waypoint(name: "first", coordinate: parts[0][0])],
          officialLength: random.chance(0.5) ? Distance(micrometers: 300_000_000_000) : nil,
          course: Course(
            laps: random.int(1...3), thereAndBack: thereAndBack,
            lapJoin: random.element(of: [.walk, .ferry, .counted]))))
      guard let route, route.length > .zero else { continue }
      drawn += 1
      let source = RouteMapSource(route, coordinateDigits: 12)
      for place in places(on: route, &random) { try expectHalves(source, at: place) }
    }
    #expect(drawn > 90)
  }

  @Test func nothingIsDrawnWhereNothingIsLeft() throws {
    let route = try MeasuredRoute(Route(parts: [[place(0, 179.9), place(0, -179.9)]]))
    let source = RouteMapSource(route)
    var map = try features(source.questMap(at: .zero))
    #expect(try only("travelled", in: map).lines.isEmpty)
    #expect(
      try only("remaining", in: map).lines.map { $0.map(\.longitude) } == [
        [179.9, 180], [-180, -179.9],
      ])
    map = try features(source.questMap(at: route.length))
    #expect(try only("travelled", in: map).lines.count == 2)
    #expect(try only("remaining", in: map).lines.isEmpty)
    #expect(try only("marker", in: map).properties["finished"]?.bool == true)
    // On the meridian itself the line changes sides, and the marker belongs to what is done.
    let half = Distance(micrometers: route.length.micrometers / 2)
    map = try features(
      source.questMap(at: half, markerProperties: [("teamName", .string("Striders"))]))
    #expect(try only("marker", in: map).properties["teamName"]?.string == "Striders")
    #expect(try only("remaining", in: map).lines.allSatisfy { $0.allSatisfy { $0.longitude < 0 } })
  }

  /// No vertex left out is further from the line drawn than the tolerance, and the marker is on it.
  @Test func aToleranceSimplifies() throws {
    let route = try sample("te-araroa")
    let exact = RouteMapSource(route)
    let coarse = RouteMapSource(route, toleranceMeters: 5_000)
    #expect(coarse.vertexCount * 2 < exact.vertexCount)
    #expect(coarse.toleranceMeters == 5_000)
    let place = Distance(micrometers: route.length.micrometers / 3)
    let map = try features(coarse.questMap(at: place))
    let travelled = try only("travelled", in: map)
    #expect(travelled.lines.last?.last == (try only("marker", in: map)).lines[0][0])
    #expect(try only("remaining", in: map).lines.first?.first == travelled.lines.last?.last)
    let drawn = try MeasuredRoute(Route(parts: try only("remaining", in: map).lines))
    let left = try route.slice(from: place, to: route.end).flatMap(\.coordinates)
    for vertex in stride(from: 0, to: left.count, by: max(left.count / 100, 1)).map({ left[$0] }) {
      let offset = try #require(try drawn.nearest(to: vertex).first).offsetMeters
      #expect(offset <= 5_001)
    }

    let bounded = RouteMapSource(route, mostVertices: 200)
    #expect(bounded.vertexCount <= 200)
    #expect(bounded.toleranceMeters > 0)
    for odd in [-1, .nan, .infinity] {
      #expect(RouteMapSource(route, toleranceMeters: odd).vertexCount == exact.vertexCount)
    }
  }
}

@Suite struct ElevationProfileTests {
  @Test func summitsAreNotLost() throws {
    var random = SplitMix64("summitsAreNotLost")
    var vertices: [Coordinate] = []
    for index in 0..<5_000 {
      vertices.append(
        try Coordinate(
          latitude: Double(index) * 1e-4, longitude: 0,
          elevationMeters: random.chance(0.1) ? nil : random.double(0..<1000)))
    }
    vertices[2_500] = try Coordinate(latitude: 0.25, longitude: 0, elevationMeters: 4808)
    let route = try MeasuredRoute(Route(parts: [vertices]))
    for count in [0, 2, 3, 4, 5, 100, 101, 20_000] {
      let profile = ElevationProfile(route, pointCount: count)
      #expect(profile.points.count <= max(count, 2))
      #expect(
        zip(profile.points, profile.points.dropFirst()).allSatisfy { $0.distance < $1.distance })
      if count >= 4 {
        #expect(profile.points.contains { $0.elevationMeters == 4808 })
        #expect(profile.points.count > count / 2 || count > 5_000)
      }
    }
    let known = vertices.filter { $0.elevationMeters != nil }
    let whole = ElevationProfile(route, pointCount: 10_000)
    #expect(whole.points.map(\.elevationMeters) == known.compactMap(\.elevationMeters))
    #expect(whole.climb == route.route.climb())
  }

  @Test func aRouteWithoutHeightsHasNoProfile() throws {
    let route = try MeasuredRoute(
      Route(parts: [[Coordinate(latitude: 0, longitude: 0), Coordinate(latitude: 1, longitude: 0)]])
    )
    #expect(
      ElevationProfile(route).json
        == .object([("ascentMeters", .null), ("descentMeters", .null), ("points", .array([]))]))
  }
}
