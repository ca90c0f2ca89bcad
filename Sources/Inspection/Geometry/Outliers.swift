internal import Geodesy
internal import Routes

/// A way in which a pair of numbers is commonly written wrong.
enum Slip: CaseIterable {
  case swapped, longitudeSign, latitudeSign

  /// What was meant where this slip was made; nil where that is no place.
  func mended(_ coordinate: Coordinate) -> Coordinate? {
    let (latitude, longitude) = (coordinate.latitude, coordinate.longitude)
    switch self {
    case .swapped:
      guard abs(longitude) <= 90 else { return nil }
      return Coordinate(
        uncheckedLatitude: longitude, longitude: latitude,
        elevation: coordinate.elevationMetersOrNaN)
    case .longitudeSign:
      return Coordinate(
        uncheckedLatitude: latitude, longitude: -longitude,
        elevation: coordinate.elevationMetersOrNaN)
    case .latitudeSign:
      return Coordinate(
        uncheckedLatitude: -latitude, longitude: longitude,
        elevation: coordinate.elevationMetersOrNaN)
    }
  }
}

/// Vertices that the line around them does not lead to: legs that stick out from those near them.
///
/// A leg stands out where it is 1.8 times the median of the sixteen around it, or more. Where two such
/// legs lead away and back, what is between them is an excursion: a slip, if undoing it puts the
/// vertices where the line would have them; a spike, if `Darts` finds no other reason for it. A leg far longer than nearly all of its part that leads nowhere back is a jump.
struct Outliers {
  struct Excursion {
    enum Kind: Equatable {
      case spike
      case slip(Slip)
    }
    var kind: Kind
    /// The vertices that are out of place.
    var vertices: ClosedRange<Int>
    /// Metres from the line to the furthest of them: the shorter of the legs that lead there and back.
    var reachMeters: Double
    /// Metres that the line gets shorter without it.
    var detourMeters: Double
  }

  struct Jump {
    /// The vertex that the leg leaves from.
    var segment: Int
    var meters: Double
    var medianMeters: Double
  }

  private(set) var excursions: [Excursion] = []
  private(set) var jumps: [Jump] = []

  /// More vertices than this out and back are a walk, not a spike.
  static let mostSpikeVertices = 5
  /// Legs below this say nothing: receivers wander by as much.
  static let leastLegMeters = 20.0
  private static let leastJumpMeters = 1_000.0
  /// Legs that stand out which are tried as the end of one excursion.
  private static let mostEnds = 16

  /// - Parameter times: of the vertices; empty where none has one.
  /// - Complexity: O(vertices).
  init(
    _ measured: MeasuredRoute, _ space: [SpacePoint], times: [Int64], waypoints: WaypointCells
  ) {
    let route = measured.route
    let darts = Darts(line: measured.line, space: space, times: times, waypoints: waypoints)
    for part in 0..<route.partCount {
      let first = route.partStarts[part]
      let last = (part + 1 < route.partCount ? route.partStarts[part + 1] : space.count) - 1
      search(measured.line, space, darts, first, last)
    }
    dropRetraced(measured.line.vertices)
  }

  /// A spike's vertices are visited once; what the line comes back to another time is a place.
  private mutating func dropRetraced(_ vertices: [Coordinate]) {
    struct Place: Hashable {
      var latitude: Double
      var longitude: Double
      init(_ vertex: Coordinate) { (latitude, longitude) = (vertex.latitude, vertex.longitude) }
    }
    var visits: [Place: Int] = [:]
    for spike in excursions where spike.kind == .spike {
      for vertex in spike.vertices { visits[Place(vertices[vertex])] = 0 }
    }
    if visits.isEmpty { return }
    for vertex in vertices { visits[Place(vertex)]? += 1 }
    excursions.removeAll { excursion in
      excursion.kind == .spike
        && excursion.vertices.contains { vertex in
          let own = excursion.vertices.count { vertices[$0].isSamePlace(as: vertices[vertex]) }
          return visits[Place(vertices[vertex]), default: 0] > own
        }
    }
  }

  private mutating func search(
    _ line: RouteLine, _ space: [SpacePoint], _ darts: Darts, _ first: Int, _ last: Int
  ) {
    guard last - first >= 3 else { return }
    let legs = PartLegs(line, first, last)
    let long = legs.standingOut()
    var used = Set<Int>()
    var k = 0
    while k < long.count {
      if let found = excursion(from: k, in: long, line, space, darts, first, last) {
        excursions.append(found.excursion)
        for index in found.ends { used.insert(index) }
        k = (found.ends.max() ?? k) + 1
      } else {
        k += 1
      }
    }
    let rest = long.indices.filter { !used.contains($0) && long[$0].meters > Self.leastJumpMeters }
    guard !rest.isEmpty else { return }
    let typical = legs.quantiles()
    for index in rest {
      let leg = long[index]
      if leg.meters > 8 * typical.median, leg.meters > 3 * typical.high {
        jumps.append(
          Jump(segment: leg.segment, meters: leg.meters, medianMeters: typical.median))
      }
    }
  }

  /// The excursion that begins with a leg that stands out, and which of them it accounts for.
  private func excursion(
    from k: Int, in long: [PartLegs.Leg], _ line: RouteLine, _ space: [SpacePoint],
    _ darts: Darts, _ first: Int, _ last: Int
  ) -> (excursion: Excursion, ends: [Int])? {
    let entry = long[k]
    let (a, b) = (entry.segment, entry.segment + 1)
    // Undone, a slip leaves a leg like those around it, and a far shorter one than it made.
    func near(_ leg: PartLegs.Leg) -> Double { min(4 * leg.medianMeters, leg.meters / 10) }
    func point(_ slip: Slip, _ vertex: Int) -> SpacePoint? {
      slip.mended(line.vertices[vertex]).map { SpacePoint($0.latitude, $0.longitude) }
    }
    // A slip that goes on to a leg back, or to the end of the part.
    for slip in Slip.allCases {
      if let start = point(slip, b), start.distance(to: space[a]) <= near(entry) {
        for l in (k + 1)..<max(min(k + 1 + Self.mostEnds, long.count), k + 1) {
          let exit = long[l]
          if let end = point(slip, exit.segment),
            end.distance(to: space[exit.segment + 1]) <= near(exit)
          {
            let base = space[a].distance(to: space[exit.segment + 1])
            return (
              Excursion(
                kind: .slip(slip), vertices: b...exit.segment,
                reachMeters: min(entry.meters, exit.meters),
                detourMeters: entry.meters + exit.meters - base), [k, l]
            )
          }
        }
        // Without a leg back the shorter side is the one that slipped; where more legs stand out, one
        // of them may be that leg after all.
        if k + 1 == long.count, last - b <= a - first {
          return (
            Excursion(
              kind: .slip(slip), vertices: b...last, reachMeters: entry.meters,
              detourMeters: entry.meters), [k]
          )
        }
      }
      if k == 0, long.count == 1, a - first < last - b, let end = point(slip, a),
        end.distance(to: space[b]) <= near(entry)
      {
        return (
          Excursion(
            kind: .slip(slip), vertices: first...a, reachMeters: entry.meters,
            detourMeters: entry.meters), [k]
        )
      }
    }
    // A spike: there and back within a few vertices.
    for l in (k + 1)..<max(min(k + 1 + Self.mostSpikeVertices, long.count), k + 1) {
      let exit = long[l]
      guard exit.segment - a <= Self.mostSpikeVertices else { break }
      let base = space[a].distance(to: space[exit.segment + 1])
      let shorter = min(entry.meters, exit.meters)
      // It leaps out and back: a line that wanders there is a way to somewhere.
      let inside = line.measures[exit.segment] - line.measures[b]
      if inside > shorter / 2 { continue }
      let there = line.measures[exit.segment + 1] - line.measures[a]
      if darts.isSpike(from: a, to: exit.segment + 1, in: first...last) {
        return (
          Excursion(
            kind: .spike, vertices: b...exit.segment, reachMeters: shorter,
            detourMeters: there - base), [k, l]
        )
      }
    }
    return nil
  }
}

/// The legs of one part, measured against those around them.
private struct PartLegs {
  struct Leg {
    /// The vertex that it leaves from.
    var segment: Int
    var meters: Double
    /// Median of the legs around it.
    var medianMeters: Double
  }

  private let line: RouteLine
  private let first: Int
  private let last: Int
  private static let window = 8

  init(_ line: RouteLine, _ first: Int, _ last: Int) {
    self.line = line
    self.first = first
    self.last = last
  }

  /// Those of at least `Outliers.leastLegMeters` that are 1.8 times the median of the legs around them.
  func standingOut() -> [Leg] {
    var found: [Leg] = []
    for i in first..<last {
      let meters = line.segmentMeters(i)
      if meters < Outliers.leastLegMeters { continue }
      // The mean comes from two prefix sums and rules out nearly all; one other leg that stands out
      // among sixteen lifts it by an eighth of itself.
      let low = max(i - Self.window, first)
      let high = min(i + 1 + Self.window, last)
      let others = high - low - 1
      if others < 2 { continue }
      let sum = line.measures[high] - line.measures[low] - meters
      if meters <= 1.35 * sum / Double(others) { continue }
      let median = median(around: i, low, high)
      if meters >= 1.8 * median {
        found.append(Leg(segment: i, meters: meters, medianMeters: median))
      }
    }
    return found
  }

  private func median(around i: Int, _ low: Int, _ high: Int) -> Double {
    var lengths: [Double] = []
    lengths.reserveCapacity(2 * Self.window)
    for j in low..<high where j != i {
      let meters = line.segmentMeters(j)
      if meters > 0 { lengths.append(meters) }
    }
    lengths.sort()
    return lengths.isEmpty ? 0 : lengths[lengths.count / 2]
  }

  /// The median and the 95th percentile of all legs that have a length, of a sample where they are
  /// many.
  func quantiles() -> (median: Double, high: Double) {
    let step = max((last - first) / 20_000, 1)
    var lengths = stride(from: first, to: last, by: step).map(line.segmentMeters).filter { $0 > 0 }
    lengths.sort()
    guard !lengths.isEmpty else { return (0, 0) }
    return (lengths[lengths.count / 2], lengths[min(lengths.count * 95 / 100, lengths.count - 1)])
  }
}
