internal import Foundation

/// The ASCII form of domains in other letters (RFC 3492, RFC 5891).
enum Punycode {
  /// A domain with each label that is not ASCII in its `xn--` form.
  ///
  /// - Returns: nil where a label has what no domain may have.
  static func domain(_ text: some StringProtocol) -> String? {
    // Other dots part labels too, and upper case is lower case.
    let folded = String(text).lowercased().precomposedStringWithCompatibilityMapping
      .replacing("。", with: ".")
    var labels: [String] = []
    for label in folded.split(separator: ".", omittingEmptySubsequences: false) {
      if label.utf8.allSatisfy({ $0 < 0x80 }) {
        labels.append(String(label))
        continue
      }
      guard label.unicodeScalars.allSatisfy(mayStand), !label.hasPrefix("xn--"),
        let first = label.unicodeScalars.first, !first.properties.isMark,
        let encoded = encoded(Array(label.unicodeScalars.map(\.value)))
      else { return nil }
      labels.append("xn--" + encoded)
    }
    return labels.joined(separator: ".")
  }

  private static func mayStand(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .lowercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark,
      .decimalNumber:
      true
    default: scalar == "-" || scalar == "\u{30FB}" || scalar == "\u{B7}"
    }
  }

  private static let (base, least, most, skew, damp) = (36, 1, 26, 38, 700)

  /// RFC 3492, section 6.3.
  private static func encoded(_ input: [UInt32]) -> String? {
    var out = input.filter { $0 < 0x80 }.map { UInt8($0) }
    let basic = out.count
    var handled = basic
    if basic > 0 { out.append(0x2D) }
    var (n, delta, bias) = (UInt32(0x80), 0, 72)
    while handled < input.count {
      guard let next = input.filter({ $0 >= n }).min() else { return nil }
      let (step, overflow) = Int(next - n).multipliedReportingOverflow(by: handled + 1)
      guard !overflow, delta <= Int.max - step else { return nil }
      delta += step
      n = next
      for scalar in input {
        if scalar < n { delta += 1 }
        guard scalar == n else { continue }
        var (q, k) = (delta, base)
        while true {
          let t = k <= bias ? least : k >= bias + most ? most : k - bias
          if q < t { break }
          out.append(digit(t + (q - t) % (base - t)))
          q = (q - t) / (base - t)
          k += base
        }
        out.append(digit(q))
        bias = adapted(delta, handled + 1, isFirst: handled == basic)
        delta = 0
        handled += 1
      }
      delta += 1
      n += 1
    }
    return String(decoding: out, as: UTF8.self)
  }

  private static func digit(_ value: Int) -> UInt8 { UInt8(value < 26 ? value + 0x61 : value + 22) }

  private static func adapted(_ delta: Int, _ count: Int, isFirst: Bool) -> Int {
    var delta = isFirst ? delta / damp : delta / 2
    delta += delta / count
    var k = 0
    while delta > (base - least) * most / 2 {
      delta /= base - least
      k += base
    }
    return k + (base - least + 1) * delta / (delta + skew)
  }
}

extension Unicode.Scalar.Properties {
  fileprivate var isMark: Bool {
    generalCategory == .nonspacingMark || generalCategory == .spacingMark
  }
}
