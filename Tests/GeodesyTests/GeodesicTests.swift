import Foundation
import Geodesy
import Testing

/// Radius of curvature in the meridian and of the parallel circle, in metres per radian.
private func radii(latitude: Double) -> (meridian: Double, parallel: Double) {
  let phi = latitude * .pi / 180
  let e2 = Geodesic.flattening * (2 - Geodesic.flattening)
  let w2 = 1 - e2 * sin(phi) * sin(phi)
  let a = Geodesic.equatorialRadiusMeters
  return (a * (1 - e2) / (w2 * w2.squareRoot()), a * cos(phi) / w2.squareRoot())
}

/// The largest error seen and where.
private struct Worst: CustomStringConvertible {
  var value = 0.0
  var line = 0

  mutating func see(_ error: Double, line: Int) {
    // Not `>`: a NaN must not hide.
    if !(error <= value) { (value, self.line) = (error, line) }
  }

  var description: String { String(format: "%.2f nm (line %d)", value * 1e9, line) }
}

@Suite struct GeodesicTests {
  /// What Karney (2013) states for double precision, and DESIGN.md asks for.
  static let boundMeters = 15e-9

  @Test(
    .enabled(
      if: GeodTestCorpus.isThere,
      "shared/corpus/geodesic/GeodTest-short.dat.gz does not lie beside the package"))
  func agreesWithGeodTest() throws {
    let lines = try GeodTestCorpus.lines()
    #expect(lines.count == 10_000)
    let radian = Double.pi / 180
    var (distance, place) = (Worst(), Worst())
    var (azimuth1, azimuth2, arrival) = (Worst(), Worst(), Worst())
    for line in lines {
      let (latitude1, longitude1) = (line.latitude1.double, line.longitude1.double)
      let inverse = Geodesic.wgs84.inverseDegrees(
        latitude1, longitude1, line.latitude2.double, line.longitude2.double)
      distance.see(abs((Fixed(inverse.meters) - line.meters).double), line: line.number)

      let direct = Geodesic.wgs84.directDegrees(
        latitude1, longitude1, line.azimuth1.double, line.meters.double)
      let radii = radii(latitude: line.latitude2.double)
      let north = (Fixed(direct.latitude) - line.latitude2).double * radian * radii.meridian
      let east = (Fixed(direct.longitude) - line.longitude2).withinHalfTurn.double * radian
      place.see(
        (north * north + east * east * radii.parallel * radii.parallel).squareRoot(),
        line: line.number)

      // An azimuth is as good as the place it leads to. It turns by the displacement divided by the
      // reduced length, and by the distance from the axis, because it is told from the meridian.
      let weight = min(
        abs(line.reducedLengthMeters), radii.parallel,
        GeodesyTests.radii(latitude: latitude1).parallel)
      func meters(_ azimuth: Double, _ truth: Fixed) -> Double {
        abs((Fixed(azimuth) - truth).withinHalfTurn.double) * radian * weight
      }
      azimuth1.see(meters(inverse.azimuth1, line.azimuth1), line: line.number)
      azimuth2.see(meters(inverse.azimuth2, line.azimuth2), line: line.number)
      arrival.see(meters(direct.azimuth, line.azimuth2), line: line.number)
    }
    print(
      """
      GeodTest, worst of \(lines.count): inverse distance \(distance), direct position \(place); \
      azimuths as displacement: inverse \(azimuth1) and \(azimuth2), direct \(arrival)
      """)
    #expect(distance.value <= Self.boundMeters, "line \(distance.line)")
    #expect(place.value <= Self.boundMeters, "line \(place.line)")
    #expect(azimuth1.value <= Self.boundMeters, "line \(azimuth1.line)")
    #expect(azimuth2.value <= Self.boundMeters, "line \(azimuth2.line)")
    #expect(arrival.value <= Self.boundMeters, "line \(arrival.line)")
  }

  /// Published figures that need no file: Vincenty's rainbow and two of Karney's.
  @Test func knownDistances() throws {
    func meters(_ a: (Double, Double), _ b: (Double, Double)) throws -> Double {
      Geodesic.wgs84.inverse(
        from: try Coordinate(latitude: a.0, longitude: a.1),
        to: try Coordinate(latitude: b.0, longitude: b.1)
      ).distanceMeters
    }
    // The quarter meridian, half the equator's shortcut over the pole, one degree of equator.
    #expect(abs(try meters((0, 0), (90, 0)) - 10_001_965.729_312_7) < 1e-6)
    #expect(abs(try meters((0, 0), (0, 180)) - 20_003_931.458_625_5) < 1e-6)
    #expect(abs(try meters((0, 0), (0, 1)) - 111_319.490_793_273_6) < 1e-6)
    // Karney (2013), table 5: nearly antipodal points, φ1 = -30°, φ2 = 29.9°, λ12 = 179.8°.
    #expect(abs(try meters((-30, 0), (29.9, 179.8)) - 19_989_832.827_610) < 1e-5)
    // Over 180 degrees and over the pole nothing changes.
    #expect(abs(try meters((0, 179.5), (0, -179.5)) - 111_319.490_793_273_6) < 1e-6)
    let over = try meters((89, 0), (89, 180))
    #expect(abs(over - 2 * (try meters((89, 0), (90, 0)))) < 1e-8)
    #expect(try meters((12, 34), (12, 34)) == 0)
    #expect(try meters((12, 180), (12, -180)) == 0)
    #expect(try meters((90, 10), (90, -170)) == 0)
  }

  @Test func azimuthsOfKnownDirections() throws {
    let origin = try Coordinate(latitude: 0, longitude: 0)
    let east = Geodesic.wgs84.inverse(
      from: origin, to: try Coordinate(latitude: 0, longitude: 10))
    #expect(east.initialAzimuth.degrees == 90)
    #expect(east.finalAzimuth.degrees == 90)
    let west = Geodesic.wgs84.inverse(
      from: origin, to: try Coordinate(latitude: 0, longitude: -10))
    // PROJ says -90; an azimuth of ours is never negative.
    #expect(west.initialAzimuth.degrees == 270)
    let north = Geodesic.wgs84.inverse(from: origin, to: try Coordinate(latitude: 5, longitude: 0))
    #expect(north.initialAzimuth.degrees == 0)
  }

  @Test func directOfNothingIsTheStartToTheBit() throws {
    let start = try Coordinate(latitude: 12.3, longitude: -180, elevationMeters: 7)
    let there = Geodesic.wgs84.direct(
      from: start, azimuth: Azimuth(degrees: 33), distanceMeters: 0)
    #expect(there.coordinate.latitude == 12.3)
    #expect(there.coordinate.longitude == -180)
    #expect(there.coordinate.elevationMeters == nil)
    #expect(there.azimuth.degrees == 33)
    let path = Geodesic.wgs84.direct(
      from: start, azimuth: Azimuth(degrees: 90), distanceMeters: -1_000)
    #expect(path.coordinate.longitude > 179.98)
    #expect(path.coordinate.longitude <= 180)
  }

  /// Direct undoes inverse, and a line evaluates to what a single call gives.
  @Test func directUndoesInverseAndLinesAgree() throws {
    var random = SplitMix64("directUndoesInverse")
    var worst = 0.0
    var worstLine = 0.0
    for _ in 0..<5_000 {
      let a = try Coordinate(
        latitude: random.double(-90..<90), longitude: random.double(-180..<180))
      let b = try Coordinate(
        latitude: random.double(-90..<90), longitude: random.double(-180..<180))
      let leg = Geodesic.wgs84.inverse(from: a, to: b)
      let there = Geodesic.wgs84.direct(
        from: a, azimuth: leg.initialAzimuth, distanceMeters: leg.distanceMeters)
      worst = max(
        worst, Geodesic.wgs84.inverse(from: there.coordinate, to: b).distanceMeters)
      let along = random.double(0..<leg.distanceMeters)
      let single = Geodesic.wgs84.directDegrees(
        a.latitude, a.longitude, leg.initialAzimuth.degrees, along)
      let point = Geodesic.wgs84.line(
        latitude: a.latitude, longitude: a.longitude, azimuth: leg.initialAzimuth.degrees
      ).position(meters: along)
      worstLine = max(
        worstLine,
        Geodesic.wgs84.inverseDegrees(
          single.latitude, single.longitude, point.latitude, point.longitude
        ).meters)
    }
    print("Geodesic: direct after inverse within \(worst) m, line against direct \(worstLine) m")
    #expect(worst <= Self.boundMeters, "seed \(runSeed)")
    #expect(worstLine <= Self.boundMeters, "seed \(runSeed)")
  }
}
