@_spi(_Unicode) import Swift

/// The spelling by which a place is found.
///
/// `routes/tools/make_cities.py` does the same to the names that are embedded.
package enum PlaceKey {
  /// Letters that are one of another alphabet, or none, to those who type without them.
  private static let letters: [Unicode.Scalar: String] = [
    "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i",
    "ħ": "h", "ə": "e", "ŋ": "n", "ʻ": "", "ʼ": "", "ʿ": "", "ʾ": "", "’": "", "‘": "", "'": "",
    "`": "", "´": "", "ʹ": "", "ʺ": "", "ŧ": "t", "ƙ": "k", "ɓ": "b", "ɗ": "d",
  ]

  /// A name in small letters without accents, its words with one space between: `São-Tomé` is
  /// `sao tome`.
  ///
  /// - Complexity: O(bytes).
  package static func folded(_ text: String) -> String {
    var key = ""
    var isBetweenWords = false
    func add(_ scalar: Unicode.Scalar) {
      if isWord(scalar) {
        if isBetweenWords, !key.isEmpty { key.unicodeScalars.append(" ") }
        isBetweenWords = false
        key.unicodeScalars.append(scalar)
      } else {
        isBetweenWords = true
      }
    }
    for scalar in text._nfd where !isSilent(scalar) {
      for small in scalar.properties.lowercaseMapping.unicodeScalars {
        if let spelling = letters[small] {
          for letter in spelling.unicodeScalars { add(letter) }
        } else {
          add(small)
        }
      }
    }
    return key
  }

  private static func isSilent(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII { return false }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return true
    default: return false
    }
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
      true
    default: false
    }
  }
}
