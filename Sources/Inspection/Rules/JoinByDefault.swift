internal import Formats
internal import Routes

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
    // Alternatives are not to be joined.
    if !subject.overlaps.variants.isEmpty { return }
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
