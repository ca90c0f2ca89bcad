internal import Base

/// A piece of a file that begins and ends with whole rows.
struct Block {
  let memory: UnsafeMutableRawBufferPointer
  /// Bytes that hold rows.
  var count = 0
  /// The number of the block in the file, from 0.
  var number = 0

  static let bytes = 1 << 20

  init(limits: BatchLimits) {
    // Room behind the rows lets a parser look at eight bytes where there is one left.
    memory = .allocate(byteCount: Self.bytes + 2 * limits.rowBytes + 64, alignment: 64)
  }

  var rows: UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: memory.bindMemory(to: UInt8.self).baseAddress, count: count)
  }
}

/// Hands out a file in blocks of whole rows, to one caller after the other.
///
/// What cannot be cut is read under a lock; the parsing, which is the work, is not. Files that are
/// compressed by gzip are unpacked on the way, and those of another encoding or dialect are turned into
/// plain rows of UTF-8.
final class BlockSource: @unchecked Sendable {
  // Guards all that varies below: hence `@unchecked`.
  private let lock = Lock()
  private let bytes: FileBytes
  private let limits: BatchLimits
  /// How the file is written.
  let dialect: Dialect
  private var translation: PlainRows?
  /// Rows of another dialect that are translated and not handed out yet.
  private var translated = PendingBytes()
  private var isTranslated = false
  private static let translatedPieceBytes = 64 * 1024
  /// What followed the last whole row of the block before.
  private var carried: [UInt8] = []
  private var isAtEnd = false
  private var nextNumber = 0
  private var isStopped = false
  /// Bytes read of the file, packed where it is packed.
  var bytesRead: Int { bytes.bytesRead }
  var failure: BatchError? { bytes.failure }
  private let report: (@Sendable (Int) -> Void)?

  /// - Parameters:
  ///   - bytes: of the file.
  ///   - report: told how many bytes are read, now and then, from any thread, one at a time.
  ///   - columns: how the file is written, where somebody said so. Where the decimal mark is the
  ///     comma, numbers are never read the fast way.
  init(
    _ bytes: FileBytes, limits: BatchLimits, columns: ActivityColumns,
    report: (@Sendable (Int) -> Void)? = nil
  ) {
    self.limits = limits
    self.report = report
    self.bytes = bytes
    // The header, and a line before it, tell how the file is written.
    var head: [UInt8] = []
    while head.count < limits.rowBytes, Self.lineCount(head) < 2 {
      let piece = bytes.read(most: 4096)
      if piece.isEmpty { break }
      head += piece
    }
    dialect = Dialect(head, separator: columns.separator)
    head.removeFirst(dialect.prefixBytes)
    if dialect.isPlain, columns.decimalMark != .comma {
      carried = head
    } else {
      var translation = PlainRows(dialect, limits: limits)
      translated = PendingBytes(translation.translate(head, isAtEnd: false))
      self.translation = translation
    }
  }

  /// Whole lines that are not blank.
  private static func lineCount(_ head: [UInt8]) -> Int {
    var isBlank = true
    var count = 0
    for byte in head {
      if byte == 0x0A {
        count += isBlank ? 0 : 1
        isBlank = true
      } else if byte > 0x20, byte < 0x7F {
        isBlank = false
      }
    }
    return count
  }

  /// No more blocks are handed out.
  func stop() {
    lock.withLock { isStopped = true }
  }

  /// The next block; false at the end.
  func next(_ block: inout Block) -> Bool { lock.withLock { fill(&block) } }

  private func fill(_ block: inout Block) -> Bool {
    if isStopped || failure != nil || (isAtEnd && carried.isEmpty) { return false }
    let memory = block.memory
    var filled = carried.count
    carried.withUnsafeBytes { memory.copyMemory(from: $0) }
    carried.removeAll(keepingCapacity: true)
    while filled < Block.bytes, !isAtEnd, failure == nil {
      let count = read(into: memory, at: filled, count: Block.bytes - filled)
      if count == 0 { isAtEnd = true }
      filled += count
    }
    if failure != nil || filled == 0 { return false }
    let all = UnsafeBufferPointer(
      start: memory.bindMemory(to: UInt8.self).baseAddress, count: filled)
    var end = isAtEnd ? filled : Rows.lastBoundary(in: all, limits: limits)
    if end == 0 {
      // One row fills the block: it is far over the limit, which its parser will say. What follows
      // up to its end is passed over.
      end = filled
      skipRow()
    }
    carried.append(contentsOf: all[end...])
    block.count = end
    block.number = nextNumber
    nextNumber += 1
    report?(bytesRead)
    return true
  }

  /// Passes over the rest of a row that is longer than a block.
  private func skipRow() {
    var piece = [UInt8](repeating: 0, count: 64 * 1024)
    while !isAtEnd, failure == nil {
      let count = piece.withUnsafeMutableBytes { read(into: $0, at: 0, count: $0.count) }
      if count == 0 { isAtEnd = true }
      if let newline = piece.prefix(count).firstIndex(of: 0x0A) {
        carried.append(contentsOf: piece[(newline + 1)..<count])
        return
      }
    }
  }

  // MARK: Bytes

  private func read(into room: UnsafeMutableRawBufferPointer, at offset: Int, count: Int) -> Int {
    if translation == nil { return bytes.read(into: room, at: offset, count: count) }
    while translated.isEmpty, !isTranslated {
      let piece = bytes.read(most: Self.translatedPieceBytes)
      isTranslated = piece.isEmpty
      translated = PendingBytes(translation?.translate(piece, isAtEnd: isTranslated) ?? [])
    }
    return translated.move(to: room, at: offset, count: count)
  }
}
