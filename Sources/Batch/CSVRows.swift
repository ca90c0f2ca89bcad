/// Splits RFC 4180 text into rows of fields without copying the plain ones.
///
/// Takes LF, CRLF and a byte order mark; quoted fields may hold commas, quotes and line ends.
struct CSVRows {
  private let bytes: UnsafeBufferPointer<UInt8>
  private var offset: Int
  /// The line on which the row that was read last begins, from 1.
  private(set) var line = 0
  private var nextLine = 1

  enum Fault: Error {
    /// A quote that was opened is never closed; the line where it opens.
    case openQuote(line: Int)
    /// Something stands between a closing quote and the next comma.
    case textAfterQuote(line: Int)
  }

  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    self.bytes = bytes
    offset = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  /// The fields of the next row, or nil at the end. Empty lines are passed over.
  mutating func next() throws(Fault) -> [String]? {
    while offset < bytes.count {
      line = nextLine
      var fields: [String] = []
      var isRowDone = false
      while !isRowDone {
        if offset < bytes.count, bytes[offset] == 0x22 {
          fields.append(try quoted())
        } else {
          let start = offset
          while offset < bytes.count, bytes[offset] != 0x2C, bytes[offset] != 0x0A { offset += 1 }
          var end = offset
          if end > start, bytes[end - 1] == 0x0D, offset == bytes.count || bytes[offset] == 0x0A {
            end -= 1
          }
          fields.append(String(decoding: bytes[start..<end], as: UTF8.self))
        }
        if offset == bytes.count {
          isRowDone = true
        } else if bytes[offset] == 0x0A {
          nextLine += 1
          isRowDone = true
          offset += 1
        } else {
          offset += 1
        }
      }
      if fields.count > 1 || !fields[0].isEmpty { return fields }
    }
    return nil
  }

  private mutating func quoted() throws(Fault) -> String {
    let opened = nextLine
    offset += 1
    var value: [UInt8] = []
    while offset < bytes.count {
      let byte = bytes[offset]
      offset += 1
      if byte != 0x22 {
        if byte == 0x0A { nextLine += 1 }
        value.append(byte)
      } else if offset < bytes.count, bytes[offset] == 0x22 {
        value.append(0x22)
        offset += 1
      } else {
        if offset + 1 < bytes.count, bytes[offset] == 0x0D, bytes[offset + 1] == 0x0A {
          offset += 1
        }
        guard offset == bytes.count || bytes[offset] == 0x2C || bytes[offset] == 0x0A else {
          throw .textAfterQuote(line: nextLine)
        }
        return String(decoding: value, as: UTF8.self)
      }
    }
    throw .openQuote(line: opened)
  }
}
