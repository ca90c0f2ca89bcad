internal import Base
internal import Crypto
internal import CryptoExtras
internal import Foundation

/// What one scrypt costs: 128 * 2^`logRounds` * `blockSize` bytes, and time in proportion to that
/// and to `parallelism`.
public struct ScryptCost: Hashable, Sendable {
  public let logRounds: Int
  public let blockSize: Int
  public let parallelism: Int

  /// - Returns: nil where it would take more than 1 GiB or could not be computed.
  public init?(logRounds: Int, blockSize: Int, parallelism: Int) {
    guard (1...20).contains(logRounds), (1...8).contains(blockSize), (1...16).contains(parallelism)
    else { return nil }
    self.logRounds = logRounds
    self.blockSize = blockSize
    self.parallelism = parallelism
  }

  private init(owasp logRounds: Int) {
    self.logRounds = logRounds
    blockSize = 8
    parallelism = 1
  }

  /// N = 2^17, r = 8, p = 1: 128 MiB and about 0.4 s (OWASP, Password Storage Cheat Sheet).
  public static let owasp = ScryptCost(owasp: 17)
}

/// What a password is checked with: scrypt's cost, salt and digest as one text.
struct Credential: Hashable, Sendable {
  static let saltBytes = 16
  static let digestBytes = 32

  let cost: ScryptCost
  let salt: [UInt8]
  let digest: [UInt8]

  init(cost: ScryptCost, salt: [UInt8], digest: [UInt8]) {
    self.cost = cost
    self.salt = salt
    self.digest = digest
  }

  /// `$scrypt$ln=17,r=8,p=1$salt$digest`.
  ///
  /// - Returns: nil for anything else.
  init?(_ text: String) {
    let words = text.split(separator: "$", omittingEmptySubsequences: false)
    guard words.count == 5, words[0].isEmpty, words[1] == "scrypt",
      let salt = Base64URL.decode(Array(words[3].utf8)), salt.count == Self.saltBytes,
      let digest = Base64URL.decode(Array(words[4].utf8)), digest.count == Self.digestBytes
    else { return nil }
    let numbers = zip(["ln=", "r=", "p="], words[2].split(separator: ",")).compactMap {
      $1.hasPrefix($0) ? Int($1.dropFirst($0.count)) : nil
    }
    guard numbers.count == 3,
      let cost = ScryptCost(
        logRounds: numbers[0], blockSize: numbers[1], parallelism: numbers[2])
    else { return nil }
    self.init(cost: cost, salt: salt, digest: digest)
    guard self.text == text else { return nil }
  }

  var text: String {
    "$scrypt$ln=\(cost.logRounds),r=\(cost.blockSize),p=\(cost.parallelism)$"
      + "\(Base64URL.text(salt))$\(Base64URL.text(digest))"
  }
}

/// Hashes and checks passwords with scrypt (RFC 7914), on threads of its own: one hash takes much
/// memory and a good part of a second.
///
/// Safe to call from many tasks. What waits is bounded.
public final class Passwords: Sendable {
  /// What checking a password leads to.
  enum Match: Hashable, Sendable {
    case right
    /// Right, though of another cost than those are made with now.
    case rightButOutdated
    case wrong
  }

  private let cost: ScryptCost
  private let queue: WorkQueue
  private let random: RandomSource

  /// - Parameters:
  ///   - threads: hashes that are computed at a time.
  ///   - mostWaiting: hashes that wait at a time, beside those that are being computed.
  public init(
    cost: ScryptCost = .owasp, threads: Int = 1, mostWaiting: Int = 16,
    random: RandomSource = .system
  ) {
    self.cost = cost
    self.random = random
    queue = WorkQueue(name: "scrypt", threads: threads, mostWaiting: mostWaiting)
  }

  /// Hashes so far, those that wait, and those that were refused because too many did.
  public var figures: (done: Int, waiting: Int, refused: Int) { queue.figures }

  /// What to check a password with from now on.
  ///
  /// - Throws: `busy`, `credentials-wrong` for what can be no password.
  func credential(for password: String) async throws(IdentityError) -> String {
    guard let bytes = PasswordRules.bytes(of: password) else { throw .credentialsWrong }
    let (cost, salt) = (cost, random.bytes(Credential.saltBytes))
    let digest = try await digest(of: bytes, salt: salt, cost: cost)
    guard digest.count == Credential.digestBytes else {
      throw IdentityError(.busy, "there is no memory for hashing a password; try again later")
    }
    return Credential(cost: cost, salt: salt, digest: digest).text
  }

  /// Checks a password. The same work is done where there is nothing to check it with.
  ///
  /// - Throws: `busy`.
  func check(_ password: String, with text: String?) async throws(IdentityError) -> Match {
    // No account has such a password, whatever the account.
    guard let bytes = PasswordRules.bytes(of: password) else { return .wrong }
    let known = text.flatMap(Credential.init)
    let (cost, salt) = (
      known?.cost ?? self.cost, known?.salt ?? random.bytes(Credential.saltBytes)
    )
    let digest = try await digest(of: bytes, salt: salt, cost: cost)
    // Keys compare in constant time.
    guard let known, SymmetricKey(data: known.digest) == SymmetricKey(data: digest) else {
      return .wrong
    }
    return cost == self.cost ? .right : .rightButOutdated
  }

  /// - Throws: `busy`.
  private func digest(
    of password: [UInt8], salt: [UInt8], cost: ScryptCost
  ) async throws(IdentityError) -> [UInt8] {
    let digest = await queue.run { Self.digest(of: password, salt: salt, cost: cost) }
    guard let digest else {
      throw IdentityError(
        .busy, "too many log in at this moment; try again in a few seconds", retryAfterSeconds: 5)
    }
    return digest
  }

  /// - Returns: none where the library refuses, which then matches nothing.
  static func digest(
    of password: [UInt8], salt: [UInt8], cost: ScryptCost, bytes: Int = Credential.digestBytes
  ) -> [UInt8] {
    let key = try? KDF.Scrypt.deriveKey(
      from: password, salt: salt, outputByteCount: bytes, rounds: 1 << cost.logRounds,
      blockSize: cost.blockSize, parallelism: cost.parallelism)
    return key?.withUnsafeBytes { Array($0) } ?? []
  }
}
