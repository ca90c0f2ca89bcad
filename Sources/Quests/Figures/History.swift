public import CivilTime
public import Geodesy

/// One day of a quest, idle ones too.
public struct HistoryDay: Hashable, Sendable {
  public let day: Day
  public let distance: Distance
  public let walks: Int64
  /// Everything up to the end of the day.
  public let total: Distance
}

/// The days of a quest one by one.
public enum History {
  /// Every day of a range, also those on which nobody walked.
  ///
  /// - Parameters:
  ///   - totals: by day, ascending; those before the range go into the running total.
  /// - Complexity: O(days + totals).
  public static func days(_ range: ClosedRange<Day>, totals: some Sequence<DayTotal>)
    -> [HistoryDay]
  {
    var running: Int128 = 0
    var byDay: [Day: DayTotal] = [:]
    for total in totals where total.walks > 0 {
      if total.day < range.lowerBound {
        running += Int128(total.distance.micrometers)
      } else if total.day <= range.upperBound {
        byDay[total.day] = total
      }
    }
    return range.map { day in
      let walked = byDay[day] ?? DayTotal(day: day, distance: .zero, walks: 0)
      running += Int128(walked.distance.micrometers)
      return HistoryDay(
        day: day, distance: walked.distance, walks: walked.walks,
        total: Distance(micrometers: Int64(clamping: running)))
    }
  }
}
