import Foundation
import Geodesy
import Testing

@testable import Routes

@Suite struct NearestTests {
  // MARK: Lines that do not cross themselves

  /// Always eastwards and less than once round, with legs of all sizes and no corner below 20°.
  private static func eastward(_ random: inout SplitMix64) -> [Coordinate] {
    var line = [place(random.double(-50..<50), random.double(-180..<180), 100)]
    var turned = 0.0
    for _ in 0..<random.int(1...40) {
      let last = line[line.count - 1]
      // Away from the poles, where longitudes run together.
      let azimuth =
        last.latitude > 50
        ? random.double(90..<170)
        : last.latitude < -50 ? random.double(10..<90) : random.double(10..<170)
      let next = offset(last, azimuth: azimuth, meters: random.anySized(1e-3..<3e6))
      turned += (next.longitude - last.longitude).remainder(dividingBy: 360)
      if turned > 340 { break }
      line.append(
        place(next.latitude, next.longitude, random.chance(0.9) ? random.double(0..<4_000) : .nan))
    }
    return line
  }

  /// Round the Earth again and again, each turn some degrees further north.
  private static func spiral(_ random: inout SplitMix64) -> [Coordinate] {
    let step = random.double(4..<20)
    let rise = random.double(2.5..<5) * step / 360
    var line: [Coordinate] = []
    var (latitude, longitude) = (-65.0, random.double(-180..<180))
    while latitude < 65, line.count < 300 {
      line.append(place(latitude, Coordinate.normalized(longitude: longitude), latitude * 10))
      latitude += rise
      longitude += step
    }
    return line
  }

  /// Asked for the place of a position, the line answers its distance, to a millimetre.
  @Test(arguments: 0..<4)
  func nearestUndoesPosition(chunk: Int) throws {
    var random = SplitMix64("nearestUndoesPosition \(chunk)")
    var worst = (along: 0.0, offset: 0.0)
    var shown = 0
    for round in 0..<150 {
      let vertices = round % 5 == 0 ? Self.spiral(&random) : Self.eastward(&random)
      let line = try measured([vertices])
      if line.length == .zero { continue }
      let index = PlaceIndex(line.line)
      for _ in 0..<20 {
        let at = Int64(random.double(0..<1) * Double(line.length.micrometers))
        let position = line.position(at: micrometers(at))
        var work = index.allowance
        let found = index.places(nearest: position.coordinate, toleranceMeters: 1e-4, &work)
        let best = try #require(found.min { $0.offsetMeters < $1.offsetMeters })
        let along = abs(best.meters - Double(at) / 1e6)
        worst = (max(worst.along, along), max(worst.offset, best.offsetMeters))
        let elevations = (best.coordinate.elevationMeters, position.coordinate.elevationMeters)
        let isSameHeight: Bool
        switch elevations {
        case (nil, nil): isSameHeight = true
        case (let a?, let b?): isSameHeight = abs(a - b) < 20
        default: isSameHeight = false
        }
        if !(along <= 1e-3) || !(best.offsetMeters <= 1e-6) || !isSameHeight, shown < 5 {
          shown += 1
          Issue.record(
            "\(best) for \(at) µm at \(position.coordinate), round \(round), seed \(runSeed)")
        }
      }
    }
    print(
      "nearest undoes position, chunk \(chunk): worst \(worst.along * 1e9) nm along, "
        + "\(worst.offset * 1e9) nm off")
  }

  // MARK: Against a search that looks everywhere

  /// A target of any kind: near the line, anywhere, a pole, the other side of the Earth, a quarter of
  /// the globe away.
  private static func target(_ random: inout SplitMix64, _ line: [Coordinate]) -> Coordinate {
    let vertex = random.element(of: line)
    switch random.int(0...6) {
    case 0: return random.anywhere()
    case 1: return place(random.chance(0.5) ? 90 : -90, random.double(-180..<180))
    case 2: return place(-vertex.latitude, Coordinate.normalized(longitude: vertex.longitude + 180))
    case 3:
      return offset(vertex, azimuth: random.double(0..<360), meters: random.double(9e6..<11e6))
    case 4: return vertex
    default:
      return offset(vertex, azimuth: random.double(0..<360), meters: random.anySized(0.01..<1e6))
    }
  }

  @Test(arguments: 0..<4)
  func agreesWithASearchEverywhere(chunk: Int) throws {
    var random = SplitMix64("agreesWithASearchEverywhere \(chunk)")
    var worst = 0.0
    var shown = 0
    for round in 0..<120 {
      let shape = Shape.allCases[round % Shape.allCases.count]
      let vertices = shape.line(&random, from: random.anywhere(), legs: random.int(1...8))
      let line = try measured([vertices])
      for _ in 0..<4 {
        let target = Self.target(&random, vertices)
        let tolerance = random.element(of: [0, 1e-6, 1, 25])
        let found = try line.nearest(to: target, toleranceMeters: tolerance)
        let expected =
          zip(vertices, vertices.dropFirst())
          .map { nearestOnLeg($0, $1, to: target).meters }.min() ?? .infinity
        let error = (found.first?.offsetMeters ?? .infinity) - expected
        worst = max(worst, abs(error))
        func fail(_ what: String) {
          shown += 1
          if shown <= 5 {
            Issue.record("\(what), \(shape), round \(round), target \(target), seed \(runSeed)")
          }
        }
        if !(abs(error) <= 1e-7) {
          fail("\(found.first?.offsetMeters as Any) m instead of \(expected) m")
        }
        for match in found {
          if match.offsetMeters > expected + tolerance + 1e-7 {
            fail("\(match) is beyond tolerance")
          }
          if abs(metersBetween(match.coordinate, target) - match.offsetMeters) > 1e-7 {
            fail("\(match) is not at its offset")
          }
          // The distance is a whole number of micrometres.
          let there = line.position(at: match.distance).coordinate
          if metersBetween(there, match.coordinate) > 1e-6 {
            fail("\(match) is not at its distance")
          }
        }
        if found.map(\.offsetMeters) != found.map(\.offsetMeters).sorted() { fail("not sorted") }
      }
    }
    print("nearest, chunk \(chunk): offset at most \(worst * 1e9) nm from a search everywhere")
  }

  // MARK: Passes, laps and hints

  /// A road of 1 km north, and back on the same vertices.
  private let out = (0...10).map { place(Double($0) * 0.001, 5) }
  private var outAndBack: [Coordinate] { out + out.reversed().dropFirst() }

  @Test func aRoadWalkedOutAndBackAnswersTwice() throws {
    let line = try measured([outAndBack])
    let target = offset(place(0.0035, 5), north: 0, east: 8)
    let way = metersBetween(out[0], place(0.0035, 5))
    let there = micrometers(roundedMicrometers(way))
    let back = micrometers(line.length.micrometers - there.micrometers)
    let found = try line.nearest(to: target)
    #expect(found.count == 2)
    for match in found { #expect(abs(match.offsetMeters - 8) < 1e-6) }
    #expect(abs((found.map(\.distance).min()?.micrometers ?? 0) - there.micrometers) <= 1_000)
    #expect(abs((found.map(\.distance).max()?.micrometers ?? 0) - back.micrometers) <= 1_000)
    for (hint, expected) in [
      (distance("0m"), there), (distance("500m"), there), (distance("1600m"), back),
      (line.length, back), (micrometers(.max), back), (micrometers(.min), there),
    ] {
      let match = try #require(try line.nearest(to: target, near: hint))
      #expect(abs(match.distance.micrometers - expected.micrometers) <= 1_000, "hint \(hint)")
    }
    // The turn is one place.
    #expect(try line.nearest(to: place(0.011, 5)).count == 1)
  }

  @Test func thereAndBackAnswersOnBothWays() throws {
    let line = try measured([out], course: Course(laps: 3, thereAndBack: true))
    let target = offset(place(0.0035, 5), north: 0, east: -3)
    let way = roundedMicrometers(metersBetween(out[0], place(0.0035, 5)))
    let once = try line.nearest(to: target).map(\.distance.micrometers).sorted()
    let expected = [way, line.lapLength.micrometers - way]
    #expect(once.count == 2)
    for (found, expected) in zip(once, expected) { #expect(abs(found - expected) <= 1_000) }
    for lap in 0..<3 as Range<Int64> {
      for place in expected {
        let hint = micrometers(lap * line.lapLength.micrometers + place + 5_000_000)
        let match = try #require(try line.nearest(to: target, near: hint))
        #expect(abs(match.distance.micrometers + 5_000_000 - hint.micrometers) <= 1_000)
      }
    }
    // The turn counts once, the start on both its ends.
    #expect(try line.nearest(to: out[10]).map(\.distance) == [line.passLength])
    #expect(try line.nearest(to: out[0]).map(\.distance) == [.zero, line.lapLength])
  }

  /// A square of 400 m that ends where it begins.
  private let loop = [
    place(10, 20), place(10.001, 20), place(10.001, 20.001), place(10, 20.001), place(10, 20),
  ]

  @Test func aClosedLoopMeetsItsStartTwice() throws {
    let line = try measured([loop])
    let found = try line.nearest(to: loop[0])
    #expect(found.map(\.distance) == [.zero, line.length])
    #expect(try line.nearest(to: loop[0], near: distance("10m"))?.distance == .zero)
    #expect(try line.nearest(to: loop[0], near: distance("390m"))?.distance == line.length)
  }

  @Test func lapsRepeatTheirPlaces() throws {
    let line = try measured([loop], course: Course(laps: 1_000))
    let corner = roundedMicrometers(metersBetween(loop[0], loop[1]))
    for lap in [0, 1, 499, 998, 999] as [Int64] {
      let expected = lap * line.lapLength.micrometers + corner
      for jitter in [-150_000_000, 0, 150_000_000] as [Int64] {
        let match = try line.nearest(to: loop[1], near: micrometers(expected + jitter))
        #expect(abs((match?.distance.micrometers ?? 0) - expected) <= 1, "lap \(lap)")
      }
    }
    let last = 999 * line.lapLength.micrometers + corner
    let beyond = try line.nearest(to: loop[1], near: micrometers(.max))
    #expect(abs((beyond?.distance.micrometers ?? 0) - last) <= 1)
    let before = try line.nearest(to: loop[1], near: micrometers(.min))
    #expect(abs((before?.distance.micrometers ?? 0) - corner) <= 1)
    // The start of lap 501 is the end of lap 500.
    let between = micrometers(500 * line.lapLength.micrometers)
    #expect(try line.nearest(to: loop[0], near: between)?.distance == between)
  }

  /// The walked way back to the start of the next lap has places too, but not after the last lap.
  @Test func theWayToTheNextLapIsPartOfTheCourse() throws {
    let open = Array(loop.dropLast())
    let line = try measured([open], course: Course(laps: 2, lapJoin: .walk))
    let side = place(10, 20.0005)
    let middle = line.passLength.micrometers + roundedMicrometers(metersBetween(open[3], side))
    let found = try line.nearest(to: side)
    #expect(found.count == 1)
    #expect(abs((found.first?.distance.micrometers ?? 0) - middle) <= 1_000)
    let hinted = try line.nearest(to: side, near: line.end)
    #expect(abs((hinted?.distance.micrometers ?? 0) - middle) <= 1_000)
  }

  @Test func toleranceTellsHowManyAnswer() throws {
    // East for a kilometre, 20 m north, and back west.
    let start = place(40, 7)
    let line = try measured([
      [
        start, offset(start, north: 0, east: 1_000), offset(start, north: 20, east: 1_000),
        offset(start, north: 20, east: 0),
      ]
    ])
    let target = offset(start, north: 5, east: 300)
    #expect(try line.nearest(to: target, toleranceMeters: 5).count == 1)
    let both = try line.nearest(to: target, toleranceMeters: 15)
    #expect(both.map { ($0.offsetMeters * 100).rounded() } == [500, 1_500])
    #expect(try line.nearest(to: target, toleranceMeters: 0).count == 1)
    #expect(try line.nearest(to: target, toleranceMeters: -1).count == 1)
  }

  @Test func farSidesAndSinglePoints() throws {
    let single = try measured([[place(12, 34, 56)]])
    for target in [place(12, 34), place(-12, -146), place(90, 0), place(12, 34.5)] {
      let found = try single.nearest(to: target)
      #expect(found.count == 1)
      #expect(found.first?.distance == .zero)
      #expect(found.first?.coordinate == place(12, 34, 56))
      #expect(abs((found.first?.offsetMeters ?? -1) - metersBetween(place(12, 34), target)) < 1e-8)
    }
    // A line that ends at the pole, and one that lies on 180 degrees, written both ways.
    let polar = try measured([[place(80, 10), place(90, 10)]])
    #expect(try polar.nearest(to: place(90, -120)).map(\.distance) == [polar.length])
    let over = try measured([[place(-1, 180), place(1, -180)]])
    for target in [place(0, 179.9), place(0, -179.9), place(0, 180), place(0, -180)] {
      let found = try over.nearest(to: target)
      #expect(found.count == 1)
      let middle = over.length.micrometers / 2
      #expect(abs((found.first?.distance.micrometers ?? 0) - middle) <= 1_000)
    }
  }

  /// Of two parts the nearer one answers, and no place lies in the gap that the marker jumps.
  @Test func jumpsHaveNoPlaces() throws {
    let a = [place(0, 0), place(0, 0.01)]
    let b = [place(0.1, 0.01), place(0.1, 0.02)]
    let middle = place(0.05, 0.01)
    let jump = try measured([a, b], joins: [.ferry]).nearest(to: middle)
    #expect(abs((jump.first?.offsetMeters ?? 0) - metersBetween(middle, b[0])) < 10)
    let walk = try measured([a, b], joins: [.walk]).nearest(to: middle)
    #expect((walk.first?.offsetMeters ?? 1) < 1e-6)
    let near = try measured([a, b], joins: [.ferry]).nearest(to: place(0.099, 0.012))
    #expect(near.count == 1)
    #expect(near.first?.coordinate.latitude ?? 0 > 0.0999)
  }

  // MARK: One index for many

  @Test func oneIndexAnswersManyThreadsAsItAnswersOne() throws {
    var random = SplitMix64("oneIndexAnswersManyThreadsAsItAnswersOne")
    let route = try measured(
      [Self.spiral(&random)], course: Course(laps: 3, thereAndBack: true))
    let targets = (0..<200).map { _ in
      place(random.double(-80..<80), random.double(-180..<180))
    }
    let hint = distance("100000 km")
    let alone = try targets.map {
      (try route.nearest(to: $0), try route.nearest(to: $0, near: hint))
    }
    let places = try NearestPlaces(route)
    DispatchQueue.concurrentPerform(iterations: 8) { thread in
      for step in targets.indices {
        let index = (step * 7 + thread * 31) % targets.count
        #expect(places.matches(to: targets[index]) == alone[index].0)
        #expect(places.match(to: targets[index], near: hint) == alone[index].1)
      }
    }
  }
}
