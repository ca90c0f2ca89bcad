import Geodesy
import Testing

@testable import Routes

@Suite struct WaypointPlacingTests {
  /// 10 km due east along the equator, a vertex every kilometre.
  private let road = (0...10).map { offset(place(0, 0), north: 0, east: Double($0) * 1_000 + 1e-6) }
  private var outAndBack: [Coordinate] { road + road.reversed().dropFirst() }

  /// A waypoint some metres along the road and beside it.
  private func at(_ east: Double, _ north: Double = 0) -> Waypoint {
    Waypoint(coordinate: offset(offset(place(0, 0), north: 0, east: east), north: north, east: 0))
  }

  /// Where waypoints end up, in whole metres.
  private func meters(
    _ waypoints: [Waypoint], on parts: [[Coordinate]], joins: [JoinPolicy?]? = nil,
    course: Course = .once
  ) throws -> [Int] {
    let route = try measured(parts, joins: joins, waypoints: waypoints, course: course)
    for placed in route.waypoints {
      #expect(placed.waypoint == waypoints[placed.index])
      #expect(placed.distance.micrometers == roundedMicrometers(placed.geometricMeters))
      let there = route.position(at: placed.distance).coordinate
      let away = metersBetween(there, placed.waypoint.coordinate)
      #expect(abs(away - placed.offsetMeters) < 2e-6)
    }
    return route.waypoints.map { Int($0.geometricMeters.rounded()) }
  }

  @Test func theNearestPlace() throws {
    #expect(
      try meters([at(0), at(2_500), at(7_321, 40), at(10_000)], on: [road]) == [
        0, 2_500, 7_321, 10_000,
      ])
    // Far beside the line, and beyond both its ends.
    #expect(
      try meters([at(-500), at(3_000, 100_000), at(11_000, 7)], on: [road]) == [
        0, 3_000, 10_000,
      ])
    let route = try measured([road], waypoints: [at(7_321, 40)])
    #expect(abs(route.waypoints[0].offsetMeters - 40) < 1e-6)
  }

  @Test func theOrderOfTheFileIsKeptOnARoadOutAndBack() throws {
    #expect(
      try meters([at(3_000, 5), at(10_000), at(3_000, 5)], on: [outAndBack]) == [
        3_000, 10_000, 17_000,
      ])
    #expect(
      try meters([at(6_000), at(9_000), at(4_000), at(2_000)], on: [outAndBack]) == [
        6_000, 9_000, 16_000, 18_000,
      ])
    // Alone it is met on the way out.
    #expect(try meters([at(3_000, 5)], on: [outAndBack]) == [3_000])
    // The finish, listed last, is the end of the line and not its start.
    #expect(try meters([at(0), at(5_000), at(0)], on: [outAndBack]) == [0, 5_000, 20_000])
  }

  @Test func ofSeveralPassesWithin25MetersTheFirst() throws {
    // Out along the road, back 30 m north of it.
    let back = road.reversed().map { offset($0, north: 30, east: 0) }
    let loop = [road + back]
    // 20 m from the way out, 10 m from the way back: a tie.
    #expect(try meters([at(4_000, 20)], on: loop) == [4_000])
    // 28 m and 2 m are not.
    #expect(try meters([at(4_000, 28)], on: loop) == [16_030])
    // On the first pass that keeps the order.
    #expect(try meters([at(7_000, 0), at(4_000, 20)], on: loop) == [7_000, 16_030])
    #expect(MeasuredRoute.waypointTieMeters == 25)
  }

  /// Near the turn of a road out and back, both ways are one pass and equally far: the way out is
  /// taken, not whichever a rounding prefers.
  @Test func nearTheTurnTheWayOut() throws {
    // Not along a parallel, where the roundings of both ways are the same.
    let slanted = (0...10).map { offset(place(47, 8), azimuth: 63, meters: Double($0) * 1_000) }
    let line = try measured([slanted + slanted.reversed().dropFirst()])
    let turn = line.length.micrometers / 2
    // Nearer to the turn than this the line does not move away by the metre that makes two places.
    for step in 0..<60 {
      let away = Int64(step) * 300_000 + 4_000_000
      let before = line.position(at: micrometers(turn - away))
      let beside = offset(
        before.coordinate, azimuth: (before.bearing?.degrees ?? 0) + 90, meters: Double(step % 5))
      let route = try measured(
        [line.route.vertices],
        waypoints: [Waypoint(coordinate: beside), Waypoint(coordinate: slanted[10])])
      #expect(
        abs(route.waypoints[0].distance.micrometers - (turn - away)) < 1_000, "\(away) µm before")
      #expect(abs(route.waypoints[1].distance.micrometers - turn) < 1_000)
    }
  }

  /// On one pass the nearest place counts, not the first within 25 m.
  @Test func withinAPassTheNearest() throws {
    // A corner: the road turns north at 10 km.
    let corner = [road + [offset(road[10], north: 1_000, east: 0)]]
    #expect(try meters([at(9_990, 3)], on: corner) == [9_990])
    #expect(try meters([at(9_997, 12)], on: corner) == [10_012])
  }

  @Test func outOfOrderItStaysWhereItIsNearest() throws {
    #expect(try meters([at(8_000), at(2_000), at(9_000)], on: [road]) == [8_000, 2_000, 9_000])
    // One stray place does not drag the rest along.
    #expect(
      try meters([at(9_500), at(1_000), at(2_000), at(3_000)], on: [road]) == [
        9_500, 1_000, 2_000, 3_000,
      ])
  }

  /// A little behind the one before, a place is bent to keep the order, up to 250 m.
  @Test func aLittleBehindItIsBent() throws {
    #expect(try meters([at(5_000), at(4_800)], on: [road]) == [5_000, 5_000])
    #expect(try meters([at(5_000), at(4_740)], on: [road]) == [5_000, 4_740])
    #expect(MeasuredRoute.waypointOrderReachMeters == 250)
  }

  @Test func loopsStartAndFinishAtOnePlace() throws {
    let square = [
      road[0], road[3], offset(road[3], north: 3_000, east: 0),
      offset(road[0], north: 3_000, east: 0), road[0],
    ]
    let length = try measured([square]).length.micrometers
    let total = Int((Double(length) / 1e6).rounded())
    #expect(try meters([at(0)], on: [square]) == [0])
    #expect(try meters([at(0), at(3_000), at(0)], on: [square]) == [0, 3_000, total])
    #expect(try meters([at(3_000), at(0)], on: [square]) == [3_000, total])
    // With laps the finish of a lap is still its end.
    #expect(
      try meters([at(0), at(3_000), at(0)], on: [square], course: Course(laps: 5)) == [
        0, 3_000, total,
      ])
    // A few metres beside the start.
    #expect(try meters([at(5, 8), at(3_000), at(5, 8)], on: [square]) == [5, 3_000, total - 8])
  }

  @Test func whereTheLineCrossesItselfTheOrderDecides() throws {
    // East 10 km, then back over the middle from north-east to south-west.
    let cross = [
      road + [
        offset(place(0, 0), north: 2_000, east: 7_000),
        offset(place(0, 0), north: -2_000, east: 3_000),
      ]
    ]
    let first = try meters([at(5_000)], on: cross)
    #expect(first == [5_000])
    let second = try meters([at(8_000), at(5_000)], on: cross)
    #expect(second[0] == 8_000)
    #expect(second[1] > 14_000)
  }

  /// The way back to the start of the next lap is no place for a waypoint: a lap's waypoints lie on
  /// the pass, also where that is further away.
  @Test func theWayToTheNextLapTakesNone() throws {
    let open = [
      road[0], road[1], offset(road[1], north: 900, east: 0), offset(road[0], north: 900, east: 0),
    ]
    let beside = at(-1, 300)
    let once = try meters([beside], on: [open])
    for course in [Course(laps: 3), Course(laps: 3, lapJoin: .counted)] {
      #expect(try meters([beside], on: [open], course: course) == once)
      let marked = Waypoint(
        coordinate: beside.coordinate, officialDistance: distance("1500m"))
      let route = try measured([open], waypoints: [at(500), marked], course: course)
      #expect(route.waypoints[1].geometricMeters <= route.geometricMeters)
    }
  }

  @Test func atJumpsOver180DegreesAndAtThePoles() throws {
    let far = road.map { offset($0, north: 50_000, east: 0) }
    let beyond = Waypoint(coordinate: offset(far[2], north: 10, east: 0))
    #expect(try meters([at(9_000), beyond], on: [road, far], joins: [.ferry]) == [9_000, 12_000])
    // The far end of a jump is a place even where the line ends there.
    let island = offset(far[5], north: 10, east: 0)
    #expect(
      try measured([road, [far[5]]], joins: [.ferry], waypoints: [Waypoint(coordinate: island)])
        .waypoints[0].offsetMeters < 11)
    let over = [place(0, 179.99), place(0, -179.99)]
    let date = Waypoint(coordinate: place(0.001, 180))
    let dateWest = Waypoint(coordinate: place(0.001, -180))
    #expect(try meters([date, dateWest], on: [over]) == [1_113, 1_113])
    let polar = [place(89.99, 0), place(89.99, 180)]
    #expect(try meters([Waypoint(coordinate: place(90, 77))], on: [polar]) == [1_117])
    #expect(try meters([at(5)], on: [[road[0]]]) == [0])
  }

  /// Waypoints strewn along a winding road out and back are found where they were put.
  @Test func strewnWaypointsAreFoundAgain() throws {
    var random = SplitMix64("strewnWaypointsAreFoundAgain")
    var worst = 0.0
    for round in 0..<60 {
      var out = [place(random.double(-60..<60), random.double(-180..<180))]
      for _ in 0..<random.int(2...12) {
        out.append(
          offset(
            out[out.count - 1], azimuth: random.double(45..<135), meters: random.double(200..<9_000)
          ))
      }
      let line = try measured([out + out.reversed().dropFirst()])
      let length = line.length.micrometers
      var places = (0..<random.int(1...9)).map { _ in Int64(random.double(0..<1) * Double(length)) }
      // The turn tells which way those before and after it are met.
      places.append(length / 2)
      places.sort()
      let waypoints = places.map { at in
        let there = line.position(at: micrometers(at))
        let side = (there.bearing?.degrees ?? 0) + (random.chance(0.5) ? 90 : -90)
        return Waypoint(
          coordinate: offset(there.coordinate, azimuth: side, meters: random.double(0..<2)))
      }
      let found = try measured([out + out.reversed().dropFirst()], waypoints: waypoints).waypoints
      for (placed, at) in zip(found, places) {
        let error = abs(Double(placed.distance.micrometers - at)) / 1e6
        worst = max(worst, error)
        // Beside a corner the nearest place is that much away.
        #expect(error < 5, "waypoint \(placed.index), round \(round), seed \(runSeed)")
        #expect(placed.offsetMeters <= 2)
      }
    }
    print("placing: strewn waypoints found within \(worst) m of where they were put")
  }
}
