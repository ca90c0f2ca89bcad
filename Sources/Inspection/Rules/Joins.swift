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
      N=walk|ferry|counted, for all gaps with --joins, or write it into the file as “joins”. If the \
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
          + "\(index + 1)=walk|ferry|counted, or --joins for all",
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

/// A gap between parts that is walked because it is short.
enum JoinByDefault: Rule {
  static let about = RuleDescription(
    .joinByDefault, "Short join, taken for a walk", .info,
    limit: RuleLimit(1, "m", "gaps below this are not mentioned"),
    explanation: """
      Between two parts is a gap of up to a kilometre. Unless told otherwise the straight line over it \
      counts and the marker walks it, which is right where a recorder was paused. Where nobody walks \
      there, say so with --join N=ferry or in the file's “joins”.
      """,
    bad: """
      <trkseg><trkpt lat="54.450" lon="-3.210"/><trkpt lat="54.451" lon="-3.211"/></trkseg>
      <trkseg><trkpt lat="54.455" lon="-3.213"/><trkpt lat="54.456" lon="-3.214"/></trkseg>
      """,
    good: """
      <trkseg><trkpt lat="54.450" lon="-3.210"/><trkpt lat="54.451" lon="-3.211"/>
      <trkpt lat="54.455" lon="-3.213"/><trkpt lat="54.456" lon="-3.214"/></trkseg>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let joins = subject.line.joins
    let ranks = JoinRanks(joins)
    for (index, join) in joins.enumerated()
    where subject.route.joinPolicies[index] == nil && join.policy == .walk
      && join.lengthMeters >= limit(subject)
    {
      findings.add(
        subject.finding(
          about,
          "the gap of \(Text.meters(join.lengthMeters)) between part \(index + 1) and part "
            + "\(index + 2)\(ranks.text(index)) counts as a walk, for it is short",
          atVertex: subject.route.partStarts[index + 1], measured: join.lengthMeters))
    }
  }
}

/// Which place each join has among all by its length.
private struct JoinRanks {
  private let ranks: [Int]

  init(_ joins: [Join]) {
    var ranks = [Int](repeating: 0, count: joins.count)
    let order = joins.indices.sorted { joins[$0].lengthMeters > joins[$1].lengthMeters }
    for (rank, index) in order.enumerated() { ranks[index] = rank + 1 }
    self.ranks = ranks
  }

  func text(_ index: Int) -> String {
    if ranks.count == 1 { return "" }
    return ranks[index] == 1
      ? " (the longest of \(ranks.count) gaps)"
      : " (no. \(ranks[index]) of \(ranks.count) by length)"
  }
}
