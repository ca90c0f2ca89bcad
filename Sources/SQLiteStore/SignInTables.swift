public import CivilTime
internal import GRDB
internal import LedgerCore
public import Quests

// How people prove who they are: sessions, codes and API keys.

extension SQLiteStore {
  // MARK: Sessions

  public func createSession(
    _ session: Session, tokenHash: ContentHash
  ) async throws(LedgerError) {
    let kept = Session.keptBeside(limits)
    try await write { db in
      let isTaken = try db.row(
        "SELECT 1 FROM sessions WHERE session_id = ?1 "
          + "UNION ALL SELECT 1 FROM refresh_tokens WHERE token_hash = ?2",
        [session.id.blob, tokenHash.blob]
      ) { try $0.int() }
      if isTaken != nil { throw Session.taken }
      try db.run(
        "INSERT INTO sessions (\(Session.columns), generation) VALUES (?, ?, ?, ?, ?, ?, 1)",
        [
          session.id.blob, session.person.blob, session.createdAt.column,
          session.refreshedAt.column, session.expiresAt.column, session.endsAt.column,
        ])
      try db.run(
        "INSERT INTO refresh_tokens (session_id, generation, token_hash) VALUES (?, 1, ?)",
        [session.id.blob, tokenHash.blob])
      try db.run(
        "DELETE FROM sessions WHERE session_id IN (SELECT session_id FROM sessions "
          + "WHERE person_id = ? AND session_id <> ? "
          + "ORDER BY created_at DESC, session_id DESC LIMIT -1 OFFSET ?)",
        [session.person.blob, session.id.blob, kept.sql])
    }
  }

  public func rotate(
    tokenHash: ContentHash, new: ContentHash, expiresAt: Instant, at now: Instant
  ) async throws(LedgerError) -> TokenRotation {
    let limits = limits
    return try await write { db in
      let found = try db.row(
        "SELECT \(Session.columns), generation, token_generation FROM sessions JOIN "
          + "(SELECT session_id AS token_session, generation AS token_generation "
          + "FROM refresh_tokens WHERE token_hash = ?) ON session_id = token_session",
        [tokenHash.blob]
      ) { (session: try Session.read(&$0), last: try $0.int(), shown: try $0.int()) }
      guard let found else { return .unknown }
      switch TokenDecision(
        found.session, shown: found.shown, last: found.last, expiresAt: expiresAt, at: now,
        limits: limits)
      {
      case .expired: return .expired
      case .repeated(let session):
        let successor = try db.row(
          "SELECT token_hash FROM refresh_tokens WHERE session_id = ? AND generation = ?",
          [session.id.blob, found.last.sql]
        ) { try $0.hash() }
        return successor.map { .repeated(session, successor: $0) } ?? .unknown
      case .reused(let session):
        try db.run("DELETE FROM sessions WHERE session_id = ?", [session.id.blob])
        return .reused(session.id, session.person)
      case .rotated(let session, let generation, let forgotten):
        try db.run(
          "UPDATE sessions SET generation = ?, refreshed_at = ?, expires_at = ? "
            + "WHERE session_id = ?",
          [generation.sql, now.column, session.expiresAt.column, session.id.blob])
        try db.run(
          "INSERT INTO refresh_tokens (session_id, generation, token_hash) VALUES (?, ?, ?)",
          [session.id.blob, generation.sql, new.blob])
        try db.run(
          "DELETE FROM refresh_tokens WHERE session_id = ? AND generation <= ?",
          [session.id.blob, forgotten.sql])
        return .rotated(session)
      }
    }
  }

  public func openSessions(
    among sessions: [SessionID: PersonID], at now: Instant
  ) async throws(LedgerError) -> Set<SessionID> {
    try await read { tables in
      Set(
        try sessions.compactMap { try tables.db.session($0.key, of: $0.value, at: now)?.id })
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

  @discardableResult
  public func endSession(_ id: SessionID, of person: PersonID) async throws(LedgerError) -> Bool {
    try await write { db in
      let ended: SessionID? = try db.row(
        "DELETE FROM sessions WHERE session_id = ? AND person_id = ? RETURNING session_id",
        [id.blob, person.blob]
      ) { try $0.id() }
      return ended != nil
    }
  }

  @discardableResult
  public func endSession(tokenHash: ContentHash) async throws(LedgerError) -> SessionID? {
    try await write { db in
      try db.row(
        "DELETE FROM sessions WHERE session_id = "
          + "(SELECT session_id FROM refresh_tokens WHERE token_hash = ?) RETURNING session_id",
        [tokenHash.blob]
      ) { try $0.id() }
    }
  }

  @discardableResult
  public func endSessions(
    of person: PersonID, except kept: SessionID?, at now: Instant
  ) async throws(LedgerError) -> [SessionID] {
    try await write { db in
      try db.endTokens(of: person, at: now)
      return try db.rows(
        "DELETE FROM sessions WHERE person_id = ? AND session_id IS NOT ? RETURNING session_id",
        [person.blob, kept.column(\.blob)]
      ) { try $0.id() }
    }
  }

  // MARK: Codes

  public func putCode(_ code: OneTimeCode) async throws(LedgerError) {
    try await write { db in
      // The tries at the code before go with it.
      try db.run(
        "DELETE FROM one_time_codes WHERE kind = ? AND holder = ?",
        [code.kind.rawValue.sql, code.holder.sql])
      try db.run(
        "INSERT INTO one_time_codes (\(OneTimeCode.columns)) VALUES (?, ?, ?, ?, ?, ?)",
        [
          code.kind.rawValue.sql, code.holder.sql, code.hash.blob, code.content.column(\.sql),
          code.expiresAt.column, code.attempts.sql,
        ])
    }
  }

  public func code(
    _ kind: OneTimeCode.Kind, holder: String, at now: Instant
  ) async throws(LedgerError) -> OneTimeCode? {
    try await read { try $0.db.code(kind, holder: holder, at: now) }
  }

  public func tryCode(
    _ kind: OneTimeCode.Kind, holder: String, hash: ContentHash, client: ContentHash,
    at now: Instant
  ) async throws(LedgerError) -> CodeTrial {
    try await write { db in
      let key = [kind.rawValue.sql, holder.sql]
      let wrong = try db.row(
        "SELECT wrong FROM code_tries WHERE kind = ? AND holder = ? AND client = ?",
        key + [client.blob]
      ) { try $0.int() }
      let trial = CodeTrial(
        of: hash, against: try db.code(kind, holder: holder, at: now), after: wrong ?? 0)
      switch trial {
      case .none: break
      case .wrong:
        try db.run(
          "INSERT INTO code_tries (kind, holder, client, wrong) VALUES (?, ?, ?, 1) "
            + "ON CONFLICT (kind, holder, client) DO UPDATE SET wrong = wrong + 1",
          key + [client.blob])
      case .right:
        try db.run("DELETE FROM one_time_codes WHERE kind = ? AND holder = ?", key)
      }
      return trial
    }
  }

  // MARK: API keys

  public func createAPIKey(_ key: APIKey, by session: SessionID) async throws(LedgerError) {
    let limits = limits
    try await write { db in
      guard try db.session(session, of: key.owner, at: key.createdAt) != nil else {
        throw APIKey.sessionOver
      }
      let isTaken = try db.row("SELECT 1 FROM api_keys WHERE key_id = ?", [key.id.blob]) {
        try $0.int()
      }
      if isTaken != nil { throw APIKey.taken }
      let count = try db.row(
        "SELECT count(*) FROM api_keys WHERE owner = ?", [key.owner.blob]
      ) { try $0.int() }
      try APIKey.checkRoom(after: count ?? 0, limits)
      try db.run(
        "INSERT INTO api_keys (\(APIKey.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
          key.id.blob, key.owner.blob, key.name.sql, key.hash.blob, key.scopes.rawValue.sql,
          key.rate.column(\.perSecond.sql), key.rate.column(\.burst.sql), key.createdAt.column,
          key.lastUsedAt.column(\.column), key.revokedAt.column(\.column),
        ])
    }
  }

  public func apiKey(_ id: APIKeyID) async throws(LedgerError) -> APIKey? {
    try pointRead {
      try $0.db.row(
        "SELECT \(APIKey.columns) FROM api_keys WHERE key_id = ?", [id.blob], APIKey.read)
    }
  }

  public func openAPIKeys(
    among keys: Set<APIKeyID>
  ) async throws(LedgerError) -> Set<APIKeyID> {
    try await read { tables in
      Set(
        try keys.compactMap { key -> APIKeyID? in
          try tables.db.row(
            "SELECT key_id FROM api_keys WHERE key_id = ? AND revoked_at IS NULL", [key.blob]
          ) { try $0.id() }
        })
    }
  }

  public func apiKeys(of owner: PersonID) async throws(LedgerError) -> [APIKey] {
    try await read {
      try $0.db.rows(
        "SELECT \(APIKey.columns) FROM api_keys WHERE owner = ? ORDER BY created_at, key_id",
        [owner.blob], APIKey.read)
    }
  }

  public func revokeAPIKey(
    _ id: APIKeyID, of owner: PersonID, at now: Instant
  ) async throws(LedgerError) {
    try await write { db in
      let revoked: APIKeyID? = try db.row(
        "UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE key_id = ? AND owner = ? "
          + "RETURNING key_id", [now.column, id.blob, owner.blob]
      ) { try $0.id() }
      if revoked == nil { throw APIKey.unknown }
    }
  }

  public func setScopes(_ scopes: AccessScopes, of key: APIKeyID) async throws(LedgerError) {
    try await write { db in
      let found: APIKeyID? = try db.row(
        "UPDATE api_keys SET scopes = ? WHERE key_id = ? AND revoked_at IS NULL "
          + "RETURNING key_id", [scopes.rawValue.sql, key.blob]
      ) { try $0.id() }
      if found == nil { throw APIKey.unknown }
    }
  }

  public func touchAPIKey(_ id: APIKeyID, at now: Instant) async throws(LedgerError) {
    try await write {
      try $0.run(
        "UPDATE api_keys SET last_used_at = ?1 WHERE key_id = ?2 AND coalesce(last_used_at < ?1, 1)",
        [now.column, id.blob])
    }
  }
}

extension Database {
  /// A session of a person who has an account.
  fileprivate func session(
    _ id: SessionID, of person: PersonID, at now: Instant
  ) throws -> Session? {
    try row(
      "SELECT \(Session.columns) FROM sessions WHERE session_id = ?1 AND person_id = ?2 "
        + "AND expires_at > ?3 AND EXISTS (SELECT 1 FROM accounts WHERE person_id = ?2)",
      [id.blob, person.blob, now.column], Session.read)
  }

  fileprivate func code(
    _ kind: OneTimeCode.Kind, holder: String, at now: Instant
  ) throws -> OneTimeCode? {
    try row(
      "SELECT \(OneTimeCode.columns) FROM one_time_codes "
        + "WHERE kind = ? AND holder = ? AND expires_at > ?",
      [kind.rawValue.sql, holder.sql, now.column], OneTimeCode.read)
  }
}
