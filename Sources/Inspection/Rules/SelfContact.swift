internal import Formats
internal import Geodesy

/// A place where the line crosses itself.
enum SelfCrossing: Rule {
  static let about = RuleDescription(
    .selfCrossing, "Line crosses itself", .info,
    limit: RuleLimit(50, "m", "the shortest loop between the two passes"),
    explanation: """
      Two legs cross, or a place is passed twice. Nothing is wrong with that: a place on the line is \
      told by its distance, so the two passes stay apart. Look at it where you did not expect it: a \
      spike, a stretch in the wrong order or a slip of the hand crosses the line too. Both distances \
      are told.
      """,
    bad: """
      "coordinates": [[0,0],[0.02,0],[0.02,0.01],[0.01,0.01],[0.01,-0.01]]
      """,
    good: """
      "coordinates": [[0,0],[0.02,0],[0.02,0.01],[0.01,0.01],[0.01,0.001]]
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for crossing in subject.contacts.crossings
    where crossing.secondMeters - crossing.firstMeters >= limit(subject) {
      let first = subject.measured.officialDistance(atGeometricMeters: crossing.firstMeters)
      let second = subject.measured.officialDistance(atGeometricMeters: crossing.secondMeters)
      findings.add(
        Finding(
          about.code, about.severity,
          "the line crosses itself: at \(Text.place(first)) and again at \(Text.place(second))",
          offset: Int(subject.offsets[crossing.segment]), distance: second,
          coordinate: crossing.coordinate,
          measured: crossing.secondMeters - crossing.firstMeters, limit: limit(subject)))
    }
    if subject.contacts.isCutShort {
      findings.add(subject.finding(ContactsCut.about, ContactsCut.message))
    }
  }
}

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

/// The search for crossings that was too much.
enum ContactsCut: Rule {
  static let about = RuleDescription(
    .contactsCut, "Search for crossings cut short", .info,
    explanation: """
      The line runs over itself so often that not all pairs of legs were looked at: laps of a stadium, \
      or the scribble of a receiver that lay on a table. Crossings and repeated stretches up to there \
      are told, later ones may be missing. Laps are better said by “laps” than drawn.
      """,
    bad: """
      A track of a thousand laps round one stadium.
      """,
    good: """
      "properties": {"laps": 1000}, and the line of one lap.
      """)

  static let message =
    "the line runs over itself so often that the search for crossings was cut short: are these laps? "
    + "Draw one and say how many"

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {}
}
