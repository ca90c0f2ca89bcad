internal import GRDB
internal import GRDBSQLite
internal import LedgerCore
internal import Quests

// The statements of the ledger talk to SQLite itself: a walk takes a dozen of them, and rows as
// objects and values as boxes would cost more than the file does. Connections, transactions, caching
// of statements and migrations stay with GRDB.

/// A value for a parameter of a statement.
enum SQLValue {
  case null
  case int(Int64)
  case double(Double)
  case text(String)
  /// Sixteen bytes, the first the most significant.
  case id(UInt64, UInt64)
  case bytes([UInt8])
}

extension Database {
  /// The rows of a query, each made into a value; the statement is kept for the next time.
  func rows<Value>(
    _ sql: String, _ arguments: [SQLValue] = [], _ make: (inout Columns) throws -> Value
  ) throws -> [Value] {
    var values: [Value] = []
    try each(sql, arguments) { columns in
      values.append(try make(&columns))
      return true
    }
    return values
  }

  /// The first row of a query.
  func row<Value>(
    _ sql: String, _ arguments: [SQLValue], _ make: (inout Columns) throws -> Value
  ) throws -> Value? {
    var value: Value?
    try each(sql, arguments) { columns in
      value = try make(&columns)
      return false
    }
    return value
  }

  /// Runs a statement that is kept for the next time.
  func run(_ sql: String, _ arguments: [SQLValue]) throws {
    try each(sql, arguments) { _ in true }
  }

  /// Reads rows as long as the body wants more. Bodies may run other statements, not the same.
  func each(
    _ sql: String, _ arguments: [SQLValue], _ body: (inout Columns) throws -> Bool
  ) throws {
    let statement = try cachedStatement(sql: sql)
    let handle = statement.sqliteStatement
    // One that was left in the middle by an error begins anew.
    sqlite3_reset(handle)
    defer { sqlite3_reset(handle) }
    for (index, argument) in arguments.enumerated() {
      try check(Self.bind(argument, to: handle, at: CInt(index + 1)), sql)
    }
    while true {
      switch sqlite3_step(handle) {
      case SQLITE_ROW:
        var columns = Columns(handle)
        if try !body(&columns) { return }
      case SQLITE_DONE: return
      case let code: try check(code, sql)
      }
    }
  }

  private func check(_ code: CInt, _ sql: String) throws {
    guard code != SQLITE_OK else { return }
    throw DatabaseError(
      resultCode: ResultCode(rawValue: code),
      message: String(cString: sqlite3_errmsg(sqliteConnection)),
      sql: sql)
  }

  private static func bind(
    _ value: SQLValue, to statement: OpaquePointer, at index: CInt
  ) -> CInt {
    // SQLite copies what it is lent here.
    let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    switch value {
    case .null: return sqlite3_bind_null(statement, index)
    case .int(let number): return sqlite3_bind_int64(statement, index, number)
    case .double(let number): return sqlite3_bind_double(statement, index, number)
    case .text(var text):
      return text.withUTF8 { utf8 in
        utf8.withMemoryRebound(to: CChar.self) { characters in
          sqlite3_bind_text64(
            statement, index, characters.baseAddress, UInt64(characters.count), copies,
            UInt8(SQLITE_UTF8))
        }
      }
    case .id(let high, let low):
      return withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { bytes in
        sqlite3_bind_blob64(statement, index, bytes.baseAddress, 16, copies)
      }
    case .bytes(let bytes):
      if bytes.isEmpty { return sqlite3_bind_zeroblob(statement, index, 0) }
      return bytes.withUnsafeBytes { bytes in
        sqlite3_bind_blob64(statement, index, bytes.baseAddress, UInt64(bytes.count), copies)
      }
    }
  }
}

/// Reads the columns of a row in their order.
struct Columns: ColumnReader {
  private let statement: OpaquePointer
  private var next: CInt = 0

  init(_ statement: OpaquePointer) { self.statement = statement }

  var damage: LedgerError { Self.damaged(Int(next) - 1) }

  /// Moves on to the next column, and tells whether it holds a value of a type.
  private mutating func take(_ type: CInt) throws -> CInt? {
    let column = next
    next += 1
    let found = sqlite3_column_type(statement, column)
    if found == SQLITE_NULL { return nil }
    guard found == type else { throw damage }
    return column
  }

  mutating func optionalInt() throws -> Int64? {
    try take(SQLITE_INTEGER).map { sqlite3_column_int64(statement, $0) }
  }

  mutating func double() throws -> Double {
    guard let column = try take(SQLITE_FLOAT) else { throw damage }
    return sqlite3_column_double(statement, column)
  }

  mutating func bool() throws -> Bool { try int() != 0 }

  mutating func optionalText() throws -> String? {
    guard let column = try take(SQLITE_TEXT) else { return nil }
    guard let start = sqlite3_column_text(statement, column) else { return "" }
    let count = Int(sqlite3_column_bytes(statement, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  mutating func bytes() throws -> [UInt8] {
    guard let column = try take(SQLITE_BLOB) else { throw damage }
    let count = Int(sqlite3_column_bytes(statement, column))
    return [UInt8](
      UnsafeRawBufferPointer(start: sqlite3_column_blob(statement, column), count: count))
  }

  mutating func optionalID<S>() throws -> Identifier<S>? {
    guard let column = try take(SQLITE_BLOB) else { return nil }
    guard sqlite3_column_bytes(statement, column) == 16,
      let bytes = sqlite3_column_blob(statement, column)
    else { throw damage }
    return Identifier(
      high: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
      low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
  }
}
