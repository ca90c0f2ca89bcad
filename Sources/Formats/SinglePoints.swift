internal import Geodesy
public import Routes

extension Route {
  /// How many parts have a single vertex: GeoJSON and KML have no line of one position.
  public var singlePointCount: Int {
    (0..<partCount).count { part($0).count == 1 }
  }

  /// The same without the parts of a single vertex. Where two joins become one, it has the policy of the
  /// longer one.
  ///
  /// - Throws: `empty-route` where no part is a line.
  public func withoutSinglePoints() throws(RouteError) -> Route {
    if singlePointCount == 0 { return self }
    var parts: [[Coordinate]] = []
    var policies: [JoinPolicy?] = []
    var longest: (meters: Double, policy: JoinPolicy?)?
    for index in 0..<partCount {
      if index > 0, !parts.isEmpty, let end = part(index - 1).last, let start = part(index).first {
        let meters = Geodesic.wgs84.inverse(from: end, to: start).distanceMeters
        if meters >= longest?.meters ?? 0 { longest = (meters, joinPolicies[index - 1]) }
      }
      guard part(index).count > 1 else { continue }
      if !parts.isEmpty { policies.append(longest?.policy) }
      longest = nil
      parts.append(Array(part(index)))
    }
    return try Route(
      name: name, parts: parts, joinPolicies: policies, waypoints: waypoints,
      officialLength: officialLength, course: course)
  }
}
