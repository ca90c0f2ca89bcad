import Formats
import Foundation
import Geodesy
import MapData
import Routes
import Testing

@testable import Drawing

/// Routes to draw.
enum Sample {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static let quests: [String] = {
    let names = try? FileManager.default.contentsOfDirectory(
      atPath: root.appending(path: "routes").path)
    return (names ?? []).filter { $0.hasSuffix(".geojson") }.sorted()
  }()

  /// One of the sample quests.
  static func quest(_ name: String) throws -> MeasuredRoute {
    let file = name.hasSuffix(".geojson") ? name : name + ".geojson"
    let bytes = try Data(contentsOf: root.appending(path: "routes/\(file)"))
    let document = RouteReader.read(Array(bytes), fileName: file)
    return try MeasuredRoute(try document.route(.all))
  }

  /// A route through latitudes, longitudes and elevations.
  static func route(
    _ parts: [[(Double, Double)]], name: String? = nil, joins: [JoinPolicy?]? = nil,
    waypoints: [Waypoint] = [], course: Course = .once
  ) throws -> MeasuredRoute {
    try MeasuredRoute(
      try Route(
        name: name,
        parts: parts.map { try $0.map { try Coordinate(latitude: $0.0, longitude: $0.1) } },
        joinPolicies: joins, waypoints: waypoints, course: course))
  }

  static func waypoint(_ name: String?, _ latitude: Double, _ longitude: Double) throws -> Waypoint
  {
    Waypoint(name: name, coordinate: try Coordinate(latitude: latitude, longitude: longitude))
  }
}

/// Random numbers that a seed repeats: SplitMix64.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Even over the globe.
  mutating func place() -> Place {
    Place(
      latitude: asin(Double.random(in: -1...1, using: &self)) * 180 / .pi,
      longitude: Double.random(in: -180...180, using: &self))
  }
}
