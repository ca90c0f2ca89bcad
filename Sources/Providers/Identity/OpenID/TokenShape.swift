/// What the tokens of an issuer have beyond, or in place of, what OpenID Connect says; how they are
/// checked otherwise is the same for all.
public struct TokenShape: Sendable {
  /// How settings name it.
  public let name: String
  /// Other names that its tokens give for the issuer.
  let otherIssuers: Set<String>
  /// Whom a token is for.
  let audiences: @Sendable (IssuedClaims) -> [String]
  /// Whether a token is of a kind that stands for a person who has signed in.
  let counts: @Sendable (IssuedClaims, TokenUse) -> Bool

  /// - Parameters:
  ///   - audiences: those of the claim `aud` by default.
  ///   - counts: every kind does by default.
  init(
    _ name: String, otherIssuers: Set<String> = [],
    audiences: @escaping @Sendable (IssuedClaims) -> [String] = { $0.audiences },
    counts: @escaping @Sendable (IssuedClaims, TokenUse) -> Bool = { _, _ in true }
  ) {
    self.name = name
    self.otherIssuers = otherIssuers
    self.audiences = audiences
    self.counts = counts
  }

  /// Any issuer that keeps to the standard.
  public static let standard = TokenShape("standard")

  /// All there are.
  public static let all: [TokenShape] = [.standard] + adapted
}

/// What a token is shown for.
public enum TokenUse: Hashable, Sendable {
  /// An app sends it with each request.
  case bearer
  /// It ends a sign-in in the browser that was begun with this nonce.
  case signIn(nonce: String)
}
