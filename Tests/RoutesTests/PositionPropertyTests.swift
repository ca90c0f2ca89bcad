import Geodesy
import Testing

@testable import Routes

/// The claims of `MeasuredRoute.position` on 100,000 random distances.
///
/// A pass is at most five times round the Earth long. On one of 500,000 km and more a double of metres
/// has no room for 100 nm.
@Suite struct PositionPropertyTests {
  /// What DESIGN.md promises.
  static let boundMeters = 100e-9

  /// Every position lies within 100 nm of the direct geodesic on the owning leg.
  @Test(arguments: 0..<8)
  func positionIsOnTheOwningLeg(chunk: Int) throws {
    var random = SplitMix64("positionIsOnTheOwningLeg \(chunk)")
    var worst = (meters: 0.0, what: "")
    var worstOnEarth = 0.0
    var shown = 0
    var asked = 0
    while asked < 12_500 {
      let shape = Shape.allCases[asked % Shape.allCases.count]
      let route = try random.route(shape)
      let line = try MeasuredRoute(route)
      let slow = SlowCourse(route, decided: line.passLength)
      func fail(_ what: String) {
        shown += 1
        if shown <= 5 { Issue.record("\(what), \(shape), question \(asked), seed \(runSeed)") }
      }
      if line.length.micrometers != slow.lengthMicrometers {
        fail("length \(line.length), expected \(slow.lengthMicrometers) µm")
        asked += 50
        continue
      }
      for _ in 0..<50 {
        asked += 1
        let at = Self.question(&random, slow)
        let found = line.position(at: at)
        let spot = slow.spot(at)
        let answers = slow.answers(at: spot)
        guard !answers.isEmpty else {
          // A route without extent: all vertices that are reached lie at one measure.
          if slow.pass != .zero { fail("no leg owns \(at)") }
          continue
        }
        let errors = answers.map { metersBetween($0.coordinate, found.coordinate) }
        let error = errors.min() ?? .infinity
        if !(error <= worst.meters) { worst = (error, "\(shape) at \(at)") }
        if slow.pass.double < 4e7 { worstOnEarth = max(worstOnEarth, error) }
        if !(error <= Self.boundMeters) { fail("\(error) m off at \(at)") }
        if found.lap != spot.lap { fail("lap \(found.lap) at \(at), expected \(spot.lap)") }
        if found.isFinished != spot.isFinished { fail("finished is \(found.isFinished) at \(at)") }
        if !(abs(found.coordinate.latitude) <= 90 && abs(found.coordinate.longitude) <= 180) {
          fail("\(found.coordinate) is no coordinate")
        }
        // Away from the vertices one leg alone says the part, the bearing and the elevation.
        guard answers.count == 1, let answer = answers.first, answer.along > 1e-5,
          answer.leg.meters - answer.along > 1e-5
        else { continue }
        Self.judge(found, answer, fail)
      }
    }
    print(
      "positions, chunk \(chunk): worst \(worst.meters * 1e9) nm (\(worst.what)), on passes up to "
        + "40,000 km \(worstOnEarth * 1e9) nm")
    #expect(worst.meters <= Self.boundMeters)
  }

  private static func judge(
    _ found: Position, _ answer: SlowCourse.Answer, _ fail: (String) -> Void
  ) {
    if found.part != answer.leg.part { fail("part \(found.part), expected \(answer.leg.part)") }
    // An azimuth is told from the meridian, which turns near a pole.
    let fromAxis = 6.3e6 * (90 - abs(answer.coordinate.latitude)) * .pi / 180
    let tolerance = 1e-9 + boundMeters / max(fromAxis, 1e-9) * 60
    if let bearing = found.bearing {
      if angleBetween(bearing.degrees, answer.bearing) > tolerance {
        fail("bearing \(bearing.degrees), expected \(answer.bearing)")
      }
    } else {
      fail("no bearing")
    }
    let rise = answer.leg.b.elevationMetersOrNaN - answer.leg.a.elevationMetersOrNaN
    if rise.isNaN != (found.coordinate.elevationMeters == nil) {
      fail("elevation \(found.coordinate.elevationMeters as Any)")
    } else if let elevation = found.coordinate.elevationMeters {
      let slack = 1e-9 + abs(rise) * min(boundMeters / answer.leg.meters, 1)
      if abs(elevation - answer.coordinate.elevationMetersOrNaN) > slack {
        fail("elevation \(elevation), expected \(answer.coordinate.elevationMetersOrNaN)")
      }
    }
  }

  /// Anywhere, or within some micrometres of a vertex, a lap or an end.
  private static func question(_ random: inout SplitMix64, _ slow: SlowCourse) -> Distance {
    let length = slow.lengthMicrometers
    let anywhere = Int64(random.double(0..<1) * Double(length))
    let jitter = Int64(random.int(-3...3))
    switch random.int(0...9) {
    case 0...5: return micrometers(min(anywhere, length))
    case 6:
      let lap = Int64(random.int(0...slow.route.course.laps))
      return micrometers(lap * slow.lapMicrometers + jitter)
    case 7: return micrometers(random.element(of: [-1, 0, 1, length - 1, length, length + 1]))
    default:
      guard slow.pass > .zero, let leg = slow.legs.randomElement(using: &random) else {
        return .zero
      }
      let share = leg.start.double / slow.pass.double
      let lap = Int64(random.int(0...slow.route.course.laps - 1))
      return micrometers(
        lap * slow.lapMicrometers + Int64(share * Double(slow.passMicrometers)) + jitter)
    }
  }

  /// The start is the first vertex and the end the last one, to the bit.
  @Test func endsAreExact() throws {
    var random = SplitMix64("endsAreExact")
    for round in 0..<2_000 {
      let shape = Shape.allCases[round % Shape.allCases.count]
      let route = try random.route(shape, legs: 1...8)
      let slow = SlowCourse(route)
      let line = try MeasuredRoute(route)
      let vertices = route.vertices
      let first = vertices[0]
      let last = route.course.thereAndBack ? first : vertices[vertices.count - 1]
      for beyond in [0, 1, Int64(1) << 60] {
        let end = line.position(at: micrometers(line.length.micrometers + beyond))
        #expect(end.coordinate == last, "round \(round), seed \(runSeed)")
        #expect(end.isFinished)
        #expect(end.fraction == 1)
        #expect(end.distance == line.end)
        let start = line.position(at: micrometers(-beyond))
        if let leg = slow.legs.first, leg.counts, leg.meters > 0 {
          #expect(start.coordinate == first, "round \(round), seed \(runSeed)")
        }
        #expect(start.distance == line.start)
        #expect(start.fraction == (line.length == .zero ? 1 : 0))
      }
    }
  }

  /// Walking on never leads back: on a leg the way from its start grows with every micrometre, and
  /// no later distance lies on an earlier leg.
  @Test func walkingOnNeverGoesBack() throws {
    var random = SplitMix64("walkingOnNeverGoesBack")
    var worst = 0.0
    var shown = 0
    for round in 0..<1_500 {
      let route = try random.route(
        Shape.allCases[round % Shape.allCases.count], legs: 1...12, isOfficial: false)
      let line = try MeasuredRoute(route)
      let slow = SlowCourse(route, decided: line.passLength)
      if slow.lengthMicrometers == 0 { continue }
      let step = Int64(random.anySized(1..<1e6))
      var at = Int64(random.double(0..<1) * Double(slow.lengthMicrometers))
      var previous: (at: Int64, answer: SlowCourse.Answer, spot: SlowCourse.Spot, way: Double)?
      for _ in 0..<20 where at < slow.lengthMicrometers {
        let found = line.position(at: micrometers(at)).coordinate
        let spot = slow.spot(micrometers(at))
        let answers = slow.answers(at: spot, slack: 1e-6)
        guard answers.count == 1, let answer = answers.first else {
          previous = nil
          at += step
          continue
        }
        let way = metersBetween(answer.leg.a, found)
        if let previous, previous.answer.leg.start == answer.leg.start,
          previous.spot.lap == spot.lap, previous.spot.isBack == spot.isBack
        {
          let grown = spot.isBack ? previous.way - way : way - previous.way
          worst = max(worst, abs(grown - Double(at - previous.at) / 1e6))
          if !(grown > 0), shown < 5 {
            shown += 1
            Issue.record("\(grown) m on from \(previous.at) to \(at) µm, seed \(runSeed)")
          }
        }
        previous = (at, answer, spot, way)
        at += step
      }
    }
    print("walking on: a step is within \(worst * 1e9) nm of its length")
    #expect(worst <= Self.boundMeters)
  }

  /// Part, lap and the measure never fall as the distance grows, from the start to the end.
  @Test func partsAndLapsFollowTheOrder() throws {
    var random = SplitMix64("partsAndLapsFollowTheOrder")
    for round in 0..<600 {
      let route = try random.route(Shape.allCases[round % Shape.allCases.count], legs: 1...10)
      let line = try MeasuredRoute(route)
      let length = Double(line.length.micrometers)
      var previous: Position?
      for step in 0...40 {
        let found = line.position(at: micrometers(Int64(length * Double(step) / 40)))
        if let previous {
          let isBack = { (position: Position) in
            route.course.thereAndBack
              && (position.distance.micrometers % line.lapLength.micrometers)
                >= line.passLength.micrometers
          }
          #expect(found.lap >= previous.lap, "seed \(runSeed)")
          #expect(found.fraction >= previous.fraction, "seed \(runSeed)")
          if line.length > .zero, found.lap == previous.lap, isBack(found) == isBack(previous) {
            #expect(
              isBack(found) ? found.part <= previous.part : found.part >= previous.part,
              "round \(round), seed \(runSeed)")
          }
        }
        previous = found
      }
    }
  }

  @Test func manyPositionsAreThoseOfEach() throws {
    var random = SplitMix64("manyPositionsAreThoseOfEach")
    let line = try MeasuredRoute(try random.route(.anywhere))
    let distances = (-2..<50).map { micrometers(line.length.micrometers / 48 * $0) }
    #expect(line.positions(at: distances) == distances.map { line.position(at: $0) })
    #expect(line.positions(at: []).isEmpty)
  }
}
