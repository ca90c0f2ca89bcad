internal import CivilTime

/// A time as XML schemas write it.
struct XMLTime {
  let instant: Instant?
  /// Whether it is written as the schema asks, which has neither bare dates nor minutes without
  /// seconds, a capital T and Z, and no more than 14 hours from UTC.
  let isAsAsked: Bool

  init(_ text: UnsafeBufferPointer<UInt8>) {
    instant = DateTimeText(text, from: 0, to: text.count)?.instant
    isAsAsked =
      instant != nil && text.count >= 19 && text[10] == 0x54 && text[16] == 0x3A
      && Self.isOffsetAsAsked(text[19...])
  }

  /// - Parameter tail: what follows the seconds.
  private static func isOffsetAsAsked(_ tail: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    guard let sign = tail.lastIndex(where: { $0 == 0x2B || $0 == 0x2D }) else {
      return tail.last != 0x7A
    }
    let digits = tail[(sign + 1)...]
    guard digits.count == 5, digits[sign + 3] == 0x3A else { return false }
    let hours = digits.prefix(2).reduce(0) { 10 * $0 + Int($1 &- 0x30) }
    return hours < 14 || hours == 14 && digits.suffix(2).allSatisfy { $0 == 0x30 }
  }
}
