import Geodesy
import Testing

@testable import Routes

@Suite struct CourseTests {
  /// 1 km north, 1 km east: an open line.
  private let open = [
    place(10, 20), offset(place(10, 20), north: 1_000, east: 0),
    offset(offset(place(10, 20), north: 1_000, east: 0), north: 0, east: 1_000),
  ]
  private var loop: [Coordinate] { open + [open[0]] }

  private func length(_ line: [Coordinate]) -> Int64 {
    roundedMicrometers(zip(line, line.dropFirst()).map { metersBetween($0, $1) }.reduce(0, +))
  }

  // MARK: Laps

  @Test func lapsOfAClosedLoop() throws {
    let line = try measured([loop], course: Course(laps: 3))
    let lap = length(loop)
    #expect(abs(line.lapLength.micrometers - lap) <= 1)
    #expect(line.passLength == line.lapLength)
    #expect(line.length.micrometers == 3 * line.lapLength.micrometers)
    #expect(line.lapJoin?.lengthMeters == 0)
    #expect(line.lapJoin?.policy == .walk)
    for lap in 0..<3 as Range<Int64> {
      let start = lap * line.lapLength.micrometers
      let at = line.position(at: micrometers(start))
      #expect(at.lap == Int(lap) + 1)
      #expect(at.coordinate == loop[0])
      #expect(at.bearing == Geodesic.wgs84.inverse(from: loop[0], to: loop[1]).initialAzimuth)
      #expect(at.leg == 1)
      #expect(at.legFraction == 0)
      #expect(!at.isFinished)
      #expect(abs(at.fraction - Double(lap) / 3) < 1e-12)
      // The same place on every lap.
      let inside = line.position(at: micrometers(start + 700_000_000))
      #expect(inside.coordinate == line.position(at: micrometers(700_000_000)).coordinate)
      #expect(inside.lap == Int(lap) + 1)
      let before = line.position(at: micrometers(start + line.lapLength.micrometers - 1))
      #expect(before.lap == Int(lap) + 1)
    }
    let end = line.position(at: line.end)
    #expect(end.lap == 3)
    #expect(end.isFinished)
    #expect(end.coordinate == loop[3])
    let arrival = Geodesic.wgs84.inverse(from: loop[2], to: loop[3]).finalAzimuth
    #expect(angleBetween(end.bearing?.degrees ?? 0, arrival.degrees) < 1e-9)
  }

  @Test func lapsOfAnOpenLine() throws {
    let gap = metersBetween(open[2], open[0])
    let pass = length(open)
    for (policy, counted) in [
      (JoinPolicy.walk, roundedMicrometers(gap)), (.counted, roundedMicrometers(gap)), (.ferry, 0),
      (.unresolved, 0),
    ] {
      let line = try measured([open], course: Course(laps: 4, lapJoin: policy))
      #expect(line.passLength.micrometers == pass)
      #expect(line.lapLength.micrometers == pass + counted, "\(policy)")
      // The way back is walked between laps and not after the last.
      #expect(line.length.micrometers == 4 * pass + 3 * counted, "\(policy)")
      #expect(line.lapJoin == Join(policy: policy, lengthMeters: gap, from: open[2], to: open[0]))
      #expect(abs(line.geometricMeters - Double(pass) / 1e6) < 1e-6)
      #expect(line.joins.isEmpty)
      #expect(line.joinsMeters == 0)

      let end = line.position(at: line.end)
      #expect(end.coordinate == open[2])
      #expect(end.lap == 4)
      let arrival = Geodesic.wgs84.inverse(from: open[1], to: open[2]).finalAzimuth
      #expect(angleBetween(end.bearing?.degrees ?? 0, arrival.degrees) < 1e-9, "\(policy)")
      let second = line.position(at: line.lapLength)
      #expect(second.lap == 2)
      #expect(second.coordinate == open[0])
      let atEndOfPass = line.position(at: line.passLength)
      if counted == 0 {
        // A jump: at the end of the first pass the marker is at the start of the second.
        #expect(atEndOfPass == second)
      } else {
        #expect(atEndOfPass.lap == 1)
        #expect(atEndOfPass.coordinate == open[2])
        let home = Geodesic.wgs84.inverse(from: open[2], to: open[0]).initialAzimuth
        #expect(angleBetween(atEndOfPass.bearing?.degrees ?? 0, home.degrees) < 1e-9)
        let middle = line.position(at: micrometers(pass + counted / 2))
        #expect(
          metersBetween(middle.coordinate, between(open[2], open[0], meters: gap / 2)) < 1e-6)
        #expect(middle.lap == 1)
        #expect(middle.part == 1)
      }
    }
  }

  @Test func theWayToTheNextLapByDefault() throws {
    // 1.4 km: too far to guess; 900 m: walked.
    #expect(try measured([open], course: Course(laps: 2)).lapJoin?.policy == .unresolved)
    let near = [place(0, 0), place(0, 0.01), place(0.008, 0)]
    #expect(try measured([near], course: Course(laps: 2)).lapJoin?.policy == .walk)
    #expect(try measured([near], course: Course(laps: 1)).lapJoin == nil)
    #expect(
      try measured([near], course: Course(laps: 1, lapJoin: .counted)).lapJoin == nil)
    #expect(
      try measured([near], course: Course(laps: 3, thereAndBack: true)).lapJoin == nil)
  }

  @Test func anOfficialLengthIsThatOfOnePass() throws {
    let line = try measured(
      [open], officialLength: distance("3km"), course: Course(laps: 2, lapJoin: .walk))
    let gap = roundedMicrometers(metersBetween(open[2], open[0]))
    #expect(line.passLength == distance("3km"))
    #expect(line.lapLength.micrometers == 3_000_000_000 + gap)
    #expect(line.length.micrometers == 6_000_000_000 + gap)
    let back = try measured(
      [open], officialLength: distance("3km"), course: Course(laps: 2, thereAndBack: true))
    #expect(back.length == distance("12km"))
    let turn = back.position(at: distance("9km"))
    #expect(turn.coordinate == open[2])
    #expect(turn.lap == 2)
  }

  /// A course over ten thousand laps is one pass over the geometry, and exact to the last.
  @Test func manyLaps() throws {
    let line = try measured([loop], course: Course(laps: 10_000))
    #expect(line.length.micrometers == 10_000 * line.lapLength.micrometers)
    let deep = micrometers(9_876 * line.lapLength.micrometers + 123_456_789)
    let at = line.position(at: deep)
    #expect(at.lap == 9_877)
    #expect(at.coordinate == line.position(at: micrometers(123_456_789)).coordinate)
    let back = try measured([open], course: Course(laps: 10_000, thereAndBack: true))
    #expect(back.position(at: back.end).coordinate == open[0])
    #expect(back.position(at: back.end).lap == 10_000)
  }

  // MARK: There and back

  @Test func thereAndBack() throws {
    let line = try measured([open], course: Course(laps: 2, thereAndBack: true))
    let pass = line.passLength.micrometers
    #expect(line.lapLength.micrometers == 2 * pass)
    #expect(line.length.micrometers == 4 * pass)
    for inPass in [1, pass / 3, pass / 2, pass - 1] {
      let there = line.position(at: micrometers(inPass))
      for lap in 0..<2 as Range<Int64> {
        let back = line.position(at: micrometers((lap + 1) * 2 * pass - inPass))
        #expect(metersBetween(there.coordinate, back.coordinate) < 1e-7)
        let turned = angleBetween(there.bearing?.degrees ?? 0, back.bearing?.degrees ?? 0)
        #expect(abs(turned - 180) < 1e-9)
        #expect(back.lap == Int(lap) + 1)
      }
    }
    // At the turn the way ahead is the way back; at the end it is that of arrival.
    let out = Geodesic.wgs84.inverse(from: open[1], to: open[2]).finalAzimuth
    let first = Geodesic.wgs84.inverse(from: open[0], to: open[1]).initialAzimuth
    let turn = line.position(at: micrometers(pass))
    #expect(turn.coordinate == open[2])
    #expect(angleBetween(turn.bearing?.degrees ?? 0, out.reversed.degrees) < 1e-9)
    let again = line.position(at: line.lapLength)
    #expect(again.coordinate == open[0])
    #expect(again.lap == 2)
    #expect(angleBetween(again.bearing?.degrees ?? 0, first.degrees) < 1e-9)
    let end = line.position(at: line.end)
    #expect(end.coordinate == open[0])
    #expect(angleBetween(end.bearing?.degrees ?? 0, first.reversed.degrees) < 1e-9)
  }

  // MARK: Bearings

  @Test func bearingsAtVertices() throws {
    func azimuth(_ a: Int, _ b: Int) -> Double {
      Geodesic.wgs84.inverse(from: open[a], to: open[b]).initialAzimuth.degrees
    }
    // Marked, so that the vertex has a distance of its own.
    let corner = Waypoint(coordinate: open[1], officialDistance: distance("1km"))
    let line = try measured([open], waypoints: [corner], course: Course(thereAndBack: true))
    func bearing(_ at: Distance) -> Double { line.position(at: at).bearing?.degrees ?? .nan }
    #expect(angleBetween(bearing(.zero), azimuth(0, 1)) < 1e-9)
    #expect(line.position(at: distance("1km")).coordinate == open[1])
    #expect(angleBetween(bearing(distance("1km")), azimuth(1, 2)) < 1e-9)
    let back = micrometers(line.lapLength.micrometers - 1_000_000_000)
    #expect(line.position(at: back).coordinate == open[1])
    #expect(angleBetween(bearing(back), azimuth(1, 0)) < 1e-9)
    // Vertices that repeat say nothing about the direction.
    let repeated = [open[0], open[0], open[1], open[1], open[1], open[2], open[2]]
    let slow = try measured([repeated], waypoints: [corner])
    func slowBearing(_ at: Distance) -> Double { slow.position(at: at).bearing?.degrees ?? .nan }
    #expect(angleBetween(slowBearing(.zero), azimuth(0, 1)) < 1e-9)
    #expect(angleBetween(slowBearing(distance("1km")), azimuth(1, 2)) < 1e-9)
    let arrival = Geodesic.wgs84.inverse(from: open[1], to: open[2]).finalAzimuth.degrees
    #expect(angleBetween(slowBearing(slow.end), arrival) < 1e-9)
    let slowBack = try measured([repeated], course: Course(thereAndBack: true))
    let end = slowBack.position(at: slowBack.end).bearing?.degrees ?? .nan
    #expect(angleBetween(end, azimuth(0, 1) + 180) < 1e-9)
    let turn = slowBack.position(at: slowBack.passLength).bearing?.degrees ?? .nan
    #expect(angleBetween(turn, arrival + 180) < 1e-9)
  }

  @Test func aRouteWithoutExtent() throws {
    for vertices in [[open[0]], [open[0], open[0], open[0]]] {
      for course in [Course.once, Course(laps: 3), Course(laps: 2, thereAndBack: true)] {
        let line = try measured(
          [vertices], waypoints: [Waypoint(coordinate: open[0])], course: course)
        #expect(line.length == .zero)
        let at = line.position(at: distance("5km"))
        #expect(at.coordinate == open[0])
        #expect(at.bearing == nil)
        #expect(at.isFinished)
        #expect(at.fraction == 1)
        #expect(at.part == 1)
        #expect(at.lap == course.laps)
        #expect(at.leg == 1)
        #expect(at.legFraction == 1)
        #expect(at.lastWaypoint?.index == 0)
        #expect(at.nextWaypoint == nil)
      }
    }
  }

  @Test func elevations() throws {
    let line = try measured([
      [place(0, 0, 100), place(0, 0.01, 200), place(0, 0.02), place(0, 0.03, 50)]
    ])
    func elevation(_ share: Int64) -> Double? {
      line.position(at: micrometers(line.length.micrometers * share / 12)).coordinate
        .elevationMeters
    }
    #expect(elevation(0) == 100)
    #expect(abs((elevation(1) ?? 0) - 125) < 1e-6)
    #expect(abs((elevation(3) ?? 0) - 175) < 1e-6)
    // Unknown on both sides of a vertex without one.
    #expect(elevation(5) == nil)
    #expect(elevation(10) == nil)
    #expect(elevation(12) == 50)
  }

  /// A course over a pass that is measured already is to the bit the one measured for it.
  @Test func coursesShareTheMeasuredPass() throws {
    var random = SplitMix64("coursesShareTheMeasuredPass")
    for round in 0..<200 {
      var route = try random.route(random.element(of: Shape.allCases), legs: 1...12)
      let along = try MeasuredRoute(route)
      let waypoints = (0..<5).map { _ in
        Waypoint(
          coordinate: along.position(
            at: micrometers(Int64(random.double(0..<1) * Double(along.length.micrometers)))
          ).coordinate)
      }
      route = try Route(
        parts: (0..<route.partCount).map { Array(route.part($0)) },
        joinPolicies: route.joinPolicies, waypoints: waypoints,
        officialLength: route.officialLength, course: route.course)
      let measured = try MeasuredRoute(route)
      for _ in 0..<3 {
        let course = Course(
          laps: random.element(of: [1, 2, 10_000]), thereAndBack: random.chance(0.3),
          lapJoin: random.element(of: JoinPolicy.allCases + [nil]))
        let shared = try measured.following(course)
        let anew = try MeasuredRoute(try route.following(course))
        #expect(shared.route == anew.route)
        #expect(shared.line.measures == anew.line.measures)
        #expect(shared.line.azimuths == anew.line.azimuths)
        #expect(shared.line.partStarts == anew.line.partStarts)
        #expect(shared.lapJoin == anew.lapJoin)
        #expect(shared.waypoints == anew.waypoints)
        #expect(shared.lapLength == anew.lapLength)
        #expect(shared.courseStops.count == shared.courseStopCount)
        #expect(shared.courseStops.last == anew.courseStops.last)
        for _ in 0..<20 {
          let at = micrometers(Int64(random.double(0..<1) * Double(anew.length.micrometers)))
          #expect(
            shared.position(at: at) == anew.position(at: at), "round \(round), seed \(runSeed)")
        }
      }
    }
  }
}
