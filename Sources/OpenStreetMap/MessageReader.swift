/// Reads the fields of a message in the wire format of protocol buffers, one after another.
///
/// Every size is checked before a byte is read.
struct MessageReader {
  /// Where the bytes come from, for what is reported.
  enum Origin {
    case file
    /// What a block unpacks to that begins at a byte of the file.
    case block(at: Int)
  }

  enum Value {
    case number(UInt64)
    /// A text, a message or a packed list: where its bytes are.
    case bytes(Range<Int>)
    /// Of a fixed size; no field that is looked at has it.
    case other
  }

  struct Field {
    let number: UInt64
    let value: Value
    /// Where it begins.
    let offset: Int
  }

  let bytes: [UInt8]
  let origin: Origin
  private(set) var offset: Int
  private let end: Int

  /// - Parameter range: of the message, within the bytes.
  init(_ bytes: [UInt8], _ range: Range<Int>, _ origin: Origin) {
    self.bytes = bytes
    self.origin = origin
    offset = range.lowerBound
    end = range.upperBound
  }

  /// A reader of a part of the same bytes.
  func reader(of range: Range<Int>) -> MessageReader { MessageReader(bytes, range, origin) }

  var isAtEnd: Bool { offset >= end }

  /// The next field; nil at the end.
  mutating func next() throws(OSMFault) -> Field? {
    guard !isAtEnd else { return nil }
    let start = offset
    let key = try number()
    let value: Value
    switch key & 7 {
    case 0: value = .number(try number())
    case 1: value = try skipped(8)
    case 2:
      let count = try number()
      guard count <= UInt64(end - offset) else {
        throw fault(
          "field \(key >> 3) states \(count) bytes, and \(end - offset) are left", at: start)
      }
      value = .bytes(offset..<offset + Int(count))
      offset += Int(count)
    case 5: value = try skipped(4)
    default: throw fault("field \(key >> 3) is of type \(key & 7), which is unknown", at: start)
    }
    return Field(number: key >> 3, value: value, offset: start)
  }

  private mutating func skipped(_ count: Int) throws(OSMFault) -> Value {
    guard end - offset >= count else { throw cutOff }
    offset += count
    return .other
  }

  /// A number in groups of seven bits.
  mutating func number() throws(OSMFault) -> UInt64 {
    let start = offset
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while offset < end {
      let byte = bytes[offset]
      offset += 1
      guard shift < 63 || byte <= 1 else {
        throw fault("a number has more than 64 bits", at: start)
      }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    throw cutOff
  }

  /// What a number means that has its sign in the last bit.
  static func signed(_ coded: UInt64) -> Int64 {
    Int64(bitPattern: coded >> 1) ^ -Int64(bitPattern: coded & 1)
  }

  /// A number of a list that states the steps from one to the next.
  mutating func step(from last: Int64) throws(OSMFault) -> Int64 {
    let start = offset
    let (sum, overflow) = last.addingReportingOverflow(Self.signed(try number()))
    guard !overflow else { throw fault("the numbers add up to more than 64 bits", at: start) }
    return sum
  }

  private var cutOff: OSMFault { fault("a number is cut off", at: offset) }

  func fault(_ message: String, at offset: Int) -> OSMFault {
    switch origin {
    case .file: OSMFault(message, at: offset)
    case .block(let start):
      OSMFault(
        "in the block that begins here, at byte \(offset) of it unpacked: \(message)", at: start)
    }
  }
}

extension MessageReader.Field {
  /// The bytes of a field that has some.
  func range(_ reader: MessageReader) throws(OSMFault) -> Range<Int> {
    guard case .bytes(let range) = value else {
      throw reader.fault("field \(number) is of another type than the format says", at: offset)
    }
    return range
  }

  func integer(_ reader: MessageReader) throws(OSMFault) -> Int64 {
    guard case .number(let value) = value else {
      throw reader.fault("field \(number) is of another type than the format says", at: offset)
    }
    return Int64(bitPattern: value)
  }
}
