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
      number that means “unknown”, such as -9999 or -32768, or feet that were taken for metres. The \
      repair removes it.
      """,
    bad: """
      <trkpt lat="54.45" lon="-3.21"><ele>-32768</ele></trkpt>
      """,
    good: """
      <trkpt lat="54.45" lon="-3.21"/>
      """)

  /// The shore of the Dead Sea is at -430 m.
  static let lowestMeters = -500.0

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let vertices = subject.vertices
    let most = limit(subject)
    for run in vertices.indices.runs(where: { index in
      vertices[index].elevationMeters.map { $0 < lowestMeters || $0 > most } ?? false
    }) {
      let value = vertices[run.lowerBound].elevationMetersOrNaN
      findings.add(
        subject.finding(
          about,
          "the elevation \(Text.rounded(value)) m is outside \(Text.rounded(lowestMeters))…"
            + "\(Text.rounded(most))"
            + (run.count == 1
              ? ""
              : run.count == 2 ? ", as is the next" : ", as are the \(run.count - 1) after it"),
          atVertex: run.lowerBound, measured: value,
          fix: ElevationZero.removal(subject, Array(run))))
    }
  }

  static func isPossible(_ elevation: Double, _ subject: Subject) -> Bool {
    elevation >= lowestMeters && elevation <= limit(subject)
  }
}
