internal import Formats

/// A part of a single vertex.
enum OnePointPart: Rule {
  static let about = RuleDescription(
    .onePointPart, "Part of one vertex", .warning, repair: .unsafe,
    explanation: """
      A part needs two vertices to be a line. One of a single vertex has no length, yet it has a join \
      on both sides, so the marker walks or jumps to it. Most often it is a stray click or the first \
      point after a lost signal. The repair removes it.
      """,
    bad: """
      <trkseg><trkpt lat="54.4541" lon="-3.2115"/></trkseg>
      """,
    good: """
      <trkseg><trkpt lat="54.4541" lon="-3.2115"/><trkpt lat="54.4545" lon="-3.2120"/></trkseg>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    // The last part that is left is all there is, which a rule of its own tells.
    guard subject.route.partCount > 1 else { return }
    for part in 0..<subject.route.partCount {
      let range = subject.range(ofPart: part)
      guard range.count == 1 else { continue }
      findings.add(
        subject.finding(
          about, "part \(part + 1) is a single vertex, which is no line",
          atVertex: range.lowerBound,
          fix: subject.waypointCells.isNear(subject.space[range.lowerBound])
            ? nil
            : Fix("remove the part", isSafe: false, [.removePart(subject.documentParts[part])])))
    }
  }
}
