import CivilTime
import Foundation
import Geodesy
import LedgerConformance
import Quests
import Testing

@Suite struct ZoneTests {
  static let zones = ZoneCatalog()

  /// Every zone of the system's list, at random moments and on both sides of its own changes.
  @Test func offsetsAreThoseOfFoundation() throws {
    var random = SplitMix64("zones")
    var compared = 0
    for name in TimeZone.knownTimeZoneIdentifiers.sorted() {
      guard let theirs = TimeZone(identifier: name), let ours = try? Self.zones.zone(named: name)
      else { continue }
      var moments = (0..<20).map { _ in Int64(random.int(0...4_000_000_000)) }
      var next = Date(timeIntervalSince1970: 0)
      for _ in 0..<40 {
        guard let change = theirs.nextDaylightSavingTimeTransition(after: next) else { break }
        next = change
        let second = Int64(change.timeIntervalSince1970)
        moments += [second - 1, second, second + 1]
      }
      for second in moments {
        let offset = ours.offsetSeconds(at: Instant(microseconds: second * 1_000_000))
        let expected = theirs.secondsFromGMT(
          for: Date(timeIntervalSince1970: TimeInterval(second)))
        #expect(offset == Int64(expected), "\(name) at \(second)")
        compared += 1
      }
    }
    #expect(compared > 10_000)
  }

  /// The footer's rule, long after the last change that a file lists.
  @Test(arguments: [
    // New Zealand's summer ends on 5 April 2099 at 3:00, New York's begins on 8 March at 2:00.
    ("Pacific/Auckland", 4_078_994_399, 13), ("Pacific/Auckland", 4_078_994_400, 12),
    ("America/New_York", 4_076_636_399, -5), ("America/New_York", 4_076_636_400, -4),
  ])
  func rulesHoldInTheFuture(_ name: String, _ second: Int64, _ hours: Int64) throws {
    let zone = try Self.zones.zone(named: name)
    #expect(zone.offsetSeconds(at: Instant(microseconds: second * 1_000_000)) == hours * 3600)
  }

  @Test func halfSecondsBefore1970AreOnTheEarlierDay() {
    #expect(Zone.utc.day(at: Instant(microseconds: -1)).description == "1969-12-31")
    #expect(Instant(microseconds: -500_000).description == "1969-12-31T23:59:59.5Z")
  }

  @Test(arguments: [
    "", "/etc/passwd", "../passwd", "Europe/../Europe/London", "Europe", "Nowhere/Land", "a\u{0}b",
    "zone.tab", String(repeating: "A", count: 5_000),
  ])
  func namesThatAreNoZonesAreRefused(_ name: String) {
    let error = #expect(throws: ZoneError.self) { try Self.zones.zone(named: name) }
    #expect(error?.code == .unknown)
  }

  @Test func hostileZoneFilesAreErrors() throws {
    let good = try [UInt8](Data(contentsOf: URL(filePath: "/usr/share/zoneinfo/Europe/London")))
    var random = SplitMix64("hostile zones")
    for _ in 0..<3_000 {
      var bytes = good
      for _ in 0..<random.int(1...4) {
        bytes[random.int(0...bytes.count - 1)] = UInt8(random.int(0...255))
      }
      if random.chance(0.3) { bytes.removeLast(random.int(1...bytes.count)) }
      guard let zone = try? Zone(name: "x", tzif: bytes) else { continue }
      // Whatever it says, it says it without a trap.
      _ = zone.day(at: Instant(microseconds: .max))
      _ = zone.day(at: Instant(microseconds: .min))
      _ = zone.day(at: Instant(microseconds: Int64(bitPattern: random.next())))
    }
    #expect(throws: ZoneError.self) { try Zone(name: "x", tzif: []) }
  }

  // MARK: Days

  @Test func daysAreThoseOfFoundation() throws {
    var calendar = Foundation.Calendar(identifier: .iso8601)
    calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
    for number in stride(from: -25_000, through: 60_000, by: 13) {
      let date = Date(timeIntervalSince1970: TimeInterval(number) * 86_400)
      let parts = calendar.dateComponents(
        [.year, .month, .day, .yearForWeekOfYear, .weekOfYear, .weekday], from: date)
      let day = Day(number: Int64(number))
      #expect(day.civil == (parts.year!, parts.month!, parts.day!))
      #expect(day.isoWeek == (parts.yearForWeekOfYear!, parts.weekOfYear!))
      #expect(day.weekday == (parts.weekday! + 5) % 7 + 1)
      #expect(Day(year: parts.year!, month: parts.month!, day: parts.day!) == day)
    }
    #expect(Day(year: 2026, month: 2, day: 29) == nil)
    #expect(Day(year: 9999, month: 12, day: 31) == Day.last)
  }

  // MARK: Walks across the changes of the clocks

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
