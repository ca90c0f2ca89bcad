/// Bytes that were made of others and are not read yet.
struct PendingBytes {
  private var bytes: [UInt8]
  private var start = 0

  init(_ bytes: [UInt8] = []) { self.bytes = bytes }

  var isEmpty: Bool { start == bytes.count }

  /// Moves as many as there are, and `count` at most, to a place.
  ///
  /// - Returns: how many.
  mutating func move(
    to room: UnsafeMutableRawBufferPointer, at offset: Int, count: Int
  ) -> Int {
    let taken = min(bytes.count - start, count)
    bytes.withUnsafeBytes {
      UnsafeMutableRawBufferPointer(rebasing: room[offset...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + taken]))
    }
    start += taken
    return taken
  }
}
