/// Numbers as people type them and tables write them.
package enum TypedNumber {
  /// The number that a text of decimal digits stands for, with a sign, a point or an exponent where it
  /// has one: neither `0x10`, `nan` nor `inf`, which `Double` reads too.
  ///
  /// - Returns: nil for anything else, and for what is too large for a number.
  package static func read(_ text: some StringProtocol) -> Double? {
    let isPlain = text.utf8.allSatisfy {
      0x30...0x39 ~= $0 || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E || $0 | 0x20 == 0x65
    }
    guard isPlain, let value = Double(text), value.isFinite else { return nil }
    return value
  }
}
