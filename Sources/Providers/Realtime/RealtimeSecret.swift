internal import Crypto

/// What two sides share to sign what they send to one another; it is never shown.
public struct RealtimeSecret: Sendable {
  private let key: SymmetricKey

  static let leastBytes = 16
  static let mostBytes = 1_024

  /// - Throws: `settings` for a text with less than 16 bytes, or more than 1,024.
  public init(_ text: String) throws(RealtimeError) {
    let bytes = Array(text.utf8)
    guard (Self.leastBytes...Self.mostBytes).contains(bytes.count) else {
      throw RealtimeError(
        .settings,
        "the secret has \(bytes.count) bytes; it needs \(Self.leastBytes) to \(Self.mostBytes), such "
          + "as openssl rand -hex 32 gives")
    }
    key = SymmetricKey(data: bytes)
  }

  /// HMAC with SHA-256, as lower-case hexadecimal digits.
  func signature(of bytes: [UInt8]) -> String {
    Hex.text(HMAC<SHA256>.authenticationCode(for: bytes, using: key))
  }

  /// Takes as long for any signature that is wrong.
  func isSignature(_ text: String, of bytes: [UInt8]) -> Bool {
    guard let code = Hex.bytes(text) else { return false }
    return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: bytes, using: key)
  }
}

extension RealtimeSecret: CustomStringConvertible, CustomReflectable {
  public var description: String { "a secret" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
