internal import Base
internal import CZlib

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

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
/// compressed by gzip are unpacked on the way.
final class BlockSource: @unchecked Sendable {
  // Guards all that varies below: hence `@unchecked`.
  private let lock = Lock()
  private let descriptor: Int32
  private let limits: BatchLimits
  private var inflater: Inflater?
  /// What followed the last whole row of the block before.
  private var carried: [UInt8] = []
  private var isAtEnd = false
  private var nextNumber = 0
  private var isStopped = false
  /// Bytes read of the file, packed where it is packed.
  private(set) var bytesRead = 0
  private(set) var failure: BatchError?
  private let report: (@Sendable (Int) -> Void)?

  /// - Parameters:
  ///   - descriptor: stays the caller's; read from where it stands.
  ///   - report: told how many bytes are read, now and then, from any thread, one at a time.
  init(descriptor: Int32, limits: BatchLimits, report: (@Sendable (Int) -> Void)? = nil) {
    self.descriptor = descriptor
    self.limits = limits
    self.report = report
    var head = [UInt8](repeating: 0, count: 4096)
    var count = readRaw(&head, at: 0, count: head.count)
    // A pipe may hand over the first byte alone.
    if count == 1 { count += readRaw(&head, at: 1, count: head.count - 1) }
    if head.prefix(count).starts(with: [0x1F, 0x8B]) {
      inflater = Inflater(Array(head.prefix(count)))
    } else {
      carried = Array(head.prefix(count))
    }
  }

  /// No more blocks are handed out.
  func stop() {
    lock.withLock { isStopped = true }
  }

  /// The next block; false at the end.
  func next(_ block: inout Block) -> Bool { lock.withLock { fill(&block) } }

  private func fill(_ block: inout Block) -> Bool {
    if isStopped || failure != nil || (isAtEnd && carried.isEmpty) { return false }
    let bytes = block.memory
    var filled = carried.count
    carried.withUnsafeBytes { bytes.copyMemory(from: $0) }
    carried.removeAll(keepingCapacity: true)
    while filled < Block.bytes, !isAtEnd, failure == nil {
      let count = read(into: bytes, at: filled, count: Block.bytes - filled)
      if count == 0 { isAtEnd = true }
      filled += count
    }
    if failure != nil || filled == 0 { return false }
    let all = UnsafeBufferPointer(
      start: bytes.bindMemory(to: UInt8.self).baseAddress, count: filled)
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

  private func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int, count: Int) -> Int {
    guard let inflater else {
      return readRaw(bytes, at: offset, count: count)
    }
    let room = UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + count])
    switch inflater.read(into: room, refill: { self.readRaw(&$0, at: 0, count: $0.count) }) {
    case .success(let count): return count
    case .failure(let error):
      failure = error
      return 0
    }
  }

  private func readRaw(_ bytes: inout [UInt8], at offset: Int, count: Int) -> Int {
    bytes.withUnsafeMutableBytes { readRaw($0, at: offset, count: count) }
  }

  private func readRaw(
    _ bytes: UnsafeMutableRawBufferPointer, at offset: Int, count: Int
  ) -> Int {
    while true {
      let got = Glibc.read(descriptor, bytes.baseAddress! + offset, count)
      if got >= 0 {
        bytesRead += got
        return got
      }
      if errno == EINTR { continue }
      failure = BatchError(.read, "the file cannot be read: \(String(cString: strerror(errno)))")
      return 0
    }
  }
}

/// Unpacks gzip as it comes, also several members in a row.
private final class Inflater {
  private var stream = z_stream()
  private var packed: [UInt8]
  private var used = 0
  private var isInputAtEnd = false
  private var isMemberOpen = true

  init(_ head: [UInt8]) {
    packed = head
    // 15 bits of window; 16 more ask for gzip.
    inflateInit2_(
      &stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  }

  deinit { inflateEnd(&stream) }

  func read(
    into room: UnsafeMutableRawBufferPointer, refill: (inout [UInt8]) -> Int
  ) -> Result<Int, BatchError> {
    var written = 0
    while written == 0 {
      if used == packed.count {
        if isInputAtEnd {
          return isMemberOpen
            ? .failure(BatchError(.gzip, "the gzip file ends too early: it is cut off"))
            : .success(0)
        }
        var fresh = [UInt8](repeating: 0, count: 256 * 1024)
        let count = refill(&fresh)
        if count == 0 { isInputAtEnd = true }
        packed = Array(fresh.prefix(count))
        used = 0
        continue
      }
      if !isMemberOpen {
        inflateReset(&stream)
        isMemberOpen = true
      }
      let status = packed.withUnsafeMutableBufferPointer { input -> Int32 in
        stream.next_in = input.baseAddress! + used
        stream.avail_in = UInt32(input.count - used)
        stream.next_out = room.bindMemory(to: UInt8.self).baseAddress
        stream.avail_out = UInt32(room.count)
        return inflate(&stream, Z_NO_FLUSH)
      }
      used = packed.count - Int(stream.avail_in)
      written = room.count - Int(stream.avail_out)
      if status == Z_STREAM_END {
        isMemberOpen = false
      } else if status != Z_OK {
        return .failure(BatchError(.gzip, "the gzip file is damaged"))
      }
    }
    return .success(written)
  }
}
