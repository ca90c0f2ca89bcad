internal import Formats
internal import Geodesy

/// Coordinates with fewer digits than a walk needs.
enum PrecisionCoarse: Rule {
  static let about = RuleDescription(
    .precisionCoarse, "Coordinates rounded too far", .warning,
    limit: RuleLimit(4, "digits", "decimals of a degree that a route needs"),
    explanation: """
      No coordinate of the line has more than three decimals of a degree, so every vertex may lie a \
      hundred metres or more beside the way: three decimals are 111 m, two are 1.1 km. Somebody \
      rounded them. Export the line again from its source with five decimals or more.
      """,
    bad: """
      [-3.21, 54.45], [-3.22, 54.46]
      """,
    good: """
      [-3.21152, 54.45412], [-3.22038, 54.46071]
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let digits = subject.digits
    guard digits.isKnown, Double(digits.most) < limit(subject), subject.vertices.count > 1 else {
      return
    }
    findings.add(
      subject.finding(
        about,
        "no coordinate has more than \(digits.most == 0 ? "whole degrees" : "\(Text.count(digits.most, "decimal")) of a degree"), so each may be "
          + "\(Text.meters(111_320 / pow10(digits.most) / 2)) off; a route needs five",
        measured: Double(digits.most)))
  }

  private static func pow10(_ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { power, _ in power * 10 }
  }
}
