internal import Formats
internal import Geodesy
internal import Routes

/// Zeros that stand for elevations that nobody knew.
enum ElevationZero: Rule {
  static let about = RuleDescription(
    .elevationZero, "Zero standing for a missing elevation", .warning,
    limit: RuleLimit(UnknownZeros.leastStepMeters, "m", "the step beside the zeros, at least"),
    repair: .unsafe,
    explanation: """
      The elevation is exactly 0 for one or more vertices, and the ones beside them are far above or \
      below: the program that wrote the file had no elevation there and put a zero. It counts in no \
      climb and no profile. The repair puts the line between the heights beside them in \
      their place, and removes them where all are 0.
      """,
    bad: """
      <trkpt lat="54.45" lon="-3.21"><ele>300</ele></trkpt>
      <trkpt lat="54.46" lon="-3.21"><ele>0</ele></trkpt>
      """,
    good: """
      <trkpt lat="54.45" lon="-3.21"><ele>300</ele></trkpt>
      <trkpt lat="54.46" lon="-3.21"/>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let heights = subject.elevations
    let known = heights.indices.filter { !heights[$0].isNaN }
    guard !known.isEmpty else { return }
    if known.count > 1, known.allSatisfy({ heights[$0] == 0 }) {
      findings.add(
        subject.finding(
          about, "all elevations are 0: the program that wrote the file knew none",
          atVertex: known[0],
          // Programs that draw KML write a 0 for every place on the ground.
          severity: subject.document.format == .kml ? .info : nil, measured: Double(known.count),
          fix: removal(subject, known)))
      return
    }
    for part in 0..<subject.route.partCount {
      let range = subject.range(ofPart: part)
      for zeros in UnknownZeros.runs(in: heights[range], leastMeters: limit(subject)) {
        let (run, step) = (zeros.vertices, zeros.stepMeters)
        findings.add(
          subject.finding(
            about,
            (run.count == 1 ? "the elevation is 0" : "\(run.count) elevations in a row are 0")
              + ", and beside that the line is \(Text.meters(step)) from the sea's level: zero stands "
              + "for unknown",
            atVertex: run.lowerBound, measured: step,
            fix: ElevationRepair.fix(subject, run, within: range)))
      }
    }
  }

  private static func removal(_ subject: Subject, _ vertices: [Int]) -> Fix {
    Fix(
      vertices.count == 1 ? "remove the elevation" : "remove these elevations", isSafe: false,
      vertices.map { .setElevation(vertex: subject.documentVertex($0), meters: nil) })
  }
}
