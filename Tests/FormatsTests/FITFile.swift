/// Builds FIT files byte by byte, sound ones and others.
struct FITFile {
  struct Field {
    let number: UInt8
    let size: UInt8
    let type: UInt8

    static func int32(_ number: UInt8) -> Field { Field(number: number, size: 4, type: 0x85) }
    static func uint32(_ number: UInt8) -> Field { Field(number: number, size: 4, type: 0x86) }
    static func uint16(_ number: UInt8) -> Field { Field(number: number, size: 2, type: 0x84) }
    static func enumeration(_ number: UInt8) -> Field { Field(number: number, size: 1, type: 0) }
    static func text(_ number: UInt8, _ size: UInt8) -> Field {
      Field(number: number, size: size, type: 7)
    }
  }

  var isBig = false
  private(set) var data: [UInt8] = []

  init(isBig: Bool = false) { self.isBig = isBig }

  mutating func define(
    _ local: UInt8 = 0, _ message: UInt16, _ fields: [Field], developerSizes: [UInt8] = []
  ) {
    data += [0x40 | (developerSizes.isEmpty ? 0 : 0x20) | local, 0, isBig ? 1 : 0]
    data += bytes(UInt64(message), 2) + [UInt8(fields.count)]
    for field in fields { data += [field.number, field.size, field.type] }
    if developerSizes.isEmpty { return }
    data.append(UInt8(developerSizes.count))
    for (index, size) in developerSizes.enumerated() { data += [UInt8(index), size, 0] }
  }

  /// Begins a data message; its values follow.
  mutating func message(_ local: UInt8 = 0) { data.append(local) }
  mutating func message(_ local: UInt8, secondsLater: UInt8) {
    data.append(0x80 | local << 5 | secondsLater & 0x1F)
  }

  mutating func add(_ value: Int64, _ size: Int) {
    data += bytes(UInt64(bitPattern: value), size)
  }
  mutating func add(_ text: String, _ size: Int) {
    data += Array(text.utf8.prefix(size)) + [UInt8](repeating: 0, count: size - text.utf8.count)
  }
  mutating func add(raw: [UInt8]) { data += raw }

  private func bytes(_ value: UInt64, _ size: Int) -> [UInt8] {
    let little = (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * UInt64($0))) }
    return isBig ? little.reversed() : little
  }

  /// The whole file with its check sums.
  func bytes(headerSize: Int = 14) -> [UInt8] {
    var header: [UInt8] = [UInt8(headerSize), 0x10, 0, 0]
    header += (0..<4).map { UInt8(truncatingIfNeeded: data.count >> (8 * $0)) }
    header += Array(".FIT".utf8)
    if headerSize >= 14 { header += Self.sum(header) }
    return header + data + Self.sum(header + data)
  }

  /// The check sum bit by bit, as the polynomial has it.
  static func sum(_ bytes: [UInt8]) -> [UInt8] {
    var sum: UInt16 = 0
    for byte in bytes {
      sum ^= UInt16(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xA001 : sum >> 1 }
    }
    return [UInt8(sum & 0xFF), UInt8(sum >> 8)]
  }

  // MARK: A walk

  /// 2026-05-03T18:30:00Z.
  static let start: Int64 = 1_777_833_000 - 631_065_600

  static func semicircles(_ degrees: Double) -> Int64 {
    Int64((degrees / 180 * 2_147_483_648).rounded())
  }

  static let recordFields: [Field] = [
    .uint32(253), .int32(0), .int32(1), .uint16(2), .uint32(5), Field(number: 3, size: 1, type: 2),
  ]

  mutating func record(
    _ seconds: Int64, _ latitude: Double, _ longitude: Double, meters: Int64, height: Double
  ) {
    message()
    add(Self.start + seconds, 4)
    add(Self.semicircles(latitude), 4)
    add(Self.semicircles(longitude), 4)
    add(Int64((height + 500) * 5), 2)
    add(meters * 100, 4)
    add(raw: [120])
  }

  /// Three points of a walk, its session, and the time on the walker's clock.
  static func walk(isBig: Bool = false) -> FITFile {
    var file = FITFile(isBig: isBig)
    file.define(
      1, 0, [.enumeration(0), .uint16(1), .uint16(2), Field(number: 3, size: 4, type: 0x8C)])
    file.message(1)
    file.add(raw: [4])
    file.add(1, 2)
    file.add(2_050, 2)
    file.add(4_711, 4)
    file.define(0, 20, recordFields)
    file.record(0, 46.5, -7.25, meters: 0, height: 1_200)
    file.record(10, 46.501, -7.25, meters: 110, height: 1_201.2)
    file.record(30, 46.502, -7.25, meters: 230, height: 1_199.8)
    file.define(
      2, 18, [.uint32(253), .uint32(2), .uint32(7), .uint32(8), .uint32(9), .enumeration(5)])
    file.message(2)
    for value in [start + 31, start, 31_000, 25_500, 23_000] { file.add(value, 4) }
    file.add(raw: [11])
    file.define(3, 34, [.uint32(253), .uint32(5)])
    file.message(3)
    file.add(start + 31, 4)
    file.add(start + 31 + 7_200, 4)
    return file
  }
}
