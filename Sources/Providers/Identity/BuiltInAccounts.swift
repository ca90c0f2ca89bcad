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
    /// Whether people can have accounts of e-mail and password; sessions are kept in any case.
    public var allowsPasswords = true
    /// How long a session lasts without being refreshed: 30 days.
    public var sessionIdleSeconds: Int64 = 30 * 86_400
    /// How long a session lasts however often it is refreshed: a year.
    public var sessionSeconds: Int64 = 365 * 86_400
    /// How long a code counts: 15 minutes.
    public var codeSeconds: Int64 = 900
    /// How long a code must count yet to be mailed again, and not another one: 5 minutes.
    public var codeKeptSeconds: Int64 = 300
    /// How often a code may be tried by one client.
    public var codeAttempts: Int64 = 5
    /// Tries to log in from one client, whichever account.
    public var clientTries = AttemptThrottle.Policy(
      freeTries: 10, firstSeconds: 1, mostSeconds: 900, forgetSeconds: 3_600)
    /// Tries to log into one account from clients that its owner has not logged in from: the
    /// longest wait is short, for the owner of a new device waits too.
    public var accountTries = AttemptThrottle.Policy(
      freeTries: 5, firstSeconds: 1, mostSeconds: 60, forgetSeconds: 86_400)
    /// Messages that one client causes.
    public var clientMail = AttemptThrottle.Policy(
      freeTries: 20, firstSeconds: 2, mostSeconds: 600, forgetSeconds: 3_600)
    /// Messages to one address that one client causes.
    public var pairMail = AttemptThrottle.Policy(
      freeTries: 3, firstSeconds: 60, mostSeconds: 3_600, forgetSeconds: 86_400)
    /// Messages to one address that all together cause. The longest wait is shorter than a code
    /// counts: whoever has to wait has a good code in their mail.
    public var addressMail = AttemptThrottle.Policy(
      freeTries: 10, firstSeconds: 60, mostSeconds: 600, forgetSeconds: 3_600)

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
  let successors: RefreshSuccessors
  private let codeKey: SymmetricKey
  let gate: SignInGate

  /// - Parameters:
  ///   - secret: signs codes too, so that those in a stolen store cannot be guessed; all processes
  ///     of a service have the same.
  ///   - clock: what waits after wrong tries are measured by.
  ///   - previous: the secret before this one, with which another process may still derive tokens.
  public init(
    store: any AccountStore, outbox: Outbox, passwords: Passwords, tokens: AccessTokens,
    secret: SigningSecret, previous: SigningSecret? = nil, zones: ZoneCatalog = ZoneCatalog(),
    options: Options = Options(),
    random: RandomSource = .system, clock: @escaping MonotonicClock = { .now }
  ) {
    self.store = store
    self.outbox = outbox
    self.passwords = passwords
    self.tokens = tokens
    self.zones = zones
    self.options = options
    self.random = random
    messages = AccountMessages(service: options.serviceName)
    successors = RefreshSuccessors(secret, previous: previous)
    codeKey = secret.derived(for: "one-time codes")
    gate = SignInGate(options, clock: clock)
  }

  // MARK: Tokens

  /// Who an access token stands for. Nothing is looked up but what this process has ended itself,
  /// so that another process hears of a logout when the token expires, or when it asks to `confirm`.
  public func person(
    ofToken token: String, at now: Instant
  ) async throws(IdentityError) -> Principal {
    let claims = try tokens.claims(of: token, at: now)
    guard !gate.hasEnded(claims.session) else { throw .sessionOver }
    return Principal(
      person: claims.person,
      subject: IssuedSubject(issuer: tokens.issuer, subject: "\(claims.person)"),
      session: claims.session, expiresAt: claims.expiresAt)
  }

  public func ended(
    among principals: Set<Principal>, at now: Instant
  ) async throws(IdentityError) -> Set<Principal> {
    let people = Dictionary(
      principals.compactMap { principal in principal.session.map { ($0, principal.person) } },
      uniquingKeysWith: { first, _ in first })
    let open = try await stored { () async throws(LedgerError) in
      try await store.openSessions(among: people, at: now)
    }
    return principals.filter { principal in principal.session.map(open.contains) != true }
  }

  // MARK: Codes

  static let codeDigits = 8

  /// A code as it is mailed.
  struct MailedCode {
    let text: String
    /// How long it counts.
    let minutes: Int64
  }

  /// Makes a code, or finds the one that was mailed for the same before, unless it has little time
  /// left: whoever asks again takes no code away from anybody.
  ///
  /// - Parameter leads: whether the code is to be good for something. One that is not is kept all the
  ///   same, so that nobody can tell.
  func issue(
    _ kind: OneTimeCode.Kind, holder: String, content: String?, leads: Bool, at now: Instant
  ) async throws(IdentityError) -> MailedCode {
    let known = try await stored { () async throws(LedgerError) in
      try await store.code(kind, holder: holder, at: now)
    }
    if let known, known.content == content,
      known.expiresAt >= now.advanced(bySeconds: options.codeKeptSeconds)
    {
      let text = codeText(kind, holder: holder, until: known.expiresAt)
      if !leads || known.hash == hash(text, kind, holder: holder) {
        return MailedCode(text: text, minutes: (known.expiresAt.seconds - now.seconds) / 60)
      }
    }
    let expires = now.advanced(bySeconds: options.codeSeconds)
    let text = codeText(kind, holder: holder, until: expires)
    let code = OneTimeCode(
      kind: kind, holder: holder, hash: leads ? hash(text, kind, holder: holder) : noHash(),
      content: content, expiresAt: expires, attempts: options.codeAttempts)
    try await stored { () async throws(LedgerError) in try await store.putCode(code) }
    return MailedCode(text: text, minutes: options.codeSeconds / 60)
  }

  /// The digits of a code, derived so that they can be mailed again without being kept.
  private func codeText(
    _ kind: OneTimeCode.Kind, holder: String, until expires: Instant
  ) -> String {
    let name = "digits\n\(kind.rawValue)\n\(holder)\n\(expires.microseconds)"
    let mac = HMAC<SHA256>.authenticationCode(for: Array(name.utf8), using: codeKey)
    let number = mac.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 100_000_000
    let digits = String(number)
    return String(repeating: "0", count: Self.codeDigits - digits.count) + digits
  }

  /// What is kept of a code: bound to what it is for and to whom.
  func hash(_ code: String, _ kind: OneTimeCode.Kind, holder: String) -> ContentHash {
    keyed("\(kind.rawValue)\n\(holder)\n\(code.prefix(64))")
  }

  /// Tries a code. Wrong tries are counted for each client, so that nobody uses up another's.
  func attempt(
    _ kind: OneTimeCode.Kind, holder: String, hash: ContentHash, from client: String,
    at now: Instant
  ) async throws(IdentityError) -> CodeTrial {
    let client = keyed("client\n\(client)")
    return try await stored { () async throws(LedgerError) in
      try await store.tryCode(kind, holder: holder, hash: hash, client: client, at: now)
    }
  }

  private func keyed(_ text: String) -> ContentHash {
    let mac = Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: codeKey))
    return ContentHash(bytes: mac) ?? ContentHash(of: mac)
  }

  /// What no code leads to.
  func noHash() -> ContentHash { ContentHash(of: random.bytes(32)) }

  /// Takes a message to be sent, or one that only looks like it.
  func post(_ message: MailMessage, goesOut: Bool = true) async throws(IdentityError) {
    do { try await outbox.post(message, goesOut: goesOut) } catch {
      guard error.code == .overloaded else { throw IdentityError(error) }
      throw IdentityError(.busy, error.message, retryAfterSeconds: 30)
    }
  }

  /// Tells somebody what has been done; that stays done where nobody can be told.
  func notify(_ message: MailMessage) async { try? await outbox.post(message) }

  /// Whether people can have accounts of e-mail and password.
  public var allowsPasswords: Bool { options.allowsPasswords }

  /// - Throws: `passwords-off`.
  func requirePasswords() throws(IdentityError) {
    if !options.allowsPasswords { throw .passwordsOff }
  }

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
    try await end(sessionsOf: person, except: nil, at: now)
    try await stored { () async throws(LedgerError) in try await store.eraseAccount(person) }
  }
}
