/// What people, teams, routes, quests and keys are called.
///
/// A name is kept in Unicode's form NFC, without white space at its ends and without characters that
/// show nothing, so that one that was typed on another keyboard or copied from a page is the same
/// name.
package enum Name {
  package enum Fault: Error, Hashable, Sendable {
    case empty, invisible
    /// A control, a line break, or a character that turns the direction of the text around it.
    case forbidden(Unicode.Scalar)

    /// What is said of the name, after its subject.
    package var detail: String {
      switch self {
      case .empty: "is empty"
      case .invisible: "has no visible character"
      case .forbidden(let scalar):
        "holds U+\(Self.hex(scalar)): control characters, line breaks and characters that change "
          + "the direction of text cannot be in a name"
      }
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String {
      let digits = String(scalar.value, radix: 16, uppercase: true)
      return String(repeating: "0", count: max(4 - digits.count, 0)) + digits
    }
  }

  /// The name that a text stands for.
  ///
  /// - Complexity: O(bytes); plain ASCII takes one pass and no copy.
  package static func read(_ text: String) throws(Fault) -> String {
    if isPlain(text) { return text }
    let name = folded(text)
    if name.isEmpty {
      throw text.unicodeScalars.allSatisfy(\.properties.isWhitespace) ? .empty : .invisible
    }
    if let scalar = name.unicodeScalars.first(where: isForbidden) { throw .forbidden(scalar) }
    guard name.unicodeScalars.contains(where: isVisible) else { throw .invisible }
    return name
  }

  /// The form in which names are compared, also those that were kept before there were rules.
  package static func folded(_ text: String) -> String {
    if isPlain(text) { return text }
    var shown = String.UnicodeScalarView()
    // The last character that marks stand on; how they are ordered must not decide.
    var base: Unicode.Scalar?
    var hasGap = false
    for scalar in text.nfc.unicodeScalars {
      guard isShown(scalar, after: shown.last, on: base) else {
        hasGap = true
        continue
      }
      shown.append(scalar)
      if scalar.properties.canonicalCombiningClass == .notReordered,
        !isJoiner(scalar), !isVariant(scalar)
      {
        base = scalar
      }
    }
    // What a character that shows nothing kept apart may compose.
    let kept = String(shown)
    return trimmed(hasGap ? kept.nfc : kept)
  }

  /// The form in which names were compared before characters that show nothing were left out; who
  /// was known by it is still known.
  package static func formerlyFolded(_ text: String) -> String { trimmed(text.nfc) }

  /// - Parameter text: composed.
  private static func trimmed(_ text: String) -> String {
    let scalars = text.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }

  /// What is left of a text of a file that cannot be sent back: without the characters that a name
  /// cannot have; nil where nothing visible is left.
  package static func salvaged(_ text: String) -> String? {
    if isPlain(text) { return text }
    var kept = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      // Words that stand on two lines stay two words.
      if !isForbidden(scalar) {
        kept.append(scalar)
      } else if scalar.properties.isWhitespace {
        kept.append(" ")
      }
    }
    return try? read(String(kept))
  }

  /// Whether a text is printable ASCII that neither begins nor ends with a blank.
  private static func isPlain(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, let last = bytes.last, first != 0x20, last != 0x20 else {
      return false
    }
    return bytes.allSatisfy { 0x20...0x7E ~= $0 }
  }

  /// Whether a character shows something, alone or with the one before it: joiners in scripts that
  /// join and between emoji, variants of a character, and the tags of a flag.
  private static func isShown(
    _ scalar: Unicode.Scalar, after last: Unicode.Scalar?, on base: Unicode.Scalar?
  ) -> Bool {
    // Those that turn text around are forbidden, and never passed over.
    if isForbidden(scalar) { return true }
    if isTag(scalar) { return last.map { $0.value == 0x1F3F4 || isTag($0) } ?? false }
    let (isJoiner, isVariant) = (isJoiner(scalar), isVariant(scalar))
    guard isJoiner || isVariant else {
      return !scalar.properties.isDefaultIgnorableCodePoint
        && !(0xFFF9...0xFFFB).contains(scalar.value)
    }
    guard let base, let last else { return false }
    if isJoiner { return !isOfEurope(base) && !Self.isJoiner(last) }
    return (base.properties.isEmoji || !isOfEurope(base)) && !Self.isVariant(last)
  }

  private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value == 0x200C || scalar.value == 0x200D
  }

  private static func isVariant(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0xFE00...0xFE0F, 0xE0100...0xE01EF, 0x180B...0x180D, 0x180F: true
    default: false
    }
  }

  private static func isTag(_ scalar: Unicode.Scalar) -> Bool {
    (0xE0020...0xE007F).contains(scalar.value)
  }

  /// White space and the alphabets whose letters never join: Latin, Greek, Cyrillic, Armenian.
  private static func isOfEurope(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x0590 || (0x1E00...0x1FFF).contains(scalar.value)
      || scalar.properties.isWhitespace
  }

  private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    // Embeddings, overrides and isolates of the bidirectional algorithm.
    case 0x202A...0x202E, 0x2066...0x2069: true
    default:
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator: true
      default: false
      }
    }
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    // The Braille pattern without dots is a symbol that shows nothing.
    if scalar.value == 0x2800 || scalar.properties.isWhitespace
      || scalar.properties.isDefaultIgnorableCodePoint
    {
      return false
    }
    switch scalar.properties.generalCategory {
    case .format, .nonspacingMark, .enclosingMark, .unassigned: return false
    default: return true
    }
  }
}
