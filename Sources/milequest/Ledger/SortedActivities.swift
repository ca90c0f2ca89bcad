import Batch
import CivilTime
import Geodesy
import Quests

/// Rows of walks in the order of their teams' ids, and those of a team in the order of their lines.
///
/// A store keeps what belongs to a team together, by id: in this order each team is read and written
/// once, and new rows go to the end of its tables. Memory is that of a few runs of `SortedRows`.
final class SortedActivities {
  /// A row with the id that its team is known by, or would be created with.
  struct Row {
    let team: TeamID
    let record: ActivityRecord
    /// The row is the n-th of its walker and content in the file, from 1; counted only where the rows
    /// have no ids.
    let occurrence: Int
  }

  /// When the first walk started; nil where there is none.
  private(set) var earliest: Instant?
  private(set) var count = 0

  private let rows: SortedRows
  private let occurrences: Occurrences?
  private let rowsByID: RowsByID?
  private var isReading = false
  /// Rows that are not told.
  private var leftOut = LineSet()

  /// - Parameter haveIDs: whether the rows have ids; else it is counted which of them are alike.
  init(haveIDs: Bool, runBytes: Int = SortedRows.runBytes) {
    rows = SortedRows(runBytes: runBytes)
    occurrences = haveIDs ? nil : Occurrences(runBytes: runBytes / 4)
    rowsByID = haveIDs ? RowsByID(runBytes: runBytes / 4) : nil
  }

  /// Takes a row; all must be taken before `next`.
  ///
  /// - Throws: `writeFailed` where the temporary file cannot be written.
  func add(_ record: ActivityRecord) throws {
    let team = Naming.team(called: record.team)
    let key = SortedRows.Key(high: team.high, low: team.low, line: Int64(record.line))
    try rows.add(key) { PackedActivity.append(record, to: &$0) }
    try occurrences?.add(record, of: key)
    try rowsByID?.add(record, of: key)
    let instant = record.instant
    earliest = min(earliest ?? instant, instant)
    count += 1
  }

  /// Leaves out the rows whose ids stand on other rows with another distance or start: nobody knows
  /// which of them is right. All rows must be there. O(rows · log rows).
  ///
  /// - Returns: the lines that are left out, and the first of those that differ from the first of their
  ///   id.
  func leaveOutConflicts() throws -> (lines: LineSet, firstDiffering: Int?) {
    guard let found = try rowsByID?.conflicts() else { return (LineSet(), nil) }
    leftOut = found.lines
    count -= found.lines.count
    return found
  }

  /// The next row; nil after the last. O(log runs).
  func next() throws -> Row? {
    if !isReading {
      try occurrences?.count()
      isReading = true
    }
    while true {
      let next = try rows.next { key, bytes in
        (key, leftOut.contains(Int(key.line)) ? nil : PackedActivity.record(bytes, line: key.line))
      }
      guard let (key, record) = next else { return nil }
      guard let record else { continue }
      return Row(
        team: TeamID(high: key.high, low: key.low), record: record,
        occurrence: try occurrences?.number(of: key) ?? 1)
    }
  }
}

/// Which rows have the same id.
private final class RowsByID {
  private let rows: SortedRows

  init(runBytes: Int) { rows = SortedRows(runBytes: runBytes) }

  func add(_ record: ActivityRecord, of row: SortedRows.Key) throws {
    guard let text = record.activity else { return }
    let team = TeamID(high: row.high, low: row.low)
    let id = ActivityID(text) ?? .named("activity", text)
    // An id is one of its person's, in a file without persons one of the file's.
    let walker = WrittenWalker(record)
    let owner = walker == .team ? [] : walker.bytes(in: team)
    let digest = ActivityID.derived(from: owner + id.bytes)
    var content = walker == .team ? team.bytes : []
    for number in [record.instant.microseconds, record.distance.micrometers] {
      withUnsafeBytes(of: number) { content.append(contentsOf: $0) }
    }
    let alike = ActivityID.derived(from: content)
    var key = row
    (key.groupHigh, key.groupLow) = (digest.high, digest.low)
    try rows.add(key) { bytes in
      withUnsafeBytes(of: alike.high) { bytes.append(contentsOf: $0) }
      withUnsafeBytes(of: alike.low) { bytes.append(contentsOf: $0) }
    }
  }

  func conflicts() throws -> (lines: LineSet, firstDiffering: Int?) {
    struct Row {
      let key: SortedRows.Key
      let content: ActivityID
    }
    var lines = LineSet()
    var firstDiffering: Int?
    var group: [Row] = []
    func settle() {
      guard let first = group.min(by: { $0.key.line < $1.key.line }) else { return }
      let others = group.filter { $0.content != first.content }.map { Int($0.key.line) }
      if let differing = others.min() {
        for row in group { lines.insert(Int(row.key.line)) }
        firstDiffering = min(firstDiffering ?? differing, differing)
      }
      group.removeAll(keepingCapacity: true)
    }
    while let row = try rows.next({ key, bytes in
      Row(
        key: key,
        content: ActivityID(
          high: bytes.loadUnaligned(as: UInt64.self),
          low: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }) {
      if let last = group.last?.key,
        (last.groupHigh, last.groupLow) != (row.key.groupHigh, row.key.groupLow)
      {
        settle()
      }
      group.append(row)
    }
    settle()
    return (lines, firstDiffering)
  }
}

/// Which of the rows that are alike a row is.
///
/// Rows are sorted by walker and content, numbered in the order in which the walks are read, and
/// those beyond the first sorted back into that order.
private final class Occurrences {
  private let byContent: SortedRows
  private let repeats: SortedRows
  /// The next row that is not the first of its content.
  private var ahead: (key: SortedRows.Key, number: Int)?

  init(runBytes: Int) {
    byContent = SortedRows(runBytes: runBytes)
    repeats = SortedRows(runBytes: runBytes)
  }

  func add(_ record: ActivityRecord, of row: SortedRows.Key) throws {
    let team = TeamID(high: row.high, low: row.low)
    let digest = ActivityID.derived(
      from: WrittenWalker(record).bytes(in: team) + ActivityContent(record).bytes)
    var key = row
    (key.groupHigh, key.groupLow) = (digest.high, digest.low)
    try byContent.add(key) { _ in }
  }

  /// Numbers the rows, when all are there.
  func count() throws {
    var last: SortedRows.Key?
    var number = 0
    while let key = try byContent.next({ key, _ in key }) {
      let isSame = last?.groupHigh == key.groupHigh && last?.groupLow == key.groupLow
      number = isSame ? number + 1 : 1
      last = key
      if number == 1 { continue }
      let row = SortedRows.Key(high: key.high, low: key.low, line: key.line)
      try repeats.add(row) { bytes in
        withUnsafeBytes(of: Int64(number)) { bytes.append(contentsOf: $0) }
      }
    }
    try advance()
  }

  /// The number of a row; rows are asked about in their order, each once.
  func number(of row: SortedRows.Key) throws -> Int {
    guard let ahead, ahead.key == row else { return 1 }
    try advance()
    return ahead.number
  }

  private func advance() throws {
    ahead = try repeats.next { ($0, Int($1.loadUnaligned(as: Int64.self))) }
  }
}

/// A walk of a file as bytes: its numbers, then its texts.
private enum PackedActivity {
  private static let noText = UInt32.max

  private struct Marks: OptionSet {
    let rawValue: UInt32
    static let isPrivate = Marks(rawValue: 1)
    static let hasDuration = Marks(rawValue: 2)
  }

  static func append(_ record: ActivityRecord, to bytes: inout [UInt8]) {
    func put(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }
    var marks: Marks = record.isPrivate ? .isPrivate : []
    if record.durationSeconds != nil { marks.insert(.hasDuration) }
    put(marks.rawValue)
    put(record.instant.microseconds)
    put(record.distance.micrometers)
    put(record.durationSeconds ?? 0)
    for text in [
      record.team, record.writtenTeam, record.person, record.writtenPerson, record.activity,
      record.source, record.note, record.zone, record.offset,
    ] {
      guard var text else {
        put(noText)
        continue
      }
      // A row has at most 64 KiB.
      put(UInt32(text.utf8.count))
      text.withUTF8 { bytes.append(contentsOf: $0) }
    }
  }

  static func record(_ row: UnsafeRawBufferPointer, line: Int64) -> ActivityRecord {
    var offset = 0
    func number<Value: FixedWidthInteger>(_ type: Value.Type) -> Value {
      defer { offset += MemoryLayout<Value>.size }
      return row.loadUnaligned(fromByteOffset: offset, as: Value.self)
    }
    func text() -> String? {
      let count = number(UInt32.self)
      if count == noText { return nil }
      let end = offset + Int(count)
      defer { offset = end }
      return String(decoding: row[offset..<end], as: UTF8.self)
    }
    var record = ActivityRecord()
    record.line = Int(line)
    let marks = Marks(rawValue: number(UInt32.self))
    record.isPrivate = marks.contains(.isPrivate)
    record.instant = Instant(microseconds: number(Int64.self))
    record.distance = Distance(micrometers: number(Int64.self))
    let duration = number(Int64.self)
    if marks.contains(.hasDuration) { record.durationSeconds = duration }
    record.team = text() ?? ""
    record.writtenTeam = text()
    record.person = text()
    record.writtenPerson = text()
    record.activity = text()
    record.source = text()
    record.note = text()
    record.zone = text()
    record.offset = text()
    return record
  }
}
