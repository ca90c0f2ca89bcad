import Batch
import CivilTime
import Geodesy
import Testing

@testable import milequest

@Suite struct SortedActivitiesTests {
  /// Rows of teams by turns, each with other fields left out.
  private static func rows(_ count: Int) -> [ActivityRecord] {
    (0..<count).map { number in
      var record = ActivityRecord()
      record.line = number + 2
      record.team = "Team \(number * 7 % 13)"
      record.person = number % 2 == 0 ? "Ann \(number)" : nil
      record.activity = number % 3 == 0 ? "walk \(number)" : nil
      record.instant = Instant(microseconds: Int64(count - number) * 1_000_000 - 5)
      record.distance = Distance(micrometers: Int64(number) + 1)
      record.durationSeconds = number % 5 == 0 ? Int64(number) : nil
      record.source = number % 7 == 0 ? "ö" : nil
      record.note = number % 11 == 0 ? String(repeating: "long ", count: number) : nil
      record.isPrivate = number % 4 == 0
      return record
    }
  }

  /// In memory, and with files of many and of few runs.
  @Test(arguments: [1 << 20, 1, 700, 5_000])
  func rowsComeBackWholeByTeamAndLine(runBytes: Int) throws {
    let sorted = SortedActivities(haveIDs: false, runBytes: runBytes)
    let rows = Self.rows(200)
    for row in rows { try sorted.add(row) }
    #expect(sorted.count == 200)
    #expect(sorted.earliest?.microseconds == 999_995)
    var found: [SortedActivities.Row] = []
    while let row = try sorted.next() { found.append(row) }
    let expected = rows.sorted {
      (Naming.team(called: $0.team), $0.line) < (Naming.team(called: $1.team), $1.line)
    }
    #expect(found.map { "\($0.record)" } == expected.map { "\($0)" })
    #expect(found.allSatisfy { $0.team == Naming.team(called: $0.record.team) })
    #expect(try sorted.next() == nil)
  }

  @Test func nothingIsNothing() throws {
    let sorted = SortedActivities(haveIDs: true)
    #expect(sorted.earliest == nil)
    #expect(try sorted.next() == nil)
  }

  /// Rows whose ids disagree are left out, however many runs they are spread over.
  @Test(arguments: [1 << 20, 1, 5_000])
  func rowsWhoseIDsDisagreeAreLeftOut(runBytes: Int) throws {
    let sorted = SortedActivities(haveIDs: true, runBytes: runBytes)
    for var row in Self.rows(200) {
      row.person = "ann@example.org"
      row.activity = "walk \(row.line % 50)"
      // Those of 49 ids are alike, of the last one row is not.
      row.instant = Instant(microseconds: 0)
      row.distance = Distance(micrometers: row.line == 107 ? 2 : 1)
      try sorted.add(row)
    }
    let conflicts = try sorted.leaveOutConflicts()
    #expect(conflicts.firstDiffering == 107)
    #expect(conflicts.lines.ranges(atMost: 9) == [7...7, 57...57, 107...107, 157...157])
    #expect(sorted.count == 196)
    var lines: Set<Int> = []
    while let row = try sorted.next() { lines.insert(row.record.line) }
    #expect(lines == Set(2...201).subtracting([7, 57, 107, 157]))
  }
}
