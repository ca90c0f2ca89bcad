import Foundation
import Geodesy
import Routes

/// Lines of all the kinds that have broken other libraries.
enum Shape: CaseIterable {
  /// Legs of 1 mm to 15,000 km in any direction.
  case anywhere
  /// A hiker's track: legs of 1 mm to 100 m.
  case track
  /// To and fro over 180 degrees, with vertices on it written both ways.
  case antimeridian
  /// Through and near the poles.
  case polar
  /// Legs to nearly or exactly the other side of the Earth.
  case antipodal
  /// Vertices that repeat, one or many times.
  case duplicates

  func line(_ random: inout SplitMix64, from start: Coordinate, legs: Int) -> [Coordinate] {
    var line = [start]
    while line.count <= legs { line.append(next(&random, after: line[line.count - 1])) }
    return line
  }

  private func next(_ random: inout SplitMix64, after last: Coordinate) -> Coordinate {
    func walk(_ range: Range<Double>) -> Coordinate {
      offset(
        last, azimuth: random.double(-180..<180), meters: random.anySized(range))
    }
    switch self {
    case .anywhere: return walk(1e-3..<1.5e7)
    case .track: return walk(1e-3..<100)
    case .antimeridian:
      let latitude = min(max(last.latitude + random.double(-5..<5), -85), 85)
      switch random.int(0...4) {
      case 0: return place(latitude, 180)
      case 1: return place(latitude, -180)
      case 2: return place(last.latitude, -last.longitude)
      default:
        let away = random.anySized(1e-9..<20)
        return place(latitude, random.chance(0.5) ? 180 - away : -180 + away)
      }
    case .polar:
      let sign = last.latitude < 0 ? -1.0 : 1
      switch random.int(0...5) {
      case 0: return place(sign * 90, random.double(-180..<180))
      case 1: return place(last.latitude, Coordinate.normalized(longitude: last.longitude + 180))
      case 2: return place(-last.latitude, last.longitude)
      default:
        return place(sign * (90 - random.anySized(1e-9..<30)), random.double(-180..<180))
      }
    case .antipodal:
      if random.chance(0.3) { return walk(1e-3..<1e6) }
      let opposite = place(-last.latitude, Coordinate.normalized(longitude: last.longitude + 180))
      if random.chance(0.2) { return opposite }
      return offset(
        opposite, azimuth: random.double(-180..<180), meters: random.anySized(1e-3..<3e6))
    case .duplicates:
      if random.chance(0.5) {
        let isOther = abs(last.longitude) == 180 && random.chance(0.5)
        return place(last.latitude, isOther ? -last.longitude : last.longitude)
      }
      return random.chance(0.1) ? place(last.latitude, 180) : walk(1e-3..<1e5)
    }
  }
}

func offset(_ a: Coordinate, azimuth: Double, meters: Double) -> Coordinate {
  let there = Geodesic.wgs84.directDegrees(a.latitude, a.longitude, azimuth, meters)
  return place(there.latitude, there.longitude)
}

extension SplitMix64 {
  /// Five times round the Earth: the roundings of a measure in doubles stay below 80 nm up to here.
  static let longestPassMicrometers: Int64 = 200_000_000_000_000

  mutating func anywhere() -> Coordinate {
    place(asin(double(-1..<1)) * 180 / .pi, double(-180..<180))
  }

  /// A route of one to four parts with joins of all policies and a course of all kinds.
  mutating func route(
    _ shape: Shape, legs: ClosedRange<Int> = 1...30, isOfficial: Bool? = nil
  ) throws -> Route {
    var parts: [[Coordinate]] = []
    var start = anywhere()
    for _ in 0..<element(of: [1, 1, 1, 2, 3, 4]) {
      let count = chance(0.15) ? 0 : int(legs)
      let line = shape.line(&self, from: start, legs: count)
      parts.append(line)
      let end = line[line.count - 1]
      switch int(0...3) {
      case 0: start = end
      case 1: start = offset(end, azimuth: double(0..<360), meters: anySized(1e-3..<900))
      case 2: start = offset(end, azimuth: double(0..<360), meters: anySized(1e3..<1e6))
      default: start = anywhere()
      }
    }
    if chance(0.5) { parts = parts.map { withElevations($0) } }
    if chance(0.2), let first = parts.first?.first { parts[parts.count - 1].append(first) }
    let policies: [JoinPolicy?] = JoinPolicy.allCases + [nil]
    let course = Course(
      laps: element(of: [1, 1, 1, 2, 3, 7]), thereAndBack: chance(0.25),
      lapJoin: element(of: policies))
    let joins = (1..<parts.count).map { _ in element(of: policies) }
    let plain = try Route(parts: parts, joinPolicies: joins, course: course)
    let pass = SlowCourse(plain).pass.micrometers
    if pass > Self.longestPassMicrometers {
      return try route(
        shape, legs: legs.lowerBound...max(legs.upperBound / 2, 1), isOfficial: isOfficial)
    }
    if pass == 0 { return plain }
    guard isOfficial ?? chance(0.4) else { return plain }
    let official = max(Int64(Double(pass) * double(0.5..<2)), 1)
    return try Route(
      parts: parts, joinPolicies: joins, officialLength: micrometers(official), course: course)
  }

  private mutating func withElevations(_ line: [Coordinate]) -> [Coordinate] {
    line.map { vertex in
      chance(0.1)
        ? vertex
        : place(vertex.latitude, vertex.longitude, (double(-400..<8_000) * 10).rounded() / 10)
    }
  }
}
