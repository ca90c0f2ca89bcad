internal import Formats
internal import Geodesy
internal import Routes

/// A distance marker that the line does not pass in the order of its distance.
enum MarkerUnused: Rule {
  static let about = RuleDescription(
    .markerUnused, "Marker that does not fit", .warning,
    explanation: """
      Markers bend the measure so that “mile 500” is where it should be. They must increase along the \
      line; this one does not: the line passes it before a marker with a smaller distance, or its \
      distance is negative or beyond the official length. It is left out of the calibration. Look at \
      its distance, its place, and the order of the parts.
      """,
    bad: """
      Markers “10 km”, “30 km”, “20 km” in the order in which the line passes them.
      """,
    good: """
      Markers “10 km”, “20 km”, “30 km”.
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for index in subject.measured.unusedMarkers {
      let placed = subject.measured.waypoints[index]
      let stated = placed.waypoint.officialDistance.map { " (\(Text.place($0)))" } ?? ""
      findings.add(
        subject.finding(
          about,
          "the marker \(subject.title(ofWaypoint: index))\(stated) is left out: its distance does not "
            + "increase with those of the markers that the line passes before and after it",
          atWaypoint: index))
    }
  }
}
