internal import CivilTime

/// What stands in a `time` of GPX.
struct GPXTime {
  let instant: Instant?
  /// Whether it is written as the schema asks, which has neither bare dates nor minutes without
  /// seconds, and a capital T.
  let isAsAsked: Bool

  init(_ text: UnsafeBufferPointer<UInt8>) {
    instant = DateTimeText(text, from: 0, to: text.count)?.instant
    isAsAsked = instant != nil && text.count >= 19 && text[10] == 0x54 && text[16] == 0x3A
  }
}
