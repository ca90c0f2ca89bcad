internal import Formats
internal import Geodesy
internal import Routes

/// A waypoint at a place that the line passes more than once.
enum WaypointAmbiguous: Rule {
  static let about = RuleDescription(
    .waypointAmbiguous, "Waypoint that is passed more than once", .info,
    limit: RuleLimit(25, "m", "how much further the other pass may be"),
    explanation: """
      The line comes by this waypoint several times, about as near each time. It counts at the first \
      pass that keeps the order of the file. Where another pass is meant, put the waypoint behind the \
      ones that come before that pass, or give it an official distance.
      """,
    bad: """
      A way out and back along one road, and a waypoint on it.
      """,
    good: """
      The same, with the waypoint behind the one at the turn.
      """)

  /// Passes that are nearer to each other along the line are one.
  private static let apartMeters = 100.0

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    if subject.measured.waypoints.isEmpty { return }
    let index = PlaceIndex(subject.line, passOnly: true)
    var work = index.passesAllowance
    for placed in subject.measured.waypoints {
      // Most waypoints lie at a line that comes by once, which is quickly seen.
      let mayRepeat = index.mayPass(
        placed.waypoint.coordinate,
        withinMeters: placed.offsetMeters + limit(subject) + PlaceIndex.prominenceMeters,
        apartMeters: apartMeters, from: placed.geometricMeters, &work)
      if !mayRepeat, !work.isSpent { continue }
      let places = index.places(
        nearest: placed.waypoint.coordinate, toleranceMeters: limit(subject), &work)
      if work.isSpent {
        findings.add(
          subject.finding(
            ContactsCut.about,
            "the line passes itself so often that from \(subject.title(ofWaypoint: placed.index)) on no "
              + "waypoint was checked for several passes"))
        return
      }
      // Of each pass the nearest place; the two ends of a loop are one.
      var passes: [Int: PlaceIndex.Place] = [:]
      for place in places where place.offsetMeters < passes[place.pass]?.offsetMeters ?? .infinity {
        passes[place.pass] = place
      }
      let others = passes.values.filter { abs($0.meters - placed.geometricMeters) > apartMeters }
        .sorted { $0.meters < $1.meters }
      guard let other = others.first else { continue }
      let isLoop =
        others.count == 1
        && abs(other.meters - placed.geometricMeters) > subject.line.passMeters - 2 * apartMeters
      if isLoop { continue }
      let at = Text.place(subject.measured.officialDistance(atGeometricMeters: other.meters))
      findings.add(
        subject.finding(
          about,
          "the line passes \(subject.title(ofWaypoint: placed.index)) \(others.count + 1) times; it "
            + "counts at \(Text.place(placed.distance)) and not at \(at)"
            + (others.count > 1 ? " or later" : ""),
          atWaypoint: placed.index, measured: Double(others.count + 1)))
    }
  }
}
