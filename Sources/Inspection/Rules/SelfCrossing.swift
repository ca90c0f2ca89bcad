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
    if subject.contacts.isCutShort || subject.overlaps.isCutShort {
      findings.add(subject.finding(ContactsCut.about, ContactsCut.message))
    }
  }
}
