import Formats
import Foundation
import Geodesy
import Routes
import Testing

@testable import Inspection

/// Crossings against a slow oracle that looks at every pair of legs with geodesics alone, and stretches
/// walked twice against lines made for it.
@Suite struct ContactsTests {
  static func measured(_ points: [(Double, Double)]) throws -> MeasuredRoute {
    try MeasuredRoute(
      Route(parts: [points.map { Coordinate(uncheckedLatitude: $0.0, longitude: $0.1) }]))
  }

  static func contacts(_ measured: MeasuredRoute) -> Contacts {
    Contacts(
      measured.line, measured.route.vertices.map { SpacePoint($0.latitude, $0.longitude) },
      progress: { _ in })
  }

  /// A proper crossing as the oracle sees it, by geometric metres.
  struct Seen {
    var first: Double
    var second: Double
    /// Of the angle between the legs.
    var sine: Double

    /// Two ways to compute one crossing differ by less than a millimetre sideways, which is more along
    /// legs that meet at a sharp angle.
    var slackMeters: Double { 1e-3 / sine }

    func isNear(_ crossing: Contacts.Crossing, within meters: Double) -> Bool {
      abs(first - crossing.firstMeters) < meters && abs(second - crossing.secondMeters) < meters
    }
  }

  /// All proper crossings of a line of short legs, each bisected until the two geodesics meet.
  static func oracle(_ measured: MeasuredRoute) -> [Seen] {
    let vertices = measured.route.vertices
    let azimuths = vertices.indices.dropLast().map { azimuth(vertices[$0], vertices[$0 + 1]) }
    /// How far, as a sine, a place is to the right of a leg that is continued.
    func side(_ place: Coordinate, ofLeg i: Int) -> Double {
      sin((azimuth(vertices[i], place) - azimuths[i]) * .pi / 180)
    }
    var found: [Seen] = []
    for j in azimuths.indices {
      for i in 0..<max(j - 1, 0) {
        let (c, d) = (vertices[j], vertices[j + 1])
        guard side(c, ofLeg: i) * side(d, ofLeg: i) < 0,
          side(vertices[i], ofLeg: j) * side(vertices[i + 1], ofLeg: j) < 0
        else { continue }
        let isRightFirst = side(c, ofLeg: i) > 0
        var (low, high) = (0.0, measured.line.segmentMeters(j))
        func at(_ meters: Double) -> Coordinate {
          let place = Geodesic.wgs84.line(
            latitude: c.latitude, longitude: c.longitude, azimuth: azimuths[j]
          ).position(meters: meters)
          return Coordinate(uncheckedLatitude: place.latitude, longitude: place.longitude)
        }
        for _ in 0..<40 {
          let middle = (low + high) / 2
          if (side(at(middle), ofLeg: i) > 0) == isRightFirst {
            low = middle
          } else {
            high = middle
          }
        }
        let first =
          measured.line.measures[i]
          + Geodesic.wgs84.inverse(from: vertices[i], to: at(low)).distanceMeters
        let second = measured.line.measures[j] + low
        if second - first > Contacts.apartMeters {
          found.append(
            Seen(
              first: first, second: second,
              sine: abs(sin((azimuths[i] - azimuths[j]) * .pi / 180))))
        }
      }
    }
    return found
  }

  private static func azimuth(_ from: Coordinate, _ to: Coordinate) -> Double {
    Geodesic.wgs84.inverseDegrees(from.latitude, from.longitude, to.latitude, to.longitude).azimuth1
  }

  @Test(arguments: 0..<40) func crossingsAreThoseOfTheOracle(_ round: Int) throws {
    var random = SplitMix64("crossings \(round)")
    let origin = (random.double(-70..<70), random.double(-179..<179))
    let points = (0..<random.int(20...220)).map { _ in
      (origin.0 + random.double(-0.01..<0.01), origin.1 + random.double(-0.01..<0.01))
    }
    let measured = try Self.measured(points)
    let contacts = Self.contacts(measured)
    let due = Self.oracle(measured)
    let measures = measured.line.measures
    /// Within a millimetre of a leg's end either may see a crossing where the other sees none.
    func isAtVertex(_ first: Double, _ second: Double, _ slack: Double) -> Bool {
      measures.contains { abs($0 - first) < slack || abs($0 - second) < slack }
    }
    let invented = contacts.crossings.filter { told in
      !due.contains { $0.isNear(told, within: $0.slackMeters) }
        && !isAtVertex(told.firstMeters, told.secondMeters, 1e-3)
    }
    #expect(invented.isEmpty, "round \(round): \(invented.prefix(3))")
    // Where legs lie along each other that is told, and not each touch of the two.
    func isInRepeat(_ seen: Seen) -> Bool {
      contacts.repeats.contains { stretch in
        let later = measures[stretch.later.lowerBound]...measures[stretch.later.upperBound + 1]
        return later.lowerBound - 60 <= seen.second && seen.second <= later.upperBound + 60
      }
    }
    // Crossings within a metre of each other both times are told as one.
    let missing = due.filter { seen in
      !contacts.crossings.contains { seen.isNear($0, within: 1 + seen.slackMeters) }
        && !isAtVertex(seen.first, seen.second, seen.slackMeters) && !isInRepeat(seen)
    }
    #expect(missing.isEmpty, "round \(round): \(missing.prefix(3)) of \(due.count)")
    #expect(!contacts.isCutShort)
  }

  @Test func aCrossingOfLongLegsIsOnTheGeodesics() throws {
    // New York to London, and a leg from Greenland to the Canaries over it.
    let measured = try Self.measured([(40.6, -73.8), (51.5, -0.5), (70, -40), (28, -16)])
    let crossing = try #require(Self.contacts(measured).crossings.first)
    let first = measured.position(
      at: measured.officialDistance(atGeometricMeters: crossing.firstMeters))
    let second = measured.position(
      at: measured.officialDistance(atGeometricMeters: crossing.secondMeters))
    let gap = Geodesic.wgs84.inverse(from: first.coordinate, to: second.coordinate).distanceMeters
    #expect(gap < 1e-4, "\(gap) m apart")
    #expect(
      Geodesic.wgs84.inverse(from: first.coordinate, to: crossing.coordinate).distanceMeters < 1e-4)
  }

  @Test(arguments: [179.995, -0.005, 90.0]) func crossingsOver180DegreesAreFound(_ west: Double)
    throws
  {
    func at(_ latitude: Double, _ x: Double) -> (Double, Double) {
      let longitude = west + x
      return (latitude, longitude > 180 ? longitude - 360 : longitude)
    }
    let measured = try Self.measured([
      at(10, 0), at(10, 0.01), at(10.01, 0.01), at(10.01, 0.006), at(9.99, 0.006),
    ])
    let crossings = Self.contacts(measured).crossings
    #expect(crossings.count == 1)
    let longitude = crossings.first?.coordinate.longitude ?? 0
    let off = abs((longitude - (west + 0.006)).remainder(dividingBy: 360))
    #expect(off < 1e-7, "\(longitude)")
  }

  @Test func aLoopThatClosesDoesNotCross() throws {
    let ring = [(10.0, 20.0), (10.0, 20.1), (10.1, 20.1), (10.1, 20.0), (10.0, 20.0)]
    #expect(Self.contacts(try Self.measured(ring)).crossings.isEmpty)
  }

  @Test func aPlacePassedTwiceInAVertexIsOneCrossing() throws {
    let eight = [
      (10.0, 20.0), (10.01, 20.01), (10.02, 20.02), (10.02, 20.0), (10.01, 20.01), (10.0, 20.02),
    ]
    let crossings = Self.contacts(try Self.measured(eight)).crossings
    #expect(crossings.count == 1, "\(crossings)")
    #expect(abs((crossings.first?.coordinate.latitude ?? 0) - 10.01) < 1e-6)
  }

  /// A wandering line, back along itself from its end for some legs, with the noise of a receiver.
  @Test(arguments: 0..<20) func waysBackAreFoundWithBothEnds(_ round: Int) throws {
    var random = SplitMix64("back \(round)")
    var points = [(random.double(-60..<60), random.double(-180..<180))]
    var heading = random.double(0..<6.28)
    for _ in 0..<random.int(60...400) {
      heading += random.double(-0.15..<0.15)
      let last = points[points.count - 1]
      points.append((last.0 + 0.0004 * cos(heading), last.1 + 0.0006 * sin(heading)))
    }
    let turn = points.count - 1
    let length = random.int(12...30)
    for k in 1...length {
      let there = points[turn - k]
      points.append(
        (there.0 + random.double(-2e-5..<2e-5), there.1 + random.double(-2e-5..<2e-5)))
    }
    let measured = try Self.measured(points)
    let repeats = Self.contacts(measured).repeats.filter { $0.meters >= 100 }
    let found = try #require(repeats.first { $0.isBackwards }, "round \(round)")
    #expect(abs(found.later.lowerBound - turn) <= 1, "\(found)")
    #expect(found.later.upperBound >= turn + length - 2)
    #expect(abs(found.earlier.lowerBound - (turn - length)) <= 1)
  }

  @Test func aSecondLapRunsTheSameWay() throws {
    let lap = (0..<60).map { i -> (Double, Double) in
      let angle = Double(i) * 6 * .pi / 180
      return (45 + 0.01 * sin(angle), 7 + 0.014 * cos(angle))
    }
    let measured = try Self.measured(lap + lap)
    let repeats = Self.contacts(measured).repeats
    #expect(repeats.count == 1 && repeats.first?.isBackwards == false)
    #expect(
      repeats.first?.later.lowerBound ?? 0 >= 59 && repeats.first?.later.lowerBound ?? 99 <= 61)
  }

  @Test func parallelWaysThatAreFurtherApartAreTwoWays() throws {
    let there = (0..<50).map { (45.0, 7 + Double($0) * 0.001) }
    let back = (0..<50).reversed().map { (45.0002, 7 + Double($0) * 0.001) }
    #expect(
      Self.contacts(try Self.measured(there + back)).repeats.filter { $0.meters >= 100 }.isEmpty)
  }

  @Test func theSearchIsBoundedForALineThatScribbles() throws {
    var random = SplitMix64("scribble")
    let points = (0..<20_000).map { _ in
      (45 + random.double(0..<1e-4), 7 + random.double(0..<1e-4))
    }
    let contacts = Self.contacts(try Self.measured(points))
    #expect(contacts.isCutShort)
  }
}
