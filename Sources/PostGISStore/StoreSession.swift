internal import LedgerCore

/// A connection for one piece of work, and the moment by which it must be done.
struct StoreSession {
  let connection: Connection
  let deadline: Deadline

  func rows<Value>(
    _ statement: Statement, _ parameters: [Parameter] = [],
    _ make: (inout Columns) throws -> Value
  ) throws -> [Value] {
    try connection.run(Request(statement, parameters), until: deadline).map(make)
  }

  func row<Value>(
    _ statement: Statement, _ parameters: [Parameter] = [],
    _ make: (inout Columns) throws -> Value
  ) throws -> Value? {
    try connection.run(Request(statement, parameters), until: deadline).first(make)
  }

  @discardableResult
  func run(_ statement: Statement, _ parameters: [Parameter] = []) throws -> Int {
    try connection.run(Request(statement, parameters), until: deadline).changed
  }
}
