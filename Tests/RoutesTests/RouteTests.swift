import Geodesy
import Routes
import Testing

@Suite struct RouteTests {
  private let a = [place(0, 0), place(0, 1)]
  private let b = [place(1, 1), place(1, 2), place(1, 3)]

  private func code(_ body: () throws -> Route) -> RouteError.Code? {
    do {
      _ = try body()
      return nil
    } catch let error as RouteError { return error.code } catch { return nil }
  }

  @Test func partsLieInOneArray() throws {
    let route = try Route(parts: [a, [], [place(5, 5)], [], b, []])
    #expect(route.vertices == a + [place(5, 5)] + b)
    #expect(route.partStarts == [0, 2, 3])
    #expect(route.partCount == 3)
    #expect((0..<3).map { Array(route.part($0)) } == [a, [place(5, 5)], b])
    #expect(route.vertices.indices.map(route.partIndex(ofVertex:)) == [0, 0, 1, 2, 2, 2])
    #expect(route.joinPolicies == [nil, nil])
    #expect(route.course == .once)
  }

  @Test func errors() {
    #expect(code { try Route(parts: []) } == .emptyRoute)
    #expect(code { try Route(parts: [[], []]) } == .emptyRoute)
    // Policies count for the parts that are left.
    #expect(code { try Route(parts: [a, [], b], joinPolicies: [.walk]) } == nil)
    #expect(code { try Route(parts: [a, [], b], joinPolicies: [.walk, .walk]) } == .joinCount)
    #expect(code { try Route(parts: [a, b], joinPolicies: []) } == .joinCount)
    #expect(code { try Route(parts: [a], joinPolicies: []) } == nil)
    #expect(code { try Route(parts: [a], course: Course(laps: 0)) } == .limit)
    #expect(code { try Route(parts: [a], course: Course(laps: -1)) } == .limit)
    #expect(code { try Route(parts: [a], course: Course(laps: 10_000)) } == nil)
    #expect(code { try Route(parts: [a], course: Course(laps: 10_001)) } == .limit)
    #expect(RouteError.Code.joinCount.rawValue == "join-count")
  }

  @Test func limitsNameThemselves() throws {
    var limits = RouteLimits()
    limits.vertices = 4
    limits.waypoints = 1
    let error = #expect(throws: RouteError.self) { try Route(parts: [a, b], limits: limits) }
    #expect(error?.code == .limit)
    #expect(error?.message == "the route has 5 vertices; the limit is 4 vertices")
    let points = [Waypoint(coordinate: a[0]), Waypoint(coordinate: a[1])]
    let waypoints = #expect(throws: RouteError.self) {
      try Route(parts: [a], waypoints: points, limits: limits)
    }
    #expect(waypoints?.message == "the route has 2 waypoints; the limit is 1 waypoints")
    limits.vertices = 5
    #expect(code { try Route(parts: [a, b], limits: limits) } == nil)
    #expect(RouteLimits.standard.vertices == 5_000_000)
    #expect(RouteLimits.standard.waypoints == 10_000)
  }

  @Test func waypointsNearTheLineAreKept() throws {
    let start = place(89.5, 179.9)
    let line = [start, offset(start, north: 0, east: 5_000)]
    let middle = between(line[0], line[1], meters: 2_500)
    let leg = Geodesic.wgs84.inverse(from: middle, to: line[1]).initialAzimuth.degrees
    let aside = [0, 99.9, 100.1, 5_000, 1e6].map { meters in
      Waypoint(
        name: "\(meters)", coordinate: offset(middle, azimuth: leg + 90, meters: meters))
    }
    let route = try Route(
      name: "x", parts: [line, [line[0]]], joinPolicies: [.ferry], waypoints: aside,
      course: Course(laps: 2))
    func kept(_ meters: Double) -> [Waypoint] {
      route.keepingWaypoints(withinMeters: meters).waypoints
    }
    #expect(kept(100) == Array(aside[..<2]))
    #expect(kept(6_000) == Array(aside[..<4]))
    #expect(kept(0.001) == [aside[0]])
    #expect(kept(2e7) == aside)
    let rest = route.keepingWaypoints(withinMeters: 100)
    #expect(rest.vertices == route.vertices)
    #expect(rest.joinPolicies == route.joinPolicies)
    #expect(rest.course == route.course)
    #expect(rest.name == "x")
  }
}
