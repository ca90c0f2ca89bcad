/// How often each name was met, of a bounded number of names.
struct NameTally {
  /// Names beyond this number are counted together.
  static let mostNames = 200

  private var counts: [String: Int] = [:]
  private var others = 0

  mutating func add(_ name: String, count: Int = 1) {
    if counts[name] == nil, counts.count >= Self.mostNames {
      others += count
    } else {
      counts[name, default: 0] += count
    }
  }

  mutating func add(_ other: NameTally) {
    for (name, count) in other.counts { add(name, count: count) }
    others += other.others
  }

  /// The names with their counts, the most frequent first.
  var all: [Leftover] {
    counts.map { Leftover(name: $0, count: $1) }.sorted {
      ($1.count, $0.name) < ($0.count, $1.name)
    }
      + (others > 0 ? [Leftover(name: "others", count: others)] : [])
  }
}
