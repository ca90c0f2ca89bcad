public import CivilTime
internal import Foundation
internal import GRDB
internal import LedgerCore
public import Quests

/// What a store on a file is opened for.
public enum StoreUse: Sendable {
  /// Many callers with little each, who wait for their answers.
  case service
  /// One caller with millions of walks: larger commits, more memory.
  case bulk

  /// Commands in one commit at the most.
  var commandsInFold: Int { self == .service ? 1_000 : 8_000 }
  /// Of the writer's cache of pages.
  var cacheKibibytes: Int { self == .service ? 32_768 : 262_144 }
  /// The log is written back into the file when it is longer.
  var logPages: Int { self == .service ? 10_000 : 100_000 }
}

/// The stores on one file of SQLite: the default, without a server.
///
/// Safe to use from many tasks. Writers wait for one thread, which commits what waits together;
/// readers see the last commit and wait for nobody. Other processes may open the same file.
public final class SQLiteStore: Sendable {
  let pool: DatabasePool
  /// For reads of a few rows by their keys; apart from the others, so that no long one of those ever
  /// keeps them waiting.
  private let points: DatabasePool
  let zones: ZoneCatalog
  let limits: LedgerLimits
  private let writer: CommitWorkers
  private let plans: PlanCache
  private let derivations: Derivations
  private let wiping = LogWiping()
  private let file: OpenFile
  private let bell: TeamBell
  private let watch: FileWatch

  private static let newerText =
    "the file was written by a newer version of this program; use that, or another file"

  /// How long a writer waits for another process.
  static let busySeconds = 10.0

  /// Opens the file, or begins it.
  ///
  /// - Parameter migrates: whether an older schema is brought up to date; else it is refused.
  /// - Throws: `unreachable`, `access`, `corrupt`, `schema-too-new`, `schema-too-old`, and
  ///   `settings` where the file cannot be made to keep what was committed.
  public init(
    path: String, migrates: Bool = true, use: StoreUse = .service,
    zones: ZoneCatalog = ZoneCatalog(), limits: LedgerLimits = .standard
  ) throws(LedgerError) {
    self.zones = zones
    self.limits = limits
    let hasAll = try Self.examine(FileOnDisk.settled(path), migrates: migrates)
    let pool = try Self.open(path, for: use)
    self.pool = pool
    if !hasAll { try ledgerErrors { try Schema.migrator.migrate(pool) } }
    try Self.assertDurable(pool)
    points = try Self.openPoints(path)
    let plans = PlanCache()
    self.plans = plans
    let derivations = Derivations()
    self.derivations = derivations
    let bell = TeamBell()
    self.bell = bell
    watch = FileWatch(pool, bell)
    let runner = FoldRunner(zones: zones, limits: limits) { bell.ring($0) }
    let file = try OpenFile(path)
    self.file = file
    let wiping = wiping
    writer = CommitWorkers(
      CommitQueue(mostWaiting: limits.waitingCommands, commandsInFold: use.commandsInFold),
      threads: 1, name: "sqlite-writer"
    ) {
      { (fold) throws(LedgerError) in
        try file.checkIsInPlace()
        let results = try ledgerErrors {
          try pool.writeWithoutTransaction { db in
            let results = try runner.run(
              fold.commands,
              on: FoldTransaction(
                db: db, plans: plans, derived: derivations.figures(for: fold.commands)),
              until: fold.deadline)
            // What is committed stays committed, whatever becomes of the log.
            try? wiping.afterCommit(db, erased: fold.erasesSomebody)
            return results
          }
        }
        // Nobody is answered for a commit into a file that is gone.
        try file.checkIsInPlace()
        return results
      }
    }
  }

  /// A store that nobody closed: its writing thread ends, and its connections close, after what waits.
  deinit {
    watch.close()
    writer.close()
  }

  private static func open(_ path: String, for use: StoreUse) throws(LedgerError) -> DatabasePool {
    try ledgerErrors {
      var configuration = Configuration()
      configuration.label = "milequest"
      // The default is to fail at once.
      configuration.busyMode = .timeout(busySeconds)
      configuration.maximumReaderCount = 8
      configuration.prepareDatabase { db in
        try db.execute(sql: "PRAGMA cache_size = -32768")
      }
      let pool = try DatabasePool(path: path, configuration: configuration)
      try pool.writeWithoutTransaction { db in
        // Opening a pool sets NORMAL, whatever the configuration says.
        try db.execute(sql: "PRAGMA synchronous = FULL")
        try db.execute(sql: "PRAGMA wal_autocheckpoint = \(use.logPages)")
        try db.execute(sql: "PRAGMA cache_size = -\(use.cacheKibibytes)")
        // What is deleted is overwritten, so that an erased name is not left in the file.
        try db.execute(sql: "PRAGMA secure_delete = ON")
      }
      return pool
    }
  }

  private static func openPoints(_ path: String) throws(LedgerError) -> DatabasePool {
    try ledgerErrors {
      var configuration = Configuration()
      configuration.label = "milequest-points"
      configuration.readonly = true
      configuration.busyMode = .timeout(busySeconds)
      // Each of these reads holds a thread meanwhile: there are no more of those that serve.
      configuration.maximumReaderCount = max(2 * ProcessInfo.processInfo.activeProcessorCount, 4)
      configuration.prepareDatabase { db in
        try db.execute(sql: "PRAGMA cache_size = -8192")
      }
      return try DatabasePool(path: path, configuration: configuration)
    }
  }

  /// Refuses a file that is not a ledger of this program, before anything is changed in it; makes one
  /// that is not there.
  ///
  /// - Returns: whether its schema is up to date.
  private static func examine(
    _ file: FileOnDisk, migrates: Bool
  ) throws(LedgerError) -> Bool {
    guard file.isThere else {
      FileOnDisk.create(file.path)
      return false
    }
    if file.isEmpty, !file.hasLog { throw LedgerError(.corrupt, file.emptiedText) }
    let migrator = Schema.migrator
    return try ledgerErrors {
      var configuration = Configuration()
      configuration.busyMode = .timeout(busySeconds)
      let queue = try DatabaseQueue(path: file.path, configuration: configuration)
      defer { try? queue.close() }
      return try queue.read { db in
        try checkIsLedger(db, file)
        if try migrator.hasBeenSuperseded(db) {
          throw LedgerError(.schemaTooNew, newerText)
        }
        let hasAll = try migrator.hasCompletedMigrations(db)
        if !hasAll, !migrates {
          throw LedgerError(
            .schemaTooOld,
            "the file has an older schema; bring it up to date with milequest migrate"
              + file.missingLogText)
        }
        return hasAll
      }
    }
  }

  /// - Throws: `corrupt` where the file is another program's, or a copy that was made without its log.
  static func checkIsLedger(_ db: Database, _ file: FileOnDisk) throws {
    let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    let tables =
      try Int.fetchOne(
        db, sql: "SELECT count(*) FROM sqlite_schema WHERE name <> 'grdb_migrations'") ?? 0
    guard application == Schema.applicationID || (application == 0 && tables == 0) else {
      throw LedgerError(.corrupt, "the file is a database of another program; choose another file")
    }
    if tables == 0, !file.hasLog { throw LedgerError(.corrupt, file.emptiedText) }
  }

  /// A commit must be on the disk when it is answered.
  private static func assertDurable(_ pool: DatabasePool) throws(LedgerError) {
    try ledgerErrors {
      try pool.writeWithoutTransaction { db in
        let synchronous = try Int.fetchOne(db, sql: "PRAGMA synchronous")
        let journal = try String.fetchOne(db, sql: "PRAGMA journal_mode")
        guard synchronous == 2, journal == "wal" else {
          throw LedgerError(
            .settings,
            "the store's file has synchronous = \(synchronous ?? -1) and journal_mode = "
              + "\(journal ?? "none"); it needs 2 (FULL) and wal, which its file system may not give"
          )
        }
      }
    }
  }

  // MARK: Commands

  public func perform(
    _ commands: [LedgerCommand]
  ) async throws(LedgerError) -> [Result<LedgerAnswer, LedgerError>] {
    try limits.check(commands)
    // Whoever waits for a file waits as long as it takes.
    if commands.isEmpty { return [] }
    guard commands.count == 1, let derived = try await derive(for: commands[0]) else {
      return try await writer.submit(commands, until: nil)
    }
    derivations.insert(derived)
    let results: Result<CommandResults, LedgerError>
    do throws(LedgerError) {
      results = .success(try await writer.submit(commands, until: nil, isAlone: true))
    } catch { results = .failure(error) }
    derivations.remove(derived)
    await sweep(after: derived)
    return try results.get()
  }

  public func changedTeams() -> ChangedTeams {
    let listener = bell.listener()
    watch.start()
    return listener
  }

  // MARK: Reading

  /// Reads from one state of the store.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (LedgerTables) throws -> Value
  ) async throws(LedgerError) -> Value {
    let plans = plans
    do {
      return try await pool.read { db in try body(LedgerTables(db: db, plans: plans)) }
    } catch { throw LedgerError(sqlite: error) }
  }

  /// Reads a few rows by their keys from one state of the store, on the thread of the caller: it is
  /// done sooner than another thread is woken.
  func pointRead<Value>(
    _ body: (LedgerTables) throws -> Value
  ) throws(LedgerError) -> Value {
    do {
      return try points.read { db in try body(LedgerTables(db: db, plans: plans)) }
    } catch { throw LedgerError(sqlite: error) }
  }

  /// Writes something that is not for the rules.
  ///
  /// - Parameter erases: whether it erases somebody, who must leave the log too.
  func write<Value: Sendable>(
    erases: Bool = false, _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(LedgerError) -> Value {
    let wiping = wiping
    try file.checkIsInPlace()
    do {
      let value = try await pool.write(body)
      try file.checkIsInPlace()
      if erases {
        try await pool.writeWithoutTransaction { db in try wiping.afterCommit(db, erased: true) }
      }
      return value
    } catch { throw LedgerError(sqlite: error) }
  }

  func checked(limit: Int) -> SQLValue { limits.rows(limit).sql }

  // MARK: Care

  public func checkWritable() async throws(LedgerError) {
    try file.checkIsInPlace()
    try file.checkIsWritable()
    let isNewer = try pointRead { tables in try Schema.migrator.hasBeenSuperseded(tables.db) }
    if isNewer { throw LedgerError(.schemaTooNew, Self.newerText) }
  }

  public var figures: StoreFigures {
    StoreFigures(writing: writer.figures, caches: [("store-plans", plans.figures)])
  }

  public func bytes() async throws(LedgerError) -> Int64 {
    try FileOnDisk.bytes(pool.path)
  }

  /// The versions and settings that a diagnosis asks for, by name.
  public func diagnosis() async throws(LedgerError) -> [(name: String, value: String)] {
    let (sqlite, schema) = try await read { tables in
      (
        try String.fetchOne(tables.db, sql: "SELECT sqlite_version()") ?? "unknown",
        try String.fetchOne(tables.db, sql: "SELECT count(*) FROM grdb_migrations") ?? "unknown"
      )
    }
    let settings: [String] = try await write { db in
      try ["synchronous", "journal_mode", "page_count", "page_size", "freelist_count"].map { name in
        try String.fetchOne(db, sql: "PRAGMA \(name)") ?? "unknown"
      }
    }
    return [
      ("sqlite", sqlite), ("schema", schema), ("synchronous", settings[0]),
      ("journal_mode", settings[1]),
      ("pages", settings[2]), ("page_size", settings[3]), ("free_pages", settings[4]),
    ]
  }

  /// Closes the file after the commands that wait.
  ///
  /// Where no other process has it open, the file is then all there is: a copy of it is whole.
  public func close() throws(LedgerError) {
    watch.close()
    writer.close()
    writer.waitUntilEnded()
    let path = pool.path
    try ledgerErrors {
      try points.close()
      try pool.close()
      // The pools close their readers last, and those cannot write the log back.
      guard FileManager.default.fileExists(atPath: path) else { return }
      let last = try DatabaseQueue(path: path)
      try last.inDatabase { db in _ = try LogWiping.wipe(db) }
      try last.close()
    }
  }
}
