import NIOConcurrencyHelpers

/// A table that forgets what was not asked for lately, so that it never holds more than a weight.
///
/// Two generations: what is asked for moves to the young one; when that holds half of the weight, the
/// old one is forgotten and the young one grows old. O(1) expected for everything.
final class BoundedCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private struct Generation {
    var values: [Key: (value: Value, weight: Int)] = [:]
    var weight = 0
  }

  private let mostWeight: Int
  private let generations = NIOLockedValueBox((young: Generation(), old: Generation()))

  init(mostWeight: Int) { self.mostWeight = mostWeight }

  subscript(key: Key) -> Value? {
    generations.withLockedValue { generations in
      if let found = generations.young.values[key] { return found.value }
      guard let found = generations.old.values[key] else { return nil }
      Self.insert(found.value, key, found.weight, mostWeight, &generations)
      return found.value
    }
  }

  /// Keeps a value in place of that which the key had; one that is too heavy for half of the table is
  /// not kept.
  func insert(_ value: Value, for key: Key, weight: Int) {
    generations.withLockedValue { generations in
      if let former = generations.old.values.removeValue(forKey: key) {
        generations.old.weight -= former.weight
      }
      Self.insert(value, key, weight, mostWeight, &generations)
    }
  }

  private static func insert(
    _ value: Value, _ key: Key, _ weight: Int, _ mostWeight: Int,
    _ generations: inout (young: Generation, old: Generation)
  ) {
    if let former = generations.young.values.removeValue(forKey: key) {
      generations.young.weight -= former.weight
    }
    guard weight <= mostWeight / 2 else { return }
    if generations.young.weight + weight > mostWeight / 2 {
      generations.old = generations.young
      generations.young = Generation()
    }
    generations.young.values[key] = (value, weight)
    generations.young.weight += weight
  }
}
