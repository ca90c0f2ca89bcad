/// Writes values in one canonical way: fixed widths little-endian, counts before lists.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func append(_ value: UInt8) { bytes.append(value) }

  mutating func append(_ value: Int64) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func append(_ value: Int) { append(Int64(value)) }

  mutating func append(_ value: UInt64) { append(Int64(bitPattern: value)) }

  /// A NaN is written as the one NaN, and -0 as itself.
  mutating func append(_ value: Double) {
    append(value.isNaN ? Double.nan.bitPattern : value.bitPattern)
  }

  mutating func append(_ text: String) {
    append(text.utf8.count)
    bytes.append(contentsOf: text.utf8)
  }

  mutating func append(_ text: String?) {
    append(UInt8(text == nil ? 0 : 1))
    if let text { append(text) }
  }

  mutating func append(_ value: Int64?) {
    append(UInt8(value == nil ? 0 : 1))
    if let value { append(value) }
  }

  mutating func append<S>(_ id: Identifier<S>) {
    append(id.high)
    append(id.low)
  }
}

/// Reads what `ByteWriter` wrote; bytes from elsewhere are an error, never a trap.
struct ByteReader {
  private let bytes: [UInt8]
  private var next = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { next == bytes.count }
  var left: Int { bytes.count - next }

  static let fault = LedgerError(
    .corrupt, "stored content cannot be read: it is cut off or was written by something else")

  mutating func byte() throws(LedgerError) -> UInt8 {
    guard next < bytes.count else { throw Self.fault }
    next += 1
    return bytes[next - 1]
  }

  mutating func int64() throws(LedgerError) -> Int64 {
    guard bytes.count - next >= 8 else { throw Self.fault }
    let value = bytes.withUnsafeBytes {
      Int64(littleEndian: $0.loadUnaligned(fromByteOffset: next, as: Int64.self))
    }
    next += 8
    return value
  }

  mutating func double() throws(LedgerError) -> Double {
    Double(bitPattern: UInt64(bitPattern: try int64()))
  }

  /// A number of things of which each takes at least some bytes, so that it cannot ask for memory
  /// that the content does not have.
  mutating func count(eachAtLeast size: Int) throws(LedgerError) -> Int {
    let value = try int64()
    guard value >= 0, value <= Int64(left / size) else { throw Self.fault }
    return Int(value)
  }

  mutating func int() throws(LedgerError) -> Int { Int(try int64()) }

  mutating func text() throws(LedgerError) -> String {
    let count = try count(eachAtLeast: 1)
    guard let text = String(validating: bytes[next..<next + count], as: UTF8.self) else {
      throw Self.fault
    }
    next += count
    return text
  }

  mutating func isPresent() throws(LedgerError) -> Bool {
    switch try byte() {
    case 0: false
    case 1: true
    default: throw Self.fault
    }
  }

  mutating func optionalText() throws(LedgerError) -> String? {
    try isPresent() ? try text() : nil
  }

  mutating func optionalInt64() throws(LedgerError) -> Int64? {
    try isPresent() ? try int64() : nil
  }

  mutating func identifier<S>() throws(LedgerError) -> Identifier<S> {
    let high = UInt64(bitPattern: try int64())
    return Identifier(high: high, low: UInt64(bitPattern: try int64()))
  }
}
