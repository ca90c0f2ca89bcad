internal import Formats
internal import Geodesy
internal import Routes

/// Vertices that stand too far apart for the way between them.
enum DensityCoarse: Rule {
  static let about = RuleDescription(
    .densityCoarse, "Coarse line", .info,
    limit: RuleLimit(1_000, "m", "the longest leg on average"),
    explanation: """
      On average more than a kilometre lies between two vertices. The marker goes straight from one to \
      the next, across bends, lakes and valleys, and the measured length falls short of the walked one. \
      That is fine for a map of the whole; an official length or markers bend the measure to what \
      people are told.
      """,
    bad: """
      "coordinates": [[-5.716, 50.066], [-5.077, 50.154], [-4.142, 50.371]]
      """,
    good: """
      "properties": {"officialLength": "171 km"}, and the same line.
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let mean = subject.meanLegMeters
    guard mean > limit(subject) else { return }
    let isBent = subject.route.officialLength != nil
    findings.add(
      subject.finding(
        about,
        "there is a vertex every \(Text.meters(mean)) on average, so the line cuts corners"
          + (isBent ? "; the official length makes up for it" : ""),
        measured: mean))
  }
}
