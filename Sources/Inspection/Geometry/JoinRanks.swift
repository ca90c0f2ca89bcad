internal import Formats
internal import Routes

/// Which place each join has among all by its length.
struct JoinRanks {
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
