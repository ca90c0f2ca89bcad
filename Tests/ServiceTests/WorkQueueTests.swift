import Base
import Quests
import Testing

@testable import Service

/// In which order heavy work is done, and how much of it waits.
@Suite struct WorkQueueTests {
  private static func person(_ number: UInt64) -> CallerKey {
    .person(PersonID(high: 1, low: number))
  }

  private static func limits(_ edit: (inout ServiceLimits) -> Void = { _ in }) -> ServiceLimits {
    var limits = ServiceLimits.standard
    limits.workThreads = 1
    edit(&limits)
    return limits
  }

  private static let small = WorkCost(steps: 1, bytes: 1)

  @Test func callersTakeTurns() throws {
    var queue = WorkQueue(Self.limits())
    let first = try queue.add(Self.small, for: Self.person(1))
    #expect(queue.begin() == [first])
    let greedy = try (0..<3).map { _ in try queue.add(Self.small, for: Self.person(1)) }
    let modest = try queue.add(Self.small, for: Self.person(2))
    #expect(queue.begin().isEmpty)
    var order: [WorkQueue.ID] = []
    var running = first
    for _ in 0..<4 {
      queue.end(running)
      running = try #require(queue.begin().first)
      order.append(running)
    }
    #expect(order == [greedy[0], modest, greedy[1], greedy[2]])
  }

  /// Two threads are not both for one who asks for much, as long as somebody else waits.
  @Test func whoHasNothingUnderWayComesFirst() throws {
    var queue = WorkQueue(Self.limits { $0.workThreads = 2 })
    let first = try queue.add(Self.small, for: Self.person(1))
    #expect(queue.begin() == [first])
    let others = try (0..<2).map { _ in try queue.add(Self.small, for: Self.person(1)) }
    let modest = try queue.add(Self.small, for: Self.person(2))
    #expect(queue.begin() == [modest])
    queue.end(modest)
    #expect(queue.begin() == [others[0]])
  }

  @Test func whatWaitsIsBounded() throws {
    let limits = Self.limits {
      $0.workWaiting = 3
      $0.workWaitingPerCaller = 2
      $0.workWaitingSteps = 100
    }
    var queue = WorkQueue(limits)
    _ = try queue.add(WorkCost(steps: 1_000, bytes: 1), for: Self.person(9))
    #expect(queue.begin().count == 1)
    // One that is too large by itself may wait alone.
    let large = try queue.add(WorkCost(steps: 1_000, bytes: 1), for: Self.person(1))
    #expect(throws: WorkQueue.Refusal.full) { try queue.add(Self.small, for: Self.person(2)) }
    queue.end(large)
    _ = try queue.add(Self.small, for: Self.person(1))
    _ = try queue.add(Self.small, for: Self.person(1))
    #expect(throws: WorkQueue.Refusal.caller(limit: 2)) {
      try queue.add(Self.small, for: Self.person(1))
    }
    #expect(throws: WorkQueue.Refusal.full) {
      try queue.add(WorkCost(steps: 99, bytes: 1), for: Self.person(2))
    }
    _ = try queue.add(Self.small, for: Self.person(2))
    #expect(throws: WorkQueue.Refusal.full) { try queue.add(Self.small, for: Self.person(3)) }
  }

  @Test func whatRunsIsBoundedByMemory() throws {
    var queue = WorkQueue(
      Self.limits {
        $0.workThreads = 4
        $0.workBytesAtOnce = 100
      })
    func add(_ bytes: Int, _ caller: UInt64) throws -> WorkQueue.ID {
      try queue.add(WorkCost(steps: 1, bytes: bytes), for: Self.person(caller))
    }
    let (a, b) = (try add(60, 1), try add(60, 2))
    let c = try add(40, 3)
    #expect(queue.begin() == [a])
    queue.end(a)
    #expect(queue.begin() == [b, c])
    let huge = try add(1_000, 4)
    #expect(queue.begin().isEmpty)
    queue.end(b)
    queue.end(c)
    #expect(queue.begin() == [huge], "what takes more than all runs alone")
  }

  @Test func whatIsCancelledBeforeItsTurnNeverRuns() async throws {
    let pool = WorkPool(Self.limits())
    var first: WorkPool.Turn? = try await pool.turn(Self.small, for: Self.person(1))
    let ran = Calls()
    let waiting = Task {
      let turn = try await pool.turn(Self.small, for: Self.person(2))
      try await turn.run { ran.add() }
    }
    let other = Task {
      let turn = try await pool.turn(Self.small, for: Self.person(3))
      return try await turn.run { 7 }
    }
    waiting.cancel()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    _ = first.map { _ in }
    first = nil
    #expect(try await other.value == 7)
    #expect(ran.count == 0)
  }

  /// Work sees that it is not wanted any more, and what it made then is not used.
  @Test func whatIsCancelledWhileItRunsEnds() async throws {
    let pool = WorkPool(Self.limits())
    let begun = Lock(false)
    let task = Task {
      let turn = try await pool.turn(Self.small, for: Self.person(1))
      return try await turn.run {
        begun.withLock { $0 = true }
        while !Task.isCancelled {}
        return "half"
      }
    }
    while !begun.withLock({ $0 }) { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func aShutdownRefusesWhatWaits() async throws {
    let pool = WorkPool(Self.limits())
    let first = try await pool.turn(Self.small, for: Self.person(1))
    let waiting = Task { _ = try await pool.turn(Self.small, for: Self.person(2)) }
    await Task.yield()
    pool.close()
    await #expect(throws: CancellationError.self) { try await waiting.value }
    await #expect(throws: CancellationError.self) {
      _ = try await pool.turn(Self.small, for: Self.person(3))
    }
    // What has begun goes on.
    #expect(try await first.run { 7 } == 7)
  }

  @Test(arguments: [
    ("<gpx><trkpt lat='1' lon='2'/><trkpt lat='1' lon='2'/></gpx>", 2),
    ("{\"coordinates\":[[1,2],[1,2],[1,2]]}", 3), ("????", 2),
    ("<coordinates>1,2 3,4 5,6</coordinates>", 3),
  ])
  func noFileHasMoreVerticesThanAreExpected(_ text: String, _ vertices: Int) {
    let most = WorkCost.mostVertices(in: Array(text.utf8))
    #expect(most >= vertices && most <= vertices + 3)
  }

  @Test func aFileIsExpectedToTakeWhatItMay() {
    let cost = WorkCost(file: Array("????".utf8), mostVertices: 5_000_000)
    #expect(cost.bytes == 64 << 20 + 2 * 4 + 2 * 160)
    let most = WorkCost(file: [UInt8](repeating: 0x3F, count: 1_000), mostVertices: 100)
    #expect(most.bytes == 64 << 20 + 2 * 1_000 + 100 * 160)
  }
}

/// Counts calls from any thread.
final class Calls: Sendable {
  private let made = Lock(0)
  func add() { made.withLock { $0 += 1 } }
  var count: Int { made.withLock { $0 } }
}
