internal import CivilTime
internal import Geodesy
internal import Quests

// How the ledger's values lie in columns.

extension Identifier {
  var blob: SQLValue { .id(high, low) }
}

extension ContentHash {
  var blob: SQLValue { .bytes(bytes) }
}

extension Instant {
  var column: SQLValue { .int(microseconds) }
}

extension Distance {
  var column: SQLValue { .int(micrometers) }
}

extension Int64 {
  var sql: SQLValue { .int(self) }
}

extension Int {
  var sql: SQLValue { .int(Int64(self)) }
}

extension Bool {
  var sql: SQLValue { .int(self ? 1 : 0) }
}

extension Double {
  var sql: SQLValue { .double(self) }
}

extension String {
  var sql: SQLValue { .text(self) }
}

extension Optional {
  /// The column of what may be missing.
  func column(_ value: (Wrapped) -> SQLValue) -> SQLValue { map(value) ?? .null }

  /// What comes before the first id of a page: the id that ended the last one, or what is less than
  /// every id.
  func after<S>() -> SQLValue where Wrapped == Identifier<S> { self?.blob ?? .bytes([]) }
}
