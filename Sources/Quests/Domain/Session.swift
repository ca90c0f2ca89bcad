public import CivilTime

/// A person signed in on a device: the family of refresh tokens of which each replaces the one before.
public struct Session: Hashable, Sendable {
  public let id: SessionID
  public let person: PersonID
  public let createdAt: Instant
  /// When its last token was issued.
  public var refreshedAt: Instant
  /// When its last token is worth nothing any more.
  public var expiresAt: Instant
  /// When it is over however often it is refreshed.
  public let endsAt: Instant

  public init(
    id: SessionID, person: PersonID, createdAt: Instant, refreshedAt: Instant, expiresAt: Instant,
    endsAt: Instant
  ) {
    self.id = id
    self.person = person
    self.createdAt = createdAt
    self.refreshedAt = refreshedAt
    self.expiresAt = expiresAt
    self.endsAt = endsAt
  }
}

/// What showing a refresh token leads to.
public enum TokenRotation: Hashable, Sendable {
  /// It was the last of its session, and the new one is now.
  case rotated(Session)
  /// It was replaced a moment ago, and nobody has used the token after it, which has this hash: the
  /// session stands as the first answer said.
  case repeated(Session, successor: ContentHash)
  /// It was replaced before that: somebody holds a copy, so the session has been ended.
  case reused(SessionID, PersonID)
  case expired
  case unknown
}

/// A code that is mailed to somebody, who shows with it to read that mail.
public struct OneTimeCode: Hashable, Sendable {
  /// What the code is for; a code for one thing is worth nothing for another.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The address of somebody who registers.
    case verify
    /// A forgotten password.
    case reset
    /// A new address of an account.
    case change
    /// Something that only the owner of an account may do.
    case prove
    /// A sign-in with another issuer, which a browser brings back.
    case issuer
  }

  public let kind: Kind
  /// Whose it is: an address, or a person's id. One code of a kind at a time.
  public let holder: String
  public let hash: ContentHash
  /// What is to be done with the right code, as whoever made it wrote it; the store does not look
  /// inside.
  public let content: String?
  public let expiresAt: Instant
  /// How often one client may try it.
  public let attempts: Int64

  public init(
    kind: Kind, holder: String, hash: ContentHash, content: String?, expiresAt: Instant,
    attempts: Int64
  ) {
    self.kind = kind
    self.holder = holder
    self.hash = hash
    self.content = content
    self.expiresAt = expiresAt
    self.attempts = attempts
  }
}

/// What trying a code leads to.
public enum CodeTrial: Hashable, Sendable {
  /// It was right, and is worth nothing from now on.
  case right(content: String?)
  case wrong
  /// There is none, or it has expired, or this client has tried it too often.
  case none
}
