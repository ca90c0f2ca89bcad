internal import Base
internal import Crypto
internal import Foundation

/// What access tokens are signed with; it is never shown.
public struct SigningSecret: Sendable {
  let key: SymmetricKey

  /// As many as HMAC with SHA-256 has use for.
  static let leastBytes = 32
  static let mostBytes = 4_096
  /// Of 32 random bytes nearly all differ: fewer than this are no random ones, such as all zeros.
  static let leastDifferentBytes = 8

  /// - Throws: `settings` for less than 32 bytes or more than 4,096, and for bytes that are not
  ///   random, such as all zeros.
  public init(bytes: [UInt8]) throws(IdentityError) {
    guard (Self.leastBytes...Self.mostBytes).contains(bytes.count) else {
      throw IdentityError(
        .settings,
        "the signing secret has \(bytes.count) bytes; it needs \(Self.leastBytes) to "
          + "\(Self.mostBytes) random ones, such as openssl rand -hex 32 gives")
    }
    guard Set(bytes).count >= Self.leastDifferentBytes else {
      throw IdentityError(
        .settings,
        "the signing secret repeats a few bytes over and over, so that anybody could guess it; "
          + "openssl rand -hex 32 gives a random one")
    }
    key = SymmetricKey(data: bytes)
  }

  /// Reads hexadecimal digits, or base64 in either alphabet, with or without padding; blanks and
  /// line breaks around it do not count.
  ///
  /// - Throws: `settings`.
  public init(text: String) throws(IdentityError) {
    let signs = text.trimmingCharacters(in: .whitespacesAndNewlines)
    let bytes =
      signs.utf8.count <= 4 * Self.mostBytes ? Hex.bytes(signs) ?? Self.base64(signs) : nil
    guard let bytes else {
      throw IdentityError(
        .settings,
        "the signing secret is neither hexadecimal nor base64; openssl rand -hex 32 gives one")
    }
    try self.init(bytes: bytes)
  }

  private static func base64(_ text: String) -> [UInt8]? {
    let signs = text.utf8.map { byte -> UInt8 in
      switch byte {
      case 0x2B: 0x2D
      case 0x2F: 0x5F
      default: byte
      }
    }
    return Base64URL.decode(signs.prefix { $0 != 0x3D })
  }

  /// Reads the secret in a file that its owner alone can read.
  ///
  /// - Throws: `settings`.
  public static func load(file path: String) throws(IdentityError) -> SigningSecret {
    guard let secret = try loadIfPresent(path) else {
      throw IdentityError(
        .settings,
        "\(path) is not there; it is to hold the signing secret: head -c 32 /dev/urandom | base64 > "
          + "FILE makes one, chmod 600 FILE hides it")
    }
    return secret
  }

  /// Reads the secret in a file, or makes one of mode 0600 with a new secret. Of several programs
  /// that do so at once all get the same.
  ///
  /// - Throws: `settings`.
  public static func loadOrCreate(
    file path: String, random: RandomSource = .system
  ) throws(IdentityError) -> SigningSecret {
    if let secret = try loadIfPresent(path) { return secret }
    let text = Base64URL.text(random.bytes(leastBytes)) + "\n"
    do throws(PrivateFile.Failure) {
      // One that was faster has made what is read next.
      _ = try PrivateFile.create(
        path, Array(text.utf8), token: Base64URL.text(random.bytes(9)))
    } catch { throw IdentityError(.settings, error.message) }
    return try load(file: path)
  }

  private static func loadIfPresent(_ path: String) throws(IdentityError) -> SigningSecret? {
    let bytes: [UInt8]?
    do throws(PrivateFile.Failure) {
      bytes = try PrivateFile.read(path, mostBytes: 4 * mostBytes)
    } catch { throw IdentityError(.settings, error.message) }
    guard let bytes else { return nil }
    do { return try SigningSecret(text: String(decoding: bytes, as: UTF8.self)) } catch {
      throw IdentityError(.settings, "\(path): \(error.message)")
    }
  }

  /// A key for another use, of which nobody can tell this one.
  func derived(for use: String) -> SymmetricKey {
    SymmetricKey(data: HMAC<SHA256>.authenticationCode(for: Array(use.utf8), using: key))
  }
}

extension SigningSecret: CustomStringConvertible, CustomReflectable {
  public var description: String { "a signing secret" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
