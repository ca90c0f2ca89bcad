internal import CivilTime
internal import Foundation
internal import GRDB
internal import Geodesy
internal import Quests

// How the ledger's values lie in columns.

extension Identifier {
  var blob: DatabaseValue {
    withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { Data($0).databaseValue }
  }
}

extension Optional {
  /// What comes before the first id of a page: the id that ended the last one, or what is less than
  /// every id.
  func after<S>() -> DatabaseValue where Wrapped == Identifier<S> {
    self?.blob ?? Data().databaseValue
  }
}

extension ContentHash {
  var blob: DatabaseValue { Data(bytes).databaseValue }
}

extension Optional {
  /// The column of what may be missing.
  func column(_ value: (Wrapped) -> DatabaseValue) -> DatabaseValue { map(value) ?? .null }
}

extension Instant {
  var column: DatabaseValue { microseconds.databaseValue }
}

extension Distance {
  var column: DatabaseValue { micrometers.databaseValue }
}

/// Reads the columns of a row in their order.
struct Columns {
  let row: Row
  private var next = 0

  init(_ row: Row) { self.row = row }

  static func damaged(_ column: Int) -> LedgerError {
    LedgerError(.corrupt, "column \(column + 1) of a stored row holds what nobody wrote")
  }

  mutating func int() throws -> Int64 {
    defer { next += 1 }
    guard let value = Int64.fromDatabaseValue(row[next]) else { throw Self.damaged(next) }
    return value
  }

  mutating func optionalInt() -> Int64? {
    defer { next += 1 }
    return Int64.fromDatabaseValue(row[next])
  }

  mutating func double() throws -> Double {
    defer { next += 1 }
    guard let value = Double.fromDatabaseValue(row[next]) else { throw Self.damaged(next) }
    return value
  }

  mutating func bool() throws -> Bool { try int() != 0 }

  mutating func text() throws -> String {
    defer { next += 1 }
    guard let value = String.fromDatabaseValue(row[next]) else { throw Self.damaged(next) }
    return value
  }

  mutating func optionalText() -> String? {
    defer { next += 1 }
    return String.fromDatabaseValue(row[next])
  }

  mutating func bytes() throws -> [UInt8] {
    defer { next += 1 }
    return try row.withUnsafeData(atIndex: next) { data in
      guard let data else { throw Self.damaged(next) }
      return [UInt8](data)
    }
  }

  mutating func id<S>() throws -> Identifier<S> {
    guard let id: Identifier<S> = try optionalID() else { throw Self.damaged(next - 1) }
    return id
  }

  mutating func optionalID<S>() throws -> Identifier<S>? {
    defer { next += 1 }
    return try row.withUnsafeData(atIndex: next) { data in
      guard let data else { return nil }
      guard data.count == 16 else { throw Self.damaged(next) }
      return data.withUnsafeBytes { bytes in
        Identifier(
          high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
          low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
      }
    }
  }

  mutating func instant() throws -> Instant { Instant(microseconds: try int()) }
  mutating func optionalInstant() -> Instant? { optionalInt().map(Instant.init(microseconds:)) }
  mutating func distance() throws -> Distance { Distance(micrometers: try int()) }

  mutating func named<Value: RawRepresentable<String>>() throws -> Value {
    guard let value = Value(rawValue: try text()) else { throw Self.damaged(next - 1) }
    return value
  }

  mutating func hash() throws -> ContentHash {
    guard let hash = ContentHash(bytes: try bytes()) else { throw Self.damaged(next - 1) }
    return hash
  }
}

extension Database {
  /// The rows of a query, each made into a value; the statement is kept for the next time.
  func rows<Value>(
    _ sql: String, _ arguments: [DatabaseValue] = [], _ make: (inout Columns) throws -> Value
  ) throws -> [Value] {
    let statement = try cachedStatement(sql: sql)
    statement.setUncheckedArguments(StatementArguments(arguments))
    let cursor = try Row.fetchCursor(statement)
    var values: [Value] = []
    while let row = try cursor.next() {
      var columns = Columns(row)
      values.append(try make(&columns))
    }
    return values
  }

  func row<Value>(
    _ sql: String, _ arguments: [DatabaseValue], _ make: (inout Columns) throws -> Value
  ) throws -> Value? {
    try rows(sql, arguments, make).first
  }

  /// Runs a statement that is kept for the next time.
  func run(_ sql: String, _ arguments: [DatabaseValue]) throws {
    let statement = try cachedStatement(sql: sql)
    statement.setUncheckedArguments(StatementArguments(arguments))
    try statement.execute()
  }
}
