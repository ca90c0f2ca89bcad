internal import Formats

/// What is wrong with the name that a route would be stored under. Only a ledger knows the others, so
/// the gate into it looks.
enum RouteNames {
  static let unnamed = RuleDescription(
    .routeUnnamed, "Route without a name", .warning,
    explanation: """
      A route that is stored without a name can only be told from others by its id. It is found on the \
      way into a ledger; give the route a name in its file, or name it as it is stored. A file of \
      several tracks has no name of its own: the tracks become one route, unless one is picked.
      """,
    bad: """
      <trk><trkseg>…
      """,
    good: """
      <trk><name>Wicklow Round</name><trkseg>…
      """)

  static let repeated = RuleDescription(
    .routeNameTaken, "Route name that another route has", .warning,
    explanation: """
      Another route has the same name, so that both can only be told apart by their ids. It is found on the way into a ledger. Give one of them another name; the next version of a \
      route may keep its name.
      """,
    bad: """
      <trk><name>Unnamed Section</name>…
      """,
    good: """
      <trk><name>Unnamed Section, north of the river</name>…
      """)

  static func missing(tracks: String?) -> Finding {
    let what = tracks.map { "the tracks \($0) become one route, which has no name" }
    return Finding(
      unnamed.code, unnamed.severity,
      (what ?? "the route has no name") + "; --name gives it one"
        + (tracks == nil ? "" : ", --track picks one of them"))
  }

  static func taken(_ name: String, isNamedByFile: Bool) -> Finding {
    Finding(
      repeated.code, repeated.severity,
      "another route is called “\(name)” too, so a quest must name both by their ids"
        + (isNamedByFile ? "; --name gives a name of its own" : ""))
  }
}
