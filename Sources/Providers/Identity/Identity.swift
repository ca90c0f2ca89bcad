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
  /// Asks the store whether what a token stands for still is, before what grants, reveals all or
  /// changes how somebody signs in: another process may have ended it.
  ///
  /// - Throws: `session-ended`, and `store` where nobody can tell now.
  func confirm(_ principal: Principal, at now: Instant) async throws(IdentityError)
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

  public init(
    person: PersonID, subject: IssuedSubject, scopes: AccessScopes = .all,
    session: SessionID? = nil, apiKey: APIKeyID? = nil, rate: RequestRate? = nil
  ) {
    self.person = person
    self.subject = subject
    self.scopes = scopes
    self.session = session
    self.apiKey = apiKey
    self.rate = rate
  }
}

/// API keys for those tokens that are such, and another identity for the rest.
public struct BearerIdentity: Identity {
  private let keys: APIKeys
  private let others: any Identity

  public init(keys: APIKeys, others: any Identity) {
    self.keys = keys
    self.others = others
  }

  public func person(
    ofToken token: String, at now: Instant
  ) async throws(IdentityError) -> Principal {
    token.hasPrefix(APIKeys.prefix)
      ? try await keys.person(ofToken: token, at: now)
      : try await others.person(ofToken: token, at: now)
  }

  public func confirm(_ principal: Principal, at now: Instant) async throws(IdentityError) {
    if principal.apiKey == nil { try await others.confirm(principal, at: now) }
  }
}
