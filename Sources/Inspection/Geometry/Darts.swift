internal import Geodesy
internal import Routes

/// Tells a spike from a way that leads somewhere and back.
///
/// A receiver's slip is far longer than anything that the line does around it. A hairpin follows
/// another one, or rises as the road around it does; a way to a summit and back retraces its own
/// vertices, leads to a waypoint, or takes the time that it takes to walk. Each of these is enough:
/// a slip that is left costs a look, a summit that is cut off costs the route.
struct Darts {
  /// Unsafe repairs leave vertices alone that are this near to a waypoint.
  static let waypointMeters = 50.0
  /// Two vertices this near are one place to a receiver; a drawn way back meets its own vertices.
  private static let samePlaceMeters = 1.0
  private static let window = 8
  /// Bends of several vertices fill a window of legs; so many legs are looked at for longer ones.
  private static let widestWindow = 32
  /// How many times as long as the legs around it a single vertex's legs are, at least: among legs of
  /// any length, and where those around it are even or its tip is the only turn of one vertex.
  private static let leastProminence = 3.0
  private static let leastProminenceAmongEven = 2.2
  /// And where all legs around it are alike: somebody sampled the line by distance.
  private static let leastProminenceAmongAlike = 1.8
  /// The same for several vertices: blocks of houses are walked around.
  private static let leastProminenceOfSeveral = 8.0

  let line: RouteLine
  let space: [SpacePoint]
  /// Microseconds since 1970, `.min` where none; empty where no vertex has one.
  let times: [Int64]
  let waypoints: WaypointCells

  /// Whether the vertices between two of a part are out of place, where long legs lead there and back.
  ///
  /// - Parameters:
  ///   - a: the last vertex before.
  ///   - z: the first vertex after.
  ///   - part: the vertices of the part.
  func isSpike(from a: Int, to z: Int, in part: ClosedRange<Int>) -> Bool {
    let shorter = min(line.segmentMeters(a), line.segmentMeters(z - 1))
    let base = space[a].distance(to: space[z])
    let there = line.measures[z] - line.measures[a]
    guard !line.vertices[a].isSamePlace(as: line.vertices[z]) else { return false }
    let legs = legsAround(a...z, shorter, in: part)
    guard let usual = legs.count >= 6 ? legs[2] : legs.first else { return false }
    var (least, leastFold) = (Self.leastProminenceOfSeveral, 4.0)
    if z - a == 2, base > Self.samePlaceMeters {
      let spread = usual / legs[legs.count / 2]
      (least, leastFold) =
        switch spread {
        case ..<1.05: (Self.leastProminenceAmongAlike, 3.5)
        case ..<1.3, 8...: (Self.leastProminenceAmongEven, 4)
        default: (Self.leastProminence, 4)
        }
    }
    return there >= leastFold * base && shorter >= least * usual
      && !(a + 1..<z).contains {
        waypoints.isNear(space[$0]) || NullIsland.isThere(line.vertices[$0])
      }
      && !isRounded(a, z) && !isFoldOfMany(a, z, shorter, part) && !rises(a, z, part)
      && !isWalked(a, z, part)
  }

  /// The legs of the way of twice the dart's length before it and after it, the longest first. Two of
  /// them may be another excursion's.
  private func legsAround(
    _ dart: ClosedRange<Int>, _ shorter: Double, in part: ClosedRange<Int>
  ) -> [Double] {
    func isAround(_ legs: Int, _ meters: Double) -> Bool {
      legs < Self.window || legs < Self.widestWindow && meters < 2 * shorter
    }
    var meters: [Double] = []
    var leg = dart.lowerBound
    while leg > part.lowerBound,
      isAround(dart.lowerBound - leg, line.measures[dart.lowerBound] - line.measures[leg])
    {
      leg -= 1
      meters.append(line.segmentMeters(leg))
    }
    leg = dart.upperBound
    while leg < part.upperBound,
      isAround(leg - dart.upperBound, line.measures[leg] - line.measures[dart.upperBound])
    {
      meters.append(line.segmentMeters(leg))
      leg += 1
    }
    return meters.filter { $0 > 0 }.sorted(by: >)
  }

  /// Whether three vertices or more between the legs turn the line round bit by bit and always to one
  /// side: somebody drew a bend, and a receiver without a signal does not.
  private func isRounded(_ a: Int, _ z: Int) -> Bool {
    guard z - a >= 4 else { return false }
    var sides: Set<Bool> = []
    for i in a + 1..<z {
      let (from, to) = (direction(i - 1, i), direction(i, i + 1))
      let both = (from.dot(from) * to.dot(to)).squareRoot()
      // Up to 100 degrees; below 5 it goes straight on.
      guard from.dot(to) >= -0.17 * both else { return false }
      let sine = from.cross(to).dot(space[i]) / space[i].dot(space[i]).squareRoot()
      if abs(sine) > 0.087 * both { sides.insert(sine > 0) }
    }
    return sides.count == 1
  }

  /// Whether the line goes on folding: right before or right after lies another long leg that runs
  /// against the nearer one of these, as in the bends of a mountain road or in parallel streets.
  private func isFoldOfMany(
    _ a: Int, _ z: Int, _ shorter: Double, _ part: ClosedRange<Int>
  ) -> Bool {
    func isAgainst(_ leg: Int, _ other: Int) -> Bool {
      line.segmentMeters(leg) >= 0.6 * shorter
        && direction(leg, leg + 1).dot(direction(other, other + 1))
          < -0.5 * line.segmentMeters(leg) * line.segmentMeters(other)
    }
    // A long leg may have vertices on it.
    func isAlong(_ leg: Int, _ other: Int) -> Bool {
      direction(leg, leg + 1).dot(direction(other, other + 1))
        > 0.95 * line.segmentMeters(leg) * line.segmentMeters(other)
    }
    var bend = 0.0
    var straight = 2 * shorter
    for leg in (max(a - Self.widestWindow, part.lowerBound)..<a).reversed() {
      if isAgainst(leg, a) { return true }
      if bend == 0, straight > 0, isAlong(leg, a) {
        straight -= line.segmentMeters(leg)
        continue
      }
      bend += line.segmentMeters(leg)
      if bend > shorter / 2 { break }
    }
    (bend, straight) = (0, 2 * shorter)
    for leg in z..<min(z + Self.widestWindow, part.upperBound) {
      if isAgainst(leg, z - 1) { return true }
      if bend == 0, straight > 0, isAlong(leg, z - 1) {
        straight -= line.segmentMeters(leg)
        continue
      }
      bend += line.segmentMeters(leg)
      if bend > shorter / 2 { break }
    }
    return false
  }

  /// Whether the heights rise or fall all the way through about as steeply as the line around does:
  /// a slip comes back to the height at which it left.
  private func rises(_ a: Int, _ z: Int, _ part: ClosedRange<Int>) -> Bool {
    func rise(_ i: Int, _ k: Int) -> Double {
      line.vertices[k].elevationMetersOrNaN - line.vertices[i].elevationMetersOrNaN
    }
    let steps = (a..<z).map { rise($0, $0 + 1) }
    guard steps.allSatisfy({ $0 > 0 }) || steps.allSatisfy({ $0 < 0 }) else { return false }
    let (first, last) = (
      max(a - Self.window, part.lowerBound), min(z + Self.window, part.upperBound)
    )
    // What is unknown is no reason.
    let around = [(first, a), (z, last)].filter { $0.0 < $0.1 }.map {
      (rise: abs(rise($0.0, $0.1)), meters: line.measures[$0.1] - line.measures[$0.0])
    }.filter { $0.rise.isFinite && $0.meters > 0 }
    let run = around.reduce(0) { $0 + $1.meters }
    guard run > 0 else { return false }
    let grade = around.reduce(0) { $0 + $1.rise } / run
    let own = abs(rise(a, z)) / (line.measures[z] - line.measures[a])
    return own >= 0.01 && own >= grade / 2
  }

  /// Whether the way out and back took the time that it takes at the pace of the line around it.
  private func isWalked(_ a: Int, _ z: Int, _ part: ClosedRange<Int>) -> Bool {
    guard !times.isEmpty, let pace = speed(a, z) else { return false }
    let (first, last) = (
      max(a - Self.window, part.lowerBound), min(z + Self.window, part.upperBound)
    )
    let around = [speed(first, a), speed(z, last)].compactMap { $0 }
    guard let usual = around.max() else { return false }
    return pace <= 2 * usual
  }

  /// Metres a microsecond between two vertices.
  private func speed(_ i: Int, _ k: Int) -> Double? {
    guard i < k, times[i] != .min, times[k] != .min else { return nil }
    let duration = Double(times[k]) - Double(times[i])
    return duration > 0 ? (line.measures[k] - line.measures[i]) / duration : nil
  }

  private func direction(_ i: Int, _ k: Int) -> SpacePoint {
    SpacePoint(
      x: space[k].x - space[i].x, y: space[k].y - space[i].y, z: space[k].z - space[i].z)
  }
}

extension SpacePoint {
  func dot(_ other: SpacePoint) -> Double { x * other.x + y * other.y + z * other.z }

  func cross(_ other: SpacePoint) -> SpacePoint {
    SpacePoint(
      x: y * other.z - z * other.y, y: z * other.x - x * other.z, z: x * other.y - y * other.x)
  }
}

/// Waypoints in cells of space, to tell quickly whether one is near.
struct WaypointCells {
  private struct Cell: Hashable {
    var x: Int
    var y: Int
    var z: Int
  }

  /// More waypoints than this around one cell are a carpet: all of it counts as near, so that no
  /// vertex is compared with thousands.
  private static let mostAround = 64

  private let reach = Darts.waypointMeters
  private var cells: [Cell: [SpacePoint]] = [:]

  /// - Complexity: O(waypoints).
  init(_ waypoints: [Waypoint]) {
    for waypoint in waypoints {
      let point = SpacePoint(waypoint.coordinate.latitude, waypoint.coordinate.longitude)
      cells[cell(of: point), default: []].append(point)
    }
  }

  private func cell(of point: SpacePoint) -> Cell {
    func number(_ value: Double) -> Int { Int((value / reach).rounded(.down)) }
    return Cell(x: number(point.x), y: number(point.y), z: number(point.z))
  }

  /// Whether a waypoint lies within `Darts.waypointMeters`. O(1).
  func isNear(_ point: SpacePoint) -> Bool {
    if cells.isEmpty { return false }
    let home = cell(of: point)
    var count = 0
    for x in home.x - 1...home.x + 1 {
      for y in home.y - 1...home.y + 1 {
        for z in home.z - 1...home.z + 1 {
          guard let found = cells[Cell(x: x, y: y, z: z)] else { continue }
          count += found.count
          if count > Self.mostAround || found.contains(where: { $0.distance(to: point) <= reach }) {
            return true
          }
        }
      }
    }
    return false
  }
}
