import Synchronization

/// Names of requests that are new in this process and, as good as certainly, among all.
enum RequestID {
  private static let last = Atomic(UInt64.random(in: .min ... .max))

  /// Sixteen hexadecimal digits.
  static func next() -> String {
    let number = last.wrappingAdd(1, ordering: .relaxed).newValue
    return hexadecimal(scattered(number))
  }

  /// Another number for each, so that no name tells how many there were: the last step of
  /// SplitMix64 (Steele, Lea, Flood 2014).
  private static func scattered(_ number: UInt64) -> UInt64 {
    var z = number &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }

  private static func hexadecimal(_ number: UInt64) -> String {
    String(unsafeUninitializedCapacity: 16) { text in
      for place in 0..<16 {
        let digit = UInt8(truncatingIfNeeded: number >> UInt64(60 - 4 * place)) & 15
        text[place] = digit < 10 ? 0x30 + digit : 0x57 + digit
      }
      return 16
    }
  }
}
