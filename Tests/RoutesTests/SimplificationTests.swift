import Geodesy
import Routes
import Testing

@Suite struct SimplificationTests {
  /// A walk that keeps its direction for a while.
  private static func walk(
    _ random: inout SplitMix64, from start: Coordinate, step: Double, count: Int
  ) -> [Coordinate] {
    var line = [start]
    var azimuth = random.double(0..<360)
    let turn = random.anySized(0.01..<60)
    while line.count < count {
      azimuth += random.double(-turn..<turn)
      let last = line[line.count - 1]
      line.append(
        random.chance(0.03)
          ? last : offset(last, azimuth: azimuth, meters: step * random.double(0.2..<2)))
      // A hairpin now and then.
      if random.chance(0.02) { azimuth += 180 }
    }
    return line
  }

  private static func start(_ random: inout SplitMix64, _ round: Int) -> Coordinate {
    switch round % 4 {
    case 0: return random.anywhere()
    case 1: return place(random.double(-80..<80), 179.999)
    case 2: return place(random.chance(0.5) ? 89.99 : -89.99, random.double(-180..<180))
    default: return place(random.double(40..<50), random.double(-180..<180))
    }
  }

  /// No dropped vertex lies further than the tolerance from the leg that replaces it, by geodesics.
  @Test func droppedVerticesStayWithinTheTolerance() throws {
    var random = SplitMix64("droppedVerticesStayWithin")
    var worst = -Double.infinity
    var dropped = 0
    var shown = 0
    for round in 0..<60 {
      let line = Self.walk(
        &random, from: Self.start(&random, round), step: random.anySized(1..<8_000),
        count: random.int(3...250))
      let tolerance = random.anySized(0.05..<20_000)
      let kept = Simplification.keptIndices(of: line[...], toleranceMeters: tolerance)
      #expect(kept.first == 0)
      #expect(kept.last == line.count - 1)
      #expect(kept == Array(Set(kept)).sorted())
      for (first, last) in zip(kept, kept.dropFirst()) where last - first > 1 {
        #expect(metersBetween(line[first], line[last]) <= 100_000.01)
        for i in first + 1..<last {
          dropped += 1
          let error =
            nearestOnLeg(line[first], line[last], to: line[i]).meters - tolerance
          worst = max(worst, error)
          if !(error <= 1e-6), shown < 5 {
            shown += 1
            Issue.record(
              "vertex \(i) is \(error) m beyond \(tolerance) m, round \(round), seed \(runSeed)")
          }
        }
      }
    }
    print("simplification: \(dropped) vertices dropped, the worst \(worst) m beyond the tolerance")
    #expect(dropped > 1_000)
  }

  /// Legs of nearly 100 km due east in the middle latitudes, where the plane through the Earth's
  /// centre would be 0.66 m off the geodesic.
  @Test func longLegsInTheMiddleLatitudes() throws {
    let a = place(45, 0)
    let length = 99_000.0
    for azimuth in [0.0, 45, 80, 90, 100, 180, 270] {
      let b = offset(a, azimuth: azimuth, meters: length)
      let leg = Geodesic.wgs84.inverseDegrees(a.latitude, a.longitude, b.latitude, b.longitude)
      for tolerance in [0.05, 0.3, 1, 50] {
        for side in [-0.99, -0.5, 0.5, 0.99, -1.01, 1.01] {
          let middle = Geodesic.wgs84.directDegrees(
            a.latitude, a.longitude, leg.azimuth1, leg.meters / 2)
          let vertex = offset(
            place(middle.latitude, middle.longitude),
            azimuth: middle.azimuth + (side < 0 ? -90 : 90), meters: abs(side) * tolerance)
          let kept = Simplification.keptIndices(of: [a, vertex, b], toleranceMeters: tolerance)
          // A hundredth of 5 cm is less than the plane's 0.7 mm, so that vertex may go either way.
          if tolerance > 0.05 || abs(side) != 0.99 {
            #expect(kept.count == (abs(side) > 1 ? 3 : 2), "\(azimuth)° \(tolerance) m \(side)")
          }
        }
      }
    }
  }

  @Test func straightLinesLoseTheirVertices() {
    let equator = (0...50).map { place(0, Double($0) * 0.01) }
    #expect(Simplification.keptIndices(of: equator[...], toleranceMeters: 0.01) == [0, 50])
    let over = (0...40).map {
      place(0, Coordinate.normalized(longitude: 179.8 + Double($0) * 0.01))
    }
    #expect(Simplification.simplified(over, toleranceMeters: 0.01) == [over[0], over[40]])
    let pole = (0...20).map { step in
      step <= 10
        ? place(89.9 + Double(step) * 0.01, 30) : place(90.1 - Double(step) * 0.01, -150)
    }
    #expect(Simplification.keptIndices(of: pole[...], toleranceMeters: 0.01) == [0, 20])
    // Legs longer than 100 km are not made.
    let long = (0...50).map { place(0, Double($0) * 0.1) }
    let kept = Simplification.keptIndices(of: long[...], toleranceMeters: 1_000)
    #expect(zip(kept, kept.dropFirst()).allSatisfy { ($1 - $0) * 11_132 <= 100_000 })
    #expect(kept.count < 12)
  }

  /// A spiral is split next to its end each time, which costs the square of its vertices. The tolerance
  /// holds for it too.
  @Test func spirals() {
    let center = place(47, 8)
    let line = (0..<20_000).map { i in
      offset(center, azimuth: Double(i) * 7, meters: 5_000 - Double(i) * 0.2)
    }
    for tolerance in [1.0, 20, 200] {
      let kept = Simplification.keptIndices(of: line[...], toleranceMeters: tolerance)
      var worst = 0.0
      for (first, last) in zip(kept, kept.dropFirst()) {
        for i in (first + 1)..<max(last, first + 1) {
          worst = max(worst, nearestOnLeg(line[first], line[last], to: line[i]).meters)
        }
      }
      #expect(worst <= tolerance + 1e-6)
      #expect(tolerance < 200 || kept.count < line.count)
    }
  }

  @Test func whatStays() {
    let corner = [place(0, 0), place(0, 0.01), place(0.01, 0.01)]
    #expect(Simplification.simplified(corner, toleranceMeters: 100) == corner)
    #expect(Simplification.simplified(corner, toleranceMeters: 1_000) == [corner[0], corner[2]])
    for tolerance in [0, -1, Double.nan] {
      let line = (0...5).map { place(0, Double($0) * 0.01) }
      #expect(Simplification.simplified(line, toleranceMeters: tolerance) == line)
    }
    #expect(Simplification.simplified([], toleranceMeters: 5).isEmpty)
    #expect(Simplification.simplified([corner[0]], toleranceMeters: 5) == [corner[0]])
    // A closed loop keeps what is furthest from its start.
    let loop = [place(0, 0), place(0, 0.01), place(0.01, 0.01), place(0.01, 0), place(0, 0)]
    #expect(Simplification.simplified(loop, toleranceMeters: 5) == loop)
    let kept = Simplification.keptIndices(of: loop[1...], toleranceMeters: 5)
    #expect(kept == [1, 2, 3, 4])
    #expect(Simplification.simplified(loop, toleranceMeters: 1e9) == [loop[0], loop[4]])
  }

  @Test func routesKeepTheirPartsAndTheRest() throws {
    let a = (0...20).map { place(0, Double($0) * 0.001) }
    let b = (0...20).map { place(1, Double($0) * 0.001) }
    let route = try Route(
      name: "x", parts: [a, [place(0.5, 0)], b], joinPolicies: [.ferry, nil],
      waypoints: [Waypoint(coordinate: a[3])], officialLength: distance("5km"),
      course: Course(laps: 2, lapJoin: .counted))
    let simple = route.simplified(toleranceMeters: 1)
    #expect(simple.vertices == [a[0], a[20], place(0.5, 0), b[0], b[20]])
    #expect(simple.partStarts == [0, 2, 3])
    #expect(simple.joinPolicies == route.joinPolicies)
    #expect(simple.name == "x")
    #expect(simple.waypoints == route.waypoints)
    #expect(simple.officialLength == route.officialLength)
    #expect(simple.course == route.course)
    #expect(route.simplified(toleranceMeters: 0) == route)
  }
}
