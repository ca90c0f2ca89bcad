import Authoring
import Foundation
import Geodesy
import Routes

/// What kinds of routes the properties are shown on.
enum Terrain: CaseIterable {
  /// A hiker's line that keeps its direction more or less, so that no two places of it are near.
  case steady
  /// One that turns as it likes, runs over itself and stands still.
  case wild
  /// Over 180 degrees.
  case antimeridian
  /// Round a pole.
  case polar
  /// A loop.
  case loop
}

extension SplitMix64 {
  /// A route of one to four parts with waypoints near the line, joins, heights and official distances.
  mutating func route(on terrain: Terrain) throws -> Route {
    var here: Coordinate =
      switch terrain {
      case .antimeridian: place(double(-70..<70), 179.99)
      case .polar: place(element(of: [-1.0, 1]) * double(89.9..<89.999), double(-180..<180))
      default: place(double(-75..<75), double(-179..<179))
      }
    var heading = terrain == .antimeridian ? 90 : double(0..<360)
    var parts: [[Coordinate]] = []
    // Where waypoints are held to their places, no two of the line are near enough to tie.
    let size = anySized((terrain == .steady ? 200 : 5)..<2_000)
    for _ in 0..<(terrain == .loop ? 1 : element(of: [1, 1, 1, 2, 3, 4])) {
      let legs = chance(0.05) ? 0 : int(1...60)
      var part = [here]
      for leg in 0..<legs {
        switch terrain {
        case .wild: heading = chance(0.1) ? double(0..<360) : heading + double(-60..<60)
        case .loop: heading += 360 / Double(legs) * double(0.9..<1.1)
        default:
          // Sways about its direction and never turns back.
          heading += (leg % 2 == 0 ? 1 : -1) * double(0..<25)
        }
        if terrain == .wild, chance(0.03) {
          part.append(here)
          continue
        }
        here = offset(here, azimuth: heading, meters: size * double(0.2..<1.5))
        part.append(here)
      }
      parts.append(part)
      here = offset(
        here, azimuth: heading,
        meters: element(of: [size / 2, anySized(1..<900), anySized(1_001..<50_000)]))
    }
    if terrain == .loop, let start = parts[0].first {
      if chance(0.7) { parts[0].append(start) }
      if parts[0].count < 3 { return try route(on: .steady) }
    }
    if chance(0.6) {
      var height = double(0..<3_000)
      parts = parts.map { part in
        part.map { vertex in
          height += double(-20..<20)
          return chance(0.05) ? vertex : place(vertex.latitude, vertex.longitude, height)
        }
      }
    }
    let policies: [JoinPolicy?] = [.walk, .ferry, .counted]
    let joins: [JoinPolicy?] = (1..<parts.count).map { index in
      let gap = metersBetween(parts[index - 1][parts[index - 1].count - 1], parts[index][0])
      return gap < 1_000 && chance(0.5) ? nil : element(of: policies)
    }
    var course = Course(laps: element(of: [1, 1, 1, 2, 3]), thereAndBack: chance(0.2))
    if course.laps > 1 { course.lapJoin = element(of: policies) }
    let plain = try Route(name: "A route", parts: parts, joinPolicies: joins, course: course)
    let measured = try MeasuredRoute(plain)
    guard measured.geometricMeters > 1 else { return try route(on: terrain) }
    // In the order of the line, each beside it by less than a place may be bent for the order's sake.
    let pass = measured.passLength.micrometers
    let distances = (0..<int(0...8)).map { _ in Int64(double(0..<1) * Double(pass)) }.sorted()
    let isMarked = chance(0.25)
    let scale = double(0.8..<1.3)
    var waypoints: [Waypoint] = []
    var before: Int64 = -1
    for (index, distance) in distances.enumerated() where distance > before + 50_000_000 {
      before = distance
      let there = measured.position(at: Distance(micrometers: distance)).coordinate
      var waypoint = Waypoint(
        name: chance(0.9) ? "Waypoint \(index + 1)" : nil,
        coordinate: terrain == .steady || chance(0.5)
          ? there : offset(there, azimuth: double(0..<360), meters: double(0..<20)))
      if chance(0.3) { waypoint.story = "A story, “quoted”" }
      if chance(0.3) { waypoint.type = "summit" }
      if isMarked, distance > 0 {
        waypoint.officialDistance = Distance(micrometers: Int64(Double(distance) * scale))
      }
      waypoints.append(waypoint)
    }
    let official: Distance? =
      chance(0.3) ? Distance(micrometers: max(Int64(Double(pass) * scale) + 1_000_000, 1)) : nil
    return try Route(
      name: "A route", parts: parts, joinPolicies: joins, waypoints: waypoints,
      officialLength: official, course: course)
  }
}
