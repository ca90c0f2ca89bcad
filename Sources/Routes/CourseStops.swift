public import Geodesy

/// A waypoint where a course passes it.
public struct CourseStop: Hashable, Sendable {
  /// Index in the route's list of waypoints.
  public let waypoint: Int
  /// Official distance walked since the start of the course, laps counted.
  public let distance: Distance
}

extension MeasuredRoute {
  /// How many times the course passes a waypoint, laps and the way back counted.
  public var courseStopCount: Int {
    let (count, overflow) = lapStops.stops.count.multipliedReportingOverflow(
      by: route.course.laps)
    return overflow ? .max : count
  }

  /// Every passing of a waypoint, in the order of travel.
  ///
  /// Where a lap ends on the place that the next begins on, the waypoint there is passed at the end
  /// of the one and at the beginning of the other.
  /// - Complexity: O(laps · waypoints).
  public var courseStops: [CourseStop] {
    (0..<Int64(route.course.laps)).flatMap { lap in
      lapStops.stops.map { stop in
        // Within the length of the course, which is a distance.
        CourseStop(
          waypoint: stop.waypoint,
          distance: Distance(micrometers: lap * lapLength.micrometers + stop.micrometers))
      }
    }
  }
}

extension Route {
  /// The same route with another course.
  ///
  /// - Throws: `limit` where the laps are out of range.
  public func following(_ course: Course, limits: RouteLimits = .standard) throws(RouteError)
    -> Route
  {
    try Route(
      name: name, parts: (0..<partCount).map { Array(part($0)) }, joinPolicies: joinPolicies,
      waypoints: waypoints, officialLength: officialLength, course: course, limits: limits)
  }
}
