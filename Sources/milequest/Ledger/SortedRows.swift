#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// Rows of bytes in the order of their keys.
///
/// Rows beyond a run are kept in a temporary file without a name, in sorted runs that are merged
/// when they are read, so memory is that of a run whatever the size of the input.
final class SortedRows {
  /// What rows are ordered by: a group of 128 bits, another within it, and the line.
  struct Key: Equatable {
    var groupHigh: UInt64 = 0
    var groupLow: UInt64 = 0
    let high: UInt64
    let low: UInt64
    let line: Int64

    static func < (a: Key, b: Key) -> Bool {
      if a.groupHigh != b.groupHigh { return a.groupHigh < b.groupHigh }
      if a.groupLow != b.groupLow { return a.groupLow < b.groupLow }
      if a.high != b.high { return a.high < b.high }
      return a.low != b.low ? a.low < b.low : a.line < b.line
    }
  }

  /// Packed rows that are sorted in memory before they go to the file.
  static let runBytes = 128 << 20

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

  init(runBytes: Int = SortedRows.runBytes) { self.runBytes = runBytes }

  deinit {
    if let start = mapping.baseAddress {
      munmap(UnsafeMutableRawPointer(mutating: start), mapping.count)
    }
    if descriptor >= 0 { close(descriptor) }
    lastRun.deallocate()
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
  /// - Parameter write: appends what the row holds.
  /// - Throws: `writeFailed` where the temporary file cannot be written.
  func add(_ key: Key, _ write: (inout [UInt8]) -> Void) throws {
    let start = packed.count
    RowHead.append(key, to: &packed)
    write(&packed)
    RowHead.setByteCount(packed.count - start, at: start, in: &packed)
    places.append(Place(key: key, start: start, end: packed.count))
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
      key = RowHead.key(bytes)
    }

    /// Moves on to the next row.
    ///
    /// - Returns: whether there is one.
    mutating func advance() -> Bool {
      bytes = UnsafeRawBufferPointer(rebasing: bytes[RowHead.byteCount(bytes)...])
      if bytes.isEmpty { return false }
      if let kept, let now = bytes.baseAddress, now - kept >= Self.letGoBytes {
        // Whole pages; one that is looked at again comes back from the file.
        let page = Int(getpagesize())
        let start = kept.alignedUp(toMultipleOf: page)
        let end = now.alignedDown(toMultipleOf: page)
        madvise(UnsafeMutableRawPointer(mutating: start), end - start, MADV_DONTNEED)
        self.kept = end
      }
      key = RowHead.key(bytes)
      return true
    }
  }

  /// Lends the next row: its key and what it holds; nil after the last. O(log runs).
  func next<Value>(
    _ body: (Key, UnsafeRawBufferPointer) -> Value
  ) throws -> Value? {
    if !packed.isEmpty || !runEnds.isEmpty { try beginReading() }
    guard let first = cursors.first else { return nil }
    let row = UnsafeRawBufferPointer(
      rebasing: first.bytes[RowHead.byteCount..<RowHead.byteCount(first.bytes)])
    let value = body(first.key, row)
    if !cursors[0].advance() {
      cursors[0] = cursors[cursors.count - 1]
      cursors.removeLast()
    }
    sink(0)
    return value
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

/// What every row begins with: its length and its key.
private enum RowHead {
  static let byteCount = 48

  static func append(_ key: SortedRows.Key, to bytes: inout [UInt8]) {
    for word in [0, key.groupHigh, key.groupLow, key.high, key.low, UInt64(bitPattern: key.line)] {
      withUnsafeBytes(of: word) { bytes.append(contentsOf: $0) }
    }
  }

  static func setByteCount(_ count: Int, at start: Int, in bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes {
      $0.storeBytes(of: UInt64(count), toByteOffset: start, as: UInt64.self)
    }
  }

  static func byteCount(_ row: UnsafeRawBufferPointer) -> Int {
    Int(row.loadUnaligned(as: UInt64.self))
  }

  static func key(_ row: UnsafeRawBufferPointer) -> SortedRows.Key {
    func word(_ offset: Int) -> UInt64 {
      row.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
    }
    return SortedRows.Key(
      groupHigh: word(8), groupLow: word(16), high: word(24), low: word(32),
      line: Int64(bitPattern: word(40)))
  }
}
