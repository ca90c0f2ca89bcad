internal import Formats
internal import Geodesy
internal import Routes

/// Vertices at latitude 0 and longitude 0, which the line does not lead to.
enum NullIsland: Rule {
  static let about = RuleDescription(
    .nullIsland, "Vertex at latitude 0, longitude 0", .warning,
    limit: RuleLimit(1_000, "m", "how far from the rest of the line, at least"), repair: .unsafe,
    explanation: """
      A vertex stands at latitude 0 and longitude 0, in the Gulf of Guinea, and the rest of the part \
      lies elsewhere: a receiver had no position yet, or a program wrote a zero for nothing. The same \
      holds within a kilometre of it where the rest is 100 km away or more. The way there and back \
      counts. The repair removes those vertices.
      """,
    bad: """
      "coordinates": [[0, 0], [-3.2115, 54.4541], [-3.2120, 54.4545]]
      """,
    good: """
      "coordinates": [[-3.2115, 54.4541], [-3.2120, 54.4545]]
      """)

  /// Whether a vertex stands where a receiver without a position does: at zero, or about a kilometre
  /// from it while it settles.
  static func isThere(_ vertex: Coordinate) -> Bool {
    abs(vertex.latitude) < 0.01 && abs(vertex.longitude) < 0.01
  }

  private static func isExactlyThere(_ vertex: Coordinate) -> Bool {
    abs(vertex.latitude) < 1e-6 && abs(vertex.longitude) < 1e-6
  }

  /// A line may well lead to a place near zero, but not from one leg to the next.
  private static let leastMetersWhereNear = 100_000.0

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for part in 0..<subject.route.partCount {
      let range = subject.range(ofPart: part)
      for run in range.runs(where: { isThere(subject.vertices[$0]) }) where run != range {
        let beside = [run.lowerBound - 1, run.upperBound].filter(range.contains)
        let near =
          beside.map { subject.space[$0].distance(to: subject.space[run.lowerBound]) }
          .min() ?? 0
        let isExact = run.contains { isExactlyThere(subject.vertices[$0]) }
        guard near >= (isExact ? limit(subject) : max(limit(subject), leastMetersWhereNear))
        else { continue }
        findings.add(
          subject.finding(
            about,
            (run.count == 1 ? "the vertex stands" : "\(run.count) vertices in a row stand")
              + " \(isExact ? "at" : "beside") latitude 0, longitude 0, \(Text.meters(near)) from the "
              + "line",
            atVertex: run.lowerBound, measured: near,
            fix: Fix(
              run.count == 1 ? "remove it" : "remove them", isSafe: false,
              run.map { .removeVertex(subject.documentVertex($0)) })))
      }
    }
  }
}
