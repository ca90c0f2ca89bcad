public import Formats

/// Messages that say the same of many places.
public enum MessageWords {
  /// After this many that say the same the rest is only counted.
  public static let mostAlike = 3

  /// A message without the place in brackets at its end, and without the numbers from its first quotation
  /// on: they are the file's, or follow from them.
  static func withoutPlace(_ message: String) -> String {
    let bracket = message.hasSuffix(")") ? message.lastIndex(of: "(") : nil
    var words = ""
    var hasQuoted = false
    for character in message[..<(bracket ?? message.endIndex)] {
      hasQuoted = hasQuoted || character == "“"
      if !hasQuoted || !character.isNumber { words.append(character) }
    }
    return words
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
