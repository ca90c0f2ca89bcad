import Formats
import Foundation
import Geodesy
import Routes
import Testing

@testable import Inspection

/// Crossings against a slow oracle that looks at every pair of legs on a local plane, and stretches
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
    /// Metres to the nearest end of either leg. Within a metre of one, crossings of both legs that meet
    /// there are told as one.
    var marginMeters: Double

    /// The plane is off by decimetres sideways, which is more along legs that meet at a sharp angle.
    func isNear(_ crossing: Contacts.Crossing) -> Bool {
      let slack = 0.5 + 0.3 / sine
      return abs(first - crossing.firstMeters) < slack
        && abs(second - crossing.secondMeters) < slack
    }
  }

  /// All proper crossings of a short line near a place, in degrees as on a plane.
  static func oracle(_ points: [(Double, Double)], _ measured: MeasuredRoute) -> [Seen] {
    let squeeze = cos(points[0].0 * .pi / 180)
    let plane = points.map { ($0.0, $0.1 * squeeze) }
    var found: [Seen] = []
    func cross(_ o: (Double, Double), _ a: (Double, Double), _ b: (Double, Double)) -> Double {
      (a.0 - o.0) * (b.1 - o.1) - (a.1 - o.1) * (b.0 - o.0)
    }
    for j in plane.indices.dropLast() {
      for i in 0..<max(j - 1, 0) {
        let (a, b, c, d) = (plane[i], plane[i + 1], plane[j], plane[j + 1])
        let (p, q) = (cross(a, b, c), cross(a, b, d))
        let (r, s) = (cross(c, d, a), cross(c, d, b))
        guard p * q < 0, r * s < 0 else { continue }
        let first = measured.line.measures[i] + measured.line.segmentMeters(i) * r / (r - s)
        let second = measured.line.measures[j] + measured.line.segmentMeters(j) * p / (p - q)
        let lengths = hypot(b.0 - a.0, b.1 - a.1) * hypot(d.0 - c.0, d.1 - c.1)
        let sine = abs((b.0 - a.0) * (d.1 - c.1) - (b.1 - a.1) * (d.0 - c.0)) / lengths
        if second - first > Contacts.apartMeters {
          let ends =
            [i, i + 1].map { abs(first - measured.line.measures[$0]) }
            + [j, j + 1].map { abs(second - measured.line.measures[$0]) }
          found.append(
            Seen(first: first, second: second, sine: sine, marginMeters: ends.min() ?? 0))
        }
      }
    }
    return found
  }

  @Test(arguments: 0..<40) func crossingsAreThoseOfTheOracle(_ round: Int) throws {
    var random = SplitMix64("crossings \(round)")
    let origin = (random.double(-70..<70), random.double(-179..<179))
    let points = (0..<random.int(20...220)).map { _ in
      (origin.0 + random.double(-0.01..<0.01), origin.1 + random.double(-0.01..<0.01))
    }
    let measured = try Self.measured(points)
    let contacts = Self.contacts(measured)
    let due = Self.oracle(points, measured)
    let invented = contacts.crossings.filter { told in !due.contains { $0.isNear(told) } }
    #expect(invented.isEmpty, "round \(round): \(invented.prefix(3))")
    // Where legs lie along each other that is told, and not each touch of the two.
    func isInRepeat(_ seen: Seen) -> Bool {
      contacts.repeats.contains { stretch in
        let later =
          measured.line.measures[
            stretch.later.lowerBound]...measured.line.measures[
            stretch.later.upperBound + 1]
        return later.lowerBound - 60 <= seen.second && seen.second <= later.upperBound + 60
      }
    }
    let missing = due.filter { seen in
      seen.marginMeters > max(0.3 / seen.sine, 1)
        && !contacts.crossings.contains { seen.isNear($0) }
        && !isInRepeat(seen)
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
