internal import Formats
internal import Geodesy
internal import Routes

/// A waypoint that the line passes in another order than that of the file.
enum WaypointOrder: Rule {
  static let about = RuleDescription(
    .waypointOrder, "Waypoint out of order", .warning,
    limit: RuleLimit(50, "m", "how far back along the line a waypoint may lie"), repair: .unsafe,
    explanation: """
      The line passes this waypoint before one that stands in front of it in the file. On a line that \
      passes a place several times the order of the file tells which pass is meant, so a waypoint in \
      the wrong order may get the wrong distance. The repair writes the waypoints in the order in which \
      the line passes them.
      """,
    bad: """
      Waypoints: Start, Summit, Hut, End, on a line that passes the hut before the summit.
      """,
    good: """
      Waypoints: Start, Hut, Summit, End.
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let placed = subject.measured.waypoints
    guard placed.count > 1 else { return }
    let kept = Set(placed.map(\.geometricMeters).longestChain(by: <=))
    var stray: [(index: Int, back: Double)] = []
    // The furthest place up to each waypoint, and the first one from it on.
    var furthest = placed.map(\.geometricMeters)
    for index in placed.indices.dropFirst() {
      furthest[index] = max(furthest[index], furthest[index - 1])
    }
    var nearest = placed.map(\.geometricMeters)
    for index in placed.indices.dropLast().reversed() {
      nearest[index] = min(nearest[index], nearest[index + 1])
    }
    for index in placed.indices where !kept.contains(index) {
      let here = placed[index].geometricMeters
      let back = max(furthest[index] - here, here - nearest[index])
      if back > limit(subject) { stray.append((index, back)) }
    }
    guard let first = stray.first else { return }
    let order = placed.indices.sorted {
      (placed[$0].geometricMeters, $0) < (placed[$1].geometricMeters, $1)
    }
    let fix = Fix(
      "write the waypoints in the order of the line", isSafe: false, [.orderWaypoints(order)])
    if stray.count > 2, 3 * stray.count > placed.count {
      findings.add(
        subject.finding(
          about,
          "the waypoints stand in no order along the line: \(stray.count) of \(placed.count) come "
            + "before one in front of them, \(subject.title(ofWaypoint: first.index)) as the first",
          atWaypoint: first.index, measured: Double(stray.count), fix: fix))
      return
    }
    for (number, one) in stray.enumerated() {
      let index = one.index
      // One repair puts all of them in order.
      let neighbour = index > 0 ? ", after \(subject.title(ofWaypoint: index - 1))" : ""
      findings.add(
        subject.finding(
          about,
          "\(subject.title(ofWaypoint: index)) is out of order: the file has it as no. \(index + 1)"
            + "\(neighbour), and the line passes it \(Text.meters(one.back)) away from there, at "
            + Text.place(placed[index].distance),
          atWaypoint: index, measured: one.back,
          fix: number == 0 ? fix : Fix(fix.title, isSafe: false, [])))
    }
  }
}
