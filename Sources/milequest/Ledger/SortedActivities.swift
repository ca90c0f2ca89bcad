import Batch
import CivilTime
import Geodesy
import Quests

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Rows of walks in the order of their teams' ids, and those of a team in the order of their lines.
///
/// A store keeps what belongs to a team together, by id: in this order each team is read and written
/// once, and new rows go to the end of its tables. Rows beyond a run are kept in a temporary file
/// without a name, in sorted runs that are merged when they are read, so memory is that of a run
/// whatever the size of the input.
final class SortedActivities {
  /// A row with the id that its team is known by, or would be created with.
  struct Row {
    let team: TeamID
    let record: ActivityRecord
  }

  /// Packed rows that are sorted in memory before they go to the file.
  static let runBytes = 128 << 20

  /// When the first walk started; nil where there is none.
  private(set) var earliest: Instant?
  private(set) var count = 0

  private let runBytes: Int
  private var packed: [UInt8] = []
  private var places: [Place] = []
  /// The temporary file, -1 until there is one, and where each of its runs ends.
  private var descriptor: Int32 = -1
  private var runEnds: [Int] = []
  /// The file in memory, while its rows are read.
  private var mapping = UnsafeRawBufferPointer(start: nil, count: 0)
  private var lastRun = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// The least first.
  private var cursors: [Cursor] = []

  init(runBytes: Int = SortedActivities.runBytes) { self.runBytes = runBytes }

  deinit {
    if let start = mapping.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), mapping.count)
    }
    if descriptor >= 0 { close(descriptor) }
    lastRun.deallocate()
  }

  /// What rows are ordered by: the words of the team's id, and the line.
  private struct Key {
    let high: UInt64
    let low: UInt64
    let line: Int64

    static func < (a: Key, b: Key) -> Bool {
      if a.high != b.high { return a.high < b.high }
      return a.low != b.low ? a.low < b.low : a.line < b.line
    }
  }

  /// Where a packed row lies.
  private struct Place {
    let key: Key
    let start: Int
    let end: Int
  }

  // MARK: Taking rows

  /// Takes a row; all must be taken before `next`.
  ///
  /// - Throws: `writeFailed` where the temporary file cannot be written.
  func add(_ record: ActivityRecord) throws {
    let team = Naming.team(called: record.team)
    let key = Key(high: team.high, low: team.low, line: Int64(record.line))
    let start = packed.count
    PackedRow.append(record, high: key.high, low: key.low, to: &packed)
    places.append(Place(key: key, start: start, end: packed.count))
    let instant = record.instant
    earliest = min(earliest ?? instant, instant)
    count += 1
    if packed.count >= runBytes { try spill() }
  }

  /// Sorts the run and writes it to the file.
  private func spill() throws {
    places.sort { $0.key < $1.key }
    if descriptor < 0 { descriptor = try Self.temporaryFile() }
    var block: [UInt8] = []
    block.reserveCapacity(1 << 20)
    for place in places {
      block += packed[place.start..<place.end]
      if block.count >= 1 << 20 {
        try Files.writeAll(block, to: descriptor, "the temporary file of the import")
        block.removeAll(keepingCapacity: true)
      }
    }
    try Files.writeAll(block, to: descriptor, "the temporary file of the import")
    runEnds.append((runEnds.last ?? 0) + packed.count)
    packed.removeAll(keepingCapacity: true)
    places.removeAll(keepingCapacity: true)
  }

  /// A file in TMPDIR, or in /tmp, that is gone with the process.
  private static func temporaryFile() throws -> Int32 {
    let folder = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    var path = Array("\(folder)/milequest-import-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    guard descriptor >= 0 else {
      throw Failure(
        .writeFailed,
        "no temporary file can be made in \(folder): \(String(cString: strerror(errno))); name "
          + "another folder in TMPDIR")
    }
    unlink(path)
    return descriptor
  }

  // MARK: Giving them back

  /// Reads the rows of one run.
  private struct Cursor {
    var key: Key
    var bytes: UnsafeRawBufferPointer
    /// Of the file in memory, what has been read and not let go yet; nil for a run that never was
    /// in the file.
    private var kept: UnsafeRawPointer?

    /// What is let go together.
    private static let letGoBytes = 1 << 20

    /// At the first row; nil where there is none.
    init?(_ bytes: UnsafeRawBufferPointer, isFile: Bool) {
      guard let start = bytes.baseAddress, !bytes.isEmpty else { return nil }
      self.bytes = bytes
      kept = isFile ? start : nil
      key = Self.key(bytes)
    }

    private static func key(_ bytes: UnsafeRawBufferPointer) -> Key {
      let (high, low, line) = PackedRow.order(bytes)
      return Key(high: high, low: low, line: line)
    }

    /// Moves on to the next row.
    ///
    /// - Returns: whether there is one.
    mutating func advance() -> Bool {
      bytes = UnsafeRawBufferPointer(rebasing: bytes[PackedRow.byteCount(bytes)...])
      if bytes.isEmpty { return false }
      if let kept, let now = bytes.baseAddress, now - kept >= Self.letGoBytes {
        // Whole pages; one that is looked at again comes back from the file.
        let page = Int(getpagesize())
        let start = kept.alignedUp(toMultipleOf: page)
        let end = now.alignedDown(toMultipleOf: page)
        madvise(UnsafeMutableRawPointer(mutating: start), end - start, MADV_DONTNEED)
        self.kept = end
      }
      key = Self.key(bytes)
      return true
    }
  }

  /// The next row; nil after the last. O(log runs).
  func next() throws -> Row? {
    if !packed.isEmpty || !runEnds.isEmpty { try beginReading() }
    guard let first = cursors.first else { return nil }
    let row = Row(
      team: TeamID(high: first.key.high, low: first.key.low),
      record: PackedRow.record(first.bytes))
    if !cursors[0].advance() {
      cursors[0] = cursors[cursors.count - 1]
      cursors.removeLast()
    }
    sink(0)
    return row
  }

  private func beginReading() throws {
    places.sort { $0.key < $1.key }
    lastRun = .allocate(byteCount: max(packed.count, 1), alignment: 8)
    var end = 0
    packed.withUnsafeBytes { packed in
      for place in places {
        let row = UnsafeRawBufferPointer(rebasing: packed[place.start..<place.end])
        UnsafeMutableRawBufferPointer(rebasing: lastRun[end...]).copyMemory(from: row)
        end += row.count
      }
    }
    (packed, places) = ([], [])
    let inMemory = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(lastRun)[..<end])
    cursors = [Cursor(inMemory, isFile: false)].compactMap { $0 }
    if let length = runEnds.last {
      let start = mmap(nil, length, PROT_READ, MAP_PRIVATE, descriptor, 0)
      guard let start, start != MAP_FAILED else {
        throw Failure(
          .writeFailed,
          "the temporary file of the import cannot be read: \(String(cString: strerror(errno)))")
      }
      mapping = UnsafeRawBufferPointer(start: start, count: length)
      for (from, to) in zip([0] + runEnds, runEnds) {
        let run = UnsafeRawBufferPointer(rebasing: mapping[from..<to])
        if let cursor = Cursor(run, isFile: true) { cursors.append(cursor) }
      }
      runEnds = []
    }
    for index in stride(from: cursors.count / 2, through: 0, by: -1) { sink(index) }
  }

  /// Lets a cursor sink to its place in the heap.
  private func sink(_ start: Int) {
    var index = start
    while true {
      var least = index
      for child in [2 * index + 1, 2 * index + 2]
      where child < cursors.count && cursors[child].key < cursors[least].key { least = child }
      if least == index { return }
      cursors.swapAt(index, least)
      index = least
    }
  }
}

/// A row of walks as bytes: its length, what it is ordered by, its numbers, its texts.
private enum PackedRow {
  private static let durationStart = 48
  private static let noText = UInt32.max

  private struct Marks: OptionSet {
    let rawValue: UInt32
    static let isPrivate = Marks(rawValue: 1)
    static let hasDuration = Marks(rawValue: 2)
  }

  static func append(_ record: ActivityRecord, high: UInt64, low: UInt64, to bytes: inout [UInt8]) {
    let start = bytes.count
    func put(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value) { bytes.append(contentsOf: $0) }
    }
    var marks: Marks = record.isPrivate ? .isPrivate : []
    if record.durationSeconds != nil { marks.insert(.hasDuration) }
    put(UInt32(0))
    put(marks.rawValue)
    put(high)
    put(low)
    put(Int64(record.line))
    put(record.instant.microseconds)
    put(record.distance.micrometers)
    put(record.durationSeconds ?? 0)
    for text in [record.team, record.person, record.activity, record.source, record.note] {
      guard var text else {
        put(noText)
        continue
      }
      // A row has at most 64 KiB.
      put(UInt32(text.utf8.count))
      text.withUTF8 { bytes.append(contentsOf: $0) }
    }
    let count = UInt32(bytes.count - start)
    bytes.withUnsafeMutableBytes {
      $0.storeBytes(of: count, toByteOffset: start, as: UInt32.self)
    }
  }

  static func byteCount(_ row: UnsafeRawBufferPointer) -> Int {
    Int(row.loadUnaligned(as: UInt32.self))
  }

  static func order(_ row: UnsafeRawBufferPointer) -> (high: UInt64, low: UInt64, line: Int64) {
    (
      row.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
      row.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
      row.loadUnaligned(fromByteOffset: 24, as: Int64.self)
    )
  }

  static func record(_ row: UnsafeRawBufferPointer) -> ActivityRecord {
    var record = ActivityRecord()
    let marks = Marks(rawValue: row.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    record.line = Int(order(row).line)
    record.instant = Instant(
      microseconds: row.loadUnaligned(fromByteOffset: 32, as: Int64.self))
    record.distance = Distance(
      micrometers: row.loadUnaligned(fromByteOffset: 40, as: Int64.self))
    if marks.contains(.hasDuration) {
      record.durationSeconds = row.loadUnaligned(fromByteOffset: durationStart, as: Int64.self)
    }
    record.isPrivate = marks.contains(.isPrivate)
    var offset = durationStart + 8
    func text() -> String? {
      let count = row.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
      offset += 4
      if count == noText { return nil }
      let end = offset + Int(count)
      defer { offset = end }
      return String(decoding: row[offset..<end], as: UTF8.self)
    }
    record.team = text() ?? ""
    record.person = text()
    record.activity = text()
    record.source = text()
    record.note = text()
    return record
  }
}
