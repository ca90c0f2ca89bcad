public import CivilTime
public import Geodesy

/// How fast a team goes, and when it arrives: the one definition of both.
///
/// The pace is the mean per calendar day, in the quest's zone, over the last 14 days or since the
/// start where that is shorter, today included, idle days included.
public struct Pace: Hashable, Sendable {
  /// How far back the mean looks.
  public static let longestDays: Int64 = 14

  /// How many days the mean is over; 0 before the quest starts.
  public let days: Int64
  /// What was walked on these days.
  public let walked: Distance
  /// today + ceil(remaining · days / walked), at most 9999-12-31; nil where nothing was walked,
  /// the quest is finished or it is not active.
  public let arrival: Day?
  /// The last day of [start, end).
  public let deadline: Day
  /// Whether the arrival is not after the deadline; an idle team is behind. Nil where the quest is
  /// finished or not active.
  public let isOnTrack: Bool?

  /// The days that count for the pace at a moment, or nil before the quest starts.
  public static func window(
    at now: Instant, start: Instant, zone: Zone
  ) -> ClosedRange<Day>? {
    let today = zone.day(at: now)
    let first = max(zone.day(at: start), today.advanced(by: 1 - longestDays))
    return first <= today && start <= now ? first...today : nil
  }

  /// - Parameters:
  ///   - recent: the day totals of the window at least; others are left out.
  ///   - total: what the team has walked for the quest.
  public init(
    recent: some Sequence<DayTotal>, total: Distance, questLength: Distance, start: Instant,
    end: Instant, zone: Zone, state: QuestState, at now: Instant
  ) {
    deadline = zone.day(at: end.advanced(byMicroseconds: -1))
    let window = Self.window(at: now, start: start, zone: zone)
    var sum: Int128 = 0
    if let window {
      for day in recent where window.contains(day.day) { sum += Int128(day.distance.micrometers) }
    }
    let days = window.map { $0.lowerBound.distance(to: $0.upperBound) + 1 } ?? 0
    self.days = days
    walked = Distance(micrometers: Int64(clamping: sum))
    guard state == .active, total < questLength, let today = window?.upperBound else {
      arrival = nil
      isOnTrack = nil
      return
    }
    guard sum > 0 else {
      arrival = nil
      isOnTrack = false
      return
    }
    let remaining = Int128(questLength.micrometers) - Int128(total.micrometers)
    let ahead = (remaining * Int128(days) + sum - 1) / sum
    let arrival = min(today.advanced(by: Int64(clamping: ahead)), Day.last)
    self.arrival = arrival
    isOnTrack = arrival <= deadline
  }
}
