public import CivilTime
public import Quests

/// What people are to other issuers, and how that changes: by nothing but the will of somebody who
/// proves to own the account, and to be that to the issuer.
public struct LinkedIdentities: Sendable {
  /// What somebody shows to be someone to an issuer.
  public enum Evidence: Sendable {
    /// A token of an app.
    case token(String)
    /// What a page was called with after a sign-in, and the browser's cookie.
    case code(String, cookie: String?)
  }

  private let store: any AccountStore
  private let signIn: BuiltInAccounts
  private let accounts: OpenIDAccounts?
  private let browser: BrowserSignIn?

  /// - Parameters:
  ///   - accounts: nil where no issuer is configured.
  ///   - browser: nil where nobody signs in with an issuer in a browser.
  public init(
    store: any AccountStore, signIn: BuiltInAccounts, accounts: OpenIDAccounts?,
    browser: BrowserSignIn?
  ) {
    self.store = store
    self.signIn = signIn
    self.accounts = accounts
    self.browser = browser
  }

  /// What the person is to issuers.
  public func all(of person: PersonID) async throws(IdentityError) -> [IssuedSubject] {
    try await stored { () async throws(LedgerError) in try await store.subjects(of: person) }
  }

  /// The issuer of a subject as it is configured; nil for one that is not any more.
  public func issuer(of subject: IssuedSubject) -> OpenIDIssuer? {
    accounts?.tokens.issuers.first { $0.issuer == subject.issuer }
  }

  /// Makes what somebody is to an issuer one more way into their account. What is there already stays.
  ///
  /// - Throws: as `BuiltInAccounts.prove`; `code-wrong`, `token-invalid`, `token-expired`,
  ///   `issuer-unavailable` for the evidence; `store` with `conflict` where it leads to another
  ///   account, and `limit`.
  public func add(
    _ evidence: Evidence, to principal: Principal, by proof: OwnerProof, from client: String,
    at now: Instant
  ) async throws(IdentityError) -> IssuedSubject {
    // Whatever proves the owner is used up only for what can be done.
    let (vouched, grant) = try await vouched(evidence, at: now)
    try await signIn.prove(principal, by: proof, from: client, at: now)
    if let grant { try await browser?.use(grant, at: now) }
    let subject = vouched.token.subject
    let isNew = try await !all(of: principal.person).contains(subject)
    do { try await store.addSubject(vouched.token, to: principal.person) } catch {
      throw error.code == .sessionOver ? .sessionOver : IdentityError(error)
    }
    if isNew, let address = try await address(of: principal.person) {
      await signIn.notify(signIn.messages.signInAdded(address, title(of: subject)))
    }
    return subject
  }

  private func vouched(
    _ evidence: Evidence, at now: Instant
  ) async throws(IdentityError) -> (VouchedPerson, BrowserSignIn.OpenGrant?) {
    switch evidence {
    case .token(let token):
      guard let accounts else { throw IdentityError(TokenFault.issuer) }
      let (issuer, claims) = try await accounts.tokens.claims(ofBearer: token, at: now)
      return (accounts.vouched(claims, by: issuer), nil)
    case .code(let code, let cookie):
      guard let browser else { throw .codeWrong }
      let grant = try await browser.grant(code, cookie: cookie, at: now)
      return (grant.person, grant)
    }
  }

  /// Takes one away. Tokens that its issuer gave until now count no more; sessions go on.
  ///
  /// - Throws: `store` with `not-found`, and `last-way-in` where the person could not sign in any more.
  public func remove(
    _ subject: IssuedSubject, of person: PersonID, at now: Instant
  ) async throws(IdentityError) {
    let ways = WaysIn(
      passwords: signIn.allowsPasswords,
      issuers: Set(accounts?.tokens.issuers.map(\.issuer) ?? []))
    try await stored { () async throws(LedgerError) in
      try await store.removeSubject(
        subject, of: person, leaving: ways, at: TokenRules.latest(at: now))
    }
    if let address = try await address(of: person) {
      await signIn.notify(signIn.messages.signInRemoved(address, title(of: subject)))
    }
  }

  private func title(of subject: IssuedSubject) -> String {
    issuer(of: subject)?.title ?? subject.issuer
  }

  private func address(of person: PersonID) async throws(IdentityError) -> MailAddress? {
    let account = try await stored { () async throws(LedgerError) in
      try await store.account(person)
    }
    return account?.email.flatMap { try? MailAddress($0) }
  }
}
