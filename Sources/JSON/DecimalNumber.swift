/// Decimal text to the nearest `Double`, exactly rounded, straight from bytes.
package enum DecimalNumber {
  package enum Fault: Error { case syntax, range, tooLong }

  /// What the text may look like.
  package enum Grammar {
    /// RFC 8259: no plus sign, no leading zeros, digits on both sides of the point.
    case json
    /// XML Schema's decimal and double: a plus sign, leading zeros and a bare point are allowed.
    case xml
  }

  private static let powers: [UInt64] = {
    var powers: [UInt64] = [1]
    for _ in 0..<19 { powers.append(powers[powers.count - 1] * 10) }
    return powers
  }()

  private static let exactPowers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]

  /// Reads a number that begins at `start` and ends at the first byte that cannot belong to it.
  ///
  /// - Returns: the value and the index behind it.
  /// - Complexity: O(digits); up to 19 significant digits without an allocation.
  @inlinable @inline(__always)
  package static func parse(
    _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, grammar: Grammar, mostBytes: Int
  ) throws(Fault) -> (value: Double, end: Int) {
    var i = start
    let n = bytes.count
    var isNegative = false
    if i < n, bytes[i] == 0x2D {
      isNegative = true
      i += 1
    } else if grammar == .xml, i < n, bytes[i] == 0x2B {
      i += 1
    }
    let digitsStart = i
    var mantissa: UInt64 = 0
    while i < n {
      let digit = bytes[i] &- 0x30
      if digit > 9 { break }
      mantissa = mantissa &* 10 &+ UInt64(digit)
      i += 1
    }
    let wholeDigits = i - digitsStart
    var fractionDigits = 0
    if i < n, bytes[i] == 0x2E {
      i += 1
      let fractionStart = i
      while i < n {
        let digit = bytes[i] &- 0x30
        if digit > 9 { break }
        mantissa = mantissa &* 10 &+ UInt64(digit)
        i += 1
      }
      fractionDigits = i - fractionStart
      if grammar == .json, fractionDigits == 0 { throw .syntax }
    }
    if wholeDigits + fractionDigits == 0 { throw .syntax }
    if grammar == .json {
      if wholeDigits == 0 { throw .syntax }
      if wholeDigits > 1, bytes[digitsStart] == 0x30 { throw .syntax }
    }
    var exponent = -fractionDigits
    if i < n, bytes[i] | 0x20 == 0x65 {
      i += 1
      var isNegativeExponent = false
      if i < n, bytes[i] == 0x2B || bytes[i] == 0x2D {
        isNegativeExponent = bytes[i] == 0x2D
        i += 1
      }
      let exponentStart = i
      var value = 0
      while i < n {
        let digit = bytes[i] &- 0x30
        if digit > 9 { break }
        if value < 1_000_000 { value = value * 10 + Int(digit) }
        i += 1
      }
      if i == exponentStart { throw .syntax }
      exponent += isNegativeExponent ? -value : value
    }
    if i - start > mostBytes { throw .tooLong }
    // Beyond 19 digits the mantissa may have wrapped; leading zeros make this test pessimistic only.
    guard wholeDigits + fractionDigits <= 19,
      let magnitude = nearest(mantissa, exponent: exponent)
    else {
      let value = try slowly(bytes[start..<i])
      return (value, i)
    }
    return (isNegative ? -magnitude : magnitude, i)
  }

  /// mantissa · 10^exponent, rounded once; nil where the quick ways do not reach.
  @usableFromInline
  static func nearest(_ mantissa: UInt64, exponent: Int) -> Double? {
    if mantissa <= 1 << 53 {
      if exponent == 0 { return Double(mantissa) }
      // Both factors are exact, so the one operation rounds once (Clinger 1990).
      if exponent < 0, exponent >= -22 { return Double(mantissa) / exactPowers[-exponent] }
      if exponent > 0, exponent <= 22 { return Double(mantissa) * exactPowers[exponent] }
      if mantissa == 0 { return 0 }
      return nil
    }
    guard exponent < 0, exponent >= -19 else { return exponent == 0 ? Double(mantissa) : nil }
    // One division of 128 by 64 bits gives more than 60 bits of the quotient; whatever remains
    // goes into the last of them, so that the conversion to 53 bits rounds as the true value would.
    let divisor = powers[-exponent]
    let mantissaShift = mantissa.leadingZeroBitCount
    let divisorShift = divisor.leadingZeroBitCount
    let high = (mantissa << mantissaShift) >> 1
    let low = (mantissa << mantissaShift) << 63
    let (quotient, remainder) = (divisor << divisorShift).dividingFullWidth((high, low))
    let sticky = remainder == 0 ? quotient : quotient | 1
    let scale = Double(bitPattern: UInt64(1023 - 63 + divisorShift - mantissaShift) << 52)
    return Double(sticky) * scale
  }

  /// The library's exact conversion, for what is too long or too far from 1 for the quick ways.
  @usableFromInline
  static func slowly(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) throws(Fault) -> Double {
    guard let value = Double(String(decoding: bytes, as: UTF8.self)) else { throw .syntax }
    if value.isInfinite { throw .range }
    return value
  }
}
