/// Reads the binary form of a time zone (RFC 9636), versions 1 to 4.
struct TZifReader {
  struct Contents {
    var changes: [Int64] = []
    var offsets: [Int32] = []
    var firstOffset: Int32 = 0
    var rule: ZoneRule?
  }

  /// More than ten times what any zone has.
  static let mostBytes = 1 << 20

  private let bytes: [UInt8]
  private let zone: String
  private var next = 0

  init(_ bytes: [UInt8], zone: String) {
    self.bytes = bytes
    self.zone = zone
  }

  mutating func read() throws(ZoneError) -> Contents {
    guard bytes.count <= Self.mostBytes else { throw fault("is larger than any zone") }
    let first = try header()
    if first.version == 0 { return try block(first, timeBytes: 4) }
    // The first block repeats what fits 32 bits.
    try skip(
      first.times * 5 + first.types * 6 + first.characters + first.leaps * 8 + first.standard
        + first.universal)
    let second = try header()
    var contents = try block(second, timeBytes: 8)
    if next < bytes.count, bytes[next] == 0x0A {
      let text = bytes[(next + 1)...].prefix { $0 != 0x0A }
      if !text.isEmpty {
        guard let rule = ZoneRule(text) else { throw fault("ends with a rule that cannot be read") }
        contents.rule = rule
      }
    }
    return contents
  }

  private struct Header {
    var version: UInt8
    var universal: Int
    var standard: Int
    var leaps: Int
    var times: Int
    var types: Int
    var characters: Int
  }

  private mutating func header() throws(ZoneError) -> Header {
    guard bytes.count - next >= 44, bytes[next..<next + 4].elementsEqual(Array("TZif".utf8)) else {
      throw fault("does not begin with TZif")
    }
    let version = bytes[next + 4]
    next += 20
    let universal = Int(try integer(4))
    let standard = Int(try integer(4))
    let leaps = Int(try integer(4))
    let times = Int(try integer(4))
    let types = Int(try integer(4))
    let characters = Int(try integer(4))
    let counts = [universal, standard, leaps, times, types, characters]
    guard counts.allSatisfy({ 0...Self.mostBytes ~= $0 }), 1...256 ~= types else {
      throw fault("has impossible counts")
    }
    return Header(
      version: version, universal: universal, standard: standard, leaps: leaps, times: times,
      types: types, characters: characters)
  }

  private mutating func block(_ header: Header, timeBytes: Int) throws(ZoneError) -> Contents {
    var contents = Contents()
    for _ in 0..<header.times { contents.changes.append(try integer(timeBytes)) }
    guard zip(contents.changes, contents.changes.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw fault("has changes out of order")
    }
    var kinds: [Int] = []
    for _ in 0..<header.times { kinds.append(Int(try integer(1)) & 0xFF) }
    var offsets: [Int32] = []
    for _ in 0..<header.types {
      let offset = try integer(4)
      // RFC 9636 asks for less than 26 hours.
      guard abs(offset) < 26 * 3600 else { throw fault("has an offset of \(offset) seconds") }
      offsets.append(Int32(offset))
      try skip(2)
    }
    for kind in kinds {
      guard kind < offsets.count else { throw fault("names a kind of time that it does not have") }
      contents.offsets.append(offsets[kind])
    }
    contents.firstOffset = offsets[0]
    try skip(
      header.characters + header.leaps * (timeBytes + 4) + header.standard + header.universal)
    return contents
  }

  private mutating func skip(_ count: Int) throws(ZoneError) {
    guard count <= bytes.count - next else { throw fault("ends too early") }
    next += count
  }

  /// A big-endian number in two's complement.
  private mutating func integer(_ count: Int) throws(ZoneError) -> Int64 {
    guard count <= bytes.count - next else { throw fault("ends too early") }
    var value = Int64(Int8(bitPattern: bytes[next]))
    for byte in bytes[next + 1..<next + count] { value = value << 8 | Int64(byte) }
    next += count
    return value
  }

  private func fault(_ what: String) -> ZoneError {
    ZoneError(.data, "the zone data of “\(zone)” \(what); install tzdata anew")
  }
}
