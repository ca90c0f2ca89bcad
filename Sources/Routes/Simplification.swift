public import Geodesy

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Fewer vertices for maps, none of the dropped ones further than a tolerance from what is left.
public enum Simplification {
  /// A leg that replaces others is never longer than this: up to here the plane that a vertex is
  /// judged by and the geodesic lie within a millimetre of each other, and that is allowed for.
  public static let longestLegMeters = 100_000.0

  /// The indices of the vertices to keep, ascending; the first and the last always stay.
  ///
  /// Douglas and Peucker's rule (1973) in space: the distance of a vertex from the plane that holds
  /// the leg's ends and is upright midway, or from an end where it lies beyond it. Works over 180
  /// degrees and at the poles as everywhere. No recursion.
  /// - Parameter toleranceMeters: 0 or less keeps everything.
  /// - Complexity: O(n log n) typical, O(n²) for a line made to defeat it.
  public static func keptIndices(
    of coordinates: ArraySlice<Coordinate>, toleranceMeters: Double
  ) -> [Int] {
    guard coordinates.count > 2, toleranceMeters > 0 else { return Array(coordinates.indices) }
    let points = coordinates.map { SpacePoint($0.latitude, $0.longitude) }
    // Straight through the ground a distance is shorter than over it, most where the Earth is most
    // curved.
    let radius = 6_335_000.0
    let limit = radius * sin(min(toleranceMeters / radius, .pi / 2))
    var keeps = [Bool](repeating: false, count: points.count)
    keeps[0] = true
    keeps[points.count - 1] = true
    var open = [(0, points.count - 1)]
    while let (first, last) = open.popLast() {
      if last - first < 2 { continue }
      let leg = SpaceLeg(points[first], points[last])
      var furthest = -1.0
      var split = first + 1
      if leg.length > longestLegMeters {
        // Too long to judge: halve it by length along the vertices' indices.
        split = (first + last) / 2
        furthest = .infinity
      } else {
        for i in first + 1..<last {
          let distance = leg.distance(of: points[i])
          if distance > furthest {
            furthest = distance
            split = i
          }
        }
      }
      if furthest > limit - leg.bendMeters {
        keeps[split] = true
        open.append((first, split))
        open.append((split, last))
      }
    }
    return keeps.indices.filter { keeps[$0] }.map { $0 + coordinates.startIndex }
  }

  /// The coordinates that are left, in their order.
  public static func simplified(
    _ coordinates: [Coordinate], toleranceMeters: Double
  ) -> [Coordinate] {
    keptIndices(of: coordinates[...], toleranceMeters: toleranceMeters).map { coordinates[$0] }
  }
}

extension Route {
  /// The same route with each part simplified; joins, waypoints and lengths stated stay.
  public func simplified(toleranceMeters: Double) -> Route {
    let parts = (0..<partCount).map { index in
      Simplification.keptIndices(of: part(index), toleranceMeters: toleranceMeters)
        .map { vertices[$0] }
    }
    // Nothing can fail: every part keeps its ends, and nothing was added.
    return
      (try? Route(
        name: name, parts: parts, joinPolicies: joinPolicies, waypoints: waypoints,
        officialLength: officialLength, course: course)) ?? self
  }
}

/// A leg between two points in space, with the upright plane that it lies in.
private struct SpaceLeg {
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
    return abs((p.x - a.x) * normal.x + (p.y - a.y) * normal.y + (p.z - a.z) * normal.z)
  }
}
