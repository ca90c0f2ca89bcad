internal import Base
public import CivilTime
internal import Crypto
public import Quests

/// API keys, with which other programs act for a person: shown once, stored hashed.
///
/// A key reads `mq_<id>_<secret>`: 32 hexadecimal digits that name it, and 256 random bits in
/// base64.
public struct APIKeys: Identity {
  /// What every key begins with, so that leaked ones can be found.
  public static let prefix = "mq_"
  /// Who vouches for a key's holder.
  public static let issuer = "milequest:api-key"

  /// Use is noted no more often than this.
  static let touchSeconds: Int64 = 3_600

  private let store: any AccountStore
  /// The rate of a person, which that of a key is never above.
  public let mostRate: RequestRate
  private let random: RandomSource

  public init(
    store: any AccountStore, mostRate: RequestRate, random: RandomSource = .system
  ) {
    self.store = store
    self.mostRate = mostRate
    self.random = random
  }

  /// Makes a key. One that was made with the same id and secret is given again.
  ///
  /// - Parameters:
  ///   - session: the one that asks.
  ///   - id: of the key; a random one by default.
  ///   - secret: 32 bytes that nobody can guess; random ones by default.
  /// - Returns: the key as its holder sends it, and what is kept.
  /// - Throws: `invalid`, `limit`, `session-ended`, `store`.
  public func create(
    for owner: PersonID, by session: SessionID, name: String, scopes: AccessScopes,
    rate: RequestRate? = nil, id: APIKeyID? = nil, secret: [UInt8]? = nil, at now: Instant
  ) async throws(IdentityError) -> (text: String, key: APIKey) {
    if let error = IdentityError(faults(name: name, scopes: scopes, rate: rate)) {
      throw error
    }
    let secret = secret ?? random.bytes(KeyText.secretBytes)
    let id = id ?? APIKeyID(high: random.next(), low: random.next())
    let key = APIKey(
      id: id, owner: owner, name: Name.folded(name), hash: Self.hash(secret), scopes: scopes,
      rate: rate,
      createdAt: now)
    do { try await store.createAPIKey(key, by: session) } catch {
      switch error.code {
      case .limit: throw IdentityError(.limit, error.message, ledger: error)
      case .sessionOver: throw .sessionOver
      case .conflict:
        let known = try await stored { () async throws(LedgerError) in try await store.apiKey(id) }
        guard let known, known.owner == owner, known.hash == key.hash else {
          throw IdentityError(error)
        }
        return (KeyText.text(Self.prefix, id, secret), known)
      default: throw IdentityError(error)
      }
    }
    return (KeyText.text(Self.prefix, id, secret), key)
  }

  private func faults(
    name: String, scopes: AccessScopes, rate: RequestRate?
  ) -> [IdentityError.Fault] {
    var faults: [IdentityError.Fault] = []
    if let fault = TextRules.fault(of: name, field: "name") { faults.append(fault) }
    if scopes.isEmpty || !AccessScopes.all.isSuperset(of: scopes) {
      faults.append(
        .init(field: "scopes", code: "scopes", message: "a key has read, log or manage, or several")
      )
    }
    if let rate {
      for (field, value, most) in [
        ("ratePerSecond", rate.perSecond, mostRate.perSecond),
        ("burst", rate.burst, mostRate.burst),
      ] where !(1...max(most, 1)).contains(value) {
        faults.append(
          .init(
            field: field, code: "rate",
            message: "is \(value); a key may have 1 to \(most), as its person has"))
      }
    }
    return faults
  }

  /// The person's keys, revoked ones too, the oldest first.
  public func keys(of owner: PersonID) async throws(IdentityError) -> [APIKey] {
    try await stored { () async throws(LedgerError) in try await store.apiKeys(of: owner) }
  }

  /// Revokes a key of a person's, at once.
  ///
  /// - Throws: `not-found`, `store`.
  public func revoke(
    _ id: APIKeyID, of owner: PersonID, at now: Instant
  ) async throws(IdentityError) {
    do { try await store.revokeAPIKey(id, of: owner, at: now) } catch {
      throw error.code == .notFound
        ? IdentityError(.notFound, error.message, ledger: error) : IdentityError(error)
    }
  }

  /// Who holds a key, and what they may do with it. One look into the store.
  ///
  /// - Throws: `token-invalid`, `store`.
  public func person(
    ofToken token: String, at now: Instant
  ) async throws(IdentityError) -> Principal {
    let parts: (id: APIKeyID, secret: [UInt8])? = KeyText.parts(of: token, after: Self.prefix)
    guard let (id, secret) = parts else { throw .tokenInvalid }
    let found = try await stored { () async throws(LedgerError) in try await store.apiKey(id) }
    // Digests of secrets that nobody can guess; they compare in constant time all the same.
    guard let key = found, key.revokedAt == nil,
      SymmetricKey(data: key.hash.bytes) == SymmetricKey(data: Self.hash(secret).bytes)
    else { throw .tokenInvalid }
    if key.lastUsedAt.map({ $0.advanced(bySeconds: Self.touchSeconds) <= now }) ?? true {
      // It is no matter of whether the key is right.
      try? await store.touchAPIKey(id, at: now)
    }
    return Principal(
      person: key.owner, subject: IssuedSubject(issuer: Self.issuer, subject: "\(id)"),
      scopes: key.scopes, apiKey: id, rate: key.rate)
  }

  public func ended(
    among principals: Set<Principal>, at now: Instant
  ) async throws(IdentityError) -> Set<Principal> {
    let open = try await stored { () async throws(LedgerError) in
      try await store.openAPIKeys(among: Set(principals.compactMap(\.apiKey)))
    }
    return principals.filter { principal in principal.apiKey.map(open.contains) != true }
  }

  private static func hash(_ secret: [UInt8]) -> ContentHash { ContentHash(of: secret) }
}
