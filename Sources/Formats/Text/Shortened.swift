#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The beginning of a text, so that a message never repeats a megabyte.
func shortened(_ text: String, to most: Int = 40) -> String {
  // Only as far as is shown: a thousand messages may repeat a long name.
  guard let end = text.index(text.startIndex, offsetBy: most, limitedBy: text.endIndex),
    end < text.endIndex
  else { return text }
  return text[..<end] + "…"
}

func shortened(_ text: UnsafePointer<CChar>) -> String {
  let bytes = UnsafeBufferPointer(start: text, count: min(strlen(text), 200))
  return shortened(String(decoding: bytes.lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self))
}

func cLength(_ text: UnsafePointer<CChar>) -> Int { strlen(text) }

extension BidirectionalCollection<UInt8> {
  /// Without the last character, where it is of more than one byte and so may be cut.
  var withoutCutCharacter: SubSequence {
    var kept = self[...]
    while let last = kept.last, last & 0xC0 == 0x80 { kept.removeLast() }
    if let last = kept.last, last >= 0xC0 { kept.removeLast() }
    return kept
  }
}
