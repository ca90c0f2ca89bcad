import Geodesy
import Routes

/// A made-up trail: a walk that wanders north-east in steps of 20 to 60 m.
func trail(vertices count: Int, seed: UInt64) throws -> Route {
  var random = SplitMix64(seed: seed)
  var here = try Coordinate(latitude: -60, longitude: 170)
  var azimuth = 20.0
  var vertices = [here]
  vertices.reserveCapacity(count)
  while vertices.count < count {
    azimuth += Double.random(in: -25...25, using: &random)
    // Drifts back to where it is going, so that a million steps do not end in a knot.
    azimuth += (20 - azimuth) * 0.1
    here =
      Geodesic.wgs84.direct(
        from: here, azimuth: Azimuth(degrees: azimuth),
        distanceMeters: Double.random(in: 20...60, using: &random)
      ).coordinate
    vertices.append(here)
  }
  return try Route(parts: [vertices])
}
