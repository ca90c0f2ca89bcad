import Base
import Quests
import Testing

@testable import Service

/// Who holds how much of the memory for bodies.
@Suite struct BodySharesTests {
  private static let second: UInt64 = 1_000_000_000
  private static let here = IPAddress("192.0.2.1")!

  private static func person(_ number: UInt64) -> CallerKey {
    .person(PersonID(high: 1, low: number))
  }

  private static func limits(_ edit: (inout ServiceLimits) -> Void = { _ in }) -> BodyShares.Limits
  {
    var limits = ServiceLimits.standard
    limits.bodyBytesAtOnce = 100
    limits.bodyBytesPerPerson = 60
    limits.bodyBytesPerStranger = 20
    limits.bodyBytesPerAddress = 90
    limits.yieldingBytesPerSecond = 5
    edit(&limits)
    return limits.bodies
  }

  @Test func eachCallerAndEachAddressHasAShare() throws {
    var shares = BodyShares(Self.limits())
    let ann = try shares.begin(Self.person(1), at: Self.here, isUpload: false, now: 0)
    let more = try shares.begin(Self.person(1), at: Self.here, isUpload: false, now: 0)
    #expect(try shares.grow(ann, by: 40, now: 0).isEmpty)
    #expect(throws: BodyShares.Refusal.caller(limit: 60)) {
      try shares.grow(more, by: 21, now: 0)
    }
    let stranger = try shares.begin(.stranger(Self.here), at: Self.here, isUpload: false, now: 0)
    #expect(throws: BodyShares.Refusal.caller(limit: 20)) {
      try shares.grow(stranger, by: 21, now: 0)
    }
    let ben = try shares.begin(Self.person(2), at: Self.here, isUpload: false, now: 0)
    #expect(throws: BodyShares.Refusal.address(limit: 90)) {
      try shares.grow(ben, by: 51, now: 0)
    }
    #expect(try shares.grow(ben, by: 50, now: 0).isEmpty)
    #expect(shares.bytes == 90)
    shares.end(ann)
    #expect(try shares.grow(more, by: 40, now: 0).isEmpty)
    shares.end(ben)
    shares.end(more)
    shares.end(stranger)
    #expect(shares.bytes == 0)
  }

  @Test func aPersonSendsOneFileAtATime() throws {
    var shares = BodyShares(Self.limits())
    let first = try shares.begin(Self.person(1), at: Self.here, isUpload: true, now: 0)
    #expect(throws: BodyShares.Refusal.upload(limit: 1)) {
      try shares.begin(Self.person(1), at: Self.here, isUpload: true, now: 0)
    }
    _ = try shares.begin(Self.person(2), at: Self.here, isUpload: true, now: 0)
    _ = try shares.begin(Self.person(1), at: Self.here, isUpload: false, now: 0)
    shares.complete(first)
    #expect(throws: BodyShares.Refusal.self) {
      try shares.begin(Self.person(1), at: Self.here, isUpload: true, now: 0)
    }
    shares.end(first)
    _ = try shares.begin(Self.person(1), at: Self.here, isUpload: true, now: 0)
  }

  /// One that came fast and comes no more is slow; what is whole, or has just begun, stays.
  @Test func theSlowestGivesWay() throws {
    var shares = BodyShares(Self.limits { $0.bodyBytesPerAddress = 1_000 })
    func begin(_ number: UInt64, at second: UInt64) throws -> BodyShares.ID {
      try shares.begin(
        Self.person(number), at: Self.here, isUpload: true, now: second * Self.second)
    }
    let whole = try begin(1, at: 0)
    let stalled = try begin(2, at: 0)
    let steady = try begin(3, at: 0)
    _ = try shares.grow(whole, by: 20, now: 0)
    shares.complete(whole)
    _ = try shares.grow(stalled, by: 50, now: 0)
    for second in 1...3 { _ = try shares.grow(steady, by: 9, now: UInt64(second) * Self.second) }
    // Nothing is slow yet, and a newcomer does not push out what is faster.
    let early = try begin(4, at: 3)
    #expect(throws: BodyShares.Refusal.total) {
      try shares.grow(early, by: 4, now: 3 * Self.second)
    }
    let now = 6 * Self.second
    let late = try begin(5, at: 6)
    #expect(try shares.grow(late, by: 40, now: now) == [stalled])
    #expect(shares.bytes == 20 + 27 + 40)
    // Its own end comes later, and changes nothing.
    shares.end(stalled)
    #expect(shares.bytes == 20 + 27 + 40)
    #expect(try shares.grow(late, by: 20, now: 9 * Self.second) == [steady])
  }

  /// A download has its room at once; it is slow where little of it moves.
  @Test func whatMovesDoesNotGiveWay() throws {
    var shares = BodyShares(Self.limits())
    let moving = try shares.begin(Self.person(1), at: Self.here, isUpload: false, now: 0)
    _ = try shares.grow(moving, by: 60, now: 0)
    shares.move(moving, by: 40, now: 9 * Self.second)
    let other = try shares.begin(
      Self.person(2), at: IPAddress("192.0.2.2")!, isUpload: false, now: 10 * Self.second)
    #expect(throws: BodyShares.Refusal.total) {
      try shares.grow(other, by: 50, now: 10 * Self.second)
    }
    #expect(try shares.grow(other, by: 50, now: 20 * Self.second) == [moving])
  }

  @Test func aBodyThatGaveWayGrowsNoMore() throws {
    let budget = BodyBudget(Self.limits(), nanoseconds: { Self.time.next() })
    let stops = Calls()
    let slow = try BodyBudget.Hold(
      budget, for: Self.person(1), at: Self.here, isUpload: true, stop: { stops.add() })
    try slow.take(60)
    var fast: BodyBudget.Hold? = try BodyBudget.Hold(
      budget, for: Self.person(2), at: IPAddress("192.0.2.2")!, isUpload: true, stop: {})
    try fast?.take(60)
    #expect(stops.count == 1 && slow.isEvicted)
    #expect(throws: Problem.self) { try slow.take(1) }
    #expect(throws: Problem.self) { try slow.complete() }
    #expect(budget.bytes == 60)
    try fast?.complete()
    fast = nil
    #expect(budget.bytes == 0, "nothing is held for what nobody holds")
  }

  /// A clock that goes on ten seconds with each look.
  private static let time = Ticks()
}

private final class Ticks: @unchecked Sendable {
  private let calls = Calls()
  func next() -> UInt64 {
    calls.add()
    return UInt64(calls.count) * 10_000_000_000
  }
}
