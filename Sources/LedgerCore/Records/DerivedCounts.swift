package import CivilTime
package import Quests

/// The derived counts of days, of days without any too, so that a day is known to be counted.
package struct DerivedCounts: Sendable {
  private let days: ClosedRange<Day>
  private var values: [Int64: [DailyCount.Derived: Int64]] = [:]

  package init(_ days: ClosedRange<Day>) { self.days = days }

  /// - Parameter numbers: one for each count; more are left out.
  package mutating func put(
    _ numbers: [Int64], _ counts: [DailyCount.Derived], on day: Int64
  ) {
    for (count, number) in zip(counts, numbers) { values[day, default: [:]][count] = number }
  }

  package var all: [DailyCount] {
    days.flatMap { day in
      DailyCount.Derived.allCases.map {
        DailyCount(day: day, name: $0.rawValue, value: values[day.number]?[$0] ?? 0)
      }
    }
  }
}

extension DailyCount {
  package static let dayMicroseconds: Int64 = 86_400_000_000
  /// Under what the right to derive is held.
  package static let service = "statistics"

  /// The moments at which days begin and are over, in microseconds since 1970.
  package static func bounds(of days: ClosedRange<Day>) -> (from: Int64, until: Int64) {
    (
      days.lowerBound.number * dayMicroseconds, (days.upperBound.number + 1) * dayMicroseconds
    )
  }

  package static func check(_ days: ClosedRange<Day>) throws(LedgerError) {
    let count = days.lowerBound.distance(to: days.upperBound)
    guard count < mostDays, abs(days.lowerBound.number) <= Day.last.number else {
      throw LedgerError(.limit, "counts are of \(mostDays) days at a time")
    }
  }
}
