public import CivilTime

/// A message that waits to be sent.
public struct OutgoingMail: Hashable, Sendable {
  /// Made before the first try, so that a message which is sent twice can be recognized. Where the
  /// same cause must not lead to two messages, the id follows from the cause.
  public let id: MailID
  /// Whose message it is, where somebody with an account is meant: it goes when the account goes.
  public let person: PersonID?
  /// Whether somebody waits for it, such as for a code: it goes before those for which nobody does.
  public let isUrgent: Bool
  /// The choice of the person that it follows from: it is not sent once that is taken back. None where
  /// nobody chooses, such as for a code.
  public let choice: MailChoices
  /// Sealed; the store does not look inside.
  public let content: [UInt8]
  public let postedAt: Instant
  /// When nobody has any use for it any more.
  public let expiresAt: Instant

  public init(
    id: MailID, person: PersonID?, isUrgent: Bool, choice: MailChoices = [], content: [UInt8],
    postedAt: Instant, expiresAt: Instant
  ) {
    self.id = id
    self.person = person
    self.isUrgent = isUrgent
    self.choice = choice
    self.content = content
    self.postedAt = postedAt
    self.expiresAt = expiresAt
  }
}

/// A message that one process has taken to send it.
public struct TakenMail: Hashable, Sendable {
  public let mail: OutgoingMail
  /// How often it was taken, this time included.
  public let attempts: Int64

  public init(mail: OutgoingMail, attempts: Int64) {
    self.mail = mail
    self.attempts = attempts
  }
}
