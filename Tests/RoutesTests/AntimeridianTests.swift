import Geodesy
import Routes
import TestSupport
import Testing

/// Where legs cross the meridian of 180 degrees.
@Suite struct AntimeridianTests {
  /// By bisection, which needs no thought.
  private func bisected(_ a: Coordinate, _ b: Coordinate) -> (latitude: Double, meters: Double) {
    let leg = Geodesic.wgs84.inverseDegrees(a.latitude, a.longitude, b.latitude, b.longitude)
    let path = Geodesic.wgs84.line(
      latitude: a.latitude, longitude: a.longitude, azimuth: leg.azimuth1)
    var (low, high, latitude) = (0.0, leg.meters, a.latitude)
    for _ in 0..<80 {
      let middle = low + (high - low) / 2
      if middle == low || middle == high { break }
      let point = path.position(meters: middle)
      latitude = point.latitude
      if (point.longitude < 0) == (a.longitude < 0) { low = middle } else { high = middle }
    }
    return (latitude, low)
  }

  @Test(arguments: 1...8) func crossingsAreWhereBisectionFindsThem(_ seed: Int) throws {
    var random = SplitMix64("antimeridian \(seed)")
    for _ in 0..<2_000 {
      // From metres to half the Earth, some of them close beside a pole.
      let reach = Double.random(in: -5...2, using: &random)
      let span = 90 * (reach < 0 ? exp10(reach) : 1)
      let middle =
        Bool.random(using: &random)
        ? Double.random(in: -85...85, using: &random)
        : (90 - exp10(Double.random(in: -7...0, using: &random)))
          * (Bool.random(using: &random) ? 1 : -1)
      func latitude() -> Double {
        min(max(middle + Double.random(in: -span...span, using: &random), -90), 90)
      }
      let east = 180 - Double.random(in: 0.0000001...span, using: &random)
      let west = -180 + Double.random(in: 0.0000001...span, using: &random)
      guard east - west > 180 else { continue }
      let isEast = Bool.random(using: &random)
      let a = try Coordinate(latitude: latitude(), longitude: isEast ? east : west)
      let b = try Coordinate(latitude: latitude(), longitude: isEast ? west : east)
      let found = Antimeridian.crossing(from: a, to: b)
      let due = bisected(a, b)
      #expect(found.longitude == (isEast ? 180 : -180))
      // A micrometre: longitudes at 180 degrees are no finer, where a leg runs along the meridian.
      #expect(abs(found.latitude - due.latitude) < 1e-11, "\(a) \(b)")
    }
  }

  private func exp10(_ exponent: Double) -> Double {
    var value = 1.0
    for _ in 0..<Int(abs(exponent)) { value *= 10 }
    return exponent < 0 ? 1 / value : value
  }
}
