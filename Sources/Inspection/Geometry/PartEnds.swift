internal import Formats
internal import Geodesy
internal import Routes

/// The ends of all parts, and what the gaps between them come to in another order.
struct PartEnds {
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

  func longestGapMeters(_ order: [Step]) -> Double {
    zip(order, order.dropFirst()).map { exit($0).distance(to: entry($1)) }.max() ?? 0
  }

  /// Metres of the gaps before and after a part as it stands.
  func gapMeters(around part: Int) -> Double {
    let neighbours = max(part - 1, 0)...min(part + 1, starts.count - 1)
    return gapMeters(neighbours.map { Step(part: $0, isTurned: false) })
  }

  func inOrder(turning turned: Set<Int>) -> [Step] {
    starts.indices.map { Step(part: $0, isTurned: turned.contains($0)) }
  }

  /// The parts to turn round so that the gaps, and a penalty for each turn, are least; none where all
  /// would turn, for then it is their order that is backwards. O(parts).
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
    return found.count == starts.count ? [] : found
  }

  /// Metres that the gaps of one part get shorter when it is turned as well as the others. O(1).
  func savedMeters(turning part: Int, among turned: Set<Int>) -> Double {
    // Only the gaps before and after it change.
    let neighbours = max(part - 1, 0)...min(part + 1, starts.count - 1)
    func gaps(isTurned: Bool) -> Double {
      gapMeters(
        neighbours.map { Step(part: $0, isTurned: $0 == part ? isTurned : turned.contains($0)) })
    }
    return gaps(isTurned: false) - gaps(isTurned: true)
  }

  /// The order that joins the nearest ends first, all parts into one chain; in the direction that
  /// turns fewer metres. O(parts² · log parts).
  func nearestOrder(_ metersOfPart: (Int) -> Double) -> [Step] {
    struct Pair {
      var meters: Double
      var a: Int
      var b: Int
    }
    // End 2p is the start of part p, 2p + 1 its other end.
    let ends = starts.indices.flatMap { [starts[$0], stops[$0]] }
    var pairs: [Pair] = []
    pairs.reserveCapacity(ends.count * ends.count / 2)
    for a in ends.indices {
      for b in ends.indices where b > a && a / 2 != b / 2 {
        pairs.append(Pair(meters: ends[a].distance(to: ends[b]), a: a, b: b))
      }
    }
    // Of equal gaps the one between neighbours that keep their direction comes first.
    pairs.sort {
      $0.meters != $1.meters
        ? $0.meters < $1.meters : ($0.b - $0.a, $0.a) < ($1.b - $1.a, $1.a)
    }
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
    let turned = order.reduce(0) { $0 + ($1.isTurned ? metersOfPart($1.part) : 0) }
    let kept = order.reduce(0) { $0 + ($1.isTurned ? 0 : metersOfPart($1.part)) }
    if turned > kept || (turned == kept && order[0].part > order[order.count - 1].part) {
      order = order.reversed().map { Step(part: $0.part, isTurned: !$0.isTurned) }
    }
    return order
  }
}
