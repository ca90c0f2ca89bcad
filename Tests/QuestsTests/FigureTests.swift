import CivilTime
import Geodesy
import Quests
import Testing

@Suite struct FigureTests {
  static let day = Day(year: 2026, month: 5, day: 3)!
  static let start = Instant(microseconds: 1_777_766_400_000_000)  // 2026-05-03T00:00Z

  func pace(
    _ totals: [(Int64, Int64)], total: Int64, length: Int64, today: Int64,
    state: QuestState = .active, days: Int64 = 30
  ) -> Pace {
    Pace(
      recent: totals.map {
        DayTotal(
          day: Self.day.advanced(by: $0.0), distance: Distance(micrometers: $0.1), walks: 1)
      }, total: Distance(micrometers: total), questLength: Distance(micrometers: length),
      start: Self.start, end: Self.start.advanced(bySeconds: days * 86_400), zone: .utc,
      state: state, at: Self.start.advanced(bySeconds: today * 86_400 + 3600))
  }

  @Test func paceCountsTodayAndIdleDays() {
    let early = pace([(0, 30), (2, 60)], total: 90, length: 1_000, today: 3)
    #expect(early.days == 4)
    #expect(early.walked.micrometers == 90)
    // ceil(910 * 4 / 90) = ceil(40.4)
    #expect(early.arrival == Self.day.advanced(by: 3 + 41))
    #expect(early.deadline == Self.day.advanced(by: 29))
    #expect(early.isOnTrack == false)
    // After 14 days the first ones do not count any more.
    let late = pace([(0, 900), (1, 7), (14, 7)], total: 914, length: 921, today: 14)
    #expect(late.days == 14)
    #expect(late.walked.micrometers == 14)
    #expect(late.arrival == Self.day.advanced(by: 14 + 7))
    #expect(late.isOnTrack == true)
  }

  @Test func arrivalOnTheDeadlineIsOnTrack() {
    #expect(pace([(0, 10)], total: 10, length: 300, today: 0).isOnTrack == true)
    #expect(pace([(0, 10)], total: 10, length: 301, today: 0).isOnTrack == false)
  }

  @Test func idleIsBehindAndFinishedIsNeither() {
    let idle = pace([], total: 0, length: 10, today: 5)
    #expect(idle.arrival == nil)
    #expect(idle.isOnTrack == false)
    let finished = pace([(0, 10)], total: 10, length: 10, today: 0, state: .completed)
    #expect(finished.arrival == nil)
    #expect(finished.isOnTrack == nil)
    let scheduled = pace([], total: 0, length: 10, today: -2, state: .scheduled)
    #expect(scheduled.days == 0)
    #expect(scheduled.isOnTrack == nil)
  }

  @Test func arrivalNeverLeavesTheCalendar() {
    let slow = pace([(0, 1)], total: 1, length: .max, today: 0)
    #expect(slow.arrival == Day.last)
    #expect(slow.isOnTrack == false)
  }

  @Test func historyHasIdleDays() {
    let days = History.days(
      Self.day...Self.day.advanced(by: 3),
      totals: [
        DayTotal(day: Self.day.advanced(by: -1), distance: Distance(micrometers: 5), walks: 1),
        DayTotal(day: Self.day.advanced(by: 1), distance: Distance(micrometers: 7), walks: 2),
      ])
    #expect(days.map(\.distance.micrometers) == [0, 7, 0, 0])
    #expect(days.map(\.total.micrometers) == [5, 12, 12, 12])
    #expect(days.map(\.walks) == [0, 2, 0, 0])
  }

  @Test func equalDistancesShareARank() {
    func person(_ id: UInt64, _ micrometers: Int64, walks: Int64 = 1) -> PersonTotal {
      PersonTotal(
        person: PersonID(high: 0, low: id), distance: Distance(micrometers: micrometers),
        walks: walks)
    }
    let ranks = Leaderboard.ranks([
      person(4, 5), person(1, 9), person(3, 9), person(2, 7), person(5, 0, walks: 0),
    ])
    #expect(ranks.map(\.rank) == [1, 1, 3, 4])
    #expect(ranks.map(\.total.person.low) == [1, 3, 2, 4])
  }

  /// Thresholds and places at the ends of what 64 bits hold, against exact arithmetic.
  @Test func scalesAreExactIn128Bits() throws {
    var random = SplitMix64("scales")
    for _ in 0..<20_000 {
      let q = max(Int64(bitPattern: random.next() >> UInt64(random.int(1...60))), 1)
      let o = max(Int64(bitPattern: random.next() >> UInt64(random.int(1...60))), 1)
      let scale = try Scale(
        questLength: Distance(micrometers: q), officialLength: Distance(micrometers: o))
      let w = Int64(random.next() % UInt64(o) / 2) + o / 3
      let threshold = scale.threshold(at: Distance(micrometers: w))
      if w < o {
        // t is the least with t·O >= w·Q.
        let (high, low) = (Int128(threshold.micrometers) * Int128(o), Int128(w) * Int128(q))
        #expect(high >= low && high - Int128(o) < low)
        #expect(scale.place(of: threshold) >= Distance(micrometers: w))
        if threshold > .zero {
          #expect(
            scale.place(of: Distance(micrometers: threshold.micrometers - 1))
              < Distance(micrometers: w))
        }
      }
      #expect(scale.threshold(percent: 100).micrometers == q)
      #expect(scale.place(of: Distance(micrometers: q)).micrometers == o)
    }
    #expect(throws: LedgerError.self) {
      try Scale(questLength: .zero, officialLength: Distance(micrometers: 1))
    }
  }
}
