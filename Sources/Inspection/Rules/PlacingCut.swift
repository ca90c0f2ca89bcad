internal import Formats
internal import Geodesy
internal import Routes

/// Waypoints whose place on the line was not searched for to the end.
enum PlacingCut: Rule {
  static let about = RuleDescription(
    .placingCut, "Search for the places of waypoints cut short", .warning,
    explanation: """
      The line passes near these waypoints so often, or there are so many of both, that finding the \
      nearest place costs more than one file may. They stand at the best place found until then, which \
      may not be the nearest one. Say laps by “laps” in place of drawing them, thin the line, or give \
      the waypoints official distances.
      """,
    bad: """
      Ten thousand waypoints on a line that passes one square a hundred thousand times.
      """,
    good: """
      "properties": {"laps": 1000}, and the line of one lap with its waypoints.
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let rough = subject.measured.roughlyPlaced
    guard let first = rough.first else { return }
    let others = rough.count > 1 ? " and \(Text.count(rough.count - 1, "other waypoint"))" : ""
    findings.add(
      subject.finding(
        about,
        "\(subject.title(ofWaypoint: first))\(others) may not stand at the nearest place of the line: the "
          + "search for it was cut short, because the line passes there too often",
        atWaypoint: first, measured: Double(rough.count)))
  }
}
