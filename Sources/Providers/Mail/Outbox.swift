public import CivilTime
public import Quests

/// Takes messages to be sent. They are kept in the store before whoever causes them is answered, so
/// that none is lost when the process ends, and sent afterwards, so that nobody learns from the time
/// an answer takes whether there was one.
///
/// Messages hold codes: what is kept of them is sealed, and deleted once they are sent.
public final class Outbox: Sendable {
  let store: any MailStore
  let seal: Seal
  let clock: @Sendable () -> Instant
  private let from: MailAddress
  private let random: RandomSource
  /// Rings when there is something to send.
  let bell = Bell()

  /// - Parameter from: whom messages come from.
  public init(
    store: any MailStore, seal: Seal, from: MailAddress, clock: @escaping @Sendable () -> Instant,
    random: RandomSource = .system
  ) {
    self.store = store
    self.seal = seal
    self.from = from
    self.clock = clock
    self.random = random
  }

  /// Takes a message.
  ///
  /// - Parameter goesOut: false where there is nobody to send it to, and nobody is to learn that: all is
  ///   done but the sending.
  /// - Throws: `overloaded` where too many wait, and what the store fails with.
  public func post(
    _ message: MailMessage, goesOut: Bool = true
  ) async throws(LedgerError) {
    var random = random
    let (id, now) = (MailID.random(using: &random), clock())
    let letter = MailLetter(
      id: id, to: message.to.address, postedAt: now,
      bytes: MessageText.render(message, from: from, at: now, id: "\(id)"))
    try await store.post([
      OutgoingMail(
        id: id, person: nil, isUrgent: true, content: letter.sealed(by: seal, goesOut: goesOut),
        postedAt: now, expiresAt: now.advanced(bySeconds: message.lifetimeSeconds))
    ])
    bell.ring()
  }
}
