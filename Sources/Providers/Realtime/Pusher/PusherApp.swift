internal import Crypto

/// An app at Pusher Channels, and what its requests are signed with.
public struct PusherApp: Sendable {
  public let id: String
  public let key: String
  let secret: RealtimeSecret

  /// - Throws: `settings` where the id or the key is not what Pusher gives out.
  public init(id: String, key: String, secret: String) throws(RealtimeError) {
    for (name, value) in [("id", id), ("key", key)] {
      guard (1...64).contains(value.utf8.count), value.utf8.allSatisfy(Self.isPlain) else {
        throw RealtimeError(
          .settings, "the Pusher app's \(name) has other characters than letters, digits, - and _")
      }
    }
    self.id = id
    self.key = key
    do { self.secret = try RealtimeSecret(secret) } catch {
      throw RealtimeError(.settings, "the Pusher app's secret: \(error.message)")
    }
  }

  /// Path and query of a signed POST request.
  func target(path: String, body: [UInt8], at seconds: Int64) -> String {
    // In the order of the names, as they are signed. None of the values needs an escape.
    let query =
      "auth_key=\(key)&auth_timestamp=\(seconds)&auth_version=1.0&body_md5="
      + Hex.text(Insecure.MD5.hash(data: body))
    let signature = secret.signature(of: Array("POST\n\(path)\n\(query)".utf8))
    return "\(path)?\(query)&auth_signature=\(signature)"
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D
      || byte == 0x5F
  }
}
