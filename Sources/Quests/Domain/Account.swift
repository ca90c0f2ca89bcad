public import CivilTime

/// What is known of a person.
public struct Account: Hashable, Sendable {
  public let person: PersonID
  /// Lower case; unique among accounts.
  public var email: String?
  /// Whether the person has shown to read what is sent to the address.
  public var isEmailVerified: Bool
  public var name: String
  /// IANA.
  public var zone: String
  /// What lengths are shown in, such as `mi`.
  public var units: String
  /// What a password is checked with, as whoever checks it wrote it; the store does not look inside.
  public var credential: String?
  public let createdAt: Instant
  /// The messages that the person wants.
  public var mail: MailChoices
  public var revision: Int64

  public init(
    person: PersonID, email: String?, isEmailVerified: Bool = false, name: String, zone: String,
    units: String, credential: String?, createdAt: Instant, revision: Int64 = 1,
    mail: MailChoices = .standard
  ) {
    self.person = person
    self.email = email
    self.isEmailVerified = isEmailVerified
    self.name = name
    self.zone = zone
    self.units = units
    self.credential = credential
    self.createdAt = createdAt
    self.revision = revision
    self.mail = mail
  }
}

/// What a person is to whoever vouches for people: a name that is unique with its issuer.
public struct IssuedSubject: Hashable, Sendable {
  public let issuer: String
  public let subject: String

  public init(issuer: String, subject: String) {
    self.issuer = issuer
    self.subject = subject
  }
}

/// A token of another issuer, as far as the store has to do with it.
public struct IssuedToken: Hashable, Sendable {
  public let subject: IssuedSubject
  public let issuedAt: Instant

  public init(subject: IssuedSubject, issuedAt: Instant) {
    self.subject = subject
    self.issuedAt = issuedAt
  }
}

/// How people can sign in, as the service is configured.
public struct WaysIn: Hashable, Sendable {
  public var passwords: Bool
  /// The issuers whose people can sign in.
  public var issuers: Set<String>

  public init(passwords: Bool, issuers: Set<String>) {
    self.passwords = passwords
    self.issuers = issuers
  }
}
