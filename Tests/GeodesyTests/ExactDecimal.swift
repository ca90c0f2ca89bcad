import Geodesy

/// A decimal number of any length, digit by digit: slow, exact and nothing like the code it judges.
///
/// All powers of ten only move the point, so that a distance in micrometres is the digits times the
/// unit, cut at the point.
struct ExactDecimal {
  /// Most significant first, without leading zeros; empty for 0.
  var digits: [UInt8]
  /// Digits right of the point; may be negative.
  var scale: Int
  var isNegative: Bool

  /// Reads `[+-]digits[.digits][e[+-]digits]`, which the caller has made and so is well-formed.
  init(_ text: String) {
    var rest = text[...]
    isNegative = rest.first == "-"
    if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
    let halves = rest.split(
      maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "e" || $0 == "E" })
    let exponent = halves.count > 1 ? Int(halves[1])! : 0
    let parts = halves[0].split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
    let fraction = parts.count > 1 ? parts[1] : ""
    digits = Array((parts[0] + fraction).utf8).map { $0 - 0x30 }
    scale = fraction.utf8.count - exponent
    digits = Array(digits.drop { $0 == 0 })
  }

  mutating func multiply(by factor: Int64) {
    var carry: Int64 = 0
    for i in digits.indices.reversed() {
      let value = Int64(digits[i]) * factor + carry
      digits[i] = UInt8(value % 10)
      carry = value / 10
    }
    while carry > 0 {
      digits.insert(UInt8(carry % 10), at: 0)
      carry /= 10
    }
  }

  /// The nearest whole number, half to even, or nil outside `Int64`.
  var rounded: Int64? {
    let point = digits.count - scale
    var whole: [UInt8]
    var fraction: ArraySlice<UInt8>
    if point <= 0 {
      whole = []
      // Zeros between the point and the digits make any first digit less than a half.
      fraction = point == 0 ? digits[...] : digits.isEmpty ? [] : [0, 1]
    } else if point >= digits.count {
      if digits.isEmpty { return 0 }
      if point > 40 { return nil }
      whole = digits + Array(repeating: 0, count: point - digits.count)
      fraction = []
    } else {
      whole = Array(digits[..<point])
      fraction = digits[point...]
    }
    let first = fraction.popFirst() ?? 0
    let isTie = first == 5 && fraction.allSatisfy { $0 == 0 }
    var magnitude: UInt64 = 0
    for digit in whole {
      let (tens, over) = magnitude.multipliedReportingOverflow(by: 10)
      let (sum, over2) = tens.addingReportingOverflow(UInt64(digit))
      if over || over2 { return nil }
      magnitude = sum
    }
    if isTie ? magnitude % 2 == 1 : first >= 5 {
      let (sum, over) = magnitude.addingReportingOverflow(1)
      if over { return nil }
      magnitude = sum
    }
    if isNegative {
      return magnitude <= UInt64(Int64.max) + 1 ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }
    return Int64(exactly: magnitude)
  }

  /// The micrometres that a number of units is.
  static func micrometers(_ text: String, _ unit: DistanceUnit) -> Int64? {
    var value = ExactDecimal(text)
    value.multiply(by: unit.micrometers)
    return value.rounded
  }
}
