public import CivilTime

/// The key that a caller gives a creating request, so that a repeat creates nothing twice.
public struct RequestKey: Hashable, Sendable {
  public let caller: PersonID
  public let key: String

  public init(caller: PersonID, key: String) {
    self.caller = caller
    self.key = key
  }
}

/// What a request key turns out to be.
public enum RequestClaim: Hashable, Sendable {
  /// Seen for the first time: create under the id that was offered.
  case new
  /// Seen before with this body: what was, or is to be, created has this id. Creating it again
  /// under it does nothing twice.
  case repeated(high: UInt64, low: UInt64)
  /// Seen before with another body.
  case otherBody
}

/// Where people, how they prove who they are, and the keys of their requests are kept.
///
/// Secrets come as hashes only. Each method is one transaction.
public protocol AccountStore: Sendable {
  // MARK: Operators

  /// Sets what the holder of an API key may do, whoever asked for the key.
  ///
  /// - Throws: `not-found` where there is no such key, or it was revoked.
  func setScopes(_ scopes: AccessScopes, of key: APIKeyID) async throws(LedgerError)

  // MARK: Accounts

  /// - Throws: `conflict` where the person has an account or another has the address.
  func createAccount(_ account: Account) async throws(LedgerError)
  func account(_ person: PersonID) async throws(LedgerError) -> Account?
  func account(email: String) async throws(LedgerError) -> Account?
  /// Replaces the account that has the revision before this one's. Messages that wait for the person
  /// and follow from none of its choices end unsent.
  ///
  /// - Throws: `revision-conflict`, `not-found`, `conflict` for an address that another has.
  func updateAccount(_ account: Account) async throws(LedgerError)
  // MARK: Subjects of other issuers

  /// The person of the subject that a token of another issuer is about; of one seen for the first
  /// time, that of the account offered, which is created. All who ask at once get the same person.
  ///
  /// - Throws: `session-over` where the subject's tokens of that time were ended, `conflict` where the
  ///   account offered cannot be created.
  func person(
    of token: IssuedToken, offering account: Account
  ) async throws(LedgerError) -> PersonID
  /// The persons of tokens whose subjects are known and that were not ended. O(tokens).
  func people(
    of tokens: Set<IssuedToken>
  ) async throws(LedgerError) -> [IssuedToken: PersonID]
  /// What the person is to other issuers, by issuer and subject.
  func subjects(of person: PersonID) async throws(LedgerError) -> [IssuedSubject]
  /// Makes the subject of a token one more that a person is; one that is already stays.
  ///
  /// - Throws: `session-over` as for `person`, `not-found` where the person has no account,
  ///   `conflict` where the subject is somebody else, `limit` for more than
  ///   `LedgerLimits.personSubjects`.
  func addSubject(_ token: IssuedToken, to person: PersonID) async throws(LedgerError)
  /// Parts a subject from a person, and ends the tokens about it.
  ///
  /// - Throws: `not-found`, and `last-way-in` where the person could not sign in any more.
  func removeSubject(
    _ subject: IssuedSubject, of person: PersonID, leaving ways: WaysIn, at now: Instant
  ) async throws(LedgerError)

  /// Removes the account and all that proves who the person is: subjects, sessions, codes, API
  /// keys, private links that the person has made, and the keys of requests. Walks stay, of a person of whom nothing else is known.
  func eraseAccount(_ person: PersonID) async throws(LedgerError)

  // MARK: Sessions

  /// Begins a session with its first token. The person's oldest end where there are more than
  /// `LedgerLimits.personSessions`.
  ///
  /// - Throws: `conflict` where the id or the token is taken.
  func createSession(
    _ session: Session, tokenHash: ContentHash
  ) async throws(LedgerError)
  /// Replaces a session's token by a new one. For `LedgerLimits.tokenRepeatSeconds`, and only until
  /// the new token is used, the old one gives the same answer again, for the first may have been
  /// lost. A token that comes later ends the session.
  func rotate(
    tokenHash: ContentHash, new: ContentHash, expiresAt: Instant, at now: Instant
  ) async throws(LedgerError) -> TokenRotation
  /// Those of some sessions that have not expired, and whose persons have accounts. O(sessions).
  func openSessions(
    among sessions: [SessionID: PersonID], at now: Instant
  ) async throws(LedgerError) -> Set<SessionID>
  /// The sessions that have not expired, the oldest first.
  func sessions(of person: PersonID, at now: Instant) async throws(LedgerError) -> [Session]
  /// Ends one session of a person; one that is not there is as good as ended.
  ///
  /// - Returns: whether it was there.
  @discardableResult
  func endSession(_ id: SessionID, of person: PersonID) async throws(LedgerError) -> Bool
  /// Ends the session that a token, used or not, belongs to.
  ///
  /// - Returns: the session, nil where there is none.
  @discardableResult
  func endSession(tokenHash: ContentHash) async throws(LedgerError) -> SessionID?
  /// Ends the sessions of a person but one, and all tokens that other issuers have given the person
  /// up to now.
  ///
  /// - Returns: the sessions that were there.
  @discardableResult
  func endSessions(
    of person: PersonID, except kept: SessionID?, at now: Instant
  ) async throws(LedgerError) -> [SessionID]

  // MARK: Codes

  /// Keeps a code in place of any other of its kind and holder.
  func putCode(_ code: OneTimeCode) async throws(LedgerError)
  /// The code as it stands, without a try; nil also for one that has expired.
  func code(
    _ kind: OneTimeCode.Kind, holder: String, at now: Instant
  ) async throws(LedgerError) -> OneTimeCode?
  /// Tries a code. Wrong tries count for the client alone, so that nobody uses up another's; of many
  /// that one client makes at once no more are heard than the code has attempts. One try at the most
  /// is right.
  func tryCode(
    _ kind: OneTimeCode.Kind, holder: String, hash: ContentHash, client: ContentHash,
    at now: Instant
  ) async throws(LedgerError) -> CodeTrial

  // MARK: API keys

  /// Keeps a key that a session asks for, in one transaction with the look at that session.
  ///
  /// - Throws: `session-over` where the session or its person's account is gone, `conflict` where the
  ///   id is taken, `limit` for more than `LedgerLimits.personAPIKeys`.
  func createAPIKey(_ key: APIKey, by session: SessionID) async throws(LedgerError)
  /// Also a revoked one.
  func apiKey(_ id: APIKeyID) async throws(LedgerError) -> APIKey?
  /// Those of some keys that are there and not revoked. O(keys).
  func openAPIKeys(among keys: Set<APIKeyID>) async throws(LedgerError) -> Set<APIKeyID>
  /// Also revoked ones, the oldest first.
  func apiKeys(of owner: PersonID) async throws(LedgerError) -> [APIKey]
  /// Revokes a key of a person; one that is revoked stays as it is.
  ///
  /// - Throws: `not-found`.
  func revokeAPIKey(_ id: APIKeyID, of owner: PersonID, at now: Instant) async throws(LedgerError)
  /// Notes that a key was used.
  func touchAPIKey(_ id: APIKeyID, at now: Instant) async throws(LedgerError)

  // MARK: Requests

  /// Takes a key for a body, offering the id of what is to be created. Kept for
  /// `LedgerLimits.requestKeySeconds`.
  func claim(
    _ key: RequestKey, body: ContentHash, high: UInt64, low: UInt64, at now: Instant
  ) async throws(LedgerError) -> RequestClaim

  /// Gives a key back that was claimed for what was then refused: once all who claimed it have, it is
  /// as good as new.
  func release(
    _ key: RequestKey, body: ContentHash, high: UInt64, low: UInt64
  ) async throws(LedgerError)

  /// Forgets sessions, codes and request keys that have expired, and what ended tokens that are too
  /// old to count.
  func forgetExpired(at now: Instant) async throws(LedgerError)

  /// The names of those persons who have an account, in one look at the store.
  ///
  /// - Throws: `limit` for more persons than `LedgerLimits.page`.
  func names(of people: [PersonID]) async throws(LedgerError) -> [PersonID: String]
}

extension Account {
  /// Checks how many persons are asked about at once, for the stores.
  ///
  /// - Throws: `limit`.
  public static func check(_ people: [PersonID], _ limits: LedgerLimits) throws(LedgerError) {
    guard people.count <= limits.page else {
      throw LedgerError(
        .limit, "\(people.count) persons were asked about at once; the limit is \(limits.page)")
    }
  }
}
