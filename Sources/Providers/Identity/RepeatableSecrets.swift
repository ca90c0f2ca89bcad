internal import Crypto
public import Quests

/// Derives the secrets of requests that have a key of their own, so that a request which comes again
/// gets the same secret, and nobody has to keep it.
public struct RepeatableSecrets: Sendable {
  private let key: SymmetricKey

  public init(_ secret: SigningSecret) { key = secret.derived(for: "repeatable secrets") }

  /// 32 bytes that stand for one request.
  ///
  /// - Parameters:
  ///   - endpoint: what is asked for.
  ///   - content: everything else that is asked for.
  ///   - id: what is kept with the request's key, so that a key that is used again when it has been
  ///     forgotten gets another secret.
  public func bytes(
    for request: RequestKey, endpoint: String, content: ContentHash, id: [UInt8]
  ) -> [UInt8] {
    // Each part's length is fixed or stands before it: no two requests read alike.
    var text = request.caller.bytes
    for part in [Array(endpoint.utf8), Array(request.key.utf8), content.bytes, id] {
      text += withUnsafeBytes(of: UInt64(part.count).bigEndian, Array.init)
      text += part
    }
    return Array(HMAC<SHA256>.authenticationCode(for: text, using: key))
  }
}
