internal import Base
internal import GRDB
internal import LedgerCore

/// Takes what was erased out of the write-ahead log, where older pages stay until it is written anew.
///
/// A reader that began before the erasure still needs these pages, so wiping waits a moment for it and
/// otherwise tries again after each later commit, without waiting. Closing the file wipes at the
/// latest.
final class LogWiping: Sendable {
  private let isDue = Lock(false)
  /// How long writers stand still for readers right after an erasure.
  private static let patienceMilliseconds = 500

  /// Called after a commit, on the writer's connection and outside a transaction.
  ///
  /// - Parameter erased: whether that commit erased somebody.
  func afterCommit(_ db: Database, erased: Bool) throws {
    guard erased || isDue.withLock({ $0 }) else { return }
    try db.execute(sql: "PRAGMA busy_timeout = \(erased ? Self.patienceMilliseconds : 0)")
    let isWiped = try Self.wipe(db)
    try db.execute(sql: "PRAGMA busy_timeout = \(Int(SQLiteStore.busySeconds * 1_000))")
    isDue.withLock { $0 = !isWiped }
  }

  /// Writes the log back into the file and empties it.
  ///
  /// - Returns: whether no reader or other process stood in the way.
  @discardableResult static func wipe(_ db: Database) throws -> Bool {
    do {
      _ = try db.checkpoint(.truncate)
      return true
    } catch DatabaseError.SQLITE_BUSY {
      return false
    }
  }
}

extension CommitQueue.Fold {
  /// Whether some command of it takes a person out of the ledger.
  var erasesSomebody: Bool {
    commands.contains { commands in
      commands.contains { if case .erase = $0.action { true } else { false } }
    }
  }
}
