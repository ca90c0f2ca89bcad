import Testing

@testable import Service

@Suite struct TokenBucketTests {
  private static let second: UInt64 = 1_000_000_000

  @Test func ofTwoHundredAtOnceOneHundredPassAndThenFiftyASecond() throws {
    var bucket = TokenBucket()
    let start: UInt64 = 5_000_000_007
    var passed = 0
    for _ in 0..<200 where bucket.take(.standard, at: start).isAllowed { passed += 1 }
    #expect(passed == 100)
    for second in 0..<60 {
      passed = 0
      for step in 1...400 {
        let now = start + UInt64(second) * Self.second + UInt64(step) * Self.second / 400
        if bucket.take(.standard, at: now).isAllowed { passed += 1 }
      }
      #expect(passed == 50, "second \(second)")
    }
    // After a rest the burst is there again, and no more.
    passed = 0
    let rested = start + 1_000 * Self.second
    for _ in 0..<200 where bucket.take(.standard, at: rested).isAllowed { passed += 1 }
    #expect(passed == 100)
  }

  /// Rates that divide no second evenly, at random instants: every decision is that of exact
  /// rational arithmetic.
  @Test(arguments: [(1, 1), (3, 2), (7, 100), (333_333, 5), (1_000_000, 1_000_000), (50, 100)])
  func nothingDrifts(perSecond: Int, burst: Int) throws {
    let limit = try #require(RateLimit(perSecond: perSecond, burst: burst))
    var random = SplitMix64("nothingDrifts \(perSecond) \(burst)")
    var bucket = TokenBucket()
    let capacity = Int128(burst) * 1_000_000_000
    var held = capacity
    var now: UInt64 = 1
    var passed = 0
    for _ in 0..<20_000 {
      let gap = UInt64(random.anySized(0.1..<4e9 / Double(perSecond)))
      now += gap
      held = min(held + Int128(gap) * Int128(perSecond), capacity)
      let decision = bucket.take(limit, at: now)
      let isAllowed = held >= 1_000_000_000
      if isAllowed {
        held -= 1_000_000_000
        passed += 1
      }
      try #require(decision.isAllowed == isAllowed)
      try #require(decision.remaining == Int(held / 1_000_000_000))
      let perSecondOfTokens = Int128(perSecond) * 1_000_000_000
      let reset = (capacity - held + perSecondOfTokens - 1) / perSecondOfTokens
      try #require(decision.resetSeconds == Int(reset))
    }
    #expect(passed > 500)
  }

  @Test func theFieldsSayHowLong() throws {
    var bucket = TokenBucket()
    let first = bucket.take(.standard, at: 0)
    #expect(first.rateLimitField == #""default";r=99;t=1"#)
    #expect(RateLimit.standard.policyField == #""default";q=100;w=2"#)
    #expect(first.retryAfterSeconds == 0)
    for _ in 0..<99 { _ = bucket.take(.standard, at: 0) }
    let refused = bucket.take(.standard, at: 19_999_999)
    #expect(!refused.isAllowed)
    #expect(refused.rateLimitField == #""default";r=0;t=2"#)
    #expect(refused.retryAfterSeconds == 1)
    #expect(bucket.take(.standard, at: 20_000_000).isAllowed)

    let slow = try #require(RateLimit(perSecond: 1, burst: 10))
    bucket = TokenBucket()
    for _ in 0..<10 { _ = bucket.take(slow, at: 0) }
    #expect(bucket.take(slow, at: 1).retryAfterSeconds == 1)
    #expect(slow.windowSeconds == 10)
    #expect(RateLimit(perSecond: 3, burst: 100)?.windowSeconds == 34)
    #expect(RateLimit(perSecond: 0, burst: 1) == nil)
    #expect(RateLimit(perSecond: 1, burst: 1_000_001) == nil)
  }

  @Test func aClockAtItsEdgesTrapsNothing() throws {
    var random = SplitMix64("aClockAtItsEdgesTrapsNothing")
    let edges: [UInt64] = [0, 1, .max, .max - 1, 1 << 63, 2_000_000_000]
    var bucket = TokenBucket()
    for _ in 0..<10_000 {
      let limit = try #require(
        RateLimit(
          perSecond: random.element(of: [1, 3, 50, 1_000_000]),
          burst: random.element(of: [1, 100, 1_000_000])))
      let decision = bucket.take(limit, at: random.element(of: edges))
      #expect((0..<limit.burst).contains(decision.remaining))
      #expect(decision.isAllowed == (decision.retryAfterSeconds == 0))
    }
    // A clock that goes back gives nothing away.
    bucket = TokenBucket()
    for _ in 0..<100 { _ = bucket.take(.standard, at: 10 * Self.second) }
    #expect(!bucket.take(.standard, at: 9 * Self.second).isAllowed)
    #expect(!bucket.take(.standard, at: 10 * Self.second).isAllowed)
  }

  @Test func anotherRateCountsFromTheNextRequest() throws {
    var bucket = TokenBucket()
    for _ in 0..<100 { _ = bucket.take(.standard, at: 0) }
    let wide = try #require(RateLimit(perSecond: 500, burst: 1_000))
    #expect(!bucket.take(wide, at: 0).isAllowed)
    // Full at the same instant, two seconds on, whatever the rate.
    #expect(bucket.take(wide, at: Self.second).remaining == 499)
    #expect(bucket.take(.standard, at: 3 * Self.second).remaining == 99)
  }
}
