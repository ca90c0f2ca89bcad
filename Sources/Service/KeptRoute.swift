import Base
import Formats
import Routes

/// A measured route with what is made of it when it is first needed: an index of its places, and what
/// maps are drawn from.
final class KeptRoute: Sendable {
  private struct Made {
    var places: NearestPlaces?
    var maps: [Double: RouteMapSource] = [:]
    /// Of the file in each format, with the name that it says.
    var files: [RouteFormat: (name: String?, facts: Download.Facts)] = [:]
    var bytes = 0
  }

  let measured: MeasuredRoute
  private let made = Lock(Made())
  /// One index is made at a time.
  private let indexing = Lock()
  private let grew: @Sendable (KeptRoute) -> Void
  private let ownBytes: Int

  /// - Parameter grew: is called where something was made.
  init(_ measured: MeasuredRoute, grew: @escaping @Sendable (KeptRoute) -> Void) {
    self.measured = measured
    self.grew = grew
    ownBytes = Self.bytes(of: measured)
  }

  /// What it takes of the memory, about.
  var bytes: Int { ownBytes + made.withLock { $0.bytes } }

  /// Vertices with their measures and azimuths; waypoints with their places, stops and texts.
  private static func bytes(of measured: MeasuredRoute) -> Int {
    let route = measured.route
    return route.waypoints.reduce(1_024 + 64 * route.vertices.count) { sum, waypoint in
      let texts = [waypoint.name, waypoint.story, waypoint.type].reduce(0) { sum, text in
        // Short texts stand in the waypoint itself.
        text.map { $0.utf8.count < 16 ? sum : sum + 32 + $0.utf8.count } ?? sum
      }
      return sum + 320 + texts
    }
  }

  /// What one vertex takes in an index of places.
  private static let indexBytes = 48

  /// The index of its places. O(vertices) the first time; to be called off the threads that serve.
  ///
  /// - Throws: `cancelled`.
  func places() throws -> NearestPlaces {
    if let known = made.withLock({ $0.places }) { return known }
    return try indexing.withLock {
      if let known = made.withLock({ $0.places }) { return known }
      let places = try NearestPlaces(measured)
      made.withLock { made in
        made.places = places
        made.bytes += Self.indexBytes * measured.route.vertices.count
      }
      grew(self)
      return places
    }
  }

  /// What maps of a tolerance are drawn from, where it was made before.
  func map(tolerance: Double) -> RouteMapSource? { made.withLock { $0.maps[tolerance] } }

  /// The same, made where it is not there. To be called off the threads that serve.
  func makeMap(tolerance: Double) -> RouteMapSource {
    if let known = map(tolerance: tolerance) { return known }
    let source = RouteMapSource(measured, toleranceMeters: tolerance)
    // One that was cut short because nobody waits for it is none.
    if Task.isCancelled { return source }
    let isNew = made.withLock { made in
      guard made.maps[tolerance] == nil else { return false }
      made.maps[tolerance] = source
      made.bytes += source.byteCount
      return true
    }
    if isNew { grew(self) }
    return source
  }

  /// What is known of its file, where it was found out before.
  func file(_ format: RouteFormat, named name: String?) -> Download.Facts? {
    made.withLock { $0.files[format].flatMap { $0.name == name ? $0.facts : nil } }
  }

  /// The same, found out where it is not known. To be called off the threads that serve.
  ///
  /// - Throws: a cancellation.
  func makeFile(_ format: RouteFormat, named name: String?) throws -> Download.Facts {
    if let known = file(format, named: name) { return known }
    let facts = try Download.Facts(of: measured.route.named(name), as: format)
    made.withLock { $0.files[format] = (name, facts) }
    return facts
  }

  /// The next lower tolerance of 1, 2, 4, 8 … metres and their halves, so that a few sources serve all
  /// who ask; no line is further off than was asked for.
  static func mapTolerance(below meters: Double) -> Double {
    meters < 0.125 ? 0 : Double(sign: .plus, exponent: meters.exponent, significand: 1)
  }
}

extension Call {
  /// What maps of a route are drawn from.
  ///
  /// - Throws: `unavailable` and `too-many-requests` where it has to be made and too much waits.
  func mapSource(_ kept: KeptRoute, tolerance meters: Double) async throws -> RouteMapSource {
    let tolerance = KeptRoute.mapTolerance(below: meters)
    if let known = kept.map(tolerance: tolerance) { return known }
    return try await working(on: kept.measured) { kept.makeMap(tolerance: tolerance) }
  }
}
