internal import CMileQuest

/// Memory that a caller lends for a call, looked at before it is used.
enum CallerMemory {
  /// - Throws: `MQ_ARGUMENT` where a pointer that is needed is NULL, where it is badly aligned, and where no
  ///   memory has so many items.
  static func checkColumn<Item>(
    _ pointer: UnsafePointer<Item>?, _ count: Int, _ name: String, isNeeded: Bool = true
  ) throws(Refusal) {
    guard count >= 0, count <= Int.max / MemoryLayout<Item>.stride else {
      throw .argument("\(name): no memory holds so many items")
    }
    guard let pointer else {
      if isNeeded, count > 0 { throw .argument("\(name) is NULL") }
      return
    }
    guard Int(bitPattern: pointer) % MemoryLayout<Item>.alignment == 0 else {
      throw .argument(
        "\(name) is not aligned to \(MemoryLayout<Item>.alignment) bytes, as its type asks")
    }
  }

  static func checkColumn<Item>(
    _ pointer: UnsafeMutablePointer<Item>?, _ count: Int, _ name: String, isNeeded: Bool = false
  ) throws(Refusal) {
    try checkColumn(UnsafePointer(pointer), count, name, isNeeded: isNeeded)
  }

  /// The text of a caller; bytes that are no UTF-8 come out as U+FFFD.
  static func text(_ pointer: UnsafePointer<CChar>?, _ name: String) throws(Refusal) -> String {
    guard let pointer else { throw .argument("\(name) is NULL") }
    return String(cString: pointer)
  }

  /// Puts text into the caller's buffer with a zero after it.
  ///
  /// - Throws: `MQ_SPACE` if it does not fit; the length is written nevertheless.
  static func write(
    _ text: some Collection<UInt8>, _ buffer: UnsafeMutablePointer<CChar>?, _ capacity: Int,
    _ length: UnsafeMutablePointer<Int>?
  ) throws(Refusal) {
    let count = text.count
    length?.pointee = count
    // A capacity with the highest bit set is negative here, and larger than any text there.
    guard let buffer, UInt(bitPattern: capacity) > UInt(count) else {
      throw Refusal(MQ_SPACE, "space", "the text has \(count) bytes and needs a buffer of one more")
    }
    UnsafeMutableRawBufferPointer(start: buffer, count: count).copyBytes(from: text)
    buffer[count] = 0
  }
}
