@_spi(_Unicode) import Swift

extension String {
  /// The text in Unicode's form NFC, by the tables of the standard library.
  ///
  /// - Complexity: O(bytes); ASCII is returned as it is.
  package var nfc: String {
    if utf8.allSatisfy({ $0 < 0x80 }) { return self }
    var composed = ""
    composed.reserveCapacity(utf8.count)
    composed.unicodeScalars.append(contentsOf: _nfc)
    return composed
  }
}
