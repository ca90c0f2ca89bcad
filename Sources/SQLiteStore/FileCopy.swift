internal import Foundation
internal import GRDB
public import Quests

extension SQLiteStore {
  /// Copies a ledger, as it stands at one moment, into a file that must not exist yet; writers go on.
  ///
  /// The copy is whole under its name or not there. Ledgers of older versions are copied too.
  /// - Parameters:
  ///   - ledger: the file of a ledger, which may be in use, or a backup of one.
  ///   - progress: is told how many of how many pages are done.
  /// - Throws: `notFound` where there is no ledger, `corrupt` where the file is none or is damaged,
  ///   `conflict` where the copy's name is taken, `storage-full`, `access`, `store`.
  /// - Complexity: O(bytes of the file), read twice.
  public static func copy(
    _ ledger: String, to path: String,
    progress: (@Sendable (_ done: Int, _ all: Int) -> Void)? = nil
  ) throws(LedgerError) {
    let source = FileOnDisk(ledger)
    guard source.isThere else { throw LedgerError(.notFound, "there is no such file") }
    if source.isEmpty, !source.hasLog { throw LedgerError(.corrupt, source.emptiedText) }
    try checkIsFree(path)
    let partial = path + ".partial"
    try? FileManager.default.removeItem(atPath: partial)
    defer { try? FileManager.default.removeItem(atPath: partial) }
    let fault = FileOnDisk.create(partial)
    guard fault == 0 else { throw cannotBeMade(path, fault) }
    try ledgerErrors {
      var configuration = Configuration()
      configuration.busyMode = .timeout(busySeconds)
      let queue = try DatabaseQueue(path: ledger, configuration: configuration)
      defer { try? queue.close() }
      let copy = try DatabaseQueue(path: partial)
      try queue.read { db in
        // Reads, so that all steps see this moment; without it each commit would begin the copy anew.
        try checkIsLedger(db, source)
        try copy.writeWithoutTransaction { into in
          try db.backup(to: into, pagesPerStep: 4_000) { state in
            progress?(state.completedPageCount, state.totalPageCount)
          }
        }
      }
      let check = try copy.inDatabase { db in
        // One file, without a log beside it; the store turns the log on again when it opens it.
        try db.execute(sql: "PRAGMA journal_mode = DELETE")
        return try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
      }
      try copy.close()
      guard check == "ok" else {
        throw LedgerError(.corrupt, "the copy is damaged: \(check ?? "no answer")")
      }
      // A rename does not write over a file that came in the meantime.
      guard link(partial, path) == 0 else { throw cannotBeMade(path, errno) }
    }
  }

  private static func cannotBeMade(_ path: String, _ fault: Int32) -> LedgerError {
    LedgerError(.access, "\(path) cannot be made: \(String(cString: strerror(fault)))")
  }

  /// SQLite would read a log that was left behind as if it belonged to the new file.
  private static func checkIsFree(_ path: String) throws(LedgerError) {
    for name in [path, path + "-wal"] where FileManager.default.fileExists(atPath: name) {
      throw LedgerError(
        .conflict,
        "\(name) exists; a copy never writes over a file: move it away, or choose another name")
    }
  }
}
