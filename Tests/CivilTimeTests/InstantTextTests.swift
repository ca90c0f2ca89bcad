import CivilTime
import Foundation
import TestSupport
import Testing

@Suite("instants as text, and times on a zone's clocks")
struct InstantTextTests {
  private static let zones = ZoneCatalog()
  private let isDebug = _isDebugAssertConfiguration()

  private func micros(_ text: String, _ zone: String? = nil) throws -> Int64 {
    try Instant(text: text, zone: zone.map { try Self.zones.zone(named: $0) }).microseconds
  }

  @Test("RFC 3339 and what is near it")
  func instants() throws {
    let noon: Int64 = 1_777_809_600_000_000  // 2026-05-03T12:00:00Z
    for text in [
      "2026-05-03T12:00:00Z", "2026-05-03t12:00:00z", "2026-05-03 12:00:00Z",
      "2026-05-03T12:00:00.0Z", "2026-05-03T12:00:00+00:00", "2026-05-03T12:00:00-00:00",
      "2026-05-03T14:00:00+02:00", "2026-05-03T06:30:00-05:30", "2026-05-04T01:45:00+13:45",
      "2026-05-02T12:01:00-23:59", "2026-05-03T12:00:00.0000009Z", "2026-05-03T11:59:60Z",
    ] {
      #expect(try micros(text) == noon, "\(text)")
    }
    #expect(try micros("2026-05-03T12:00:00.123456Z") == noon + 123_456)
    #expect(try micros("2026-05-03T12:00:00.1Z") == noon + 100_000)
    #expect(try micros("2026-05-03T12:00:00.12345678901234567890Z") == noon + 123_456)
    #expect(try micros("1970-01-01T00:00:00Z") == 0)
    #expect(try micros("1969-12-31T23:59:59.999999Z") == -1)
    #expect(try micros("2016-12-31T23:59:60Z") == (try micros("2017-01-01T00:00:00Z")))
    // All of it: no moment is kept between it and the next second.
    #expect(try micros("2016-12-31T23:59:60.75Z") == (try micros("2017-01-01T00:00:00Z")))
    #expect(try micros("2016-12-31T23:59:59.75Z") == (try micros("2017-01-01T00:00:00Z")) - 250_000)
    #expect(try micros("2024-02-29T00:00:00Z") == 1_709_164_800_000_000)
    #expect(try micros("2000-02-29T00:00:00Z") == 951_782_400_000_000)
    #expect(try micros("9999-12-31T23:59:59Z") == 253_402_300_799_000_000)
    #expect(try micros("0001-01-01T00:00:00Z") == -62_135_596_800_000_000)
    for text in [
      "", "2026", "2026-05", "2026-5-3T12:00:00Z", "2026-13-01T12:00:00Z", "2026-00-01T12:00:00Z",
      "2026-05-00T12:00:00Z", "2026-05-32T12:00:00Z", "2026-04-31T12:00:00Z",
      "2026-02-29T12:00:00Z", "1900-02-29T12:00:00Z", "2100-02-29T12:00:00Z",
      "2026-05-03T24:00:00Z", "2026-05-03T12:60:00Z", "2026-05-03T12:00:61Z",
      "2026-05-03T12:00:00.Z", "2026-05-03T12:00:00+2", "2026-05-03T12:00:00+24:00",
      "2026-05-03T12:00:00+02:60", "2026-05-03T12:00:00+02:00 ", " 2026-05-03T12:00:00Z",
      "2026-05-03X12:00:00Z", "2026/05/03T12:00:00Z", "12026-05-03T12:00:00Z", "2026-05-03T",
      "2026-05-03T12", "２026-05-03T12:00:00Z", "2026-05-03T12:00:00UTC", "+026-05-03T12:00:00Z",
    ] {
      #expect(throws: InstantTextError.self, "\(text)") { try micros(text) }
    }
    do {
      _ = try micros("2026-05-03T12:00:00")
      Issue.record("a time without an offset was read")
    } catch { #expect("\(error)".contains("zone")) }
  }

  @Test("every day of four centuries against another calendar")
  func days() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: "UTC")!
    for day in stride(from: -25_567, to: 120_000, by: isDebug ? 17 : 1) {
      let date = Date(timeIntervalSince1970: Double(day) * 86_400)
      let parts = calendar.dateComponents([.year, .month, .day], from: date)
      let text = String(format: "%04d-%02d-%02dT00:00:00Z", parts.year!, parts.month!, parts.day!)
      #expect(try micros(text) == Int64(day) * 86_400_000_000)
    }
  }

  @Test("clocks that go forward and back")
  func changes() throws {
    func utc(_ local: String, _ zone: String, _ expected: String) throws {
      #expect(try micros(local, zone) == (try micros(expected)), "\(local) \(zone)")
    }
    // Forward at 1:00 on 29 March 2026, back at 2:00 on 25 October.
    try utc("2026-03-29T00:59:59", "Europe/London", "2026-03-29T00:59:59Z")
    try utc("2026-03-29T01:00:00", "Europe/London", "2026-03-29T01:00:00Z")
    try utc("2026-03-29T01:30:00", "Europe/London", "2026-03-29T01:30:00Z")
    try utc("2026-03-29T02:00:00", "Europe/London", "2026-03-29T01:00:00Z")
    try utc("2026-10-25T00:59:59", "Europe/London", "2026-10-24T23:59:59Z")
    try utc("2026-10-25T01:00:00", "Europe/London", "2026-10-25T00:00:00Z")
    try utc("2026-10-25T01:59:59", "Europe/London", "2026-10-25T00:59:59Z")
    try utc("2026-10-25T02:00:00", "Europe/London", "2026-10-25T02:00:00Z")
    // Back at 3:00 on 5 April 2026, forward at 2:00 on 27 September.
    try utc("2026-04-05T01:59:59", "Pacific/Auckland", "2026-04-04T12:59:59Z")
    try utc("2026-04-05T02:30:00", "Pacific/Auckland", "2026-04-04T13:30:00Z")
    try utc("2026-04-05T03:00:00", "Pacific/Auckland", "2026-04-04T15:00:00Z")
    try utc("2026-09-27T01:59:59", "Pacific/Auckland", "2026-09-26T13:59:59Z")
    try utc("2026-09-27T02:30:00", "Pacific/Auckland", "2026-09-26T14:30:00Z")
    try utc("2026-09-27T03:00:00", "Pacific/Auckland", "2026-09-26T14:00:00Z")
    try utc("2026-05-03", "Pacific/Auckland", "2026-05-02T12:00:00Z")
    // An offset in the text goes before the zone.
    try utc("2026-05-03T12:00:00+05:45", "Pacific/Auckland", "2026-05-03T06:15:00Z")
    try utc("2011-12-31T00:30:00", "Pacific/Apia", "2011-12-30T10:30:00Z")
  }

  @Test(
    "a century of hours against another library",
    arguments: [
      "Europe/London", "Pacific/Auckland", "America/New_York", "Asia/Kathmandu",
      "Australia/Lord_Howe", "America/Sao_Paulo", "Africa/Casablanca", "UTC",
    ])
  func zones(_ name: String) throws {
    let zone = try #require(TimeZone(identifier: name))
    let offsets = try Self.zones.zone(named: name)
    var random = SplitMix64("local times")
    for _ in 0..<(isDebug ? 1_500 : 20_000) {
      // 1975 to 2037.
      let seconds = 157_766_400 + Int64(random.int(0...1_956_527_999))
      let offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
      let found = offsets.offsetSeconds(atLocalSeconds: seconds + offset)
      // In an hour that comes twice the first is meant.
      let first = Int64(
        zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds + offset - found))))
      #expect(found == offset || (found > offset && first == found), "\(seconds)")
    }
  }

  @Test(
    "what is no zone is refused, not taken for UTC",
    arguments: [
      "", "Nowhere/Town", "../../etc/passwd", "/etc/localtime", "Europe", "zone.tab",
      "tzdata.zi", "zone1970.tab", "leapseconds", "GMT+99", "europe/london ",
    ])
  func noZone(_ name: String) {
    #expect(throws: ZoneError.self) { try Self.zones.zone(named: name) }
  }

  /// What was read above holds for every zone and moment: a time on a clock comes back to the first
  /// moment that shows it, and a time that no clock showed is read as before the change.
  @Test("every zone's clocks, forward and back", arguments: [1, 2, 3])
  func everyZone(_ part: UInt64) throws {
    var random = SplitMix64(seed: part)
    for name in TimeZone.knownTimeZoneIdentifiers.sorted() {
      guard let zone = try? Self.zones.zone(named: name) else { continue }
      var places = (0..<20).map { _ in Int64(random.int(-2_000_000_000...5_000_000_000)) }
      if let theirs = TimeZone(identifier: name) {
        var next = Date(timeIntervalSince1970: Double(random.int(0...2_500_000_000)))
        for _ in 0..<8 {
          guard let change = theirs.nextDaylightSavingTimeTransition(after: next) else { break }
          next = change
          places.append(Int64(change.timeIntervalSince1970) + Int64(random.int(-5_000...5_000)))
        }
      }
      func offset(_ utc: Int64) -> Int64 {
        zone.offsetSeconds(at: Instant(microseconds: utc * 1_000_000))
      }
      for utc in places {
        let local = utc + offset(utc)
        let found = zone.offsetSeconds(atLocalSeconds: local)
        let first = local - found
        #expect(first <= utc && first + offset(first) == local, "\(name) at \(utc)")
      }
    }
  }
}
