#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Round numbers for axes, bars and ticks.
enum NiceNumbers {
  /// The smallest of 1, 2, 5 times a power of ten that is at least a value above 0.
  static func atLeast(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return 1 }
    let power = pow(10, log10(value).rounded(.down))
    for factor in [1.0, 2, 5, 10] where factor * power >= value * (1 - 1e-9) {
      return factor * power
    }
    return 10 * power
  }

  /// The largest of 1, 2, 5 times a power of ten that is at most a value above 0.
  static func atMost(_ value: Double) -> Double {
    guard value > 0, value.isFinite else { return 1 }
    let power = pow(10, log10(value).rounded(.down))
    return [5.0, 2, 1].first { $0 * power <= value * (1 + 1e-9) }.map { $0 * power } ?? power
  }

  /// The multiples of a step within a range, at most so many.
  static func multiples(of step: Double, in range: ClosedRange<Double>, most: Int = 200) -> [Double]
  {
    guard step > 0 else { return [] }
    let first = (range.lowerBound / step - 1e-9).rounded(.up)
    let last = (range.upperBound / step + 1e-9).rounded(.down)
    guard last >= first, last - first < Double(most) else { return [] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// A number with as many decimals as its step has, thousands apart: "1,500", "0.25".
  static func text(_ value: Double, step: Double) -> String {
    var decimals = 0
    var scaled = step
    while decimals < 6, abs(scaled - scaled.rounded()) > 1e-6 {
      scaled *= 10
      decimals += 1
    }
    return text(value, decimals: decimals)
  }

  /// A number within ±10¹², rounded, thousands apart.
  static func text(_ value: Double, decimals: Int) -> String {
    guard abs(value) < 1e12 else { return "\(value)" }
    let power = pow(10, Double(decimals))
    let whole = Int64((abs(value) * power).rounded())
    var digits = Array(String(whole).utf8)
    while digits.count <= decimals { digits.insert(0x30, at: 0) }
    var out: [UInt8] = value < 0 && whole != 0 ? Array("−".utf8) : []
    let ahead = digits.count - decimals
    for (index, digit) in digits.enumerated() {
      if index == ahead { out.append(UInt8(ascii: ".")) }
      if index > 0, index < ahead, (ahead - index) % 3 == 0 { out.append(UInt8(ascii: ",")) }
      out.append(digit)
    }
    return String(decoding: out, as: UTF8.self)
  }
}
