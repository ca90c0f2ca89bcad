internal import GRDB
internal import LedgerCore
internal import Quests

/// A fold's transaction on the connection that writes.
final class FoldTransaction: FoldDriver {
  private let db: Database
  private var tables: LedgerTables
  private let derived: DerivedFigures?

  /// - Parameter derived: what was derived ahead for the only command of the fold.
  init(db: Database, plans: PlanCache, derived: DerivedFigures? = nil) {
    self.db = db
    self.derived = derived
    tables = LedgerTables(db: db, plans: plans)
  }

  func begin(
    _ commands: [[LedgerCommand]], until deadline: Deadline?
  ) throws -> WatchedFacts<LedgerTables> {
    try db.execute(sql: "BEGIN IMMEDIATE")
    tables.derived = try derived?.isComplete(db) == true ? derived : nil
    return WatchedFacts(tables)
  }

  func commit(
    _ changes: LedgerChanges, _ facts: WatchedFacts<LedgerTables>, until deadline: Deadline?
  ) throws {
    try tables.write(changes)
    do { try db.execute(sql: "COMMIT") } catch let error as DatabaseError {
      guard error.resultCode == .SQLITE_IOERR else { throw error }
      // What had reached the log may come back when the file is next opened.
      throw LedgerError(
        .unknownOutcome, "the disk failed during the commit: send the same again to find out")
    }
  }

  func rollBack(after error: (any Error)?) {
    if db.isInsideTransaction { try? db.execute(sql: "ROLLBACK") }
  }

  /// A file has one writer, so that no race is lost.
  func failure(of error: any Error) -> StoreFailure { StoreFailure(LedgerError(sqlite: error)) }
}
