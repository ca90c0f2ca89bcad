internal import Formats
internal import Geodesy
internal import Routes

/// A long way without a waypoint.
enum MilestoneSpacing: Rule {
  static let about = RuleDescription(
    .milestoneSpacing, "Long way without a milestone", .info,
    limit: RuleLimit(25, "%", "the longest share of the course without a waypoint"),
    explanation: """
      A team walks for more than a quarter of the course, and more than ten kilometres, without passing \
      a waypoint, so that nothing happens for weeks but the percentages. A waypoint in between, with a sentence of story, keeps \
      people walking.
      """,
    bad: """
      Waypoints at 10, 20 and 90 % of the way.
      """,
    good: """
      Waypoints at 10, 20, 40, 65 and 90 % of the way.
      """)

  /// A shorter way is walked in a day or two, whatever its share of the course.
  private static let leastMeters = 10_000.0

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let placed = subject.measured.waypoints
    let length = subject.measured.passLength.meters
    guard !placed.isEmpty, length > 0 else { return }
    let start = subject.measured.start.meters
    let stops = [start] + placed.map(\.distance.meters).sorted() + [start + length]
    for (a, b) in zip(stops, stops.dropFirst())
    where b - a > leastMeters && (b - a) / length * 100 > limit(subject) {
      let share = (b - a) / length * 100
      var finding = subject.finding(
        about,
        "\(Text.meters(b - a)) from \(placeText(a)) to \(placeText(b)), "
          + "\(Text.rounded(share, decimals: 0)) % of the way, have no waypoint",
        measured: share)
      finding.distance = Distance(roundingMeters: a)
      if let distance = finding.distance {
        finding.coordinate = subject.measured.position(at: distance).coordinate
      }
      findings.add(finding)
    }
  }

  private static func placeText(_ meters: Double) -> String {
    Distance(roundingMeters: meters).map(Text.place) ?? "\(meters) m"
  }
}
