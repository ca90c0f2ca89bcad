internal import Routes

extension Range where Bound == Int {
  /// The longest stretches whose members all fulfil a predicate. O(count).
  func runs(where predicate: (Int) -> Bool) -> [Range<Int>] {
    var found: [Range<Int>] = []
    var start: Int?
    for index in self {
      if predicate(index) {
        if start == nil { start = index }
      } else if let first = start {
        found.append(first..<index)
        start = nil
      }
    }
    if let start { found.append(start..<upperBound) }
    return found
  }
}

/// A set of indices as stretches. Membership is O(log stretches).
struct IndexRanges {
  private var ranges: [Range<Int>] = []

  init(_ ranges: [Range<Int>]) {
    for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = self.ranges.last, range.lowerBound <= last.upperBound {
        self.ranges[self.ranges.count - 1] =
          last.lowerBound..<Swift.max(last.upperBound, range.upperBound)
      } else {
        self.ranges.append(range)
      }
    }
  }

  func contains(_ index: Int) -> Bool {
    let next = ranges.partitioningIndex { $0.lowerBound > index }
    return next > 0 && ranges[next - 1].contains(index)
  }
}
