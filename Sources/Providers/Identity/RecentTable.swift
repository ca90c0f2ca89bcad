/// A table of bounded size that forgets what nobody has asked for or set the longest.
///
/// Two halves: once the young one is full it becomes the old one, and what the old one held is
/// forgotten. O(1) a call, without a list to be kept in order.
struct RecentTable<Key: Hashable & Sendable, Value: Sendable>: Sendable {
  private let half: Int
  private var young: [Key: Value] = [:]
  private var old: [Key: Value] = [:]

  /// - Parameter most: entries, at least 2.
  init(most: Int) { half = max(most / 2, 1) }

  subscript(key: Key) -> Value? {
    mutating get {
      if let value = young[key] { return value }
      guard let value = old.removeValue(forKey: key) else { return nil }
      put(value, key)
      return value
    }
    set {
      old[key] = nil
      if let newValue { put(newValue, key) } else { young[key] = nil }
    }
  }

  private mutating func put(_ value: Value, _ key: Key) {
    if young[key] == nil, young.count >= half {
      old = young
      young = [:]
    }
    young[key] = value
  }

  var count: Int { young.count + old.count }
}
