extension Double {
  /// The number that a text of decimal digits stands for, with a sign, a point or an exponent where it
  /// has one: what people and files write, and neither `0x10`, `nan` nor `inf`.
  ///
  /// - Returns: nil for anything else, and for what is too large for a number.
  package init?(decimalText text: some StringProtocol) {
    let isPlain = text.utf8.allSatisfy {
      0x30...0x39 ~= $0 || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E || $0 | 0x20 == 0x65
    }
    guard isPlain, let value = Double(text), value.isFinite else { return nil }
    self = value
  }
}
