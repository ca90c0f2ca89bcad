import CivilTime
import Testing

@testable import Providers

@Suite struct AttemptThrottleTests {
  static let policy = AttemptThrottle.Policy(
    freeTries: 3, firstSeconds: 2, mostSeconds: 10, forgetSeconds: 100)

  @Test func waitsDoubleUpToABound() {
    let throttle = AttemptThrottle(Self.policy)
    var now = Office.dawn
    for _ in 0..<3 { #expect(throttle.charge("a", at: now) == nil) }
    for wait: Int64 in [2, 4, 8, 10, 10, 10] {
      #expect(throttle.charge("a", at: now) == wait)
      #expect(throttle.charge("a", at: now.advanced(byMicroseconds: 1)) == wait)
      now = now.advanced(bySeconds: wait)
      #expect(throttle.charge("a", at: now.advanced(byMicroseconds: -1)) == 1)
      #expect(throttle.charge("a", at: now) == nil)
    }
    // Others are not concerned.
    #expect(throttle.charge("b", at: now) == nil)
    throttle.clear("a")
    #expect(throttle.charge("a", at: now) == nil)
  }

  @Test func restMakesGood() {
    let throttle = AttemptThrottle(Self.policy)
    for _ in 0..<3 { #expect(throttle.charge("a", at: Office.dawn) == nil) }
    let later = Office.after(101)
    for _ in 0..<3 { #expect(throttle.charge("a", at: later) == nil) }
    #expect(throttle.charge("a", at: later) == 2)
  }

  @Test func aTryThatIsTakenBackDoesNotCount() {
    let throttle = AttemptThrottle(Self.policy)
    for _ in 0..<50 {
      #expect(throttle.charge("a", at: Office.dawn) == nil)
      throttle.refund("a", at: Office.dawn)
    }
  }

  @Test func extremesDoNotTrap() {
    let policy = AttemptThrottle.Policy(
      freeTries: 0, firstSeconds: .max, mostSeconds: .max, forgetSeconds: .max)
    let throttle = AttemptThrottle(policy)
    for moment in [Int64.min, 0, .max] {
      for _ in 0..<100 {
        _ = throttle.charge("a\(moment)", at: Instant(microseconds: moment))
      }
    }
  }
}
