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
