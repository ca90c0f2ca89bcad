internal import Formats
internal import Routes

/// A gap between parts that is too long to guess what it means.
enum JoinUnresolved: Rule {
  static let about = RuleDescription(
    .joinUnresolved, "Join not decided", .error,
    explanation: """
      Between two parts is a gap of more than a kilometre, and nothing says what it means: a walk that \
      nobody drew, a ferry that does not count, or a crossing that does. The length and every place \
      behind it depend on the answer, so whatever needs a position stops here. Choose with --join \
      N=walk|ferry|counted, for gaps of a length with --joins-below and --joins-above, for all that are \
      undecided with --joins, or write it into the file as “joins”. If the \
      parts stand in the wrong order or direction, mend that first.
      """,
    bad: """
      {"type":"Feature","properties":{},"geometry":{"type":"MultiLineString","coordinates":
        [[[174.0,-41.0],[174.8,-41.3]],[[174.0,-41.3],[173.9,-41.5]]]}}
      """,
    good: """
      {"type":"Feature","properties":{"joins":["ferry"]},"geometry":{"type":"MultiLineString",
        "coordinates":[[[174.0,-41.0],[174.8,-41.3]],[[174.0,-41.3],[173.9,-41.5]]]}}
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    // Alternatives are not to be joined.
    if !subject.overlaps.variants.isEmpty { return }
    let joins = subject.line.joins
    let open = joins.indices.filter { joins[$0].policy == .unresolved }
    let ranks = JoinRanks(joins)
    for index in open {
      let join = joins[index]
      var finding = subject.finding(
        about,
        "the gap between part \(index + 1) and part \(index + 2) is "
          + "\(Text.meters(join.lengthMeters)) long\(ranks.text(index)), and nothing says what it "
          + "means; until then it counts as a ferry: choose with --join "
          + "\(index + 1)=walk|ferry|counted, or --joins for all that are undecided",
        atVertex: subject.route.partStarts[index + 1], measured: join.lengthMeters)
      finding.limit = JoinPolicy.longestDefaultWalkMeters
      findings.add(finding)
    }
    if let join = subject.line.closingJoin, join.policy == .unresolved {
      findings.add(
        subject.finding(
          about,
          "the end of the route is \(Text.meters(join.lengthMeters)) from its start, and nothing says "
            + "how a lap leads to the next: choose with --lap-join walk|ferry|counted",
          atVertex: subject.vertices.count - 1, measured: join.lengthMeters))
    }
  }
}
