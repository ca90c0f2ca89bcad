import CivilTime
import Formats
import Foundation
import Geodesy
import Testing

@testable import Batch

/// Files of walks as spreadsheets and other countries write them.
@Suite struct DialectTests {
  private static let time = "2026-05-02T08:00:00Z"

  /// A file, with the options, and what its rows come to: kilometres, or the fault.
  struct Case: CustomTestStringConvertible, Sendable {
    var name: String
    var text: String
    var separator: UInt8?
    var mark: DecimalMark?
    var rows: [Result<Double, RowFault>]
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(
      name: "semicolons and decimal commas",
      text: "started_at;team;distance_km\r\n\(time);Owls;9,44\r\n\(time);Owls;1.234,5 m\r\n",
      rows: [.success(9.44), .success(1.2345)]),
    Case(
      name: "a line sep=", text: "sep=;\r\nstarted_at;team;distance_km\r\n\(time);Owls;9,44",
      rows: [.success(9.44)]),
    Case(
      name: "blank lines first", text: "\n  \r\nstarted_at;team;distance_km\n\(time);Owls;9,44\n",
      rows: [.success(9.44)]),
    Case(
      name: "blank lines around sep=",
      text: "\nsep=;\n\nstarted_at;team;distance_km\n\(time);Owls;9,44\n", rows: [.success(9.44)]),
    Case(
      name: "a quoted line sep=",
      text: "\"sep=;\"\r\nstarted_at;team;distance_km\r\n\(time);Owls;9,44\r\n",
      rows: [.success(9.44)]),
    Case(
      name: "carriage returns alone",
      text: "started_at,team,distance_km\r\(time),Owls,9.44\r\(time),\"Ow,ls\",x\r\(time),Owls,8",
      rows: [.success(9.44), .failure(.distanceSyntax), .success(8)]),
    Case(
      name: "tabs", text: "started_at\tteam\tdistance_km\n\(time)\tOwls\t9.44\n",
      rows: [.success(9.44)]),
    Case(
      name: "bars", text: "started_at|team|distance_km\n\(time)|Owls|9\n", rows: [.success(9)]),
    Case(
      name: "a header in capitals with blanks",
      text: "Started_At, TEAM ,Distance_KM\n\(time),Owls,9\n",
      rows: [.success(9)]),
    Case(
      name: "quoted separators and lines",
      text: "started_at;team;distance_km\n\(time);\"Owls; the \"\"old\"\" ones, all\";9,5\n",
      rows: [.success(9.5)]),
    Case(
      name: "thousands or decimals", text: "started_at;team;distance_km\n\(time);Owls;1.234\n",
      rows: [.failure(.distanceAmbiguous)]),
    Case(
      name: "thousands, as said", text: "started_at;team;distance_meters\n\(time);Owls;1.234\n",
      mark: .comma, rows: [.success(1.234)]),
    Case(
      name: "decimals, as said", text: "started_at;team;distance_km\n\(time);Owls;1.234\n",
      mark: .point, rows: [.success(1.234)]),
    Case(
      name: "decimal commas between commas",
      text: "started_at,team,distance_km\n\(time),Owls,\"1,5\"\n\(time),Owls,\"12.345,5\"\n",
      mark: .comma, rows: [.success(1.5), .failure(.distanceTooLong)]),
    Case(
      name: "a comma between commas is no decimal mark unless it is said",
      text: "started_at,team,distance_km\n\(time),Owls,\"1,5\"\n", rows: [.failure(.distanceSyntax)]
    ),
    Case(
      name: "groups that are none",
      text: "started_at;team;distance_km\n\(time);Owls;1.23,4\n\(time);Owls;1,2,3\n",
      rows: [.failure(.distanceSyntax), .failure(.distanceSyntax)]),
    Case(
      name: "a separator that is named", text: "started_at#team#distance_km\n\(time)#Owls#9\n",
      separator: 0x23, rows: [.success(9)]),
    Case(
      name: "a line end in a field",
      text: "started_at;team;note;distance_km\n\(time);Owls;\"one\ntwo\";9,5\n",
      rows: [.success(9.5)]),
    Case(
      name: "a quote that is never closed stops no later row",
      text: "started_at;team;distance_km\n\(time);\"Owls;9\n\(time);Owls;8\n",
      rows: [.failure(.quote), .success(8)]),
    Case(
      name: "M is no metre",
      text: "started_at,team,distance\n\(time),Owls,5 M\n\(time),Owls,5 mi\n",
      rows: [.failure(.distanceUnitM), .success(8.04672)]),
  ]

  private func columns(_ test: Case) -> ActivityColumns {
    var columns = ActivityColumns()
    columns.separator = test.separator
    columns.decimalMark = test.mark
    return columns
  }

  private func file(_ bytes: [UInt8]) throws -> FileHandle {
    let path = NSTemporaryDirectory() + "dialect-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let handle = try #require(FileHandle(forReadingAtPath: path))
    try FileManager.default.removeItem(atPath: path)
    return handle
  }

  /// The file's bytes in every encoding that it may come in.
  static func encodings(_ text: String) -> [[UInt8]] {
    let units = Array(text.utf16)
    let little = units.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let big = units.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    return [
      Array(text.utf8), [0xEF, 0xBB, 0xBF] + Array(text.utf8), [0xFF, 0xFE] + little,
      [0xFE, 0xFF] + big, little, big,
    ]
  }

  @Test(arguments: [
    ("<!DOCTYPE html>\n<html><body>Sign in, please</body></html>\n", "web page"),
    ("\u{FEFF}<html lang='en'>", "web page"), ("<?xml version='1.0'?>\n<gpx/>", "XML"),
    ("{\"walks\": [1, 2]}", "JSON"),
    ("PK\u{3}\u{4}\u{14}\0\u{6}\0[Content_Types].xml", "spreadsheet"),
    ("%PDF-1.7\n", "PDF"), ("SQLite format 3\0", "database"),
  ])
  func whatIsNoTableIsNamed(_ text: String, _ kind: String) throws {
    let handle = try file(Array(text.utf8))
    let error = #expect(throws: BatchError.self) {
      try ActivityReader(descriptor: handle.fileDescriptor, columns: ActivityColumns())
    }
    #expect(error?.message.contains(kind) == true, "\(error?.message ?? "")")
  }

  @Test(arguments: cases) func rowsAreRead(_ test: Case) throws {
    for bytes in Self.encodings(test.text) {
      let handle = try file(bytes)
      let reader = try ActivityReader(
        descriptor: handle.fileDescriptor, columns: columns(test))
      var rows: [Result<Double, RowFault>] = []
      var lines: [Int] = []
      while let row = try reader.next() {
        rows.append(row.map { $0.distance.meters / 1_000 }.mapError(\.fault))
        lines.append(
          (try? row.get().line) ?? { if case .failure(let bad) = row { bad.line } else { 0 } }())
      }
      #expect(rows == test.rows, "\(bytes.prefix(4))")
      let before = test.text.prefix(
        upTo: test.text.range(of: Self.time)?.lowerBound ?? test.text.startIndex)
      #expect(lines.first == 1 + max(before.count { $0.isNewline }, 1), "\(test.name)")
      // The batch reads the same.
      let again = try file(bytes)
      var request = TallyRequest()
      request.columns = columns(test)
      request.skipsBadRows = true
      let tally = try Tally(descriptor: again.fileDescriptor, request: request)
      #expect(tally.rowCount == test.rows.count { (try? $0.get()) != nil })
    }
  }

  @Test(arguments: [
    ("started_at,team,team,distance_km", "“team” (column 2) and “team” (column 3)"),
    ("started_at,team,distance_km,distance_miles", "--distance-column"),
    ("started_at,team,Team_ID,distance", "--team-column"),
    ("started_at#team#distance", "--separator"),
  ]) func aHeaderThatCouldMeanTwoThingsIsRefused(header: String, words: String) throws {
    let handle = try file(Array("\(header)\n\(Self.time),Owls,Cats,5,9\n".utf8))
    let error = #expect(throws: BatchError.self) {
      _ = try ActivityReader(descriptor: handle.fileDescriptor, columns: ActivityColumns())
    }
    #expect(error?.code == .header && error?.message.contains(words) == true, "\(error as Any)")
  }

  /// Characters of two units are read whole wherever a piece of the file ends.
  @Test func largeFilesOfTwoBytesACharacter() throws {
    var text = "started_at\tteam\tdistance_km\r\n"
    for number in 0..<20_000 { text += "\(Self.time)\tOwls 🦉 \(number % 7)\t1,5\r\n" }
    let handle = try file(Self.encodings(text)[2])
    let reader = try ActivityReader(descriptor: handle.fileDescriptor, columns: ActivityColumns())
    var count = 0
    while let row = try reader.next() {
      let record = try row.get()
      #expect(record.team == "Owls 🦉 \(count % 7)")
      #expect(record.distance.micrometers == 1_500_000_000)
      count += 1
      #expect(record.line == count + 1)
    }
    #expect(count == 20_000)
  }

  /// The teams of a file's rows, or what is wrong with them, with their lines.
  private func teams(_ bytes: [UInt8], _ encoding: String) throws -> [Result<String, BadRowPlace>] {
    let handle = try file(bytes)
    var columns = ActivityColumns()
    columns.encoding = TextEncoding(named: encoding)
    #expect(columns.encoding != nil)
    let reader = try ActivityReader(descriptor: handle.fileDescriptor, columns: columns)
    var teams: [Result<String, BadRowPlace>] = []
    while let row = try reader.next() {
      teams.append(
        row.map(\.team).mapError { BadRowPlace(line: $0.line, fault: $0.fault) })
    }
    // The batch reads the same.
    let again = try file(bytes)
    var request = TallyRequest()
    request.columns = columns
    request.skipsBadRows = true
    let tally = try Tally(descriptor: again.fileDescriptor, request: request)
    let due = Set(teams.compactMap { try? $0.get() })
    #expect(Set(tally.sortedRows.map(\.team.text)) == due)
    #expect(tally.badRows[.teamEncoding]?.lines ?? [] == teams.compactMap { $0.badLine })
    return teams
  }

  /// The same rows with as many line ends in a quoted field, in bytes of which pieces of the file end
  /// inside characters.
  @Test(
    arguments: [
      ("windows-1252", "Z\u{FC}rich \u{20AC}", [0x5A, 0xFC, 0x72, 0x69, 0x63, 0x68, 0x20, 0x80]),
      ("ANSI", "Z\u{FC}rich", [0x5A, 0xFC, 0x72, 0x69, 0x63, 0x68]),
      ("iso-8859-15", "\u{20AC}", [0xA4]),
      ("Shift_JIS", "\u{8868}\u{5C71}", [0x95, 0x5C, 0x8E, 0x52]),
      ("gb18030", "\u{1F989}", [0x95, 0x30, 0xD9, 0x31]),
      ("ISO-2022-JP", "\u{5C71}", [0x1B, 0x24, 0x42, 0x3B, 0x33, 0x1B, 0x28, 0x42]),
      ("utf-8", "Z\u{FC}rich", [0x5A, 0xC3, 0xBC, 0x72, 0x69, 0x63, 0x68]),
    ] as [(String, String, [UInt8])])
  func aNamedEncodingIsRead(encoding: String, team: String, bytes: [UInt8]) throws {
    var file = Array("started_at,team,note,distance_km\n".utf8)
    for number in 0..<3_000 {
      file += Array("\(Self.time),".utf8) + bytes + Array(" \(number % 5),\"a\nb\",1.5\n".utf8)
    }
    let teams = try teams(file, encoding)
    #expect(teams == (0..<3_000).map { .success("\(team) \($0 % 5)") })
  }

  @Test(arguments: ["UTF-16", "utf-16le", "UTF-16BE", "UTF-32", "ucs2"])
  func unitsOfSeveralBytesAreReadByTheirName(encoding: String) throws {
    let text = "started_at;team;distance_km\r\n\(Self.time);Z\u{FC}rich;1,5\r\n"
    let units: [[UInt8]] =
      encoding == "UTF-32"
      ? text.unicodeScalars.map { [UInt8($0.value & 0xFF), UInt8($0.value >> 8), 0, 0] }
      : text.utf16.map { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
    let bytes = encoding == "UTF-16BE" ? units.flatMap { $0.reversed() } : units.flatMap { $0 }
    #expect(try teams(bytes, encoding) == [.success("Z\u{FC}rich")])
  }

  @Test func whatIsNotInTheEncodingIsABadRowOfItsLine() throws {
    func rows(_ teams: [UInt8]...) -> [UInt8] {
      Array("started_at,team,distance_km\n".utf8)
        + teams.flatMap { Array("\(Self.time),".utf8) + $0 + Array(",1\n".utf8) }
    }
    let owls = Array("Owls".utf8)
    #expect(
      try teams(rows(owls, [0x81], owls), "windows-1252") == [
        .success("Owls"), .failure(BadRowPlace(line: 3, fault: .teamEncoding)), .success("Owls"),
      ])
    #expect(
      try teams(rows(owls, [0xFC, 0xFC]), "us-ascii") == [
        .success("Owls"), .failure(BadRowPlace(line: 3, fault: .teamEncoding)),
      ])
    // A character that the end of the file cuts off.
    let cut = Array("team,started_at,distance_km\nOwls,\(Self.time),1\nCats".utf8) + [0x95]
    let last = try teams(cut, "shift_jis")
    #expect(last.first == .success("Owls") && last.count == 2 && last[1].badLine == nil)
    // Half of a pair of UTF-16, after which the next row is read again in step.
    var text: [UInt16] = Array("started_at,team,distance_km\n\(Self.time),".utf16)
    text += [0xD800] + Array(",1\n\(Self.time),Owls,1\n".utf16)
    let big: [[UInt8]] = text.map { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    #expect(
      try teams(big.flatMap { $0 }, "utf-16be") == [
        .failure(BadRowPlace(line: 2, fault: .teamEncoding)), .success("Owls"),
      ])
    #expect(RowFault.teamEncoding.message(limits: .standard).contains("--encoding"))
    #expect(RowFault.textEncoding.message(limits: .standard).contains("--encoding"))
  }

  @Test(arguments: ["", "klingon", "utf-8//IGNORE", "../../x", "windows-1252//TRANSLIT"])
  func whatNamesNoEncodingIsRefused(name: String) { #expect(TextEncoding(named: name) == nil) }

  @Test func aHeaderOfAnotherEncodingAsksForIt() throws {
    let header = Array("started_at,team,L".utf8) + [0xE4] + Array("nge\n".utf8)
    let handle = try file(header)
    var columns = ActivityColumns()
    columns.distance = "L\u{E4}nge"
    let error = #expect(throws: BatchError.self) {
      _ = try ActivityReader(descriptor: handle.fileDescriptor, columns: columns)
    }
    #expect(error?.message.contains("--encoding") == true)
    columns.encoding = TextEncoding(named: "latin1")
    let again = try file(header)
    _ = try ActivityReader(descriptor: again.fileDescriptor, columns: columns)
  }
}

/// What is wrong with a row, and where.
struct BadRowPlace: Error, Equatable {
  let line: Int
  let fault: RowFault
}

extension Result where Failure == BadRowPlace {
  /// The line of a row whose team is not in the encoding.
  fileprivate var badLine: Int? {
    if case .failure(let bad) = self, bad.fault == .teamEncoding { bad.line } else { nil }
  }
}
