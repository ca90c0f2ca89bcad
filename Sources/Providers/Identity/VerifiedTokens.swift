internal import Base
internal import Crypto

/// Tokens whose signature was found good, so that one that comes with every request is verified once.
///
/// Kept are digests, so that nobody who reads this memory has a token of it. Whether a token has
/// expired is for the caller to see, each time.
final class VerifiedTokens: Sendable {
  private let claims: BoundedCache<SHA256Digest, AccessTokens.Claims>

  /// - Parameter most: tokens that are remembered at a time.
  init(most: Int) { claims = BoundedCache(mostWeight: most) }

  /// What a token says: as it is remembered, or as it is read now.
  func claims(
    of token: String, reading read: (String) throws(IdentityError) -> AccessTokens.Claims
  ) throws(IdentityError) -> AccessTokens.Claims {
    var token = token
    let digest = token.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
    if let known = claims[digest] { return known }
    let new = try read(token)
    claims.insert(new, for: digest)
    return new
  }
}
