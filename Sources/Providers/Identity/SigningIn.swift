internal import Base
public import CivilTime
public import Quests

/// What somebody who logs in is given.
public struct SessionTokens: Hashable, Sendable {
  public let person: PersonID
  public let session: SessionID
  /// A bearer token for a quarter of an hour.
  public let access: String
  public let accessExpiresAt: Instant
  /// Gives new tokens; showing it again after its successor was used ends the session.
  public let refresh: String
  public let refreshExpiresAt: Instant
}

// Logging in, staying so, and logging out.

extension BuiltInAccounts {
  /// What refresh tokens begin with, so that leaked ones can be found.
  static let refreshPrefix = "mqr_"
  static let refreshBytes = 32

  /// Logs in with address and password. An unknown address takes the same work.
  ///
  /// - Parameters:
  ///   - client: what a caller's tries are counted by, such as its address (of IPv6 the first 64
  ///     bits).
  ///   - device: who the device is signed in as already; the tries of others do not keep that person
  ///     out.
  /// - Throws: `credentials-wrong`, `invalid` for what is no address, `throttled`, `busy`, `store`.
  public func login(
    email: String, password: String, from client: String, on device: Principal? = nil,
    at now: Instant
  ) async throws(IdentityError) -> SessionTokens {
    try requirePasswords()
    let address = try address(email)
    var claimant = SignInGate.Claimant(account: address.key, client: client)
    if let device, try await account(of: address)?.person == device.person {
      claimant.session = device.session
    }
    try gate.tries(claimant)
    let account = try await account(of: address)
    let match = try await passwords.check(password, with: account?.credential)
    guard let account, match != .wrong else { throw .credentialsWrong }
    gate.succeed(claimant)
    if match == .rightButOutdated {
      // A better hash can wait for the next time.
      if let credential = try? await passwords.credential(for: password) {
        _ = try? await change(account.person) {
          if $0.credential == account.credential { $0.credential = credential }
        }
      }
    }
    return try await begin(account.person, at: now)
  }

  /// Begins a session.
  func begin(_ person: PersonID, at now: Instant) async throws(IdentityError) -> SessionTokens {
    var random = random
    let bytes = random.bytes(Self.refreshBytes)
    let ends = now.advanced(bySeconds: options.sessionSeconds)
    let session = Session(
      id: .random(using: &random), person: person, createdAt: now, refreshedAt: now,
      expiresAt: min(now.advanced(bySeconds: options.sessionIdleSeconds), ends), endsAt: ends)
    try await stored { () async throws(LedgerError) in
      try await store.createSession(session, tokenHash: ContentHash(of: bytes))
    }
    return tokens(of: session, refresh: bytes, at: now)
  }

  private static func bytes(ofRefresh text: String) -> [UInt8]? {
    guard text.hasPrefix(refreshPrefix), text.utf8.count <= 64,
      let bytes = Base64URL.decode(Array(text.utf8.dropFirst(refreshPrefix.utf8.count))),
      bytes.count == refreshBytes
    else { return nil }
    return bytes
  }

  private func tokens(of session: Session, refresh: [UInt8], at now: Instant) -> SessionTokens {
    let (access, expires) = tokens.issue(
      to: session.person, session: session.id, at: now, random: random)
    return SessionTokens(
      person: session.person, session: session.id, access: access, accessExpiresAt: expires,
      refresh: Self.refreshPrefix + Base64URL.text(refresh), refreshExpiresAt: session.expiresAt)
  }

  /// New tokens for a refresh token. The new refresh token is derived from the one that was shown, so
  /// that it can be given again without being kept: for a minute, and until it is used, for an answer
  /// that was lost must not sign anybody out.
  ///
  /// - Throws: `token-reused` where the token after it had been used, or a minute is over: the session
  ///   has been ended. `session-ended`, `store`.
  public func refresh(
    _ refreshToken: String, at now: Instant
  ) async throws(IdentityError) -> SessionTokens {
    guard let shown = Self.bytes(ofRefresh: refreshToken) else { throw .sessionOver }
    let next = successors.current(of: shown)
    let expires = now.advanced(bySeconds: options.sessionIdleSeconds)
    let rotation = try await stored { () async throws(LedgerError) in
      try await store.rotate(
        tokenHash: ContentHash(of: shown), new: ContentHash(of: next), expiresAt: expires, at: now)
    }
    switch rotation {
    case .rotated(let session): return tokens(of: session, refresh: next, at: now)
    case .repeated(let session, let successor):
      // Another process may have derived it with the secret before or after this one.
      guard
        let next = successors.all(of: shown).first(where: { ContentHash(of: $0) == successor })
      else { throw .sessionOver }
      return tokens(of: session, refresh: next, at: now)
    case .expired, .unknown: throw .sessionOver
    case .reused(let session, _):
      gate.end(session)
      throw IdentityError(
        .tokenReused,
        "the refresh token was used before, so somebody may have a copy of it; the session has "
          + "been ended, log in again")
    }
  }

  /// Ends the session that a refresh token belongs to; one that is over is as good as ended.
  ///
  /// - Throws: `store`.
  public func logout(_ refreshToken: String) async throws(IdentityError) {
    guard let shown = Self.bytes(ofRefresh: refreshToken) else { return }
    let ended = try await stored { () async throws(LedgerError) in
      try await store.endSession(tokenHash: ContentHash(of: shown))
    }
    if let ended { gate.end(ended) }
  }

  /// Ends one session of a person's.
  ///
  /// - Throws: `not-found`, `store`.
  public func logout(
    session: SessionID, of person: PersonID
  ) async throws(IdentityError) {
    let isEnded = try await stored { () async throws(LedgerError) in
      try await store.endSession(session, of: person)
    }
    guard isEnded else {
      throw IdentityError(.notFound, "there is no such session; it may be over already")
    }
    gate.end(session)
  }

  /// Ends all sessions of a person's, and the tokens that issuers have given until now.
  ///
  /// - Throws: `store`.
  public func logoutEverywhere(
    _ person: PersonID, at now: Instant
  ) async throws(IdentityError) {
    try await end(sessionsOf: person, except: nil, at: now)
  }

  /// Ends a person's sessions, and the tokens that other issuers have given by now: an issuer whose clock
  /// is ahead has dated them later.
  func end(
    sessionsOf person: PersonID, except kept: SessionID?, at now: Instant
  ) async throws(IdentityError) {
    let ended = try await stored { () async throws(LedgerError) in
      try await store.endSessions(of: person, except: kept, at: TokenRules.latest(at: now))
    }
    for session in ended { gate.end(session) }
  }

  /// The sessions of a person's that last, the oldest first.
  ///
  /// - Throws: `store`.
  public func sessions(
    of person: PersonID, at now: Instant
  ) async throws(IdentityError) -> [Session] {
    try await stored { () async throws(LedgerError) in
      try await store.sessions(of: person, at: now)
    }
  }
}
