internal import Formats
internal import Geodesy
internal import Routes

/// Markers or an official length that no measure can be bent to.
enum CalibrationFault {
  static let about = RuleDescription(
    .calibration, "Calibration impossible", .error,
    explanation: """
      The official length and the markers contradict each other, or the official length is 0, so that \
      no measure fits them. The length is one of the whole pass, from the start to the end.
      """,
    bad: """
      "officialLength": "0 km"
      """,
    good: """
      "officialLength": "3028 km"
      """)
}

/// An official length that is not the measured one.
enum LengthDiffers: Rule {
  static let about = RuleDescription(
    .lengthDiffers, "Official length differs from the measured one", .info,
    limit: RuleLimit(2, "%", "the difference that is not mentioned"),
    explanation: """
      The official length that the file states is not what the line measures on the ellipsoid. That is \
      what an official length is for: the measure is bent, so that people are told the numbers they \
      know. A large difference says that the line is coarse, cuts corners, or is not the whole way.
      """,
    bad: """
      "officialLength": "3028 km" on a line of 2,257 km
      """,
    good: """
      "officialLength": "3028 km" on a line of 2,990 km
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let measured = subject.plausibleMeters
    let official = subject.measured.passLength.meters
    guard measured > 0, official > 0 else { return }
    let percent = (measured / official - 1) * 100
    guard abs(percent) > limit(subject),
      max(official / measured, measured / official)
        <= subject.limits.value(of: ScaleSurprising.about)
    else { return }
    findings.add(
      subject.finding(
        about,
        "the official length is \(Text.meters(official)), the line measures \(Text.meters(measured)), "
          + "\(Text.rounded(abs(percent))) % \(percent < 0 ? "less" : "more"); the measure is bent to "
          + "the official one",
        measured: abs(percent)))
  }
}

/// An official length that makes a mile on the map something else than a mile.
enum ScaleSurprising: Rule {
  static let about = RuleDescription(
    .scaleSurprising, "Scale that would surprise", .warning,
    limit: RuleLimit(2, "times", "how much longer or shorter than the line"),
    explanation: """
      The official length is more than twice the line's, or less than half. A team that walks a mile \
      sees the marker move by something else than a mile. Is the unit right (a number without one \
      means metres), is the length that of one pass, and is the line the whole way? A quest that \
      should be longer or shorter than its route has a scale of its own for that.
      """,
    bad: """
      "officialLength": 3028 on a line of 2,257 km (3,028 metres)
      """,
    good: """
      "officialLength": "3028 km" on a line of 2,257 km
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let measured = subject.plausibleMeters
    let official = subject.measured.passLength.meters
    guard measured > 0, official > 0 else { return }
    let ratio = max(official / measured, measured / official)
    guard ratio > limit(subject) else { return }
    findings.add(
      subject.finding(
        about,
        "the official length is \(Text.meters(official)), and the line measures "
          + "\(Text.meters(measured)), \(Text.rounded(ratio)) times \(official > measured ? "less" : "more")"
          + ": are its unit and the line right?",
        measured: ratio))
  }
}

/// A long way without a waypoint.
enum MilestoneSpacing: Rule {
  static let about = RuleDescription(
    .milestoneSpacing, "Long way without a milestone", .info,
    limit: RuleLimit(25, "%", "the longest share of the course without a waypoint"),
    explanation: """
      A team walks for more than a quarter of the course without passing a waypoint, so that nothing \
      happens for weeks but the percentages. A waypoint in between, with a sentence of story, keeps \
      people walking.
      """,
    bad: """
      Waypoints at 10, 20 and 90 % of the way.
      """,
    good: """
      Waypoints at 10, 20, 40, 65 and 90 % of the way.
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let placed = subject.measured.waypoints
    let length = subject.measured.passLength.meters
    guard !placed.isEmpty, length > 0 else { return }
    let start = subject.measured.start.meters
    let stops = [start] + placed.map(\.distance.meters).sorted() + [start + length]
    for (a, b) in zip(stops, stops.dropFirst()) where (b - a) / length * 100 > limit(subject) {
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
