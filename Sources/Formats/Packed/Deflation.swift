internal import CZlib

/// Packs bytes for the way to a client.
package enum Deflation {
  /// The bytes as a gzip member (RFC 1952); nil where gzip does not make them shorter.
  ///
  /// - Parameter level: 1 is quickest, 9 is shortest.
  /// - Complexity: O(bytes); about 10 ms for a megabyte of JSON at level 1.
  package static func gzip(_ bytes: some Collection<UInt8>, level: Int32 = 1) -> [UInt8]? {
    var stream = z_stream()
    // 15 bits of window; 16 more write gzip's header and check sum.
    guard
      deflateInit2_(
        &stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
        Int32(MemoryLayout<z_stream>.size)) == Z_OK
    else { return nil }
    defer { deflateEnd(&stream) }
    var input = Array(bytes)
    guard input.count < Int(Int32.max) else { return nil }
    let packed = [UInt8](unsafeUninitializedCapacity: input.count) { output, count in
      // The result gets as much room as the bytes take: one that does not fit saves nothing.
      let status = input.withUnsafeMutableBufferPointer { input in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(output.count)
        return deflate(&stream, Z_FINISH)
      }
      count = status == Z_STREAM_END ? output.count - Int(stream.avail_out) : 0
    }
    return packed.isEmpty ? nil : packed
  }
}
