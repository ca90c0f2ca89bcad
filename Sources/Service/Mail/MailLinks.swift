import Base
import Providers
import Quests

/// The addresses by which one click ends messages: sealed, so that nobody ends another's.
struct MailLinks: Sendable {
  /// Whose messages end.
  enum Target: Hashable, Sendable {
    /// Those of a kind to somebody with an account.
    case person(PersonID, MailChoices)
    /// All that an address has not asked for.
    case address(MailAddress)
  }

  /// Where the service is reached, such as `https://quests.example`.
  let address: String
  private let hasPages: Bool
  private let seal: Seal

  static let path = "/v1/mail/unsubscribe"
  private static let purpose = "unsubscribe"
  /// Of a token: an address of 254 bytes, sealed, in base64.
  static let mostTokenBytes = 400

  /// - Parameter hasPages: whether the pages of the browser client are there too.
  init(address: String, hasPages: Bool, seal: Seal) {
    self.address = address
    self.hasPages = hasPages
    self.seal = seal
  }

  /// What messages of the service say.
  var messages: QuestMessages { QuestMessages(address: address, hasPages: hasPages) }

  func unsubscribe(_ target: Target) -> String {
    let bytes: [UInt8] =
      switch target {
      case .person(let person, let choice):
        [UInt8(truncatingIfNeeded: choice.rawValue)] + person.bytes
      case .address(let address): [0] + Array(address.key.utf8)
      }
    return "\(address)\(Self.path)?token="
      + Base64URL.text(seal.seal(bytes, for: Self.purpose))
  }

  /// - Returns: nil for what was not made here.
  func target(of token: String) -> Target? {
    guard let sealed = Base64URL.decode(Array(token.utf8)),
      let bytes = seal.open(sealed, for: Self.purpose), let first = bytes.first
    else { return nil }
    if first == 0 {
      return (try? MailAddress(String(decoding: bytes.dropFirst(), as: UTF8.self)))
        .map(Target.address)
    }
    return PersonID(bytes: bytes.dropFirst()).map {
      .person($0, MailChoices(rawValue: Int64(first)))
    }
  }
}
