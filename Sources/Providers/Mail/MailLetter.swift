public import CivilTime
public import Quests

/// A message in its envelope, as it is handed to whoever delivers it: the same at every try.
public struct MailLetter: Hashable, Sendable {
  public let id: MailID
  /// The address alone, in ASCII.
  public let to: String
  public let postedAt: Instant
  /// RFC 5322.
  public let bytes: [UInt8]
}

extension MailLetter {
  /// What is kept of a letter while it waits.
  ///
  /// - Parameter goesOut: whether it is to be sent at all. One that is not waits and ends as all do, so
  ///   that nobody can tell.
  func sealed(by seal: Seal, goesOut: Bool) -> [UInt8] {
    seal.seal([goesOut ? 1 : 0] + Array(to.utf8) + [0x0A] + bytes, for: Self.purpose(id))
  }

  private static func purpose(_ id: MailID) -> String { "mail \(id)" }

  /// A letter that waits, and whether it is to be sent; nil for what another secret has sealed.
  static func opened(
    _ mail: OutgoingMail, by seal: Seal
  ) -> (letter: MailLetter, goesOut: Bool)? {
    guard let content = seal.open(mail.content, for: purpose(mail.id)), let first = content.first,
      let end = content.firstIndex(of: 0x0A)
    else { return nil }
    let letter = MailLetter(
      id: mail.id, to: String(decoding: content[1..<end], as: UTF8.self),
      postedAt: mail.postedAt, bytes: Array(content[(end + 1)...]))
    return (letter, first == 1)
  }
}
