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
  ///
  /// A spiral is split next to its end again and again. A stretch that comes of more splits than
  /// lines need is halved instead, which keeps a vertex that might have gone, and never drops one that
  /// must stay. Where the task was cancelled, what was not looked at is kept.
  /// - Parameter toleranceMeters: 0 or less keeps everything.
  /// - Complexity: O(n log n).
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
    var open = [(first: 0, last: points.count - 1, depth: 0)]
    let deepest = WorkLimits.simplificationDepth(vertices: points.count)
    // It needs no allowance: only whether it was cancelled is looked at.
    var work = Work(steps: .max)
    while let (first, last, depth) = open.popLast() {
      if last - first < 2 { continue }
      work.spend(last - first)
      if work.isCancelled {
        for i in first...last { keeps[i] = true }
        continue
      }
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
        if depth >= deepest { split = (first + last) / 2 }
      }
      if furthest > limit - leg.bendMeters {
        keeps[split] = true
        open.append((first, split, depth + 1))
        open.append((split, last, depth + 1))
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
