import Foundation
import Geodesy
import Testing

@testable import Routes

@Suite struct BoundsTests {
  private func bounds(
    _ parts: [[Coordinate]], joins: [JoinPolicy?]? = nil, course: Course = .once
  ) throws -> Bounds {
    try measured(parts, joins: joins, course: course).bounds
  }

  // MARK: Against dense sampling

  /// What the marker passes, looked at closely: samples of every leg that counts, and the extremes of
  /// latitude between them.
  private struct Samples {
    var latitudes: [Double] = []
    /// Away from the poles, where a longitude says something.
    var longitudes: [Double] = []
    var largestStep = 0.0

    init(_ slow: SlowCourse) {
      for leg in slow.legs where leg.counts {
        func at(_ along: Double) -> (latitude: Double, longitude: Double) {
          let there = Geodesic.wgs84.directDegrees(
            leg.a.latitude, leg.a.longitude, leg.azimuth, along)
          return (there.latitude, there.longitude)
        }
        let count = 300
        let step = leg.meters / Double(count)
        var points = (0...count).map { at(step * Double($0)) }
        points[0] = (leg.a.latitude, leg.a.longitude)
        points[count] = (leg.b.latitude, leg.b.longitude)
        for sign in [1.0, -1] {
          let heights = points.map { sign * $0.latitude }
          guard let top = heights.indices.max(by: { heights[$0] < heights[$1] }) else { continue }
          var (low, high) = (step * Double(max(top - 1, 0)), step * Double(min(top + 1, count)))
          for _ in 0..<60 {
            let (left, right) = (low + (high - low) * 0.382, low + (high - low) * 0.618)
            if sign * at(left).latitude > sign * at(right).latitude {
              high = right
            } else {
              low = left
            }
          }
          points.append(at((low + high) / 2))
        }
        latitudes += points.map(\.latitude)
        let known = points.prefix(count + 1).filter { abs($0.latitude) < 90 - 1e-9 }
        longitudes += known.map(\.longitude)
        for (a, b) in zip(known, known.dropFirst()) {
          largestStep = max(largestStep, angleBetween(a.longitude, b.longitude))
        }
      }
    }

    /// The widest arc without a sample, in degrees.
    var widestGap: Double {
      let sorted = longitudes.map { $0 == 180 ? -180 : $0 }.sorted()
      guard let first = sorted.first, let last = sorted.last else { return 360 }
      return zip(sorted, sorted.dropFirst()).map { $1 - $0 }.reduce(first + 360 - last, max)
    }
  }

  private static func width(_ bounds: Bounds) -> Double {
    bounds.east >= bounds.west ? bounds.east - bounds.west : bounds.east + 360 - bounds.west
  }

  /// Nothing that is passed lies outside, and no side could be nearer.
  @Test(arguments: 0..<4)
  func boundsFitWhatIsPassed(chunk: Int) throws {
    var random = SplitMix64("boundsFitWhatIsPassed \(chunk)")
    var shown = 0
    var worst = 0.0
    for round in 0..<150 {
      let shape = Shape.allCases[round % Shape.allCases.count]
      let route = try random.route(shape, legs: 1...6)
      let bounds = try MeasuredRoute(route).bounds
      let samples = Samples(SlowCourse(route))
      func fail(_ what: String) {
        shown += 1
        if shown <= 5 {
          Issue.record("\(what), \(bounds), \(shape), round \(round), seed \(runSeed)")
        }
      }
      let (south, north) = (samples.latitudes.min() ?? 0, samples.latitudes.max() ?? 0)
      worst = max(worst, abs(bounds.south - south), abs(bounds.north - north))
      if !(abs(bounds.south - south) <= 1e-9) { fail("sampled south is \(south)") }
      if !(abs(bounds.north - north) <= 1e-9) { fail("sampled north is \(north)") }
      if !(abs(bounds.west) <= 180 && abs(bounds.east) <= 180) { fail("no longitudes") }

      let width = Self.width(bounds)
      let outside = samples.longitudes.filter { longitude in
        let fromWest = (longitude - bounds.west).truncatingRemainder(dividingBy: 360)
        let turned = fromWest < 0 ? fromWest + 360 : fromWest
        return turned > width + 1e-9 && turned < 360 - 1e-9
      }
      if let first = outside.first { fail("\(outside.count) samples outside, one at \(first)") }
      if max(abs(south), abs(north)) == 90 {
        if (bounds.west, bounds.east) != (-180, 180) { fail("a pole is reached") }
      } else if samples.widestGap > max(2 * samples.largestStep, 1e-6) {
        if abs(width - (360 - samples.widestGap)) > 1e-9 {
          fail("sampled width is \(360 - samples.widestGap)")
        }
      }
    }
    print("bounds, chunk \(chunk): latitudes within \(worst)° of dense sampling")
  }

  // MARK: One by one

  @Test func plainLines() throws {
    #expect(
      try bounds([[place(1, 2), place(-3, 4), place(5, -6)]])
        == Bounds(west: -6, south: -3, east: 4, north: 5))
    #expect(try bounds([[place(7, 8)]]) == Bounds(west: 8, south: 7, east: 8, north: 7))
    #expect(try bounds([[place(90, 8)]]) == Bounds(west: -180, south: 90, east: 180, north: 90))
  }

  /// RFC 7946 section 5.2: west is greater than east over 180 degrees.
  @Test func over180Degrees() throws {
    let fiji = [place(-17, 177), place(-17.5, 179.5), place(-18, -179), place(-18, -178)]
    let found = try bounds([fiji])
    #expect((found.west, found.east) == (177, -178))
    // The last leg runs along a parallel and bulges by 71 m.
    #expect(abs(found.south + 18.000_645) < 1e-6)
    #expect(found.north == -17)
    let back = try bounds([fiji.reversed()])
    #expect((back.west, back.east) == (177, -178))
    // Along the meridian itself, written both ways.
    let along = try bounds([[place(0, 180), place(1, -180), place(2, 180)]])
    #expect(Self.width(along) == 0)
    #expect(abs(along.west) == 180)
    let touching = try bounds([[place(0, 179), place(0, 180)]])
    #expect(touching == Bounds(west: 179, south: 0, east: 180, north: 0))
    let touchingWest = try bounds([[place(0, -180), place(0, -179)]])
    #expect(Self.width(touchingWest) == 1)
  }

  @Test func theBulgeOfALongGeodesic() throws {
    // New York to Madrid: both near 40° north, the way between them near 46°.
    let found = try bounds([[place(40.6, -73.8), place(40.5, -3.6)]])
    #expect(found.south == 40.5)
    #expect(found.north > 46 && found.north < 47)
    let leg = Geodesic.wgs84.inverseDegrees(40.6, -73.8, 40.5, -3.6)
    let highest = (0...4_000).map {
      Geodesic.wgs84.directDegrees(40.6, -73.8, leg.azimuth1, leg.meters * Double($0) / 4_000)
        .latitude
    }.max()
    #expect(abs(found.north - (highest ?? 0)) < 1e-6)
    let south = try bounds([[place(-40.6, -73.8), place(-40.5, -3.6)]])
    #expect(abs(south.south + found.north) < 1e-9)
  }

  @Test func poles() throws {
    let whole = (-180.0, 180.0)
    let over = try bounds([[place(89, 10), place(89, -170)]])
    #expect((over.west, over.east) == whole)
    #expect(over.north > 90 - 1e-9 && over.north <= 90)
    #expect(over.south == 89)
    let to = try bounds([[place(80, 10), place(90, 77)]])
    #expect(to == Bounds(west: -180, south: 80, east: 180, north: 90))
    let south = try bounds([[place(-90, 0), place(-80, 10)]])
    #expect(south == Bounds(west: -180, south: -90, east: 180, north: -80))
    // Past the pole and not over it: a leg of some centimetres, and one of some kilometres.
    for away in [1e-7, 1e-3, 0.1] {
      let past = try bounds([[place(90 - away, 0), place(90 - away, 120)]])
      #expect((past.west, past.east) == (0, 120))
      #expect(abs((90 - past.north) / away - 0.5) < 1e-3)
    }
    // Round the pole.
    let ring = [0.0, 90, 180, -90, 0].map { place(85, $0) }
    let round = try bounds([ring])
    #expect((round.west, round.east) == whole)
  }

  /// The shortest arc that holds all parts, wherever on the globe they lie.
  @Test func partsAroundTheGlobe() throws {
    func longitudes(_ parts: [(Double, Double)]) throws -> (Double, Double) {
      let lines = parts.map { [place(1, $0.0), place(1, $0.1)] }
      let joins = [JoinPolicy?](repeating: .ferry, count: parts.count - 1)
      let found = try bounds(lines, joins: joins)
      return (found.west, found.east)
    }
    #expect(try longitudes([(10, 20), (-30, -20)]) == (-30, 20))
    #expect(try longitudes([(170, 175), (-175, -170)]) == (170, -170))
    #expect(try longitudes([(170, -179), (-175, -170)]) == (170, -170))
    #expect(try longitudes([(-175, -170), (179, -179), (170, 171)]) == (170, -170))
    #expect(try longitudes([(0, 10), (100, 110), (-120, -110)]) == (-120, 110))
    #expect(try longitudes([(-10, 10), (-5, 5)]) == (-10, 10))
    // Of two equal gaps that over 180 degrees is left out.
    #expect(try longitudes([(-90, -80), (80, 90)]) == (-90, 90))
    // Three parts that leave nothing out.
    #expect(
      try longitudes([(0, 130), (120, -110), (-120, 10)]) == (-180, 180))
  }

  @Test func whatTheMarkerJumpsDoesNotCount() throws {
    let a = [place(0, 0), place(0, 1)]
    let b = [place(60, 1), place(60, 61)]
    let bulge = try bounds([b]).north
    for (policy, counts) in [
      (JoinPolicy.ferry, false), (.unresolved, false), (.walk, true), (.counted, true),
    ] {
      // From part to part over the pole, or not at all.
      let found = try bounds([a, [place(80, -179)], b], joins: [policy, .ferry])
      #expect((found.north > 80) == counts, "\(policy)")
      #expect(found.south == 0)
    }
    #expect(bulge > 60)
    // The way back to the next lap is travelled too.
    let open = [place(50, 0), place(0, 50), place(50, 100)]
    let once = try bounds([open])
    #expect(once.north == 50)
    let laps = try bounds([open], course: Course(laps: 2, lapJoin: .walk))
    #expect(laps.north > 55)
    #expect(try bounds([open], course: Course(laps: 2, lapJoin: .ferry)) == once)
    #expect(try bounds([open], course: Course(laps: 2, thereAndBack: true)) == once)
  }
}
