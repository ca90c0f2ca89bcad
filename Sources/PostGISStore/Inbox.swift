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

/// A connection that is opened when it is first wanted and again after it broke, each time after a
/// longer pause while the server stays away.
final class Line {
  private let sessions: SessionFactory
  private var connection: Connection?
  private var failures = 0
  private var notBefore = ContinuousClock.now
  private var lastError: (any Error)?

  private static let firstPauseSeconds = 0.05
  private static let longestPauseSeconds = 2.0

  init(_ sessions: SessionFactory) { self.sessions = sessions }

  /// - Throws: what kept the connection from being opened.
  func open(until deadline: Deadline) throws -> Connection {
    if let connection {
      if !connection.isClosed { return connection }
      self.connection = nil
    }
    while true {
      // Those who come while the server is away share the pause and its end.
      if notBefore > .now {
        if let lastError, notBefore > deadline.instant { throw lastError }
        Thread.sleep(forTimeInterval: Deadline(instant: notBefore).secondsLeft)
      }
      do {
        let opened = try sessions.open(until: deadline)
        connection = opened
        failures = 0
        lastError = nil
        return opened
      } catch {
        failures += 1
        lastError = error
        let pause = min(
          Self.firstPauseSeconds * Double(1 << min(failures - 1, 10)), Self.longestPauseSeconds)
        // So that not all come back in one moment.
        notBefore = .now + .seconds(pause * Double.random(in: 0.75...1.25))
        // What waiting cannot mend is told at once.
        guard let failure = error as? ServerFailure, failure.isLost,
          failure.state == nil || failure.state?.hasPrefix("57P") == true
            || failure.state?.hasPrefix("53") == true || failure.state?.hasPrefix("08") == true
        else { throw error }
        if deadline.isOver { throw error }
      }
    }
  }

  func drop() { connection = nil }
}
