/// A person's place among those who walk for a quest.
public struct Rank: Hashable, Sendable {
  /// From 1; equal distances share a rank, and the next is as many further (1, 1, 3).
  public let rank: Int
  public let total: PersonTotal
}

/// Who has walked how far, private walks left out.
public enum Leaderboard {
  /// By distance, the farthest first, equal ones by id. Those without a public walk are left out.
  /// O(people · log people).
  public static func ranks(_ people: some Sequence<PersonTotal>) -> [Rank] {
    let sorted = people.filter { $0.walks > 0 }.sorted {
      $0.distance != $1.distance ? $0.distance > $1.distance : $0.person < $1.person
    }
    var ranks: [Rank] = []
    for (index, total) in sorted.enumerated() {
      let isTie = index > 0 && sorted[index - 1].distance == total.distance
      ranks.append(Rank(rank: isTie ? ranks[index - 1].rank : index + 1, total: total))
    }
    return ranks
  }
}
