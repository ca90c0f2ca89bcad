import Foundation

/// What all random values of this run come from. A failure names it; set `MILEQUEST_SEED` to that
/// number to see the same values again.
public let runSeed: UInt64 = {
  let given = ProcessInfo.processInfo.environment["MILEQUEST_SEED"].flatMap { UInt64($0) }
  let seed = given ?? 20_260_504
  print("MILEQUEST_SEED=\(seed)")
  return seed
}()

/// Steele, Lea and Flood's generator (2014): 64 bits of state, the same stream everywhere.
public struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  /// A stream of its own for each test, so that one test does not shift another's values.
  public init(_ stream: String) {
    state = runSeed
    for byte in stream.utf8 { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
  }

  /// The stream of one number, for histories that are told by theirs.
  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  public mutating func double(_ range: Range<Double>) -> Double {
    range.lowerBound + (range.upperBound - range.lowerBound) * Double(next() >> 11) * 0x1p-53
  }

  public mutating func int(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  public mutating func chance(_ probability: Double) -> Bool { double(0..<1) < probability }

  /// Any order of magnitude is as likely as any other.
  public mutating func anySized(_ range: Range<Double>) -> Double {
    exp(double(log(range.lowerBound)..<log(range.upperBound)))
  }

  /// Any size is as likely as any other, so that edges of the range are met.
  public mutating func anySizedInt64() -> Int64 {
    Int64(bitPattern: next()) >> Int64(int(0...63))
  }

  public mutating func element<T>(of list: [T]) -> T { list[int(0...list.count - 1)] }
}
