/// Lines of a file, a bit each.
struct LineSet {
  private var words: [UInt64] = []
  private(set) var count = 0

  mutating func insert(_ line: Int) {
    let word = line / 64
    if word >= words.count {
      words.append(contentsOf: repeatElement(0, count: word + 1 - words.count))
    }
    let bit: UInt64 = 1 << UInt64(line % 64)
    if words[word] & bit == 0 { count += 1 }
    words[word] |= bit
  }

  func contains(_ line: Int) -> Bool {
    line / 64 < words.count && words[line / 64] & 1 << UInt64(line % 64) != 0
  }

  /// The first stretches of lines that follow one another. O(lines).
  func ranges(atMost most: Int) -> [ClosedRange<Int>] {
    var ranges: [ClosedRange<Int>] = []
    for (index, word) in words.enumerated() where word != 0 {
      for bit in 0..<64 where word & 1 << UInt64(bit) != 0 {
        let line = index * 64 + bit
        if let last = ranges.last, last.upperBound == line - 1 {
          ranges[ranges.count - 1] = last.lowerBound...line
        } else if ranges.count == most {
          return ranges
        } else {
          ranges.append(line...line)
        }
      }
    }
    return ranges
  }
}
