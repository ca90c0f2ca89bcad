import Quests
import TestSupport
import Testing

@testable import Providers

/// An adapter that does as a test says.
private final class Scripted: RealtimeAdapter {
  let name = "scripted"
  let mostMessages = 3
  let delivered = Locked<[RealtimeMessage]>([])
  let calls = Locked(0)
  private let answer: @Sendable (Int) async throws(RealtimeError) -> Void

  init(_ answer: @escaping @Sendable (Int) async throws(RealtimeError) -> Void) {
    self.answer = answer
  }

  func deliver(_ messages: [RealtimeMessage]) async throws(RealtimeError) {
    let call = calls.with {
      $0 += 1
      return $0
    }
    try await answer(call)
    delivered.with { $0 += messages }
  }

  /// Until the task is cancelled.
  static func forever() async { try? await Task.sleep(for: .seconds(600)) }
}

@Suite struct RealtimeDeliveryTests {
  @Test func everythingArrivesInOrderThroughFailures() async {
    let adapter = Scripted { call throws(RealtimeError) in
      if call % 3 == 0 { throw RealtimeError(.unavailable, "x", mayRepeat: true) }
    }
    let failures = Locked(0)
    var limits = DeliveryLimits()
    limits.firstRest = .milliseconds(1)
    // By chance one call may be every third again and again.
    limits.attempts = 1_000
    limits.failuresToOpen = 1_000
    let delivery = RealtimeDelivery(adapter, limits: limits) { _ in failures.with { $0 += 1 } }
    for version in 1...200 {
      for team in 1...5 {
        delivery.offer(.sample(team: UInt64(team), version: Int64(version)))
      }
    }
    #expect(await eventually { () async in delivery.figures.delivered == 1_000 })
    let messages = adapter.delivered.with { $0 }
    for (_, some) in Dictionary(grouping: messages, by: \.team) {
      #expect(some.map(\.version) == Array(1...200))
    }
    #expect(failures.with { $0 } > 0)
    #expect(delivery.figures.waiting == 0)
    await delivery.close(within: .seconds(1))
  }

  @Test func whoWaitsForRoomGoesOnWhenThereIsSome() async {
    let gate = Locked(false)
    let adapter = Scripted { _ throws(RealtimeError) in
      while !gate.with({ $0 }), !Task.isCancelled { try? await Task.sleep(for: .milliseconds(1)) }
    }
    var limits = DeliveryLimits()
    limits.capacity = 2
    let delivery = RealtimeDelivery(adapter, limits: limits)
    for version in 1...3 { delivery.offer(.sample(version: Int64(version))) }
    #expect(delivery.room == 0)
    let cancelled = Task { await delivery.waitForRoom() }
    cancelled.cancel()
    await cancelled.value
    let waited = Locked(false)
    let waiting = Task {
      // More than there can ever be means all there is.
      await delivery.waitForRoom(100)
      waited.with { $0 = true }
    }
    #expect(!waited.with { $0 })
    gate.with { $0 = true }
    await waiting.value
    #expect(delivery.room == 2)
    await delivery.waitForRoom()
    await delivery.close(within: .seconds(30))
    #expect(delivery.figures.delivered == 3)
  }

  @Test func theEndWaitsForWhatIsLeft() async {
    let adapter = Scripted { _ throws(RealtimeError) in
      try? await Task.sleep(for: .milliseconds(10))
    }
    let delivery = RealtimeDelivery(adapter)
    for version in 1...20 { delivery.offer(.sample(version: Int64(version))) }
    await delivery.close(within: .seconds(30))
    #expect(delivery.figures.delivered == 20)
    delivery.offer(.sample(version: 21))
    #expect(delivery.figures.dropped == 1)
  }

  @Test func theEndDoesNotWaitForEver() async {
    let ended = Locked(false)
    let adapter = Scripted { _ throws(RealtimeError) in
      await Scripted.forever()
      ended.with { $0 = true }
    }
    let delivery = RealtimeDelivery(adapter)
    for version in 1...5 { delivery.offer(.sample(version: Int64(version))) }
    let waiting = Task { await delivery.waitForRoom(10_000) }
    await delivery.close(within: .milliseconds(20))
    await waiting.value
    #expect(delivery.figures.dropped == 5)
    #expect(delivery.figures.waiting == 0)
    // The call under way was cancelled.
    #expect(await eventually { () async in ended.with { $0 } })
  }

  @Test func nothingIsSentWhileItIsOpenAndItClosesByItself() async {
    let isWell = Locked(false)
    let adapter = Scripted { _ throws(RealtimeError) in
      if !isWell.with({ $0 }) { throw RealtimeError(.unavailable, "x", mayRepeat: true) }
    }
    var limits = DeliveryLimits()
    limits.firstRest = .milliseconds(1)
    limits.firstPause = .milliseconds(20)
    limits.longestPause = .milliseconds(20)
    limits.attempts = 1_000
    let delivery = RealtimeDelivery(adapter, limits: limits)
    for version in 1...10 { delivery.offer(.sample(version: Int64(version))) }
    #expect(await eventually { () async in delivery.figures.isOpen })
    isWell.with { $0 = true }
    #expect(await eventually { () async in delivery.figures.delivered == 10 })
    #expect(!delivery.figures.isOpen)
  }
}
