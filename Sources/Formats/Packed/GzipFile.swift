/// Unpacks gzip (RFC 1952), also several members in a row.
enum GzipFile {
  /// The size that the end of the file states, modulo 2³².
  static func statedBytes(_ bytes: [UInt8]) -> Int {
    guard bytes.count >= 18 else { return 0 }
    return bytes.suffix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  static func unpacked(_ bytes: [UInt8], most: Int) throws(PackedFile.Fault) -> [UInt8] {
    var text: [UInt8] = []
    var offset = 0
    // Zero bytes may fill the last block of a tape.
    while offset < bytes.count, offset == 0 || bytes[offset] != 0 {
      guard bytes[offset...].starts(with: [0x1F, 0x8B]) else {
        throw PackedFile.Fault(.notWellFormed, "something follows the end of the gzip file")
      }
      let inflation = Inflation(.gzip, most: most - text.count)
      let (piece, used) = try inflation.run(bytes[offset...])
      text = text.isEmpty ? piece : text + piece
      offset += used
    }
    return text
  }
}
