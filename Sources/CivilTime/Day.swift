/// A calendar day in the proleptic Gregorian calendar, without a zone.
public struct Day: Hashable, Comparable, Sendable, Strideable {
  /// Days since 1970-01-01.
  public let number: Int64

  public init(number: Int64) { self.number = number }

  /// 9999-12-31, the last day that a date can state.
  public static let last = Day(number: 2_932_896)

  /// - Returns: nil where the calendar has no such day, or its year is outside 0…9999.
  public init?(year: Int, month: Int, day: Int) {
    guard (0...9999).contains(year), (1...12).contains(month), day >= 1,
      day <= Day.count(inMonth: month, of: year)
    else { return nil }
    number = Day.number(year: Int64(year), month: Int64(month), day: Int64(day))
  }

  /// The day on which a moment falls on a clock that shows UTC.
  init(containingUTCSeconds seconds: Int64) {
    number = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
  }

  @inlinable public static func < (a: Day, b: Day) -> Bool { a.number < b.number }

  public func distance(to other: Day) -> Int64 {
    let (count, overflow) = other.number.subtractingReportingOverflow(number)
    return overflow ? (other.number < number ? .min : .max) : count
  }

  /// Stays within what a day can hold.
  public func advanced(by count: Int64) -> Day {
    let (value, overflow) = number.addingReportingOverflow(count)
    return Day(number: overflow ? (count < 0 ? .min : .max) : value)
  }

  /// 1 for Monday to 7 for Sunday, as ISO 8601 counts.
  public var weekday: Int {
    let (shifted, overflow) = number.addingReportingOverflow(3)
    let remainder = (overflow ? number : shifted) % 7
    return Int(remainder < 0 ? remainder + 7 : remainder) + 1
  }

  /// The Monday that begins the day's ISO week.
  public var weekStart: Day { advanced(by: Int64(1 - weekday)) }

  /// The ISO 8601 week: its year may differ from the day's at the turn of the year.
  public var isoWeek: (year: Int, week: Int) {
    // The week belongs to the year of its Thursday.
    let thursday = weekStart.advanced(by: 3)
    let year = thursday.civil.year
    let first = Day.number(year: Int64(year), month: 1, day: 1)
    return (year, Int((thursday.number - first) / 7) + 1)
  }

  /// Year, month and day (H. Hinnant, civil_from_days). Days outside the years 0…9999 answer the
  /// nearest within.
  public var civil: (year: Int, month: Int, day: Int) {
    let shifted = min(max(number, -719_528), Day.last.number) + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (Int(yearOfEra + era * 400 + (month <= 2 ? 1 : 0)), Int(month), Int(day))
  }

  /// Days since 1970-01-01 (H. Hinnant, days_from_civil).
  static func number(year: Int64, month: Int64, day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  static func count(inMonth month: Int, of year: Int) -> Int {
    switch month {
    case 2: isLeap(Int64(year)) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  static func isLeap(_ year: Int64) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }
}

extension Day: CustomStringConvertible {
  /// ISO 8601, such as `2026-05-03`.
  public var description: String {
    let (year, month, day) = civil
    let digits = String(year)
    return String(repeating: "0", count: 4 - digits.count)
      + "\(digits)-\(twoDigits(Int64(month)))-\(twoDigits(Int64(day)))"
  }
}
