internal import Foundation
internal import LedgerCore
internal import Quests

/// Connections that have been looked over: the server gives what the ledger promises, the schema is
/// the one this program knows.
struct ConnectionFactory: Sendable {
  let address: ServerAddress
  /// How long the server lets a statement run and wait for a lock.
  let statementSeconds: Double
  let lockSeconds: Double
  /// Whether the connections are for folds, whose statements look few rows up by their keys.
  var isForFolds = false

  private struct Checks {
    var serverVersion: Int64
    var fsync: String
    var fullPageWrites: String
    var isStandby: Bool
    var postgis: String?
    var hasSchema: Bool
    var user: String
  }

  private static let look = Statement(
    "look",
    """
    SELECT current_setting('server_version_num')::bigint, current_setting('fsync'),
      current_setting('full_page_writes'), pg_is_in_recovery(),
      (SELECT quote_ident(n.nspname) FROM pg_extension e
        JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'postgis'),
      EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'milequest' AND c.relname = 'schema_version'),
      current_user::text
    """)

  private static let set = Statement(
    "set",
    """
    SELECT set_config('search_path', $1::text, false),
      set_config('statement_timeout', $2::text, false),
      set_config('lock_timeout', $3::text, false),
      set_config('synchronous_commit',
        CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN 'on'
          ELSE current_setting('synchronous_commit') END, false),
      set_config('default_transaction_isolation', 'read committed', false),
      set_config('idle_in_transaction_session_timeout', $4::text, false),
      set_config('jit', 'off', false)
    """)

  /// One plan by the keys' indexes, made once: a plan from the days when a table was small, or from
  /// figures that lag behind its growth, would read all of it.
  private static let setFolds = Statement(
    "set_folds",
    """
    SELECT set_config(name, 'off', false)
    FROM unnest(ARRAY['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) AS name
    UNION ALL SELECT set_config('plan_cache_mode', 'force_generic_plan', false)
    """)

  private static let version = Statement(
    "version", "SELECT coalesce(max(version), 0) FROM milequest.schema_version")

  /// - Throws: also `settings`, `schema-too-new`, `schema-too-old`.
  func open(until deadline: Deadline) throws -> Connection {
    let connection = try Connection(address, until: deadline)
    let checks = try look(connection, until: deadline)
    guard let postgis = checks.postgis else { throw Self.noPostGIS }
    guard checks.hasSchema else {
      throw LedgerError(
        .schemaTooOld, "the database holds no ledger yet; begin one with milequest migrate")
    }
    try set(connection, postgis: postgis, timeouts: true, until: deadline)
    let version = try readVersion(connection, until: deadline)
    if version > Schema.version { throw Self.tooNew(version) }
    if version < Schema.version {
      throw LedgerError(
        .schemaTooOld,
        "the database has schema \(version), this program needs \(Schema.version); bring it up to "
          + "date with milequest migrate")
    }
    return connection
  }

  private static let noPostGIS = LedgerError(
    .settings,
    "the database has no PostGIS; install it on the server and let a superuser run "
      + "CREATE EXTENSION postgis in this database")

  private static func tooNew(_ version: Int64) -> LedgerError {
    LedgerError(
      .schemaTooNew,
      "the database has schema \(version), this program knows up to \(Schema.version); use the "
        + "program that wrote it, or a newer one")
  }

  private func look(_ connection: Connection, until deadline: Deadline) throws -> Checks {
    let found = try connection.run(Request(Self.look), until: deadline).first {
      Checks(
        serverVersion: try $0.int(), fsync: try $0.text(), fullPageWrites: try $0.text(),
        isStandby: try $0.bool(), postgis: try $0.optionalText(), hasSchema: try $0.bool(),
        user: try $0.text())
    }
    guard let checks = found else { throw LedgerError(.store, "the server told nothing of itself") }
    guard checks.serverVersion >= 140_000 else {
      throw LedgerError(
        .settings,
        "the server is PostgreSQL \(checks.serverVersion / 10_000); it must be 14 or newer")
    }
    guard checks.fsync == "on", checks.fullPageWrites == "on" else {
      throw LedgerError(
        .settings,
        "the server has fsync = \(checks.fsync) and full_page_writes = \(checks.fullPageWrites); "
          + "both must be on, or a power cut loses walks")
    }
    guard !checks.isStandby else {
      throw LedgerError(
        .settings, "the server is a standby and takes no writes; connect to the primary")
    }
    return checks
  }

  private func set(
    _ connection: Connection, postgis: String, timeouts: Bool, until deadline: Deadline
  ) throws {
    func milliseconds(_ seconds: Double) -> String { timeouts ? String(Int(seconds * 1000)) : "0" }
    try connection.run(
      [
        Request(
          Self.set,
          [
            Parameter("milequest, \(postgis), pg_catalog"),
            Parameter(milliseconds(statementSeconds)), Parameter(milliseconds(lockSeconds)),
            Parameter(milliseconds(2 * statementSeconds)),
          ])
      ] + (isForFolds ? [Request(Self.setFolds)] : []), until: deadline)
  }

  private func readVersion(_ connection: Connection, until deadline: Deadline) throws -> Int64 {
    try connection.run(Request(Self.version), until: deadline).first { try $0.int() } ?? 0
  }

  // MARK: Migrations

  /// Brings the schema up to date. Several programs may try at once: one works, the others wait.
  ///
  /// - Returns: how many migrations were done.
  func migrate(connectSeconds: Double) throws -> Int {
    let connection = try Connection(address, until: .in(seconds: connectSeconds))
    // Of a large table a migration may take its time.
    let deadline = Deadline.in(seconds: 86_400)
    var checks = try look(connection, until: deadline)
    if checks.hasSchema {
      let version = try readVersion(connection, until: deadline)
      if version > Schema.version { throw Self.tooNew(version) }
      if version == Schema.version, checks.postgis != nil { return 0 }
    }
    try connection.script(
      "SELECT pg_advisory_lock(\(AdvisoryLock.migration), 0)", until: deadline)
    if checks.postgis == nil {
      do {
        try connection.script("CREATE EXTENSION IF NOT EXISTS postgis", until: deadline)
      } catch let failure as ServerFailure where !failure.isLost { throw Self.noPostGIS }
      checks = try look(connection, until: deadline)
    }
    guard let postgis = checks.postgis else { throw Self.noPostGIS }
    do {
      try connection.script(Schema.beginning, until: deadline)
      try set(connection, postgis: postgis, timeouts: false, until: deadline)
      // Another program may have done it meanwhile.
      let version = try readVersion(connection, until: deadline)
      if version > Schema.version { throw Self.tooNew(version) }
      for (index, sql) in Schema.migrations.enumerated().dropFirst(Int(version)) {
        try connection.script(
          "BEGIN; \(sql) INSERT INTO milequest.schema_version (version) VALUES (\(index + 1)); "
            + "COMMIT", until: deadline)
      }
      return Schema.migrations.count - Int(version)
    } catch let failure as ServerFailure where failure.state == "42501" {
      throw LedgerError(
        .access,
        "the user \(checks.user) may not create the ledger's tables: \(failure.message); let the "
          + "database's owner run milequest migrate, or GRANT CREATE ON DATABASE to this user")
    }
  }
}

/// The first keys of the advisory locks that the store takes: "MQ" and a number.
enum AdvisoryLock {
  static let migration: Int32 = 0x4D51_0001
  static let person: Int32 = 0x4D51_0002
  static let route: Int32 = 0x4D51_0003
  static let routeOwner: Int32 = 0x4D51_0004
}
