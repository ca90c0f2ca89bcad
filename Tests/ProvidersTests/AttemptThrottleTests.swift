import Testing

@testable import Providers

@Suite struct AttemptThrottleTests {
  static let policy = AttemptThrottle.Policy(
    freeTries: 3, firstSeconds: 2, mostSeconds: 10, forgetSeconds: 100)

  /// A throttle with the clock that it goes by.
  private func throttle(
    _ policy: AttemptThrottle.Policy = policy
  ) -> (AttemptThrottle, Locked<MonotonicInstant>) {
    let ticks = Locked(MonotonicInstant.now)
    return (AttemptThrottle(policy, clock: { ticks.with { $0 } }), ticks)
  }

  @Test func waitsDoubleUpToABound() {
    let (throttle, ticks) = throttle()
    for _ in 0..<3 { #expect(throttle.charge("a") == nil) }
    for wait: Int64 in [2, 4, 8, 10, 10, 10] {
      #expect(throttle.charge("a") == wait)
      ticks.with { $0 = $0.advanced(by: .microseconds(1)) }
      #expect(throttle.charge("a") == wait)
      ticks.with { $0 = $0.advanced(by: .seconds(wait) - .microseconds(2)) }
      #expect(throttle.charge("a") == 1)
      ticks.with { $0 = $0.advanced(by: .microseconds(1)) }
      #expect(throttle.charge("a") == nil)
    }
    // Others are not concerned.
    #expect(throttle.charge("b") == nil)
    throttle.clear("a")
    #expect(throttle.charge("a") == nil)
  }

  @Test func restMakesGood() {
    let (throttle, ticks) = throttle()
    for _ in 0..<3 { #expect(throttle.charge("a") == nil) }
    ticks.with { $0 = $0.advanced(by: .seconds(101)) }
    for _ in 0..<3 { #expect(throttle.charge("a") == nil) }
    #expect(throttle.charge("a") == 2)
  }

  @Test func aTryThatIsTakenBackDoesNotCount() {
    let (throttle, _) = throttle()
    for _ in 0..<50 {
      #expect(throttle.charge("a") == nil)
      throttle.refund("a")
    }
  }

  @Test func extremesDoNotTrap() {
    let (throttle, ticks) = throttle(
      AttemptThrottle.Policy(
        freeTries: 0, firstSeconds: .max, mostSeconds: .max, forgetSeconds: .max))
    for days: Int64 in [0, 1, 100_000_000] {
      ticks.with { $0 = $0.advanced(by: .seconds(days * 86_400)) }
      for _ in 0..<100 { _ = throttle.charge("a\(days)") }
    }
  }
}
