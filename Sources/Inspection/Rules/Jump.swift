internal import Formats
internal import Geodesy

/// A leg that is far longer than all others of its part.
enum Jump: Rule {
  static let about = RuleDescription(
    .jump, "Jump", .warning, limit: RuleLimit(1_000, "m", "the shortest leg that is a jump"),
    explanation: """
      One leg is far longer than nearly all others of its part: something is missing in between, such \
      as a stretch without signal or a hole where a file was cut, and the straight line over it counts \
      as walked. Draw the way that is missing; where nobody walks there, end the part before the jump \
      and begin another behind it, so that the gap can be a ferry.
      """,
    bad: """
      <trkpt lat="54.4541" lon="-3.2115"/><trkpt lat="54.4545" lon="-3.2120"/>
      <trkpt lat="54.9030" lon="-3.9000"/><trkpt lat="54.9034" lon="-3.9004"/>
      """,
    good: """
      <trkseg><trkpt lat="54.4541" lon="-3.2115"/><trkpt lat="54.4545" lon="-3.2120"/></trkseg>
      <trkseg><trkpt lat="54.9030" lon="-3.9000"/><trkpt lat="54.9034" lon="-3.9004"/></trkseg>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for jump in subject.outliers.jumps where jump.meters >= limit(subject) {
      let end = subject.distance(ofVertex: jump.segment + 1)
      findings.add(
        subject.finding(
          about,
          "the leg from here to \(Text.place(end)) is \(Text.meters(jump.meters)) long; half of this "
            + "part's legs are shorter than \(Text.meters(jump.medianMeters)): is a stretch missing?",
          atVertex: jump.segment, measured: jump.meters))
    }
  }
}
