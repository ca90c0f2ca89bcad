internal import Formats
internal import Geodesy
internal import Routes

/// Elevations that leap from the profile and back.
enum ElevationStep: Rule {
  static let about = RuleDescription(
    .elevationStep, "Elevation that sticks out", .warning,
    limit: RuleLimit(30, "m", "how far it sticks out, at least"), repair: .unsafe,
    explanation: """
      One elevation, or a few in a row, are far above or below those on both sides, over slopes that \
      nobody walks: a receiver's slip. It counts twice in the climb. The repair puts the line between \
      the heights beside it in its place; where the line ends there, it removes it.
      """,
    bad: """
      <ele>300</ele> … <ele>460</ele> … <ele>302</ele>, ten metres apart
      """,
    good: """
      <ele>300</ele> … <ele>301</ele> … <ele>302</ele>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for part in 0..<subject.route.partCount {
      let range = subject.range(ofPart: part)
      let found = ElevationBursts(subject, in: range, leastMeters: limit(subject))
      for burst in found.bursts {
        let (first, last) = (burst.vertices.lowerBound, burst.vertices.upperBound)
        let side = burst.meters > 0 ? "above" : "below"
        let beside =
          burst.isAtEnd ? "the one beside" : "those on both sides of"
        findings.add(
          subject.finding(
            about,
            first == last
              ? "the elevation is \(Text.meters(abs(burst.meters))) \(side) \(beside) it"
              : "\(burst.vertices.count) elevations in a row are up to "
                + "\(Text.meters(abs(burst.meters))) \(side) \(beside) them",
            atVertex: first, measured: abs(burst.meters),
            fix: isStoodAt(subject, burst.vertices, in: range)
              ? nil : ElevationRepair.fix(subject, first..<last + 1, within: range)))
      }
    }
  }

  /// Whether somebody stood there: at a waypoint, or where the line turns back on itself.
  private static func isStoodAt(
    _ subject: Subject, _ vertices: ClosedRange<Int>, in part: Range<Int>
  ) -> Bool {
    if subject.hasWaypoints,
      vertices.contains(where: { subject.isAtWaypoint(documentVertex: subject.documentVertex($0)) })
    {
      return true
    }
    let (before, after) = (vertices.lowerBound - 1, vertices.upperBound + 1)
    return part.contains(before) && part.contains(after)
      && subject.vertices[before].isSamePlace(as: subject.vertices[after])
  }
}
