public import CivilTime
internal import Crypto
internal import Foundation
public import Quests

/// Accounts of e-mail and password, kept in the store: the identity there is without any other
/// service.
///
/// No answer tells whether an address has an account: what is said, what is hashed and what is
/// written are the same, and mail goes out afterwards. Safe to call from many tasks.
public final class BuiltInAccounts: Identity {
  /// How accounts are kept.
  public struct Options: Sendable {
    /// What the service calls itself in mail.
    public var serviceName = "Mile Quest"
    /// How long a session lasts without being refreshed: 30 days.
    public var sessionIdleSeconds: Int64 = 30 * 86_400
    /// How long a session lasts however often it is refreshed: a year.
    public var sessionSeconds: Int64 = 365 * 86_400
    /// How long a code counts: 15 minutes.
    public var codeSeconds: Int64 = 900
    /// How often a code may be tried.
    public var codeAttempts: Int64 = 5
    /// Tries to log in from one client, whichever account.
    public var clientTries = AttemptThrottle.Policy(
      freeTries: 10, firstSeconds: 1, mostSeconds: 900, forgetSeconds: 3_600)
    /// Tries to log into one account from clients that its owner has not logged in from: the
    /// longest wait is short, for the owner of a new device waits too.
    public var accountTries = AttemptThrottle.Policy(
      freeTries: 5, firstSeconds: 1, mostSeconds: 300, forgetSeconds: 86_400)
    /// Messages that one client causes.
    public var clientMail = AttemptThrottle.Policy(
      freeTries: 20, firstSeconds: 2, mostSeconds: 600, forgetSeconds: 3_600)
    /// Messages to one address that anybody can cause.
    public var addressMail = AttemptThrottle.Policy(
      freeTries: 3, firstSeconds: 60, mostSeconds: 3_600, forgetSeconds: 86_400)

    public init() {}
  }

  let store: any AccountStore
  let outbox: Outbox
  let passwords: Passwords
  let tokens: AccessTokens
  let zones: ZoneCatalog
  let options: Options
  let random: RandomSource
  let messages: AccountMessages
  private let codeKey: SymmetricKey
  let gate: SignInGate

  /// - Parameters:
  ///   - secret: signs codes too, so that those in a stolen store cannot be guessed; all processes
  ///     of a service have the same.
  public init(
    store: any AccountStore, outbox: Outbox, passwords: Passwords, tokens: AccessTokens,
    secret: SigningSecret, zones: ZoneCatalog = ZoneCatalog(), options: Options = Options(),
    random: RandomSource = .system
  ) {
    self.store = store
    self.outbox = outbox
    self.passwords = passwords
    self.tokens = tokens
    self.zones = zones
    self.options = options
    self.random = random
    messages = AccountMessages(
      service: options.serviceName, codeMinutes: options.codeSeconds / 60)
    codeKey = secret.derived(for: "one-time codes")
    gate = SignInGate(options)
  }

  // MARK: Tokens

  /// Who an access token stands for. Nothing is looked up but what this process has ended itself,
  /// so that another process hears of a logout when the token expires.
  public func person(
    ofToken token: String, at now: Instant
  ) async throws(IdentityError) -> Principal {
    let claims = try tokens.claims(of: token, at: now)
    guard !gate.hasEnded(claims.session) else { throw .tokenInvalid }
    return Principal(
      person: claims.person,
      subject: IssuedSubject(issuer: tokens.issuer, subject: "\(claims.person)"),
      session: claims.session)
  }

  // MARK: Codes

  static let codeDigits = 8

  /// Draws a code; what is kept of it is bound to what it is for and to whom.
  func drawCode(_ kind: OneTimeCode.Kind, holder: String) -> (text: String, hash: ContentHash) {
    var random = random
    let digits = String(Int.random(in: 0..<100_000_000, using: &random))
    let text = String(repeating: "0", count: Self.codeDigits - digits.count) + digits
    return (text, hash(text, kind, holder: holder))
  }

  func hash(_ code: String, _ kind: OneTimeCode.Kind, holder: String) -> ContentHash {
    let text = "\(kind.rawValue)\n\(holder)\n\(code.prefix(64))"
    let mac = Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: codeKey))
    return ContentHash(bytes: mac) ?? ContentHash(of: mac)
  }

  /// What no code leads to.
  func noHash() -> ContentHash { ContentHash(of: random.bytes(32)) }

  /// Keeps a code.
  func put(
    _ kind: OneTimeCode.Kind, holder: String, hash: ContentHash, content: String?, at now: Instant
  ) async throws(IdentityError) {
    let code = OneTimeCode(
      kind: kind, holder: holder, hash: hash, content: content,
      expiresAt: now.advanced(bySeconds: options.codeSeconds), attempts: options.codeAttempts)
    try await stored { () async throws(LedgerError) in try await store.putCode(code) }
  }

  func post(_ message: MailMessage?) async throws(IdentityError) {
    do throws(MailError) { try await outbox.post(message) } catch {
      throw IdentityError(.busy, error.message, retryAfterSeconds: 30)
    }
  }

  /// Tells somebody what has been done; that stays done where nobody can be told.
  func notify(_ message: MailMessage) async { try? await outbox.post(message) }

  // MARK: Values

  /// The address that a text stands for; its faults join the others.
  func address(
    _ text: String, field: String = "email", _ faults: inout [IdentityError.Fault]
  ) -> MailAddress? {
    do throws(MailError) { return try MailAddress(text) } catch {
      faults.append(.init(field: field, code: "email", message: error.message))
      return nil
    }
  }

  func address(_ text: String) throws(IdentityError) -> MailAddress {
    var faults: [IdentityError.Fault] = []
    if let address = address(text, &faults) { return address }
    throw IdentityError(faults) ?? .credentialsWrong
  }

  /// The account whose owner has shown to read what is sent to an address.
  func account(of address: MailAddress) async throws(IdentityError) -> Account? {
    let found = try await stored { () async throws(LedgerError) in
      try await store.account(email: address.key)
    }
    return found?.isEmailVerified == true ? found : nil
  }

  /// Changes an account, again where somebody else has changed it meanwhile.
  ///
  /// - Returns: nil where there is none.
  func change(
    _ person: PersonID, _ body: (inout Account) -> Void
  ) async throws(IdentityError) -> Account? {
    var tries = 0
    while true {
      tries += 1
      let found = try await stored { () async throws(LedgerError) in
        try await store.account(person)
      }
      guard var account = found else { return nil }
      body(&account)
      account.revision += 1
      do {
        try await store.updateAccount(account)
        return account
      } catch {
        if error.code == .notFound { return nil }
        guard error.code == .revision, tries < 8 else { throw IdentityError(error) }
      }
    }
  }

  /// Removes the account and all that proves who the person is; walks stay, of nobody.
  ///
  /// - Throws: `store`.
  public func erase(_ person: PersonID, at now: Instant) async throws(IdentityError) {
    try await end(sessionsOf: person, except: nil)
    try await stored { () async throws(LedgerError) in try await store.eraseAccount(person) }
  }
}
