internal import Formats
internal import Geodesy

/// Vertices to which the line darts out and back.
enum Spike: Rule {
  static let about = RuleDescription(
    .spike, "Spike", .warning,
    limit: RuleLimit(20, "m", "how far the line darts out, at least"), repair: .unsafe,
    explanation: """
      The line leaves its way for up to five vertices and comes back to about where it left, over \
      legs that are several times as long as any around them and turn back on themselves: a receiver \
      that lost its signal, or a slip of the hand. The spike counts twice in the length, and a marker \
      walks it. Bends of a road, a way out and back over the same vertices or to a waypoint, and one \
      that took the time that it takes to walk are no spikes. The repair removes those vertices.
      """,
    bad: """
      [-3.2115, 54.4541], [-3.2120, 54.4545], [-3.1120, 54.4850], [-3.2124, 54.4549]
      """,
    good: """
      [-3.2115, 54.4541], [-3.2120, 54.4545], [-3.2124, 54.4549]
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for excursion in subject.outliers.excursions where excursion.kind == .spike {
      guard excursion.reachMeters >= limit(subject) else { continue }
      let vertices = excursion.vertices
      let isOne = vertices.count == 1
      findings.add(
        subject.finding(
          about,
          "the line darts \(Text.meters(excursion.reachMeters)) away and back"
            + (isOne ? "" : " over \(vertices.count) vertices")
            + "; without \(isOne ? "this vertex" : "them") it is "
            + "\(Text.meters(excursion.detourMeters)) shorter",
          atVertex: vertices.lowerBound, measured: excursion.reachMeters,
          fix: Fix(
            "remove \(isOne ? "the vertex" : "the \(vertices.count) vertices")", isSafe: false,
            vertices.map { .removeVertex(subject.documentVertex($0)) })))
    }
  }
}
