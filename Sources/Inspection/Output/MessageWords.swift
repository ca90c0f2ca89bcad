public import Formats

/// Messages that say the same of many places.
public enum MessageWords {
  /// After this many that say the same the rest is only counted.
  public static let mostAlike = 3

  /// A message without the place in brackets at its end, and without the numbers from its first quotation
  /// on: they are the file's, or follow from them.
  static func withoutPlace(_ message: String) -> String {
    let bytes = message.utf8
    let body = bytes.last == 0x29 ? bytes.lastIndex(of: 0x28).map { bytes[..<$0] } : nil
    var words: [UInt8] = []
    words.reserveCapacity(bytes.count)
    var hasQuoted = false
    for byte in body ?? bytes[...] {
      // The bytes of “.
      hasQuoted = hasQuoted || byte == 0x9C && words.suffix(2) == [0xE2, 0x80]
      if !hasQuoted || byte &- 0x30 >= 10 { words.append(byte) }
    }
    return String(decoding: words, as: UTF8.self)
  }

  /// The diagnostics that are shown, each with the number of later ones that say the same and are not.
  ///
  /// - Complexity: O(bytes of the messages).
  public static func folded(
    _ diagnostics: [Diagnostic]
  ) -> [(diagnostic: Diagnostic, moreCount: Int)] {
    var shown: [(diagnostic: Diagnostic, moreCount: Int)] = []
    var alike: [String: (count: Int, last: Int)] = [:]
    for diagnostic in diagnostics {
      let words = diagnostic.code.rawValue + withoutPlace(diagnostic.message)
      let (count, last) = alike[words] ?? (0, 0)
      if count < mostAlike {
        alike[words] = (count + 1, shown.count)
        shown.append((diagnostic, 0))
      } else {
        shown[last].moreCount += 1
      }
    }
    return shown
  }
}
