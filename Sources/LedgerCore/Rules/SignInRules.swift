package import CivilTime
package import Quests

// What a store decides about sessions, codes and keys between reading a row and writing it: here
// once, for every store.

/// What becomes of a session whose refresh token was shown.
package enum TokenDecision: Hashable, Sendable {
  case expired
  /// The token was replaced a moment ago, and the one after it was not used yet: the answer may have
  /// been lost, or two tabs may have asked at once.
  case repeated(Session)
  /// The token was replaced before that, so that somebody holds a copy: the session is to end.
  case reused(Session)
  /// The session as it stands from now on, the generation of its new token, and the last generation
  /// that is to be forgotten.
  case rotated(Session, generation: Int64, forgotten: Int64)

  /// - Parameters:
  ///   - shown: the generation of the token that was shown.
  ///   - last: the generation of the one token which can be used.
  ///   - expiresAt: when the session is to expire if it is not refreshed again.
  package init(
    _ session: Session, shown: Int64, last: Int64, expiresAt: Instant, at now: Instant,
    limits: LedgerLimits
  ) {
    guard session.expiresAt > now else {
      self = .expired
      return
    }
    // A clock that was set back is no proof of a theft: only its running ahead ends the time.
    let repeatsUntil = session.refreshedAt.advanced(bySeconds: limits.tokenRepeatSeconds)
    if shown == last - 1, now < repeatsUntil {
      self = .repeated(session)
      return
    }
    guard shown == last else {
      self = .reused(session)
      return
    }
    var session = session
    session.refreshedAt = now
    session.expiresAt = min(expiresAt, session.endsAt)
    self = .rotated(session, generation: last + 1, forgotten: last + 1 - limits.sessionTokens)
  }
}

extension CodeTrial {
  /// What a try is worth: a right one uses the code up, a wrong one counts for the client.
  ///
  /// - Parameters:
  ///   - code: nil where none can be used.
  ///   - wrong: how often the client was wrong before.
  package init(of hash: ContentHash, against code: OneTimeCode?, after wrong: Int64) {
    self =
      switch code {
      case nil: .none
      case let code? where wrong >= code.attempts: .none
      case let code? where code.hash == hash: .right(content: code.content)
      default: .wrong
      }
  }
}

extension APIKey {
  /// Checks that a person may have one more key.
  ///
  /// - Throws: `limit`.
  package static func checkRoom(
    after count: Int64, _ limits: LedgerLimits
  ) throws(LedgerError) {
    guard count < limits.personAPIKeys else {
      throw LedgerError(
        .limit,
        "the person has \(count) API keys, revoked ones too; the limit is \(limits.personAPIKeys) API "
          + "keys: ask the operator of the service to raise it")
    }
  }

  package static let taken = LedgerError(.conflict, "there is an API key with this id")
  package static let sessionOver = LedgerError(
    .sessionOver, "the session is over; sign in again")
  package static let unknown = LedgerError(.notFound, "the person has no API key with this id")
}

extension QuestLink {
  /// Checks that there may be one more link to a quest.
  ///
  /// - Throws: `limit`.
  package static func checkRoom(
    after count: Int64, _ limits: LedgerLimits
  ) throws(LedgerError) {
    guard count < limits.questLinks else {
      throw LedgerError(
        .limit,
        "the quest has \(count) private links, revoked ones too; the limit is \(limits.questLinks) "
          + "links: ask the operator of the service to raise it")
    }
  }

  /// Which links of `quest_links l` are open, with the tables of quests and teams.
  package static let opens = """
    JOIN quests q ON q.quest_id = l.quest_id JOIN teams t ON t.team_id = q.team_id
    WHERE l.revoked_at IS NULL AND t.dissolved_at IS NULL
      AND (q.closing IS NULL OR q.closing <> '\(QuestClosing.cancelled.rawValue)')
    """

  package static let taken = LedgerError(.conflict, "there is a private link with this id")
  package static let noQuest = LedgerError(.notFound, "there is no quest with this id")
  package static let unknown = LedgerError(.notFound, "the quest has no private link with this id")
}

extension Session {
  package static let taken = LedgerError(.conflict, "there is a session with this id or token")

  /// How many of the person's other sessions stay when this one begins.
  package static func keptBeside(_ limits: LedgerLimits) -> Int {
    max(limits.personSessions - 1, 0)
  }
}

extension Account {
  package static let taken = LedgerError(
    .conflict, "there is an account of this person or with this address")
  package static let addressTaken = LedgerError(.conflict, "another account has this address")

  /// Checks that this follows what is stored.
  ///
  /// - Parameter revision: that of the stored account; nil where there is none.
  /// - Throws: `not-found`, `revision-conflict`.
  package func checkFollows(_ revision: Int64?) throws(LedgerError) {
    guard let revision else {
      throw LedgerError(.notFound, "there is no account of this person")
    }
    guard revision == self.revision - 1 else {
      throw LedgerError(
        .revision, "the account has revision \(revision): it has changed; read it again")
    }
  }
}

extension IssuedSubject {
  /// What is kept when the person has gone: from when on its tokens count, and not whose they are.
  package var hash: ContentHash { ContentHash(of: Array("\(issuer)\n\(subject)".utf8)) }

  package static let unknown = LedgerError(.notFound, "the person has no such sign-in")
  package static let taken = LedgerError(.conflict, "this sign-in leads to another account")

  /// Checks that a token counts.
  ///
  /// - Parameter ended: when the subject's tokens were ended last.
  /// - Throws: `session-over`.
  package static func check(_ token: IssuedToken, ended: Instant?) throws(LedgerError) {
    if let ended, token.issuedAt <= ended { throw APIKey.sessionOver }
  }

  /// Checks that a person may have one more.
  ///
  /// - Throws: `limit`.
  package static func checkRoom(
    after count: Int64, _ limits: LedgerLimits
  ) throws(LedgerError) {
    guard count < limits.personSubjects else {
      throw LedgerError(
        .limit, "the person has \(count) sign-ins; the limit is \(limits.personSubjects) sign-ins")
    }
  }

  /// Checks that a person can sign in without this one.
  ///
  /// - Parameter all: what the person is, this one too.
  /// - Throws: `not-found`, `last-way-in`.
  package func checkIsNotLast(
    among all: [IssuedSubject], hasPassword: Bool, _ ways: WaysIn
  ) throws(LedgerError) {
    guard all.contains(self) else { throw Self.unknown }
    let isLeft =
      hasPassword && ways.passwords
      || all.contains { $0 != self && ways.issuers.contains($0.issuer) }
    guard isLeft else {
      throw LedgerError(
        .lastWayIn, "it is the last way to sign in to this account; add another one first")
    }
  }
}

extension RequestClaim {
  /// What a key that was claimed before is worth now.
  package init(known hash: ContentHash, id: PlanID, for body: ContentHash) {
    self = hash == body ? .repeated(high: id.high, low: id.low) : .otherBody
  }
}

extension RequestKey {
  /// Checks the key's length.
  ///
  /// - Throws: `limit`.
  package func check(_ limits: LedgerLimits) throws(LedgerError) {
    guard !key.isEmpty, key.utf8.count <= limits.textBytes else {
      throw LedgerError(
        .limit, "the request's key has \(key.utf8.count) bytes; 1 to \(limits.textBytes) can be")
    }
  }

  /// What the key is stored as: it may be longer than an index takes.
  package var hash: ContentHash { ContentHash(of: Array(key.utf8)) }
}
