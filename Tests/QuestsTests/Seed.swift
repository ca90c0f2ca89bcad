import Foundation

/// What all random values of this run come from. A failure names it; set `MILEQUEST_SEED` to that
/// number to see the same values again.
let runSeed: UInt64 = {
  let given = ProcessInfo.processInfo.environment["MILEQUEST_SEED"].flatMap { UInt64($0) }
  let seed = given ?? 20_260_504
  print("QuestsTests: MILEQUEST_SEED=\(seed)")
  return seed
}()

/// Steele, Lea and Flood's generator (2014): 64 bits of state, the same stream everywhere.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  /// A stream of its own for each test, so that one test does not shift another's values.
  init(_ stream: String) {
    state = runSeed
    for byte in stream.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func double(_ range: Range<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * Double(next() >> 11) * 0x1p-53
  }

  mutating func int(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  mutating func chance(_ probability: Double) -> Bool { double(0..<1) < probability }

  /// Any order of magnitude is as likely as any other.
  mutating func anySized(_ range: Range<Double>) -> Double {
    exp(double(log(range.lowerBound)..<log(range.upperBound)))
  }

  mutating func element<T>(of list: [T]) -> T { list[int(0...list.count - 1)] }
}
