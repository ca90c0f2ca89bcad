import Foundation
import Testing

@testable import Batch

/// One after the other: reading a zone changes the process's `TZ` for the moment.
@Suite("Instants, zones and windows of time", .serialized)
struct BatchTimeTests {
  private func micros(_ text: String, _ zone: String? = nil) throws -> Int64 {
    try Instant.parse(text, zone: zone.map { try ZoneOffsets(named: $0) })
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
      #expect(throws: BatchError.self, "\(text)") { try micros(text) }
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
    for day in stride(from: -25_567, to: 120_000, by: batchIsDebug ? 17 : 1) {
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
    let offsets = try ZoneOffsets(named: name)
    var random = BatchRandom(1)
    for _ in 0..<(batchIsDebug ? 1_500 : 20_000) {
      // 1975 to 2037.
      let seconds = 157_766_400 + Int64(random.below(1_956_528_000))
      let offset = Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
      let found = offsets.offset(atLocalSeconds: seconds + offset)
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
    let before = getenv("TZ").map { String(cString: $0) }
    #expect(throws: BatchError.self) { try ZoneOffsets(named: name) }
    #expect(getenv("TZ").map { String(cString: $0) } == before)
  }

  @Test("from is inclusive, until exclusive, asOf inclusive")
  func windows() throws {
    let text = """
      team_id,distance_meters,started_at
      1,1,2026-05-03T09:59:59.999999Z
      2,1,2026-05-03T10:00:00Z
      3,1,2026-05-03T13:00:00.5+03:00
      4,1,2026-05-03T10:59:59.999999Z
      5,1,"2026-05-03T11:00:00Z"
      6,1,2026-05-03T11:00:00.000001Z
      7,1,2026-05-03T12:00:00
      """
    func teams(_ window: TimeWindow) throws -> (String, Int64) {
      var answer: (String, Int64) = ("", -1)
      for threads in [1, 2] {
        let tally = try BatchRun.tally(text, threads: threads) {
          $0.window = window
          $0.zone = try? ZoneOffsets(named: "Europe/London")
        }
        answer = (tally.sortedRows.map(\.team.text).joined(), tally.outsideCount)
        #expect(tally.rowCount + tally.outsideCount == 7)
      }
      return answer
    }
    let from = try micros("2026-05-03T10:00:00Z")
    let until = try micros("2026-05-03T11:00:00Z")
    #expect(try teams(TimeWindow()) == ("1234567", 0))
    #expect(try teams(TimeWindow(from: from)) == ("234567", 1))
    #expect(try teams(TimeWindow(until: until)) == ("1234", 3))
    #expect(try teams(TimeWindow(from: from, until: until)) == ("234", 4))
    #expect(try teams(TimeWindow(asOf: until)) == ("12345" + "7", 1))
    #expect(try teams(TimeWindow(from: from, until: until, asOf: from)) == ("2", 6))
    #expect(try teams(TimeWindow(asOf: from - 1)) == ("1", 6))
    #expect(try teams(TimeWindow(from: .max)) == ("", 7))
  }

  @Test("columns of times by other names")
  func names() throws {
    let text = "team,distance,Start\n1,1,2026-05-03T10:00:00Z\n"
    let tally = try BatchRun.tally(text) {
      $0.columns.time = "Start"
      $0.window.until = 0
    }
    #expect(tally.outsideCount == 1)
    #expect(
      try BatchRun.tally(text.replacing("Start", with: "time")) { $0.window.from = 0 }.rowCount == 1
    )
    // Where times do not matter, what is in their column does not either.
    #expect(try BatchRun.tally("team,distance,time\n1,1,yesterday\n").rowCount == 1)
  }
}
