internal import Formats
internal import Routes

/// A line that leads nowhere.
enum NoLength: Rule {
  static let about = RuleDescription(
    .noLength, "Line of no length", .error,
    explanation: """
      All vertices of the line stand at one place, or there is only one, so that the route has no length \
      and nothing can be a part of the way. A quest cannot be walked on it. Look for the line that was \
      meant: an export of a single point, or of a recorder that never moved.
      """,
    bad: """
      "coordinates": [[7.01, 50.0], [7.01, 50.0]]
      """,
    good: """
      "coordinates": [[7.01, 50.0], [7.02, 50.01]]
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    do throws(RouteError) { try subject.measured.requireLength() } catch {
      findings.add(subject.finding(about, error.message, measured: 0))
    }
  }
}
