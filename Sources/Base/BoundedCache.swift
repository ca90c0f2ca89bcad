/// What a cache holds, and how often it was of use.
public struct CacheFigures: Hashable, Sendable {
  public var entries: Int
  /// Of all entries, in what the cache is bounded by.
  public var weight: Int
  /// Look-ups that found something.
  public var hits: Int
  public var misses: Int

  public init(entries: Int, weight: Int, hits: Int, misses: Int) {
    (self.entries, self.weight, self.hits, self.misses) = (entries, weight, hits, misses)
  }
}

/// A table that forgets what was not asked for lately, so that it never holds more than a weight.
///
/// Two generations: what is asked for moves to the young one; when that holds half of the weight, the
/// old one is forgotten and the young one grows old. O(1) expected for everything, without a list to
/// be kept in order.
package struct BoundedTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Generation {
    var values: [Key: (value: Value, weight: Int)] = [:]
    var weight = 0

    mutating func remove(_ key: Key) -> (value: Value, weight: Int)? {
      guard let former = values.removeValue(forKey: key) else { return nil }
      weight -= former.weight
      return former
    }
  }

  private let half: Int
  private var young = Generation()
  private var old = Generation()
  private var hits = 0
  private var misses = 0

  /// - Parameter mostWeight: of all that it holds, at least 2; entries where each weighs 1.
  package init(mostWeight: Int) { half = max(mostWeight / 2, 1) }

  /// How many entries it holds.
  package var count: Int { young.values.count + old.values.count }

  /// What it holds, and how often it was of use.
  package var figures: CacheFigures {
    CacheFigures(entries: count, weight: young.weight + old.weight, hits: hits, misses: misses)
  }

  /// The value of a key, which counts as asked for.
  package subscript(key: Key) -> Value? {
    mutating get {
      if let found = young.values[key] {
        hits &+= 1
        return found.value
      }
      guard let found = old.remove(key) else {
        misses &+= 1
        return nil
      }
      hits &+= 1
      put(found.value, key, found.weight)
      return found.value
    }
  }

  /// Keeps a value in place of that which the key had; one that is too heavy for half of the table is
  /// not kept.
  package mutating func insert(_ value: Value, for key: Key, weight: Int = 1) {
    _ = old.remove(key)
    put(value, key, weight)
  }

  /// Forgets what a key had.
  package mutating func remove(_ key: Key) {
    _ = young.remove(key)
    _ = old.remove(key)
  }

  private mutating func put(_ value: Value, _ key: Key, _ weight: Int) {
    _ = young.remove(key)
    guard weight <= half else { return }
    if young.weight + weight > half {
      old = young
      young = Generation()
    }
    young.values[key] = (value, weight)
    young.weight += weight
  }
}

/// A `BoundedTable` that many threads share.
package final class BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let table: Lock<BoundedTable<Key, Value>>

  /// - Parameter mostWeight: of all that it holds, at least 2; entries where each weighs 1.
  package init(mostWeight: Int) { table = Lock(BoundedTable(mostWeight: mostWeight)) }

  /// The value of a key, which counts as asked for.
  package subscript(key: Key) -> Value? { table.withLock { $0[key] } }

  /// What it holds, and how often it was of use.
  package var figures: CacheFigures { table.withLock { $0.figures } }

  /// Keeps a value in place of that which the key had; one that is too heavy for half of the table is
  /// not kept.
  package func insert(_ value: Value, for key: Key, weight: Int = 1) {
    table.withLock { $0.insert(value, for: key, weight: weight) }
  }
}
