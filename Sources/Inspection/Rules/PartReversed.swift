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
      back. It is a guess from the gaps and the waypoints. The longest parts keep their direction. The \
      repair turns the part round, and where the longer ones come before it, puts it after them.
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
    guard subject.overlaps.isEmpty else { return }
    let ends = PartEnds(subject)
    let turned = ends.turned(penaltyMeters: limit(subject))
    // A side trip is not against anything.
    if !turned.isEmpty, SideTrips.areAmong(0..<subject.route.partCount, subject) { return }
    if isMostOfLine(turned, subject) {
      inspectMinority(subject, turned, &findings)
      return
    }
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

  /// Whether parts are more than half of the line. Of two halves the one with the first part counts as
  /// more: roundings do not decide which way a route runs.
  static func isMostOfLine(_ parts: Set<Int>, _ subject: Subject) -> Bool {
    let (share, all) = (
      parts.reduce(0) { $0 + subject.meters(ofPart: $1) }, subject.measured.partsMeters
    )
    return abs(2 * share - all) <= all / 1_000 ? parts.contains(0) : 2 * share > all
  }

  /// Where the longer parts would have to turn, the others turn and the order runs the other way.
  private static func inspectMinority(
    _ subject: Subject, _ turned: Set<Int>, _ findings: inout FindingList
  ) {
    let parts = 0..<subject.route.partCount
    let others = parts.filter { !turned.contains($0) }
    let ends = PartEnds(subject)
    let present = ends.gapMeters(ends.inOrder(turning: []))
    let better = ends.inOrder(turning: turned)
    let saved = present - ends.gapMeters(better)
    // It has to become a chain, and another order of the parts may need no turning at all.
    guard ends.gapMeters(better) < present / 2,
      ends.longestGapMeters(better) <= max(1_000, subject.measured.partsMeters / 20),
      parts.count > PartsOrder.mostParts
        || ends.gapMeters(ends.nearestOrder { subject.meters(ofPart: $0) })
          >= ends.gapMeters(better) - 1
    else { return }
    for (number, part) in others.enumerated() {
      // One repair turns all of them.
      let edits: [RouteEdit] =
        number == 0
        ? [.orderParts(Array(parts.reversed()))] + others.map { .reversePart($0) } : []
      findings.add(
        subject.finding(
          about,
          "part \(part + 1) runs against the longer parts: with it turned round, and the parts in the "
            + "opposite order, the gaps are \(Text.meters(saved)) shorter",
          atVertex: subject.route.partStarts[part], measured: saved,
          fix: subject.isWholeDocument
            ? Fix("turn it round, and the order of the parts", isSafe: false, edits) : nil))
    }
  }

  private static func finding(
    _ subject: Subject, _ part: Int, measured: Double?, _ message: String
  ) -> UnwordedFinding {
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
