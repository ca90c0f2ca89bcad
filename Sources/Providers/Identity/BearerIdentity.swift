public import CivilTime
internal import Quests

/// Asks whoever has issued a token: API keys and our own access tokens are told by how they begin, the
/// rest is for other issuers.
public struct BearerIdentity: Identity {
  private let keys: APIKeys
  private let accounts: any Identity
  private let issuers: (any Identity)?

  /// - Parameters:
  ///   - accounts: whose tokens are our own.
  ///   - issuers: nil where no other issuer is known.
  public init(keys: APIKeys, accounts: any Identity, issuers: (any Identity)? = nil) {
    self.keys = keys
    self.accounts = accounts
    self.issuers = issuers
  }

  public func person(
    ofToken token: String, at now: Instant
  ) async throws(IdentityError) -> Principal {
    if token.hasPrefix(APIKeys.prefix) { return try await keys.person(ofToken: token, at: now) }
    if let issuers, !AccessTokens.areOurs(token) {
      return try await issuers.person(ofToken: token, at: now)
    }
    return try await accounts.person(ofToken: token, at: now)
  }

  public func ended(
    among principals: Set<Principal>, at now: Instant
  ) async throws(IdentityError) -> Set<Principal> {
    var groups: [(identity: any Identity, principals: Set<Principal>)] = [
      (keys, principals.filter { $0.apiKey != nil }),
      (accounts, principals.filter { $0.apiKey == nil && $0.issuedAt == nil }),
    ]
    let issued = principals.filter { $0.issuedAt != nil }
    // What nobody vouches for any more is over.
    var ended: Set<Principal> = issuers == nil ? issued : []
    if let issuers { groups.append((issuers, issued)) }
    for group in groups where !group.principals.isEmpty {
      ended.formUnion(try await group.identity.ended(among: group.principals, at: now))
    }
    return ended
  }
}
