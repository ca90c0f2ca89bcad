import CivilTime
import Foundation
import Geodesy
import Testing

@testable import Batch

@Suite("Rows that cannot be counted")
struct BatchFaultTests {
  private static let header = "activity_id,team_id,distance_meters,started_at,quest_id"

  /// Bad rows of every kind, each alone on its line unless it says otherwise.
  private static let bad: [(row: [UInt8], fault: RowFault)] =
    texts.map { (Array($0.0.utf8), $0.1) } + [
      bytes("x,", [0xFF, 0xFE], ",100,2026-05-03T10:00:00Z,a", .teamEncoding),
      bytes("x,\"", [0xC3], "\",100,2026-05-03T10:00:00Z,a", .teamEncoding),
      bytes(
        "x,7,100,2026-05-03T10:00:00Z,", Array(repeating: 0x61, count: 70_000), "", .rowLength),
    ]

  private static func bytes(
    _ before: String, _ middle: [UInt8], _ behind: String, _ fault: RowFault
  ) -> (row: [UInt8], fault: RowFault) {
    (Array(before.utf8) + middle + Array(behind.utf8), fault)
  }

  private static let texts: [(String, RowFault)] = [
    ("x,7,100,2026-05-03T10:00:00Z", .fieldCount),
    ("x,7,100,2026-05-03T10:00:00Z,a,", .fieldCount),
    ("x", .fieldCount), (",,,,,", .fieldCount), (" ", .fieldCount),
    ("x,7,abc,2026-05-03T10:00:00Z", .fieldCount),
    ("x,\"7\"8,100,2026-05-03T10:00:00Z,a", .quote),
    ("x,7,\"100\" ,2026-05-03T10:00:00Z,a", .quote),
    ("x,\"7,100,2026-05-03T10:00:00Z,a", .quote),
    ("\"", .quote), ("x,7,100,2026-05-03T10:00:00Z,\"a", .quote),
    ("x,\"\"\"7,100,2026-05-03T10:00:00Z,a", .quote),
    ("x,,100,2026-05-03T10:00:00Z,a", .teamEmpty),
    ("x,\"\",100,2026-05-03T10:00:00Z,a", .teamEmpty),
    ("x,7,,2026-05-03T10:00:00Z,a", .distanceSyntax),
    ("x,7,\"1,5\",2026-05-03T10:00:00Z,a", .distanceSyntax),
    ("x,7,1 000,2026-05-03T10:00:00Z,a", .distanceSyntax),
    ("x,7,.,2026-05-03T10:00:00Z,a", .distanceSyntax),
    ("x,7,nan,2026-05-03T10:00:00Z,a", .distanceSyntax),
    ("x,7,inf,2026-05-03T10:00:00Z,a", .distanceSyntax),
    ("x,7,0x10,2026-05-03T10:00:00Z,a", .distanceSyntax),
    ("x,7,--5,2026-05-03T10:00:00Z,a", .distanceSyntax),
    ("x,7,1.2.3,2026-05-03T10:00:00Z,a", .distanceSyntax),
    ("x,7,5 parsecs,2026-05-03T10:00:00Z,a", .distanceUnit),
    ("x,7,5 M,2026-05-03T10:00:00Z,a", .distanceUnitM),
    ("x,7,5mi.,2026-05-03T10:00:00Z,a", .distanceUnitPoint),
    ("x,7,five mi.,2026-05-03T10:00:00Z,a", .distanceSyntax),
    ("x,7,12345678:,2026-05-03T10:00:00Z,a", .distanceSyntax),
    ("x,7,1/2,2026-05-03T10:00:00Z,a", .distanceSyntax),
    ("x,7,0,2026-05-03T10:00:00Z,a", .distanceNotPositive),
    ("x,7,0.0000000,2026-05-03T10:00:00Z,a", .distanceNotPositive),
    ("x,7,0.0000005,2026-05-03T10:00:00Z,a", .distanceNotPositive),
    ("x,7,-5,2026-05-03T10:00:00Z,a", .distanceNotPositive),
    ("x,7,-1e300,2026-05-03T10:00:00Z,a", .distanceNotPositive),
    ("x,7,500000.000001,2026-05-03T10:00:00Z,a", .distanceTooLong),
    ("x,7,500001,2026-05-03T10:00:00Z,a", .distanceTooLong),
    ("x,7,99999999,2026-05-03T10:00:00Z,a", .distanceTooLong),
    ("x,7,18446744073709,2026-05-03T10:00:00Z,a", .distanceTooLong),
    ("x,7,18446744073709551617,2026-05-03T10:00:00Z,a", .distanceTooLong),
    ("x,7,99999999999999999999.5,2026-05-03T10:00:00Z,a", .distanceTooLong),
    ("x,7,1e300,2026-05-03T10:00:00Z,a", .distanceTooLong),
    ("x,7,100,3 May 2026,a", .timeSyntax),
    ("x,7,100,2026-02-29T10:00:00Z,a", .timeSyntax),
    ("x,7,100,2026-05-03T10:00:00+25:00,a", .timeSyntax),
    ("x,7,100,2026-05-03T10:00:00ZZ,a", .timeSyntax),
    ("x,7,100,,a", .timeSyntax),
    ("x,7,\"1,234\",2026-05-03T10:00:00Z,a", .distanceAmbiguous),
    ("x,7,\"12,345.6\",2026-05-03T10:00:00Z,a", .distanceSyntax),
    ("x,7,100,1899-12-30T08:00:00Z,a", .timeTooEarly),
    ("x,7,100,2026-05-03T10:00:00,a", .timeWithoutZone),
    ("x,7,100,2026-05-03,a", .timeWithoutZone),
    (",7,100,2026-05-03T10:00:00Z,a", .activityEmpty),
    ("\"\",7,100,2026-05-03T10:00:00Z,a", .activityEmpty),
    ("x,7,100,2026-05-03T10:00:00Z,c", .routeUnknown),
    ("x,7,100,2026-05-03T10:00:00Z,", .routeUnknown),
    ("x,7,100,2026-05-03T10:00:00Z,A", .routeUnknown),
    ("x,7,100,2026-05-03T10:00:00Z,a ", .routeUnknown),
  ]

  private static func request(_ request: inout TallyRequest) {
    request.routes = ["a", "b"]
    request.window.from = Instant(microseconds: 0)
  }

  /// Rows before and behind a bad one, and the line that it is on.
  private static func file(
    _ bad: [UInt8], blocks: Bool, isLast: Bool, lineEnd: String
  ) -> (bytes: [UInt8], line: Int, good: Int64) {
    var text = header + lineEnd
    var line = 2
    var good: Int64 = 0
    func row(_ team: String) {
      text += "id\(good),\(team),1.5,2026-05-03T10:00:00Z,a" + lineEnd
      good += 1
      line += 1 + team.count { $0 == "\n" || $0 == "\r\n" }
    }
    row("9")
    row("\"quoted\nover \"\"three\"\"\nlines\"")
    text += lineEnd
    line += 1
    if blocks {
      let long = "\"" + String(repeating: "a line\n", count: 5_000) + "\""
      while text.utf8.count < 2_200_000 { row(long) }
    }
    row("8")
    var bytes = Array(text.utf8) + bad
    if !isLast {
      bytes += lineEnd.utf8
      for team in ["7", "\"six\nand\"", "5"] {
        bytes += "id\(good),\(team),1.5,2026-05-03T10:00:00Z,b\(lineEnd)".utf8
        good += 1
      }
    }
    return (bytes, line, good)
  }

  @Test("each is named with its exact line, alone left out with skipsBadRows")
  func everyKind() throws {
    #expect(
      Set(Self.bad.map(\.fault))
        == Set(RowFault.allCases).subtracting([
          .activityConflict, .textEncoding, .personEmpty, .durationSyntax, .privateSyntax,
          .teamName, .personName, .zoneUnknown,
        ]))
    for (bad, fault) in Self.bad {
      for lineEnd in ["\n", "\r\n"] {
        for isLast in [false, true] {
          // The quote that is opened last may find another that closes it; see below.
          let file = Self.file(bad, blocks: false, isLast: isLast, lineEnd: lineEnd)
          let name = String(decoding: bad.prefix(60), as: UTF8.self)
          for threads in [1, 2] {
            let failure = BatchRun.failure(file.bytes, threads: threads, Self.request)
            #expect(failure?.line == file.line, "\(name)")
            #expect(failure?.code == .row)
            #expect(failure?.message == fault.message(limits: .standard), "\(name)")
            let tally = try BatchRun.tally(file.bytes, threads: threads) {
              Self.request(&$0)
              $0.skipsBadRows = true
            }
            #expect(tally.rowCount == file.good, "\(name)")
            #expect(tally.badRows.filter { $0.value.count > 0 }.keys.map(\.self) == [fault])
            #expect(tally.badRows[fault] == Self.one(file.line), "\(name)")
          }
        }
      }
    }
  }

  private static func one(_ line: Int) -> Tally.BadRows {
    var bad = Tally.BadRows()
    bad.count = 1
    bad.lines = [line]
    return bad
  }

  @Test("lines are exact behind blocks of quoted fields with line ends, on any threads")
  func acrossBlocks() throws {
    for (bad, fault) in Self.bad.filter({ $0.fault.rawValue % 3 != 1 }).prefix(
      batchIsDebug ? 2 : 40)
    {
      let file = Self.file(bad, blocks: true, isLast: false, lineEnd: "\n")
      for threads in [1, 3] {
        let failure = BatchRun.failure(file.bytes, threads: threads, Self.request)
        #expect(failure?.line == file.line)
        let tally = try BatchRun.tally(file.bytes, threads: threads) {
          Self.request(&$0)
          $0.skipsBadRows = true
        }
        #expect(tally.badRows[fault] == Self.one(file.line))
        #expect(tally.rowCount == file.good)
      }
    }
  }

  @Test(
    "of many bad rows the first is told, the counts and first lines are exact", arguments: 0..<4)
  func mixed(_ seed: Int) throws {
    var random = BatchRandom(UInt64(seed) + 77)
    var bytes = Array("note,team_id,distance_km\n".utf8)
    var oracle = BatchOracle()
    var counts: [RowFault: (count: Int64, lines: [Int])] = [:]
    var line = 2
    let share = [5, 50, 5_000, 20_000][seed]
    while bytes.count < (batchIsDebug ? 1_600_000 : 8_000_000) {
      let team = random.below(200)
      if random.oneIn(share) {
        let (row, fault): (String, RowFault) = random.pick([
          ("n,7", .fieldCount), ("n,,5", .teamEmpty), ("n,5,x", .distanceSyntax),
          ("n,5,0", .distanceNotPositive), ("n,5,501", .distanceTooLong),
          ("n,\"5\"6,5", .quote), ("n,5,\"5\"x", .quote),
        ])
        bytes += "\(row)\n".utf8
        counts[fault, default: (0, [])].count += 1
        counts[fault]?.lines.append(line)
        line += 1
        continue
      }
      let note = random.pick([
        "", "abc", "\"a\nb\n\"", "\"q\"\"\"", String(repeating: "z", count: 90),
      ])
      bytes += "\(note),\(team),0.5\n".utf8
      line += 1 + note.count { $0 == "\n" }
      oracle.add(String(team), 500_000_000)
    }
    let first = counts.values.compactMap(\.lines.first).min()
    for threads in batchIsDebug ? [1, 2, 8] : [1, 2, 3, 8] {
      #expect(BatchRun.failure(bytes, threads: threads)?.line == first)
      let tally = try BatchRun.tally(bytes, threads: threads) { $0.skipsBadRows = true }
      #expect(Set(tally.batchLines) == oracle.lines)
      for fault in RowFault.allCases {
        #expect(tally.badRows[fault]?.count ?? 0 == counts[fault]?.count ?? 0)
        #expect(
          tally.badRows[fault]?.lines ?? [] == counts[fault]?.lines.prefix(3).map(\.self) ?? [])
      }
    }
  }

  @Test("who reads all columns finds the same faults on the same lines")
  func theReaderAgrees() throws {
    for (bad, fault) in Self.bad where fault != .routeUnknown {
      for lineEnd in ["\n", "\r\n"] {
        for blocks in [false, true] {
          let file = Self.file(bad, blocks: blocks, isLast: false, lineEnd: lineEnd)
          let folder = BatchFolder()
          let descriptor = open(folder.write(file.bytes), O_RDONLY)
          defer { close(descriptor) }
          let reader = try ActivityReader(descriptor: descriptor, columns: ActivityColumns())
          var good: Int64 = 0
          var found: [BadRow] = []
          while let row = try reader.next() {
            switch row {
            case .success: good += 1
            // Teams of several lines are told apart, and no name that a ledger keeps has a line break.
            case .failure(let row) where row.fault == .teamName: good += 1
            case .failure(let row): found.append(row)
            }
          }
          let name = String(decoding: bad.prefix(60), as: UTF8.self)
          #expect(found.map(\.line) == [file.line], "\(name)")
          #expect(found.map(\.fault) == [fault], "\(name)")
          #expect(good == file.good, "\(name)")
        }
      }
    }
  }

  @Test("all columns are read, by their names")
  func allColumns() throws {
    let text =
      "note,private,person,duration_seconds,team,source,time,distance_km\n"
      + "\"a, \"\"b\"\"\",yes,Anna,600,Owls,watch,2026-05-03T10:00:00+02:00,1.5\r\n"
      + ",,Bob,,Owls,,2026-05-03T10:00:00Z,2 mi"
    let folder = BatchFolder()
    let descriptor = open(folder.write(Array(text.utf8)), O_RDONLY)
    defer { close(descriptor) }
    let reader = try ActivityReader(descriptor: descriptor, columns: ActivityColumns())
    #expect(reader.hasPersons && !reader.hasActivities)
    let first = try #require(try reader.next()).get()
    #expect(first.note == "a, \"b\"" && first.isPrivate && first.person == "Anna")
    #expect(first.durationSeconds == 600 && first.source == "watch" && first.team == "Owls")
    #expect(first.distance.micrometers == 1_500_000_000 && first.line == 2)
    #expect(first.instant == Instant(microseconds: 1_777_795_200_000_000))
    let second = try #require(try reader.next()).get()
    #expect(second.note == nil && second.durationSeconds == nil && !second.isPrivate)
    #expect(second.distance.micrometers == 3_218_688_000 && second.line == 3)
    #expect(try reader.next() == nil)
  }

  @Test("a quote left open does not swallow the rows behind it")
  func openQuotes() throws {
    let good = String(repeating: "8,5\n", count: 30_000)
    let tally = try BatchRun.tally("team_id,distance_meters\n\"7,5\n" + good) {
      $0.skipsBadRows = true
    }
    #expect(tally.batchLines == ["8||30000|150000000000"])
    #expect(tally.badRows[.quote] == Self.one(2))
    // A quoted field behind it begins with a quote that cannot close it.
    let between = try BatchRun.tally("team_id,distance_meters\n\"7,5\n\"8\",5\n\"9\",6\n") {
      $0.skipsBadRows = true
    }
    #expect(between.batchLines == ["8||1|5000000", "9||1|6000000"])
    #expect(between.badRows[.quote] == Self.one(2))
    // In the last block, at the end of the file and over the end of a block.
    for before in batchIsDebug ? [0, 262_138] : [0, 262_130, 262_138, 262_144, 300_000] {
      let rows = String(repeating: "8,5\n", count: before)
      for (last, count) in [("", 0), ("\n", 0), ("\n9,6\n", 1), ("\n9,6", 1)] {
        let text = "team_id,distance_meters\n" + rows + "\"7,5" + last
        let tally = try BatchRun.tally(text, threads: 2) { $0.skipsBadRows = true }
        #expect(tally.badRows[.quote] == Self.one(before + 2))
        #expect(tally.rowCount == Int64(before + count))
      }
    }
  }

  @Test("the last row needs no line end, also with line ends between its quotes")
  func lastRow() throws {
    for end in ["", "\r", "\n", "\r\n"] {
      for (row, team) in [
        ("\"a\nb\nc\",5", "a\nb\nc"), ("7,\"5\"", "7"), ("\"x\ny\",\"5\"", "x\ny"),
      ] {
        if end == "\r", row.contains("\n") { continue }
        let tally = try BatchRun.tally("team_id,distance_meters\n1,5\n" + row + end)
        #expect(tally.sortedRows.map(\.team.text).sorted() == ["1", team].sorted())
      }
    }
    let failure = BatchRun.failure("team_id,distance_meters\n1,5\n\"a\nb\",x")
    #expect(failure?.line == 3)
    #expect(failure?.message == RowFault.distanceSyntax.message(limits: .standard))
  }

  @Test("500 km is the limit for one activity, which the caller may set")
  func longest() throws {
    for (text, fits) in [("500", true), ("500.000000000", true), ("500.000000001", false)] {
      let rows = "team_id,distance_km\n1,\(text)\n"
      #expect((BatchRun.failure(rows) == nil) == fits)
    }
    let failure = BatchRun.failure("team_id,distance_km\n1,11\n") {
      $0.limits.longestActivity = Distance(micrometers: 10_000_000_000)
    }
    #expect(failure?.message.contains("above 10 km") == true)
  }

  @Test("the first bad row is told before a file that cannot be read on, whatever the threads")
  func faultBeforeDamage() throws {
    var bytes = Array("team_id,distance_meters\n1,x\n".utf8)
    var random = BatchRandom(3)
    while bytes.count < 6 << 20 { bytes += "\(random.below(1 << 40)),5\n".utf8 }
    let packed = try BatchRun.packed(bytes)
    let cut = Array(packed[..<(packed.count * 9 / 10)])
    for threads in [1, 2, 8, 8, 8] {
      #expect(BatchRun.failure(cut, threads: threads)?.line == 2)
    }
  }

  @Test("every fault has a name of its own and a sentence")
  func names() {
    #expect(Set(RowFault.allCases.map(\.name)).count == RowFault.allCases.count)
    for fault in RowFault.allCases { #expect(fault.message(limits: .standard).count > 15) }
  }
}
