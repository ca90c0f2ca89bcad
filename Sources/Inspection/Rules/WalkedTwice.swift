internal import Formats
internal import Geodesy

/// A stretch that the line runs along a second time.
enum WalkedTwice: Rule {
  static let about = RuleDescription(
    .walkedTwice, "Stretch walked twice", .info,
    limit: RuleLimit(100, "m", "the shortest stretch that is told"),
    explanation: """
      The line runs within ten metres of where it ran before, in the same direction or back. That is \
      right for a way out and back and for laps, and both passes count. It is worth a look where a \
      track was recorded twice or two tracks overlap: then a part should go. A route that returns as a \
      whole needs half the file: there-and-back, and laps, reuse the line.
      """,
    bad: """
      "coordinates": [[0,0],[0.01,0],[0.02,0],[0.01,0],[0,0]]
      """,
    good: """
      "properties": {"thereAndBack": true}, … "coordinates": [[0,0],[0.01,0],[0.02,0]]
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let line = subject.line
    for stretch in subject.contacts.repeats where stretch.meters >= limit(subject) {
      func place(_ vertex: Int) -> String { Text.place(subject.distance(ofVertex: vertex)) }
      let (later, earlier) = (stretch.later, stretch.earlier)
      let share = line.passMeters > 0 ? stretch.meters / line.passMeters : 0
      let hint =
        stretch.isBackwards && share > 0.45 && later.upperBound + 2 >= subject.vertices.count
        ? ": the route comes back as it went, which “there and back” says with half the file" : ""
      findings.add(
        subject.finding(
          about,
          "from here to \(place(later.upperBound + 1)) the line runs "
            + (stretch.isBackwards ? "back along" : "again along")
            + " \(place(earlier.lowerBound)) to \(place(earlier.upperBound + 1)), "
            + "\(Text.meters(stretch.meters)) in all\(hint)",
          atVertex: later.lowerBound, measured: stretch.meters))
    }
  }
}
