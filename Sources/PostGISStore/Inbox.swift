internal import Foundation

/// A queue between tasks, which put in and never wait, and threads, which take out and do.
final class Inbox<Item: Sendable>: @unchecked Sendable {
  // A plain lock with a condition: threads wait here, tasks do not.
  private let condition = NSCondition()
  private var items: [(id: UInt64, size: Int, item: Item)] = []
  private var size = 0
  private var lastID: UInt64 = 0
  private var isClosed = false
  private let most: Int

  /// - Parameter most: the size of all that may wait; one item alone is let in whatever its size.
  init(most: Int) { self.most = most }

  enum Refusal: Error { case full, closed }

  /// - Returns: what the item can be taken back by.
  func put(_ item: Item, size itemSize: Int) throws(Refusal) -> UInt64 {
    condition.lock()
    defer { condition.unlock() }
    if isClosed { throw .closed }
    guard size == 0 || size + itemSize <= most else { throw .full }
    lastID += 1
    items.append((lastID, itemSize, item))
    size += itemSize
    condition.signal()
    return lastID
  }

  /// The size of all that waits.
  var waiting: Int {
    condition.lock()
    defer { condition.unlock() }
    return size
  }

  /// Takes an item back unless a thread has it already.
  func takeBack(_ id: UInt64) -> Item? {
    condition.lock()
    defer { condition.unlock() }
    guard let index = items.firstIndex(where: { $0.id == id }) else { return nil }
    let found = items.remove(at: index)
    size -= found.size
    return found.item
  }

  /// Waits for items and takes the first of them, up to a size.
  ///
  /// - Returns: nothing once the inbox is closed and empty.
  func take(upTo most: Int) -> [Item] {
    condition.lock()
    defer { condition.unlock() }
    while items.isEmpty, !isClosed { condition.wait() }
    var taken = 0
    var takenSize = 0
    while taken < items.count, taken == 0 || takenSize + items[taken].size <= most {
      takenSize += items[taken].size
      taken += 1
    }
    let group = items[..<taken].map(\.item)
    items.removeFirst(taken)
    size -= takenSize
    if !items.isEmpty { condition.signal() }
    return group
  }

  /// Lets the threads finish what waits and then stop.
  func close() {
    condition.lock()
    isClosed = true
    condition.broadcast()
    condition.unlock()
  }
}
