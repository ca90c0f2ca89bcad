public import CivilTime
internal import LedgerCore
public import Quests

extension PostGISStore: AccountStore {
  public func createAccount(_ account: Account) async throws(LedgerError) {
    try await write { try $0.insert(account) }
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
    try await write { session in
      let stored = try session.row(AccountStatements.lock, [Parameter(account.person)]) {
        try $0.int()
      }
      try account.checkFollows(stored)
      do {
        try session.run(
          AccountStatements.update,
          [
            Parameter(account.person), Parameter(account.email), Parameter(account.name),
            Parameter(account.zone), Parameter(account.units), Parameter(account.credential),
            Parameter(account.revision), Parameter(account.isEmailVerified),
            Parameter(account.mail.rawValue),
          ])
      } catch let failure as ServerFailure where failure.state == "23505" {
        throw Account.addressTaken
      }
      try session.run(
        MailStatements.endUnwanted,
        [Parameter(account.person), Parameter(account.mail.rawValue)])
    }
  }

  public func eraseAccount(_ person: PersonID) async throws(LedgerError) {
    try await write { session in
      try session.run(
        AccountStatements.eraseCodes, [Parameter(person), Parameter(person.description)])
      for statement in AccountStatements.erase { try session.run(statement, [Parameter(person)]) }
    }
  }

  // MARK: Request keys

  public func claim(
    _ key: RequestKey, body: ContentHash, high: UInt64, low: UInt64, at now: Instant
  ) async throws(LedgerError) -> RequestClaim {
    try key.check(limits)
    let expires = now.advanced(bySeconds: limits.requestKeySeconds)
    let name = [Parameter(key.caller), Parameter(key.hash.blob)]
    return try await write { session in
      // One that has expired is as good as none; of two that race the second finds the first.
      let taken = try session.run(
        AccountStatements.claim,
        name + [
          Parameter(body.blob), Parameter(PlanID(high: high, low: low)), Parameter(expires),
          Parameter(now),
        ])
      if taken == 1 { return .new }
      let known = try session.row(AccountStatements.claimed, name) {
        (hash: try $0.hash(), id: try $0.id() as PlanID)
      }
      // It has gone between the two statements: as if this had come first.
      guard let known else { throw ServerFailure(state: "40001", message: "a key has gone") }
      if known.hash == body { try session.run(AccountStatements.claimAgain, name) }
      return RequestClaim(known: known.hash, id: known.id, for: body)
    }
  }

  public func release(
    _ key: RequestKey, body: ContentHash, high: UInt64, low: UInt64
  ) async throws(LedgerError) {
    let name = [
      Parameter(key.caller), Parameter(key.hash.blob), Parameter(body.blob),
      Parameter(PlanID(high: high, low: low)),
    ]
    _ = try await write { session in
      for statement in AccountStatements.release { try session.run(statement, name) }
    }
  }

  public func forgetExpired(at now: Instant) async throws(LedgerError) {
    let sent = now.advanced(bySeconds: -limits.sentMailSeconds)
    _ = try await write { [limits] session in
      try session.run(MailStatements.forget, [Parameter(sent)])
      for statement in AccountStatements.forget { try session.run(statement, [Parameter(now)]) }
      try session.run(
        SubjectStatements.forget, [Parameter(now.advanced(bySeconds: -limits.issuedTokenSeconds))])
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

extension StoreSession {
  func insert(_ account: Account) throws {
    // The key decides between two that race; both the person's and the address's count.
    let made = try run(
      AccountStatements.create,
      [
        Parameter(account.person), Parameter(account.email), Parameter(account.isEmailVerified),
        Parameter(account.name), Parameter(account.zone), Parameter(account.units),
        Parameter(account.credential), Parameter(account.createdAt), Parameter(account.revision),
        Parameter(account.mail.rawValue),
      ])
    guard made == 1 else { throw Account.taken }
  }
}

enum AccountStatements {
  static let create = Statement(
    "create_account",
    """
    INSERT INTO accounts (\(Account.columns)) VALUES ($1::uuid, $2::text, $3::boolean,
      $4::text, $5::text, $6::text, $7::text, $8::bigint, $9::bigint, $10::bigint) ON CONFLICT DO NOTHING
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
      credential = $6::text, revision = $7::bigint, is_email_verified = $8::boolean,
      mail_choices = $9::bigint
    WHERE person_id = $1::uuid
    """)
  static let eraseCodes = Statement(
    "erase_codes",
    """
    DELETE FROM one_time_codes WHERE holder = $2::text
      OR holder IN (SELECT email FROM accounts WHERE person_id = $1::uuid)
    """)
  static let erase = [
    ("accounts", "person_id"), ("subjects", "person_id"), ("sessions", "person_id"),
    ("api_keys", "owner"), ("quest_links", "created_by"), ("request_keys", "caller"),
    ("outgoing_mail", "person_id"), ("weekly_summaries", "person_id"),
  ].map { table, column in
    Statement("erase_\(table)", "DELETE FROM \(table) WHERE \(column) = $1::uuid")
  }
  static let claim = Statement(
    "claim",
    """
    INSERT INTO request_keys AS k (caller, key_hash, body_hash, created_id, expires_at)
    VALUES ($1::uuid, $2::bytea, $3::bytea, $4::uuid, $5::bigint)
    ON CONFLICT (caller, key_hash) DO UPDATE SET body_hash = excluded.body_hash,
      created_id = excluded.created_id, expires_at = excluded.expires_at, claims = 1
      WHERE k.expires_at <= $6::bigint
    """)
  static let claimed = Statement(
    "claimed",
    """
    SELECT body_hash, created_id FROM request_keys WHERE caller = $1::uuid AND key_hash = $2::bytea
    """)
  static let claimAgain = Statement(
    "claim_again",
    """
    UPDATE request_keys SET claims = claims + 1 WHERE caller = $1::uuid AND key_hash = $2::bytea
    """)
  static let release = [
    ("release", "UPDATE request_keys SET claims = claims - 1", ""),
    ("forget_released", "DELETE FROM request_keys", " AND claims <= 0"),
  ].map { name, change, condition in
    Statement(
      name,
      """
      \(change) WHERE caller = $1::uuid AND key_hash = $2::bytea AND body_hash = $3::bytea
        AND created_id = $4::uuid\(condition)
      """)
  }
  static let forget = ["sessions", "one_time_codes", "request_keys"].map { table in
    Statement("forget_\(table)", "DELETE FROM \(table) WHERE expires_at <= $1::bigint")
  }
  static let names = Statement(
    "account_names",
    "SELECT person_id, name FROM accounts WHERE person_id = ANY ($1::uuid[])")
}
