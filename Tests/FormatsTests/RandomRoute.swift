import Foundation
import Geodesy
import Routes

extension SplitMix64 {
  /// A route with something of everything: several parts, elevations on some vertices, join
  /// policies, an official length, laps, waypoints, names that need escaping, vertices anywhere on
  /// the Earth, on 180 degrees written both ways, and at the poles.
  mutating func route() throws -> Route {
    let parts = (0..<int(1...4)).map { _ in line() }
    let policies: [JoinPolicy?] = [.walk, .ferry, .counted, .unresolved, nil]
    return try Route(
      name: chance(0.8) ? name() : nil, parts: parts,
      joinPolicies: (1..<parts.count).map { _ in element(of: policies) },
      waypoints: (0..<int(0...4)).map { _ in waypoint() },
      officialLength: chance(0.5) ? length() : nil,
      course: Course(
        laps: chance(0.5) ? int(2...10_000) : 1, thereAndBack: chance(0.3),
        lapJoin: chance(0.5) ? element(of: JoinPolicy.allCases) : nil))
  }

  /// Any distance that can be written, of any size, exact to the micrometre.
  mutating func length() -> Distance {
    let value = Int64(truncatingIfNeeded: next() >> UInt64(int(1...62)))
    switch int(0...3) {
    case 0: return Distance(micrometers: value / 1_609_344_000 * 1_609_344_000)
    case 1: return Distance(micrometers: value / 1_000_000 * 1_000_000)
    default: return Distance(micrometers: value)
    }
  }

  mutating func name() -> String {
    let pieces = [
      "a", "Zürich", "<b>", "&amp;", "&", "\"", "'", ">", "]]>", "\n", "\t", "\r\n", " ", "\\", "/",
      "🏔", "👩‍👩‍👧", "e\u{301}", "漢字", "\u{2028}", "\u{7F}", "\u{FEFF}", "0", "{", "[1,2]", "null",
      "=",
    ]
    // XML readers drop the space around a text.
    let middle = (0..<int(0...8)).map { _ in element(of: pieces) }.joined()
    return element(of: ["A", "é", "<", "\"", "🏔"]) + middle + element(of: ["z", ">", "'", "🏁"])
  }

  private mutating func waypoint() -> Waypoint {
    Waypoint(
      name: chance(0.8) ? name() : nil, coordinate: vertex(after: nil),
      story: chance(0.5) ? name() : nil, type: chance(0.5) ? name() : nil,
      officialDistance: chance(0.5) ? length() : nil)
  }

  private mutating func line() -> [Coordinate] {
    var line: [Coordinate] = []
    for _ in 0..<int(chance(0.1) ? 1...1 : 2...12) { line.append(vertex(after: line.last)) }
    return line
  }

  private mutating func vertex(after last: Coordinate?) -> Coordinate {
    let elevation = chance(0.4) ? double(-500..<9_000) : .nan
    let latitude = asin(double(-1..<1)) * 180 / .pi
    let longitude = double(-180..<180)
    switch int(0...11) {
    case 0: return place(latitude, 180, elevation)
    case 1: return place(latitude, -180, elevation)
    case 2: return place(chance(0.5) ? 90 : -90, longitude, elevation)
    case 3: return place(0, 0, elevation)
    case 4:
      let away = anySized(1e-9..<5)
      return place(latitude, chance(0.5) ? 180 - away : -180 + away, elevation)
    case 5...8:
      guard let last else { return place(latitude, longitude, elevation) }
      let step = anySized(1e-8..<1)
      return place(
        min(max(last.latitude + double(-1..<1) * step, -90), 90),
        Coordinate.normalized(longitude: last.longitude + double(-1..<1) * step), elevation)
    default: return place(latitude, longitude, elevation)
    }
  }
}
