public import CivilTime
public import Quests

// How people prove who they are: sessions, codes and API keys.

extension PostgresStore {
  // MARK: Sessions

  public func createSession(
    _ session: Session, tokenHash: ContentHash
  ) async throws(LedgerError) {
    let most = limits.personSessions
    try await write { desk in
      do {
        try desk.run(
          SignInStatements.createSession,
          [
            Parameter(session.id), Parameter(session.person), Parameter(session.createdAt),
            Parameter(session.refreshedAt), Parameter(session.expiresAt),
            Parameter(session.endsAt),
          ])
        try desk.run(
          SignInStatements.addToken,
          [Parameter(session.id), Parameter(Int64(1)), Parameter(tokenHash.blob)])
      } catch let failure as ServerFailure where failure.state == "23505" {
        throw LedgerError(.conflict, "there is a session with this id or token")
      }
      try desk.run(
        SignInStatements.endOldest,
        [Parameter(session.person), Parameter(session.id), Parameter(Int64(max(most - 1, 0)))])
    }
  }

  public func rotate(
    tokenHash: ContentHash, new: ContentHash, expiresAt: Instant, at now: Instant
  ) async throws(LedgerError) -> TokenRotation {
    let known = limits.sessionTokens
    return try await write { desk in
      let found = try desk.row(SignInStatements.lockSession, [Parameter(tokenHash.blob)]) {
        (session: try Session.read(&$0), last: try $0.int(), shown: try $0.int())
      }
      guard let found else { return .unknown }
      var (session, last) = (found.session, found.last)
      guard session.expiresAt > now else { return .expired }
      guard found.shown == last else {
        try desk.run(
          SignInStatements.endSession, [Parameter(session.id), Parameter(session.person)])
        return .reused(session.id, session.person)
      }
      last += 1
      session.refreshedAt = now
      session.expiresAt = min(expiresAt, session.endsAt)
      try desk.run(
        SignInStatements.refresh,
        [
          Parameter(session.id), Parameter(last), Parameter(now), Parameter(session.expiresAt),
        ])
      try desk.run(
        SignInStatements.addToken,
        [Parameter(session.id), Parameter(last), Parameter(new.blob)])
      try desk.run(
        SignInStatements.forgetTokens, [Parameter(session.id), Parameter(last - known)])
      return .rotated(session)
    }
  }

  public func sessions(of person: PersonID, at now: Instant) async throws(LedgerError) -> [Session]
  {
    try await read {
      try $0.rows(SignInStatements.sessions, [Parameter(person), Parameter(now)], Session.read)
    }
  }

  @discardableResult
  public func endSession(_ id: SessionID, of person: PersonID) async throws(LedgerError) -> Bool {
    try await write {
      try $0.run(SignInStatements.endSession, [Parameter(id), Parameter(person)]) == 1
    }
  }

  @discardableResult
  public func endSession(tokenHash: ContentHash) async throws(LedgerError) -> SessionID? {
    try await write {
      try $0.row(SignInStatements.endByToken, [Parameter(tokenHash.blob)]) { try $0.id() }
    }
  }

  @discardableResult
  public func endSessions(
    of person: PersonID, except kept: SessionID?
  ) async throws(LedgerError) -> [SessionID] {
    try await write {
      try $0.rows(SignInStatements.endOthers, [Parameter(person), Parameter(kept)]) {
        try $0.id()
      }
    }
  }

  // MARK: Codes

  public func putCode(_ code: OneTimeCode) async throws(LedgerError) {
    _ = try await write {
      try $0.run(
        SignInStatements.putCode,
        [
          Parameter(code.kind.rawValue), Parameter(code.holder), Parameter(code.hash.blob),
          Parameter(code.content), Parameter(code.expiresAt), Parameter(code.attempts),
        ])
    }
  }

  public func code(
    _ kind: OneTimeCode.Kind, holder: String, at now: Instant
  ) async throws(LedgerError) -> OneTimeCode? {
    try await read {
      try $0.row(
        SignInStatements.code, [Parameter(kind.rawValue), Parameter(holder), Parameter(now)],
        OneTimeCode.read)
    }
  }

  public func tryCode(
    _ kind: OneTimeCode.Kind, holder: String, hash: ContentHash, at now: Instant
  ) async throws(LedgerError) -> CodeTrial {
    let key = [Parameter(kind.rawValue), Parameter(holder)]
    return try await write { desk in
      // Whoever tries at the same time waits here, and then sees what was left.
      let found = try desk.row(
        SignInStatements.lockCode, key + [Parameter(now)], OneTimeCode.read)
      guard let code = found else { return .none }
      guard code.hash == hash else {
        try desk.run(SignInStatements.countTry, key)
        return .wrong
      }
      try desk.run(SignInStatements.dropCode, key)
      return .right(content: code.content)
    }
  }

  // MARK: API keys

  public func createAPIKey(_ key: APIKey) async throws(LedgerError) {
    let most = limits.personAPIKeys
    try await write { desk in
      let count = try desk.row(SignInStatements.countAPIKeys, [Parameter(key.owner)]) {
        try $0.int()
      }
      guard count ?? 0 < most else {
        throw LedgerError(.limit, "the person has \(most) API keys; no more can be")
      }
      let made = try desk.run(
        SignInStatements.createAPIKey,
        [
          Parameter(key.id), Parameter(key.owner), Parameter(key.name), Parameter(key.hash.blob),
          Parameter(key.scopes.rawValue), Parameter(key.rate?.perSecond),
          Parameter(key.rate?.burst), Parameter(key.createdAt), Parameter(key.lastUsedAt),
          Parameter(key.revokedAt),
        ])
      guard made == 1 else {
        throw LedgerError(.conflict, "there is an API key with this id")
      }
    }
  }

  public func apiKey(_ id: APIKeyID) async throws(LedgerError) -> APIKey? {
    try await read { try $0.row(SignInStatements.apiKey, [Parameter(id)], APIKey.read) }
  }

  public func apiKeys(of owner: PersonID) async throws(LedgerError) -> [APIKey] {
    try await read { try $0.rows(SignInStatements.apiKeys, [Parameter(owner)], APIKey.read) }
  }

  public func revokeAPIKey(
    _ id: APIKeyID, of owner: PersonID, at now: Instant
  ) async throws(LedgerError) {
    let revoked = try await write {
      try $0.run(
        SignInStatements.revokeAPIKey, [Parameter(id), Parameter(owner), Parameter(now)])
    }
    guard revoked == 1 else {
      throw LedgerError(.notFound, "the person has no API key with this id")
    }
  }

  public func touchAPIKey(_ id: APIKeyID, at now: Instant) async throws(LedgerError) {
    _ = try await write {
      try $0.run(SignInStatements.touchAPIKey, [Parameter(id), Parameter(now)])
    }
  }
}

extension Session {
  static let columns =
    "s.session_id, s.person_id, s.created_at, s.refreshed_at, s.expires_at, s.ends_at"
  static func read(_ columns: inout Columns) throws -> Session {
    Session(
      id: try columns.id(), person: try columns.id(), createdAt: try columns.instant(),
      refreshedAt: try columns.instant(), expiresAt: try columns.instant(),
      endsAt: try columns.instant())
  }
}

extension OneTimeCode {
  static let columns = "kind, holder, code_hash, content, expires_at, attempts"
  static func read(_ columns: inout Columns) throws -> OneTimeCode {
    OneTimeCode(
      kind: try columns.named(), holder: try columns.text(), hash: try columns.hash(),
      content: try columns.optionalText(), expiresAt: try columns.instant(),
      attempts: try columns.int())
  }
}

extension APIKey {
  static let columns =
    "key_id, owner, name, hash, scopes, rate_per_second, rate_burst, created_at, last_used_at, "
    + "revoked_at"
  static func read(_ columns: inout Columns) throws -> APIKey {
    let (id, owner) = (try columns.id() as APIKeyID, try columns.id() as PersonID)
    let (name, hash) = (try columns.text(), try columns.hash())
    let scopes = AccessScopes(rawValue: try columns.int())
    let (perSecond, burst) = (try columns.optionalInt(), try columns.optionalInt())
    var rate: RequestRate?
    if let perSecond, let burst { rate = RequestRate(perSecond: perSecond, burst: burst) }
    return APIKey(
      id: id, owner: owner, name: name, hash: hash, scopes: scopes, rate: rate,
      createdAt: try columns.instant(), lastUsedAt: try columns.optionalInstant(),
      revokedAt: try columns.optionalInstant())
  }
}

enum SignInStatements {
  static let createSession = Statement(
    "create_session",
    """
    INSERT INTO sessions (session_id, person_id, created_at, refreshed_at, expires_at, ends_at,
      generation)
    VALUES ($1::uuid, $2::uuid, $3::bigint, $4::bigint, $5::bigint, $6::bigint, 1)
    """)
  static let addToken = Statement(
    "add_token",
    """
    INSERT INTO refresh_tokens (session_id, generation, token_hash)
    VALUES ($1::uuid, $2::bigint, $3::bytea)
    """)
  static let endOldest = Statement(
    "end_oldest",
    """
    DELETE FROM sessions WHERE session_id IN (SELECT session_id FROM sessions
      WHERE person_id = $1::uuid AND session_id <> $2::uuid
      ORDER BY created_at DESC, session_id DESC OFFSET $3::bigint)
    """)
  /// Of those that show one token at once the second waits here, and then sees the generation that
  /// the first has left.
  static let lockSession = Statement(
    "lock_session",
    """
    SELECT \(Session.columns), s.generation, t.generation
    FROM refresh_tokens t JOIN sessions s ON s.session_id = t.session_id
    WHERE t.token_hash = $1::bytea FOR UPDATE OF s
    """)
  static let refresh = Statement(
    "refresh_session",
    """
    UPDATE sessions SET generation = $2::bigint, refreshed_at = $3::bigint, expires_at = $4::bigint
    WHERE session_id = $1::uuid
    """)
  static let forgetTokens = Statement(
    "forget_tokens",
    "DELETE FROM refresh_tokens WHERE session_id = $1::uuid AND generation <= $2::bigint")
  static let sessions = Statement(
    "sessions",
    """
    SELECT \(Session.columns) FROM sessions s
    WHERE s.person_id = $1::uuid AND s.expires_at > $2::bigint
    ORDER BY s.created_at, s.session_id
    """)
  static let endSession = Statement(
    "end_session", "DELETE FROM sessions WHERE session_id = $1::uuid AND person_id = $2::uuid")
  static let endByToken = Statement(
    "end_session_by_token",
    """
    DELETE FROM sessions WHERE session_id = (SELECT session_id FROM refresh_tokens
      WHERE token_hash = $1::bytea) RETURNING session_id
    """)
  static let endOthers = Statement(
    "end_other_sessions",
    """
    DELETE FROM sessions WHERE person_id = $1::uuid AND session_id IS DISTINCT FROM $2::uuid
    RETURNING session_id
    """)

  static let putCode = Statement(
    "put_code",
    """
    INSERT INTO one_time_codes (\(OneTimeCode.columns))
    VALUES ($1::text, $2::text, $3::bytea, $4::text, $5::bigint, $6::bigint)
    ON CONFLICT (kind, holder) DO UPDATE SET code_hash = excluded.code_hash,
      content = excluded.content, expires_at = excluded.expires_at, attempts = excluded.attempts
    """)
  private static let usableCode = """
    SELECT \(OneTimeCode.columns) FROM one_time_codes
    WHERE kind = $1::text AND holder = $2::text AND expires_at > $3::bigint AND attempts > 0
    """
  static let code = Statement("code", usableCode)
  static let lockCode = Statement("lock_code", usableCode + " FOR UPDATE")
  static let countTry = Statement(
    "count_try",
    """
    UPDATE one_time_codes SET attempts = attempts - 1 WHERE kind = $1::text AND holder = $2::text
    """)
  static let dropCode = Statement(
    "drop_code", "DELETE FROM one_time_codes WHERE kind = $1::text AND holder = $2::text")

  static let countAPIKeys = Statement(
    "count_api_keys", "SELECT count(*) FROM api_keys WHERE owner = $1::uuid")
  static let createAPIKey = Statement(
    "create_api_key",
    """
    INSERT INTO api_keys (\(APIKey.columns))
    VALUES ($1::uuid, $2::uuid, $3::text, $4::bytea, $5::bigint, $6::bigint, $7::bigint,
      $8::bigint, $9::bigint, $10::bigint)
    ON CONFLICT DO NOTHING
    """)
  static let apiKey = Statement(
    "api_key", "SELECT \(APIKey.columns) FROM api_keys WHERE key_id = $1::uuid")
  static let apiKeys = Statement(
    "api_keys",
    "SELECT \(APIKey.columns) FROM api_keys WHERE owner = $1::uuid ORDER BY created_at, key_id")
  static let revokeAPIKey = Statement(
    "revoke_api_key",
    """
    UPDATE api_keys SET revoked_at = coalesce(revoked_at, $3::bigint)
    WHERE key_id = $1::uuid AND owner = $2::uuid
    """)
  static let touchAPIKey = Statement(
    "touch_api_key",
    """
    UPDATE api_keys SET last_used_at = $2::bigint
    WHERE key_id = $1::uuid AND (last_used_at IS NULL OR last_used_at < $2::bigint)
    """)
}
