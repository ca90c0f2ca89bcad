internal import CivilTime

/// A time as XML schemas write it.
struct XMLTime {
  let instant: Instant?
  /// Whether it is written as the schema asks, which has neither bare dates nor minutes without
  /// seconds, no leap second, a capital T and Z, and no more than 14 hours from UTC.
  let isAsAsked: Bool

  init(_ text: UnsafeBufferPointer<UInt8>) {
    instant =
      Self.isEndOfDay(text)
      ? Self.endOfDay(text) : DateTimeText(text, from: 0, to: text.count)?.instant
    isAsAsked =
      instant != nil && text.count >= 19 && text[10] == 0x54 && text[16] == 0x3A
      && text[17] != 0x36 && Self.isOffsetAsAsked(text[19...])
  }

  /// Whether it is `24:00:00` of a day, which XML schemas allow for the start of the next one; its
  /// decimals are zeros.
  private static func isEndOfDay(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    guard text.count >= 19, text[11] == 0x32, text[12] == 0x34 else { return false }
    guard text[13..<19].elementsEqual(":00:00".utf8) else { return false }
    guard text.count > 19, text[19] == 0x2E else { return true }
    return text[20...].first { $0 != 0x30 }.map { $0 < 0x30 || $0 > 0x39 } ?? true
  }

  private static func endOfDay(_ text: UnsafeBufferPointer<UInt8>) -> Instant? {
    var start = Array(text)
    start[11] = 0x30
    start[12] = 0x30
    let instant = start.withUnsafeBufferPointer {
      DateTimeText($0, from: 0, to: $0.count)?.instant.advanced(bySeconds: 86_400)
    }
    return instant.flatMap { $0 > Instant.latest ? nil : $0 }
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
