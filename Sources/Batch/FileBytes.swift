internal import CZlib
internal import Formats

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The bytes of an open file, pipe or socket, unpacked where they are compressed by gzip, or bytes that
/// are all there; in UTF-8 where their encoding is named.
final class FileBytes {
  /// Nil where all bytes are there.
  private let descriptor: Int32?
  private var inflater: Inflater?
  private var decoder: TextDecoder?
  /// Text that is decoded and not read yet.
  private var decoded = PendingBytes()
  private var isDecoded = false
  /// The file's beginning, which was looked at.
  private var head: PendingBytes
  /// Bytes read of the file, packed where it is packed.
  private(set) var bytesRead = 0
  private(set) var failure: BatchError?

  /// - Parameters:
  ///   - descriptor: stays the caller's; read from where it stands.
  ///   - encoding: of the text; nil leaves the bytes as they are.
  init(_ descriptor: Int32, encoding: TextEncoding? = nil) {
    self.descriptor = descriptor
    head = PendingBytes()
    var bytes = [UInt8](repeating: 0, count: 4096)
    var count = readRaw(&bytes, at: 0, count: bytes.count)
    // A pipe may hand over the first byte alone.
    if count == 1 { count += readRaw(&bytes, at: 1, count: bytes.count - 1) }
    let start = Array(bytes.prefix(count))
    if start.starts(with: [0x1F, 0x8B]) {
      inflater = Inflater(start)
    } else {
      head = PendingBytes(start)
    }
    decode(encoding)
  }

  /// - Parameter bytes: of the whole file, unpacked.
  init(_ bytes: [UInt8], encoding: TextEncoding? = nil) {
    descriptor = nil
    head = PendingBytes(bytes)
    bytesRead = bytes.count
    decode(encoding)
  }

  private func decode(_ encoding: TextEncoding?) {
    guard let encoding, !encoding.isUTF8 else { return }
    decoder = TextDecoder(encoding)
    if decoder == nil {
      failure = BatchError(
        .read, "the system ran out of memory for the encoding \(encoding.name)")
    }
  }

  /// Reads what comes next; 0 at the end, and where `failure` says why no more can be read.
  func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int, count: Int) -> Int {
    guard let decoder else { return readUnpacked(into: bytes, at: offset, count: count) }
    while decoded.isEmpty {
      if isDecoded || failure != nil { return 0 }
      var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
      let got = piece.withUnsafeMutableBytes { readUnpacked(into: $0, at: 0, count: $0.count) }
      isDecoded = got == 0
      decoded = PendingBytes(decoder.decode(piece.prefix(got), isAtEnd: isDecoded))
    }
    return decoded.move(to: bytes, at: offset, count: count)
  }

  private static let pieceBytes = 64 * 1024

  private func readUnpacked(
    into bytes: UnsafeMutableRawBufferPointer, at offset: Int, count: Int
  ) -> Int {
    if failure != nil { return 0 }
    if !head.isEmpty { return head.move(to: bytes, at: offset, count: count) }
    guard let inflater else { return readRaw(bytes, at: offset, count: count) }
    let room = UnsafeMutableRawBufferPointer(rebasing: bytes[offset..<offset + count])
    switch inflater.read(into: room, refill: { self.readRaw(&$0, at: 0, count: $0.count) }) {
    case .success(let count): return count
    case .failure(let error):
      failure = error
      return 0
    }
  }

  /// The next bytes, at most so many.
  func read(most count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let got = bytes.withUnsafeMutableBytes { read(into: $0, at: 0, count: count) }
    return Array(bytes.prefix(got))
  }

  private func readRaw(_ bytes: inout [UInt8], at offset: Int, count: Int) -> Int {
    bytes.withUnsafeMutableBytes { readRaw($0, at: offset, count: count) }
  }

  private func readRaw(
    _ bytes: UnsafeMutableRawBufferPointer, at offset: Int, count: Int
  ) -> Int {
    guard let descriptor else { return 0 }
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
