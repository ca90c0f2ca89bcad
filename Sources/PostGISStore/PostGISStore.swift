public import CivilTime
internal import Foundation
internal import LedgerCore
public import Quests

/// The stores on PostgreSQL with PostGIS.
///
/// Safe to use from many tasks and from many processes at once. Nothing here blocks the threads that
/// tasks share: connections live on threads of their own.
public final class PostGISStore: Sendable {
  /// How the store uses the server.
  public struct Options: Sendable {
    /// Connections that write folds of commands; while one waits for the disk the other decides.
    public var writers = 2
    /// Connections for all else.
    public var workers = 4
    /// How long a caller waits for an answer before it is told `timeout`.
    public var answerSeconds = 15.0
    /// How long a writer waits for a row that another process holds.
    public var lockSeconds = 3.0
    /// How long opening waits for a server that is not there.
    public var connectSeconds = 5.0
    /// How long an audit may take.
    public var auditSeconds = 86_400.0

    public init() {}
  }

  let zones: ZoneCatalog
  let limits: LedgerLimits
  let plans = PlanCache()
  private let options: Options
  /// More would only make the callers of a fold wait for one another.
  private static let commandsInFold = 1_000
  private let writer: CommitWorkers
  private let workers: Workers
  private let bell: TeamBell
  private let doorbell: Doorbell
  let glances: FoldedReads<GlanceQuestion, QuestGlance?>

  /// Opens the store, and brings an older schema up to date or begins one.
  ///
  /// - Parameters:
  ///   - url: `postgres://user:password@host:port/database`, or libpq's keywords and values; what it
  ///     leaves out comes from the environment as libpq has it.
  ///   - migrates: whether an older schema is brought up to date; else it is refused.
  /// - Throws: `unreachable`, `access` for a wrong password or missing rights, `settings` for a
  ///   missing database or PostGIS, a standby, or a server that does not keep what it has committed,
  ///   `schema-too-new`, `schema-too-old`.
  public static func open(
    url: String, migrates: Bool = true, options: Options = Options(),
    zones: ZoneCatalog = ZoneCatalog(), limits: LedgerLimits = .standard
  ) async throws(LedgerError) -> PostGISStore {
    let address = try ServerAddress(url)
    let factory = ConnectionFactory(
      address: address, statementSeconds: options.answerSeconds, lockSeconds: options.lockSeconds)
    let outcome: Result<Void, LedgerError> = await withCheckedContinuation { reply in
      let thread = Thread {
        do throws(LedgerError) {
          try ledgerErrors {
            if migrates { _ = try factory.migrate(connectSeconds: options.connectSeconds) }
            _ = try factory.open(until: .in(seconds: options.connectSeconds))
          }
          reply.resume(returning: .success(()))
        } catch { reply.resume(returning: .failure(error)) }
      }
      thread.name = "postgis-opening"
      thread.start()
    }
    try outcome.get()
    return PostGISStore(factory, options, zones, limits)
  }

  private init(
    _ factory: ConnectionFactory, _ options: Options, _ zones: ZoneCatalog, _ limits: LedgerLimits
  ) {
    self.zones = zones
    self.limits = limits
    self.options = options
    var forFolds = factory
    forFolds.isForFolds = true
    let bell = TeamBell()
    let doorbell = Doorbell(factory, bell)
    (self.bell, self.doorbell) = (bell, doorbell)
    let runner = FoldRunner(zones: zones, limits: limits) { teams in
      bell.ring(teams)
      doorbell.note(teams)
    }
    writer = CommitWorkers(
      CommitQueue(mostWaiting: limits.waitingCommands, commandsInFold: Self.commandsInFold),
      threads: options.writers, name: "postgis-writer"
    ) { [plans, forFolds] in
      let slot = ConnectionSlot(forFolds)
      return { (fold) throws(LedgerError) in
        try runner.run(
          fold.commands,
          on: FoldTransaction(slot: slot, plans: plans, answerSeconds: options.answerSeconds),
          until: fold.deadline)
      }
    }
    let workers = Workers(
      factory: factory, connections: options.workers, mostWaiting: limits.waitingCommands)
    self.workers = workers
    glances = FoldedReads(mostWaiting: limits.waitingCommands) { questions throws(LedgerError) in
      try await workers.read(until: .in(seconds: options.answerSeconds)) { session in
        try Self.glances(questions, session)
      }
    }
  }

  deinit { close() }

  /// Takes nothing more; what waits is still done.
  public func close() {
    writer.close()
    workers.close()
    doorbell.close()
  }

  public func changedTeams() -> ChangedTeams {
    let listener = bell.listener()
    doorbell.startListening()
    return listener
  }

  // MARK: Commands

  public func perform(
    _ commands: [LedgerCommand]
  ) async throws(LedgerError) -> [Result<LedgerAnswer, LedgerError>] {
    try limits.check(commands)
    let refusals = commands.map(\.action.unstorable)
    let kept = zip(commands, refusals).filter { $0.1 == nil }.map(\.0)
    var answers: ArraySlice<Result<LedgerAnswer, LedgerError>> = []
    if !kept.isEmpty {
      answers = try await writer.submit(kept, until: .in(seconds: options.answerSeconds))[...]
    }
    return refusals.map { refusal in
      if let refusal { return .failure(refusal) }
      return answers.popFirst() ?? .failure(LedgerError(.store, "a command got no answer"))
    }
  }

  // MARK: Reading and writing

  func read<Value: Sendable>(
    _ body: @escaping @Sendable (StoreSession) throws -> Value
  ) async throws(LedgerError) -> Value {
    try await workers.read(until: .in(seconds: options.answerSeconds), body)
  }

  func snapshot<Value: Sendable>(
    isLong: Bool = false, _ body: @escaping @Sendable (StoreSession) throws -> Value
  ) async throws(LedgerError) -> Value {
    let seconds = isLong ? options.auditSeconds : options.answerSeconds
    return try await workers.snapshot(until: .in(seconds: seconds), isLong: isLong, body)
  }

  func write<Value: Sendable>(
    _ body: @escaping @Sendable (StoreSession) throws -> Value
  ) async throws(LedgerError) -> Value {
    try await workers.write(until: .in(seconds: options.answerSeconds), body)
  }

  func checked(limit: Int) -> Int64 { Int64(limits.rows(limit)) }

  // MARK: Care

  private static let writable = Statement(
    "writable",
    """
    SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean,
      (SELECT max(version) FROM schema_version)
    """)

  public func checkWritable() async throws(LedgerError) {
    let found = try await read { session in
      try session.row(Self.writable) { (isReadOnly: try $0.bool(), version: try $0.int()) }
    }
    guard let found else { return }
    if found.isReadOnly {
      throw LedgerError(
        .settings, "the server takes no writes: it is a standby or set to read only")
    }
    if found.version > Schema.version {
      throw LedgerError(
        .schemaTooNew, "a newer version of this program has changed the schema; use that one")
    }
  }

  public var figures: StoreFigures {
    let writing = writer.figures
    return StoreFigures(
      writing: writing, waitingReads: workers.waiting,
      connections: [
        workers.figures,
        StoreFigures.Connections(use: "writes", busy: writing.busy, limit: options.writers),
      ], caches: [("store-plans", plans.figures)])
  }

  private static let size = Statement("size", "SELECT pg_database_size(current_database())")

  public func bytes() async throws(LedgerError) -> Int64 {
    try await read { session in try session.row(Self.size) { try $0.int() } } ?? 0
  }

  private static let diagnosis = Statement(
    "diagnosis",
    """
    SELECT current_setting('server_version'), PostGIS_Lib_Version(),
      (SELECT max(version) FROM schema_version), current_setting('fsync'),
      current_setting('synchronous_commit'), pg_database_size(current_database()),
      current_setting('max_connections'),
      substring(PostGIS_PROJ_Version() FROM '^[0-9.]+'),
      substring(PostGIS_GEOS_Version() FROM '^[0-9.]+'),
      (extract(epoch FROM clock_timestamp()) * 1000000)::bigint,
      (SELECT coalesce(string_agg(c.relname, ' ' ORDER BY c.relname), '') FROM pg_class c
        WHERE c.relnamespace = 'milequest'::regnamespace AND c.relkind = 'r'
          AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
            AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE')))
    """)

  /// The versions and settings that a diagnosis asks for, by name.
  public func diagnosis() async throws(LedgerError) -> [(name: String, value: String)] {
    let found = try await read { session in
      try session.row(Self.diagnosis) { columns in
        [
          ("postgresql", try columns.text()), ("postgis", try columns.text()),
          ("schema", String(try columns.int())), ("fsync", try columns.text()),
          ("synchronous_commit", try columns.text()), ("bytes", String(try columns.int())),
          ("max_connections", try columns.text()), ("proj", try columns.text()),
          ("geos", try columns.text()), ("clock_microseconds", String(try columns.int())),
          ("tables_without_rights", try columns.text()),
        ]
      }
    }
    return found ?? []
  }
}

extension LedgerCommand.Action {
  /// What keeps the command from being stored: PostgreSQL's text holds every character but U+0000.
  fileprivate var unstorable: LedgerError? {
    let texts: [String?] =
      switch self {
      case .log(_, let content, let zone): [content.source, content.note, content.zone, zone]
      case .edit(_, let content, _): [content.source, content.note, content.zone]
      case .createTeam(_, let name, _, _): [name]
      case .changeTeam(_, let change, _): [change.name]
      case .createQuest(let draft): [draft.name, draft.zone]
      case .changeQuest(_, let change, _): [change.name, change.zone]
      default: []
      }
    guard texts.contains(where: { $0?.utf8.contains(0) == true }) else { return nil }
    return LedgerError(
      .invalid, "a text holds the character U+0000, which the database cannot keep; leave it out")
  }
}
