import CivilTime
import Foundation
import Geodesy
import LedgerConformance
import Quests
import Testing

/// Days of 23 and of 25 hours, through the rules.
@Suite struct ClockChangeTests {
  static let zones = ZoneCatalog()

  struct Crossing: Sendable, CustomTestStringConvertible {
    var zone: String
    /// The day on which the clocks change.
    var day: Day
    var hours: Int
    var testDescription: String { "\(zone) \(day)" }
  }

  static let crossings: [Crossing] = [
    Crossing(zone: "Pacific/Auckland", day: Day(year: 2026, month: 4, day: 5)!, hours: 25),
    Crossing(zone: "Pacific/Auckland", day: Day(year: 2026, month: 9, day: 27)!, hours: 23),
    Crossing(zone: "America/New_York", day: Day(year: 2026, month: 3, day: 8)!, hours: 23),
    Crossing(zone: "America/New_York", day: Day(year: 2026, month: 11, day: 1)!, hours: 25),
    // No change since 1986, and a quarter of an hour in the offset: the same dates without one.
    Crossing(zone: "Asia/Kathmandu", day: Day(year: 2026, month: 3, day: 8)!, hours: 24),
    Crossing(zone: "Asia/Kathmandu", day: Day(year: 2026, month: 11, day: 1)!, hours: 24),
  ]

  /// The moment when a clock in a zone shows a time, by Foundation.
  static func moment(_ day: Day, _ hour: Int, _ minute: Int, in zone: String) throws -> Instant {
    var calendar = Foundation.Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: zone))
    let date = try #require(
      calendar.date(
        from: DateComponents(
          year: day.civil.year, month: day.civil.month, day: day.civil.day, hour: hour,
          minute: minute)))
    return Instant(microseconds: Int64(date.timeIntervalSince1970) * 1_000_000)
  }

  /// Walks at 23:30 and 00:30 around the change: logged through the rules, they land on their days,
  /// weeks and streaks, in the walk's zone and in the quest's.
  @Test(arguments: crossings)
  func walksLandOnTheirDays(_ crossing: Crossing) throws {
    let zone = try Self.zones.zone(named: crossing.zone)
    let (before, day, after) = (
      crossing.day.advanced(by: -1), crossing.day, crossing.day.advanced(by: 1)
    )
    let start = try Self.moment(day, 0, 0, in: crossing.zone)
    let end = try Self.moment(after, 0, 0, in: crossing.zone)
    #expect(
      end.microseconds - start.microseconds == Int64(crossing.hours) * 3_600_000_000,
      "the day has \(crossing.hours) hours")
    let times: [(Day, Int, Int)] = [
      (before, 0, 30), (before, 23, 30), (day, 0, 30), (day, 23, 30), (after, 0, 30),
      (after, 23, 30),
    ]

    let ledger = MemoryLedger()
    var fold = LedgerFold(facts: ledger, zones: Self.zones)
    let person = PersonID(high: 0, low: 1)
    let team = TeamID(high: 0, low: 1)
    let quest = QuestID(high: 0, low: 1)
    let first = try Self.moment(before, 0, 0, in: crossing.zone)
    let now = end.advanced(bySeconds: 5 * 86_400)
    func tell(_ action: LedgerCommand.Action, at moment: Instant) throws {
      _ = try fold.apply(LedgerCommand(action, at: moment, actor: person))
    }
    try tell(.createTeam(team, name: "Night owls", isPublic: false, founder: person), at: first)
    let plan = try QuestPlan(
      route: RouteVersion(route: RouteID(high: 0, low: 1), version: 1), course: .once,
      scale: Scale(
        questLength: Distance(micrometers: 100_000_000_000),
        officialLength: Distance(micrometers: 100_000_000_000)), waypoints: [])
    try tell(
      .createQuest(
        QuestDraft(
          id: quest, team: team, name: "Across the change", start: first,
          end: now.advanced(bySeconds: 86_400), zone: crossing.zone, plan: plan)), at: first)
    for (index, time) in times.enumerated() {
      let key = ActivityKey(person: person, id: ActivityID(high: 1, low: UInt64(index)))
      let moment = try Self.moment(time.0, time.1, time.2, in: crossing.zone)
      try tell(
        .log(
          key, ActivityContent(start: moment, distance: Distance(micrometers: 1_000_000)),
          zone: crossing.zone), at: now)
    }
    ledger.apply(try fold.finish())

    for (index, time) in times.enumerated() {
      let key = ActivityKey(person: person, id: ActivityID(high: 1, low: UInt64(index)))
      #expect(ledger.activities[key]?.day == time.0, "walk \(index)")
    }
    let days = ledger.quests[quest]?.days ?? [:]
    #expect(Set(days.keys) == [before, day, after])
    #expect(days.values.allSatisfy { $0.walks == 2 })

    let walked = ledger.activities.values.map(\.day).sorted(by: >)
    for (today, streak) in [(before, 1), (day, 2), (after, 3), (after.advanced(by: 1), 3)] {
      #expect(Streak.days(walked.filter { $0 <= today }, today: today) == streak)
    }
    #expect(Streak.days(walked, today: after.advanced(by: 2)) == 0)
    #expect(Streak.longest(walked.reversed()) == 3)
    // The changes fall on Sundays, so the day after begins another week.
    #expect(day.weekday == 7)
    #expect(before.weekStart == day.weekStart)
    #expect(after.weekStart == after)
    #expect(Streak.weeks(walked, today: after) == 2)
    #expect(Streak.weeks(walked, today: after.advanced(by: 7)) == 2)
    #expect(Streak.weeks(walked, today: after.advanced(by: 14)) == 0)

    // A pace over these days: three of them at the end of the last.
    let last = try Self.moment(after, 23, 59, in: crossing.zone)
    let pace = Pace(
      recent: days.values, total: Distance(micrometers: 6_000_000),
      questLength: Distance(micrometers: 100_000_000), start: first,
      end: now.advanced(bySeconds: 86_400), zone: zone, state: .active, at: last)
    #expect(pace.days == 3)
    #expect(pace.walked == Distance(micrometers: 6_000_000))
    // 94 m left at 6 m in 3 days.
    #expect(pace.arrival == after.advanced(by: 47))
  }
}
