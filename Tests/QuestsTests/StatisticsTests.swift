import CivilTime
import Quests
import Testing

@Suite struct StatisticsTests {
  private let day = Day(number: 20_000)

  @Test func theBoundThat95Of100KeepWithin() {
    var durations = DurationCounts.requests
    #expect(durations.p95 == nil)
    for _ in 0..<95 { durations.add(milliseconds: 3) }
    for _ in 0..<5 { durations.add(milliseconds: 700) }
    #expect(durations.p95 == 5)
    durations.add(milliseconds: 700)
    #expect(durations.p95 == 1_000)
    var slow = DurationCounts.requests
    slow.add(milliseconds: 60_000)
    #expect(slow.p95 == nil && slow.total == 1)
  }

  @Test func countsOfDaysComeTogether() {
    var durations = DurationCounts.requests
    for milliseconds in [0.5, 1, 2, 20_000] { durations.add(milliseconds: milliseconds) }
    var pages = DurationCounts.pages
    pages.add(milliseconds: 80)
    let next = day.advanced(by: 1)
    let counts =
      durations.dailyCounts(DailyCount.requests, on: day)
      + durations.dailyCounts(DailyCount.requests, on: next)
      + pages.dailyCounts(PageTiming.logWalk.name, on: next) + [
        DailyCount(day: day, name: DailyCount.requests, value: 4),
        DailyCount(day: day, name: "registered", value: 2),
        DailyCount(day: day, name: "active", value: 5),
        DailyCount(day: next, name: "registered", value: 1),
        DailyCount(day: next, name: "active", value: 2),
      ]
    let statistics = Statistics(counts, in: day...day.advanced(by: 2))
    #expect(statistics.days.count == 3)
    #expect(statistics.days[0].figures.durations == durations)
    #expect(statistics.days[2].figures == Statistics([], in: day...day).total)
    #expect(statistics.total.active == 3.5 && statistics.total[.registered] == 3)
    #expect(statistics.total.retention == nil && statistics.days[2].figures.active == nil)
    #expect(statistics.total.timings[.logWalk]?.p95 == 100)
    #expect(statistics.total.durations.total == 8 && statistics.total.requests == 4)
  }
}
