internal import Formats
internal import Geodesy
internal import Routes

/// A waypoint that the line does not come near.
enum WaypointOffRoute: Rule {
  static let about = RuleDescription(
    .waypointOffRoute, "Waypoint off the route", .warning,
    limit: RuleLimit(250, "m", "how far from the line a waypoint may be"),
    explanation: """
      The waypoint lies further from the line than a walker would turn off for it. It still gets the \
      distance of the nearest place on the line, and is reached there. Either the line cuts a corner, \
      the waypoint is a place to look at from afar, or its coordinates are wrong.
      """,
    bad: """
      A line along a valley, and the waypoint on the summit above it.
      """,
    good: """
      The waypoint where the way to the summit turns off.
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for placed in subject.measured.waypoints where placed.offsetMeters > limit(subject) {
      findings.add(
        subject.finding(
          about,
          "\(subject.title(ofWaypoint: placed.index)) lies \(Text.meters(placed.offsetMeters)) from "
            + "the line; it counts where the line is nearest, at \(Text.place(placed.distance))",
          atWaypoint: placed.index, measured: placed.offsetMeters))
    }
  }
}

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
    let kept = Set(longestAscending(placed.map(\.geometricMeters)))
    var stray: [(index: Int, back: Double)] = []
    for index in placed.indices where !kept.contains(index) {
      let here = placed[index].geometricMeters
      let before = placed[..<index].lazy.map(\.geometricMeters).max() ?? here
      let after = placed[(index + 1)...].lazy.map(\.geometricMeters).min() ?? here
      let back = max(before - here, here - after)
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

  /// Indices of a longest subsequence that never descends. O(n log n), patience sorting.
  private static func longestAscending(_ values: [Double]) -> [Int] {
    var tails: [Int] = []
    var before = [Int](repeating: -1, count: values.count)
    for i in values.indices {
      let position = tails.partitioningIndex { values[$0] > values[i] }
      before[i] = position > 0 ? tails[position - 1] : -1
      if position == tails.count { tails.append(i) } else { tails[position] = i }
    }
    var chain: [Int] = []
    var next = tails.last ?? -1
    while next >= 0 {
      chain.append(next)
      next = before[next]
    }
    return chain.reversed()
  }
}

/// A waypoint that stands in the file twice.
enum WaypointDoubled: Rule {
  static let about = RuleDescription(
    .waypointDoubled, "Waypoint doubled", .warning,
    limit: RuleLimit(10, "m", "how near to each other the two are"), repair: .safe,
    explanation: """
      Two waypoints with the same name stand at the same place, and the line passes it only once. Both \
      are reached together, so that a team gets the same milestone twice. The repair removes the \
      second one.
      """,
    bad: """
      <wpt lat="54.4541" lon="-3.2115"><name>Scafell Pike</name></wpt>
      <wpt lat="54.4541" lon="-3.2115"><name>Scafell Pike</name></wpt>
      """,
    good: """
      <wpt lat="54.4541" lon="-3.2115"><name>Scafell Pike</name></wpt>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let waypoints = subject.route.waypoints
    var byName: [String?: [Int]] = [:]
    for index in waypoints.indices {
      let here = waypoints[index].coordinate
      let twin = byName[waypoints[index].name]?.first { earlier in
        let other = waypoints[earlier].coordinate
        return abs(other.latitude - here.latitude) < 0.01
          && RouteLine.gapMeters(from: other, to: here) <= limit(subject)
          // A place that the line passes twice may be a stop both times.
          && abs(
            subject.measured.waypoints[earlier].geometricMeters
              - subject.measured.waypoints[index].geometricMeters) <= 2 * limit(subject) + 1
      }
      guard let twin else {
        byName[waypoints[index].name, default: []].append(index)
        continue
      }
      let same = RouteLine.gapMeters(from: waypoints[twin].coordinate, to: here)
      findings.add(
        subject.finding(
          about,
          "\(subject.title(ofWaypoint: index)) stands in the file twice: no. \(twin + 1) is the same"
            + (same >= 0.1 ? ", \(Text.meters(same)) away" : ""),
          atWaypoint: index, measured: same,
          fix: Fix("remove the second one", isSafe: true, [.removeWaypoint(index)])))
    }
  }
}

/// A waypoint without a name.
enum WaypointUnnamed: Rule {
  static let about = RuleDescription(
    .waypointUnnamed, "Waypoint without a name", .warning,
    explanation: """
      A waypoint is a milestone that a team is told of by its name; this one has none. Give it a name, \
      or take it out.
      """,
    bad: """
      <wpt lat="54.4541" lon="-3.2115"/>
      """,
    good: """
      <wpt lat="54.4541" lon="-3.2115"><name>Scafell Pike</name></wpt>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for (index, waypoint) in subject.route.waypoints.enumerated() where waypoint.name == nil {
      findings.add(
        subject.finding(
          about,
          "waypoint \(index + 1) has no name, so that nobody can be told that it is reached",
          atWaypoint: index))
    }
  }
}

/// A waypoint at a place that the line passes more than once.
enum WaypointAmbiguous: Rule {
  static let about = RuleDescription(
    .waypointAmbiguous, "Waypoint that is passed more than once", .info,
    limit: RuleLimit(25, "m", "how much further the other pass may be"),
    explanation: """
      The line comes by this waypoint several times, about as near each time. It counts at the first \
      pass that keeps the order of the file. Where another pass is meant, put the waypoint behind the \
      ones that come before that pass, or give it an official distance.
      """,
    bad: """
      A way out and back along one road, and a waypoint on it.
      """,
    good: """
      The same, with the waypoint behind the one at the turn.
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    guard !subject.measured.waypoints.isEmpty,
      let index = PlaceIndex(subject.line, passOnly: true)
    else { return }
    for placed in subject.measured.waypoints {
      let places = index.places(
        nearest: placed.waypoint.coordinate, toleranceMeters: limit(subject))
      // Of each pass the nearest place; the two ends of a loop are one.
      var passes: [Int: PlaceIndex.Place] = [:]
      for place in places where place.offsetMeters < passes[place.pass]?.offsetMeters ?? .infinity {
        passes[place.pass] = place
      }
      let others = passes.values.filter { abs($0.meters - placed.geometricMeters) > 100 }
        .sorted { $0.meters < $1.meters }
      guard let other = others.first else { continue }
      let isLoop =
        others.count == 1
        && abs(other.meters - placed.geometricMeters) > subject.line.passMeters - 200
      if isLoop { continue }
      let at = Text.place(subject.measured.officialDistance(atGeometricMeters: other.meters))
      findings.add(
        subject.finding(
          about,
          "the line passes \(subject.title(ofWaypoint: placed.index)) \(others.count + 1) times; it "
            + "counts at \(Text.place(placed.distance)) and not at \(at)"
            + (others.count > 1 ? " or later" : ""),
          atWaypoint: placed.index, measured: Double(others.count + 1)))
    }
  }
}
