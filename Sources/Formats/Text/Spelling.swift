/// Finds the word that somebody meant.
enum Spelling {
  /// The known word that a word is a misspelling of: another case, or one letter wrong, missing,
  /// too many or swapped with its neighbour; nil where none is that close or the word is known.
  ///
  /// - Complexity: O(length) a known word; words over 32 bytes are not looked at.
  static func nearest(to word: String, among known: [String]) -> String? {
    guard word.utf8.count <= 32, !known.contains(word) else { return nil }
    let lower = word.lowercased()
    if let same = known.first(where: { $0.lowercased() == lower }) { return same }
    let letters = Array(lower.utf8)
    return known.first { isOneEdit(letters, Array($0.lowercased().utf8)) }
  }

  /// Whether one insertion, deletion, replacement or swap of neighbours leads from one to the other.
  private static func isOneEdit(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count >= 3, b.count >= 3, abs(a.count - b.count) <= 1 else { return false }
    var start = 0
    while start < min(a.count, b.count), a[start] == b[start] { start += 1 }
    let (restA, restB) = (a[start...], b[start...])
    if a.count > b.count { return restA.dropFirst() == restB }
    if a.count < b.count { return restA == restB.dropFirst() }
    if restA.dropFirst() == restB.dropFirst() { return true }
    return restA.count >= 2 && restA.first == restB.dropFirst().first
      && restB.first == restA.dropFirst().first && restA.dropFirst(2) == restB.dropFirst(2)
  }
}
