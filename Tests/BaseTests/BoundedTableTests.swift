import Base
import TestSupport
import Testing

@Suite struct BoundedTableTests {
  @Test func whatIsAskedForStaysAndMemoryIsBounded() {
    var table = BoundedTable<Int, Int>(mostWeight: 100)
    table.insert(-1, for: -1)
    for number in 0..<10_000 {
      table.insert(number, for: number)
      #expect(table[-1] == -1)
      #expect(table.count <= 100)
    }
    #expect(table[9_999] == 9_999)
    #expect(table[0] == nil)
    table.remove(9_999)
    #expect(table[9_999] == nil)
  }

  @Test func itCountsWhatItWasAskedFor() {
    let cache = BoundedCache<Int, Int>(mostWeight: 100)
    cache.insert(1, for: 1, weight: 7)
    cache.insert(2, for: 2, weight: 5)
    for key in [1, 2, 2, 3] { _ = cache[key] }
    #expect(cache.figures == CacheFigures(entries: 2, weight: 12, hits: 3, misses: 1))
    // What the old generation still has is found as well.
    for number in 10..<60 { cache.insert(number, for: number) }
    #expect(cache[1] == 1 && cache.figures.hits == 4)
  }

  /// Against a table that forgets nothing: what is found is what was last put there, and the weight
  /// of all that is found never passes the bound.
  @Test func itNeverAnswersWhatWasReplaced() {
    var random = SplitMix64("bounded table")
    var table = BoundedTable<Int, Int>(mostWeight: 60)
    var truth: [Int: (value: Int, weight: Int)] = [:]
    for step in 0..<20_000 {
      let key = random.int(0...40)
      switch random.int(0...3) {
      case 0:
        table.remove(key)
        truth[key] = nil
      case 1:
        if let found = table[key] { #expect(found == truth[key]?.value) }
      default:
        let weight = random.int(1...40)
        table.insert(step, for: key, weight: weight)
        truth[key] = (step, weight)
        // What is too heavy for half of the table is not kept, nor is what it replaces.
        #expect(table[key] == (weight <= 30 ? step : nil))
      }
    }
    var copy = table
    let held = (0...40).filter { copy[$0] != nil }.reduce(0) { $0 + truth[$1]!.weight }
    #expect(held <= 60)
  }
}

@Suite struct LockTests {
  @Test func noChangeIsLost() async {
    let counter = Lock(0)
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask { for _ in 0..<10_000 { counter.withLock { $0 += 1 } } }
      }
    }
    #expect(counter.withLock { $0 } == 80_000)
  }

  @Test func whatABodyThrowsReleasesTheLock() {
    struct Refusal: Error {}
    let lock = Lock(1)
    #expect(throws: Refusal.self) { try lock.withLock { _ in throw Refusal() } }
    #expect(lock.withLock { $0 } == 1)
  }
}
