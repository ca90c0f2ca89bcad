internal import Formats

/// A vertex that stands where the one before it does.
enum VertexDoubled: Rule {
  static let about = RuleDescription(
    .vertexDoubled, "Vertex doubled", .warning, repair: .safe,
    explanation: """
      A vertex stands at the very place of the one before it, so the leg between them has no length \
      and no direction. The measure does not change, but every tool that divides by the length of a \
      leg meets it, and a recorder that stood still writes hundreds. The repair removes all but the \
      first of them.
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
        findings.add(
          subject.finding(
            about,
            doubles.count == 1
              ? "the vertex stands at the same place as the one before it"
              : "\(doubles.count) vertices in a row stand at the place of the one before them",
            atVertex: doubles.lowerBound, measured: Double(doubles.count),
            fix: Fix(
              "remove \(doubles.count == 1 ? "it" : "them")", isSafe: true,
              doubles.map { .removeVertex(subject.documentVertex($0)) })))
      }
    }
  }
}
