internal import Formats

/// A vertex that stands where the one before it does.
enum VertexDoubled: Rule {
  static let about = RuleDescription(
    .vertexDoubled, "Vertex doubled", .warning, repair: .safe,
    explanation: """
      A vertex stands at the very place of the one before it, so the leg between them has no length \
      and no direction. The measure does not change, but every tool that divides by the length of a \
      leg meets it, and a recorder that stood still writes hundreds. The repair removes those that \
      tell nothing more than the first of them. One that has a name, a time or anything else of its \
      own is removed with --fix-unsafe alone, for what it tells is lost then.
      """,
    bad: """
      <trkpt lat="54.4541" lon="-3.2115"/>
      <trkpt lat="54.4541" lon="-3.2115"/>
      """,
    good: """
      <trkpt lat="54.4541" lon="-3.2115"/>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let vertices = subject.vertices
    for part in 0..<subject.route.partCount {
      let range = subject.range(ofPart: part)
      var i = range.lowerBound + 1
      while i < range.upperBound {
        guard vertices[i].isSamePlace(as: vertices[i - 1]) else {
          i += 1
          continue
        }
        let first = i
        while i < range.upperBound, vertices[i].isSamePlace(as: vertices[first - 1]) { i += 1 }
        // A part that is nothing but one place keeps two vertices: a line needs as many.
        let isAll = first - 1 == range.lowerBound && i == range.upperBound
        let doubles = (isAll ? first + 1 : first)..<i
        if doubles.isEmpty { continue }
        let empty = doubles.filter { tellsNothing(subject, $0, beside: first - 1) }
        let removed = empty.isEmpty ? Array(doubles) : empty
        let what =
          removed.count < doubles.count
          ? "those that tell nothing more" : removed.count == 1 ? "it" : "them"
        findings.add(
          subject.finding(
            about,
            doubles.count == 1
              ? "the vertex stands at the same place as the one before it"
              : "\(doubles.count) vertices in a row stand at the place of the one before them",
            atVertex: doubles.lowerBound, measured: Double(doubles.count),
            fix: Fix(
              "remove \(what)\(empty.isEmpty ? ", with what it tells" : "")",
              isSafe: !empty.isEmpty,
              removed.map { .removeVertex(subject.documentVertex($0)) })))
      }
    }
  }

  /// Whether a vertex has no height, no time and nothing else that the first at its place lacks.
  private static func tellsNothing(_ subject: Subject, _ vertex: Int, beside first: Int) -> Bool {
    let (heights, times) = (subject.elevations, subject.times)
    let hasOwnHeight =
      !heights.isEmpty && !heights[vertex].isNaN && heights[vertex] != heights[first]
    let hasOwnTime =
      !times.isEmpty && times[vertex] != SourcePart.noTime && times[vertex] != times[first]
    return !hasOwnHeight && !hasOwnTime
      && subject.document.tellsNothingMore(
        pointAt: Int(subject.offsets[vertex]), thanAt: Int(subject.offsets[first]))
  }
}
