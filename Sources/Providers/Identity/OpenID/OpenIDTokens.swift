internal import CivilTime
internal import JSON

/// Tells what tokens of other issuers say: whose signature is good, and which count here.
public struct OpenIDTokens: Sendable {
  public let issuers: [OpenIDIssuer]
  private let keys: [String: IssuerKeys]
  let client: OutgoingClient

  /// - Parameters:
  ///   - issuers: no two of one name.
  ///   - clock: by which keys grow old.
  public init(
    issuers: [OpenIDIssuer], client: OutgoingClient, clock: @escaping MonotonicClock = { .now }
  ) {
    self.issuers = issuers
    self.client = client
    keys = Dictionary(
      issuers.map { issuer in
        (issuer.name, IssuerKeys(IssuerServer(issuer: issuer, client: client), clock: clock))
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The issuer of a name.
  public func issuer(named name: String) -> OpenIDIssuer? { issuers.first { $0.name == name } }

  /// What is known of an issuer.
  ///
  /// - Throws: `issuer-unavailable`.
  func known(_ issuer: OpenIDIssuer) async throws(IdentityError) -> IssuerKeys.Known? {
    try await keys[issuer.name]?.current()
  }

  /// What a token of any of the issuers says.
  ///
  /// - Throws: `token-invalid`, `token-expired`, `issuer-unavailable`.
  func claims(
    ofBearer token: String, at now: Instant
  ) async throws(IdentityError) -> (OpenIDIssuer, IssuedClaims) {
    guard let signed = SignedToken(token), let said = IssuedClaims(signed.payload) else {
      throw IdentityError(TokenFault.malformed)
    }
    // Only which keys to look at: none of it is believed yet.
    guard let issuer = issuers.first(where: { $0.isIssuer(said.issuer) }) else {
      throw IdentityError(TokenFault.issuer)
    }
    return (issuer, try await claims(of: token, from: issuer, for: .bearer, at: now))
  }

  /// What a token of one issuer says.
  ///
  /// - Throws: `token-invalid`, `token-expired`, `issuer-unavailable`.
  func claims(
    of token: String, from issuer: OpenIDIssuer, for use: TokenUse, at now: Instant
  ) async throws(IdentityError) -> IssuedClaims {
    guard let signed = SignedToken(token), let claims = IssuedClaims(signed.payload) else {
      throw IdentityError(TokenFault.malformed)
    }
    try await checkSignature(of: signed, from: issuer)
    do throws(TokenFault) {
      try TokenRules(issuer: issuer).check(claims, for: use, at: now)
    } catch { throw IdentityError(error) }
    return claims
  }

  private func checkSignature(
    of token: SignedToken, from issuer: OpenIDIssuer
  ) async throws(IdentityError) {
    guard let keys = keys[issuer.name] else { throw IdentityError(TokenFault.issuer) }
    let known = try await keys.current()
    var finding = known.keys.finding(token)
    if case .unknownKey = finding, let other = try await keys.other(than: known) {
      finding = other.keys.finding(token)
    }
    switch finding {
    case .signed: return
    case .unknownKey:
      throw IdentityError(TokenFault.unknownKey)
    case .forged:
      throw IdentityError(TokenFault.signature)
    }
  }
}
