extension RandomAccessCollection where Index == Int {
  /// The indices of a longest subsequence in which each element may follow the one before it.
  ///
  /// Patience sorting. O(n log n).
  /// - Parameter mayFollow: whether its second argument may stand behind its first; transitive, such
  ///   as `<` or `<=`.
  package func longestChain(by mayFollow: (Element, Element) -> Bool) -> [Int] {
    // For every length the index of the least end of a chain of that length.
    var tails: [Int] = []
    var before = [Int](repeating: -1, count: count)
    for i in indices {
      let position = tails.partitioningIndex { !mayFollow(self[$0], self[i]) }
      before[i - startIndex] = position > 0 ? tails[position - 1] : -1
      if position == tails.count { tails.append(i) } else { tails[position] = i }
    }
    var chain: [Int] = []
    var next = tails.last ?? -1
    while next >= 0 {
      chain.append(next)
      next = before[next - startIndex]
    }
    return chain.reversed()
  }
}
