import CivilTime
import Foundation
import Testing

@testable import Batch

@Suite("Activities that come back")
struct BatchRepeatTests {
  private static let uuid = "0f8fad5b-d9cb-469f-a165-70867728950e"

  private func bad(_ count: Int64, _ lines: [Int]) -> Tally.BadRows {
    var bad = Tally.BadRows()
    bad.count = count
    bad.lines = lines
    return bad
  }

  @Test("a repeat counts once, a UUID in either case is the same")
  func repeats() throws {
    let text = """
      activity_id,team_id,distance_meters,started_at
      \(Self.uuid),1,5,2026-05-03T10:00:00Z
      \(Self.uuid.uppercased()),1,5.0,2026-05-03T12:00:00+02:00
      "\(Self.uuid)",1,"5",2026-05-03T10:00:00.000Z
      run-1,1,7,2026-05-03T10:00:00Z
      RUN-1,1,7,2026-05-03T10:00:00Z
      run-1,1,7.000,2026-05-03T10:00:00Z
      0f8fad5bd9cb469fa16570867728950e,1,11,2026-05-03T10:00:00Z
      \(Self.uuid.dropLast())g,1,13,2026-05-03T10:00:00Z
      {\(Self.uuid)},1,17,2026-05-03T10:00:00Z
      """
    for threads in [1, 4] {
      let tally = try BatchRun.tally(text, threads: threads)
      #expect(tally.batchLines == ["1||6|60000000"])
      #expect(tally.rowCount == 6)
      #expect(tally.repeatCount == 3)
      #expect(tally.isDeduplicated)
    }
    let kept = try BatchRun.tally(text) { $0.columns.deduplicates = false }
    #expect(kept.batchLines == ["1||9|77000000"])
    #expect(!kept.isDeduplicated && kept.repeatCount == 0)
    let named = try BatchRun.tally(text.replacing("activity_id", with: "key")) {
      $0.columns.activity = "key"
    }
    #expect(named.batchLines == ["1||6|60000000"])
  }

  @Test(
    "other content makes every row of the id bad",
    arguments: [
      "a,2,5,2026-05-03T10:00:00Z,x", "a,1,5.000001,2026-05-03T10:00:00Z,x",
      "a,1,5,2026-05-03T10:00:01Z,x", "a,01,5,2026-05-03T10:00:00Z,x",
      "a,1,5,2026-05-03T10:00:00Z,y",
    ])
  func conflicts(_ other: String) throws {
    let same = "a,1,5,2026-05-03T10:00:00Z,x"
    let text = """
      activity_id,team_id,distance_meters,started_at,route
      b,1,1,2026-05-03T10:00:00Z,x
      \(same)
      \(same)
      \(other)
      \(same)
      c,1,2,2026-05-03T10:00:00Z,x
      """
    for threads in [1, 3] {
      let tally = try BatchRun.tally(text, threads: threads) {
        $0.routes = ["x", "y"]
        $0.skipsBadRows = true
      }
      #expect(tally.batchLines == ["1|x|2|3000000"])
      #expect(tally.badRows[.activityConflict] == bad(4, [5]))
      #expect(tally.repeatCount == 0)
      let failure = BatchRun.failure(text, threads: threads) { $0.routes = ["x", "y"] }
      #expect(failure?.line == 5)
      #expect(failure?.message == RowFault.activityConflict.message(limits: .standard))
    }
  }

  @Test("the first conflict is the same in whatever order threads find the rows")
  func conflictOrder() {
    let rows: [(content: Int64, line: UInt32)] = [(1, 1), (1, 5), (2, 9), (1, 11), (3, 12)]
    func permutations(_ rest: [Int], _ taken: [Int] = []) -> [[Int]] {
      if rest.isEmpty { return [taken] }
      return rest.flatMap { next in permutations(rest.filter { $0 != next }, taken + [next]) }
    }
    for order in permutations(Array(rows.indices)) {
      let table = RepeatTable()
      for index in order {
        let content = ActivityContent(
          route: 0, credit: .team(.number(rows[index].content)), micrometers: 1,
          instant: Instant(microseconds: 0))
        table.add(
          ActivityID(high: 0, low: 1), content, at: RowPlace(block: 0, line: rows[index].line))
      }
      #expect(table.firstConflict == RowPlace(block: 0, line: 9), "\(order)")
    }
  }

  @Test("many activities with repeats and conflicts against a dictionary", arguments: 0..<3)
  func random(_ seed: Int) throws {
    var random = BatchRandom(UInt64(seed) + 5)
    var rows: [(id: Int, team: Int, distance: Int)] = []
    for id in 0..<(batchIsDebug ? 7_000 : 100_000) {
      let row = (id: id, team: random.below(300), distance: 1 + random.below(9_999))
      rows.append(row)
      for _ in 0..<(random.oneIn(5) ? random.below(4) : 0) {
        rows.append(random.oneIn(20) ? (id, row.team, row.distance + 1) : row)
      }
    }
    rows.shuffle(using: &random)
    var text = "team_id,activity_id,distance_meters,note\n"
    var contents: [Int: Set<Int>] = [:]
    var counts: [Int: Int64] = [:]
    for row in rows {
      let id =
        seed == 0
        ? "walk \(row.id)" : String(format: "%08x-0000-4000-8000-%012x", row.id * 7, row.id)
      let note = random.oneIn(9) ? "\"a\nb\"" : String(repeating: "n", count: 60)
      text += "\(row.team),\(random.oneIn(2) ? id : id.replacing("w", with: "w")),"
      text += "\(row.distance),\(note)\n"
      contents[row.id, default: []].insert(row.distance)
      counts[row.id, default: 0] += 1
    }
    var oracle = BatchOracle()
    var seen: Set<Int> = []
    for row in rows where contents[row.id]?.count == 1 && seen.insert(row.id).inserted {
      oracle.add(String(row.team), Int64(row.distance) * 1_000_000)
    }
    let conflicting = contents.filter { $0.value.count > 1 }.map(\.key)
    var partial: [UInt8]?
    for threads in [1, 2, 8] {
      let tally = try BatchRun.tally(text, threads: threads) { $0.skipsBadRows = true }
      #expect(Set(tally.batchLines) == oracle.lines)
      #expect(
        tally.badRows[.activityConflict]?.count == conflicting.reduce(0) { $0 + (counts[$1] ?? 0) })
      #expect(
        tally.repeatCount
          == counts.filter { contents[$0.key]?.count == 1 }.reduce(0) { $0 + $1.value - 1 })
      let bytes = PartialFile.bytes(tally)
      #expect(partial == nil || partial == bytes)
      partial = bytes
    }
    let lines = Set(
      (0..<6).map { BatchRun.failure(text, threads: [1, 2, 8][$0 % 3])?.line ?? 0 })
    #expect(lines.count == 1)
  }

  @Test("times matter to a repeat only where there are any")
  func withoutTimes() throws {
    let text = "activity_id,team,distance\na,1,5\na,1,5\n"
    #expect(try BatchRun.tally(text).batchLines == ["1||1|5000000"])
    let differs =
      "activity_id,team,distance,time\na,1,5,2026-05-03T10:00:01Z\na,1,5,2026-05-03T10:00:00Z\n"
    #expect(BatchRun.failure(differs)?.line == 3)
  }
}
