public import CivilTime
internal import GRDB
internal import LedgerCore
public import Quests

// What people are to other issuers, and from when on tokens of these count.

extension SQLiteStore {
  public func person(
    of token: IssuedToken, offering account: Account
  ) async throws(LedgerError) -> PersonID {
    // Nearly always it is known, and reading waits for nobody.
    if let known = try await people(of: [token])[token] { return known }
    return try await write { db in
      try IssuedSubject.check(token, ended: try db.ended(token.subject))
      if let known = try db.person(of: token.subject) { return known }
      try db.insert(account)
      try db.insert(token.subject, account.person)
      return account.person
    }
  }

  public func people(
    of tokens: Set<IssuedToken>
  ) async throws(LedgerError) -> [IssuedToken: PersonID] {
    try await read { tables in
      var people: [IssuedToken: PersonID] = [:]
      for token in tokens {
        if let ended = try tables.db.ended(token.subject), token.issuedAt <= ended { continue }
        people[token] = try tables.db.person(of: token.subject)
      }
      return people
    }
  }

  public func subjects(of person: PersonID) async throws(LedgerError) -> [IssuedSubject] {
    try await read { try $0.db.subjects(of: person) }
  }

  public func addSubject(
    _ token: IssuedToken, to person: PersonID
  ) async throws(LedgerError) {
    try await write { [limits] db in
      try IssuedSubject.check(token, ended: try db.ended(token.subject))
      let account = try db.row(
        "SELECT \(Account.columns) FROM accounts WHERE person_id = ?", [person.blob], Account.read)
      guard account != nil else { throw IssuedSubject.unknown }
      if let known = try db.person(of: token.subject) {
        if known != person { throw IssuedSubject.taken }
        return
      }
      try IssuedSubject.checkRoom(after: Int64(try db.subjects(of: person).count), limits)
      try db.insert(token.subject, person)
    }
  }

  public func removeSubject(
    _ subject: IssuedSubject, of person: PersonID, leaving ways: WaysIn, at now: Instant
  ) async throws(LedgerError) {
    try await write { db in
      let account = try db.row(
        "SELECT \(Account.columns) FROM accounts WHERE person_id = ?", [person.blob], Account.read)
      try subject.checkIsNotLast(
        among: try db.subjects(of: person), hasPassword: account?.credential != nil, ways)
      try db.endTokens(of: subject, at: now)
      try db.run(
        "DELETE FROM subjects WHERE issuer = ? AND subject = ?",
        [subject.issuer.sql, subject.subject.sql])
    }
  }
}

extension Database {
  fileprivate func person(of subject: IssuedSubject) throws -> PersonID? {
    try row(
      "SELECT person_id FROM subjects WHERE issuer = ? AND subject = ?",
      [subject.issuer.sql, subject.subject.sql]
    ) { try $0.id() }
  }

  fileprivate func subjects(of person: PersonID) throws -> [IssuedSubject] {
    try rows(
      "SELECT issuer, subject FROM subjects WHERE person_id = ? ORDER BY issuer, subject",
      [person.blob]
    ) { IssuedSubject(issuer: try $0.text(), subject: try $0.text()) }
  }

  fileprivate func insert(_ subject: IssuedSubject, _ person: PersonID) throws {
    try run(
      "INSERT INTO subjects (issuer, subject, person_id) VALUES (?, ?, ?)",
      [subject.issuer.sql, subject.subject.sql, person.blob])
  }

  /// When a subject's tokens were ended last.
  fileprivate func ended(_ subject: IssuedSubject) throws -> Instant? {
    try row(
      "SELECT not_before FROM tokens_not_before WHERE subject_hash = ?", [subject.hash.blob]
    ) { try $0.instant() }
  }

  fileprivate func endTokens(of subject: IssuedSubject, at now: Instant) throws {
    try run(
      "INSERT INTO tokens_not_before (subject_hash, not_before) VALUES (?, ?) "
        + "ON CONFLICT DO UPDATE SET not_before = max(not_before, excluded.not_before)",
      [subject.hash.blob, now.column])
  }

  /// Ends the tokens that other issuers have given a person.
  func endTokens(of person: PersonID, at now: Instant) throws {
    for subject in try subjects(of: person) { try endTokens(of: subject, at: now) }
  }
}
