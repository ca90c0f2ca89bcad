internal import Formats
internal import Geodesy
internal import Routes

/// A waypoint that stands in the file twice.
enum WaypointDoubled: Rule {
  static let about = RuleDescription(
    .waypointDoubled, "Waypoint doubled", .warning,
    limit: RuleLimit(10, "m", "how near to each other the two are"), repair: .safe,
    explanation: """
      Two waypoints with the same name stand at the same place, and the line passes it only once. Both \
      are reached together, so that a team gets the same milestone twice. The repair removes the \
      second one.
      """,
    bad: """
      <wpt lat="54.4541" lon="-3.2115"><name>Scafell Pike</name></wpt>
      <wpt lat="54.4541" lon="-3.2115"><name>Scafell Pike</name></wpt>
      """,
    good: """
      <wpt lat="54.4541" lon="-3.2115"><name>Scafell Pike</name></wpt>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let waypoints = subject.route.waypoints
    var byName: [String?: [Int]] = [:]
    for index in waypoints.indices {
      let here = waypoints[index].coordinate
      let twin = byName[waypoints[index].name]?.first { earlier in
        let other = waypoints[earlier].coordinate
        return abs(other.latitude - here.latitude) < 0.01
          && RouteLine.gapMeters(from: other, to: here) <= limit(subject)
          // A place that the line passes twice may be a stop both times.
          && abs(
            subject.measured.waypoints[earlier].geometricMeters
              - subject.measured.waypoints[index].geometricMeters) <= 2 * limit(subject) + 1
      }
      guard let twin else {
        byName[waypoints[index].name, default: []].append(index)
        continue
      }
      let same = RouteLine.gapMeters(from: waypoints[twin].coordinate, to: here)
      findings.add(
        subject.finding(
          about,
          "\(subject.title(ofWaypoint: index)) stands in the file twice: no. \(twin + 1) is the same"
            + (same >= 0.1 ? ", \(Text.meters(same)) away" : ""),
          atWaypoint: index, measured: same,
          fix: Fix("remove the second one", isSafe: true, [.removeWaypoint(index)])))
    }
  }
}
