public import CivilTime
public import Quests

/// Tells who asks.
///
/// Safe to call from many tasks.
public protocol Identity: Sendable {
  /// Who a bearer token stands for.
  ///
  /// - Throws: `token-invalid`, `token-expired`, and `store` where nobody can tell now.
  func person(ofToken token: String, at now: Instant) async throws(IdentityError) -> Principal
  /// Asks the store for whom what their tokens stood for is over: another process may have ended it.
  ///
  /// - Throws: `store` where nobody can tell now.
  func ended(
    among principals: Set<Principal>, at now: Instant
  ) async throws(IdentityError) -> Set<Principal>
}

extension Identity {
  /// Asks the store whether what a token stands for still is, before what grants, reveals all or
  /// changes how somebody signs in.
  ///
  /// - Throws: `session-ended`, and `store` where nobody can tell now.
  public func confirm(_ principal: Principal, at now: Instant) async throws(IdentityError) {
    if try await !ended(among: [principal], at: now).isEmpty { throw .sessionOver }
  }
}

/// Who asks, and what they may do.
public struct Principal: Hashable, Sendable {
  public let person: PersonID
  /// What the person is to whoever vouches for them.
  public let subject: IssuedSubject
  public let scopes: AccessScopes
  /// Nil where the token belongs to no session.
  public let session: SessionID?
  /// Nil where the token is no API key.
  public let apiKey: APIKeyID?
  /// Nil where the rate of all callers holds.
  public let rate: RequestRate?
  /// When the token is worth nothing any more; nil where it does not expire.
  public let expiresAt: Instant?
  /// When another issuer has issued the token; nil where it is one of ours.
  public let issuedAt: Instant?

  public init(
    person: PersonID, subject: IssuedSubject, scopes: AccessScopes = .all,
    session: SessionID? = nil, apiKey: APIKeyID? = nil, rate: RequestRate? = nil,
    expiresAt: Instant? = nil, issuedAt: Instant? = nil
  ) {
    self.person = person
    self.subject = subject
    self.scopes = scopes
    self.session = session
    self.apiKey = apiKey
    self.rate = rate
    self.expiresAt = expiresAt
    self.issuedAt = issuedAt
  }

  public func hasExpired(at now: Instant) -> Bool { expiresAt.map { now >= $0 } ?? false }
}
