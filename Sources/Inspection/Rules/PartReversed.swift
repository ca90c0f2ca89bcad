internal import Formats
internal import Geodesy
internal import Routes

/// A part that runs against its neighbours or its waypoints.
enum PartReversed: Rule {
  static let about = RuleDescription(
    .partReversed, "Part reversed", .warning,
    limit: RuleLimit(100, "m", "how much shorter the gaps get, at least"), repair: .unsafe,
    explanation: """
      A part runs the wrong way: turned round, its ends meet the parts before and after it, or the \
      waypoints come in the order of the file. As it stands the marker leaps to the far end and walks \
      back. It is a guess from the gaps and the waypoints. The repair turns the part round.
      """,
    bad: """
      <trkseg><trkpt lat="51.0" lon="0"/><trkpt lat="51.1" lon="0"/></trkseg>
      <trkseg><trkpt lat="51.2" lon="0"/><trkpt lat="51.1001" lon="0"/></trkseg>
      <trkseg><trkpt lat="51.2001" lon="0"/><trkpt lat="51.3" lon="0"/></trkseg>
      """,
    good: """
      <trkseg><trkpt lat="51.0" lon="0"/><trkpt lat="51.1" lon="0"/></trkseg>
      <trkseg><trkpt lat="51.1001" lon="0"/><trkpt lat="51.2" lon="0"/></trkseg>
      <trkseg><trkpt lat="51.2001" lon="0"/><trkpt lat="51.3" lon="0"/></trkseg>
      """)

  /// Fewer waypoints than this in the wrong order may be chance.
  private static let leastWaypoints = 5

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let ends = PartEnds(subject)
    let turned = ends.turned(penaltyMeters: limit(subject))
    for part in turned.sorted() {
      let saved = ends.savedMeters(turning: part, among: turned)
      // A part between two long gaps may stand either way.
      guard saved > ends.gapMeters(around: part) / 2 else { continue }
      findings.add(
        finding(
          subject, part, measured: saved,
          "part \(part + 1) runs against its neighbours: turned round, the gaps to them are "
            + "\(Text.meters(saved)) shorter"))
    }
    for part in against(subject) where !turned.contains(part) {
      let name = subject.route.partCount == 1 ? "the line" : "part \(part + 1)"
      findings.add(
        finding(
          subject, part, measured: nil,
          "\(name) runs against its waypoints, which stand in the file from its end to its start: one "
            + "of the two is the wrong way round"))
    }
  }

  private static func finding(
    _ subject: Subject, _ part: Int, measured: Double?, _ message: String
  ) -> Finding {
    subject.finding(
      about, message, atVertex: subject.route.partStarts[part], measured: measured,
      fix: Fix(
        "turn the part round", isSafe: false, [.reversePart(subject.documentParts[part])]))
  }

  /// The parts whose waypoints run from their end to their start.
  private static func against(_ subject: Subject) -> [Int] {
    if subject.route.course.thereAndBack { return [] }
    var measures = [[Double]](repeating: [], count: subject.route.partCount)
    for placed in subject.measured.waypoints
    where placed.offsetMeters <= max(1_000, subject.meanLegMeters) {
      let vertex = subject.line.measures.partitioningIndex { $0 > placed.geometricMeters } - 1
      measures[subject.route.partIndex(ofVertex: min(max(vertex, 0), subject.vertices.count - 1))]
        .append(placed.geometricMeters)
    }
    return measures.indices.filter { part in
      let places = measures[part]
      guard places.count >= leastWaypoints else { return false }
      let back = zip(places, places.dropFirst()).count { $0 > $1 }
      let forth = zip(places, places.dropFirst()).count { $0 < $1 }
      return back >= leastWaypoints - 1 && back > 5 * forth
    }
  }
}

/// Parts that stand in another order than the way leads through them.
enum PartsOrder: Rule {
  static let about = RuleDescription(
    .partsOrder, "Parts out of order", .warning,
    limit: RuleLimit(1_000, "m", "how much shorter the gaps get, at least"), repair: .unsafe,
    explanation: """
      In another order the gaps between the parts add up to less than half: the parts are probably in \
      the order of recording, of their names, or of an export. The marker would leap back and forth. \
      The order that is proposed joins the nearest ends first; look at it before you take it. The \
      repair writes the parts in that order.
      """,
    bad: """
      <trkseg><trkpt lat="51.2" lon="0"/><trkpt lat="51.3" lon="0"/></trkseg>
      <trkseg><trkpt lat="51.0" lon="0"/><trkpt lat="51.2" lon="0"/></trkseg>
      """,
    good: """
      <trkseg><trkpt lat="51.0" lon="0"/><trkpt lat="51.2" lon="0"/></trkseg>
      <trkseg><trkpt lat="51.2" lon="0"/><trkpt lat="51.3" lon="0"/></trkseg>
      """)

  /// All pairs of ends are looked at, so that there is a bound on how many.
  static let mostParts = 1_000

  static func inspect(_ subject: Subject, _ findings: inout FindingList) {
    let count = subject.route.partCount
    guard count > 1, count <= mostParts else { return }
    let ends = PartEnds(subject)
    // What turning alone can mend is not a matter of order.
    let present = ends.gapMeters(ends.inOrder(turning: ends.turned(penaltyMeters: 100)))
    let nearest = ends.nearestOrder()
    // Where the way runs round in a ring, the chain may be cut anywhere: the first part stays first.
    let start = nearest.firstIndex(of: PartEnds.Step(part: 0, isTurned: false)) ?? 0
    let rotated = Array(nearest[start...] + nearest[..<start])
    let proposed = ends.gapMeters(rotated) < present / 2 ? rotated : nearest
    if rotated.map(\.part) == Array(0..<count) { return }
    let better = ends.gapMeters(proposed)
    guard proposed.map(\.part) != Array(0..<count), better < present / 2,
      present - better >= limit(subject)
    else { return }
    let first = proposed.indices.first { proposed[$0].part != $0 } ?? 0
    let shown = proposed.prefix(30).map { "\($0.part + 1)" + ($0.isTurned ? " turned" : "") }
    let order = shown.joined(separator: ", ") + (count > 30 ? ", …" : "")
    findings.add(
      subject.finding(
        about,
        "the parts are out of order: as \(order) the gaps come to \(Text.meters(better)) and not "
          + "\(Text.meters(present))",
        atVertex: subject.route.partStarts[first], measured: present - better,
        fix: fix(subject, proposed)))
  }

  /// Turning parts and moving them changes the same bytes, so that they are two rounds.
  private static func fix(_ subject: Subject, _ order: [PartEnds.Step]) -> Fix? {
    // Parts without vertices keep their places.
    guard subject.documentParts.count == subject.document.tracks.reduce(0, { $0 + $1.parts.count })
    else { return nil }
    return Fix(
      "write the parts in this order", isSafe: false,
      [.orderParts(order.map(\.part))]
        + order.filter(\.isTurned).map { .reversePart($0.part) })
  }
}

/// The ends of all parts, and what the gaps between them come to in another order.
private struct PartEnds {
  struct Step: Equatable {
    var part: Int
    var isTurned: Bool
  }

  private let starts: [SpacePoint]
  private let stops: [SpacePoint]

  init(_ subject: Subject) {
    let parts = 0..<subject.route.partCount
    starts = parts.map { subject.space[subject.range(ofPart: $0).lowerBound] }
    stops = parts.map { subject.space[subject.range(ofPart: $0).upperBound - 1] }
  }

  private func entry(_ step: Step) -> SpacePoint {
    step.isTurned ? stops[step.part] : starts[step.part]
  }
  private func exit(_ step: Step) -> SpacePoint {
    step.isTurned ? starts[step.part] : stops[step.part]
  }

  func gapMeters(_ order: [Step]) -> Double {
    zip(order, order.dropFirst()).reduce(0) { $0 + exit($1.0).distance(to: entry($1.1)) }
  }

  /// Metres of the gaps before and after a part as it stands.
  func gapMeters(around part: Int) -> Double {
    let neighbours = max(part - 1, 0)...min(part + 1, starts.count - 1)
    return gapMeters(neighbours.map { Step(part: $0, isTurned: false) })
  }

  func inOrder(turning turned: Set<Int>) -> [Step] {
    starts.indices.map { Step(part: $0, isTurned: turned.contains($0)) }
  }

  /// The parts to turn round so that the gaps, and a penalty for each turn, are least. O(parts).
  func turned(penaltyMeters: Double) -> Set<Int> {
    if starts.count < 2 { return [] }
    // The least sum up to a part in either direction, and the direction of the part before.
    var costs = (0.0, penaltyMeters)
    var choices: [(Bool, Bool)] = [(false, false)]
    for part in 1..<starts.count {
      func best(_ isTurned: Bool) -> (Double, Bool) {
        let to = entry(Step(part: part, isTurned: isTurned))
        let straight =
          costs.0 + exit(Step(part: part - 1, isTurned: false)).distance(to: to)
        let back = costs.1 + exit(Step(part: part - 1, isTurned: true)).distance(to: to)
        let penalty = isTurned ? penaltyMeters : 0
        return straight <= back ? (straight + penalty, false) : (back + penalty, true)
      }
      let (plain, turned) = (best(false), best(true))
      costs = (plain.0, turned.0)
      choices.append((plain.1, turned.1))
    }
    var isTurned = costs.1 < costs.0
    var found: Set<Int> = []
    for part in starts.indices.reversed() {
      if isTurned { found.insert(part) }
      isTurned = isTurned ? choices[part].1 : choices[part].0
    }
    return found
  }

  /// Metres that the gaps of one part get shorter when it is turned as well as the others.
  func savedMeters(turning part: Int, among turned: Set<Int>) -> Double {
    gapMeters(inOrder(turning: turned.subtracting([part]))) - gapMeters(inOrder(turning: turned))
  }

  /// The order that joins the nearest ends first, all parts into one chain; in the direction that
  /// turns fewer parts. O(parts² · log parts).
  func nearestOrder() -> [Step] {
    struct Pair {
      var meters: Double
      var a: Int
      var b: Int
    }
    // End 2p is the start of part p, 2p + 1 its other end.
    let ends = starts.indices.flatMap { [starts[$0], stops[$0]] }
    var pairs: [Pair] = []
    for a in ends.indices {
      for b in ends.indices where b > a && a / 2 != b / 2 {
        pairs.append(Pair(meters: ends[a].distance(to: ends[b]), a: a, b: b))
      }
    }
    // Of equal gaps the one between neighbours that keep their direction comes first.
    pairs.sort { ($0.meters, $0.b - $0.a, $0.a) < ($1.meters, $1.b - $1.a, $1.a) }
    var partner = [Int](repeating: -1, count: ends.count)
    var chain = Array(starts.indices)
    func root(_ part: Int) -> Int {
      var part = part
      while chain[part] != part {
        chain[part] = chain[chain[part]]
        part = chain[part]
      }
      return part
    }
    for pair in pairs where partner[pair.a] < 0 && partner[pair.b] < 0 {
      let (x, y) = (root(pair.a / 2), root(pair.b / 2))
      if x == y { continue }
      chain[x] = y
      partner[pair.a] = pair.b
      partner[pair.b] = pair.a
    }
    // Two ends are left free: walk from one to the other.
    guard var at = partner.indices.first(where: { partner[$0] < 0 }) else { return [] }
    var order: [Step] = []
    while order.count < starts.count {
      order.append(Step(part: at / 2, isTurned: at & 1 == 1))
      let other = partner[at ^ 1]
      if other < 0 { break }
      at = other
    }
    let turns = order.count { $0.isTurned }
    if 2 * turns > order.count
      || (2 * turns == order.count && order[0].part > order[order.count - 1].part)
    {
      order = order.reversed().map { Step(part: $0.part, isTurned: !$0.isTurned) }
    }
    return order
  }
}
