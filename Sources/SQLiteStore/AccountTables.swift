public import CivilTime
internal import GRDB
internal import LedgerCore
public import Quests

extension SQLiteStore: AccountStore {
  public func createAccount(_ account: Account) async throws(LedgerError) {
    try await write { try $0.insert(account) }
  }

  public func account(_ person: PersonID) async throws(LedgerError) -> Account? {
    try pointRead {
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
      try account.checkFollows(stored)
      let other = try db.row(
        "SELECT 1 FROM accounts WHERE email = ? AND person_id <> ?",
        [account.email.column(\.sql), account.person.blob]
      ) { try $0.int() }
      if other != nil { throw Account.addressTaken }
      try db.run(
        "UPDATE accounts SET email = ?, is_email_verified = ?, name = ?, zone = ?, units = ?, "
          + "credential = ?, revision = ?, mail_choices = ? WHERE person_id = ?",
        [
          account.email.column(\.sql), account.isEmailVerified.sql, account.name.sql,
          account.zone.sql, account.units.sql, account.credential.column(\.sql),
          account.revision.sql, account.mail.rawValue.sql, account.person.blob,
        ])
      try db.endUnwantedMail(of: account)
    }
  }

  public func eraseAccount(_ person: PersonID) async throws(LedgerError) {
    try await write(erases: true) { db in
      try db.run(
        "DELETE FROM one_time_codes WHERE holder = ? OR holder IN "
          + "(SELECT email FROM accounts WHERE person_id = ?)",
        [person.description.sql, person.blob])
      for sql in [
        "DELETE FROM accounts WHERE person_id = ?", "DELETE FROM subjects WHERE person_id = ?",
        "DELETE FROM sessions WHERE person_id = ?", "DELETE FROM api_keys WHERE owner = ?",
        "DELETE FROM quest_links WHERE created_by = ?",
        "DELETE FROM request_keys WHERE caller = ?",
        "DELETE FROM outgoing_mail WHERE person_id = ?",
        "DELETE FROM weekly_summaries WHERE person_id = ?",
      ] {
        try db.run(sql, [person.blob])
      }
    }
  }

  // MARK: Request keys

  public func claim(
    _ key: RequestKey, body: ContentHash, high: UInt64, low: UInt64, at now: Instant
  ) async throws(LedgerError) -> RequestClaim {
    try key.check(limits)
    let expires = now.advanced(bySeconds: limits.requestKeySeconds)
    return try await write { db in
      let known = try db.row(
        "SELECT body_hash, created_id FROM request_keys "
          + "WHERE caller = ? AND key_hash = ? AND expires_at > ?",
        [key.caller.blob, key.hash.blob, now.column]
      ) { (hash: try $0.hash(), id: try $0.id() as PlanID) }
      if let known {
        if known.hash == body {
          try db.run(
            "UPDATE request_keys SET claims = claims + 1 WHERE caller = ? AND key_hash = ?",
            [key.caller.blob, key.hash.blob])
        }
        return RequestClaim(known: known.hash, id: known.id, for: body)
      }
      try db.run(
        "INSERT OR REPLACE INTO request_keys (caller, key_hash, body_hash, created_id, expires_at) "
          + "VALUES (?, ?, ?, ?, ?)",
        [
          key.caller.blob, key.hash.blob, body.blob, PlanID(high: high, low: low).blob,
          expires.column,
        ])
      return .new
    }
  }

  public func release(
    _ key: RequestKey, body: ContentHash, high: UInt64, low: UInt64
  ) async throws(LedgerError) {
    let name = [
      key.caller.blob, key.hash.blob, body.blob, PlanID(high: high, low: low).blob,
    ]
    try await write { db in
      let isIt = "WHERE caller = ? AND key_hash = ? AND body_hash = ? AND created_id = ?"
      try db.run("UPDATE request_keys SET claims = claims - 1 \(isIt)", name)
      try db.run("DELETE FROM request_keys \(isIt) AND claims <= 0", name)
    }
  }

  public func forgetExpired(at now: Instant) async throws(LedgerError) {
    let sent = now.advanced(bySeconds: -limits.sentMailSeconds)
    try await write { [limits] db in
      try db.run(
        "DELETE FROM outgoing_mail WHERE due_at IS NULL AND posted_at <= ?", [sent.column])
      try db.run("DELETE FROM sessions WHERE expires_at <= ?", [now.column])
      try db.run("DELETE FROM one_time_codes WHERE expires_at <= ?", [now.column])
      try db.run("DELETE FROM request_keys WHERE expires_at <= ?", [now.column])
      try db.run(
        "DELETE FROM tokens_not_before WHERE not_before <= ?",
        [now.advanced(bySeconds: -limits.issuedTokenSeconds).column])
    }
  }

  // MARK: Names

  public func names(of people: [PersonID]) async throws(LedgerError) -> [PersonID: String] {
    try Account.check(people, limits)
    return try pointRead { try $0.names(of: people) }
  }
}

extension Database {
  func insert(_ account: Account) throws {
    let isTaken = try row(
      "SELECT 1 FROM accounts WHERE person_id = ? OR email = ?",
      [account.person.blob, account.email.column(\.sql)]
    ) { try $0.int() }
    if isTaken != nil { throw Account.taken }
    try run(
      "INSERT INTO accounts (\(Account.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      [
        account.person.blob, account.email.column(\.sql), account.isEmailVerified.sql,
        account.name.sql, account.zone.sql, account.units.sql, account.credential.column(\.sql),
        account.createdAt.column, account.revision.sql, account.mail.rawValue.sql,
      ])
  }
}

extension LedgerTables {
  /// The names of those persons who have an account.
  func names(of people: [PersonID]) throws -> [PersonID: String] {
    var names: [PersonID: String] = [:]
    // In a file one look after the other by the key costs no more than one for all.
    for person in people {
      names[person] = try db.row(
        "SELECT name FROM accounts WHERE person_id = ?", [person.blob]
      ) { try $0.text() }
    }
    return names
  }
}
