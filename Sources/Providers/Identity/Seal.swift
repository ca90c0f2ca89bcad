internal import Crypto
internal import Foundation

/// Seals a few bytes that others keep, such as clients or the store: they can neither read nor make
/// them.
///
/// AES-GCM with a nonce made of the content (as in RFC 8452's SIV), so that the same bytes are sealed
/// alike and an answer that has not changed keeps its entity tag.
public struct Seal: Sendable {
  private let key: SymmetricKey
  private let nonceKey: SymmetricKey
  private let previousKey: SymmetricKey?
  /// Bytes that a seal adds.
  public static let overhead = 12 + 16

  /// - Parameter previous: the secret before this one; what it has sealed is still opened.
  public init(_ secret: SigningSecret, previous: SigningSecret? = nil) {
    key = secret.derived(for: "seal")
    nonceKey = secret.derived(for: "nonce of seal")
    previousKey = previous?.derived(for: "seal")
  }

  /// - Parameter purpose: what the bytes are for; nothing else opens them.
  public func seal(_ bytes: [UInt8], for purpose: String) -> [UInt8] {
    let context = Array(purpose.utf8)
    let tag = HMAC<SHA256>.authenticationCode(
      for: withUnsafeBytes(of: UInt64(context.count).bigEndian, Array.init) + context + bytes,
      using: nonceKey)
    guard let nonce = try? AES.GCM.Nonce(data: Array(tag).prefix(12)),
      let box = try? AES.GCM.seal(bytes, using: key, nonce: nonce, authenticating: context),
      let combined = box.combined
    else { return [] }
    return Array(combined)
  }

  /// The bytes that were sealed for a purpose; nil for anything else.
  public func open(_ sealed: [UInt8], for purpose: String) -> [UInt8]? {
    guard let box = try? AES.GCM.SealedBox(combined: sealed) else { return nil }
    for key in [key, previousKey].compactMap(\.self) {
      if let bytes = try? AES.GCM.open(box, using: key, authenticating: Array(purpose.utf8)) {
        return Array(bytes)
      }
    }
    return nil
  }
}
