internal import Formats
internal import Geodesy
internal import Routes

/// A leg that is steeper than anyone walks.
enum GradeImpossible: Rule {
  static let about = RuleDescription(
    .gradeImpossible, "Impossible grade", .warning,
    limit: RuleLimit(150, "%", "the steepest leg that is walked"),
    explanation: """
      Between two vertices the line rises or falls by thirty metres or more, steeper than a ladder. \
      The elevations come from two sources, one of them is wrong, or the vertices are too near to each \
      other for the elevations' precision. The climb counts it in full.
      """,
    bad: """
      <trkpt lat="54.45000" lon="-3.21"><ele>300</ele></trkpt>
      <trkpt lat="54.45010" lon="-3.21"><ele>380</ele></trkpt>
      """,
    good: """
      <trkpt lat="54.45000" lon="-3.21"><ele>300</ele></trkpt>
      <trkpt lat="54.45010" lon="-3.21"><ele>304</ele></trkpt>
      """)

  /// Below this the elevations' own noise makes grades.
  static let leastRiseMeters = 30.0

  /// Percent, without a sign; infinite over no distance.
  static func grade(_ subject: Subject, _ leg: Int) -> Double {
    let rise = subject.elevations[leg + 1] - subject.elevations[leg]
    return abs(rise) / max(subject.line.segmentMeters(leg), 1e-9) * 100
  }

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let heights = subject.elevations
    let most = limit(subject)
    for part in 0..<subject.route.partCount {
      let range = subject.range(ofPart: part)
      let bursts = ElevationBursts(
        subject, in: range, leastMeters: subject.limits.value(of: ElevationStep.about))
      let told = IndexRanges(
        bursts.bursts.map { $0.vertices.lowerBound - 1..<$0.vertices.upperBound + 1 })
      for i in range.dropLast() where !told.contains(i) {
        let (low, high) = (heights[i], heights[i + 1])
        guard abs(high - low) >= leastRiseMeters, grade(subject, i) > most,
          low != 0, high != 0, ElevationRange.isPossible(low, subject),
          ElevationRange.isPossible(high, subject)
        else { continue }
        findings.add(
          subject.finding(
            about,
            "the line \(high > low ? "rises" : "falls") by \(Text.meters(abs(high - low))) within "
              + "\(Text.meters(subject.line.segmentMeters(i)))",
            atVertex: i, measured: min(grade(subject, i), 1e6)))
      }
    }
  }
}
