import Base
import Quests
import Routes

/// What maps are drawn from, by course and tolerance; bounded by vertices.
struct MapCache: Sendable {
  struct Key: Hashable, Sendable {
    let version: RouteVersion
    let course: Course
    let toleranceMeters: Double
  }

  /// About 60 bytes each.
  static let mostVertices = 2_000_000

  private let sources = BoundedCache<Key, RouteMapSource>(mostWeight: Self.mostVertices)

  subscript(key: Key) -> RouteMapSource? { sources[key] }

  func insert(_ source: RouteMapSource, for key: Key) {
    sources.insert(source, for: key, weight: source.vertexCount + 100)
  }

  /// The next lower tolerance of 1, 2, 4, 8 … metres and their halves, so that a few sources serve all
  /// who ask; no line is further off than was asked for.
  static func step(below meters: Double) -> Double {
    meters < 0.125 ? 0 : Double(sign: .plus, exponent: meters.exponent, significand: 1)
  }
}
