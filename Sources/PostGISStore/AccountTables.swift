public import CivilTime
public import Quests

extension PostgresStore: AccountStore {
  public func createAccount(_ account: Account) async throws(LedgerError) {
    try await write { desk in
      // The key decides between two that race; both the person's and the address's count.
      let made = try desk.run(
        AccountStatements.create,
        [
          Parameter(account.person), Parameter(account.email), Parameter(account.name),
          Parameter(account.zone), Parameter(account.units), Parameter(account.credential),
          Parameter(account.createdAt), Parameter(account.revision),
        ])
      guard made == 1 else {
        throw LedgerError(.conflict, "there is an account of this person or with this address")
      }
    }
  }

  public func account(_ person: PersonID) async throws(LedgerError) -> Account? {
    try await read {
      try $0.row(AccountStatements.byPerson, [Parameter(person)], Account.read)
    }
  }

  public func account(email: String) async throws(LedgerError) -> Account? {
    try await read { try $0.row(AccountStatements.byEmail, [Parameter(email)], Account.read) }
  }

  public func updateAccount(_ account: Account) async throws(LedgerError) {
    try await write { desk in
      let stored = try desk.row(AccountStatements.lock, [Parameter(account.person)]) {
        try $0.int()
      }
      guard let stored else { throw LedgerError(.notFound, "there is no account of this person") }
      guard stored == account.revision - 1 else {
        throw LedgerError(
          .revision, "the account has revision \(stored): it has changed; read it again")
      }
      do {
        try desk.run(
          AccountStatements.update,
          [
            Parameter(account.person), Parameter(account.email), Parameter(account.name),
            Parameter(account.zone), Parameter(account.units), Parameter(account.credential),
            Parameter(account.revision),
          ])
      } catch let failure as ServerFailure where failure.state == "23505" {
        throw LedgerError(.conflict, "another account has this address")
      }
    }
  }

  // MARK: Sessions

  public func createSession(_ session: Session) async throws(LedgerError) {
    try await write { desk in
      do {
        try desk.run(
          AccountStatements.createSession,
          [
            Parameter(session.id), Parameter(session.person), Parameter(session.tokenHash.blob),
            Parameter(session.createdAt), Parameter(session.expiresAt),
          ])
      } catch let failure as ServerFailure where failure.state == "23505" {
        throw LedgerError(.conflict, "there is a session with this id or token")
      }
    }
  }

  public func session(
    tokenHash: ContentHash, at now: Instant
  ) async throws(LedgerError) -> Session? {
    try await read {
      try $0.row(
        AccountStatements.sessionByToken, [Parameter(tokenHash.blob), Parameter(now)],
        Session.read)
    }
  }

  public func sessions(of person: PersonID, at now: Instant) async throws(LedgerError) -> [Session]
  {
    try await read {
      try $0.rows(
        AccountStatements.sessions, [Parameter(person), Parameter(now)], Session.read)
    }
  }

  public func endSession(_ id: SessionID) async throws(LedgerError) {
    _ = try await write { try $0.run(AccountStatements.endSession, [Parameter(id)]) }
  }

  // MARK: Request keys

  public func claim(
    _ key: RequestKey, body: ContentHash, high: UInt64, low: UInt64, at now: Instant
  ) async throws(LedgerError) -> RequestClaim {
    guard !key.key.isEmpty, key.key.utf8.count <= limits.textBytes else {
      throw LedgerError(
        .limit,
        "the request's key has \(key.key.utf8.count) bytes; 1 to \(limits.textBytes) can be")
    }
    let expires = now.advanced(bySeconds: limits.requestKeySeconds)
    let name = [Parameter(key.caller), Parameter(ContentHash(of: Array(key.key.utf8)).blob)]
    return try await write { desk in
      // One that has expired is as good as none; of two that race the second finds the first.
      let taken = try desk.run(
        AccountStatements.claim,
        name + [
          Parameter(body.blob), Parameter(PlanID(high: high, low: low)), Parameter(expires),
          Parameter(now),
        ])
      if taken == 1 { return .new }
      let known = try desk.row(AccountStatements.claimed, name) {
        (hash: try $0.hash(), id: try $0.id() as PlanID)
      }
      // It has gone between the two statements: as if this had come first.
      guard let known else { throw ServerFailure(state: "40001", message: "a key has gone") }
      return known.hash == body
        ? .repeated(high: known.id.high, low: known.id.low) : .otherBody
    }
  }

  public func forgetExpired(at now: Instant) async throws(LedgerError) {
    _ = try await write { desk in
      try desk.run(AccountStatements.forgetSessions, [Parameter(now)])
      try desk.run(AccountStatements.forgetKeys, [Parameter(now)])
    }
  }

  // MARK: Names

  public func names(of people: [PersonID]) async throws(LedgerError) -> [PersonID: String] {
    try Account.check(people, limits)
    return try await read {
      let rows = try $0.rows(AccountStatements.names, [Parameter(array: people)]) {
        (try $0.id() as PersonID, try $0.text())
      }
      return Dictionary(rows, uniquingKeysWith: { first, _ in first })
    }
  }
}

extension Account {
  static let columns = "person_id, email, name, zone, units, credential, created_at, revision"
  static func read(_ columns: inout Columns) throws -> Account {
    Account(
      person: try columns.id(), email: try columns.optionalText(), name: try columns.text(),
      zone: try columns.text(), units: try columns.text(),
      credential: try columns.optionalText(), createdAt: try columns.instant(),
      revision: try columns.int())
  }
}

extension Session {
  static let columns = "session_id, person_id, token_hash, created_at, expires_at"
  static func read(_ columns: inout Columns) throws -> Session {
    Session(
      id: try columns.id(), person: try columns.id(), tokenHash: try columns.hash(),
      createdAt: try columns.instant(), expiresAt: try columns.instant())
  }
}

enum AccountStatements {
  static let create = Statement(
    "create_account",
    """
    INSERT INTO accounts (\(Account.columns)) VALUES ($1::uuid, $2::text, $3::text, $4::text,
      $5::text, $6::text, $7::bigint, $8::bigint) ON CONFLICT DO NOTHING
    """)
  static let byPerson = Statement(
    "account", "SELECT \(Account.columns) FROM accounts WHERE person_id = $1::uuid")
  static let byEmail = Statement(
    "account_by_email", "SELECT \(Account.columns) FROM accounts WHERE email = $1::text")
  static let lock = Statement(
    "lock_account",
    "SELECT revision FROM accounts WHERE person_id = $1::uuid FOR NO KEY UPDATE")
  static let update = Statement(
    "update_account",
    """
    UPDATE accounts SET email = $2::text, name = $3::text, zone = $4::text, units = $5::text,
      credential = $6::text, revision = $7::bigint WHERE person_id = $1::uuid
    """)
  static let createSession = Statement(
    "create_session",
    """
    INSERT INTO sessions (\(Session.columns))
    VALUES ($1::uuid, $2::uuid, $3::bytea, $4::bigint, $5::bigint)
    """)
  static let sessionByToken = Statement(
    "session",
    """
    SELECT \(Session.columns) FROM sessions WHERE token_hash = $1::bytea AND expires_at > $2::bigint
    """)
  static let sessions = Statement(
    "sessions",
    """
    SELECT \(Session.columns) FROM sessions WHERE person_id = $1::uuid AND expires_at > $2::bigint
    ORDER BY created_at, session_id
    """)
  static let endSession = Statement(
    "end_session", "DELETE FROM sessions WHERE session_id = $1::uuid")
  static let claim = Statement(
    "claim",
    """
    INSERT INTO request_keys AS k (caller, key_hash, body_hash, created_id, expires_at)
    VALUES ($1::uuid, $2::bytea, $3::bytea, $4::uuid, $5::bigint)
    ON CONFLICT (caller, key_hash) DO UPDATE SET body_hash = excluded.body_hash,
      created_id = excluded.created_id, expires_at = excluded.expires_at
      WHERE k.expires_at <= $6::bigint
    """)
  static let claimed = Statement(
    "claimed",
    """
    SELECT body_hash, created_id FROM request_keys WHERE caller = $1::uuid AND key_hash = $2::bytea
    """)
  static let forgetSessions = Statement(
    "forget_sessions", "DELETE FROM sessions WHERE expires_at <= $1::bigint")
  static let forgetKeys = Statement(
    "forget_keys", "DELETE FROM request_keys WHERE expires_at <= $1::bigint")
  static let names = Statement(
    "account_names",
    "SELECT person_id, name FROM accounts WHERE person_id = ANY ($1::uuid[])")
}
