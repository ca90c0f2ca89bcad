internal import Geodesy
internal import Routes

/// A stretch of a course that is one of another course, in micrometres of official distance.
struct Stretch {
  /// On the course as it was.
  let old: ClosedRange<Int64>
  /// Where it begins on the new one.
  let start: Int64
  var isReversed = false

  /// The new distance of an old one.
  func distance(of old: Int64) -> Int64 {
    start + (isReversed ? self.old.upperBound - old : old - self.old.lowerBound)
  }
}

extension MeasuredRoute {
  /// Official micrometres of the pass.
  var pass: ClosedRange<Int64> {
    start.micrometers...(start.micrometers + passLength.micrometers)
  }

  /// Whether official distances are stated, and so have to go on being right.
  var isCalibrated: Bool {
    route.officialLength != nil || route.waypoints.contains { $0.officialDistance != nil }
  }

  /// A route of stretches of this one: waypoints that lie on them come along in the order of the new
  /// course, official distances count from its start, and a way to the next lap goes on meaning what it
  /// meant. A marker that the line does not pass in its order loses a distance that would lie before
  /// the start.
  ///
  /// - Parameter length: official micrometres of a pass of the new course.
  /// - Returns: also the waypoints that lie on none of the stretches.
  func carrying(
    _ line: CutLine, _ stretches: [Stretch], length: Int64, course: Course? = nil
  ) throws(AuthoringError) -> (route: Route, lost: [Waypoint]) {
    var kept: [[(waypoint: Waypoint, offset: Double)]] = stretches.map { _ in [] }
    var lost: [Waypoint] = []
    for placed in waypoints {
      let index = stretches.firstIndex { $0.old.contains(placed.distance.micrometers) }
      guard let index else {
        lost.append(placed.waypoint)
        continue
      }
      var waypoint = placed.waypoint
      waypoint.officialDistance = waypoint.officialDistance.flatMap {
        let moved = stretches[index].distance(of: $0.micrometers)
        return moved < 0 ? nil : Distance(micrometers: moved)
      }
      kept[index].append((waypoint, placed.offsetMeters))
    }
    var list = zip(stretches, kept).flatMap { $0.isReversed ? $1.reversed() : $1 }
    func route(_ course: Course) throws(AuthoringError) -> Route {
      try AuthoringError.of { () throws(RouteError) in
        try Route(
          name: self.route.name, parts: line.parts, joinPolicies: line.policies,
          waypoints: list.map(\.waypoint),
          officialLength: isCalibrated ? Distance(micrometers: length) : nil, course: course)
      }
    }
    var followed = course ?? self.route.course
    if followed.lapJoin == nil, let join = lapJoin { followed.lapJoin = join.policy }
    var made = try route(followed)
    // One that stood at an end of a stretch may have belonged to what lies on the other side of a gap.
    let again = try AuthoringError.of { () throws(RouteError) in try MeasuredRoute(made) }
    let away = again.waypoints.filter {
      $0.offsetMeters > list[$0.index].offset + Self.waypointTieMeters
    }
    if !away.isEmpty {
      lost += away.map(\.waypoint)
      for placed in away.reversed() { list.remove(at: placed.index) }
      made = try route(followed)
    }
    return (made, lost)
  }
}
