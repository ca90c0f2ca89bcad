internal import Formats
internal import Geodesy
internal import Routes

/// A leg between places on opposite sides of the Earth.
enum LegAntipodal: Rule {
  static let about = RuleDescription(
    .legAntipodal, "Leg to the other side of the Earth", .warning,
    limit: RuleLimit(19_900_000, "m", "the shortest leg that is nearly antipodal"),
    explanation: """
      The two ends of a leg lie on opposite sides of the Earth, so that the shortest way between them \
      may lead in almost any direction: the least change of an end sends the marker another way round. \
      Add a vertex in between that says which way is meant.
      """,
    bad: """
      "coordinates": [[0, 0], [179.9, 0.1]]
      """,
    good: """
      "coordinates": [[0, 0], [90, 10], [179.9, 0.1]]
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for i in 0..<max(subject.vertices.count - 1, 0) {
      // The straight line tells the long ones apart at once: two radii are 12,742 km.
      guard subject.space[i].distance(to: subject.space[i + 1]) > 12_000_000 else { continue }
      // Legs are measured already, joins that nobody walks are not.
      let walked = subject.line.segmentMeters(i)
      let meters =
        walked > 0
        ? walked : RouteLine.gapMeters(from: subject.vertices[i], to: subject.vertices[i + 1])
      guard meters >= limit(subject) else { continue }
      findings.add(
        subject.finding(
          about,
          "the leg from here is \(Text.meters(meters)) long, to the other side of the Earth, where "
            + "every way is about as short: add a vertex in between",
          atVertex: i, measured: meters))
    }
  }
}
