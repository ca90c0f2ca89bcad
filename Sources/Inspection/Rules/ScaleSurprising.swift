internal import Formats
internal import Geodesy
internal import Routes

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
    let official = subject.officialMeters
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
