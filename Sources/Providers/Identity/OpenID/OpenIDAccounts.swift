public import CivilTime
public import Quests

/// People whom other issuers vouch for.
///
/// A person is known by issuer and subject. One who is seen for the first time gets a new account,
/// whatever address the issuer says the person has: an address proves nothing about an account here.
public struct OpenIDAccounts: Sendable {
  public let tokens: OpenIDTokens
  let store: any AccountStore
  private let zones: ZoneCatalog
  private let random: RandomSource

  public init(
    tokens: OpenIDTokens, store: any AccountStore, zones: ZoneCatalog = ZoneCatalog(),
    random: RandomSource = .system
  ) {
    self.tokens = tokens
    self.store = store
    self.zones = zones
    self.random = random
  }

  /// What the account of somebody is begun with.
  func vouched(_ claims: IssuedClaims, by issuer: OpenIDIssuer) -> VouchedPerson {
    let zone = claims.all["zoneinfo"]?.string.flatMap { name in
      (try? zones.zone(named: name)).map { _ in name }
    }
    return VouchedPerson(
      issuer: issuer.issuer, subject: claims.subject, issuedAt: claims.issuedAt,
      name: claims.name ?? "Walker", zone: zone ?? "UTC")
  }

  /// The person that somebody is here, with a new account for one who is seen for the first time.
  ///
  /// - Throws: `session-ended` where tokens of that time were ended, `store`.
  func person(
    _ vouched: VouchedPerson, at now: Instant
  ) async throws(IdentityError) -> PersonID {
    var random = random
    let account = Account(
      person: .random(using: &random), email: nil, name: vouched.name, zone: vouched.zone,
      units: "mi", credential: nil, createdAt: now)
    do { return try await store.person(of: vouched.token, offering: account) } catch {
      throw error.code == .sessionOver ? .sessionOver : IdentityError(error)
    }
  }
}

/// Somebody whom an issuer vouches for, as far as it matters here.
struct VouchedPerson: Codable, Hashable, Sendable {
  let issuer: String
  let subject: String
  /// By the issuer's clock.
  private(set) var issuedAt: Instant
  /// What a new account begins with.
  let name: String
  let zone: String

  /// The same, known to have been vouched for after a moment of ours, however late the issuer's clock
  /// is: what ended tokens before that moment ends nothing here.
  func vouchedFor(after begin: Instant) -> VouchedPerson {
    var person = self
    person.issuedAt = max(issuedAt, TokenRules.latest(at: begin).advanced(byMicroseconds: 1))
    return person
  }

  var token: IssuedToken {
    IssuedToken(subject: IssuedSubject(issuer: issuer, subject: subject), issuedAt: issuedAt)
  }
}

// Tokens that an app sends with each request.

extension OpenIDAccounts: Identity {
  /// Who a token stands for. The store is asked each time, for the person or another process may have
  /// ended it.
  ///
  /// - Throws: also `issuer-unavailable`, and `session-ended`.
  public func person(
    ofToken token: String, at now: Instant
  ) async throws(IdentityError) -> Principal {
    let (issuer, claims) = try await tokens.claims(ofBearer: token, at: now)
    let vouched = vouched(claims, by: issuer)
    return Principal(
      person: try await person(vouched, at: now), subject: vouched.token.subject,
      expiresAt: claims.expiresAt, issuedAt: claims.issuedAt)
  }

  public func ended(
    among principals: Set<Principal>, at now: Instant
  ) async throws(IdentityError) -> Set<Principal> {
    let issued = principals.compactMap { principal in
      principal.issuedAt.map {
        (principal, IssuedToken(subject: principal.subject, issuedAt: $0))
      }
    }
    let people = try await stored { () async throws(LedgerError) in
      try await store.people(of: Set(issued.map(\.1)))
    }
    let open = Set(issued.filter { people[$0.1] == $0.0.person }.map(\.0))
    return principals.subtracting(open)
  }
}
