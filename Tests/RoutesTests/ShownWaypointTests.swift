import Geodesy
import Testing

@testable import Routes

/// Which waypoints may be given away at a place of a course.
@Suite struct ShownWaypointTests {
  /// 10 km due north with waypoints at its start, at 5 km and at its end, in another order.
  private static func route(laps: Int = 1, thereAndBack: Bool = false) throws -> MeasuredRoute {
    var course = Course()
    course.laps = laps
    course.thereAndBack = thereAndBack
    course.lapJoin = laps > 1 ? .ferry : nil
    func north(_ latitude: Double) throws -> Coordinate {
      try Coordinate(latitude: latitude, longitude: 7)
    }
    return try MeasuredRoute(
      Route(
        parts: [[try north(0), try north(0.09)]],
        waypoints: [
          Waypoint(name: "Middle", coordinate: try north(0.045)),
          Waypoint(name: "End", coordinate: try north(0.09)),
          Waypoint(name: "Start", coordinate: try north(0)),
        ], officialLength: Distance(micrometers: 10_000_000_000)
      ).following(course))
  }

  private static func shown(
    _ route: MeasuredRoute, at place: Distance, hidesAhead: Bool = true
  ) -> [String] {
    let shown = ShownWaypoints(route, reached: place, hidesAhead: hidesAhead)
    return route.waypoints.filter { shown.contains($0.index) }.compactMap(\.waypoint.name)
  }

  @Test func thoseThatAreReachedAreShown() throws {
    let route = try Self.route()
    let middle = route.waypoints[0].distance
    let before = Distance(micrometers: middle.micrometers - 1)
    #expect(Self.shown(route, at: .zero) == ["Start"])
    #expect(Self.shown(route, at: before) == ["Start"], "a micrometre is left")
    #expect(Self.shown(route, at: middle) == ["Middle", "Start"])
    #expect(Self.shown(route, at: route.length) == ["Middle", "End", "Start"])
    #expect(Self.shown(route, at: Distance(micrometers: .max)) == ["Middle", "End", "Start"])
    #expect(Self.shown(route, at: .zero, hidesAhead: false) == ["Middle", "End", "Start"])
  }

  @Test func whatWasReachedStaysSoOnLaterLapsAndOnTheWayBack() throws {
    for route in [try Self.route(laps: 3), try Self.route(laps: 2, thereAndBack: true)] {
      let place = Distance(micrometers: 12_000_000_000)
      #expect(Self.shown(route, at: Distance(micrometers: 4_000_000_000)) == ["Start"])
      #expect(Self.shown(route, at: place) == ["Middle", "End", "Start"])
      let next = try #require(route.position(at: place).nextWaypoint)
      let shown = ShownWaypoints(route, reached: place, hidesAhead: true)
      #expect(shown.name(of: next) == "Middle")
    }
  }

  @Test func nothingIsShownOfWhatIsNotThere() throws {
    let route = try Self.route()
    let shown = ShownWaypoints(route, reached: route.length, hidesAhead: true)
    for index in [-1, 3, .max] { #expect(!shown.contains(index)) }
    #expect(!ShownWaypoints.none.contains(0) && ShownWaypoints.all.contains(0))
    #expect(ShownWaypoints.all.areAll && !shown.areAll && !ShownWaypoints.none.areAll)
  }
}
