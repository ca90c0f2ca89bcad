import Base
import Quests
import Synchronization
import Testing

@testable import Service

@Suite struct ReadinessTests {
  private struct Fault: Error {}

  @Test func whatALookFindsIsToldForAMoment() async throws {
    let now = Lock(ContinuousClock.now)
    let readiness = Readiness(clock: { now.withLock { $0 } })
    let looks = Atomic(0)
    for _ in 0..<5 { try await readiness.check { looks.add(1, ordering: .relaxed) } }
    #expect(looks.load(ordering: .relaxed) == 1)
    now.withLock { $0 += .seconds(2) }
    for _ in 0..<2 {
      await #expect(throws: Fault.self) { try await readiness.check { throw Fault() } }
    }
  }

  /// A store that says nothing is not ready, and is asked once and not by each who asks.
  @Test func silenceIsAnAnswer() async throws {
    let now = Lock(ContinuousClock.now)
    let readiness = Readiness(clock: { now.withLock { $0 } })
    let looks = Atomic(0)
    let (wait, end) = AsyncStream.makeStream(of: Void.self)
    let look: @Sendable () async -> Void = {
      looks.add(1, ordering: .relaxed)
      for await _ in wait {}
    }
    func fault() async -> String? {
      await #expect(throws: Problem.self) { try await readiness.check(look) }?.detail
    }
    #expect(await fault()?.contains("has not answered") == true)
    #expect(await fault()?.contains("for the first time") == true)
    now.withLock { $0 += .seconds(60) }
    #expect(await fault()?.contains("has not answered") == true)
    #expect(looks.load(ordering: .relaxed) == 1)
    end.finish()
    // Once it has answered it counts again.
    var isReady = false
    for _ in 0..<3_000 where !isReady {
      try await Task.sleep(for: .milliseconds(10))
      isReady = (try? await readiness.check(look)) != nil
    }
    #expect(isReady)
  }
}
