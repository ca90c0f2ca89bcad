internal import Formats
internal import Geodesy

/// A stretch that the line runs along a second time.
enum WalkedTwice: Rule {
  static let about = RuleDescription(
    .walkedTwice, "Stretch walked twice", .info,
    limit: RuleLimit(100, "m", "the shortest stretch that is told"),
    explanation: """
      The line runs within ten metres of where it ran before, in the same direction or back. That is \
      right for a way out and back and for laps, and both passes count. A visit to a waypoint and back \
      over the same vertices is not reported. It is worth a look where a \
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
    for stretch in subject.contacts.repeats
    where stretch.meters >= limit(subject) && !isVisit(stretch, subject) {
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

  /// Whether the line goes to a waypoint and returns over the same vertices, as it must at a summit.
  private static func isVisit(_ stretch: Contacts.Repeat, _ subject: Subject) -> Bool {
    let (out, back) = (stretch.earlier, stretch.later)
    // The legs between the two passes are the turn.
    let turn = out.upperBound + 1...max(back.lowerBound, out.upperBound + 1)
    guard stretch.isBackwards, turn.count <= mostTurnVertices,
      turn.contains(where: { subject.waypointCells.isNear(subject.space[$0]) })
    else { return false }
    return zip(out.reversed(), back).allSatisfy { subject.vertices[$0] == subject.vertices[$1 + 1] }
  }

  private static let mostTurnVertices = 5
}
