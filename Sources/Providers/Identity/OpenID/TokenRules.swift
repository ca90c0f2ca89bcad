internal import CivilTime

/// What is wrong with a token of an issuer, as a sentence for people that holds nothing of the token.
enum TokenFault: String, Error, CaseIterable {
  case malformed = "the token cannot be read"
  case issuer = "the token's issuer is none of those that count here"
  case unknownKey = "the token's key is none of its issuer's"
  case signature = "the token's signature is wrong"
  case audience = "the token is for another service"
  case party = "the token was issued to another program"
  case nonce = "the token belongs to another sign-in"
  case expired = "the token has expired; get another one of its issuer"
  case early = "the token does not count yet: its issuer's clock or ours is wrong"
  case age = "the token was issued more than a day ago; get another one of its issuer"
  case kind = "the token is of a kind that stands for no person who has signed in"
}

extension IdentityError {
  init(_ fault: TokenFault) {
    self.init(fault == .expired ? .tokenExpired : .tokenInvalid, fault.rawValue)
  }
}

/// What the claims of a token must be, once its signature is known to be good.
struct TokenRules: Sendable {
  /// How far the clocks of an issuer and of this machine may be apart.
  static let skewSeconds: Int64 = 60
  /// How long ago a token may have been issued: what ends all older ones is kept as long.
  static let mostAgeSeconds: Int64 = 86_400

  /// When a token that counts now has been issued at the latest, by the issuer's clock.
  static func latest(at now: Instant) -> Instant { now.advanced(bySeconds: skewSeconds) }

  let issuer: OpenIDIssuer

  func check(_ claims: IssuedClaims, for use: TokenUse, at now: Instant) throws(TokenFault) {
    guard issuer.isIssuer(claims.issuer) else {
      throw .issuer
    }
    try checkTimes(of: claims, at: now)
    guard issuer.shape.counts(claims, use) else { throw .kind }
    switch use {
    case .bearer: try checkParties(of: claims)
    case .signIn(let nonce): try checkParties(of: claims, nonce: nonce)
    }
  }

  private func checkTimes(of claims: IssuedClaims, at now: Instant) throws(TokenFault) {
    guard now < claims.expiresAt.advanced(bySeconds: Self.skewSeconds) else {
      throw .expired
    }
    let latest = Self.latest(at: now)
    guard claims.issuedAt <= latest, claims.notBefore.map({ $0 <= latest }) ?? true else {
      throw .early
    }
    guard now < claims.issuedAt.advanced(bySeconds: Self.mostAgeSeconds + Self.skewSeconds) else {
      throw .age
    }
  }

  private func checkParties(of claims: IssuedClaims) throws(TokenFault) {
    let own = issuer.clientID.map { [$0] } ?? []
    let allowed = issuer.audiences.union(own)
    guard issuer.shape.audiences(claims).contains(where: allowed.contains) else {
      throw .audience
    }
    if let party = claims.authorizedParty, !allowed.union(issuer.clients).contains(party) {
      throw .party
    }
  }

  /// An ID token that ends a sign-in is for this client and for nobody else.
  private func checkParties(of claims: IssuedClaims, nonce: String) throws(TokenFault) {
    guard let client = issuer.clientID, claims.audiences.contains(client) else {
      throw .audience
    }
    let isParty = claims.authorizedParty.map { $0 == client } ?? (claims.audiences.count == 1)
    guard isParty else { throw .party }
    guard claims.nonce == nonce else {
      throw .nonce
    }
  }
}
