internal import Geodesy

/// A leg between two points in space, with the upright plane that it lies in.
struct SpaceLeg {
  let length: Double
  /// How far the geodesic may leave the plane: 0.67 mm on 100 km, growing with the cube of the length
  /// (the largest found over all latitudes and directions).
  let bendMeters: Double
  private let a: SpacePoint
  private let b: SpacePoint
  private let normal: SpacePoint
  private let along: SpacePoint
  private let extent: Double

  init(_ a: SpacePoint, _ b: SpacePoint) {
    self.a = a
    self.b = b
    along = SpacePoint(x: b.x - a.x, y: b.y - a.y, z: b.z - a.z)
    // Midway the ellipsoid's upright direction; its axes are squeezed by the flattening.
    let squeeze = 1 - Geodesic.flattening
    let up = SpacePoint(x: a.x + b.x, y: a.y + b.y, z: (a.z + b.z) / (squeeze * squeeze))
    let cross = SpacePoint(
      x: along.y * up.z - along.z * up.y, y: along.z * up.x - along.x * up.z,
      z: along.x * up.y - along.y * up.x)
    let size = (cross.x * cross.x + cross.y * cross.y + cross.z * cross.z).squareRoot()
    length = a.distance(to: b)
    normal =
      size > 0
      ? SpacePoint(x: cross.x / size, y: cross.y / size, z: cross.z / size)
      : SpacePoint(x: 0, y: 0, z: 0)
    extent = length * length
    bendMeters = 7e-19 * extent * length
  }

  func distance(of p: SpacePoint) -> Double {
    let projection = (p.x - a.x) * along.x + (p.y - a.y) * along.y + (p.z - a.z) * along.z
    if projection <= 0 || extent == 0 { return p.distance(to: a) }
    if projection >= extent { return p.distance(to: b) }
    return sideways(of: p)
  }

  /// How far a point is from the upright plane of the leg.
  func sideways(of p: SpacePoint) -> Double {
    abs((p.x - a.x) * normal.x + (p.y - a.y) * normal.y + (p.z - a.z) * normal.z)
  }
}
