import Geodesy
import Testing

@testable import Routes

/// Legs, and the waypoints behind and ahead.
@Suite struct WaypointTests {
  private let line = (0...10).map { place(0, Double($0) * 0.1) }

  private func waypoint(_ vertex: Int, _ official: String? = nil) -> Waypoint {
    Waypoint(
      name: "W\(vertex)", coordinate: line[vertex], officialDistance: official.map(distance))
  }

  /// Marked at 20, 50 and 80 km of 100.
  private func route(_ course: Course = .once) throws -> MeasuredRoute {
    try measured(
      [line], waypoints: [waypoint(2, "20km"), waypoint(5, "50km"), waypoint(8, "80km")],
      officialLength: distance("100km"), course: course)
  }

  private struct Expected {
    var at: String
    var leg: Int
    var fraction: Double
    var last: String?
    var next: String?
    var lap = 1
  }

  private func check(_ route: MeasuredRoute, _ expected: [Expected]) {
    for expected in expected {
      let found = route.position(at: distance(expected.at))
      let last = found.lastWaypoint.map { "\($0.name ?? "") \($0.distance)" }
      let next = found.nextWaypoint.map { "\($0.name ?? "") \($0.distance)" }
      #expect(found.leg == expected.leg, "\(expected.at)")
      #expect(abs(found.legFraction - expected.fraction) < 1e-12, "\(expected.at)")
      #expect(last == expected.last, "\(expected.at)")
      #expect(next == expected.next, "\(expected.at)")
      #expect(found.lap == expected.lap, "\(expected.at)")
    }
  }

  // MARK: One by one

  /// Rule 4: at a waypoint it is reached, and the leg is the next one; at the end it is the last.
  @Test func legsAndWaypoints() throws {
    check(
      try route(),
      [
        Expected(at: "0m", leg: 1, fraction: 0, last: nil, next: "W2 20000 m"),
        Expected(at: "5km", leg: 1, fraction: 0.25, last: nil, next: "W2 20000 m"),
        Expected(
          at: "19999.999999m", leg: 1, fraction: 1 - 1e-6 / 20_000, last: nil, next: "W2 20000 m"),
        Expected(at: "20km", leg: 2, fraction: 0, last: "W2 20000 m", next: "W5 50000 m"),
        Expected(at: "35km", leg: 2, fraction: 0.5, last: "W2 20000 m", next: "W5 50000 m"),
        Expected(at: "80km", leg: 4, fraction: 0, last: "W8 80000 m", next: nil),
        Expected(at: "90km", leg: 4, fraction: 0.5, last: "W8 80000 m", next: nil),
        Expected(at: "100km", leg: 4, fraction: 1, last: "W8 80000 m", next: nil),
        Expected(at: "999km", leg: 4, fraction: 1, last: "W8 80000 m", next: nil),
        Expected(at: "-5km", leg: 1, fraction: 0, last: nil, next: "W2 20000 m"),
      ])
  }

  @Test func backTheyComeInReverse() throws {
    check(
      try route(Course(laps: 2, thereAndBack: true)),
      [
        Expected(at: "90km", leg: 4, fraction: 1.0 / 4, last: "W8 80000 m", next: "W8 120000 m"),
        // The turn is no boundary of its own: nothing stands there.
        Expected(at: "100km", leg: 4, fraction: 0.5, last: "W8 80000 m", next: "W8 120000 m"),
        Expected(at: "120km", leg: 5, fraction: 0, last: "W8 120000 m", next: "W5 150000 m"),
        Expected(at: "165km", leg: 6, fraction: 0.5, last: "W5 150000 m", next: "W2 180000 m"),
        Expected(at: "190km", leg: 7, fraction: 0.5, last: "W2 180000 m", next: "W2 220000 m"),
        Expected(
          at: "200km", leg: 1, fraction: 0, last: "W2 180000 m", next: "W2 220000 m", lap: 2),
        Expected(
          at: "220km", leg: 2, fraction: 0, last: "W2 220000 m", next: "W5 250000 m", lap: 2),
        Expected(at: "400km", leg: 7, fraction: 1, last: "W2 380000 m", next: nil, lap: 2),
      ])
  }

  @Test func overLaps() throws {
    check(
      try route(Course(laps: 3, lapJoin: .ferry)),
      [
        Expected(at: "90km", leg: 4, fraction: 0.5, last: "W8 80000 m", next: "W2 120000 m"),
        Expected(
          at: "100km", leg: 1, fraction: 0, last: "W8 80000 m", next: "W2 120000 m", lap: 2),
        Expected(
          at: "120km", leg: 2, fraction: 0, last: "W2 120000 m", next: "W5 150000 m", lap: 2),
        Expected(at: "290km", leg: 4, fraction: 0.5, last: "W8 280000 m", next: nil, lap: 3),
        Expected(at: "300km", leg: 4, fraction: 1, last: "W8 280000 m", next: nil, lap: 3),
      ])
    // The walked way back to the start is a leg of its own.
    let walked = try route(Course(laps: 2, lapJoin: .walk))
    let gap = walked.lapLength.micrometers - walked.passLength.micrometers
    let middle = walked.position(at: micrometers(walked.passLength.micrometers + gap / 2))
    #expect(middle.leg == 5)
    #expect(abs(middle.legFraction - 0.5) < 1e-9)
    #expect(middle.lastWaypoint?.name == "W8")
    #expect(
      middle.nextWaypoint?.distance.micrometers == walked.lapLength.micrometers + 20_000_000_000)
    let end = walked.position(at: walked.end)
    #expect(end.leg == 4)
    #expect(end.legFraction == 1)
  }

  @Test func waypointsAtTheStartAndTheEnd() throws {
    let ends = [waypoint(0, "0km"), waypoint(5, "50km"), waypoint(10, "100km")]
    let once = try measured([line], waypoints: ends)
    check(
      once,
      [
        Expected(at: "0m", leg: 1, fraction: 0, last: "W0 0 m", next: "W5 50000 m"),
        Expected(at: "75km", leg: 2, fraction: 0.5, last: "W5 50000 m", next: "W10 100000 m"),
        Expected(at: "100km", leg: 2, fraction: 1, last: "W10 100000 m", next: nil),
      ])
    let back = try measured([line], waypoints: ends, course: Course(laps: 2, thereAndBack: true))
    check(
      back,
      [
        // What stands at the turn is passed once.
        Expected(at: "100km", leg: 3, fraction: 0, last: "W10 100000 m", next: "W5 150000 m"),
        Expected(at: "175km", leg: 4, fraction: 0.5, last: "W5 150000 m", next: "W0 200000 m"),
        Expected(
          at: "200km", leg: 1, fraction: 0, last: "W0 200000 m", next: "W5 250000 m", lap: 2),
        Expected(at: "400km", leg: 4, fraction: 1, last: "W0 400000 m", next: nil, lap: 2),
      ])
  }

  @Test func withoutWaypointsThereIsOneLeg() throws {
    check(
      try measured([line], officialLength: distance("100km")),
      [
        Expected(at: "0m", leg: 1, fraction: 0, last: nil, next: nil),
        Expected(at: "25km", leg: 1, fraction: 0.25, last: nil, next: nil),
        Expected(at: "100km", leg: 1, fraction: 1, last: nil, next: nil),
      ])
  }

  @Test func severalAtOnePlaceKeepTheOrderOfTheFile() throws {
    let three = [
      Waypoint(name: "a", coordinate: line[5]), Waypoint(name: "b", coordinate: line[5]),
      Waypoint(name: "c", coordinate: line[5]),
    ]
    let once = try measured([line], waypoints: three, officialLength: distance("100km"))
    let before = once.position(at: distance("40km"))
    let after = once.position(at: distance("60km"))
    #expect(before.nextWaypoint?.name == "a")
    #expect(after.lastWaypoint?.name == "c")
    #expect((before.leg, after.leg) == (1, 2))
    let back = try measured(
      [line], waypoints: three, officialLength: distance("100km"),
      course: Course(thereAndBack: true))
    #expect(back.position(at: distance("110km")).nextWaypoint?.name == "c")
    #expect(back.position(at: distance("160km")).lastWaypoint?.name == "a")
  }

  @Test func distancesBetweenWaypoints() throws {
    let route = try route()
    #expect(route.distance(fromWaypoint: 0, toWaypoint: 2) == distance("60km"))
    #expect(route.distance(fromWaypoint: 2, toWaypoint: 0) == distance("60km"))
    #expect(route.distance(fromWaypoint: 1, toWaypoint: 1) == .zero)
  }

  // MARK: Against a list of everything that is passed

  /// All that a course passes, in order: official distance from its start and the waypoint.
  private static func passed(_ route: MeasuredRoute) -> [(at: Int64, index: Int)] {
    let pass = route.passLength.micrometers
    var lap = route.waypoints.map {
      (at: $0.distance.micrometers - route.start.micrometers, index: $0.index)
    }
    // Insertion keeps equal ones in the order of the file.
    for i in lap.indices {
      var j = i
      while j > 0, lap[j - 1].at > lap[j].at {
        lap.swapAt(j - 1, j)
        j -= 1
      }
    }
    if route.route.course.thereAndBack {
      for stop in lap.reversed() where stop.at < pass {
        lap.append((2 * pass - stop.at, stop.index))
      }
    }
    return (0..<Int64(route.route.course.laps)).flatMap { number in
      lap.map { ($0.at + number * route.lapLength.micrometers, $0.index) }
    }
  }

  @Test func agreesWithAListOfEverythingPassed() throws {
    var random = SplitMix64("agreesWithAListOfEverythingPassed")
    for round in 0..<300 {
      let vertices = Shape.anywhere.line(
        &random, from: random.anywhere(), legs: random.int(1...6))
      let waypoints = (0..<random.int(0...6)).map { number in
        Waypoint(
          name: "\(number)",
          coordinate: random.chance(0.5) ? random.element(of: vertices) : random.anywhere())
      }
      let course = Course(
        laps: random.int(1...3), thereAndBack: random.chance(0.4),
        lapJoin: random.element(of: [.walk, .ferry]))
      let route = try measured([vertices], waypoints: waypoints, course: course)
      let list = Self.passed(route)
      let length = route.length.micrometers
      var questions = list.flatMap { [$0.at - 1, $0.at, $0.at + 1] }
      questions += (0...course.laps).map { Int64($0) * route.lapLength.micrometers }
      questions += [0, length - 1, length]
      questions += (0..<10).map { _ in Int64(random.double(0..<1) * Double(length)) }
      for question in questions where question >= 0 && question <= length {
        let found = route.position(at: micrometers(question))
        let last = list.last { $0.at <= question }
        let next = question == length ? nil : list.first { $0.at > question }
        #expect(found.lastWaypoint?.distance.micrometers == last?.at, "round \(round), \(runSeed)")
        #expect(found.lastWaypoint?.index == last?.index, "round \(round), seed \(runSeed)")
        #expect(found.nextWaypoint?.distance.micrometers == next?.at, "round \(round), \(runSeed)")
        #expect(found.nextWaypoint?.index == next?.index, "round \(round), seed \(runSeed)")

        // The legs of this lap: its stops, its start and end, and the way to the next lap.
        let origin = Int64(found.lap - 1) * route.lapLength.micrometers
        let isLast = found.lap == course.laps
        let pass = course.thereAndBack ? route.lapLength.micrometers : route.passLength.micrometers
        var borders = Set(
          list.map { $0.at - origin }.filter { $0 >= 0 && $0 <= pass } + [0, pass])
        if !isLast { borders.insert(route.lapLength.micrometers) }
        let sorted = borders.sorted()
        let inLap = question - origin
        let leg = max(sorted.count { $0 <= inLap }, 1)
        if question == length {
          #expect(found.leg == max(sorted.count - 1, 1), "round \(round), seed \(runSeed)")
          #expect(found.legFraction == 1, "round \(round), seed \(runSeed)")
        } else {
          #expect(found.leg == leg, "round \(round), seed \(runSeed)")
          let fraction =
            Double(inLap - sorted[leg - 1]) / Double(sorted[leg] - sorted[leg - 1])
          #expect(abs(found.legFraction - fraction) < 1e-12, "round \(round), seed \(runSeed)")
        }
      }
    }
  }
}
