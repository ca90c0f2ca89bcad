public import CivilTime
internal import GRDB
public import Quests

extension EmbeddedStore: AccountStore {
  public func createAccount(_ account: Account) async throws(LedgerError) {
    try await write { db in
      let isTaken = try db.row(
        "SELECT 1 FROM accounts WHERE person_id = ? OR email = ?",
        [account.person.blob, account.email.column(\.sql)]
      ) { try $0.int() }
      if isTaken != nil {
        throw LedgerError(.conflict, "there is an account of this person or with this address")
      }
      try db.run(
        "INSERT INTO accounts (\(Account.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
          account.person.blob, account.email.column(\.sql),
          account.name.sql, account.zone.sql, account.units.sql,
          account.credential.column(\.sql), account.createdAt.column,
          account.revision.sql,
        ])
    }
  }

  public func account(_ person: PersonID) async throws(LedgerError) -> Account? {
    try await read {
      try $0.db.row(
        "SELECT \(Account.columns) FROM accounts WHERE person_id = ?", [person.blob],
        Account.read)
    }
  }

  public func account(email: String) async throws(LedgerError) -> Account? {
    try await read {
      try $0.db.row(
        "SELECT \(Account.columns) FROM accounts WHERE email = ?", [email.sql],
        Account.read)
    }
  }

  public func updateAccount(_ account: Account) async throws(LedgerError) {
    try await write { db in
      let stored = try db.row(
        "SELECT revision FROM accounts WHERE person_id = ?", [account.person.blob]
      ) { try $0.int() }
      guard let stored else { throw LedgerError(.notFound, "there is no account of this person") }
      guard stored == account.revision - 1 else {
        throw LedgerError(
          .revision, "the account has revision \(stored): it has changed; read it again")
      }
      let other = try db.row(
        "SELECT 1 FROM accounts WHERE email = ? AND person_id <> ?",
        [account.email.column(\.sql), account.person.blob]
      ) { try $0.int() }
      if other != nil { throw LedgerError(.conflict, "another account has this address") }
      try db.run(
        "UPDATE accounts SET email = ?, name = ?, zone = ?, units = ?, credential = ?, "
          + "revision = ? WHERE person_id = ?",
        [
          account.email.column(\.sql), account.name.sql,
          account.zone.sql, account.units.sql,
          account.credential.column(\.sql), account.revision.sql,
          account.person.blob,
        ])
    }
  }

  // MARK: Sessions

  public func createSession(_ session: Session) async throws(LedgerError) {
    try await write {
      try $0.run(
        "INSERT INTO sessions (\(Session.columns)) VALUES (?, ?, ?, ?, ?)",
        [
          session.id.blob, session.person.blob, session.tokenHash.blob, session.createdAt.column,
          session.expiresAt.column,
        ])
    }
  }

  public func session(
    tokenHash: ContentHash, at now: Instant
  ) async throws(LedgerError) -> Session? {
    try await read {
      try $0.db.row(
        "SELECT \(Session.columns) FROM sessions WHERE token_hash = ? AND expires_at > ?",
        [tokenHash.blob, now.column], Session.read)
    }
  }

  public func sessions(of person: PersonID, at now: Instant) async throws(LedgerError) -> [Session]
  {
    try await read {
      try $0.db.rows(
        "SELECT \(Session.columns) FROM sessions WHERE person_id = ? AND expires_at > ? "
          + "ORDER BY created_at, session_id", [person.blob, now.column], Session.read)
    }
  }

  public func endSession(_ id: SessionID) async throws(LedgerError) {
    try await write { try $0.run("DELETE FROM sessions WHERE session_id = ?", [id.blob]) }
  }

  // MARK: Request keys

  public func claim(
    _ key: RequestKey, body: ContentHash, high: UInt64, low: UInt64, at now: Instant
  ) async throws(LedgerError) -> RequestClaim {
    guard !key.key.isEmpty, key.key.utf8.count <= limits.textBytes else {
      throw LedgerError(
        .limit, "the request's key has \(key.key.utf8.count) bytes; 1 to \(limits.textBytes) can be"
      )
    }
    let expires = now.advanced(bySeconds: limits.requestKeySeconds)
    return try await write { db in
      let known = try db.row(
        "SELECT body_hash, created_id FROM request_keys "
          + "WHERE caller = ? AND key = ? AND expires_at > ?",
        [key.caller.blob, key.key.sql, now.column]
      ) { (hash: try $0.hash(), id: try $0.id() as PlanID) }
      if let known {
        return known.hash == body
          ? .repeated(high: known.id.high, low: known.id.low) : .otherBody
      }
      try db.run(
        "INSERT OR REPLACE INTO request_keys (caller, key, body_hash, created_id, expires_at) "
          + "VALUES (?, ?, ?, ?, ?)",
        [
          key.caller.blob, key.key.sql, body.blob, PlanID(high: high, low: low).blob,
          expires.column,
        ])
      return .new
    }
  }

  public func forgetExpired(at now: Instant) async throws(LedgerError) {
    try await write { db in
      try db.run("DELETE FROM sessions WHERE expires_at <= ?", [now.column])
      try db.run("DELETE FROM request_keys WHERE expires_at <= ?", [now.column])
    }
  }

  // MARK: Names

  public func names(of people: [PersonID]) async throws(LedgerError) -> [PersonID: String] {
    try Account.check(people, limits)
    return try await read { tables in
      var names: [PersonID: String] = [:]
      // In a file one look after the other by the key costs no more than one for all.
      for person in people {
        names[person] = try tables.db.row(
          "SELECT name FROM accounts WHERE person_id = ?", [person.blob]
        ) { try $0.text() }
      }
      return names
    }
  }
}

extension Account {
  static let columns = "person_id, email, name, zone, units, credential, created_at, revision"
  static func read(_ columns: inout Columns) throws -> Account {
    Account(
      person: try columns.id(), email: try columns.optionalText(), name: try columns.text(),
      zone: try columns.text(), units: try columns.text(), credential: try columns.optionalText(),
      createdAt: try columns.instant(), revision: try columns.int())
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
