import Geodesy
import Testing

@testable import Routes

@Suite struct CalibrationTests {
  /// Along the equator, where metres and degrees are proportional: eleven vertices 0.1° apart.
  private let line = (0...10).map { place(0, Double($0) * 0.1) }
  private static let metersPerDegree = Geodesic.equatorialRadiusMeters * .pi / 180

  private func marker(_ vertex: Int, _ official: String, name: String? = nil) -> Waypoint {
    Waypoint(name: name, coordinate: line[vertex], officialDistance: distance(official))
  }

  /// Metres along the line of the position at an official distance.
  private func meters(_ route: MeasuredRoute, _ official: String) -> Double {
    route.position(at: distance(official)).coordinate.longitude * Self.metersPerDegree
  }

  private let whole = Geodesic.equatorialRadiusMeters * .pi / 180

  // MARK: Without and with an official length

  @Test func withoutAnythingTheMeasureIsTheGeometry() throws {
    let route = try measured([line])
    #expect(abs(route.length.meters - whole) <= 0.5e-6)
    #expect(route.start == .zero)
    #expect(route.end == route.length)
    #expect(abs(meters(route, "1 m") - 1) < 1e-6)
    #expect(abs(meters(route, "100 km") - 100_000) < 1e-6)
  }

  @Test func anOfficialLengthStretchesAll() throws {
    for official in ["100km", "55.5 km", "0.001 m", "1000000 km"] {
      let route = try measured([line], officialLength: distance(official))
      #expect(route.length == distance(official))
      #expect(route.passLength == route.length)
      #expect(route.lapLength == route.length)
      #expect(abs(route.geometricMeters - whole) < 1e-6)
      for share in [0, 1, 250, 500, 999, 1_000] as [Int64] {
        let at = micrometers(route.length.micrometers / 1_000 * share)
        let expected = whole * Double(share) / 1_000
        let found = route.position(at: at).coordinate.longitude * Self.metersPerDegree
        #expect(abs(found - expected) < 1e-6, "\(official), \(share)/1000")
      }
    }
    // What the caller asks for goes before what the route says.
    let asked = try measured(
      [line], officialLength: distance("5km"),
      calibration: CalibrationRequest(officialLength: distance("7km")))
    #expect(asked.length == distance("7km"))
  }

  // MARK: Markers

  @Test func linearBetweenMarkersAndOneToOneAfterTheLast() throws {
    let route = try measured(
      [line], waypoints: [marker(2, "20km"), marker(5, "80km"), marker(7, "100 km")])
    #expect(route.unusedMarkers.isEmpty)
    let step = whole / 10
    for (official, expected) in [
      ("0m", 0), ("10km", step), ("20km", 2 * step), ("40km", 3 * step), ("60km", 4 * step),
      ("80km", 5 * step), ("90km", 6 * step), ("100km", 7 * step), ("101km", 7 * step + 1_000),
      ("120 km", 7 * step + 20_000),
    ] {
      #expect(abs(meters(route, official) - expected) < 1e-6, "\(official)")
    }
    #expect(abs(route.length.meters - (100_000 + 3 * step)) <= 1e-6)
    #expect(route.waypoints.map(\.distance) == ["20km", "80km", "100km"].map(distance))
    // The other way round.
    #expect(route.calibration.officialDistance(atMeters: 3 * step) == distance("40km"))
    #expect(route.calibration.officialDistance(atMeters: 7 * step + 500) == distance("100.5km"))
  }

  @Test func anOfficialLengthFixesTheEnd() throws {
    let route = try measured(
      [line], waypoints: [marker(5, "80km")], officialLength: distance("100km"))
    #expect(route.length == distance("100km"))
    #expect(abs(meters(route, "40km") - 0.25 * whole) < 1e-6)
    #expect(abs(meters(route, "80km") - 0.5 * whole) < 1e-6)
    #expect(abs(meters(route, "90km") - 0.75 * whole) < 1e-6)
    #expect(route.position(at: distance("100km")).coordinate == line[10])
  }

  @Test func markersAtTheStart() throws {
    // The route begins at mile 100.
    let route = try measured([line], waypoints: [marker(0, "100mi"), marker(5, "150mi")])
    #expect(route.start == distance("100mi"))
    #expect(route.waypoints[0].distance == distance("100mi"))
    #expect(route.position(at: distance("100mi")).coordinate == line[0])
    #expect(route.position(at: distance("99mi")).coordinate == line[0])
    #expect(route.position(at: distance("99mi")).distance == distance("100mi"))
    #expect(route.position(at: distance("100mi")).fraction == 0)
    #expect(abs(meters(route, "125mi") - whole / 4) < 1e-6)
    #expect(abs(route.length.meters - (50 * 1_609.344 + whole / 2)) <= 1e-6)
    #expect(try route.end == route.start.adding(route.length))
    #expect(route.position(at: route.end).isFinished)
    // An official length counts from there.
    let fixed = try measured(
      [line], waypoints: [marker(0, "100mi")], officialLength: distance("50mi"))
    #expect(fixed.length == distance("50mi"))
    #expect(fixed.end == distance("150mi"))
    #expect(abs(meters(fixed, "125mi") - whole / 2) < 1e-6)
    let ahead = fixed.position(at: distance("125mi"))
    #expect(ahead.fraction == 0.5)
  }

  /// "0 km" some metres into the line is the start itself, and so is its waypoint.
  @Test func aZeroMarkerNearTheStartIsTheStart() throws {
    let near = Waypoint(
      name: "0 km", coordinate: offset(line[0], north: 0, east: 20),
      officialDistance: .zero)
    let route = try measured([line], waypoints: [near, marker(5, "50km")])
    #expect(route.unusedMarkers.isEmpty)
    #expect(route.waypoints[0].distance == .zero)
    #expect(route.waypoints[0].geometricMeters == 0)
    #expect(route.position(at: .zero).coordinate == line[0])
    #expect(route.position(at: .zero).lastWaypoint?.index == 0)
    #expect(route.position(at: .zero).leg == 1)
    #expect(abs(meters(route, "25km") - whole / 4) < 1e-6)
    // Further in it contradicts the start, which is 0.
    let far = Waypoint(
      coordinate: offset(line[0], north: 0, east: 200), officialDistance: .zero)
    let other = try measured([line], waypoints: [far, marker(5, "50km")])
    #expect(other.unusedMarkers == [0])
    #expect(other.position(at: .zero).coordinate == line[0])
  }

  @Test func markersAtTheEnd() throws {
    let route = try measured([line], waypoints: [marker(10, "200km")])
    #expect(route.length == distance("200km"))
    #expect(route.unusedMarkers.isEmpty)
    #expect(abs(meters(route, "100km") - whole / 2) < 1e-6)
    #expect(route.waypoints[0].distance == distance("200km"))
    // The same as the official length: used by it. Another: left out.
    let same = try measured(
      [line], waypoints: [marker(10, "200km")], officialLength: distance("200km"))
    #expect(same.unusedMarkers.isEmpty)
    #expect(same.length == distance("200km"))
    let other = try measured(
      [line], waypoints: [marker(10, "200km")], officialLength: distance("210km"))
    #expect(other.unusedMarkers == [0])
    #expect(other.length == distance("210km"))
  }

  @Test func markersThatDoNotFitAreLeftOut() throws {
    func unused(_ markers: [Waypoint], _ official: String? = nil) throws -> [Int] {
      try measured([line], waypoints: markers, officialLength: official.map(distance)).unusedMarkers
    }
    // One falls behind the others.
    #expect(
      try unused([marker(2, "20km"), marker(4, "10km"), marker(6, "60km"), marker(8, "80km")])
        == [1])
    // One runs ahead; the many are believed.
    #expect(
      try unused([marker(1, "95km"), marker(3, "30km"), marker(5, "50km"), marker(7, "70km")])
        == [0])
    // Equal in either measure.
    #expect(try unused([marker(2, "20km"), marker(4, "20km"), marker(6, "60km")]).count == 1)
    #expect(try unused([marker(2, "20km"), marker(2, "21km"), marker(6, "60km")]).count == 1)
    // Beyond the official length, at it, or below 0.
    #expect(try unused([marker(2, "20km"), marker(4, "200km")], "100km") == [1])
    #expect(try unused([marker(2, "20km"), marker(4, "100km")], "100km") == [1])
    #expect(try unused([marker(2, "-20km"), marker(4, "40km")]) == [0])
    #expect(try unused([marker(2, "0km"), marker(4, "40km")]) == [0])
  }

  /// As many random markers as can be are used, each is met to a micrometre, and the measure rises.
  @Test func everyMarkerThatIsUsedIsMet() throws {
    var random = SplitMix64("everyMarkerThatIsUsedIsMet")
    for round in 0..<300 {
      let vertices = (0..<random.int(2...60)).map { place(0, Double($0) * 0.01) }
      // Few enough values for equal ones, most of them in the order of the line.
      let markers = (0..<random.int(0...12)).map { _ in
        let vertex = random.int(0...vertices.count - 1)
        let official = max(vertex + (random.chance(0.3) ? random.int(-9...9) : 0), 0)
        return Waypoint(
          coordinate: vertices[vertex], officialDistance: micrometers(Int64(official) * 900_000_000)
        )
      }.sorted { $0.coordinate.longitude < $1.coordinate.longitude }
      let route = try measured([vertices], waypoints: markers)
      let used = markers.indices.filter { !route.unusedMarkers.contains($0) }
      for index in used {
        let official = try #require(markers[index].officialDistance)
        #expect(route.waypoints[index].distance == official, "round \(round), seed \(runSeed)")
        let found = route.position(at: official).coordinate
        #expect(
          metersBetween(found, markers[index].coordinate) <= 1e-6, "round \(round), seed \(runSeed)"
        )
      }
      let points = used.map { index in
        (markers[index].officialDistance ?? .zero, markers[index].coordinate.longitude)
      }
      for (a, b) in zip(points, points.dropFirst()) { #expect(a.0 < b.0 && a.1 < b.1) }
      // A marker at the start says what the start is; the rest must lie beyond it.
      let startOfficial =
        markers.filter { $0.coordinate.longitude == 0 }
        .compactMap(\.officialDistance).min() ?? .zero
      let hasStart = markers.contains { $0.coordinate.longitude == 0 }
      let rest = markers.filter {
        $0.coordinate.longitude > 0 && ($0.officialDistance ?? .zero) > startOfficial
      }
      let most = Self.longestChain(
        rest.map { (($0.officialDistance ?? .zero).micrometers, $0.coordinate.longitude) })
      #expect(used.count == most + (hasStart ? 1 : 0), "round \(round), seed \(runSeed)")

      var previous = -1.0
      for step in 0...50 as ClosedRange<Int64> {
        let at = micrometers(route.start.micrometers + route.length.micrometers * step / 50)
        let longitude = route.position(at: at).coordinate.longitude
        #expect(longitude > previous, "round \(round), seed \(runSeed)")
        previous = longitude
        let again = route.calibration.officialDistance(
          atMeters: route.calibration.geometricMeters(at: at))
        #expect(abs(again.micrometers - at.micrometers) <= 1, "round \(round), seed \(runSeed)")
      }
    }
  }

  /// The most pairs that rise strictly in both, by trying every end.
  private static func longestChain(_ pairs: [(Int64, Double)]) -> Int {
    let sorted = pairs.sorted { $0 < $1 }
    var best: [Int] = []
    for i in sorted.indices {
      let before = (0..<i).filter { sorted[$0].0 < sorted[i].0 && sorted[$0].1 < sorted[i].1 }
      best.append(1 + (before.map { best[$0] }.max() ?? 0))
    }
    return best.max() ?? 0
  }

  // MARK: Named markers and every so many

  @Test func distancesInNames() {
    let names: [(String, String?)] = [
      ("12 km", "12km"), ("mile 33", "33mi"), ("Mile 33.5", "33.5mi"), ("Km 7.5", "7.5km"),
      ("12.5 miles", "12.5mi"), ("5mi", "5mi"), ("0 km", "0km"), ("KILOMETRE 100", "100km"),
      (" mile\t33 ", "33mi"), ("Oxford", nil), ("12", nil), ("mile", nil), ("mile thirty", nil),
      ("mile 33 pub", nil), ("the 12 km", nil), ("", nil), ("mile 1e999999999999999999999", nil),
    ]
    for (name, expected) in names {
      #expect(Marker.distance(inName: name) == expected.map(distance), "“\(name)”")
    }
  }

  @Test func namedMarkersCountWhenAsked() throws {
    let waypoints = [
      Waypoint(name: "mile 10", coordinate: line[2]), Waypoint(name: "Inn", coordinate: line[3]),
      marker(5, "30mi", name: "mile 999"), Waypoint(name: "40 mi", coordinate: line[7]),
      Waypoint(name: "5 mi", coordinate: line[8]),
    ]
    let plain = try measured([line], waypoints: waypoints)
    #expect(plain.unusedMarkers.isEmpty)
    #expect(abs(plain.waypoints[0].distance.meters - 0.2 * whole) > 1_000)
    let named = try measured(
      [line], waypoints: waypoints, calibration: CalibrationRequest(namedMarkers: true))
    #expect(named.unusedMarkers == [4])
    #expect(named.waypoints[0].distance == distance("10mi"))
    // What is stated goes before what the name says.
    #expect(named.waypoints[2].distance == distance("30mi"))
    #expect(named.waypoints[3].distance == distance("40mi"))
    #expect(named.waypoints[1].distance > distance("10mi"))
    #expect(named.waypoints[1].distance < distance("30mi"))
  }

  @Test func everySoMany() throws {
    // Markers 1 km too far each, beginning with the first.
    let markers = (1...9).map { marker($0, "\($0 * 12)km") }
    func route(_ every: Int) throws -> MeasuredRoute {
      try measured(
        [line], waypoints: markers, calibration: CalibrationRequest(every: every))
    }
    // The first, fourth and seventh are used, the others only placed.
    let third = try route(3)
    #expect(third.unusedMarkers.isEmpty)
    for index in [0, 3, 6] {
      #expect(third.waypoints[index].distance == markers[index].officialDistance)
    }
    #expect(third.waypoints[8].distance != markers[8].officialDistance)
    #expect(
      abs(third.length.meters - (84_000 + 0.3 * whole)) <= 1e-6, "1:1 after the seventh vertex")
    let all = try route(1)
    #expect(all.waypoints.map(\.distance) == markers.map(\.officialDistance))
    for every in [0, -5] { #expect(try route(every).length == all.length) }
    #expect(try route(100).waypoints[0].distance == distance("12km"))
    #expect(abs(try route(100).length.meters - (12_000 + 0.9 * whole)) <= 1e-6)
  }

  // MARK: Errors

  private func message(
    _ pass: Double, _ markers: [(Double, String)] = [], _ official: String? = nil
  ) -> String? {
    do {
      _ = try Calibration(
        passMeters: pass,
        markers: markers.map {
          Marker(name: nil, geometricMeters: $0.0, officialDistance: distance($0.1))
        }, officialLength: official.map(distance))
      return nil
    } catch {
      #expect(error.code == .calibration)
      return error.message
    }
  }

  @Test func errors() {
    #expect(message(100, [], "0m") == "the official length 0 m must be above 0")
    #expect(message(100, [], "-5m") == "the official length -5 m must be above 0")
    #expect(message(0, [], "5m") == "a route of length 0 cannot have an official length")
    #expect(message(100, [(101, "5m")]) == "the marker at 5 m does not lie on the route")
    #expect(message(100, [(-1, "5m")]) == "the marker at 5 m does not lie on the route")
    #expect(message(100, [(10, "5m"), (10, "6m")])?.contains("must increase in both") == true)
    #expect(message(100, [(10, "5m"), (20, "5m")])?.contains("must increase in both") == true)
    #expect(message(100, [(10, "0m")])?.contains("must increase in both") == true)
    let short = message(100, [(10, "5m")], "5m")
    #expect(short?.hasPrefix("the official length 5 m is not beyond the marker at 5 m") == true)
    #expect(message(100, [(100, "5m")], "6m")?.contains("disagrees with the marker at 5 m") == true)
    #expect(
      message(100, [(0, "9e12m")], "9e12m")
        == "the official length 9000000000000 m is too long")
    #expect(message(100, [(1, "9.2233720368547e12 m")])?.contains("is too far") == true)
    #expect(message(1e14)?.contains("beyond what is possible") == true)
    #expect(message(.nan)?.contains("beyond what is possible") == true)
    #expect(message(100, [(0, "5m"), (50, "6m"), (100, "7m")], "2m") == nil)
    #expect(message(0) == nil)
  }

  @Test func totalsBeyondADistanceAreALimit() throws {
    let error = #expect(throws: RouteError.self) {
      try measured([line], officialLength: distance("1e12m"), course: Course(laps: 10))
    }
    #expect(error?.code == .limit)
    let back = #expect(throws: RouteError.self) {
      try measured(
        [line], officialLength: distance("5e12m"), course: Course(thereAndBack: true))
    }
    #expect(back?.code == .limit)
    let start = #expect(throws: RouteError.self) {
      try measured(
        [line], waypoints: [marker(0, "4e12m")], officialLength: distance("4e12m"),
        course: Course(laps: 2))
    }
    #expect(start?.code == .limit)
    let noLength = #expect(throws: RouteError.self) {
      try measured([[line[0]]], officialLength: distance("5m"))
    }
    #expect(noLength?.code == .calibration)
  }

  @Test func aMarkerAStepBeforeTheEndIsTheEnd() throws {
    // Two metres before it, as a place on a line of rounded coordinates may be.
    let near = place(0, 1 - 2 / Self.metersPerDegree)
    let route = try measured(
      [line],
      waypoints: [
        Waypoint(name: "End", coordinate: near, officialDistance: distance("150 km"))
      ], officialLength: distance("150 km"))
    #expect(route.unusedMarkers == [])
    #expect(route.waypoints[0].distance == distance("150 km"))
    #expect(route.length == distance("150 km"))
  }

  // MARK: Kept

  /// What is stored is the route alone: its measure must be that of the route with the request.
  @Test func aCalibrationIsWrittenIntoTheRoute() throws {
    let waypoints = [
      Waypoint(name: "Km 30", coordinate: line[2]), Waypoint(name: "Hut", coordinate: line[3]),
      Waypoint(name: "mile 50", coordinate: line[6]), Waypoint(name: "5 km", coordinate: line[9]),
    ]
    for request in [
      CalibrationRequest(namedMarkers: true),
      CalibrationRequest(officialLength: distance("150 km"), namedMarkers: true),
      CalibrationRequest(officialLength: distance("150 km")), CalibrationRequest(),
    ] {
      let asked = try measured([line], waypoints: waypoints, calibration: request)
      let kept = try MeasuredRoute(try asked.writing(request).route)
      #expect(kept.length == asked.length)
      #expect(kept.waypoints.map(\.distance) == asked.waypoints.map(\.distance))
      for kilometers in stride(from: 0, through: 150, by: 7) {
        let at = distance("\(kilometers) km")
        #expect(kept.position(at: at) == asked.position(at: at))
      }
    }
  }
}
