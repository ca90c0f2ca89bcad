internal import CZlib

/// Undoes Deflate (RFC 1951), up to a number of bytes.
struct Inflation {
  enum Wrapper: Int32 {
    /// With gzip's header and check sum.
    case gzip = 31
    /// Bare, as in archives.
    case none = -15
  }

  private let wrapper: Wrapper
  private let most: Int

  init(_ wrapper: Wrapper, most: Int) {
    self.wrapper = wrapper
    self.most = most
  }

  private var noun: String { wrapper == .gzip ? "the gzip file" : "the archive" }

  private static let pieceBytes = 256 * 1024

  /// What was packed, and how many bytes it took.
  ///
  /// - Throws: where more than `most` bytes come out, and where the bytes are damaged or cut off.
  func run(_ packed: ArraySlice<UInt8>) throws(PackedFile.Fault) -> ([UInt8], used: Int) {
    var stream = z_stream()
    guard
      inflateInit2_(
        &stream, wrapper.rawValue, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { throw PackedFile.Fault(.limit, "the system has no memory to unpack the file") }
    defer { inflateEnd(&stream) }
    var packed = Array(packed)
    var text: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
    var used = 0
    while true {
      let status = packed.withUnsafeMutableBufferPointer { input in
        piece.withUnsafeMutableBufferPointer { output in
          let room = min(input.count - used, Int(Int32.max))
          stream.next_in = input.baseAddress.map { $0 + used }
          stream.avail_in = UInt32(room)
          stream.next_out = output.baseAddress
          stream.avail_out = UInt32(output.count)
          let status = inflate(&stream, Z_NO_FLUSH)
          used += room - Int(stream.avail_in)
          return status
        }
      }
      let count = piece.count - Int(stream.avail_out)
      guard text.count + count <= most else {
        throw PackedFile.Fault(
          .limit, "the file within has more than \(most) bytes, the limit for what is unpacked")
      }
      text += piece.prefix(count)
      switch status {
      case Z_STREAM_END: return (text, used)
      case Z_OK where count > 0 || used < packed.count: continue
      case Z_OK, Z_BUF_ERROR:
        throw PackedFile.Fault(.notWellFormed, "\(noun) ends too early: it is cut off")
      default: throw PackedFile.Fault(.notWellFormed, "\(noun) is damaged")
      }
    }
  }
}
