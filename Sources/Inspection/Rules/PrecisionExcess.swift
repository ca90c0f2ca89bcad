internal import Formats
internal import Geodesy

/// Coordinates with more digits than mean anything.
enum PrecisionExcess: Rule {
  static let about = RuleDescription(
    .precisionExcess, "Needlessly precise coordinates", .info,
    limit: RuleLimit(7, "digits", "decimals of a degree that mean something"),
    explanation: """
      Coordinates are written with more than seven decimals of a degree. The seventh is a centimetre; \
      what follows is the noise of a computer and makes the file larger. `milequest convert --digits 7` \
      writes it shorter (RFC 7946 section 11.2).
      """,
    bad: """
      [-3.211523437498123, 54.454123046871234]
      """,
    good: """
      [-3.2115234, 54.454123]
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let digits = subject.digits
    guard let first = digits.firstFine, Double(digits.most) > limit(subject) else { return }
    findings.add(
      subject.finding(
        about,
        "coordinates have up to \(digits.most) decimals, here and in "
          + "\(Text.count(digits.fineCount, "vertex", "vertices")) in all; seven are a centimetre",
        atVertex: first, measured: Double(digits.most)))
  }
}
