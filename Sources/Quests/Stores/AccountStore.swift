public import CivilTime

/// What is known of a person.
public struct Account: Hashable, Sendable {
  public let person: PersonID
  /// Lower case; unique among accounts.
  public var email: String?
  public var name: String
  /// IANA.
  public var zone: String
  /// What lengths are shown in, such as `mi`.
  public var units: String
  /// What a password is checked with, as whoever checks it wrote it; the store does not look inside.
  public var credential: String?
  public let createdAt: Instant
  public var revision: Int64

  public init(
    person: PersonID, email: String?, name: String, zone: String, units: String,
    credential: String?, createdAt: Instant, revision: Int64 = 1
  ) {
    self.person = person
    self.email = email
    self.name = name
    self.zone = zone
    self.units = units
    self.credential = credential
    self.createdAt = createdAt
    self.revision = revision
  }
}

/// A person's stay on a device; the token itself is never stored.
public struct Session: Hashable, Sendable {
  public let id: SessionID
  public let person: PersonID
  public let tokenHash: ContentHash
  public let createdAt: Instant
  public var expiresAt: Instant

  public init(
    id: SessionID, person: PersonID, tokenHash: ContentHash, createdAt: Instant,
    expiresAt: Instant
  ) {
    self.id = id
    self.person = person
    self.tokenHash = tokenHash
    self.createdAt = createdAt
    self.expiresAt = expiresAt
  }
}

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

/// Where people, their sessions and the keys of their requests are kept.
public protocol AccountStore: Sendable {
  /// - Throws: `conflict` where the person has an account or another has the address.
  func createAccount(_ account: Account) async throws(LedgerError)
  func account(_ person: PersonID) async throws(LedgerError) -> Account?
  func account(email: String) async throws(LedgerError) -> Account?
  /// Replaces the account that has the revision before this one's.
  ///
  /// - Throws: `revision-conflict`, `not-found`, `conflict` for an address that another has.
  func updateAccount(_ account: Account) async throws(LedgerError)

  func createSession(_ session: Session) async throws(LedgerError)
  /// - Returns: nil also for one that has expired.
  func session(tokenHash: ContentHash, at now: Instant) async throws(LedgerError) -> Session?
  func sessions(of person: PersonID, at now: Instant) async throws(LedgerError) -> [Session]
  func endSession(_ id: SessionID) async throws(LedgerError)

  /// Takes a key for a body, offering the id of what is to be created. Kept for
  /// `LedgerLimits.requestKeySeconds`.
  func claim(
    _ key: RequestKey, body: ContentHash, high: UInt64, low: UInt64, at now: Instant
  ) async throws(LedgerError) -> RequestClaim
  /// Forgets sessions and keys that have expired.
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
