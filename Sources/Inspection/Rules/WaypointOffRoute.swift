internal import Formats
internal import Geodesy
internal import Routes

/// A waypoint that the line does not come near.
enum WaypointOffRoute: Rule {
  static let about = RuleDescription(
    .waypointOffRoute, "Waypoint off the route", .warning,
    limit: RuleLimit(250, "m", "how far from the line a waypoint may be"),
    explanation: """
      The waypoint lies further from the line than a walker would turn off for it. It still gets the \
      distance of the nearest place on the line, and is reached there. Either the line cuts a corner, \
      the waypoint is a place to look at from afar, or its coordinates are wrong.
      """,
    bad: """
      A line along a valley, and the waypoint on the summit above it.
      """,
    good: """
      The waypoint where the way to the summit turns off.
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for placed in subject.measured.waypoints where placed.offsetMeters > limit(subject) {
      findings.add(
        subject.finding(
          about,
          "\(subject.title(ofWaypoint: placed.index)) lies \(Text.meters(placed.offsetMeters)) from "
            + "the line; it counts where the line is nearest, at \(Text.place(placed.distance))",
          atWaypoint: placed.index, measured: placed.offsetMeters))
    }
  }
}
