/// Why a FIT file cannot be read any further, with the byte.
struct FITFault: Error {
  let code: Diagnostic.Code
  let message: String
  let offset: Int

  init(_ code: Diagnostic.Code, _ message: String, at offset: Int) {
    self.code = code
    self.message = message
    self.offset = offset
  }
}

/// The header of a FIT file, which several may follow in one.
struct FITHeader {
  private static let mark: [UInt8] = Array(".FIT".utf8)
  private static let leastBytes = 12
  /// Those that the protocol has today; later versions may have longer ones.
  private static let sizes = [12, 14]
  private static let checkSumBytes = 2

  /// Bytes of the header itself.
  let byteCount: Int
  /// Bytes of what follows it, without the check sum; 0 where the recording was never finished.
  let dataBytes: Int
  /// Whether its own check sum is wrong.
  let isDamaged: Bool

  /// Whether bytes begin with the header of a FIT file.
  static func isFIT(_ bytes: [UInt8]) -> Bool {
    bytes.count >= leastBytes && bytes[8..<12].elementsEqual(mark)
  }

  init(_ bytes: [UInt8], at offset: Int) throws(FITFault) {
    let left = bytes.count - offset
    guard left >= Self.leastBytes else {
      throw FITFault(
        .notWellFormed,
        "the file ends in its header, after \(left) of \(Self.leastBytes) bytes: it is cut off",
        at: bytes.count)
    }
    guard bytes[(offset + 8)..<(offset + 12)].elementsEqual(Self.mark) else {
      throw FITFault(
        .unknownFormat, "the mark “.FIT” of the header is missing: this is not a FIT file",
        at: offset + 8)
    }
    byteCount = Int(bytes[offset])
    dataBytes = bytes[(offset + 4)..<(offset + 8)].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard Self.isPlausible(byteCount, dataBytes, left) else {
      throw FITFault(
        .notWellFormed,
        "the header states that it has \(byteCount) bytes; that of a FIT file has 12 or 14",
        at: offset)
    }
    guard byteCount >= 14 else {
      isDamaged = false
      return
    }
    let stated = UInt16(bytes[offset + 12]) | UInt16(bytes[offset + 13]) << 8
    // A device may leave it out.
    isDamaged = stated != 0 && stated != FITCheckSum.of(bytes[offset..<(offset + 12)])
  }

  /// Whether a header can have so many bytes: of a damaged one what follows would be read from a wrong byte.
  private static func isPlausible(_ byteCount: Int, _ dataBytes: Int, _ left: Int) -> Bool {
    if sizes.contains(byteCount) { return byteCount <= left }
    let rest = dataBytes + checkSumBytes
    return byteCount > 14 && byteCount + rest <= left && !sizes.contains { $0 + rest == left }
  }
}

/// The 16 bits by which a FIT file shows that it arrived whole.
enum FITCheckSum {
  private static let table: [UInt16] = [
    0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401, 0xA001, 0x6C00, 0x7800, 0xB401,
    0x5000, 0x9C01, 0x8801, 0x4400,
  ]

  /// - Complexity: O(bytes).
  static func of(_ bytes: ArraySlice<UInt8>) -> UInt16 {
    var sum: UInt16 = 0
    for byte in bytes {
      for half in [byte & 15, byte >> 4] {
        sum = sum >> 4 ^ table[Int(sum & 15)] ^ table[Int(half)]
      }
    }
    return sum
  }
}
