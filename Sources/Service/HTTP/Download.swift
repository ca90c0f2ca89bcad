/// A file on its way to a client, which holds its share of the memory until it is sent.
final class Download: Sendable {
  let bytes: [UInt8]
  let mediaType: String
  /// Of all bytes.
  let tag: String
  private let hold: BodyBudget.Hold

  /// - Parameter hold: of its memory.
  init(_ bytes: [UInt8], mediaType: String, hold: BodyBudget.Hold) {
    self.bytes = bytes
    self.mediaType = mediaType
    self.hold = hold
    tag = EntityTag.of(bytes)
  }

  private static let pieceBytes = 256 << 10

  /// Writes it in pieces, each when the one before has been taken.
  func write(_ put: (ArraySlice<UInt8>) async throws -> Void) async throws {
    var start = 0
    while start < bytes.count {
      let end = min(start + Self.pieceBytes, bytes.count)
      try hold.move(end - start)
      try await put(bytes[start..<end])
      start = end
    }
  }
}

extension Call {
  /// Takes memory for a file that is to be downloaded. A slow download gives way to others, and its
  /// connection is closed.
  ///
  /// - Parameter expected: no fewer bytes than it will have.
  /// - Throws: `unavailable` and `too-many-requests` where downloads have no memory left.
  func downloadMemory(expected: Int) throws(Problem) -> BodyBudget.Hold {
    let hold = try BodyBudget.Hold(
      backend.downloads, for: CallerKey(caller, at: address), at: address, isUpload: false
    ) { [connection] in connection?.close() }
    try hold.take(expected)
    return hold
  }
}
