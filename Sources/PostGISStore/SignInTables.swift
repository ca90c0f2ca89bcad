public import CivilTime
internal import LedgerCore
public import Quests

// How people prove who they are: sessions, codes and API keys.

extension PostGISStore {
  // MARK: Sessions

  public func createSession(
    _ session: Session, tokenHash: ContentHash
  ) async throws(LedgerError) {
    let kept = Session.keptBeside(limits)
    try await write { store in
      do {
        try store.run(
          SignInStatements.createSession,
          [
            Parameter(session.id), Parameter(session.person), Parameter(session.createdAt),
            Parameter(session.refreshedAt), Parameter(session.expiresAt),
            Parameter(session.endsAt),
          ])
        try store.run(
          SignInStatements.addToken,
          [Parameter(session.id), Parameter(Int64(1)), Parameter(tokenHash.blob)])
      } catch let failure as ServerFailure where failure.state == "23505" {
        throw Session.taken
      }
      try store.run(
        SignInStatements.endOldest,
        [Parameter(session.person), Parameter(session.id), Parameter(Int64(kept))])
    }
  }

  public func rotate(
    tokenHash: ContentHash, new: ContentHash, expiresAt: Instant, at now: Instant
  ) async throws(LedgerError) -> TokenRotation {
    let limits = limits
    return try await write { store in
      let found = try store.row(SignInStatements.lockSession, [Parameter(tokenHash.blob)]) {
        (session: try Session.read(&$0), last: try $0.int(), shown: try $0.int())
      }
      guard let found else { return .unknown }
      switch TokenDecision(
        found.session, shown: found.shown, last: found.last, expiresAt: expiresAt, at: now,
        limits: limits)
      {
      case .expired: return .expired
      case .repeated(let session):
        let successor = try store.row(
          SignInStatements.token, [Parameter(session.id), Parameter(found.last)]
        ) { try $0.hash() }
        return successor.map { .repeated(session, successor: $0) } ?? .unknown
      case .reused(let session):
        try store.run(
          SignInStatements.endSession, [Parameter(session.id), Parameter(session.person)])
        return .reused(session.id, session.person)
      case .rotated(let session, let generation, let forgotten):
        try store.run(
          SignInStatements.refresh,
          [
            Parameter(session.id), Parameter(generation), Parameter(now),
            Parameter(session.expiresAt),
          ])
        try store.run(
          SignInStatements.addToken,
          [Parameter(session.id), Parameter(generation), Parameter(new.blob)])
        try store.run(
          SignInStatements.forgetTokens, [Parameter(session.id), Parameter(forgotten)])
        return .rotated(session)
      }
    }
  }

  public func openSessions(
    among sessions: [SessionID: PersonID], at now: Instant
  ) async throws(LedgerError) -> Set<SessionID> {
    try await read {
      Set(
        try $0.rows(
          SignInStatements.openSessions,
          [
            Parameter(array: Array(sessions.keys)), Parameter(array: Array(sessions.values)),
            Parameter(now),
          ]
        ) { try $0.id() })
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
    of person: PersonID, except kept: SessionID?, at now: Instant
  ) async throws(LedgerError) -> [SessionID] {
    try await write { session in
      try session.endTokens(of: person, at: now)
      return try session.rows(SignInStatements.endOthers, [Parameter(person), Parameter(kept)]) {
        try $0.id()
      }
    }
  }

  // MARK: Codes

  public func putCode(_ code: OneTimeCode) async throws(LedgerError) {
    let key = [Parameter(code.kind.rawValue), Parameter(code.holder)]
    try await write { session in
      try session.run(
        SignInStatements.putCode,
        [
          Parameter(code.kind.rawValue), Parameter(code.holder), Parameter(code.hash.blob),
          Parameter(code.content), Parameter(code.expiresAt), Parameter(code.attempts),
        ])
      // The tries at the code before go with it.
      try session.run(SignInStatements.forgetTries, key)
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
    _ kind: OneTimeCode.Kind, holder: String, hash: ContentHash, client: ContentHash,
    at now: Instant
  ) async throws(LedgerError) -> CodeTrial {
    let key = [Parameter(kind.rawValue), Parameter(holder)]
    return try await write { session in
      // Whoever tries at the same time waits here, and then sees what was left.
      let found = try session.row(
        SignInStatements.lockCode, key + [Parameter(now)], OneTimeCode.read)
      let client = Parameter(client.blob)
      let wrong = try session.row(SignInStatements.triesOfClient, key + [client]) { try $0.int() }
      let trial = CodeTrial(of: hash, against: found, after: wrong ?? 0)
      switch trial {
      case .none: break
      case .wrong: try session.run(SignInStatements.countTry, key + [client])
      case .right: try session.run(SignInStatements.dropCode, key)
      }
      return trial
    }
  }

  // MARK: API keys

  public func createAPIKey(_ key: APIKey, by id: SessionID) async throws(LedgerError) {
    let limits = limits
    try await write { session in
      // Whoever ends the session or erases the account comes before this or after it, and keys of one
      // person come one after the other.
      let hasAccount = try session.row(SignInStatements.lockOwner, [Parameter(key.owner)]) {
        try $0.int()
      }
      let isLive = try session.row(
        SignInStatements.holdSession,
        [Parameter(id), Parameter(key.owner), Parameter(key.createdAt)]
      ) { try $0.int() }
      guard hasAccount != nil, isLive != nil else { throw APIKey.sessionOver }
      let isTaken = try session.row(SignInStatements.findAPIKey, [Parameter(key.id)]) {
        try $0.int()
      }
      if isTaken != nil { throw APIKey.taken }
      let count = try session.row(SignInStatements.countAPIKeys, [Parameter(key.owner)]) {
        try $0.int()
      }
      try APIKey.checkRoom(after: count ?? 0, limits)
      let made = try session.run(
        SignInStatements.createAPIKey,
        [
          Parameter(key.id), Parameter(key.owner), Parameter(key.name), Parameter(key.hash.blob),
          Parameter(key.scopes.rawValue), Parameter(key.rate?.perSecond),
          Parameter(key.rate?.burst), Parameter(key.createdAt), Parameter(key.lastUsedAt),
          Parameter(key.revokedAt),
        ])
      guard made == 1 else { throw APIKey.taken }
    }
  }

  public func apiKey(_ id: APIKeyID) async throws(LedgerError) -> APIKey? {
    try await read { try $0.row(SignInStatements.apiKey, [Parameter(id)], APIKey.read) }
  }

  public func openAPIKeys(
    among keys: Set<APIKeyID>
  ) async throws(LedgerError) -> Set<APIKeyID> {
    try await read {
      Set(
        try $0.rows(SignInStatements.openAPIKeys, [Parameter(array: Array(keys))]) { try $0.id() })
    }
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
    guard revoked == 1 else { throw APIKey.unknown }
  }

  public func setScopes(_ scopes: AccessScopes, of key: APIKeyID) async throws(LedgerError) {
    let found = try await write {
      try $0.run(SignInStatements.setScopes, [Parameter(key), Parameter(scopes.rawValue)])
    }
    guard found == 1 else { throw APIKey.unknown }
  }

  public func touchAPIKey(_ id: APIKeyID, at now: Instant) async throws(LedgerError) {
    _ = try await write {
      try $0.run(SignInStatements.touchAPIKey, [Parameter(id), Parameter(now)])
    }
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
    SELECT \(Session.columns.of("s")), s.generation, t.generation
    FROM refresh_tokens t JOIN sessions s ON s.session_id = t.session_id
    WHERE t.token_hash = $1::bytea FOR UPDATE OF s
    """)
  static let token = Statement(
    "token",
    """
    SELECT token_hash FROM refresh_tokens
    WHERE session_id = $1::uuid AND generation = $2::bigint
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
  static let openSessions = Statement(
    "open_sessions",
    """
    SELECT s.session_id FROM unnest($1::uuid[], $2::uuid[]) AS a (session_id, person_id)
    JOIN sessions s ON s.session_id = a.session_id AND s.person_id = a.person_id
    JOIN accounts p ON p.person_id = s.person_id WHERE s.expires_at > $3::bigint
    """)
  static let openAPIKeys = Statement(
    "open_api_keys",
    "SELECT key_id FROM api_keys WHERE key_id = ANY ($1::uuid[]) AND revoked_at IS NULL")
  static let sessions = Statement(
    "sessions",
    """
    SELECT \(Session.columns.of("s")) FROM sessions s
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
    WHERE kind = $1::text AND holder = $2::text AND expires_at > $3::bigint
    """
  static let code = Statement("code", usableCode)
  static let lockCode = Statement("lock_code", usableCode + " FOR UPDATE")
  static let countTry = Statement(
    "count_try",
    """
    INSERT INTO code_tries AS t (kind, holder, client, wrong)
    VALUES ($1::text, $2::text, $3::bytea, 1)
    ON CONFLICT (kind, holder, client) DO UPDATE SET wrong = t.wrong + 1
    """)
  static let triesOfClient = Statement(
    "tries_of_client",
    """
    SELECT wrong FROM code_tries
    WHERE kind = $1::text AND holder = $2::text AND client = $3::bytea
    """)
  static let forgetTries = Statement(
    "forget_tries", "DELETE FROM code_tries WHERE kind = $1::text AND holder = $2::text")
  static let dropCode = Statement(
    "drop_code", "DELETE FROM one_time_codes WHERE kind = $1::text AND holder = $2::text")

  static let lockOwner = Statement(
    "lock_key_owner",
    "SELECT 1::bigint FROM accounts WHERE person_id = $1::uuid FOR NO KEY UPDATE")
  static let holdSession = Statement(
    "hold_session",
    """
    SELECT 1::bigint FROM sessions
    WHERE session_id = $1::uuid AND person_id = $2::uuid AND expires_at > $3::bigint FOR SHARE
    """)
  static let findAPIKey = Statement(
    "find_api_key", "SELECT 1::bigint FROM api_keys WHERE key_id = $1::uuid")
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
  static let setScopes = Statement(
    "set_api_key_scopes",
    """
    UPDATE api_keys SET scopes = $2::bigint
    WHERE key_id = $1::uuid AND revoked_at IS NULL
    """)
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
