public import CivilTime
internal import LedgerCore
public import Quests

// What people are to other issuers, and from when on tokens of these count.

extension PostGISStore {
  public func person(
    of token: IssuedToken, offering account: Account
  ) async throws(LedgerError) -> PersonID {
    // Nearly always it is known, and reading waits for nobody.
    if let known = try await people(of: [token])[token] { return known }
    return try await write { session in
      // The key decides between those that race: whoever comes second waits here for the first.
      let isNew = try session.insert(token.subject, account.person)
      // Looked at after the row is held, so that an end that came meanwhile is seen.
      try session.check(token)
      if isNew {
        try session.insert(account)
        return account.person
      }
      guard let known = try session.person(of: token.subject) else {
        throw ServerFailure(state: "40001", message: "a subject has gone")
      }
      return known
    }
  }

  public func people(
    of tokens: Set<IssuedToken>
  ) async throws(LedgerError) -> [IssuedToken: PersonID] {
    let tokens = Array(tokens)
    return try await read { session in
      let rows = try session.rows(
        SubjectStatements.people,
        [
          Parameter(array: tokens.map(\.subject.issuer)),
          Parameter(array: tokens.map(\.subject.subject)),
          Parameter(array: tokens.map(\.subject.hash.blob)),
          Parameter(array: tokens.map(\.issuedAt)),
        ]
      ) { (Int(try $0.int()), try $0.id() as PersonID) }
      return Dictionary(
        rows.map { (tokens[$0.0 - 1], $0.1) }, uniquingKeysWith: { first, _ in first })
    }
  }

  public func subjects(of person: PersonID) async throws(LedgerError) -> [IssuedSubject] {
    try await read { try $0.subjects(of: person) }
  }

  public func addSubject(
    _ token: IssuedToken, to person: PersonID
  ) async throws(LedgerError) {
    try await write { [limits] session in
      guard try session.row(AccountStatements.lock, [Parameter(person)], { try $0.int() }) != nil
      else { throw IssuedSubject.unknown }
      let count = Int64(try session.subjects(of: person).count)
      let isNew = try session.insert(token.subject, person)
      try session.check(token)
      if isNew { return try IssuedSubject.checkRoom(after: count, limits) }
      guard try session.person(of: token.subject) == person else { throw IssuedSubject.taken }
    }
  }

  public func removeSubject(
    _ subject: IssuedSubject, of person: PersonID, leaving ways: WaysIn, at now: Instant
  ) async throws(LedgerError) {
    try await write { session in
      // Of two removals at once the second sees what the first has left.
      _ = try session.row(AccountStatements.lock, [Parameter(person)]) { try $0.int() }
      let account = try session.row(
        AccountStatements.byPerson, [Parameter(person)], Account.read)
      try subject.checkIsNotLast(
        among: try session.subjects(of: person), hasPassword: account?.credential != nil, ways)
      try session.endTokens(of: subject, at: now)
      try session.run(
        SubjectStatements.remove, [Parameter(subject.issuer), Parameter(subject.subject)])
    }
  }
}

extension StoreSession {
  fileprivate func person(of subject: IssuedSubject) throws -> PersonID? {
    try row(
      SubjectStatements.person, [Parameter(subject.issuer), Parameter(subject.subject)]
    ) { try $0.id() }
  }

  fileprivate func subjects(of person: PersonID) throws -> [IssuedSubject] {
    try rows(SubjectStatements.all, [Parameter(person)]) {
      IssuedSubject(issuer: try $0.text(), subject: try $0.text())
    }
  }

  /// - Returns: false where the subject is known.
  fileprivate func insert(_ subject: IssuedSubject, _ person: PersonID) throws -> Bool {
    try run(
      SubjectStatements.add,
      [Parameter(subject.issuer), Parameter(subject.subject), Parameter(person)]) == 1
  }

  fileprivate func check(_ token: IssuedToken) throws {
    let ended = try row(SubjectStatements.ended, [Parameter(token.subject.hash.blob)]) {
      try $0.instant()
    }
    try IssuedSubject.check(token, ended: ended)
  }

  fileprivate func endTokens(of subject: IssuedSubject, at now: Instant) throws {
    try run(SubjectStatements.end, [Parameter(subject.hash.blob), Parameter(now)])
  }

  /// Ends the tokens that other issuers have given a person.
  func endTokens(of person: PersonID, at now: Instant) throws {
    for subject in try subjects(of: person) { try endTokens(of: subject, at: now) }
  }
}

enum SubjectStatements {
  static let person = Statement(
    "person_of_subject",
    "SELECT person_id FROM subjects WHERE issuer = $1::text AND subject = $2::text")
  static let people = Statement(
    "people_of_tokens",
    """
    SELECT t.n, s.person_id
    FROM unnest($1::text[], $2::text[], $3::bytea[], $4::bigint[])
      WITH ORDINALITY AS t (issuer, subject, hash, issued_at, n)
    JOIN subjects s ON s.issuer = t.issuer AND s.subject = t.subject
    LEFT JOIN tokens_not_before e ON e.subject_hash = t.hash
    WHERE e.not_before IS NULL OR e.not_before < t.issued_at
    """)
  static let add = Statement(
    "add_subject",
    """
    INSERT INTO subjects (issuer, subject, person_id) VALUES ($1::text, $2::text, $3::uuid)
    ON CONFLICT DO NOTHING
    """)
  static let remove = Statement(
    "remove_subject", "DELETE FROM subjects WHERE issuer = $1::text AND subject = $2::text")
  static let all = Statement(
    "subjects",
    "SELECT issuer, subject FROM subjects WHERE person_id = $1::uuid ORDER BY issuer, subject")
  static let ended = Statement(
    "ended_tokens", "SELECT not_before FROM tokens_not_before WHERE subject_hash = $1::bytea")
  static let end = Statement(
    "end_tokens",
    """
    INSERT INTO tokens_not_before AS e (subject_hash, not_before) VALUES ($1::bytea, $2::bigint)
    ON CONFLICT (subject_hash) DO UPDATE
      SET not_before = greatest(e.not_before, excluded.not_before)
    """)
  static let forget = Statement(
    "forget_ended_tokens", "DELETE FROM tokens_not_before WHERE not_before <= $1::bigint")
}
