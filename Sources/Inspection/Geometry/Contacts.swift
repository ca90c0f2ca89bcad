internal import Geodesy
internal import Routes

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Where a line meets itself: places where it crosses, and stretches that it runs along twice.
///
/// A GEOS tree of one box for each run of sixteen segments yields the pairs of segments that may
/// meet, so a line that stays apart from itself costs O(segments · log segments). A line that runs
/// over itself thousands of times has more pairs than anyone wants to hear of: the search has a
/// budget of work that grows with the segments, and says when it is spent.
struct Contacts {
  /// A place where two legs cross, by geometric metres along the line.
  struct Crossing {
    var firstMeters: Double
    var secondMeters: Double
    /// The vertex that the later leg leaves from.
    var segment: Int
    var coordinate: Coordinate
  }

  /// A stretch that the line runs along again.
  struct Repeat {
    /// The segments of the later pass, and those of the earlier one that they lie along.
    var later: ClosedRange<Int>
    var earlier: ClosedRange<Int>
    var isBackwards: Bool
    var meters: Double
  }

  private(set) var crossings: [Crossing] = []
  private(set) var repeats: [Repeat] = []
  /// Whether the budget was spent before all pairs were looked at.
  private(set) var isCutShort = false

  /// Legs this near to each other, and nearly parallel, are one way.
  static let sameWayMeters = 10.0
  /// Two places of the line that are nearer along it than this are one place.
  static let apartMeters = 50.0
  /// A bend in a repeated stretch may leave the way for this long.
  private static let bridgedMeters = 60.0
  private static let segmentsPerRun = 16
  /// What finding a run in the tree costs, in steps of work, and comparing two segments.
  private static let stepsPerFind = 16
  private static let stepsPerPair = 1
  /// What it costs more where the two are near each other.
  private static let stepsPerNearPair = 1
  /// What one step of Newton's method costs: two positions along geodesics and the way between them.
  private static let stepsPerIteration = 3 * Work.stepsOfGeodesic
  private static let mostCrossings = 100_000

  private let line: RouteLine
  private let space: [SpacePoint]

  /// - Parameter progress: called with what share of the line has been looked at, 0…1.
  init(_ line: RouteLine, _ space: [SpacePoint], progress: (Double) -> Void) {
    self.line = line
    self.space = space
    let count = space.count - 1
    guard count > 1, var tree = BoxTree() else { return }
    let runs = (count + Self.segmentsPerRun - 1) / Self.segmentsPerRun
    // A degree of latitude is 110.57 km where it is shortest.
    let margin = Self.sameWayMeters / 110_570
    var boxes: [[DegreeBox]] = []
    boxes.reserveCapacity(runs)
    for run in 0..<runs {
      let segments = Self.segments(ofRun: run, count)
      let found = line.extent(ofSegments: segments).boxes(margin: margin)
      for box in found { tree.insert(box, number: run) }
      boxes.append(found)
    }
    // The earliest leg that each leg lies along, and how many metres of it earlier legs cover.
    var along = Along(
      partner: [Int32](repeating: -1, count: count), covered: [Float](repeating: 0, count: count))
    var work = Work(steps: WorkLimits.contacts(segments: count))
    search: for run in 0..<runs {
      if run & 255 == 0 { progress(Double(run) / Double(runs)) }
      var others: Set<Int> = []
      for box in boxes[run] { others.formUnion(tree.numbers(touching: box)) }
      work.spend(others.count * Self.stepsPerFind)
      let segments = Self.segments(ofRun: run, count)
      for other in others.sorted() where other <= run {
        let earlier = Self.segments(ofRun: other, count)
        work.spend(segments.count * earlier.count * Self.stepsPerPair)
        if work.isSpent || crossings.count > Self.mostCrossings {
          isCutShort = true
          break search
        }
        for j in segments where !isJump(j) {
          for i in earlier where i + 1 < j && !isJump(i) {
            look(at: i, j, &along, &work)
          }
        }
      }
    }
    crossings.sort { ($0.secondMeters, $0.firstMeters) < ($1.secondMeters, $1.firstMeters) }
    repeats = collected(along)
    crossings = merged(crossings.filter { !liesAlongRepeat($0) })
    progress(1)
  }

  private static func segments(ofRun run: Int, _ count: Int) -> Range<Int> {
    run * segmentsPerRun..<min((run + 1) * segmentsPerRun, count)
  }

  /// Whether nothing is walked between a vertex and the next.
  private func isJump(_ segment: Int) -> Bool {
    line.segmentMeters(segment) == 0
  }

  // MARK: Pairs

  private struct Along {
    var partner: [Int32]
    var covered: [Float]
  }

  private mutating func look(at i: Int, _ j: Int, _ along: inout Along, _ work: inout Work) {
    let (a, b, c, d) = (space[i], space[i + 1], space[j], space[j + 1])
    let (first, second) = (line.segmentMeters(i), line.segmentMeters(j))
    // Straight through the ground two points are at least as near as over it.
    let reach = (first + second) / 2 + Self.sameWayMeters
    let (x, y, z) = (a.x + b.x - c.x - d.x, a.y + b.y - c.y - d.y, a.z + b.z - c.z - d.z)
    if x * x + y * y + z * z > 4 * reach * reach { return }
    work.spend(Self.stepsPerNearPair)
    // The way between the two along the line, over the start of a loop too.
    let between = line.measures[j] - line.measures[i + 1]
    if between > Self.apartMeters, liesAlong(i, first, j, second) {
      along.covered[j] += Float(min(first, second))
      if along.partner[j] < 0 || Int(along.partner[j]) > i { along.partner[j] = Int32(i) }
    }
    let n = Vector(a).cross(Vector(b))
    let sideC = n.dot(Vector(c))
    let sideD = n.dot(Vector(d))
    if sideC * sideD > 0 { return }
    let m = Vector(c).cross(Vector(d))
    let sideA = m.dot(Vector(a))
    let sideB = m.dot(Vector(b))
    if sideA * sideB > 0 { return }
    // All on one circle: they run along each other or do not meet.
    if sideC == 0, sideD == 0 { return }
    let shareFirst = sideA == sideB ? 0 : sideA / (sideA - sideB)
    let shareSecond = sideC == sideD ? 0 : sideC / (sideC - sideD)
    add(i, first, shareFirst, j, second, shareSecond, &work)
  }

  /// Whether the shorter of two legs lies along the longer one: its middle is near it and both run
  /// the same way or against each other.
  private func liesAlong(_ i: Int, _ j: Int) -> Bool {
    liesAlong(i, line.segmentMeters(i), j, line.segmentMeters(j))
  }

  private func liesAlong(_ i: Int, _ first: Double, _ j: Int, _ second: Double) -> Bool {
    let (longer, shorter) = first >= second ? (i, j) : (j, i)
    let p = Vector(space[longer])
    let along = Vector(space[longer + 1]).minus(p)
    let q = Vector(space[shorter])
    let other = Vector(space[shorter + 1]).minus(q)
    let extent = along.dot(along)
    let size = other.dot(other)
    guard extent > 0, size > 0 else { return false }
    let product = along.dot(other)
    // Within about 18 degrees.
    guard product * product > 0.9 * extent * size else { return false }
    let middle = q.plus(other.times(0.5)).minus(p)
    let share = middle.dot(along) / extent
    guard share >= 0, share <= 1 else { return false }
    let foot = middle.minus(along.times(share))
    // A long leg's straight line runs under the ground, by its square over eight radii; what counts is
    // how far the two are apart sideways.
    let up = p.plus(along.times(0.5))
    let side = along.cross(up)
    let width = side.dot(side)
    let sideways = width > 0 ? foot.dot(side) / width.squareRoot() : 0
    return abs(sideways) <= Self.sameWayMeters
      && foot.dot(foot) <= 4 * Self.sameWayMeters * Self.sameWayMeters + 4e-16 * extent * extent
  }

  private mutating func add(
    _ i: Int, _ first: Double, _ shareFirst: Double, _ j: Int, _ second: Double,
    _ shareSecond: Double, _ work: inout Work
  ) {
    var s = min(max(shareFirst, 0), 1) * first
    var t = min(max(shareSecond, 0), 1) * second
    let a = line.vertices[i]
    let c = line.vertices[j]
    let one = Geodesic.wgs84.line(
      latitude: a.latitude, longitude: a.longitude, azimuth: line.azimuths[i])
    let two = Geodesic.wgs84.line(
      latitude: c.latitude, longitude: c.longitude, azimuth: line.azimuths[j])
    // Newton's method in the plane between the two points: the circles above are those of a sphere.
    var place = one.position(meters: s)
    for _ in 0..<6 {
      work.spend(Self.stepsPerIteration)
      let other = two.position(meters: t)
      let gap = Geodesic.wgs84.inverseDegrees(
        place.latitude, place.longitude, other.latitude, other.longitude)
      if gap.meters < 1e-6 { break }
      let degree = Double.pi / 180
      let turn = sin((place.azimuth - other.azimuth) * degree)
      if abs(turn) < 1e-6 { break }
      s += gap.meters * sin((gap.azimuth1 - other.azimuth) * degree) / turn
      t += gap.meters * sin((gap.azimuth1 - place.azimuth) * degree) / turn
      s = min(max(s, 0), first)
      t = min(max(t, 0), second)
      place = one.position(meters: s)
    }
    let (x, y) = (line.measures[i] + s, line.measures[j] + t)
    guard y - x > Self.apartMeters else { return }
    // A loop that ends where it began is closed, not crossed.
    let end = line.passMeters
    if x < Self.apartMeters, end - y < Self.apartMeters { return }
    crossings.append(
      Crossing(
        firstMeters: x, secondMeters: y, segment: j,
        coordinate: Coordinate(uncheckedLatitude: place.latitude, longitude: place.longitude)))
  }

  // MARK: Stretches

  /// Joins legs that lie along consecutive earlier ones into stretches.
  private func collected(_ along: Along) -> [Repeat] {
    // A leg that only touches an earlier way does not lie along it.
    let partner = along.partner.indices.map { j -> Int32 in
      Double(along.covered[j]) >= 0.7 * line.segmentMeters(j) ? along.partner[j] : -1
    }
    var found: [Repeat] = []
    var j = 0
    while j < partner.count {
      guard partner[j] >= 0 else {
        j += 1
        continue
      }
      let start = j
      var last = j
      var lowest = Int(partner[j])
      var highest = lowest
      var direction = 0
      var k = j + 1
      while k < partner.count, line.measures[k] - line.measures[last + 1] <= Self.bridgedMeters {
        let i = Int(partner[k])
        if i >= 0 {
          // The earlier pass goes on too, where it was left or a little further.
          let gap =
            i > highest
            ? line.measures[i] - line.measures[highest + 1]
            : i < lowest ? line.measures[lowest] - line.measures[i + 1] : 0
          if gap > Self.bridgedMeters + line.segmentMeters(k) { break }
          direction += i > Int(partner[last]) ? 1 : i < Int(partner[last]) ? -1 : 0
          lowest = min(lowest, i)
          highest = max(highest, i)
          last = k
        }
        k += 1
      }
      let isBackwards = direction != 0 ? direction < 0 : runsAgainst(lowest, start)
      var first = start
      // Where it turns, the two legs are too near along the line to have been looked at.
      while isBackwards, first > highest + 1, !isJump(first - 1), !isJump(highest + 1),
        highest + 1 < first - 1, liesAlong(highest + 1, first - 1)
      {
        first -= 1
        highest += 1
      }
      found.append(
        Repeat(
          later: first...last, earlier: lowest...highest, isBackwards: isBackwards,
          meters: line.measures[last + 1] - line.measures[first]))
      j = last + 1
    }
    return found
  }

  private func runsAgainst(_ i: Int, _ j: Int) -> Bool {
    Vector(space[i + 1]).minus(Vector(space[i]))
      .dot(Vector(space[j + 1]).minus(Vector(space[j]))) < 0
  }

  /// Whether a crossing is only two passes of one way that touch. O(log repeats).
  private func liesAlongRepeat(_ crossing: Crossing) -> Bool {
    let next = repeats.partitioningIndex {
      line.measures[$0.later.lowerBound] > crossing.secondMeters + Self.apartMeters
    }
    // Later passes do not overlap, so that only the nearest ones can hold it.
    return repeats[max(next - 4, 0)..<next].contains { lies(crossing, along: $0) }
  }

  private func lies(_ crossing: Crossing, along stretch: Repeat) -> Bool {
    let slack = Self.apartMeters
    return crossing.secondMeters >= line.measures[stretch.later.lowerBound] - slack
      && crossing.secondMeters <= line.measures[stretch.later.upperBound + 1] + slack
      && crossing.firstMeters >= line.measures[stretch.earlier.lowerBound] - slack
      && crossing.firstMeters <= line.measures[stretch.earlier.upperBound + 1] + slack
  }

  /// One of each group of crossings that are the same place both times: legs that meet in a vertex
  /// cross in up to four ways. O(crossings).
  private func merged(_ crossings: [Crossing]) -> [Crossing] {
    /// A square metre of all pairs of places of the line.
    struct Cell: Hashable {
      var first: Int
      var second: Int
    }
    var kept: [Crossing] = []
    // Those in one cell are a metre apart either way, so that they are few.
    var cells: [Cell: [Crossing]] = [:]
    for crossing in crossings {
      let home = Cell(first: Int(crossing.firstMeters), second: Int(crossing.secondMeters))
      let isKnown = (home.first - 1...home.first + 1).contains { first in
        (home.second - 1...home.second).contains { second in
          cells[Cell(first: first, second: second)]?.contains {
            crossing.secondMeters - $0.secondMeters < 1
              && abs($0.firstMeters - crossing.firstMeters) < 1
          } ?? false
        }
      }
      if isKnown { continue }
      kept.append(crossing)
      cells[home, default: []].append(crossing)
    }
    return kept
  }
}

/// A vector in space.
private struct Vector {
  var x: Double
  var y: Double
  var z: Double

  init(x: Double, y: Double, z: Double) {
    self.x = x
    self.y = y
    self.z = z
  }

  init(_ point: SpacePoint) { self.init(x: point.x, y: point.y, z: point.z) }

  func dot(_ o: Vector) -> Double { x * o.x + y * o.y + z * o.z }
  func minus(_ o: Vector) -> Vector { Vector(x: x - o.x, y: y - o.y, z: z - o.z) }
  func plus(_ o: Vector) -> Vector { Vector(x: x + o.x, y: y + o.y, z: z + o.z) }
  func times(_ s: Double) -> Vector { Vector(x: x * s, y: y * s, z: z * s) }
  func cross(_ o: Vector) -> Vector {
    Vector(x: y * o.z - z * o.y, y: z * o.x - x * o.z, z: x * o.y - y * o.x)
  }
}
