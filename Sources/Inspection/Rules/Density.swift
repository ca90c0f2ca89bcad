internal import Formats
internal import Geodesy
internal import Routes

/// Vertices that stand too far apart for the way between them.
enum DensityCoarse: Rule {
  static let about = RuleDescription(
    .densityCoarse, "Coarse line", .info,
    limit: RuleLimit(1_000, "m", "the longest leg on average"),
    explanation: """
      On average more than a kilometre lies between two vertices. The marker goes straight from one to \
      the next, across bends, lakes and valleys, and the measured length falls short of the walked one. \
      That is fine for a map of the whole; an official length or markers bend the measure to what \
      people are told.
      """,
    bad: """
      "coordinates": [[-5.716, 50.066], [-5.077, 50.154], [-4.142, 50.371]]
      """,
    good: """
      "properties": {"officialLength": "171 km"}, and the same line.
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let mean = subject.meanLegMeters
    guard mean > limit(subject) else { return }
    let isBent = subject.route.officialLength != nil
    findings.add(
      subject.finding(
        about,
        "there is a vertex every \(Text.meters(mean)) on average, so the line cuts corners"
          + (isBent ? "; the official length makes up for it" : ""),
        measured: mean))
  }
}

/// Vertices that say nothing that those around them don't.
enum DensityFine: Rule {
  static let about = RuleDescription(
    .densityFine, "Needlessly fine line", .info,
    limit: RuleLimit(1, "m", "how far a vertex may lie from the line without it"),
    repair: .unsafe,
    explanation: """
      Most vertices lie within a metre of the line through the others, which is less than a receiver \
      knows. Without them the file is smaller, maps load faster, and nobody sees a difference; the \
      length changes by little. The repair leaves them out, and no vertex that goes was further than \
      the limit from what stays.
      """,
    bad: """
      A track with a vertex every second, 80,000 of them on 40 km.
      """,
    good: """
      The same within a metre, with 6,000.
      """)

  /// Below this there is nothing to win.
  private static let leastVertices = 1_000
  /// Vertices that are judged together: the simplification's cost grows with the square of that for
  /// a line made to defeat it.
  private static let block = 1_024

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let tolerance = limit(subject)
    let count = subject.vertices.count
    guard count >= leastVertices, tolerance > 0 else { return }
    var removed: [Int] = []
    for part in 0..<subject.route.partCount {
      let range = subject.range(ofPart: part)
      var start = range.lowerBound
      while start + 2 < range.upperBound {
        let end = min(start + block, range.upperBound)
        let kept = Simplification.keptIndices(
          of: subject.vertices[start..<end], toleranceMeters: tolerance)
        for (a, b) in zip(kept, kept.dropFirst()) where b > a + 1 { removed += a + 1..<b }
        start = end - 1
      }
    }
    guard 2 * removed.count > count else { return }
    findings.add(
      subject.finding(
        about,
        "\(Text.count(removed.count, "vertex", "vertices")) of \(Text.grouped(String(count))) lie "
          + "within \(Text.meters(tolerance)) of the line through the others",
        measured: Double(removed.count),
        fix: Fix(
          "leave them out", isSafe: false,
          removed.map { .removeVertex(subject.documentVertex($0)) })))
  }
}
