internal import Formats
internal import Geodesy
internal import Routes

/// A part that runs where another one does.
enum PartDoubled: Rule {
  static let about = RuleDescription(
    .partDoubled, "Part doubled", .warning, repair: .unsafe,
    explanation: """
      A part is a copy of another one: it runs over the same places in the same direction, and the \
      marker leaps back to walk them again. Two exports were joined, or a track was pasted twice. The \
      length counts it twice. A lap begins where the one before it ended and is no copy. The repair \
      removes the later of the two.
      """,
    bad: """
      <trkseg><trkpt lat="51.0" lon="0"/><trkpt lat="51.1" lon="0"/></trkseg>
      <trkseg><trkpt lat="51.0" lon="0"/><trkpt lat="51.1" lon="0"/></trkseg>
      """,
    good: """
      <trkseg><trkpt lat="51.0" lon="0"/><trkpt lat="51.1" lon="0"/></trkseg>
      """)

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    for copy in subject.overlaps.doubles {
      let meters = subject.meters(ofPart: copy.part)
      findings.add(
        subject.finding(
          about,
          "part \(copy.part + 1) is a copy of part \(copy.twin + 1): all of its "
            + "\(Text.meters(meters)) run where that one runs",
          atVertex: subject.route.partStarts[copy.part], measured: meters,
          fix: Fix(
            "remove part \(copy.part + 1)", isSafe: false,
            [.removePart(subject.documentParts[copy.part])])))
    }
  }
}
