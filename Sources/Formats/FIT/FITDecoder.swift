/// Takes the messages out of a FIT file, by the public protocol: headers, definition and data messages
/// in either byte order, compressed time stamps, developers' fields passed over by their sizes, files
/// that follow one another.
///
/// Every offset is checked before a byte is read; what has been read stays valid when it throws.
struct FITDecoder {
  let bytes: [UInt8]
  /// Bytes from the start of the file to what is read next.
  private(set) var offset = 0
  private(set) var header: FITHeader?
  /// How many files in the file were begun.
  private(set) var fileCount = 0

  private var start = 0
  /// Where the messages of the current file end.
  private var end = 0
  private var statedEnd = 0
  /// By their local numbers.
  private var definitions = [FITDefinition?](repeating: nil, count: 16)
  private var seconds: UInt32?

  /// The time stamps of messages.
  static let timeField: UInt8 = 253
  /// Bit of a record's header: a compressed time stamp.
  private static let compressed: UInt8 = 0x80
  private static let definition: UInt8 = 0x40
  private static let developer: UInt8 = 0x20

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Whether the file holds another one after those that were read.
  var hasFurtherFile: Bool { offset < bytes.count }

  /// Whether the recording was never finished: its header states no data and there are some.
  var isUnfinished: Bool { header?.dataBytes == 0 && end > start + (header?.byteCount ?? 0) }

  /// Reads the header of the next file.
  mutating func beginFile() throws(FITFault) -> FITHeader {
    let header = try FITHeader(bytes, at: offset)
    self.header = header
    start = offset
    offset += header.byteCount
    statedEnd = offset + header.dataBytes
    end = header.dataBytes == 0 ? bytes.count : min(statedEnd, bytes.count)
    definitions = [FITDefinition?](repeating: nil, count: 16)
    seconds = nil
    fileCount += 1
    return header
  }

  /// Reads up to the next data message; nil at the end of the current file.
  mutating func next() throws(FITFault) -> FITMessage? {
    while offset < end {
      let head = bytes[offset]
      if head & Self.compressed != 0 {
        return try data(local: Int(head >> 5 & 3), timeOffset: head & 0x1F)
      }
      if head & Self.definition == 0 { return try data(local: Int(head & 15), timeOffset: nil) }
      try define(local: Int(head & 15), hasDeveloperFields: head & Self.developer != 0)
    }
    guard offset >= statedEnd else { throw cutOff }
    return nil
  }

  /// Reads the check sum of the current file; whether it is right, and where it stands.
  mutating func endFile() throws(FITFault) -> (isRight: Bool, offset: Int) {
    if isUnfinished { return (true, offset) }
    let place = offset
    guard place + 2 <= bytes.count else {
      offset = bytes.count
      throw FITFault(
        .notWellFormed, "the check sum of the file is missing: the file is cut off", at: place)
    }
    offset += 2
    let stated = UInt16(bytes[place]) | UInt16(bytes[place + 1]) << 8
    return (stated == FITCheckSum.of(bytes[start..<place]), place)
  }

  private var cutOff: FITFault {
    FITFault(
      .notWellFormed,
      statedEnd > bytes.count
        ? "the file ends in the message that begins here, at byte \(bytes.count), and its header states "
          + "data up to byte \(statedEnd): it is cut off"
        : "the message that begins here goes on beyond the end of the data", at: offset)
  }

  private mutating func define(local: Int, hasDeveloperFields: Bool) throws(FITFault) {
    let fixed = offset + 1
    guard fixed + 5 <= end else { throw cutOff }
    let order = bytes[fixed + 1]
    guard order <= 1 else {
      throw FITFault(
        .notWellFormed,
        "the byte order \(order) of this definition is not known: 0 is little-endian and 1 big-endian",
        at: fixed + 1)
    }
    let isBig = order == 1
    let (first, second) = (UInt16(bytes[fixed + 2]), UInt16(bytes[fixed + 3]))
    let count = Int(bytes[fixed + 4])
    var at = fixed + 5
    guard at + 3 * count <= end else { throw cutOff }
    var fields: [FITDefinition.Field] = []
    var size = 0
    for _ in 0..<count {
      let byteCount = Int(bytes[at + 1])
      fields.append(
        FITDefinition.Field(
          number: bytes[at], offset: size, byteCount: byteCount,
          type: FITType(rawValue: bytes[at + 2])))
      size += byteCount
      at += 3
    }
    if hasDeveloperFields {
      guard at < end else { throw cutOff }
      let count = Int(bytes[at])
      at += 1
      guard at + 3 * count <= end else { throw cutOff }
      for _ in 0..<count {
        size += Int(bytes[at + 1])
        at += 3
      }
    }
    definitions[local] = FITDefinition(
      message: isBig ? first << 8 | second : second << 8 | first, isBigEndian: isBig,
      fields: fields, byteCount: size)
    offset = at
  }

  private mutating func data(local: Int, timeOffset: UInt8?) throws(FITFault) -> FITMessage {
    guard let definition = definitions[local] else {
      throw FITFault(
        .notWellFormed, "a message of local type \(local) stands before its definition", at: offset)
    }
    let content = offset + 1
    guard content + definition.byteCount <= end else { throw cutOff }
    var message = FITMessage(
      definition: definition, offset: offset,
      content: bytes[content..<(content + definition.byteCount)], seconds: nil)
    if let timeOffset, let last = seconds {
      // The five bits are those of the time; where they are fewer, they began anew.
      let turn: UInt32 = UInt32(timeOffset) < last & 0x1F ? 0x20 : 0
      seconds = (last & ~0x1F) &+ UInt32(timeOffset) &+ turn
      message.seconds = seconds
    } else if let value = message.integer(Self.timeField) {
      message.seconds = UInt32(exactly: value)
      seconds = message.seconds ?? seconds
    }
    offset = content + definition.byteCount
    return message
  }
}
