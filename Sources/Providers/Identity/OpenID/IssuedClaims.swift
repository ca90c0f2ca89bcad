internal import Base
public import CivilTime
public import JSON

/// What a token of an issuer says, of the shapes that the standards give (RFC 7519, OpenID Connect
/// Core). Nothing here was checked but that it can be read.
public struct IssuedClaims: Sendable {
  public let issuer: String
  public let subject: String
  /// Whom the token is for, in the order of the text.
  public let audiences: [String]
  /// The client that the token was issued to.
  public let authorizedParty: String?
  public let nonce: String?
  public let issuedAt: Instant
  public let expiresAt: Instant
  public let notBefore: Instant?
  /// All claims.
  public let all: JSONNode

  private static let mostAudiences = 32
  /// OpenID Connect allows as many.
  private static let mostSubjectBytes = 255

  /// - Returns: nil where a claim that every token has is missing, or one is of another kind.
  init?(_ payload: [UInt8]) {
    guard let all = try? JSONReader.read(payload, limits: SignedToken.limits), all.object != nil,
      let issuer = all["iss"]?.string, let subject = all["sub"]?.string,
      (1...Self.mostSubjectBytes).contains(subject.utf8.count),
      subject.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }),
      let issued = Self.instant(all["iat"]), let expires = Self.instant(all["exp"])
    else { return nil }
    switch all["aud"]?.content {
    case nil: audiences = []
    case .string(let one): audiences = [one]
    case .array(let several):
      let names = several.compactMap(\.string)
      guard names.count == several.count, names.count <= Self.mostAudiences else { return nil }
      audiences = names
    default: return nil
    }
    for name in ["azp", "nonce"] {
      if let node = all[name], !node.isNull, node.string == nil { return nil }
    }
    if let node = all["nbf"], !node.isNull {
      guard let instant = Self.instant(node) else { return nil }
      notBefore = instant
    } else {
      notBefore = nil
    }
    self.issuer = issuer
    self.subject = subject
    authorizedParty = all["azp"]?.string
    nonce = all["nonce"]?.string
    issuedAt = issued
    expiresAt = expires
    self.all = all
  }

  /// A name for people; nil where there is none, or it cannot be shown.
  public var name: String? {
    for claim in ["name", "nickname", "preferred_username"] {
      if let text = all[claim]?.string, text.utf8.count <= TextRules.mostBytes,
        let name = Name.salvaged(text)
      {
        return name
      }
    }
    return nil
  }

  /// Seconds since 1970, whole or not.
  private static func instant(_ node: JSONNode?) -> Instant? {
    guard let seconds = node?.double, (0..<10_000_000_000).contains(seconds) else { return nil }
    return Instant(microseconds: 0).advanced(bySeconds: Int64(seconds))
  }
}
