/// Which bytes are already spoken for, so that of two edits that meet only the first is made.
///
/// Bytes and the places between them are numbered in one row: byte k is 2k + 1, the place in front
/// of it 2k. An insertion occupies a place, a replacement its bytes and the places within.
struct EditLedger {
  private let separation: Separation
  private let bytes: [UInt8]
  private let marks: [Int]
  /// Replaced bytes.
  private var texts: Cover
  /// Removed elements, without and with what separates them.
  private var elements: Cover
  private var margins: Cover
  private var insertions: Cover

  /// - Parameter plans: all that will be asked about.
  init(_ plans: [EditPlan], reserving extra: [Range<Int>], separation: Separation, bytes: [UInt8]) {
    self.separation = separation
    self.bytes = bytes
    var marks: Set<Int> = []
    func add(_ range: Range<Int>) {
      let span = Self.span(range)
      marks.insert(span.lowerBound)
      marks.insert(span.upperBound)
    }
    for plan in plans {
      for range in plan.texts.map(\.range) + plan.claims { add(range) }
      for removal in plan.removals {
        add(removal)
        add(separation.margin(of: removal, in: bytes))
      }
    }
    for range in extra { add(range) }
    self.marks = marks.sorted()
    texts = Cover(count: marks.count)
    elements = texts
    margins = texts
    insertions = texts
  }

  /// Takes the bytes of a plan, or answers false where some of them are taken. O(ranges · log all).
  mutating func take(_ plan: EditPlan) -> Bool {
    let fixed = plan.texts.map { cells($0.range) } + plan.claims.map(cells)
    let places = plan.texts.filter { $0.range.isEmpty }.map { cells($0.range) }
    let removed = plan.removals.map { range in
      (element: cells(range), margin: cells(separation.margin(of: range, in: bytes)))
    }
    for cells in fixed where texts.meets(cells) || margins.meets(cells) { return false }
    for (text, cells) in zip(plan.texts, fixed) where !text.range.isEmpty {
      if insertions.meets(cells) { return false }
    }
    for cells in fixed.dropFirst(plan.texts.count) where insertions.meets(cells) { return false }
    for (element, margin) in removed {
      if texts.meets(margin) || elements.meets(element) || insertions.meets(margin) { return false }
    }
    for cells in places { insertions.mark(cells) }
    for (index, cells) in fixed.enumerated() {
      let isInsertion = index < plan.texts.count && plan.texts[index].range.isEmpty
      if !isInsertion { texts.mark(cells) }
    }
    for (element, margin) in removed {
      elements.mark(element)
      margins.mark(margin)
    }
    return true
  }

  private static func span(_ range: Range<Int>) -> Range<Int> {
    range.isEmpty
      ? 2 * range.lowerBound..<2 * range.lowerBound + 1
      : 2 * range.lowerBound + 1..<2 * range.upperBound
  }

  private func cells(_ range: Range<Int>) -> Range<Int> {
    let span = Self.span(range)
    return marks.partitioningIndex {
      $0 >= span.lowerBound
    }..<marks.partitioningIndex { $0 >= span.upperBound }
  }
}

/// A set of numbered cells that are marked in ranges: a Fenwick tree counts the marked ones, and
/// links from each to the next unmarked one let no cell be visited twice.
private struct Cover {
  private var counts: [Int32]
  private var next: [Int32]

  init(count: Int) {
    counts = Array(repeating: 0, count: count + 1)
    next = (0..<Int32(count + 1)).map { $0 }
  }

  func meets(_ range: Range<Int>) -> Bool { sum(range.upperBound) > sum(range.lowerBound) }

  mutating func mark(_ range: Range<Int>) {
    var cell = unmarked(from: range.lowerBound)
    while cell < range.upperBound {
      var i = cell + 1
      while i < counts.count {
        counts[i] += 1
        i += i & -i
      }
      next[cell] = Int32(cell + 1)
      cell = unmarked(from: cell + 1)
    }
  }

  private func sum(_ end: Int) -> Int32 {
    var total: Int32 = 0
    var i = end
    while i > 0 {
      total += counts[i]
      i -= i & -i
    }
    return total
  }

  private mutating func unmarked(from start: Int) -> Int {
    var end = start
    while Int(next[end]) != end { end = Int(next[end]) }
    var i = start
    while Int(next[i]) != end, i != end {
      let step = Int(next[i])
      next[i] = Int32(end)
      i = step
    }
    return end
  }
}
