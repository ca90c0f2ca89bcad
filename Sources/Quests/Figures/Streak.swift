public import CivilTime

/// Days or weeks in a row with a walk, by the calendar of the walks' own zones.
public enum Streak {
  /// How many days in a row have a walk, up to today or yesterday; 0 where neither has.
  ///
  /// - Parameter days: the days with a walk, the latest first, repeats allowed. A day after today
  ///   (a walk in a zone that is ahead) carries the streak on.
  /// - Complexity: O(streak): it stops reading at the first gap.
  public static func days(_ days: some Sequence<Day>, today: Day) -> Int {
    run(days, step: 1, notBefore: today.advanced(by: -1))
  }

  /// How many ISO weeks in a row have a walk, up to this week or the last.
  public static func weeks(_ days: some Sequence<Day>, today: Day) -> Int {
    run(
      days.lazy.map(\.weekStart), step: 7, notBefore: today.weekStart.advanced(by: -7))
  }

  /// The longest run of days in a row.
  ///
  /// - Parameter days: ascending, repeats allowed.
  /// - Complexity: O(days).
  public static func longest(_ days: some Sequence<Day>) -> Int {
    var longest = 0
    var length = 0
    var last: Day?
    for day in days where day != last {
      length = last.map { $0.advanced(by: 1) == day } == true ? length + 1 : 1
      longest = max(longest, length)
      last = day
    }
    return longest
  }

  private static func run(_ days: some Sequence<Day>, step: Int64, notBefore: Day) -> Int {
    var length = 0
    var last: Day?
    for day in days where day != last {
      if let last {
        if day.advanced(by: step) != last { break }
      } else if day < notBefore {
        break
      }
      length += 1
      last = day
    }
    return length
  }
}
