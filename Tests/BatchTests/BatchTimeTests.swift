import CivilTime
import Testing

@testable import Batch

@Suite("windows of time")
struct BatchTimeTests {
  private func instant(_ text: String) throws -> Instant { try Instant(text: text) }

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
          $0.zone = try? ZoneCatalog().zone(named: "Europe/London")
        }
        answer = (tally.sortedRows.map(\.team.text).joined(), tally.outsideCount)
        #expect(tally.rowCount + tally.outsideCount == 7)
      }
      return answer
    }
    let from = try instant("2026-05-03T10:00:00Z")
    let until = try instant("2026-05-03T11:00:00Z")
    #expect(try teams(TimeWindow()) == ("1234567", 0))
    #expect(try teams(TimeWindow(from: from)) == ("234567", 1))
    #expect(try teams(TimeWindow(until: until)) == ("1234", 3))
    #expect(try teams(TimeWindow(from: from, until: until)) == ("234", 4))
    #expect(try teams(TimeWindow(asOf: until)) == ("12345" + "7", 1))
    #expect(try teams(TimeWindow(from: from, until: until, asOf: from)) == ("2", 6))
    #expect(try teams(TimeWindow(asOf: from.advanced(byMicroseconds: -1))) == ("1", 6))
    #expect(try teams(TimeWindow(from: Instant(microseconds: .max))) == ("", 7))
  }

  @Test("columns of times by other names")
  func names() throws {
    let text = "team,distance,Start\n1,1,2026-05-03T10:00:00Z\n"
    let tally = try BatchRun.tally(text) {
      $0.columns.time = "Start"
      $0.window.until = Instant(microseconds: 0)
    }
    #expect(tally.outsideCount == 1)
    #expect(
      try BatchRun.tally(text.replacing("Start", with: "time")) {
        $0.window.from = Instant(microseconds: 0)
      }.rowCount == 1
    )
  }

  /// Whoever sums the walks and whoever stores them take the same columns and rows.
  @Test(
    "times are read wherever there are any",
    arguments: [
      ("team,distance,time\n1,1,yesterday\n", 2), ("team,distance,time\n1,1,\n", 2),
      ("team,distance,time\n1,1,2026-05-03T10:00:00\n", 2),
      ("team,distance,time,started_at\n1,1,2026-05-03T10:00:00Z,2026-05-03T10:00:00Z\n", 1),
    ])
  func timesAreAlwaysRead(_ text: String, _ line: Int) throws {
    #expect(BatchRun.failure(text)?.line == line)
    var columns = ActivityColumns()
    columns.deduplicates = false
    let reading = Result { () throws(BatchError) in
      try ActivityReader(bytes: Array(text.utf8), columns: columns).next()
    }
    switch reading {
    case .success(let row): #expect(throws: BadRow.self) { try row?.get() }
    case .failure(let error): #expect(error.line == line)
    }
  }
}
