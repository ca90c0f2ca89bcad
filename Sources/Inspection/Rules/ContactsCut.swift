internal import Formats
internal import Geodesy

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
