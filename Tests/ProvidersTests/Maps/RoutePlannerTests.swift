import Geodesy
import Routes
import Testing

@testable import Providers

/// Ways of a world in which some stops lie on islands and some far from any way.
private struct Islands: WayFinder {
  let attribution: String? = "the tests"
  let modes: [TravelMode] = [.walk]
  var mostStops = 100
  /// No way leads over these latitudes.
  var straits: [Double] = []
  /// From these latitudes on every way is this far north.
  var wilderness: ClosedRange<Double>?
  let asked = Locked<[Int]>([])
  /// Those of the first questions.
  let faults = Locked<[MapsError]>([])

  func way(
    through stops: [Coordinate], by mode: TravelMode
  ) async throws(MapsError) -> FoundWay {
    asked.with { $0.append(stops.count) }
    if let fault = faults.with({ $0.popLast() }) { throw fault }
    let latitudes = stops.map(\.latitude)
    for (a, b) in zip(latitudes, latitudes.dropFirst()) {
      if straits.contains(where: { (a < $0) != (b < $0) }) { throw MapsError(.noWay, "the sea") }
    }
    let isFar = stops.map { wilderness?.contains($0.latitude) ?? false }
    let line = zip(stops, isFar).map { stop, isFar in
      Coordinate(uncheckedLatitude: isFar ? 80 : stop.latitude, longitude: 0.001)
    }
    return FoundWay(
      line: line,
      snappedMeters: zip(stops, line).map {
        Geodesic.wgs84.inverse(from: $0, to: $1).distanceMeters
      })
  }
}

@Suite struct RoutePlannerTests {
  private func stops(_ latitudes: Double...) throws -> [PlanStop] {
    try latitudes.map { PlanStop(.at(try Coordinate(latitude: $0, longitude: 0)), name: "\($0)") }
  }

  private func plan(
    _ ways: any WayFinder, _ stops: [PlanStop], patience: Duration = .zero,
    _ change: (inout RoutePlanner.Wishes) -> Void = { _ in }
  ) async throws(MapsError) -> RoutePlan {
    var wishes = RoutePlanner.Wishes()
    change(&wishes)
    return try await RoutePlanner(Maps(ways: ways), patience: patience).plan(stops, wishes)
  }

  private func parts(_ plan: RoutePlan) -> [[Double]] {
    let route = plan.route.route
    return (0..<route.partCount).map { route.part($0).map(\.latitude) }
  }

  @Test func straightLinesLeadFromStopToStop() async throws {
    let plan = try await plan(Geodesics(), try stops(1, 2, 3))
    #expect(parts(plan) == [[1, 2, 3]])
    #expect(plan.stops.map(\.snappedMeters) == [0, 0, 0])
    #expect(plan.gaps.isEmpty && plan.attributions.isEmpty)
    #expect(plan.route.route.waypoints.map(\.name) == ["1.0", "2.0", "3.0"])
    #expect(plan.route.waypoints.map(\.offsetMeters) == [0, 0, 0])
  }

  @Test func waysAreAskedForInFewQuestions() async throws {
    let ways = Islands()
    let whole = try await plan(ways, try stops(1, 2, 3, 4, 5))
    #expect(parts(whole) == [[1, 2, 3, 4, 5]])
    #expect(ways.asked.with { $0 } == [5])
    #expect(whole.attributions == ["the tests"])
    #expect(whole.stops.allSatisfy { (100...112).contains($0.snappedMeters ?? 0) })
    let few = Islands(mostStops: 3)
    #expect(parts(try await plan(few, try stops(1, 2, 3, 4, 5, 6))) == [[1, 2, 3, 4, 5, 6]])
    #expect(few.asked.with { $0 } == [3, 3, 2])
  }

  @Test func whereNoWayLeadsIsAJoin() async throws {
    let ways = Islands(straits: [3.5])
    let plan = try await plan(ways, try stops(1, 2, 3, 4, 5, 6))
    #expect(parts(plan) == [[1, 2, 3], [4, 5, 6]])
    #expect(plan.gaps.map(\.after) == [2] && plan.gaps.map(\.join) == [1])
    #expect(abs(plan.gaps[0].meters - 110_577) < 10)
    #expect(plan.route.route.resolvedJoinPolicies == [.unresolved])
    let ferry = try await self.plan(ways, try stops(1, 2, 3, 4)) { $0.options.joins = .ferry }
    // The last stop has no way on either side.
    #expect(parts(ferry) == [[1, 2, 3, 4]])
    #expect(ferry.gaps.map(\.join) == [nil])
    let counted = try await self.plan(ways, try stops(2, 3, 4, 5)) {
      $0.options.joinByNumber = [1: .counted]
    }
    #expect(counted.route.route.resolvedJoinPolicies == [.counted])
    await #expect(throws: MapsError.self) {
      try await self.plan(ways, try stops(2, 3, 4, 5)) { $0.options.joinByNumber = [2: .counted] }
    }
  }

  /// A server that answers with the line of another question, or with less than one.
  private struct Astray: WayFinder {
    let attribution: String? = nil
    let modes: [TravelMode] = [.walk]
    let mostStops = 100
    let latitudes: [Double]

    func way(
      through stops: [Coordinate], by mode: TravelMode
    ) async throws(MapsError) -> FoundWay {
      FoundWay(
        line: latitudes.map { Coordinate(uncheckedLatitude: $0, longitude: 0) },
        snappedMeters: stops.map { _ in 5 })
    }
  }

  @Test(arguments: [
    [], [1], [11, 12, 13], [1, 3], [1, 3, 2], [1, 2], [0.5, 1, 2, 3], [1, 2, 3, 4],
  ])
  func aLineThatDoesNotPassTheStopsIsNotBelieved(_ latitudes: [Double]) async throws {
    let stops = try stops(1, 2, 3)
    let error = await #expect(throws: MapsError.self) {
      try await plan(Astray(latitudes: latitudes), stops)
    }
    #expect(error?.code == .malformed)
  }

  @Test func aLineMayTurnBetweenTheStops() async throws {
    let plan = try await plan(Astray(latitudes: [1, 2, 2.5, 1.5, 3]), try stops(1, 2, 3))
    #expect(parts(plan) == [[1, 2, 2.5, 1.5, 3]])
  }

  @Test func aStopThatIsFarFromEveryWayIsNotLedTo() async throws {
    let ways = Islands(wilderness: 3...3)
    let plan = try await plan(ways, try stops(1, 2, 3, 4, 5))
    // The way goes straight to it, and begins anew where there are ways again.
    #expect(parts(plan) == [[1, 2, 3], [4, 5]])
    #expect(plan.gaps.map(\.after) == [1, 2] && plan.gaps.map(\.join) == [nil, 1])
    #expect(plan.stops[2].snappedMeters ?? 0 > 1_000_000)
    #expect(plan.route.route.vertices.allSatisfy { $0.latitude < 6 })
    let everywhere = Islands(wilderness: 0...9)
    let straight = try await self.plan(everywhere, try stops(1, 2, 3))
    #expect(parts(straight) == [[1, 2, 3]])
    #expect(straight.gaps.count == 2)
    let allowed = try await self.plan(Islands(wilderness: 2...2), try stops(1, 2)) {
      $0.mostSnapMeters = 1e9
    }
    #expect(parts(allowed) == [[1, 80]] && allowed.gaps.isEmpty)
  }

  /// Whatever the world is like, the parts run through all stops in order.
  @Test func anyWorldMakesARoute() async throws {
    var random = SplitMix64("worlds")
    for _ in 0..<300 {
      let count = Int.random(in: 2...14, using: &random)
      let straits = (0..<Int.random(in: 0...5, using: &random)).map { _ in
        Double.random(in: 0...Double(count), using: &random)
      }
      let far = Double.random(in: 0...Double(count), using: &random)
      let ways = Islands(
        mostStops: Int.random(in: 2...6, using: &random), straits: straits,
        wilderness: Bool.random(using: &random) ? far...far + 1.5 : nil)
      let stops = try (0..<count).map {
        PlanStop(.at(try Coordinate(latitude: Double($0), longitude: 0)), name: "\($0)")
      }
      let plan = try await plan(ways, stops)
      let parts = parts(plan)
      // A way begins beside the stop that a straight line has led to.
      var passed: [Double] = []
      for latitude in parts.flatMap({ $0 }) where passed.last != latitude {
        passed.append(latitude)
      }
      #expect(passed == (0..<count).map(Double.init))
      #expect(parts.allSatisfy { $0.count >= 2 } || parts.count == 1)
      #expect(plan.gaps.compactMap(\.join) == Array(1..<parts.count))
      #expect(plan.gaps.map(\.after) == plan.gaps.map(\.after).sorted())
      #expect(ways.asked.with { $0.count } < 4 * count)
    }
  }

  @Test func namesComeFromPlacesAndAreNeverTwice() async throws {
    let plan = try await plan(
      Geodesics(),
      [
        PlanStop(.named("Springfield")), PlanStop(.named("Springfield, IL"), story: "Hello"),
        PlanStop(.at(try Coordinate(latitude: 51.5, longitude: -0.12)), type: "town"),
        PlanStop(.at(try Coordinate(latitude: 0, longitude: -30))),
        PlanStop(.named("Paris"), name: "The end"),
      ])
    #expect(
      plan.stops.map(\.waypoint.name) == ["Springfield", "Stop 2", "London", "Stop 4", "The end"])
    #expect(plan.stops[0].taken?.area == "Missouri, United States")
    #expect(plan.stops[0].others.count >= 7 && plan.stops[1].others.isEmpty)
    #expect(plan.stops[1].waypoint.story == "Hello" && plan.stops[2].waypoint.type == "town")
    #expect(plan.stops[2].query == nil && plan.stops[4].query == "Paris")
    #expect(plan.attributions == [Gazetteer().attribution])
  }

  @Test func whatCannotBePlannedIsSaid() async throws {
    func error(
      _ stops: [PlanStop], _ mode: TravelMode? = nil
    ) async -> MapsError? {
      do throws(MapsError) {
        _ = try await plan(Geodesics(), stops) { $0.mode = mode }
        return nil
      } catch { return error }
    }
    #expect(await error([])?.message == "a route needs two stops at least; 0 given")
    #expect(await error([PlanStop(.named("Paris"))])?.code == .plan)
    let twice = PlanStop(.named("Paris"))
    #expect(await error([twice, twice])?.code == .plan)
    let unknown = await error([twice, PlanStop(.named("Lundon"))])
    #expect(unknown?.stop == 1 && unknown?.message.contains("London, England") == true)
    #expect(unknown?.further.isEmpty == true)
    let none = await error(Array(repeating: PlanStop(.named("Xyzzyq")), count: 60))
    #expect(none?.stop == 0 && none?.further.compactMap(\.stop) == Array(1..<50))
    #expect(
      await error([twice, PlanStop(.named("Rome"))], .walk)?.message.contains("walk") == true)
    #expect(await error([twice, PlanStop(.named("Rome"))], .straight) == nil)
    let many = try (0...10_000).map {
      PlanStop(.at(try Coordinate(latitude: 0, longitude: Double($0) / 100)), name: "\($0)")
    }
    #expect(await error(many)?.message == "10001 stops given; the limit is 10000 stops")
  }

  @Test func whoAsksForTimeIsAskedAgain() async throws {
    let busy = MapsError(.throttled, "busy", mayRepeat: true, retryAfter: .milliseconds(5))
    let ways = Islands()
    ways.faults.with { $0 = [busy, busy] }
    let plan = try await plan(ways, try stops(1, 2), patience: .seconds(1))
    #expect(parts(plan) == [[1, 2]] && ways.asked.with { $0.count } == 3)
    for (faults, patience, count) in [
      ([busy], Duration.zero, 1), (Array(repeating: busy, count: 9), .seconds(1), 4),
      ([MapsError(.refused, "no")], .seconds(1), 1),
      ([MapsError(.throttled, "busy", mayRepeat: true, retryAfter: .seconds(9))], .seconds(1), 1),
    ] {
      let ways = Islands()
      ways.faults.with { $0 = faults }
      await #expect(throws: faults[0]) {
        try await self.plan(ways, try stops(1, 2), patience: patience)
      }
      #expect(ways.asked.with { $0.count } == count)
    }
  }
}
