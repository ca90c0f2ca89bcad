internal import CivilTime
internal import Geodesy
internal import LedgerCore
internal import Quests

// How values travel to the server and lie in its columns: PostgreSQL's binary formats, big-endian.

/// A value that a column can hold.
protocol ColumnValue {
  /// The identifier of its type in the server's catalogue, fixed for built-in types.
  static var typeID: UInt32 { get }
  func write(to bytes: inout [UInt8])
}

extension FixedWidthInteger {
  fileprivate func append(to bytes: inout [UInt8]) {
    withUnsafeBytes(of: bigEndian) { bytes.append(contentsOf: $0) }
  }
}

extension Int64: ColumnValue {
  static var typeID: UInt32 { 20 }
  func write(to bytes: inout [UInt8]) { append(to: &bytes) }
}

extension Int32: ColumnValue {
  static var typeID: UInt32 { 23 }
  func write(to bytes: inout [UInt8]) { append(to: &bytes) }
}

extension Double: ColumnValue {
  static var typeID: UInt32 { 701 }
  func write(to bytes: inout [UInt8]) { bitPattern.append(to: &bytes) }
}

extension Bool: ColumnValue {
  static var typeID: UInt32 { 16 }
  func write(to bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
}

extension String: ColumnValue {
  static var typeID: UInt32 { 25 }
  func write(to bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }
}

extension Identifier: ColumnValue {
  static var typeID: UInt32 { 2950 }
  func write(to bytes: inout [UInt8]) {
    high.append(to: &bytes)
    low.append(to: &bytes)
  }
}

/// Bytes as such.
struct Blob: ColumnValue {
  static var typeID: UInt32 { 17 }
  var bytes: [UInt8]
  init(_ bytes: [UInt8]) { self.bytes = bytes }
  func write(to target: inout [UInt8]) { target.append(contentsOf: bytes) }
}

extension ContentHash {
  var blob: Blob { Blob(bytes) }
}

extension Instant: ColumnValue {
  static var typeID: UInt32 { Int64.typeID }
  func write(to bytes: inout [UInt8]) { microseconds.append(to: &bytes) }
}

extension Distance: ColumnValue {
  static var typeID: UInt32 { Int64.typeID }
  func write(to bytes: inout [UInt8]) { micrometers.append(to: &bytes) }
}

extension Day: ColumnValue {
  static var typeID: UInt32 { Int64.typeID }
  func write(to bytes: inout [UInt8]) { number.append(to: &bytes) }
}

/// A parameter of a statement.
struct Parameter {
  /// Nil for NULL.
  let bytes: [UInt8]?

  init(_ value: (some ColumnValue)?) {
    guard let value else {
      bytes = nil
      return
    }
    var bytes: [UInt8] = []
    value.write(to: &bytes)
    self.bytes = bytes
  }

  /// An array of one dimension.
  init<Value: ColumnValue>(array values: some Collection<Value?>) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(20 + values.count * 20)
    let isEmpty = values.isEmpty
    Int32(isEmpty ? 0 : 1).append(to: &bytes)
    // Whether there are NULLs: the server looks for itself.
    Int32(1).append(to: &bytes)
    Value.typeID.append(to: &bytes)
    if !isEmpty {
      Int32(values.count).append(to: &bytes)
      Int32(1).append(to: &bytes)
    }
    for value in values {
      guard let value else {
        Int32(-1).append(to: &bytes)
        continue
      }
      let start = bytes.count
      Int32(0).append(to: &bytes)
      value.write(to: &bytes)
      let size = Int32(bytes.count - start - 4)
      withUnsafeBytes(of: size.bigEndian) { size in
        for (offset, byte) in size.enumerated() { bytes[start + offset] = byte }
      }
    }
    self.bytes = bytes
  }

  init<Value: ColumnValue>(array values: some Collection<Value>) {
    self.init(array: values.map(Optional.some))
  }
}

/// Reads the columns of a row in their order.
struct Columns: ColumnReader {
  let rows: Rows
  let row: Int
  private var next = 0

  init(_ rows: Rows, row: Int) {
    self.rows = rows
    self.row = row
  }

  var damage: LedgerError { Self.damaged(next - 1) }

  /// The bytes of the next column, or nil for NULL.
  private mutating func take<Value>(
    _ body: (UnsafeRawBufferPointer) -> Value?
  ) throws -> Value? {
    next += 1
    guard let bytes = rows.bytes(row: row, column: next - 1) else { return nil }
    guard let value = body(bytes) else { throw damage }
    return value
  }

  private func required<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw damage }
    return value
  }

  mutating func optionalInt() throws -> Int64? {
    try take { bytes in
      switch bytes.count {
      case 8: Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
      case 4: Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
      default: nil
      }
    }
  }

  mutating func double() throws -> Double {
    try required(
      try take { bytes in
        bytes.count == 8
          ? Double(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))) : nil
      })
  }

  mutating func bool() throws -> Bool {
    try required(try take { bytes in bytes.count == 1 ? bytes[0] != 0 : nil })
  }

  mutating func optionalText() throws -> String? {
    try take { bytes in String(validating: bytes, as: UTF8.self) }
  }

  mutating func bytes() throws -> [UInt8] { try required(try take { bytes in Array(bytes) }) }

  mutating func optionalID<S>() throws -> Identifier<S>? {
    try take { bytes in
      guard bytes.count == 16 else { return nil }
      return Identifier(
        high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
        low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
  }
}
