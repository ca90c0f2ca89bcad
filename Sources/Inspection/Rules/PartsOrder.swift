internal import Formats
internal import Geodesy
internal import Routes

/// Parts that stand in another order than the way leads through them.
enum PartsOrder: Rule {
  static let about = RuleDescription(
    .partsOrder, "Parts out of order", .warning,
    limit: RuleLimit(1_000, "m", "how much shorter the gaps get, at least"), repair: .unsafe,
    explanation: """
      In another order the gaps between the parts add up to less than half: the parts are probably in \
      the order of recording, of their names, or of an export. The marker would leap back and forth. \
      The order that is proposed joins the nearest ends first and keeps the direction of the longest \
      parts; look at it before you take it. The \
      repair writes the parts in that order.
      """,
    bad: """
      <trkseg><trkpt lat="51.2" lon="0"/><trkpt lat="51.3" lon="0"/></trkseg>
      <trkseg><trkpt lat="51.0" lon="0"/><trkpt lat="51.2" lon="0"/></trkseg>
      """,
    good: """
      <trkseg><trkpt lat="51.0" lon="0"/><trkpt lat="51.2" lon="0"/></trkseg>
      <trkseg><trkpt lat="51.2" lon="0"/><trkpt lat="51.3" lon="0"/></trkseg>
      """)

  /// All pairs of ends are looked at, so that there is a bound on how many.
  static let mostParts = 1_000

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let count = subject.route.partCount
    guard count > 1, count <= mostParts, subject.overlaps.isEmpty else { return }
    let ends = PartEnds(subject)
    // What turning alone can mend is not a matter of order.
    let present = ends.gapMeters(ends.inOrder(turning: ends.turned(penaltyMeters: 100)))
    let nearest = ends.nearestOrder { subject.meters(ofPart: $0) }
    // Where the way runs round in a ring, the chain may be cut anywhere: the first part stays first.
    let start = nearest.firstIndex(of: PartEnds.Step(part: 0, isTurned: false)) ?? 0
    let rotated = Array(nearest[start...] + nearest[..<start])
    let proposed = ends.gapMeters(rotated) < present / 2 ? rotated : nearest
    if rotated.map(\.part) == Array(0..<count), !waypointsComeRound(subject) { return }
    let better = ends.gapMeters(proposed)
    // Side trips and other ways do not become a chain: its links would be as long as they are.
    guard proposed.map(\.part) != Array(0..<count), better < present / 2,
      present - better >= limit(subject),
      ends.longestGapMeters(proposed) <= max(1_000, subject.measured.partsMeters / 20),
      !SideTrips.areAmong(0..<count, subject)
    else { return }
    let first = proposed.indices.first { proposed[$0].part != $0 } ?? 0
    let shown = proposed.prefix(30).map { "\($0.part + 1)" + ($0.isTurned ? " turned" : "") }
    let order = shown.joined(separator: ", ") + (count > 30 ? ", …" : "")
    findings.add(
      subject.finding(
        about,
        "the parts are out of order: as \(order) the gaps come to \(Text.meters(better)) and not "
          + "\(Text.meters(present))",
        atVertex: subject.route.partStarts[first], measured: present - better,
        fix: fix(subject, proposed)))
  }

  /// Whether the waypoints begin in the middle of the line, run to its end and go on from its start:
  /// then it is no ring, but a way whose last parts stand first.
  private static func waypointsComeRound(_ subject: Subject) -> Bool {
    let places = subject.measured.waypoints.map(\.geometricMeters)
    guard let first = places.first, let last = places.last else { return false }
    return last <= first && zip(places, places.dropFirst()).count { $0 > $1 } == 1
  }

  /// Turning parts and moving them changes the same bytes, so that they are two rounds.
  private static func fix(_ subject: Subject, _ order: [PartEnds.Step]) -> Fix? {
    // Parts without vertices keep their places.
    guard subject.isWholeDocument else { return nil }
    return Fix(
      "write the parts in this order", isSafe: false,
      [.orderParts(order.map(\.part))]
        + order.filter(\.isTurned).map { .reversePart($0.part) })
  }
}
