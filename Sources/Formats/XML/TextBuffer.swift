/// The text of one element, collected in pieces and bounded.
struct TextBuffer {
  private(set) var bytes: [UInt8] = []
  private(set) var isCut = false
  private(set) var offset = 0

  mutating func begin(offset: Int) {
    bytes.removeAll(keepingCapacity: true)
    isCut = false
    self.offset = offset
  }

  mutating func append(_ piece: UnsafeBufferPointer<UInt8>, limit: Int) {
    if isCut { return }
    let room = limit - bytes.count
    if piece.count <= room {
      bytes.append(contentsOf: piece)
    } else {
      isCut = true
      bytes.append(contentsOf: piece.prefix(max(room, 0)))
      bytes.removeLast(bytes.count - bytes.withoutCutCharacter.count)
    }
  }

  /// The text without the space around it, or nil where nothing is left.
  var trimmed: String? {
    withTrimmedBytes { $0.isEmpty ? nil : String(decoding: $0, as: UTF8.self) }
  }

  /// Lends the bytes without the space around them.
  @inline(__always)
  func withTrimmedBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    bytes.withUnsafeBufferPointer { body($0.trimmed) }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The bytes without the space around them.
  @inline(__always)
  var trimmed: Self {
    var start = 0
    var end = count
    while start < end, self[start] <= 0x20 { start += 1 }
    while end > start, self[end - 1] <= 0x20 { end -= 1 }
    return Self(rebasing: self[start..<end])
  }
}
