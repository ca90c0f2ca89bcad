import Formats
import Foundation
import Geodesy
import Routes

/// Lines that make one part of the engine work as hard as it can. Every number that shapes one comes
/// from the seed, so that a search over seeds is a search over lines.
enum Kind: String, CaseIterable {
  case passes, jitteredPasses, waypointsInDisorder, zigzagInOneCell, spiral, selfCrossings,
    equalVertices, antipodalLegs, overTheMeridian, parts, longFan, nestedCollections,
    strangeMembers,
    strangeProperties, emptyFeatures, emptyCuts

  /// The bytes of a file that no writer makes of a route; nil for kinds of lines.
  func text(vertices: Int, seed: UInt64) -> [UInt8]? {
    switch self {
    case .nestedCollections: Self.nested(vertices: vertices, seed: seed)
    case .strangeMembers: Self.repeated(#""kordinates":0,"#, vertices)
    case .strangeProperties:
      Self.repeated(#""type":"Feature","geometry":null,"properties":{"#, vertices, names: true)
    case .emptyFeatures: Self.emptyFeatures(vertices)
    case .emptyCuts: Self.emptyCuts(vertices)
    default: nil
    }
  }

  var isText: Bool {
    switch self {
    case .nestedCollections, .strangeMembers, .strangeProperties, .emptyFeatures, .emptyCuts: true
    default: false
    }
  }

  private static let line =
    #"{"type":"Feature","properties":{},"geometry":{"type":"LineString","coordinates":[[0,0],[1,1]]}}"#

  /// Six members a vertex that nobody knows.
  private static func repeated(_ member: String, _ vertices: Int, names: Bool = false) -> [UInt8] {
    var text = #"{"type":"FeatureCollection","features":["# + line + ",{"
    if names {
      text += member
      for i in 0..<6 * vertices { text += (i > 0 ? "," : "") + #""\#(i)":0"# }
      text += "}}]}"
    } else {
      for _ in 0..<6 * vertices { text += member }
      text += #""type":"Feature","geometry":null,"properties":null}]}"#
    }
    return Array(text.utf8)
  }

  private static func emptyFeatures(_ vertices: Int) -> [UInt8] {
    let feature = #"{"type":"Feature","geometry":null,"properties":{}},"#
    return Array(
      (#"{"type":"FeatureCollection","features":["#
        + String(repeating: feature, count: 2 * vertices)
        + line + "]}").utf8)
  }

  /// Twenty marks a vertex of cuts that were none.
  private static func emptyCuts(_ vertices: Int) -> [UInt8] {
    let cuts = String(repeating: "{},", count: 20 * vertices) + "{}"
    return Array(
      line.replacingOccurrences(of: "{},", with: #"{"antimeridianCuts":["# + cuts + "]},").utf8)
  }

  /// GeoJSON whose lines of two vertices each lie at the bottom of as many collections as may be.
  static func nested(vertices: Int, seed: UInt64) -> [UInt8] {
    var random = Random(seed: seed)
    // A line of its own takes two levels, its members four.
    let depth = 56 / 2
    let opening = String(repeating: #"{"type":"GeometryCollection","geometries":["#, count: depth)
    let closing = String(repeating: "]}", count: depth)
    let count = min(vertices / 2, ReadLimits.standard.collections / depth)
    let features = (0..<count).map { _ in
      let (x, y) = (random.double(-1..<1), random.double(-1..<1))
      return #"{"type":"Feature","properties":{},"geometry":"# + opening
        + #"{"type":"LineString","coordinates":[[\#(x),\#(y)],[\#(x + 0.001),\#(y)]]}"# + closing
        + "}"
    }
    return Array(
      (#"{"type":"FeatureCollection","features":["# + features.joined(separator: ",") + "]}").utf8)
  }

  func route(vertices count: Int, waypoints waypointCount: Int, seed: UInt64) throws -> Route {
    var random = Random(seed: seed)
    let (latitude, longitude) = (random.double(-60..<60), random.double(-170..<170))
    let size = pow(10, random.double(-4..<(-1)))
    func place(_ north: Double, _ east: Double) throws -> Coordinate {
      try Coordinate(
        latitude: min(max(latitude + north, -90), 90),
        longitude: turned(longitude + east))
    }
    var parts: [[Coordinate]]
    switch self {
    case .passes, .waypointsInDisorder:
      let stops = random.int(2...60)
      let way = try (0..<stops).map { _ in
        try place(random.double(0..<size), random.double(0..<size))
      }
      parts = [(0..<count).map { way[$0 % stops] }]
    case .jitteredPasses:
      parts = [
        try (0..<count).map { i in
          let end = i % 2 == 0 ? 0.0 : size
          return try place(end + random.double(0..<1e-4), end + random.double(0..<1e-4))
        }
      ]
    case .zigzagInOneCell:
      parts = [
        try (0..<count).map { _ in
          try place(random.double(0..<2e-4), random.double(0..<2e-4))
        }
      ]
    case .spiral:
      let turn = random.double(0.001..<3)
      parts = [
        try (0..<count).map { i in
          let radius = size * (1 - Double(i) / Double(count))
          return try place(radius * sin(Double(i) * turn), radius * cos(Double(i) * turn))
        }
      ]
    case .selfCrossings:
      parts = [
        try (0..<count).map { _ in try place(random.double(0..<size), random.double(0..<size)) }
      ]
    case .equalVertices:
      let only = try place(0, 0)
      parts = [Array(repeating: only, count: count)]
    case .antipodalLegs:
      parts = [
        try (0..<count).map { i in
          let side = i % 2 == 0 ? 0.0 : 180
          return try Coordinate(
            latitude: (i % 2 == 0 ? 1 : -1) * latitude + random.double(0..<0.1),
            longitude: turned(longitude + side + random.double(0..<0.1)))
        }
      ]
    case .overTheMeridian:
      parts = [
        try (0..<count).map { i in
          try Coordinate(
            latitude: latitude + random.double(-1..<1),
            longitude: (i % 2 == 0 ? 1 : -1) * (180 - random.double(1e-9..<2)))
        }
      ]
    case .parts, .nestedCollections, .strangeMembers, .strangeProperties, .emptyFeatures,
      .emptyCuts:
      parts = try (0..<count).map { _ in
        [try place(random.double(0..<size), random.double(0..<size))]
      }
    case .longFan:
      parts = [
        try (0..<count).map { i in
          let turn = Double(i / 2) * random.double(0..<0.01)
          let side = i % 2 == 0 ? 5.0 : -5.0
          return try place(side * sin(turn), side * cos(turn))
        }
      ]
    }
    let isDisordered = self == .waypointsInDisorder
    let line = parts.count == 1 ? parts[0] : parts.joined().map { $0 }
    let waypoints = try (0..<waypointCount).map { index in
      let near = line[isDisordered && index % 2 == 0 ? count - 1 : random.int(0...count - 1)]
      return Waypoint(
        coordinate: try Coordinate(
          latitude: min(max(near.latitude + random.double(-4e-4..<4e-4), -90), 90),
          longitude: turned(near.longitude + random.double(-4e-4..<4e-4)))
      )
    }
    return try Route(
      parts: parts, joinPolicies: Array(repeating: .walk, count: parts.count - 1),
      waypoints: waypoints)
  }
}

/// A longitude within -180…180.
private func turned(_ longitude: Double) -> Double { longitude.remainder(dividingBy: 360) }

/// SplitMix64: the same numbers on every machine.
struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  mutating func double(_ range: Range<Double>) -> Double { .random(in: range, using: &self) }
  mutating func int(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &self) }
}
