internal import Formats
internal import Geodesy
internal import Routes

/// Vertices that say nothing that those around them don't.
enum DensityFine: Rule {
  static let about = RuleDescription(
    .densityFine, "Needlessly fine line", .info,
    limit: RuleLimit(1, "m", "how far a vertex may lie from the line without it"),
    repair: .unsafe,
    explanation: """
      Most vertices lie within a metre of the line through the others, which is less than a receiver \
      knows. Without them the file is smaller, maps load faster, and nobody sees a difference; the \
      length changes by little. The repair is made only with --only density-fine: it leaves them out, \
      with their times and heights, and no vertex that goes was further than the limit from what \
      stays. Vertices near a waypoint, and stretches that the line retraces, keep all of theirs.
      """,
    bad: """
      A track with a vertex every second, 80,000 of them on 40 km.
      """,
    good: """
      The same within a metre, with 6,000.
      """)

  /// Below this there is nothing to win.
  private static let leastVertices = 1_000
  /// Vertices that are judged together: the simplification's cost grows with the square of that for
  /// a line made to defeat it.
  private static let block = 1_024

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let tolerance = limit(subject)
    let count = subject.vertices.count
    guard count >= leastVertices, tolerance > 0 else { return }
    var removed: [Int] = []
    for part in 0..<subject.route.partCount {
      let range = subject.range(ofPart: part)
      var start = range.lowerBound
      while start + 2 < range.upperBound {
        let end = min(start + block, range.upperBound)
        let kept = Simplification.keptIndices(
          of: subject.vertices[start..<end], toleranceMeters: tolerance)
        for (a, b) in zip(kept, kept.dropFirst()) where b > a + 1 { removed += a + 1..<b }
        start = end - 1
      }
    }
    guard 2 * removed.count > count else { return }
    let retraced = retraced(subject)
    let goes = removed.filter { !retraced.contains($0) }
    findings.add(
      subject.finding(
        about,
        "\(Text.count(removed.count, "vertex", "vertices")) of \(Text.grouped(String(count))) lie "
          + "within \(Text.meters(tolerance)) of the line through the others",
        measured: Double(removed.count),
        fix: Fix(
          "leave them out", isSafe: false,
          goes.map { .removeVertex(subject.documentVertex($0)) })))
  }

  /// The vertices of stretches that the line runs along twice.
  private static func retraced(_ subject: Subject) -> IndexRanges {
    IndexRanges(
      subject.contacts.repeats.flatMap { [$0.later, $0.earlier] }
        .map { $0.lowerBound..<$0.upperBound + 2 })
  }
}
