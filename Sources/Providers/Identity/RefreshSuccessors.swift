internal import Crypto

/// Derives the refresh token that comes after one.
///
/// Whoever holds a token and not the secret cannot tell the next one, and nobody has to keep the next
/// one to give it again.
struct RefreshSuccessors: Sendable {
  private let currentKey: SymmetricKey
  private let previousKey: SymmetricKey?

  private static let use = "refresh tokens"

  init(_ secret: SigningSecret, previous: SigningSecret?) {
    currentKey = secret.derived(for: Self.use)
    previousKey = previous?.derived(for: Self.use)
  }

  /// The token after one, derived with the secret of today.
  func current(of token: [UInt8]) -> [UInt8] { Self.successor(of: token, currentKey) }

  /// The tokens after one that a process of the service may have derived while secrets are changed.
  func all(of token: [UInt8]) -> [[UInt8]] {
    ([currentKey] + (previousKey.map { [$0] } ?? [])).map { Self.successor(of: token, $0) }
  }

  private static func successor(of token: [UInt8], _ key: SymmetricKey) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: token, using: key))
  }
}
