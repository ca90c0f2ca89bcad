/// The yearly rule in the footer of a TZif file, in the notation of POSIX's `TZ` as RFC 9636 widens
/// it: `NZST-12NZDT,M9.5.0,M4.1.0/3`.
struct ZoneRule: Sendable {
  /// A day of the year and the second on that day's clock, which may lie days off.
  struct Change: Sendable, Equatable {
    enum Date: Sendable, Equatable {
      /// 1…365, 29 February never counted.
      case julian(Int64)
      /// 0…365, 29 February counted.
      case dayOfYear(Int64)
      /// The n-th such weekday (0 is Sunday) of a month; the fifth is the last.
      case monthly(month: Int64, week: Int64, weekday: Int64)
    }
    var date: Date
    var second: Int64

    /// Seconds from 1970 on a clock that stands still at the offset before the change.
    func localSeconds(in year: Int64) -> Int64 {
      let first = Day.number(year: year, month: 1, day: 1)
      let day: Int64
      switch date {
      case .julian(let number): day = first + number - 1 + (Day.isLeap(year) && number > 59 ? 1 : 0)
      case .dayOfYear(let number): day = first + number
      case .monthly(let month, let week, let weekday):
        let start = Day.number(year: year, month: month, day: 1)
        let shown = Int64(Day(number: start).weekday % 7)
        var date = start + (weekday - shown + 7) % 7 + (week - 1) * 7
        let end = start + Int64(Day.count(inMonth: Int(month), of: Int(year)))
        while date >= end { date -= 7 }
        day = date
      }
      return day * 86_400 + second
    }
  }

  var standardSeconds: Int64
  var daylight: (seconds: Int64, begins: Change, ends: Change)?

  /// - Returns: nil where the text is no rule.
  init?(_ text: ArraySlice<UInt8>) {
    var scanner = Scanner(rest: text)
    guard scanner.skipName(), let west = scanner.time(maximumHours: 24) else { return nil }
    standardSeconds = -west
    if scanner.rest.isEmpty { return }
    guard scanner.skipName() else { return nil }
    var seconds = standardSeconds + 3600
    if scanner.rest.first != 0x2C {
      guard let west = scanner.time(maximumHours: 24) else { return nil }
      seconds = -west
    }
    guard let begins = scanner.change(), let ends = scanner.change(), scanner.rest.isEmpty else {
      return nil
    }
    daylight = (seconds, begins, ends)
  }

  /// The offset from UTC at a moment.
  func offsetSeconds(at seconds: Int64) -> Int64 {
    guard let daylight else { return standardSeconds }
    let shown = Day(containingUTCSeconds: seconds + standardSeconds).civil
    let (begins, ends) = changes(in: Int64(shown.year), daylight)
    let isDaylight =
      begins < ends
      ? begins <= seconds && seconds < ends  // north
      : !(ends <= seconds && seconds < begins)  // south: summer spans the turn of the year
    return isDaylight ? daylight.seconds : standardSeconds
  }

  /// The first change after a moment, or nil where there are none.
  func nextChange(after seconds: Int64) -> Int64? {
    guard let daylight else { return nil }
    let year = Int64(Day(containingUTCSeconds: seconds + standardSeconds).civil.year)
    // A change may lie days off its date, and so in the year beside it.
    return (year - 1...year + 1).flatMap { year in
      let (begins, ends) = changes(in: year, daylight)
      return [begins, ends]
    }.filter { $0 > seconds }.min()
  }

  /// The moments in a year at which daylight saving begins and ends.
  private func changes(
    in year: Int64, _ daylight: (seconds: Int64, begins: Change, ends: Change)
  ) -> (begins: Int64, ends: Int64) {
    (
      daylight.begins.localSeconds(in: year) - standardSeconds,
      daylight.ends.localSeconds(in: year) - daylight.seconds
    )
  }

  private struct Scanner {
    var rest: ArraySlice<UInt8>

    mutating func take(_ byte: UInt8) -> Bool {
      guard rest.first == byte else { return false }
      rest.removeFirst()
      return true
    }

    /// `NZST`, or `<+1245>` where the name is not of letters.
    mutating func skipName() -> Bool {
      if take(0x3C) {
        guard let end = rest.firstIndex(of: 0x3E) else { return false }
        rest = rest[(end + 1)...]
        return true
      }
      let letters = rest.prefix { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A }
      rest = rest[letters.endIndex...]
      return letters.count >= 3
    }

    mutating func number(maximum: Int64) -> Int64? {
      var value: Int64 = 0
      var count = 0
      while let byte = rest.first, byte >= 0x30, byte <= 0x39, count < 4 {
        value = value * 10 + Int64(byte - 0x30)
        rest.removeFirst()
        count += 1
      }
      return count > 0 && value <= maximum ? value : nil
    }

    /// `[+-]hh[:mm[:ss]]` in seconds.
    mutating func time(maximumHours: Int64) -> Int64? {
      let isNegative = take(0x2D)
      if !isNegative { _ = take(0x2B) }
      guard let hours = number(maximum: maximumHours) else { return nil }
      var seconds = hours * 3600
      if take(0x3A) {
        guard let minutes = number(maximum: 59) else { return nil }
        seconds += minutes * 60
        if take(0x3A) {
          guard let last = number(maximum: 59) else { return nil }
          seconds += last
        }
      }
      return isNegative ? -seconds : seconds
    }

    mutating func change() -> Change? {
      guard take(0x2C) else { return nil }
      let date: Change.Date
      if take(0x4D) {
        guard let month = number(maximum: 12), month >= 1, take(0x2E),
          let week = number(maximum: 5), week >= 1, take(0x2E), let weekday = number(maximum: 6)
        else { return nil }
        date = .monthly(month: month, week: week, weekday: weekday)
      } else if take(0x4A) {
        guard let day = number(maximum: 365), day >= 1 else { return nil }
        date = .julian(day)
      } else {
        guard let day = number(maximum: 365) else { return nil }
        date = .dayOfYear(day)
      }
      var second: Int64 = 7200
      if take(0x2F) {
        guard let time = time(maximumHours: 167) else { return nil }
        second = time
      }
      return Change(date: date, second: second)
    }
  }
}
