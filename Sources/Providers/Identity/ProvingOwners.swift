public import CivilTime
public import Quests

/// What somebody shows to prove that an account is theirs: more than a token, which may be stolen.
public struct OwnerProof: Sendable {
  public var password: String?
  /// The code that `requestProof` has mailed.
  public var mailedCode: String?

  public init(password: String? = nil, mailedCode: String? = nil) {
    self.password = password
    self.mailedCode = mailedCode
  }
}

extension BuiltInAccounts {
  /// How long ago somebody may have signed in to prove it by that alone.
  static let freshSeconds: Int64 = 600

  /// Mails a code to the address of an account, by which its owner proves to be it.
  ///
  /// - Throws: `not-found` for an account without an address, `throttled`, `busy`, `store`.
  public func requestProof(
    of person: PersonID, from client: String, at now: Instant
  ) async throws(IdentityError) {
    let account = try await stored { () async throws(LedgerError) in
      try await store.account(person)
    }
    guard let account, account.isEmailVerified, let email = account.email else {
      throw IdentityError(.notFound, "the account has no address that a code could be mailed to")
    }
    let address = try address(email)
    try gate.mails(address.key, from: client)
    let code = try await issue(
      .prove, holder: "\(person)", content: address.key, leads: true, at: now)
    try await post(messages.prove(address, code))
  }

  /// Makes sure that it is the owner who asks: by a mailed code, by the password, or, of an account that
  /// has none, by a sign-in a few minutes ago.
  ///
  /// - Throws: `credentials-wrong`, `code-wrong`, `throttled`, `busy`, `store`.
  public func prove(
    _ principal: Principal, by proof: OwnerProof, from client: String, at now: Instant
  ) async throws(IdentityError) {
    let person = principal.person
    if let code = proof.mailedCode {
      return try await prove(person, code, from: client, on: principal.session, at: now)
    }
    let account = try await stored { () async throws(LedgerError) in
      try await store.account(person)
    }
    guard let account else { throw .credentialsWrong }
    guard account.credential == nil else {
      _ = try await proven(
        person, proof.password ?? "", from: client, on: principal.session
      ) { _ in [] }
      return
    }
    guard let begun = try await signedIn(principal, at: now),
      now < begun.advanced(bySeconds: Self.freshSeconds)
    else {
      throw IdentityError(
        .credentialsWrong,
        "this account has no password; sign in again and ask within \(Self.freshSeconds / 60) "
          + "minutes, or show a mailed code")
    }
  }

  private func prove(
    _ person: PersonID, _ code: String, from client: String, on session: SessionID?,
    at now: Instant
  ) async throws(IdentityError) {
    let claimant = SignInGate.Claimant(client: client, session: session)
    try gate.tries(claimant)
    let hash = hash(code, .prove, holder: "\(person)")
    let trial = try await attempt(.prove, holder: "\(person)", hash: hash, from: client, at: now)
    // A code that was mailed to an address of before proves nothing about today's.
    let account = try await stored { () async throws(LedgerError) in
      try await store.account(person)
    }
    guard case .right(let address?) = trial, account?.email == address else { throw .codeWrong }
    gate.succeed(claimant)
  }

  /// When somebody signed in: here, or with the issuer of their token.
  private func signedIn(
    _ principal: Principal, at now: Instant
  ) async throws(IdentityError) -> Instant? {
    guard let session = principal.session else { return principal.issuedAt }
    return try await sessions(of: principal.person, at: now).first { $0.id == session }?.createdAt
  }
}
