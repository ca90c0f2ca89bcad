import CivilTime
import Foundation
import TestSupport
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
}
