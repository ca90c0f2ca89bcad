internal import Formats
internal import Geodesy
internal import Routes

/// Two markers between which the official distance is far from the measured one.
enum MarkerStretch: Rule {
  static let about = RuleDescription(
    .markerStretch, "Markers that disagree with the line", .warning,
    limit: RuleLimit(
      2, "times", "how much longer or shorter than measured, compared with most stretches"),
    explanation: """
      Between two markers the official distance is more than twice what the line measures, or less \
      than half, compared with most other stretches. One of the markers stands in the wrong place or \
      has the wrong distance, or a piece of the line is missing or doubled there. A marker on that \
      stretch moves visibly faster or slower than elsewhere.
      """,
    bad: """
      “10 km” and “20 km” three kilometres apart on a line that is right elsewhere.
      """,
    good: """
      “10 km” and “20 km” about ten kilometres apart.
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let markers = subject.markers
    var stretches: [(a: PlacedWaypoint, b: PlacedWaypoint, measured: Double, stated: Double)] = []
    for (a, b) in zip(markers, markers.dropFirst()) {
      let measured = b.geometricMeters - a.geometricMeters
      let stated = b.distance.meters - a.distance.meters
      guard measured > 0, stated > 0, max(measured, stated) > 1_000 else { continue }
      // What sticks out of the line there is told by a rule of its own.
      if subject.hasExcursion(fromMeters: a.geometricMeters, toMeters: b.geometricMeters) {
        continue
      }
      stretches.append((a, b, measured, stated))
    }
    // The scale of most stretches: one that is wrong does not move it.
    let ratios = stretches.map { $0.stated / $0.measured }.sorted()
    guard !ratios.isEmpty else { return }
    let usual = ratios.count > 2 ? ratios[ratios.count / 2] : 1
    for stretch in stretches {
      let ratio = stretch.stated / stretch.measured / usual
      guard max(ratio, 1 / ratio) > limit(subject) else { continue }
      findings.add(
        subject.finding(
          about,
          "from \(subject.title(ofWaypoint: stretch.a.index)) to here the markers say "
            + "\(Text.meters(stretch.stated)), and the line measures \(Text.meters(stretch.measured))",
          atWaypoint: stretch.b.index, measured: max(ratio, 1 / ratio)))
    }
  }
}
