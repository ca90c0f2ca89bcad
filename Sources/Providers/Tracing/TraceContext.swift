/// Where a request stands in a trace that other programs have begun (W3C Trace Context, level 1).
public struct TraceContext: Hashable, Sendable {
  /// The 128 bits that all spans of a trace share.
  public let high: UInt64
  public let low: UInt64
  /// The span of whoever asks; nil where the trace begins here.
  public let parent: UInt64?
  /// Whether whoever asks keeps its own spans.
  public let isSampled: Bool

  /// A trace that begins here.
  public init(high: UInt64, low: UInt64, isSampled: Bool) {
    (self.high, self.low, self.isSampled) = (high, low, isSampled)
    parent = nil
  }

  /// Reads the header `traceparent`.
  ///
  /// - Returns: nil where it is not what the standard says; then there is no trace.
  public init?(traceparent text: String) {
    let bytes = Array(text.utf8)
    // 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
    guard bytes.count >= 55, bytes[2] == 0x2D, bytes[35] == 0x2D, bytes[52] == 0x2D,
      let version = Self.word(bytes[0..<2]), version != 0xFF,
      let high = Self.word(bytes[3..<19]), let low = Self.word(bytes[19..<35]),
      let parent = Self.word(bytes[36..<52]), let flags = Self.word(bytes[53..<55]),
      high | low != 0, parent != 0
    else { return nil }
    // Later versions may say more, after another hyphen.
    guard bytes.count == 55 || version > 0 && bytes[55] == 0x2D else { return nil }
    (self.high, self.low, self.parent) = (high, low, parent)
    isSampled = flags & 1 == 1
  }

  /// 32 hexadecimal digits.
  public var traceText: String { Self.text(high) + Self.text(low) }

  /// Sixteen hexadecimal digits.
  static func text(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  /// Lower-case hexadecimal digits alone, as the standard has them.
  private static func word(_ digits: ArraySlice<UInt8>) -> UInt64? {
    var word: UInt64 = 0
    for digit in digits {
      switch digit {
      case 0x30...0x39: word = word << 4 | UInt64(digit - 0x30)
      case 0x61...0x66: word = word << 4 | UInt64(digit - 0x57)
      default: return nil
      }
    }
    return word
  }
}
