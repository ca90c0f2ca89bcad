internal import Geodesy
public import Routes

extension MeasuredRoute {
  /// A route with its measure.
  ///
  /// - Throws: `edit-route`, `edit-limit`, `cancelled`.
  public static func authored(_ route: Route) throws(AuthoringError) -> MeasuredRoute {
    try AuthoringError.of { () throws(RouteError) in try MeasuredRoute(route) }
  }
}

/// Makes one route of several, one after the other.
public enum Merging {
  /// The route of all parts in order. Official distances go on counting from one route to the next where
  /// any of them states some; laps count only where all routes have the same.
  ///
  /// - Parameter routes: one or more.
  /// - Throws: `edit-route`, `edit-limit`.
  public static func route(of routes: [MeasuredRoute]) throws(AuthoringError) -> Route {
    guard let first = routes.first else {
      throw AuthoringError(.route, "there is no route to make one of")
    }
    if routes.count == 1 { return first.route }
    var line = CutLine()
    var waypoints: [Waypoint] = []
    var length: Int64 = 0
    for measured in routes {
      let route = measured.route
      if let end = line.parts.last?.last {
        // A gap that counts is a part of the way.
        let gap = RouteLine.gapMeters(from: end, to: route.vertices[0])
        if JoinPolicy.byDefault(lengthMeters: gap).counts {
          length += Distance(roundingMeters: gap)?.micrometers ?? 0
        }
      }
      line.append(
        CutLine(
          parts: (0..<route.partCount).map { Array(route.part($0)) },
          policies: route.joinPolicies), join: nil)
      for var waypoint in route.waypoints {
        waypoint.officialDistance = waypoint.officialDistance.map {
          Distance(micrometers: length + $0.micrometers - measured.start.micrometers)
        }
        waypoints.append(waypoint)
      }
      length += measured.passLength.micrometers
    }
    let isCalibrated = routes.contains(where: \.isCalibrated)
    let course = first.route.course
    let isOneCourse = routes.allSatisfy { $0.route.course == course }
    let (made, list, total) = (line, waypoints, length)
    return try AuthoringError.of { () throws(RouteError) in
      try Route(
        name: first.route.name, parts: made.parts, joinPolicies: made.policies, waypoints: list,
        officialLength: isCalibrated ? Distance(micrometers: total) : nil,
        course: isOneCourse ? course : .once)
    }
  }
}
