internal import Foundation

/// Does work that takes long on threads of its own, for the threads of tasks are few; what waits is
/// bounded.
final class WorkQueue: Sendable {
  /// What the threads share; they do not hold on to the queue, so that they end with it.
  private final class Core: @unchecked Sendable {
    let condition = NSCondition()
    let mostWaiting: Int
    var waiting: [@Sendable () -> Void] = []
    var isClosed = false
    var running = 0
    var threads: Int
    var done = 0
    var refused = 0

    init(threads: Int, mostWaiting: Int) {
      self.threads = threads
      self.mostWaiting = mostWaiting
    }

    /// - Returns: false where too much waits.
    func put(_ job: @escaping @Sendable () -> Void) -> Bool {
      condition.withLock {
        // Jobs that a free thread takes at once do not wait.
        guard waiting.count + running < mostWaiting + threads else {
          refused += 1
          return false
        }
        waiting.append(job)
        condition.signal()
        return true
      }
    }

    func work() {
      while true {
        condition.lock()
        while waiting.isEmpty, !isClosed { condition.wait() }
        // What waits is still done, for somebody waits for it.
        if waiting.isEmpty {
          condition.unlock()
          return
        }
        let job = waiting.removeFirst()
        running += 1
        condition.unlock()
        job()
      }
    }

    func end() {
      condition.withLock {
        running -= 1
        done += 1
      }
    }
  }

  private let core: Core

  init(name: String, threads: Int, mostWaiting: Int) {
    let core = Core(threads: max(threads, 1), mostWaiting: max(mostWaiting, 0))
    self.core = core
    for number in 1...max(threads, 1) {
      let thread = Thread { core.work() }
      thread.name = "\(name)-\(number)"
      thread.start()
    }
  }

  deinit {
    core.condition.withLock {
      core.isClosed = true
      core.condition.broadcast()
    }
  }

  var figures: (done: Int, waiting: Int, refused: Int) {
    core.condition.withLock { (core.done, core.waiting.count, core.refused) }
  }

  /// Begins work, or leaves it for the next thread that is free.
  ///
  /// - Returns: false, with nothing done, where too much waits.
  func start(_ work: @escaping @Sendable () -> Void) -> Bool {
    core.put { [core] in
      work()
      core.end()
    }
  }

  /// - Returns: nil, with nothing done, where too much waits.
  func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value? {
    await withCheckedContinuation { reply in
      let isTaken = core.put { [core] in
        let value = work()
        // Counted before anybody can ask.
        core.end()
        reply.resume(returning: value)
      }
      if !isTaken { reply.resume(returning: nil) }
    }
  }
}
