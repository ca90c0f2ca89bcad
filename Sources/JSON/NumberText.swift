#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Numbers as text in files.
package enum NumberText {
  /// A number with at most so many decimals, rounded, without trailing zeros and without an exponent.
  package static func append(_ value: Double, decimals: Int, to out: inout [UInt8]) {
    guard value.isFinite else {
      out.append(0x30)
      return
    }
    if decimals <= 9, abs(value) < 1e6 {
      var scale: Int64 = 1
      for _ in 0..<decimals { scale *= 10 }
      let product = value * Double(scale)
      var rounded = product.rounded(.toNearestOrEven)
      // The product has been rounded once already: where it fell on a tie, its error decides.
      if abs(product - rounded) == 0.5 {
        let error = (-product).addingProduct(value, Double(scale))
        if error != 0 { rounded = product.rounded(error > 0 ? .up : .down) }
      }
      appendDecimal(Int64(rounded), decimals: decimals, to: &out)
      return
    }
    var buffer = [CChar](repeating: 0, count: 352 + decimals)
    let written = withVaList([Int32(min(decimals, 17)), value]) {
      vsnprintf(&buffer, buffer.count, "%.*f", $0)
    }
    var text = buffer.prefix(max(Int(written), 0)).map { UInt8(bitPattern: $0) }
    if text.contains(0x2E) {
      while text.last == 0x30 { text.removeLast() }
      if text.last == 0x2E { text.removeLast() }
    }
    out.append(contentsOf: text == Array("-0".utf8) ? [0x30] : text)
  }

  /// A whole number of 10^-decimals, without trailing zeros.
  package static func appendDecimal(_ scaled: Int64, decimals: Int, to out: inout [UInt8]) {
    var digits: [UInt8] = []
    var rest = scaled.magnitude
    var place = 0
    var isTrailing = true
    while rest > 0 || place <= decimals {
      let digit = UInt8(rest % 10)
      rest /= 10
      if place == decimals, !isTrailing { digits.append(0x2E) }
      if place >= decimals || digit != 0 || !isTrailing {
        digits.append(0x30 + digit)
        isTrailing = false
      }
      place += 1
    }
    if scaled < 0 { out.append(0x2D) }
    out.append(contentsOf: digits.reversed())
  }
}
