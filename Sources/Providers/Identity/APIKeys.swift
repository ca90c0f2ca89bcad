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

  static let secretBytes = 32
  /// Use is noted no more often than this.
  static let touchSeconds: Int64 = 3_600
  static let mostPerSecond: Int64 = 10_000
  static let mostBurst: Int64 = 100_000

  private let store: any AccountStore
  private let random: RandomSource

  public init(store: any AccountStore, random: RandomSource = .system) {
    self.store = store
    self.random = random
  }

  /// Makes a key.
  ///
  /// - Returns: the key as its holder sends it, which nobody is told again, and what is kept.
  /// - Throws: `invalid`, `limit`, `store`.
  public func create(
    for owner: PersonID, name: String, scopes: AccessScopes, rate: RequestRate? = nil,
    at now: Instant
  ) async throws(IdentityError) -> (text: String, key: APIKey) {
    if let error = IdentityError(Self.faults(name: name, scopes: scopes, rate: rate)) {
      throw error
    }
    let secret = random.bytes(Self.secretBytes)
    let id = APIKeyID(high: random.next(), low: random.next())
    let key = APIKey(
      id: id, owner: owner, name: Name.folded(name), hash: Self.hash(secret), scopes: scopes,
      rate: rate,
      createdAt: now)
    do { try await store.createAPIKey(key) } catch {
      throw error.code == .limit
        ? IdentityError(.limit, error.message, ledger: error) : IdentityError(error)
    }
    return (Self.text(id, secret), key)
  }

  private static func faults(
    name: String, scopes: AccessScopes, rate: RequestRate?
  ) -> [IdentityError.Fault] {
    var faults: [IdentityError.Fault] = []
    if let fault = TextRules.fault(of: name, field: "name") { faults.append(fault) }
    if scopes.isEmpty || !AccessScopes.all.isSuperset(of: scopes) {
      faults.append(
        .init(field: "scopes", code: "scopes", message: "a key has read, log or manage, or several")
      )
    }
    if let rate,
      !(1...mostPerSecond).contains(rate.perSecond) || !(1...mostBurst).contains(rate.burst)
    {
      faults.append(
        .init(
          field: "rate", code: "rate",
          message: "a key's rate is 1 to \(mostPerSecond) a second and 1 to \(mostBurst) at once"))
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
    guard let (id, secret) = Self.parts(of: token) else { throw .tokenInvalid }
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

  private static func hash(_ secret: [UInt8]) -> ContentHash { ContentHash(of: secret) }

  private static func text(_ id: APIKeyID, _ secret: [UInt8]) -> String {
    prefix + "\(id)".filter { $0 != "-" } + "_" + Base64URL.text(secret)
  }

  private static func parts(of token: String) -> (id: APIKeyID, secret: [UInt8])? {
    let bytes = Array(token.utf8.prefix(128))
    guard bytes.count == 3 + 32 + 1 + 43, bytes.starts(with: prefix.utf8), bytes[35] == 0x5F,
      let secret = Base64URL.decode(bytes[36...])
    else { return nil }
    let digits = bytes[3..<35].compactMap(UInt8.init(hexDigit:))
    guard digits.count == 32 else { return nil }
    let id = APIKeyID(
      bytes: stride(from: 0, to: 32, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    guard let id, text(id, secret) == token else { return nil }
    return (id, secret)
  }
}
