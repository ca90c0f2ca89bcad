internal import Formats
internal import Geodesy
internal import Routes

/// A minus sign that is missing, or one too many.
enum SignFlipped: Rule {
  static let about = RuleDescription(
    .signFlipped, "Sign of a coordinate flipped", .warning, repair: .unsafe,
    explanation: """
      With the other sign these vertices lie where the line around them leads; as they stand, they are \
      on the other side of the equator or of Greenwich. West and south are negative. It is a guess \
      from the rest of the line. The repair turns the sign.
      """,
    bad: """
      <trkpt lat="54.4541" lon="-3.2115"/><trkpt lat="54.4545" lon="3.2120"/>
      """,
    good: """
      <trkpt lat="54.4541" lon="-3.2115"/><trkpt lat="54.4545" lon="-3.2120"/>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for excursion in subject.outliers.excursions {
      switch excursion.kind {
      case .slip(.latitudeSign):
        findings.add(CoordinatesSwapped.finding(about, .latitudeSign, excursion, subject))
      case .slip(.longitudeSign):
        findings.add(CoordinatesSwapped.finding(about, .longitudeSign, excursion, subject))
      case .slip(.swapped), .spike: break
      }
    }
  }
}
