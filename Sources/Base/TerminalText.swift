/// Text that people read on a terminal, which must not obey what stands in a file or an argument.
package enum TerminalText {
  /// The text with U+FFFD in the place of each control character but line breaks (LF) and tabs, and of
  /// each character that turns the direction of the text around it.
  ///
  /// - Complexity: O(bytes); text without any is returned as it is.
  package static func clean(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isUnclean) else { return text }
    var clean = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { clean.append(isUnclean(scalar) ? "\u{FFFD}" : scalar) }
    return String(clean)
  }

  /// Whether a terminal, or the text around it, obeys a character: C0 and C1 controls, embeddings,
  /// overrides and isolates.
  package static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
      || (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
  }

  private static func isUnclean(_ scalar: Unicode.Scalar) -> Bool {
    isControl(scalar) && scalar != "\n" && scalar != "\t"
  }
}
