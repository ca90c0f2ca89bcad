/// How often each name was met, of a bounded number of names.
struct NameTally {
  /// Names beyond this number are counted together.
  static let mostNames = 200

  private var counts: [String: Int] = [:]
  private var others = 0
  /// Names that are not counted yet: most things have few, which go on to the whole's tally.
  private var recent: [String] = []
  private static let mostRecent = 50

  mutating func add(_ name: String) {
    recent.append(name)
    if recent.count >= Self.mostRecent { countRecent() }
  }

  private mutating func countRecent() {
    for name in recent { add(name, count: 1) }
    recent.removeAll(keepingCapacity: true)
  }

  mutating func add(_ name: String, count: Int) {
    if counts[name] == nil, counts.count >= Self.mostNames {
      others += count
    } else {
      counts[name, default: 0] += count
    }
  }

  mutating func add(_ other: NameTally) {
    for (name, count) in other.counts { add(name, count: count) }
    others += other.others
    for name in other.recent { add(name) }
  }

  /// The names with their counts, the most frequent first.
  var all: [Leftover] {
    var tally = self
    tally.countRecent()
    return tally.counted
  }

  private var counted: [Leftover] {
    counts.map { Leftover(name: $0, count: $1) }.sorted {
      ($1.count, $0.name) < ($0.count, $1.name)
    }
      + (others > 0 ? [Leftover(name: "others", count: others)] : [])
  }
}
