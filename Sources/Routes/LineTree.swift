internal import Geodesy

/// A tree of balls over the segments of a line, in the line's own order.
///
/// A ball holds sixteen segments, and on each level above four balls of the level below. Being in the
/// order of the line, the tree finds not only what is nearest but also what comes first after a place.
/// Two balls around the same place cost no more than others: a line that passes one place a
/// thousand times is as good as any.
struct LineTree: Sendable {
  static let segmentsPerLeaf = 16
  private static let fanOut = 4

  private struct Ball {
    var center: SpacePoint
    var radius: Double
  }

  private let line: RouteLine
  /// The vertices in space.
  private let points: [SpacePoint]
  /// From the leaves to the one at the top.
  private let levels: [[Ball]]
  /// Segments; one that goes nowhere stands for a line of one vertex.
  let count: Int
  var vertexCount: Int { points.count }

  /// - Parameter vertices: how many count, from the first.
  /// - Complexity: O(vertices).
  init(_ line: RouteLine, vertices: Int) {
    self.line = line
    count = max(vertices - 1, 1)
    points = line.vertices[..<vertices].map { SpacePoint($0.latitude, $0.longitude) }
    var levels: [[Ball]] = []
    var leaves: [Ball] = []
    leaves.reserveCapacity(count / Self.segmentsPerLeaf + 1)
    for start in stride(from: 0, to: count, by: Self.segmentsPerLeaf) {
      let end = min(start + Self.segmentsPerLeaf, vertices - 1)
      var longest = 0.0
      for i in start..<max(end, start) { longest = max(longest, line.segmentMeters(i)) }
      // A jump only makes the ball larger.
      leaves.append(
        Self.ball(
          around: points[start...max(end, start)].lazy.map { Ball(center: $0, radius: 0) },
          margin: Self.bulgeMeters(longest)))
    }
    levels.append(leaves)
    while let below = levels.last, below.count > 1 {
      levels.append(
        stride(from: 0, to: below.count, by: Self.fanOut).map { start in
          Self.ball(around: below[start..<min(start + Self.fanOut, below.count)], margin: 0)
        })
    }
    self.levels = levels
  }

  private static func ball(around inner: some Collection<Ball>, margin: Double) -> Ball {
    var low = SpacePoint(x: .infinity, y: .infinity, z: .infinity)
    var high = SpacePoint(x: -.infinity, y: -.infinity, z: -.infinity)
    for ball in inner {
      let c = ball.center
      low = SpacePoint(x: min(low.x, c.x), y: min(low.y, c.y), z: min(low.z, c.z))
      high = SpacePoint(x: max(high.x, c.x), y: max(high.y, c.y), z: max(high.z, c.z))
    }
    let center = SpacePoint(
      x: (low.x + high.x) / 2, y: (low.y + high.y) / 2, z: (low.z + high.z) / 2)
    let radius = inner.reduce(0) { max($0, center.distance(to: $1.center) + $1.radius) }
    return Ball(center: center, radius: radius + margin)
  }

  // MARK: Bounds

  /// How far a geodesic may leave the straight line between its ends. No curve on the ellipsoid bends
  /// more than a circle of 6,335 km.
  private static func bulgeMeters(_ length: Double) -> Double { length * length * 2e-8 }

  /// What the geodesic between two points is at least, by the straight line between them: an arc of the
  /// largest circle, 6,400 km, is longer by the third power of the line.
  private static func arc(_ chord: Double) -> Double {
    chord > 0 ? chord + chord * chord * chord * 1.016e-15 : 0
  }

  private func leastMeters(_ p: SpacePoint, to ball: Ball) -> Double {
    Self.arc(p.distance(to: ball.center) - ball.radius)
  }

  /// What no point of a segment is nearer than, without a geodesic; never above it by more than
  /// `roundingMeters`.
  func leastMeters(_ p: SpacePoint, toSegment i: Int) -> Double {
    let a = points[i]
    let length = i + 1 < points.count ? line.segmentMeters(i) : 0
    let (x, y, z) = (p.x - a.x, p.y - a.y, p.z - a.z)
    // Of a jump only its ends are places.
    if length == 0 {
      let straight = p.distance(to: a)
      return Self.arc(
        i + 1 < points.count ? min(straight, p.distance(to: points[i + 1])) : straight)
    }
    let b = points[i + 1]
    let (dx, dy, dz) = (b.x - a.x, b.y - a.y, b.z - a.z)
    let extent = dx * dx + dy * dy + dz * dz
    let share = extent > 0 ? min(max((x * dx + y * dy + z * dz) / extent, 0), 1) : 0
    let (fx, fy, fz) = (x - share * dx, y - share * dy, z - share * dz)
    let straight = (fx * fx + fy * fy + fz * fz).squareRoot()
    let least = straight - Self.bulgeMeters(length)
    guard length <= Simplification.longestLegMeters, straight <= Simplification.longestLegMeters
    else { return Self.arc(least) }
    // Beyond an end the bulge turns away from the point.
    if share == 0 || share == 1 { return Self.arc(straight * (1 - 1e-8)) }
    // Beside it what counts is how far the point is from the upright plane of the leg.
    let leg = SpaceLeg(a, b)
    return Self.arc(max(least, leg.sideways(of: p) - leg.bendMeters))
  }

  /// Steps of work of one such bound.
  private static let stepsOfBound = 2

  /// What roundings may add to a bound.
  static let roundingMeters = 1e-6

  // MARK: Searches

  /// Looks at the segments that may be nearer than what has been found, the most promising first.
  ///
  /// - Parameter measure: takes a segment and gives the distance below which others still count.
  func search(from p: SpacePoint, _ work: inout Work, measure: (Int, inout Work) -> Double) {
    var bound = Double.infinity
    var open: [(least: Double, level: Int, node: Int)] = [(0, levels.count - 1, 0)]
    var hasMeasured = false
    while let next = open.popLast() {
      if next.least >= bound { continue }
      if work.isSpent, hasMeasured { return }
      if next.level == 0 {
        let start = next.node * Self.segmentsPerLeaf
        let end = min(start + Self.segmentsPerLeaf, count)
        work.spend((end - start) * Self.stepsOfBound)
        var first = -1
        if !hasMeasured {
          // The most promising one rules out nearly all others.
          work.spend((end - start) * Self.stepsOfBound)
          var lowest = Double.infinity
          for i in start..<end {
            let least = leastMeters(p, toSegment: i)
            if least < lowest { (lowest, first) = (least, i) }
          }
          bound = measure(max(first, start), &work)
          hasMeasured = true
        }
        for i in start..<end where i != first {
          if work.isSpent { return }
          if leastMeters(p, toSegment: i) - Self.roundingMeters < bound {
            bound = measure(i, &work)
          }
        }
        continue
      }
      let below = levels[next.level - 1]
      let first = next.node * Self.fanOut
      let from = open.count
      for node in first..<min(first + Self.fanOut, below.count) {
        let least = leastMeters(p, to: below[node]) - Self.roundingMeters
        if least < bound { open.append((least, next.level - 1, node)) }
      }
      work.spend(Self.fanOut)
      // The nearest ball is taken next; of equal ones the first on the line.
      open[from...].sort { ($0.least, $0.node) > ($1.least, $1.node) }
    }
  }

  /// The first segment, at or after one, that may come within a reach; nil where there is none or the
  /// work is spent.
  func first(
    from start: Int, within reach: Double, of p: SpacePoint, _ work: inout Work
  ) -> Int? {
    let reach = reach + Self.roundingMeters
    var level = 0
    var node = start / Self.segmentsPerLeaf
    while node < levels[level].count, !work.isSpent {
      work.spend(1)
      if leastMeters(p, to: levels[level][node]) <= reach {
        if level > 0 {
          level -= 1
          node *= Self.fanOut
          continue
        }
        let end = min((node + 1) * Self.segmentsPerLeaf, count)
        for i in max(start, node * Self.segmentsPerLeaf)..<end {
          work.spend(Self.stepsOfBound)
          if leastMeters(p, toSegment: i) <= reach { return i }
        }
      }
      node += 1
      while node % Self.fanOut == 0, level + 1 < levels.count {
        node /= Self.fanOut
        level += 1
      }
    }
    return nil
  }

  /// The first segment of the run that leads to one without leaving a reach.
  func runStart(of segment: Int, within reach: Double, of p: SpacePoint, _ work: inout Work) -> Int
  {
    var start = segment
    while start > 0, !work.isSpent {
      work.spend(Self.stepsOfBound)
      if leastMeters(p, toSegment: start - 1) > reach + Self.roundingMeters { break }
      start -= 1
    }
    return start
  }
}
