internal import Geodesy
public import Routes

/// A route as bytes: every number to the bit, the same route always the same bytes.
///
/// Stores keep these bytes, and their hash tells whether two uploads are one content.
public struct RouteContent: Hashable, Sendable {
  public let bytes: [UInt8]

  public init(bytes: [UInt8]) { self.bytes = bytes }

  public var hash: ContentHash { ContentHash(of: bytes) }

  private static let version: UInt8 = 1

  /// O(vertices + waypoints).
  public init(_ route: Route) {
    var writer = ByteWriter()
    writer.append(Self.version)
    writer.append(route.name)
    writer.append(route.officialLength?.micrometers)
    writer.append(route.course)
    writer.append(route.partCount)
    for part in 0..<route.partCount {
      let vertices = route.part(part)
      writer.append(vertices.count)
      for vertex in vertices { writer.append(vertex) }
    }
    for policy in route.joinPolicies { writer.append(policy?.rawValue) }
    writer.append(route.waypoints.count)
    for waypoint in route.waypoints {
      writer.append(waypoint.name)
      writer.append(waypoint.coordinate)
      writer.append(waypoint.story)
      writer.append(waypoint.type)
      writer.append(waypoint.officialDistance?.micrometers)
    }
    bytes = writer.bytes
  }

  /// The route that the bytes hold.
  ///
  /// - Throws: `corrupt` where they hold none.
  public func route(limits: RouteLimits = .standard) throws(LedgerError) -> Route {
    var reader = ByteReader(bytes)
    guard try reader.byte() == Self.version else { throw ByteReader.fault }
    let name = try reader.optionalText()
    let officialLength = try reader.optionalInt64().map { Distance(micrometers: $0) }
    let course = try reader.course()
    var parts: [[Coordinate]] = []
    for _ in 0..<(try reader.count(eachAtLeast: 8)) {
      var vertices: [Coordinate] = []
      let count = try reader.count(eachAtLeast: 24)
      vertices.reserveCapacity(count)
      for _ in 0..<count { vertices.append(try reader.coordinate()) }
      parts.append(vertices)
    }
    var policies: [JoinPolicy?] = []
    for _ in 0..<max(parts.count - 1, 0) { policies.append(try reader.joinPolicy()) }
    var waypoints: [Waypoint] = []
    for _ in 0..<(try reader.count(eachAtLeast: 28)) {
      waypoints.append(
        Waypoint(
          name: try reader.optionalText(), coordinate: try reader.coordinate(),
          story: try reader.optionalText(), type: try reader.optionalText(),
          officialDistance: try reader.optionalInt64().map { Distance(micrometers: $0) }))
    }
    guard reader.isAtEnd else { throw ByteReader.fault }
    do {
      return try Route(
        name: name, parts: parts, joinPolicies: policies, waypoints: waypoints,
        officialLength: officialLength, course: course, limits: limits)
    } catch {
      throw LedgerError(.corrupt, "a stored route is none: \(error.message)")
    }
  }
}

extension ByteWriter {
  /// 24 bytes; an elevation that is not known is NaN.
  mutating func append(_ coordinate: Coordinate) {
    append(coordinate.latitude)
    append(coordinate.longitude)
    append(coordinate.elevationMeters ?? .nan)
  }
}

extension ByteReader {
  mutating func coordinate() throws(LedgerError) -> Coordinate {
    let latitude = try double()
    let longitude = try double()
    let elevation = try double()
    do {
      return try Coordinate(
        latitude: latitude, longitude: longitude,
        elevationMeters: elevation.isNaN ? nil : elevation)
    } catch { throw Self.fault }
  }
}
