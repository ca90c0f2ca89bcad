internal import Formats
internal import Geodesy
internal import Routes

/// A waypoint without a name.
enum WaypointUnnamed: Rule {
  static let about = RuleDescription(
    .waypointUnnamed, "Waypoint without a name", .warning,
    explanation: """
      A waypoint is a milestone that a team is told of by its name; this one has none. Give it a name, \
      or take it out.
      """,
    bad: """
      <wpt lat="54.4541" lon="-3.2115"/>
      """,
    good: """
      <wpt lat="54.4541" lon="-3.2115"><name>Scafell Pike</name></wpt>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for (index, waypoint) in subject.route.waypoints.enumerated()
    where waypoint.name?.allSatisfy(\.isWhitespace) ?? true {
      findings.add(
        subject.finding(
          about,
          "waypoint \(index + 1) has no name, so that nobody can be told that it is reached",
          atWaypoint: index))
    }
  }
}
