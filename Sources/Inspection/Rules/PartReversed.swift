internal import Formats
internal import Geodesy
internal import Routes

/// A part that runs against its neighbours or its waypoints.
enum PartReversed: Rule {
  static let about = RuleDescription(
    .partReversed, "Part reversed", .warning,
    limit: RuleLimit(100, "m", "how much shorter the gaps get, at least"), repair: .unsafe,
    explanation: """
      A part runs the wrong way: turned round, its ends meet the parts before and after it, or the \
      waypoints come in the order of the file. As it stands the marker leaps to the far end and walks \
      back. It is a guess from the gaps and the waypoints. The repair turns the part round.
      """,
    bad: """
      <trkseg><trkpt lat="51.0" lon="0"/><trkpt lat="51.1" lon="0"/></trkseg>
      <trkseg><trkpt lat="51.2" lon="0"/><trkpt lat="51.1001" lon="0"/></trkseg>
      <trkseg><trkpt lat="51.2001" lon="0"/><trkpt lat="51.3" lon="0"/></trkseg>
      """,
    good: """
      <trkseg><trkpt lat="51.0" lon="0"/><trkpt lat="51.1" lon="0"/></trkseg>
      <trkseg><trkpt lat="51.1001" lon="0"/><trkpt lat="51.2" lon="0"/></trkseg>
      <trkseg><trkpt lat="51.2001" lon="0"/><trkpt lat="51.3" lon="0"/></trkseg>
      """)

  /// Fewer waypoints than this in the wrong order may be chance.
  private static let leastWaypoints = 5

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let ends = PartEnds(subject)
    let turned = ends.turned(penaltyMeters: limit(subject))
    for part in turned.sorted() {
      let saved = ends.savedMeters(turning: part, among: turned)
      // A part between two long gaps may stand either way.
      guard saved > ends.gapMeters(around: part) / 2 else { continue }
      findings.add(
        finding(
          subject, part, measured: saved,
          "part \(part + 1) runs against its neighbours: turned round, the gaps to them are "
            + "\(Text.meters(saved)) shorter"))
    }
    for part in against(subject) where !turned.contains(part) {
      let name = subject.route.partCount == 1 ? "the line" : "part \(part + 1)"
      findings.add(
        finding(
          subject, part, measured: nil,
          "\(name) runs against its waypoints, which stand in the file from its end to its start: one "
            + "of the two is the wrong way round"))
    }
  }

  private static func finding(
    _ subject: Subject, _ part: Int, measured: Double?, _ message: String
  ) -> Finding {
    subject.finding(
      about, message, atVertex: subject.route.partStarts[part], measured: measured,
      fix: Fix(
        "turn the part round", isSafe: false, [.reversePart(subject.documentParts[part])]))
  }

  /// The parts whose waypoints run from their end to their start.
  private static func against(_ subject: Subject) -> [Int] {
    if subject.route.course.thereAndBack { return [] }
    var measures = [[Double]](repeating: [], count: subject.route.partCount)
    for placed in subject.measured.waypoints
    where placed.offsetMeters <= max(1_000, subject.meanLegMeters) {
      let vertex = subject.line.measures.partitioningIndex { $0 > placed.geometricMeters } - 1
      measures[subject.route.partIndex(ofVertex: min(max(vertex, 0), subject.vertices.count - 1))]
        .append(placed.geometricMeters)
    }
    return measures.indices.filter { part in
      let places = measures[part]
      guard places.count >= leastWaypoints else { return false }
      let back = zip(places, places.dropFirst()).count { $0 > $1 }
      let forth = zip(places, places.dropFirst()).count { $0 < $1 }
      return back >= leastWaypoints - 1 && back > 5 * forth
    }
  }
}
