internal import Geodesy
public import Routes

extension Route {
  /// How many parts have a single vertex: only GPX has a line of one position.
  public var singlePointCount: Int {
    (0..<partCount).count { part($0).count == 1 }
  }

  /// The same without the parts of a single vertex. Where two joins become one, it has the policy of the
  /// longer one.
  ///
  /// - Throws: `empty-route` where no part is a line.
  public func withoutSinglePoints() throws(RouteError) -> Route {
    if singlePointCount == 0 { return self }
    var joins = JoinCursor(leavesOutPoints: true)
    var parts: [[Coordinate]] = []
    var policies: [JoinPolicy?] = []
    for index in 0..<partCount {
      if let join = joins.join(before: index, in: self) { policies.append(join.policy) }
      if part(index).count > 1 { parts.append(Array(part(index))) }
    }
    return try Route(
      name: name, parts: parts, joinPolicies: policies, waypoints: waypoints,
      officialLength: officialLength, course: course)
  }
}
