internal import GRDB
internal import Quests

extension LedgerError {
  /// What a failure of SQLite means to a caller.
  init(sqlite error: any Error) {
    if let known = error as? LedgerError {
      self = known
      return
    }
    guard let error = error as? DatabaseError else {
      self.init(.store, "the store failed: \(error)")
      return
    }
    let said = error.message ?? "code \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(.timeout, "another process holds the store's file: \(said); try again")
    case .SQLITE_FULL:
      self.init(.storageFull, "the disk of the store is full: nothing was written")
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      self.init(.access, "the store's file cannot be written: \(said)")
    case .SQLITE_CANTOPEN:
      self.init(.unreachable, "the store's file cannot be opened: \(said)")
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self.init(.corrupt, "the store's file is damaged or none of SQLite's: \(said)")
    case .SQLITE_IOERR:
      self.init(.store, "the disk of the store failed: \(said)")
    default:
      self.init(.store, "the store failed: \(said)")
    }
  }
}

/// Runs a body that talks to SQLite, with its failures in the ledger's words.
func ledgerErrors<Value>(_ body: () throws -> Value) throws(LedgerError) -> Value {
  do { return try body() } catch { throw LedgerError(sqlite: error) }
}
