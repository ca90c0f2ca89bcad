internal import Geodesy
internal import Routes

/// Parts that are there twice, and tracks that are alternatives to each other.
struct Overlaps {
  struct Copy: Equatable {
    /// The later part, which runs where the other one runs.
    var part: Int
    var twin: Int
  }

  private(set) var doubles: [Copy] = []
  /// The tracks of the document of which one or more run along another for most of their length, in
  /// file order with the ones that they run along; empty where there are none.
  private(set) var variants: [Int] = []
  /// Whether the work was too much for all to be compared.
  private(set) var isCutShort = false

  /// Whether the order and direction of the parts mean anything.
  var isEmpty: Bool { doubles.isEmpty && variants.isEmpty }

  /// Tracks that are further apart than this are ways of their own.
  private static let apartMeters = 25.0
  /// A copy is nearer.
  private static let copyMeters = 1.0
  private static let leastMeters = 100.0
  private static let samples = 100
  private static let mostLooks = 20_000_000

  /// - Complexity: O(parts² + vertices · parts that lie in the same area), bounded.
  init(_ measured: MeasuredRoute, _ space: [SpacePoint], tracks: [Int]) {
    let route = measured.route
    guard route.partCount > 1, route.partCount <= PartsOrder.mostParts else { return }
    let ways = (0..<route.partCount).map { part in
      let end = part + 1 < route.partCount ? route.partStarts[part + 1] : space.count
      return Way(measured.line, space, route.partStarts[part]..<end)
    }
    var looks = Self.mostLooks
    for part in ways.indices.dropFirst() where ways[part].meters >= Self.leastMeters {
      let twin = (0..<part).first { earlier in
        // A lap begins where the one before it ended; a copy leaps back.
        let leap = space[ways[earlier].vertices.upperBound - 1]
          .distance(to: space[ways[part].vertices.lowerBound])
        return (leap > Self.leastMeters || ways[part].isSame(as: ways[earlier], &looks))
          && ways[part].meters <= 1.02 * ways[earlier].meters
          && (tracks[part] == tracks[earlier] || ways[part].meters >= 0.98 * ways[earlier].meters)
          && ways[part].share(along: ways[earlier], within: Self.copyMeters, &looks) > 0.98
      }
      if let twin { doubles.append(Copy(part: part, twin: twin)) }
    }
    findVariants(ways, tracks, &looks)
    isCutShort = looks <= 0
  }

  private mutating func findVariants(_ ways: [Way], _ tracks: [Int], _ looks: inout Int) {
    let copies = Set(doubles.map(\.part))
    var partsOfTracks: [Int: [Int]] = [:]
    for part in ways.indices where !copies.contains(part) {
      partsOfTracks[tracks[part], default: []].append(part)
    }
    let order = partsOfTracks.keys.sorted()
    guard order.count > 1 else { return }
    let lengths = partsOfTracks.mapValues { $0.reduce(0) { $0 + ways[$1].meters } }
    var found: Set<Int> = []
    for (number, a) in order.enumerated() {
      for b in order[..<number] {
        let (shorter, longer) =
          lengths[a, default: 0] <= lengths[b, default: 0] ? (a, b) : (b, a)
        let length = lengths[shorter, default: 0]
        guard length >= Self.leastMeters else { continue }
        let along = partsOfTracks[shorter, default: []].reduce(0.0) { sum, part in
          let best = partsOfTracks[longer, default: []].map {
            ways[part].share(along: ways[$0], within: Self.apartMeters, &looks)
          }.reduce(0, +)
          return sum + min(best, 1) * ways[part].meters
        }
        if along > length / 2 { found.formUnion([a, b]) }
      }
    }
    variants = found.sorted()
  }

  /// A part as a line in space.
  private struct Way {
    let line: RouteLine
    let space: [SpacePoint]
    let vertices: Range<Int>
    private let low: SpacePoint
    private let high: SpacePoint
    /// Points at even distances along it, and which way it runs there.
    private let samples: [(point: SpacePoint, direction: SpacePoint)]

    init(_ line: RouteLine, _ space: [SpacePoint], _ vertices: Range<Int>) {
      self.line = line
      self.space = space
      self.vertices = vertices
      let points = space[vertices]
      low = SpacePoint(
        x: points.lazy.map(\.x).min() ?? 0, y: points.lazy.map(\.y).min() ?? 0,
        z: points.lazy.map(\.z).min() ?? 0)
      high = SpacePoint(
        x: points.lazy.map(\.x).max() ?? 0, y: points.lazy.map(\.y).max() ?? 0,
        z: points.lazy.map(\.z).max() ?? 0)
      let start = line.measures[vertices.lowerBound]
      let meters = line.measures[vertices.upperBound - 1] - start
      var segment = vertices.lowerBound
      samples = (0..<(meters > 0 ? Overlaps.samples : 0)).map { sample in
        let at = start + meters * (Double(sample) + 0.5) / Double(Overlaps.samples)
        while segment + 2 < vertices.upperBound, line.measures[segment + 1] < at { segment += 1 }
        let length = line.segmentMeters(segment)
        let share = length > 0 ? (at - line.measures[segment]) / length : 0
        let along = space[segment].to(space[segment + 1])
        return (space[segment].plus(along, times: share), along)
      }
    }

    var meters: Double {
      line.measures[vertices.upperBound - 1] - line.measures[vertices.lowerBound]
    }

    /// - Parameter looks: what is left of the budget; no where it is spent.
    func isSame(as other: Way, _ looks: inout Int) -> Bool {
      guard vertices.count == other.vertices.count, low == other.low, high == other.high,
        looks > 0
      else { return false }
      looks -= vertices.count
      return zip(vertices, other.vertices).allSatisfy {
        line.vertices[$0].isSamePlace(as: line.vertices[$1])
      }
    }

    /// What share of this way runs along another one in its direction.
    ///
    /// - Parameter looks: what is left of the budget; 0 is the answer where it is spent.
    func share(along other: Way, within reach: Double, _ looks: inout Int) -> Double {
      guard other.vertices.count > 1, looks > 0 else { return 0 }
      looks -= Overlaps.samples / 4
      guard isNear(other, within: reach) else { return 0 }
      var hits = 0
      for (point, direction) in samples where other.mayHold(point, within: reach) {
        looks -= other.vertices.count
        guard looks > 0 else { return 0 }
        if other.passes(point, direction, within: reach) { hits += 1 }
      }
      return Double(hits) / Double(Overlaps.samples)
    }

    /// Whether the two may come within a reach of each other at all: most parts of a long trail do not.
    private func isNear(_ other: Way, within reach: Double) -> Bool {
      let slack = reach + 2 * Self.bulgeMeters
      return low.x - slack <= other.high.x && other.low.x - slack <= high.x
        && low.y - slack <= other.high.y && other.low.y - slack <= high.y
        && low.z - slack <= other.high.z && other.low.z - slack <= high.z
    }

    /// Long legs run under the ground, so that the box is wider than its corners.
    private static let bulgeMeters = 1_000.0

    private func mayHold(_ point: SpacePoint, within reach: Double) -> Bool {
      let slack = reach + Self.bulgeMeters
      return point.x >= low.x - slack && point.x <= high.x + slack && point.y >= low.y - slack
        && point.y <= high.y + slack && point.z >= low.z - slack && point.z <= high.z + slack
    }

    private func passes(
      _ point: SpacePoint, _ direction: SpacePoint, within reach: Double
    ) -> Bool {
      for i in vertices.lowerBound..<vertices.upperBound - 1 {
        let leg = space[i].to(space[i + 1])
        let size = leg.dot(leg)
        guard size > 0, leg.dot(direction) > 0 else { continue }
        let from = space[i].to(point)
        let share = min(max(from.dot(leg) / size, 0), 1)
        var foot = from.plus(leg, times: -share)
        // What counts is how far the two are apart sideways, and not how deep a leg runs.
        let up = foot.dot(point) / point.dot(point)
        foot = foot.plus(point, times: -up)
        if foot.dot(foot) <= reach * reach { return true }
      }
      return false
    }
  }
}

extension SpacePoint {
  fileprivate func to(_ other: SpacePoint) -> SpacePoint {
    SpacePoint(x: other.x - x, y: other.y - y, z: other.z - z)
  }

  fileprivate func plus(_ other: SpacePoint, times factor: Double) -> SpacePoint {
    SpacePoint(x: x + factor * other.x, y: y + factor * other.y, z: z + factor * other.z)
  }
}
