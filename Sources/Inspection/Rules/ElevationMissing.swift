internal import Formats
internal import Geodesy
internal import Routes

/// Vertices without an elevation where others have one.
enum ElevationMissing: Rule {
  static let about = RuleDescription(
    .elevationMissing, "Elevation missing", .warning, repair: .unsafe,
    explanation: """
      Some vertices have an elevation and these have none, so the profile has a hole and the climb \
      passes it over. The repair fills a hole within a part with the elevations on a straight line \
      between those before and after it.
      """,
    bad: """
      <trkpt lat="54.45" lon="-3.21"><ele>300</ele></trkpt><trkpt lat="54.46" lon="-3.21"/>
      <trkpt lat="54.47" lon="-3.21"><ele>340</ele></trkpt>
      """,
    good: """
      <trkpt lat="54.45" lon="-3.21"><ele>300</ele></trkpt>
      <trkpt lat="54.46" lon="-3.21"><ele>320</ele></trkpt>
      <trkpt lat="54.47" lon="-3.21"><ele>340</ele></trkpt>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let elevations = subject.elevations
    guard elevations.contains(where: { !$0.isNaN }) else { return }
    var holes: [(run: Range<Int>, part: Range<Int>)] = []
    for part in 0..<subject.route.partCount {
      let range = subject.range(ofPart: part)
      holes += range.runs(where: { elevations[$0].isNaN }).map { ($0, range) }
    }
    holes.count > mostHoles
      ? tellTogether(holes, subject, &findings) : tell(holes, subject, &findings)
  }

  /// More holes than this are one finding: a device that misses heights misses them all along.
  private static let mostHoles = 5

  private static func tellTogether(
    _ holes: [(run: Range<Int>, part: Range<Int>)], _ subject: Subject,
    _ findings: inout FindingList
  ) {
    let count = holes.reduce(0) { $0 + $1.run.count }
    let edits = holes.flatMap { fill(subject, $0.run, within: $0.part)?.edits ?? [] }
    let title = holes.lazy.compactMap { fill(subject, $0.run, within: $0.part)?.title }.first
    findings.add(
      subject.finding(
        about,
        "\(Text.count(count, "vertex", "vertices")) in \(Text.count(holes.count, "place")) have no "
          + "elevation, here first, and others have",
        atVertex: holes[0].run.lowerBound, measured: Double(count),
        fix: title.map { Fix($0, isSafe: false, edits) }))
  }

  private static func tell(
    _ holes: [(run: Range<Int>, part: Range<Int>)], _ subject: Subject,
    _ findings: inout FindingList
  ) {
    for (run, part) in holes {
      let meters =
        subject.line.measures[run.upperBound - 1] - subject.line.measures[run.lowerBound]
      findings.add(
        subject.finding(
          about,
          run.count == 1
            ? "the vertex has no elevation, and others have"
            : "\(Text.count(run.count, "vertex", "vertices")) over \(Text.meters(meters)) have no "
              + "elevation, and others have",
          atVertex: run.lowerBound, measured: Double(run.count),
          fix: fill(subject, run, within: part)))
    }
  }

  private static func fill(_ subject: Subject, _ run: Range<Int>, within part: Range<Int>) -> Fix? {
    let (a, b) = (run.lowerBound - 1, run.upperBound)
    guard part.contains(a), part.contains(b),
      ElevationRange.isPossible(subject.elevations[a], subject),
      ElevationRange.isPossible(subject.elevations[b], subject)
    else { return nil }
    return ElevationRepair.fix(subject, run, within: part)
  }
}
