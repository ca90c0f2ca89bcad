internal import Crypto
internal import Foundation

/// Tokens whose signature was found good, so that one that comes with every request is verified once.
///
/// Kept are digests, so that nobody who reads this memory has a token of it. Whether a token has
/// expired is for the caller to see, each time.
final class VerifiedTokens: @unchecked Sendable {
  private let lock = NSLock()
  private var claims: RecentTable<SHA256Digest, AccessTokens.Claims>

  /// - Parameter most: tokens that are remembered at a time.
  init(most: Int) { claims = RecentTable(most: most) }

  /// What a token says: as it is remembered, or as it is read now.
  func claims(
    of token: String, reading read: (String) throws(IdentityError) -> AccessTokens.Claims
  ) throws(IdentityError) -> AccessTokens.Claims {
    var token = token
    let digest = token.withUTF8 { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
    if let known = lock.withLock({ claims[digest] }) { return known }
    let new = try read(token)
    lock.withLock { claims[digest] = new }
    return new
  }
}
