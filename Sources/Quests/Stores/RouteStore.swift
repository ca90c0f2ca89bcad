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
  /// Whether strangers may see the route, all of its versions; one of the system always is.
  public let isPublic: Bool
  public let createdAt: Instant
  /// Official length of one pass.
  public let length: Distance
  public let parts: Int
  public let vertices: Int
  public let waypoints: Int
  public let bounds: Bounds
  /// When all versions of the route were retired: quests on them go on, and none begins. Nil for a
  /// route that is in use.
  public let retiredAt: Instant?

  public init(
    version: RouteVersion, hash: ContentHash, name: String?, owner: PersonID?, isPublic: Bool,
    createdAt: Instant, length: Distance, parts: Int, vertices: Int, waypoints: Int,
    bounds: Bounds, retiredAt: Instant? = nil
  ) {
    self.version = version
    self.hash = hash
    self.name = name
    self.owner = owner
    self.isPublic = isPublic
    self.createdAt = createdAt
    self.length = length
    self.parts = parts
    self.vertices = vertices
    self.waypoints = waypoints
    self.bounds = bounds
    self.retiredAt = retiredAt
  }

  /// Checks that a route is in use, before something is added to it or changed.
  ///
  /// - Throws: `route-retired`.
  public func checkInUse() throws(LedgerError) {
    guard let end = retiredAt else { return }
    throw LedgerError(
      .routeRetired,
      "the route \(version.route)\(name.map { ", “\($0)”," } ?? "") was retired at \(end)")
  }
}

/// What of a route is to change, in all of its versions; nil leaves it.
public struct RouteChange: Hashable, Sendable {
  public var name: String?
  /// Whether strangers may see it.
  public var isPublic: Bool?
  /// When it is retired, for ever.
  public var retiredAt: Instant?

  public init(name: String? = nil, isPublic: Bool? = nil, retiredAt: Instant? = nil) {
    self.name = name
    self.isPublic = isPublic
    self.retiredAt = retiredAt
  }

  /// Checks that a route may change so, for the stores.
  ///
  /// - Parameter latest: the route's latest version; nil where there is no such route.
  /// - Throws: `not-found`, `route-retired`, `invalid` for hiding one of the system.
  public func check(_ latest: RouteRecord?, _ id: RouteID) throws(LedgerError) {
    guard let latest else { throw LedgerError(.notFound, "there is no route \(id)") }
    try latest.checkInUse()
    guard isPublic != false || latest.owner != nil else {
      throw LedgerError(.invalid, "the route \(id) is of the system, and such a route is public")
    }
  }
}

/// Who looks at a listing of routes, and so which of them are there.
public enum RouteViewer: Hashable, Sendable {
  /// Every route: for whoever keeps the store.
  case everything
  /// The public ones, and the person's own.
  case person(PersonID)
  /// The public ones.
  case stranger
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
/// Listings go by route and show the latest version of each, as far as their viewer may see it and it
/// is not retired; no page is longer than `LedgerLimits.page`.
public protocol RouteStore: Sendable {
  /// Stores a route as the next version of `id`. Content that a version of it has already is that
  /// version, and nothing is stored.
  ///
  /// - Parameters:
  ///   - owner: nil for the system, whose routes are public.
  ///   - isPublic: whether strangers may see it; counts for the first version, which those after it
  ///     follow until `changeRoute` changes all of them.
  /// - Throws: `route-retired`.
  func addRoute(
    _ route: MeasuredRoute, id: RouteID, owner: PersonID?, isPublic: Bool, at now: Instant
  ) async throws(LedgerError) -> RouteRecord
  /// Changes what is kept beside a route's content: the name it goes by, who sees it, and whether it
  /// is in use. A version that comes later brings a name of its own.
  ///
  /// - Throws: `not-found`, `route-retired`, `invalid` for hiding one of the system.
  func changeRoute(_ id: RouteID, _ change: RouteChange) async throws(LedgerError)
  func route(_ version: RouteVersion) async throws(LedgerError) -> RouteRecord?
  /// The versions of a route, the first first.
  func versions(of route: RouteID) async throws(LedgerError) -> [RouteRecord]
  /// Versions of any route with this content, the first stored first.
  func routes(withHash hash: ContentHash) async throws(LedgerError) -> [RouteRecord]
  /// The latest versions of the routes that are called so, to the byte, and are in use; no more than a
  /// page.
  func routes(
    named name: String, visibleTo viewer: RouteViewer
  ) async throws(LedgerError) -> [RouteRecord]
  /// The content to the bit.
  func content(of version: RouteVersion) async throws(LedgerError) -> RouteContent?
  func routes(
    visibleTo viewer: RouteViewer, after: RouteID?, limit: Int
  ) async throws(LedgerError) -> [RouteRecord]
  /// Those whose bounds touch a box, by the spatial index; over 180 degrees too.
  func routes(
    in box: Bounds, visibleTo viewer: RouteViewer, after: RouteID?, limit: Int
  ) async throws(LedgerError) -> [RouteRecord]
  /// Those whose line comes within a distance of a place, the nearest first.
  func routes(
    near place: Coordinate, withinMeters: Double, visibleTo viewer: RouteViewer, limit: Int
  ) async throws(LedgerError) -> [RouteNearby]
}
