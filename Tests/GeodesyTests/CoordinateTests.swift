import Geodesy
import Testing

@Suite struct CoordinateTests {
  private func code(
    _ latitude: Double, _ longitude: Double, _ elevation: Double? = nil
  ) -> GeodesyError.Code? {
    do {
      _ = try Coordinate(latitude: latitude, longitude: longitude, elevationMeters: elevation)
      return nil
    } catch { return error.code }
  }

  @Test func ranges() throws {
    #expect(code(90, 180, 8_848) == nil)
    #expect(code(-90, -180, -430) == nil)
    #expect(code(90.nextUp, 0) == .latitudeRange)
    #expect(code((-90.0).nextDown, 0) == .latitudeRange)
    #expect(code(.nan, 0) == .latitudeRange)
    #expect(code(.infinity, 0) == .latitudeRange)
    #expect(code(-.infinity, 0) == .latitudeRange)
    #expect(code(0, .nan) == .longitudeRange)
    #expect(code(0, .infinity) == .longitudeRange)
    #expect(code(0, -.infinity) == .longitudeRange)
    #expect(code(0, 0, .nan) == .elevationRange)
    #expect(code(0, 0, .infinity) == .elevationRange)
    let error = #expect(throws: GeodesyError.self) { try Coordinate(latitude: 91, longitude: 0) }
    #expect(error?.message == "the latitude 91.0 is outside -90…90")
    #expect(error?.code.rawValue == "latitude-range")
  }

  @Test func longitudesAreBroughtBackByWholeTurns() throws {
    let cases: [(Double, Double)] = [
      (180, 180), (-180, -180), (181, -179), (-181, 179), (360, 0), (-360, 0), (539, 179),
      (541, -179), (720.5, 0.5), (179.999_999, 179.999_999), (3_600_000_010, 10),
    ]
    for (given, kept) in cases {
      #expect(try Coordinate(latitude: 0, longitude: given).longitude == kept, "\(given)")
    }
    #expect(abs(try Coordinate(latitude: 0, longitude: 540).longitude) == 180)
    #expect(abs(try Coordinate(latitude: 0, longitude: 1e300).longitude) <= 180)
    var random = SplitMix64("longitudesAreBroughtBack")
    for _ in 0..<2_000 {
      // A turn of 360 added to a multiple of 2^-30 degrees is exact.
      let longitude = (random.double(-180..<180) * 0x1p30).rounded() * 0x1p-30
      let turned = longitude + 360 * Double(random.int(-9...9))
      #expect(
        try Coordinate(latitude: 0, longitude: turned).longitude == longitude, "seed \(runSeed)")
    }
  }

  @Test func elevationIsKnownOrNot() throws {
    let known = try Coordinate(latitude: 1, longitude: 2, elevationMeters: -3.5)
    #expect(known.elevationMeters == -3.5)
    let unknown = try Coordinate(latitude: 1, longitude: 2)
    #expect(unknown.elevationMeters == nil)
    #expect(unknown == unknown)
    #expect(unknown != known)
    #expect(unknown.hashValue == (try Coordinate(latitude: 1, longitude: 2)).hashValue)
    #expect(Set([known, unknown, known, unknown]).count == 2)
    #expect(known.description == "1.0, 2.0, -3.5 m")
    #expect(unknown.description == "1.0, 2.0")
  }

  @Test func samePlace() throws {
    func place(_ latitude: Double, _ longitude: Double, _ elevation: Double? = nil) -> Coordinate {
      Coordinate(
        uncheckedLatitude: latitude, longitude: longitude, elevation: elevation ?? .nan)
    }
    #expect(place(10, 180).isSamePlace(as: place(10, -180)))
    #expect(place(10, -180).isSamePlace(as: place(10, 180)))
    #expect(place(90, 10).isSamePlace(as: place(90, -77)))
    #expect(place(-90, 10).isSamePlace(as: place(-90, 180)))
    #expect(place(10, 20, 5).isSamePlace(as: place(10, 20, 6)))
    #expect(place(10, 20, 5).isSamePlace(as: place(10, 20)))
    #expect(place(0, 0).isSamePlace(as: place(-0.0, -0.0)))
    #expect(!place(90, 10).isSamePlace(as: place(-90, 10)))
    #expect(!place(10, 20).isSamePlace(as: place(10, 20.0.nextUp)))
    #expect(!place(10, 20).isSamePlace(as: place(10.0.nextUp, 20)))
    #expect(!place(10, 180).isSamePlace(as: place(10, 180.0.nextDown)))
    // Equal coordinates are the same place; the reverse is not so.
    #expect(place(10, 180) != place(10, -180))
  }
}

@Suite struct AzimuthTests {
  @Test func isWithinOneTurn() {
    let cases: [(Double, Double)] = [
      (0, 0), (90, 90), (360, 0), (-90, 270), (-360, 0), (725, 5), (-725, 355), (359.5, 359.5),
      (180, 180), (-180, 180), (1e300, 1e300.truncatingRemainder(dividingBy: 360)),
    ]
    for (given, kept) in cases { #expect(Azimuth(degrees: given).degrees == kept, "\(given)") }
  }

  @Test func edgesOfTheTurn() {
    // -1e-20 + 360 rounds to 360, which is 0.
    #expect(Azimuth(degrees: -1e-20).degrees == 0)
    #expect(Azimuth(degrees: -0.0).degrees.sign == .plus)
    #expect(Azimuth(degrees: -360.0).degrees.sign == .plus)
    #expect(Azimuth(degrees: 360.0.nextDown).degrees == 360.0.nextDown)
    var random = SplitMix64("edgesOfTheTurn")
    for _ in 0..<5_000 {
      let degrees = random.double(-1000..<1000) * (random.chance(0.5) ? 1 : 1e-16)
      let kept = Azimuth(degrees: degrees).degrees
      if !(kept >= 0 && kept < 360) { Issue.record("\(degrees) is kept as \(kept)") }
    }
  }

  @Test func reversed() {
    #expect(Azimuth(degrees: 10).reversed.degrees == 190)
    #expect(Azimuth(degrees: 190).reversed.degrees == 10)
    #expect(Azimuth(degrees: 180).reversed.degrees == 0)
    #expect(Azimuth(degrees: 0).reversed.degrees == 180)
  }
}
