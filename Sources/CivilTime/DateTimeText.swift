/// A date and time as it was written: RFC 3339 text, and what people write nearly like it.
package struct DateTimeText: Hashable, Sendable {
  /// Seconds since 1970 of the time on the clock, whatever the offset.
  package let localSeconds: Int64
  /// Microseconds beyond the second; further digits are cut off.
  package let microseconds: Int64
  /// Seconds east of UTC; nil where the text does not say.
  package let offsetSeconds: Int64?

  /// Whether the text has an offset that tells what the clock showed there: `+00:00` does, while
  /// `Z` and `-00:00` say that this is not known (RFC 3339, section 4.3).
  package let tellsLocalTime: Bool

  /// The offset of the place as text; nil where the text does not tell it.
  package var localOffset: String? {
    tellsLocalTime ? offsetSeconds.map(Zone.offsetText(seconds:)) : nil
  }

  /// The moment that is meant; a time without an offset is taken for UTC.
  package var instant: Instant { instant(offsetSeconds: offsetSeconds ?? 0) }

  /// The moment where the clock is so many seconds ahead of UTC.
  func instant(offsetSeconds offset: Int64) -> Instant {
    Instant(microseconds: (localSeconds - offset) * 1_000_000 + microseconds)
  }

  /// Reads `YYYY-MM-DD` and, unless that is all, `Thh:mm[:ss[.f…]][Z|±hh:mm]`; nil where the bytes
  /// are anything else. All of a leap second is the moment at which the next second begins. A bare date
  /// is its midnight.
  ///
  /// - Complexity: O(bytes), without an allocation.
  package init?(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) {
    var i = start
    func digits(_ count: Int) -> Int? {
      guard i + count <= end else { return nil }
      var value = 0
      for k in i..<i + count {
        let digit = bytes[k] &- 0x30
        if digit > 9 { return nil }
        value = value * 10 + Int(digit)
      }
      i += count
      return value
    }
    func take(_ byte: UInt8) -> Bool {
      guard i < end, bytes[i] == byte else { return false }
      i += 1
      return true
    }
    guard let year = digits(4), take(0x2D), let month = digits(2), take(0x2D),
      let day = digits(2), (1...12).contains(month), day >= 1,
      day <= Day.count(inMonth: month, of: year)
    else { return nil }
    var hour = 0
    var minute = 0
    var second = 0
    var micros: Int64 = 0
    if i < end {
      guard bytes[i] | 0x20 == 0x74 || bytes[i] == 0x20 else { return nil }
      i += 1
      guard let h = digits(2), take(0x3A), let m = digits(2), h < 24, m < 60 else { return nil }
      (hour, minute) = (h, m)
      if take(0x3A) {
        guard let s = digits(2), s <= 60 else { return nil }
        second = s
        if i < end, bytes[i] == 0x2E || bytes[i] == 0x2C {
          i += 1
          var scale: Int64 = 100_000
          let first = i
          while i < end, bytes[i] &- 0x30 < 10 {
            micros += Int64(bytes[i] - 0x30) * scale
            scale /= 10
            i += 1
          }
          if i == first { return nil }
        }
      }
    }
    localSeconds =
      Day.number(year: Int64(year), month: Int64(month), day: Int64(day)) * 86_400
      + Int64(hour * 3600 + minute * 60 + second)
    // No moment is kept between a leap second and the next one.
    microseconds = second == 60 ? 0 : micros
    if i == end {
      offsetSeconds = nil
      tellsLocalTime = false
    } else if bytes[i] | 0x20 == 0x7A {
      i += 1
      offsetSeconds = 0
      tellsLocalTime = false
    } else {
      guard bytes[i] == 0x2B || bytes[i] == 0x2D else { return nil }
      let isWest = bytes[i] == 0x2D
      i += 1
      guard let h = digits(2), h < 24 else { return nil }
      _ = take(0x3A)
      guard let m = digits(2), m < 60 else { return nil }
      let offset = Int64(h * 3600 + m * 60)
      offsetSeconds = isWest ? -offset : offset
      tellsLocalTime = !isWest || offset != 0
    }
    guard i == end else { return nil }
  }
}
