internal import Base
public import CivilTime
internal import Crypto
public import Quests

/// Short access tokens: JSON web tokens (RFC 7519, RFC 9068) in the one form that is written here.
///
/// Header and claims are read by the same template that they are written with: one algorithm, one
/// order, nothing else. The signature is checked before anything else is looked at.
public struct AccessTokens: Sendable {
  /// What a token says.
  public struct Claims: Hashable, Sendable {
    public let person: PersonID
    public let session: SessionID
    public let issuedAt: Instant
    public let expiresAt: Instant
    /// Its own name.
    public let id: SessionID
  }

  /// The longest token that is looked at.
  public static let mostBytes = 1_024
  /// How far the clock of another process that issues may run ahead.
  static let skewSeconds: Int64 = 60

  private static let header = Base64URL.encode(Array(#"{"alg":"HS256","typ":"at+jwt"}"#.utf8))

  /// Whether a token is in the form of those that are issued here.
  static func areOurs(_ token: String) -> Bool {
    token.utf8.starts(with: header + [UInt8(ascii: ".")])
  }

  public let issuer: String
  public let lifetimeSeconds: Int64
  private let secret: SigningSecret
  private let previous: SigningSecret?
  private let verified = VerifiedTokens(most: 20_000)
  /// The claims up to the subject's value.
  private let beginning: [UInt8]

  /// - Parameters:
  ///   - issuer: who issues, such as the service's address.
  ///   - audience: whom the tokens are for.
  ///   - previous: the secret before this one, whose tokens still count.
  /// - Throws: `settings` where issuer or audience is empty, too long or more than plain ASCII.
  public init(
    issuer: String, audience: String, secret: SigningSecret, previous: SigningSecret? = nil,
    lifetimeSeconds: Int64 = 900
  ) throws(IdentityError) {
    for (name, text) in [("issuer", issuer), ("audience", audience)] {
      let isPlain = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
      guard isPlain, (1...200).contains(text.utf8.count) else {
        throw IdentityError(
          .settings, "the tokens' \(name) must be 1 to 200 signs of ASCII without blanks and quotes"
        )
      }
    }
    guard (1...86_400).contains(lifetimeSeconds) else {
      throw IdentityError(
        .settings, "access tokens live 1 to 86,400 s and not \(lifetimeSeconds): none is revoked")
    }
    self.issuer = issuer
    self.lifetimeSeconds = lifetimeSeconds
    self.secret = secret
    self.previous = previous
    beginning = Array(#"{"iss":"\#(issuer)","aud":"\#(audience)","sub":""#.utf8)
  }

  /// Issues a token.
  public func issue(
    to person: PersonID, session: SessionID, at now: Instant, random: RandomSource = .system
  ) -> (token: String, expiresAt: Instant) {
    var random = random
    let issued = now.seconds
    let expires = Instant(microseconds: 0).advanced(bySeconds: issued + lifetimeSeconds)
    let claims =
      #"\#(person)","sid":"\#(session)","iat":\#(issued),"exp":\#(expires.seconds),"jti":""#
      + "\(SessionID.random(using: &random))\"}"
    let signed = Self.header + [0x2E] + Base64URL.encode(beginning + Array(claims.utf8))
    let mac = HMAC<SHA256>.authenticationCode(for: signed, using: secret.key)
    return (
      String(decoding: signed + [0x2E] + Base64URL.encode(Array(mac)), as: UTF8.self), expires
    )
  }

  /// What a token says, if it was issued here and still counts. O(bytes).
  ///
  /// - Throws: `token-invalid`, `token-expired`.
  public func claims(of token: String, at now: Instant) throws(IdentityError) -> Claims {
    guard token.utf8.count <= Self.mostBytes else { throw .tokenInvalid }
    let claims = try verified.claims(of: token) { token throws(IdentityError) in
      try signedClaims(of: token)
    }
    // Issued by a clock of tomorrow: none of ours.
    guard claims.issuedAt <= now.advanced(bySeconds: Self.skewSeconds),
      claims.expiresAt <= claims.issuedAt.advanced(bySeconds: 86_400)
    else { throw .tokenInvalid }
    guard now < claims.expiresAt else {
      throw IdentityError(.tokenExpired, "the token has expired; refresh it")
    }
    return claims
  }

  /// What a token says, if it was issued here.
  private func signedClaims(of token: String) throws(IdentityError) -> Claims {
    let bytes = Array(token.utf8)
    guard bytes.starts(with: Self.header),
      let dot = bytes.lastIndex(of: 0x2E), dot > Self.header.count,
      bytes[Self.header.count] == 0x2E, let mac = Base64URL.decode(bytes[(dot + 1)...]),
      isSigned(bytes[..<dot], mac),
      let payload = Base64URL.decode(bytes[Self.header.count + 1..<dot]),
      let claims = read(payload)
    else { throw .tokenInvalid }
    return claims
  }

  private func isSigned(_ signed: ArraySlice<UInt8>, _ mac: [UInt8]) -> Bool {
    // Both compare in constant time.
    let isCurrent = HMAC<SHA256>.isValidAuthenticationCode(
      mac, authenticating: signed, using: secret.key)
    guard !isCurrent, let previous else { return isCurrent }
    return HMAC<SHA256>.isValidAuthenticationCode(mac, authenticating: signed, using: previous.key)
  }

  private func read(_ payload: [UInt8]) -> Claims? {
    var left = payload[...]
    func take(_ bytes: some Collection<UInt8>) -> Bool {
      guard left.starts(with: bytes) else { return false }
      left = left.dropFirst(bytes.count)
      return true
    }
    func id<S>() -> Identifier<S>? {
      guard let id = Identifier<S>(String(decoding: left.prefix(36), as: UTF8.self)) else {
        return nil
      }
      // In the one form that is written.
      return take(id.description.utf8) ? id : nil
    }
    func seconds() -> Instant? {
      let digits = left.prefix { (0x30...0x39).contains($0) }.prefix(12)
      guard let number = Int64(String(decoding: digits, as: UTF8.self)), take("\(number)".utf8)
      else { return nil }
      return Instant(microseconds: 0).advanced(bySeconds: number)
    }
    guard take(beginning), let person: PersonID = id(), take(#"","sid":""#.utf8),
      let session: SessionID = id(), take(#"","iat":"#.utf8), let issued = seconds(),
      take(#","exp":"#.utf8), let expires = seconds(), take(#","jti":""#.utf8),
      let name: SessionID = id(), take(#""}"#.utf8), left.isEmpty
    else { return nil }
    return Claims(
      person: person, session: session, issuedAt: issued, expiresAt: expires, id: name)
  }
}
