import Foundation

/// Holds a thread until a test lets it go on.
final class Gate: @unchecked Sendable {
  private let condition = NSCondition()
  private var isOpen = false
  private var hasArrived = false

  func wait() {
    condition.lock()
    defer { condition.unlock() }
    hasArrived = true
    while !isOpen { condition.wait() }
  }

  func open() {
    condition.lock()
    isOpen = true
    condition.broadcast()
    condition.unlock()
  }

  /// Waits until a thread stands at the gate.
  func reached() async {
    while !isReached { await Task.yield() }
  }

  private var isReached: Bool {
    condition.lock()
    defer { condition.unlock() }
    return hasArrived
  }
}
