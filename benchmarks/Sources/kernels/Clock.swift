/// The median over several runs of the time that one item takes, in nanoseconds.
func nanosecondsPerItem(_ items: Int, runs: Int = 7, _ body: () -> Void) -> Double {
  var times: [Double] = []
  for _ in 0..<runs {
    let time = ContinuousClock().measure(body)
    let (seconds, attoseconds) = time.components
    times.append((Double(seconds) * 1e9 + Double(attoseconds) * 1e-9) / Double(items))
  }
  return times.sorted()[runs / 2]
}

/// Keeps a result alive that nobody reads.
@inline(never) func keep<Value>(_ value: Value) {}

/// The same numbers from the same seed on every machine (Steele, Lea, Flood 2014).
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
