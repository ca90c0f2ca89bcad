internal import Formats
internal import Geodesy
internal import Routes

/// Tracks that are alternatives to each other and not one way.
enum TrackVariants: Rule {
  static let about = RuleDescription(
    .trackVariants, "Alternative tracks in one file", .error,
    explanation: """
      A track of the file runs along another one for most of its length, such as the half course beside \
      the full one. Such tracks are alternatives: walked one after the other they make no route, and \
      joins between them mean nothing. Choose the one that is meant with --track NAME or --track \
      NUMBER, or make each a route with --each. It is a warning where the ends meet by chance, and an \
      error where a gap between the tracks is not decided, so that positions stop at it.
      """,
    bad: """
      <trk><name>Full</name>…</trk> <trk><name>Half</name>…</trk>, and neither chosen
      """,
    good: """
      milequest position event.gpx --track Full --at 10km
      """)

  private static let mostNames = 8

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let variants = subject.overlaps.variants
    guard !variants.isEmpty else { return }
    let names = variants.prefix(mostNames).map { index -> String in
      let name = subject.document.allTracks[index].name.map { " “\(shortened($0))”" } ?? ""
      let meters = subject.documentTracks.indices.filter { subject.documentTracks[$0] == index }
        .reduce(0) { $0 + subject.meters(ofPart: $1) }
      return "\(index + 1)\(name) (\(Text.meters(meters)))"
    }
    let first = subject.documentTracks.firstIndex(of: variants[0]) ?? 0
    let isOpen = subject.line.joins.contains { $0.policy == .unresolved }
    findings.add(
      subject.finding(
        about,
        "the tracks \(names.joined(separator: ", "))\(variants.count > mostNames ? ", …" : "") are "
          + "alternatives, which run along each other for most of their length: choose one with "
          + "--track NAME or --track NUMBER",
        atVertex: subject.route.partStarts[first], severity: isOpen ? .error : .warning,
        measured: Double(variants.count)))
  }
}
