internal import Formats
internal import Geodesy
internal import Routes

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
    let official = subject.officialMeters
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
