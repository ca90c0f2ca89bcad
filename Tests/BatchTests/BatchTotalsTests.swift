import CivilTime
import Foundation
import Geodesy
import Testing

@testable import Batch

/// A CSV file of one style and what its teams have walked.
private struct BatchFile {
  var bytes: [UInt8] = []
  var oracle = BatchOracle()
  var rows: Int64 = 0
  var unit: DistanceUnit?

  private static let units: [(String, DistanceUnit?, Int64)] = [
    ("distance_meters", nil, 1_000_000), ("distance_km", nil, 1_000_000_000),
    ("distance_miles", nil, 1_609_344_000), ("distance", nil, 1_000_000),
    ("distance", .miles, 1_609_344_000), ("distance", .feet, 304_800),
    ("distance_meters", .yards, 914_400), ("distance", .kilometers, 1_000_000_000),
  ]

  init(seed: Int, rows rowCount: Int) {
    var random = BatchRandom(UInt64(seed) &* 104_729 &+ 17)
    let (distanceName, unit, unitSize) = Self.units[seed % Self.units.count]
    self.unit = unit
    let lineEnd = seed % 3 == 1 ? "\r\n" : "\n"
    let quoting = [0, 40, 3][seed % 3]
    let teamStyle = seed % 5
    var columns = ["team_id", distanceName]
    if seed % 2 == 0 { columns += ["note", "extra"] }
    if seed % 4 == 3 { columns += ["note"] }
    columns.shuffle(using: &random)
    if seed % 7 == 2 { bytes += [0xEF, 0xBB, 0xBF] }
    bytes += columns.joined(separator: ",").utf8
    bytes += lineEnd.utf8
    for row in 0..<rowCount {
      let team =
        switch teamStyle {
        case 0: String(random.below(500))
        case 1:
          String(random.pick([1, 1_000, 30_000, 1 << 21, 1 << 40, Int.max / 2]) + random.below(99))
        case 2: random.pick(["Ünïcode", "a,b", "say \"hi\"", "two\nlines", "cr\r\nlf", "x y", "-"])
        case 3: random.pick(["7", "007", "07", "-7", "+7", "70", "0", "00", "9223372036854775807"])
        default:
          random.oneIn(3)
            ? "team \(random.below(50))"
            : String(random.below(20_000) + (random.oneIn(9) ? 2_000_000 : 0))
        }
      let decimals = random.below(10)
      // Up to 500 km in any unit, at least a micrometre.
      let most = 500_000_000_000 / unitSize
      var mantissa = Int64(random.below(Int(most))) + 1
      for _ in 0..<decimals { mantissa = mantissa * 10 + Int64(random.below(10)) }
      if mantissa / Int64(pow(10, Double(decimals))) >= most { mantissa /= 10 }
      var text = BatchOracle.text(mantissa, decimals: decimals)
      let exact = BatchOracle.micrometers(mantissa, decimals: decimals, unit: unitSize)
      if random.oneIn(50) { text = "000" + text }
      if random.oneIn(50), !text.contains(".") { text += "." }
      if random.oneIn(90) { text = "+" + text }
      for (index, column) in columns.enumerated() {
        if index > 0 { bytes.append(0x2C) }
        let field =
          switch column {
          case "team_id": team
          case distanceName: text
          case "note": random.pick(["", "rain", "sun, wind", "a \"b\"", "x\ny", "é"])
          default: random.oneIn(2) ? "" : String(random.below(1_000_000_000))
          }
        let mustQuote = field.utf8.contains { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }
        if mustQuote || (quoting > 0 && random.oneIn(quoting)) {
          bytes.append(0x22)
          for byte in field.utf8 { bytes += byte == 0x22 ? [0x22, 0x22] : [byte] }
          bytes.append(0x22)
        } else {
          bytes += field.utf8
        }
      }
      oracle.add(team, exact)
      rows += 1
      if row + 1 < rowCount || seed % 2 == 1 { bytes += lineEnd.utf8 }
      if seed % 3 != 0, random.oneIn(200) { bytes += lineEnd.utf8 }
    }
  }
}

@Suite("The totals of a batch against exact integers")
struct BatchTotalsTests {
  @Test("every style of file, on any number of threads", arguments: 0..<15)
  func styles(_ seed: Int) throws {
    let file = BatchFile(seed: seed, rows: batchIsDebug ? 7_000 : 60_000)
    var partial: [UInt8]?
    for threads in [1, 2, 3, 8] {
      let tally = try BatchRun.tally(file.bytes, threads: threads) { $0.columns.unit = file.unit }
      #expect(tally.rowCount == file.rows)
      let lines = tally.batchLines
      #expect(lines.count == file.oracle.totals.count)
      #expect(Set(lines) == file.oracle.lines)
      #expect(tally.badRows.isEmpty)
      let bytes = PartialFile.bytes(tally)
      #expect(partial == nil || partial == bytes)
      partial = bytes
    }
  }

  @Test("through gzip, several members and a pipe the answer is the same")
  func ways() throws {
    let file = BatchFile(seed: 4, rows: 9_000)
    let expected = PartialFile.bytes(try BatchRun.tally(file.bytes))
    let whole = try BatchRun.packed(file.bytes)
    let cut = file.bytes.count / 3
    let first = try BatchRun.packed(Array(file.bytes[..<cut]))
    let second = try BatchRun.packed([])
    let third = try BatchRun.packed(Array(file.bytes[cut...]))
    let members = first + second + third
    for threads in [1, 3] {
      #expect(PartialFile.bytes(try BatchRun.tally(whole, threads: threads)) == expected)
      #expect(PartialFile.bytes(try BatchRun.tally(members, threads: threads)) == expected)
      for piped in [file.bytes, whole, members] {
        #expect(PartialFile.bytes(try BatchRun.pipedTally([piped], threads: threads)) == expected)
        // However the pipe happens to cut it, also in the middle of a magic number.
        let pieces = [[piped[0]], [piped[1]], Array(piped[2..<5000]), Array(piped[5000...])]
        #expect(PartialFile.bytes(try BatchRun.pipedTally(pieces, threads: threads)) == expected)
      }
    }
  }

  @Test("a gzip file that is cut off or damaged is refused, never half counted")
  func damagedGzip() throws {
    let file = BatchFile(seed: 0, rows: 3_000)
    let whole = try BatchRun.packed(file.bytes)
    for length in [2, 3, 10, 11, 100, whole.count / 2, whole.count - 9, whole.count - 1] {
      let failure = BatchRun.failure(Array(whole[..<length]), threads: 2)
      #expect(failure?.code != .row && failure?.message.contains("gzip") == true, "\(length)")
    }
    var random = BatchRandom(8)
    for _ in 0..<40 {
      var damaged = whole
      let at = 20 + random.below(whole.count - 20)
      damaged[at] ^= UInt8(1 + random.below(255))
      let failure = BatchRun.failure(damaged, threads: 2) { $0.skipsBadRows = true }
      #expect(failure?.message.contains("damaged") == true, "byte \(at)")
    }
    let followed = whole + [0x1F, 0x8B]
    #expect(BatchRun.failure(followed)?.message.contains("gzip") == true)
  }

  @Test("blocks that end at any byte of a row")
  func blockBoundaries() throws {
    let block = 1 << 20
    for shift in batchIsDebug ? [-1, 0] : [-3, -2, -1, 0, 1, 2, 3, 9] {
      for end in ["\n", "\r\n"] {
        for quoted in [false, true] {
          var text = "team_id,note,distance_meters" + end
          var oracle = BatchOracle()
          func add(_ team: Int, note: String) {
            text += "\(team)," + (quoted ? "\"\(note)\"" : note) + ",12.5" + end
            oracle.add(String(team), 12_500_000)
          }
          // Two blocks' ends are met by rows that are moved byte by byte.
          for target in [block, 2 * block] {
            while text.utf8.count < target - 61_000 {
              add(text.utf8.count % 97, note: String(repeating: "n", count: 60_000))
            }
            let frame = 3 + 1 + (quoted ? 2 : 0) + 5 + end.utf8.count
            add(
              123, note: String(repeating: "m", count: target + shift - text.utf8.count - frame))
            #expect(text.utf8.count == target + shift)
            for team in 1...30 {
              add(team, note: quoted && team % 3 == 0 ? "a\nb,\"\"c" : "s")
            }
          }
          for threads in [1, 2] {
            let tally = try BatchRun.tally(text, threads: threads)
            #expect(Set(tally.batchLines) == oracle.lines, "\(shift) \(quoted) \(threads)")
          }
        }
      }
    }
  }

  @Test("rows of all lengths up to the limit")
  func rowLengths() throws {
    var random = BatchRandom(4)
    var text = "note,distance_km,team_id\n"
    var oracle = BatchOracle()
    while text.utf8.count < 3 << 20 {
      let length = random.pick([0, 1, 5, 80, 3_000, 30_000, 65_000])
      let isQuoted = random.oneIn(2)
      let note = String(repeating: isQuoted && random.oneIn(3) ? "\n" : "x", count: length)
      let team = random.below(1_000)
      text += (isQuoted ? "\"\(note)\"" : note) + ",0.25,\(team)\n"
      oracle.add(String(team), 250_000_000)
    }
    for threads in [1, 2, 5] {
      let tally = try BatchRun.tally(text, threads: threads)
      #expect(Set(tally.batchLines) == oracle.lines)
    }
  }

  @Test("rows beyond the limit are told and left out, wherever they stand and however written")
  func longRows() throws {
    let limit = BatchLimits.standard.rowBytes
    var lengths = [
      limit - 20, limit + 1, (1 << 20) - 8, 1 << 20, (1 << 20) + 70_000,
    ]
    if !batchIsDebug { lengths += [limit * 3, (1 << 20) - 40, (1 << 20) + 1, 5 << 19] }
    for length in lengths {
      for (open, close) in [("", ""), ("\"", "\"")] {
        for before in batchIsDebug ? [5, 1_100] : [0, 5, 1_100] {
          let pad = before > 5 ? String(repeating: "p", count: 1_000) : "a"
          let good = String(repeating: "1,\(pad),5\n", count: before)
          let long = "2,\(open)" + String(repeating: "x", count: length) + "\(close),7\n"
          let text = "team_id,note,distance_meters\n" + good + long + "3,b,6\n4,c,8"
          let isFine = long.utf8.count - 1 <= limit
          var expected = ["3||1|6000000", "4||1|8000000"]
          if isFine { expected.insert("2||1|7000000", at: 0) }
          if before > 0 { expected.insert("1||\(before)|\(before * 5_000_000)", at: 0) }
          for threads in [1, 3] {
            let tally = try BatchRun.tally(text, threads: threads) { $0.skipsBadRows = true }
            #expect(tally.batchLines == expected, "\(length) \(open) \(before)")
            let bad = tally.badRows.values.filter { $0.count > 0 }
            #expect(bad.map(\.count) == (isFine ? [] : [1]))
            #expect(bad.map(\.lines) == (isFine ? [] : [[before + 2]]))
            let failure = BatchRun.failure(text, threads: threads)
            #expect(failure?.line == (isFine ? nil : before + 2))
          }
        }
      }
    }
    // The limit is the caller's, and holds for a last row without a line end too.
    let text = "team_id,note,distance_meters\n1,\"" + String(repeating: "y", count: 90_000) + "\",5"
    for end in ["", "\n"] {
      let tally = try BatchRun.tally(text + end) { $0.limits.rowBytes = 100_000 }
      #expect(tally.batchLines == ["1||1|5000000"])
    }
  }

  @Test("a cell may name its unit, and have an exponent")
  func cells() throws {
    let text = "team,distance\na,5 mi\na,\"2.5 km\"\na,1e3\na,100 ft\na,3 yards\n"
    #expect(try BatchRun.tally(text).batchLines == ["a||5|11579943200"])
  }

  @Test("sums beyond what a distance holds are told, not wrapped")
  func overflow() throws {
    for team in ["9", "nine", "99999999"] {
      let over = BatchRun.failure(
        "team_id,distance_km\n\(team),5000000000\n\(team),5000000000\n"
      ) { $0.limits.longestActivity = Distance(micrometers: .max) }
      #expect(over?.message.contains("beyond") == true, "\(team)")
    }
  }

  @Test("headers that do not fit are told with the columns there are and the option to use")
  func headers() throws {
    func message(_ text: String, _ change: (inout TallyRequest) -> Void = { _ in }) -> String {
      let failure = BatchRun.failure(text, threads: 2, change)
      #expect(failure?.code == .header)
      return failure?.message ?? ""
    }
    #expect(message("").contains("empty"))
    #expect(message("name,distance_meters\n1,5\n").contains("--team-column"))
    #expect(message("team_id,length\n1,5\n").contains("--distance-column"))
    #expect(message("team_id,length\n1,5\n").contains("“length”"))
    #expect(message("team_id,distance\n1,5\n") { $0.columns.team = "Squad" }.contains("“Squad”"))
    #expect(
      message("team_id,distance\n1,5\n") { $0.window.from = Instant(microseconds: 0) }.contains(
        "--time-column"))
    #expect(
      message("team_id,distance\n1,5\n") { $0.routes = ["a"] }.contains("--route-column"))
    #expect(
      message("team_id,distance\n1,5\n") { $0.columns.activity = "id" }
        .contains("--activity-column"))
    #expect(
      message("team_id,distance\n1,5\n") {
        $0.columns.team = "distance"
        $0.columns.distance = "distance"
      }.contains("two things"))
    #expect(
      message("team_id,distance\n1,5\n") {
        $0.window.from = Instant(microseconds: 0)
        $0.columns.time = "team_id"
      }.contains("two things"))
    #expect(message("\"team_id\"x,distance\n1,5\n").contains("quote"))
    for text in ["team_id,distance", "team_id,distance\n", "\u{FEFF}team_id,distance\r\n"] {
      #expect(try BatchRun.tally(text).batchLines.isEmpty)
    }
    let tally = try BatchRun.tally("\"the, team\",\"kil\"\"o\"\n7,5\n") {
      $0.columns.team = "the, team"
      $0.columns.distance = "kil\"o"
    }
    #expect(tally.batchLines == ["7||1|5000000"])
  }

  @Test("teams sort as numbers when all are integers, else by bytes")
  func order() throws {
    func teams(_ names: [String]) throws -> [String] {
      try BatchRun.tally(
        "team,distance\n" + names.map { "\($0),1\n" }.joined()
      ).sortedRows.map(\.team.text)
    }
    #expect(try teams(["10", "9", "2000000", "1"]) == ["1", "9", "10", "2000000"])
    #expect(try teams(["10", "7", "007", "-3", "07", "8"]) == ["-3", "007", "07", "7", "8", "10"])
    #expect(try teams(["10", "9", "b", "a", "Z", "é"]) == ["10", "9", "Z", "a", "b", "é"])
    #expect(
      try teams(["100000000000000000000", "9", "99999999999999999999"])
        == ["9", "99999999999999999999", "100000000000000000000"])
  }

  @Test("the report of bytes read ends at the size of the file")
  func report() throws {
    let folder = BatchFolder()
    let bytes = Array(
      ("team,distance\n" + String(repeating: "1,5\n", count: 600_000)).utf8)
    let descriptor = open(folder.write(bytes), O_RDONLY)
    defer { close(descriptor) }
    nonisolated(unsafe) var last = 0
    nonisolated(unsafe) var isAscending = true
    _ = try Tally(descriptor: descriptor, request: TallyRequest()) {
      if $0 < last { isAscending = false }
      last = $0
    }
    #expect(isAscending && last == bytes.count)
  }

  @Test("a descriptor that cannot be read is told")
  func unreadable() throws {
    let descriptor = open("/", O_RDONLY)
    defer { close(descriptor) }
    #expect(throws: BatchError.self) {
      try Tally(descriptor: descriptor, request: TallyRequest())
    }
  }
}
