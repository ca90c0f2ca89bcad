import BuiltProgram
import Foundation
import Testing

/// The batch command against sums of its own.
@Suite struct ProgressTests {
  /// A line of the answer.
  private struct Row: Equatable {
    let team: String
    let activities: Int
    let distance: Decimal
    let percent: Decimal
    let longitude: Double
    let latitude: Double
    let bearing: Double
    let finished: Bool
  }

  private static let route =
    "{\"type\":\"LineString\",\"coordinates\":[[0,0],[1,0],[1,1],[0,1],[0,2],[3,2]]}"

  /// Fields of RFC 4180 text.
  private func fields(_ text: String) -> [[String]] {
    var rows: [[String]] = [[]]
    var field = ""
    var isQuoted = false
    var characters = Array(text.unicodeScalars)[...]
    while let next = characters.popFirst() {
      switch next {
      case "\"" where isQuoted && characters.first == "\"":
        field.unicodeScalars.append("\"")
        characters.removeFirst()
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        rows[rows.count - 1].append(field)
        field = ""
      case "\n" where !isQuoted:
        rows[rows.count - 1].append(field)
        field = ""
        rows.append([])
      default: field.unicodeScalars.append(next)
      }
    }
    rows.removeLast()
    return rows
  }

  private func progress(_ csv: String, _ arguments: String...) throws -> [Row] {
    let folder = try Folder()
    let route = try folder.file("r.geojson", Self.route)
    let walks = try folder.file("w.csv", csv)
    let answer = try Program.run(
      ["progress", "--route", route, "--activities", walks] + arguments)
    #expect(answer.status == 0, "\(answer.errors)")
    let rows = fields(answer.text)
    #expect(
      rows.first == [
        "team_id", "activities", "distance_meters", "percent", "longitude", "latitude", "bearing",
        "finished",
      ])
    return try rows.dropFirst().map { row in
      #expect(row.count == 8)
      return Row(
        team: row[0], activities: try #require(Int(row[1])),
        distance: try #require(Decimal(string: row[2])),
        percent: try #require(Decimal(string: row[3])),
        longitude: try #require(Double(row[4])), latitude: try #require(Double(row[5])),
        bearing: try #require(Double(row[6])), finished: try #require(Bool(row[7]) as Bool?))
    }
  }

  /// Whole micrometres of a number of a unit, half to even, in decimal arithmetic.
  private func micrometers(_ number: String, _ unit: Int64) throws -> Int64 {
    var exact = try #require(Decimal(string: number)) * Decimal(unit)
    var rounded = Decimal()
    NSDecimalRound(&rounded, &exact, 0, .bankers)
    return try #require(Int64("\(rounded)"))
  }

  @Test(
    arguments: [
      ("distance_meters", nil, 1_000_000), ("distance_km", nil, 1_000_000_000),
      ("distance_miles", nil, 1_609_344_000), ("distance", nil, 1_000_000),
      ("distance", "mi", 1_609_344_000), ("distance", "km", 1_000_000_000),
      ("distance", "m", 1_000_000),
      ("distance", "ft", 304_800), ("distance", "yd", 914_400),
      ("distance_km", "mi", 1_609_344_000),
    ] as [(String, String?, Int64)])
  func sumsAreExact(_ column: String, _ unit: String?, _ size: Int64) throws {
    var random = SplitMix64("sumsAreExact \(column) \(unit ?? "")")
    var csv = "note,team,\(column),started_at\n"
    var sums: [String: (count: Int, micrometers: Int64)] = [:]
    for _ in 0..<400 {
      let team = "team \(random.int(1...9))"
      // Up to seven decimals, which is finer than a micrometre in miles and kilometres.
      let decimals = random.int(0...9)
      let number =
        "\(random.int(0...40))" + (decimals == 0 ? "" : ".")
        + (0..<decimals).map { _ in "\(random.int(0...9))" }.joined()
      let value = try micrometers(number, size)
      if value == 0 { continue }
      csv += "\"a, \"\"b\"\"\",\(team),\(number),2026-01-01T00:00:00Z\n"
      sums[team, default: (0, 0)].count += 1
      sums[team, default: (0, 0)].micrometers += value
    }
    let arguments = unit.map { ["--unit", $0] } ?? []
    let rows =
      arguments.isEmpty ? try progress(csv) : try progress(csv, arguments[0], arguments[1])
    #expect(rows.map(\.team) == sums.keys.sorted())
    for row in rows {
      let due = try #require(sums[row.team])
      #expect(row.activities == due.count)
      #expect(row.distance * 1_000_000 == Decimal(due.micrometers), "\(row), seed \(runSeed)")
    }
  }

  @Test func placesAndPercentages() throws {
    let folder = try Folder()
    let file = try folder.file("r.geojson", Self.route)
    let length = try Inspected.route(file).lengthMeters
    let whole = Int64((length * 1e6).rounded())
    var csv = "team_id,distance_meters\n"
    let parts: [Int64] = [1, 7, 250, 333, 500, 999]
    let walked = parts.map { whole / 1_000 * $0 } + [whole - 1, whole, whole + 5_000_000]
    for (index, value) in walked.enumerated() {
      // No walk is longer than 500 km.
      for share in [value / 2, value - value / 2] where share > 0 {
        let fraction = String("\(1_000_000 + share % 1_000_000)".dropFirst())
        csv += "\(index),\(share / 1_000_000).\(fraction)\n"
      }
    }
    let rows = try progress(csv)
    let texts = rows.map { "\($0.distance)m" }
    let positions = try Positions(file, at: texts).positions
    for (row, (value, position)) in zip(rows, zip(walked, positions)) {
      #expect(row.distance * 1_000_000 == Decimal(value))
      // Cut off and never rounded up: 100 only when all of it is done.
      let millionths = value >= whole ? 100_000_000 : Int128(value) * 100_000_000 / Int128(whole)
      #expect(row.percent * 1_000_000 == Decimal(Int64(millionths)))
      #expect(row.finished == (value >= whole) && position.finished == row.finished)
      #expect(abs(row.longitude - position.coordinate[0]) < 1e-12)
      #expect(abs(row.latitude - position.coordinate[1]) < 1e-12)
      #expect(abs(row.bearing - position.bearing) < 1e-6)
    }
    #expect(rows[6].percent < 100 && rows[7].percent == 100 && rows[8].percent == 100)
  }

  @Test func sortedAsNumbersOrByBytes() throws {
    func teams(_ names: [String]) throws -> [String] {
      try progress("team,distance\n" + names.map { "\($0),1\n" }.joined()).map(\.team)
    }
    #expect(try teams(["10", "9", "-3", "100", "2"]) == ["-3", "2", "9", "10", "100"])
    #expect(try teams(["10", "9", "x", "100"]) == ["10", "100", "9", "x"])
    #expect(try teams(["é", "z", "Z", "a", "🏔"]) == ["Z", "a", "z", "é", "🏔"])
    #expect(try teams(["1.5", "10", "2"]) == ["1.5", "10", "2"])
  }

  @Test func quotedFields() throws {
    let rows = try progress(
      "\u{FEFF}\"team\",\"distance_km\"\r\n\"Moor, \"\"the\"\" Fast\",\"1.5\"\r\n"
        + "\"two\nlines\",2\r\n"
        + "plain,3\r\n\"plain\",4\r\n")
    #expect(rows.map(\.team) == ["Moor, \"the\" Fast", "plain", "two\nlines"])
    #expect(rows.map(\.distance) == [1_500, 7_000, 2_000])
    #expect(rows.map(\.activities) == [1, 2, 1])
  }

  @Test func otherPeoplesColumns() throws {
    let csv = "Squad,x,Miles\nA,9,1\nB,9,2.5\n"
    let rows = try progress(
      csv, "--team-column", "Squad", "--distance-column", "Miles", "--unit", "mi")
    #expect(rows.map(\.distance) == [1_609.344, 4_023.36].map { Decimal(string: "\($0)") })
    let folder = try Folder()
    let route = try folder.file("r.geojson", Self.route)
    let answer = try Program.run(["progress", "--route", route, "--activities", "-"], input: csv)
    #expect(answer.status == 65)
    #expect(answer.errors.contains("no column “team_id” or “team” among “Squad”, “x”, “Miles”"))
    #expect(answer.errors.contains("--team-column"))
    let unit = try Program.run(
      ["progress", "--route", route, "--activities", "-", "--unit", "parsec"], input: csv)
    #expect(unit.status == 64 && unit.errors.contains("use mi, km, m, ft or yd"))
  }

  @Test func badRowsAreNamedByTheirLine() throws {
    let folder = try Folder()
    let route = try folder.file("r.geojson", Self.route)
    for (csv, line) in [
      ("team,distance\nA,1\nB,x\n", 3), ("team,distance\nA,1\n\nB\n", 4),
      ("team,distance\n,1\n", 2),
      ("team,distance\nA,-1\n", 2), ("team,distance\n\"a\nb\",1\nA,1 2\n", 4),
      ("team,distance\nA,\"1\nB,2\n", 2),
    ] {
      let out = folder.path("out.csv")
      let answer = try Program.run(
        ["progress", "--route", route, "--activities", "-", "-o", out], input: csv)
      #expect(answer.status == 65, "\(csv)")
      #expect(answer.errors.contains("-:\(line): "), "\(answer.errors)")
      #expect(!FileManager.default.fileExists(atPath: out))
    }
    #expect(try folder.names == ["r.geojson"])
  }
}
