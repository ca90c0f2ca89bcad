public import CivilTime
public import Geodesy
public import Routes

/// A stored version of a route, without its line.
public struct RouteRecord: Hashable, Sendable {
  public let version: RouteVersion
  public let hash: ContentHash
  public let name: String?
  /// Nil for one that the system brought.
  public let owner: PersonID?
  public let createdAt: Instant
  /// Official length of one pass.
  public let length: Distance
  public let parts: Int
  public let vertices: Int
  public let waypoints: Int
  public let bounds: Bounds

  public init(
    version: RouteVersion, hash: ContentHash, name: String?, owner: PersonID?, createdAt: Instant,
    length: Distance, parts: Int, vertices: Int, waypoints: Int, bounds: Bounds
  ) {
    self.version = version
    self.hash = hash
    self.name = name
    self.owner = owner
    self.createdAt = createdAt
    self.length = length
    self.parts = parts
    self.vertices = vertices
    self.waypoints = waypoints
    self.bounds = bounds
  }
}

/// A route near a place.
public struct RouteNearby: Hashable, Sendable {
  public let record: RouteRecord
  /// Metres from the place to the nearest point of the route's line.
  public let offsetMeters: Double

  public init(record: RouteRecord, offsetMeters: Double) {
    self.record = record
    self.offsetMeters = offsetMeters
  }
}

/// Where routes are kept: each version once, never changed.
///
/// Listings go by route and show the latest version of each; no page is longer than
/// `LedgerLimits.page`.
public protocol RouteStore: Sendable {
  /// Stores a route as the next version of `id`. Content that a version of it has already is that
  /// version, and nothing is stored.
  func addRoute(
    _ route: MeasuredRoute, id: RouteID, owner: PersonID?, at now: Instant
  ) async throws(LedgerError) -> RouteRecord
  func route(_ version: RouteVersion) async throws(LedgerError) -> RouteRecord?
  /// The versions of a route, the first first.
  func versions(of route: RouteID) async throws(LedgerError) -> [RouteRecord]
  /// Versions of any route with this content, the first stored first.
  func routes(withHash hash: ContentHash) async throws(LedgerError) -> [RouteRecord]
  /// The content to the bit.
  func content(of version: RouteVersion) async throws(LedgerError) -> RouteContent?
  func routes(after: RouteID?, limit: Int) async throws(LedgerError) -> [RouteRecord]
  /// Those whose bounds touch a box, by the spatial index; over 180 degrees too.
  func routes(
    in box: Bounds, after: RouteID?, limit: Int
  ) async throws(LedgerError) -> [RouteRecord]
  /// Those whose line comes within a distance of a place, the nearest first.
  func routes(
    near place: Coordinate, withinMeters: Double, limit: Int
  ) async throws(LedgerError) -> [RouteNearby]
}
