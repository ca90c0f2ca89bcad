/// Finds the word that somebody meant.
package enum Spelling {
  /// The known word that a word is a misspelling of: another case, or one letter wrong, missing,
  /// too many or swapped with its neighbour; nil where none is that close or the word is known.
  ///
  /// - Complexity: O(length) a known word; words over 32 bytes are not looked at.
  static func nearest(to word: String, among known: [String]) -> String? {
    let length = word.utf8.count
    // Without copies: a file may hold a million words, each of which is looked up.
    guard length <= 32, known.contains(where: { abs($0.utf8.count - length) <= 1 }),
      !known.contains(word)
    else { return nil }
    if let same = known.first(where: {
      $0.utf8.count == length && isSame(word.utf8[...], $0.utf8[...])
    }) {
      return same
    }
    return known.first {
      abs($0.utf8.count - length) <= 1 && isOneEdit(word.utf8[...], $0.utf8[...])
    }
  }

  /// Whether words are the same but for the case of A to Z.
  private static func isSame(_ a: Substring.UTF8View, _ b: Substring.UTF8View) -> Bool {
    a.elementsEqual(b) { lowercased($0) == lowercased($1) }
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 {
    byte &- 0x41 < 26 ? byte | 0x20 : byte
  }

  /// Whether one insertion, deletion, replacement or swap of neighbours leads from one to the other.
  private static func isOneEdit(_ a: Substring.UTF8View, _ b: Substring.UTF8View) -> Bool {
    let (lengthA, lengthB) = (a.count, b.count)
    guard lengthA >= 3, lengthB >= 3, abs(lengthA - lengthB) <= 1 else { return false }
    var (i, j) = (a.startIndex, b.startIndex)
    while i < a.endIndex, j < b.endIndex, lowercased(a[i]) == lowercased(b[j]) {
      a.formIndex(after: &i)
      b.formIndex(after: &j)
    }
    let (restA, restB) = (a[i...], b[j...])
    if lengthA > lengthB { return isSame(restA.dropFirst(), restB) }
    if lengthA < lengthB { return isSame(restA, restB.dropFirst()) }
    if isSame(restA.dropFirst(), restB.dropFirst()) { return true }
    guard let firstA = restA.first, let firstB = restB.first,
      let secondA = restA.dropFirst().first, let secondB = restB.dropFirst().first
    else { return false }
    return lowercased(firstA) == lowercased(secondB) && lowercased(firstB) == lowercased(secondA)
      && isSame(restA.dropFirst(2), restB.dropFirst(2))
  }

  /// The known words that are spelled nearly like a word or hold it, nearest first, three at most.
  package static func like(_ word: String, among known: [String]) -> [String] {
    let scored = known.map { ($0, editDistance(word, $0)) }
      .filter { $0.1 <= max(2, word.count / 3) || $0.0.contains(word) }
    return scored.sorted { $0.1 < $1.1 }.prefix(3).map(\.0)
  }

  /// Levenshtein's distance (1966). O(a · b) of texts of a code's length.
  private static func editDistance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.utf8.prefix(64)), Array(b.utf8))
    var row = Array(0...b.count)
    for i in a.indices {
      var diagonal = row[0]
      row[0] = i + 1
      for j in b.indices {
        let above = row[j + 1]
        row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a[i] == b[j] ? 0 : 1))
        diagonal = above
      }
    }
    return row[b.count]
  }
}
