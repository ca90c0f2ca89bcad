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
    let letters = lowercased(word)
    if let same = known.first(where: { $0.utf8.count == length && lowercased($0) == letters }) {
      return same
    }
    return known.first {
      abs($0.utf8.count - length) <= 1 && isOneEdit(letters, lowercased($0))
    }
  }

  /// The bytes of a word with A to Z in lower case.
  private static func lowercased(_ word: String) -> [UInt8] {
    word.utf8.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
  }

  /// Whether one insertion, deletion, replacement or swap of neighbours leads from one to the other.
  private static func isOneEdit(_ a: [UInt8], _ b: [UInt8]) -> Bool {
    guard a.count >= 3, b.count >= 3, abs(a.count - b.count) <= 1 else { return false }
    var start = 0
    while start < min(a.count, b.count), a[start] == b[start] { start += 1 }
    let (restA, restB) = (a[start...], b[start...])
    func isSame(_ x: ArraySlice<UInt8>, _ y: ArraySlice<UInt8>) -> Bool { x.elementsEqual(y) }
    if a.count > b.count { return isSame(restA.dropFirst(), restB) }
    if a.count < b.count { return isSame(restA, restB.dropFirst()) }
    if isSame(restA.dropFirst(), restB.dropFirst()) { return true }
    return restA.count >= 2 && restA.first == restB.dropFirst().first
      && restB.first == restA.dropFirst().first && isSame(restA.dropFirst(2), restB.dropFirst(2))
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
