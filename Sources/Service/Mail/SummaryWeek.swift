import CivilTime
import Quests

/// A week from Monday to Sunday that people are told of, each when it has ended where they live.
struct SummaryWeek: Hashable, Sendable {
  let monday: Day

  /// No zone is farther from UTC.
  private static let farthestSeconds: Int64 = 86_400
  /// After the end of the week, for walks that are synced late.
  private static let earliestSeconds: Int64 = 3_600
  /// The time over which the summaries of one zone are spread.
  private static let spreadSeconds: Int64 = 4 * 3_600
  /// After the end of the week nobody is told of it any more.
  private static let latestSeconds: Int64 = 3 * 86_400

  /// The last week that has ended in a zone.
  static func last(at now: Instant, in zone: Zone) -> Self {
    Self(monday: zone.day(at: now).weekStart.advanced(by: -7))
  }

  /// The week that somebody somewhere may have to be told of; nil where nobody has to.
  static func due(at now: Instant) -> Self? {
    let week = last(at: now.advanced(bySeconds: farthestSeconds), in: .utc)
    return now < week.end(.utc).advanced(bySeconds: farthestSeconds + latestSeconds) ? week : nil
  }

  private func end(_ zone: Zone) -> Instant { zone.start(of: monday.advanced(by: 7)) }

  /// The last day.
  var sunday: Day { monday.advanced(by: 6) }

  /// From Monday's beginning to Sunday's end.
  func span(in zone: Zone) -> Range<Instant> { zone.start(of: monday)..<end(zone) }

  /// When a person is told.
  func telling(_ person: PersonID, in zone: Zone) -> Range<Instant> {
    let end = end(zone)
    let part = person.bytes.suffix(4).reduce(Int64(0)) { $0 << 8 | Int64($1) }
    let first = end.advanced(bySeconds: Self.earliestSeconds + part % Self.spreadSeconds)
    return first..<end.advanced(bySeconds: Self.latestSeconds)
  }

  /// From when on everybody everywhere can be told.
  var isEverybodysFrom: Instant {
    end(.utc).advanced(
      bySeconds: Self.farthestSeconds + Self.earliestSeconds + Self.spreadSeconds)
  }
}
