import Geodesy
import Testing

@testable import Routes

@Suite struct PlacingPropertyTests {
  /// A way that is gone again and again, up to `spread` metres beside it each time.
  private static func passes(_ random: inout SplitMix64) -> [Coordinate] {
    var way = [place(random.double(-70..<70), random.double(-180..<180))]
    let leg = random.anySized(3..<20_000)
    for _ in 0..<random.int(1...20) {
      way.append(
        offset(
          way[way.count - 1], azimuth: random.double(0..<360), meters: leg * random.double(0.3..<2))
      )
    }
    let spread = random.element(of: [0, 0, 1e-7, 2, 24, 26, 60])
    var line: [Coordinate] = []
    for pass in 0..<random.int(2...12) {
      let isBack = pass % 2 == 1 && random.chance(0.8)
      line += (isBack ? way.reversed() : way).map { vertex in
        spread == 0
          ? vertex
          : offset(vertex, azimuth: random.double(0..<360), meters: random.double(0..<spread))
      }
    }
    return line
  }

  /// Waypoints along a line, in its order, against it or in none.
  private static func waypoints(
    _ random: inout SplitMix64, on line: MeasuredRoute
  ) -> [Waypoint] {
    let length = max(line.length.micrometers, 1)
    var places = (0..<random.int(1...25)).map { _ in Int64(random.double(0..<1) * Double(length)) }
    switch random.int(0...3) {
    case 0: break
    case 1: places.sort(by: >)
    default: places.sort()
    }
    var found = places.map { at in
      let there = line.position(at: micrometers(at)).coordinate
      let away = random.element(of: [0, 0, 3, 24.9, 240, 260, 5_000, 300_000])
      return Waypoint(
        coordinate: offset(
          there, azimuth: random.double(0..<360), meters: away * random.double(0.5..<1.1)))
    }
    if random.chance(0.3) { found.append(found[0]) }
    if random.chance(0.3) { found.append(Waypoint(coordinate: line.route.vertices[0])) }
    return found
  }

  /// To the bit what measuring every segment for every waypoint comes to.
  @Test func asByMeasuringEverything() throws {
    var random = SplitMix64("asByMeasuringEverything")
    var count = 0
    var failures = 0
    for round in 0..<150 {
      let plain: Route
      switch round % 3 {
      case 0: plain = try random.route(random.element(of: Shape.allCases))
      case 1: plain = try Route(parts: [Self.passes(&random)])
      default:
        plain = try Route(
          parts: (0..<random.int(1...3)).map { _ in Self.passes(&random) },
          joinPolicies: nil, course: Course(laps: random.int(1...2)))
      }
      let waypoints = Self.waypoints(&random, on: try MeasuredRoute(plain))
      let line = RouteLine(plain)
      let (found, cutShort) = try MeasuredRoute.place(waypoints, on: line)
      #expect(cutShort.isEmpty)
      let expected = SlowPlacing(line).places(of: waypoints)
      for (index, (a, b)) in zip(found, expected).enumerated() {
        count += 1
        if a.meters == b.meters, a.offsetMeters == b.offset { continue }
        failures += 1
        if failures <= 5 {
          Issue.record("waypoint \(index) is \(a), not \(b); round \(round), seed \(runSeed)")
        }
      }
    }
    print("placing: \(count) waypoints, \(failures) not where measuring everything puts them")
  }

  /// What rules a segment out is never above what the segment is measured to be.
  @Test func boundsAreBelowTheDistance() throws {
    var random = SplitMix64("boundsAreBelowTheDistance")
    var worst = -Double.infinity
    var loosest = 0.0
    for _ in 0..<20_000 {
      let a = random.anywhere()
      let b = offset(a, azimuth: random.double(0..<360), meters: random.anySized(1e-3..<1.9e7))
      let line = RouteLine(try Route(parts: [[a, b]]))
      let near = line.point(atMeters: line.passMeters * random.double(0..<1)).coordinate
      let target = offset(
        near, azimuth: random.double(0..<360), meters: random.anySized(1e-3..<1.9e7))
      let least = LineTree(line, vertices: 2)
        .leastMeters(SpacePoint(target.latitude, target.longitude), toSegment: 0)
      let measured = line.closest(onSegment: 0, to: target).offset
      worst = max(worst, least - measured)
      if measured < 1_000, line.passMeters < 1_000 { loosest = max(loosest, measured - least) }
    }
    #expect(worst < LineTree.roundingMeters / 2)
    #expect(loosest < 1e-3)
    print("placing: bounds at most \(worst) m above the distance, \(loosest) m below nearby")
  }

  /// A line that passes one place all the time costs what its vertices and waypoints cost, not their
  /// product; what was not looked at is told.
  @Test func manyPassesOfOnePlaceAreCutShort() throws {
    let road = (0..<20_000).map { place(47 + Double($0 % 2) * 0.001, 8 + Double($0 % 2) * 0.001) }
    var random = SplitMix64("manyPassesOfOnePlaceAreCutShort")
    let waypoints = (0..<10_000).map { _ in
      let along = random.double(0..<1) * 0.001
      return Waypoint(coordinate: place(47 + along, 8 + along + random.double(0.0004..<0.001)))
    }
    let route = try measured([road], waypoints: waypoints)
    #expect(!route.roughlyPlaced.isEmpty)
    #expect(route.roughlyPlaced.count < waypoints.count)
    for placed in route.waypoints { #expect(placed.offsetMeters < 80) }
    #expect(try measured([road], waypoints: Array(waypoints.prefix(100))).roughlyPlaced.isEmpty)
    let (matches, isCutShort) = try NearestPlaces(route).search(near: waypoints[0].coordinate)
    #expect(matches.count == 19_999)
    #expect(!isCutShort)
  }
}
