internal import Formats
internal import Geodesy
internal import Routes

/// Elevations that no place on Earth has.
enum ElevationRange: Rule {
  static let about = RuleDescription(
    .elevationRange, "Elevation that no place has", .warning,
    limit: RuleLimit(9_000, "m", "the highest elevation"), repair: .unsafe,
    explanation: """
      The elevation is above the highest mountain or more than 500 m below the sea. Often it is a \
      number that means “unknown”, such as -9999, 9999, -32768 or 65535, or feet that were taken for \
      metres. It counts in no climb and no profile. The repair puts the line between the heights beside \
      it in its place, and in that of the shoulders that lead up to it; where there is none beside, it \
      removes it.
      """,
    bad: """
      <trkpt lat="54.45" lon="-3.21"><ele>-32768</ele></trkpt>
      """,
    good: """
      <trkpt lat="54.45" lon="-3.21"/>
      """)

  static let lowestMeters = RouteDocument.possibleElevationMeters.lowerBound

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let heights = subject.elevations
    let most = limit(subject)
    for part in 0..<subject.route.partCount {
      let range = subject.range(ofPart: part)
      for run in range.runs(where: { heights[$0] < lowestMeters || heights[$0] > most }) {
        let value = heights[run.lowerBound]
        findings.add(
          subject.finding(
            about,
            "the elevation \(Text.rounded(value)) m is outside \(Text.rounded(lowestMeters))…"
              + "\(Text.rounded(most))"
              + (run.count == 1
                ? ""
                : run.count == 2 ? ", as is the next" : ", as are the \(run.count - 1) after it")
              + "; climb and profile leave \(run.count == 1 ? "it" : "them") out",
            atVertex: run.lowerBound, measured: value,
            fix: ElevationRepair.fix(subject, withShoulders(run, subject, range), within: range)))
      }
    }
  }

  /// A run and the heights beside it that only lead up to it.
  private static func withShoulders(
    _ run: Range<Int>, _ subject: Subject, _ part: Range<Int>
  ) -> Range<Int> {
    let least = GradeImpossible.leastRiseMeters
    var (low, high) = (run.lowerBound, run.upperBound)
    while low - 1 > part.lowerBound, run.lowerBound - low < mostShoulders,
      ElevationBursts.isLeap(subject, low - 2, least)
    {
      low -= 1
    }
    while high + 1 < part.upperBound, high - run.upperBound < mostShoulders,
      ElevationBursts.isLeap(subject, high, least)
    {
      high += 1
    }
    return low..<high
  }

  private static let mostShoulders = 4

  static func isPossible(_ elevation: Double, _ subject: Subject) -> Bool {
    elevation >= lowestMeters && elevation <= limit(subject)
  }
}
