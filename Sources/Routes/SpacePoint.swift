internal import Geodesy

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A point in space, for lower bounds: metres from the Earth's centre.
package struct SpacePoint: Equatable, Sendable {
  package let x: Double
  package let y: Double
  package let z: Double

  package init(_ latitude: Double, _ longitude: Double) {
    let phi = latitude * .pi / 180
    let lambda = longitude * .pi / 180
    let e2 = Geodesic.flattening * (2 - Geodesic.flattening)
    let sine = sin(phi)
    let normal = Geodesic.equatorialRadiusMeters / (1 - e2 * sine * sine).squareRoot()
    x = normal * cos(phi) * cos(lambda)
    y = normal * cos(phi) * sin(lambda)
    z = normal * (1 - e2) * sine
  }

  package init(x: Double, y: Double, z: Double) {
    self.x = x
    self.y = y
    self.z = z
  }

  package func distance(to other: SpacePoint) -> Double {
    let (dx, dy, dz) = (x - other.x, y - other.y, z - other.z)
    return (dx * dx + dy * dy + dz * dz).squareRoot()
  }
}
