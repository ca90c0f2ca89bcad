internal import Base
public import CivilTime
internal import Crypto
internal import Foundation
internal import Quests

/// “Sign in with …” in a browser: to the issuer, back with a code, and into a session of ours.
///
/// Two things bind a sign-in to the browser that began it: a sealed ticket in a cookie until the issuer
/// sends the browser back, then a grant whose other half is in a cookie. No token stands in an address;
/// the code that does is worth nothing without the cookie, and counts once.
public struct BrowserSignIn: Sendable {
  /// Where a browser goes next, and what it is to keep in a cookie until then.
  public struct Step: Sendable {
    public let location: String
    /// Which of the browser's cookies `cookie` goes into; nil where it is to keep nothing new.
    public internal(set) var key: String?
    public internal(set) var cookie = ""
    public internal(set) var seconds: Int64 = 0
    /// Which of the browser's cookies counts no more.
    public internal(set) var usedKey: String?
    /// What went wrong, for whoever runs the service and for nobody else.
    public internal(set) var fault: String?
  }

  /// What is sealed while a person is with the issuer.
  private struct Ticket: Codable {
    let issuer: String
    let attempt: CodeExchange.Attempt
    let page: String
    let expiresAt: Instant
  }

  /// What is kept of somebody who came back, until the page asks for it.
  private struct Grant: Codable {
    let person: VouchedPerson
    /// Digest of what the browser has in its cookie.
    let browser: String
  }

  /// What went wrong while a browser was away, as its page is told.
  public enum Failure: String, Sendable {
    /// The person said no.
    case denied
    /// The issuer cannot be asked now.
    case unavailable
    /// It took too long, was begun in another browser, or has ended.
    case expired
    /// The issuer's answer is not right, or it does not take this service for what it knows.
    case failed
  }

  /// How long a person may take with the issuer.
  static let ticketSeconds: Int64 = 600
  /// How long a page may take to ask for what came of it.
  static let grantSeconds: Int64 = 120
  /// What codes begin with, so that leaked ones can be found.
  static let codePrefix = "mqs_"
  private static let purpose = "sign-in tickets"
  private static let mostPageBytes = 512
  /// Sign-ins that one browser may have under way: the oldest gives way to one more.
  static let mostTickets = 4

  public let accounts: OpenIDAccounts
  private let signIn: BuiltInAccounts
  private let seal: Seal
  private let publicAddress: String
  private let random: RandomSource

  /// - Parameter publicAddress: how browsers reach this service, such as `https://quests.example`.
  public init(
    accounts: OpenIDAccounts, signIn: BuiltInAccounts, seal: Seal, publicAddress: String,
    random: RandomSource = .system
  ) {
    self.accounts = accounts
    self.signIn = signIn
    self.seal = seal
    self.publicAddress = publicAddress
    self.random = random
  }

  /// Whether cookies go over encrypted connections alone.
  public var isEncrypted: Bool { publicAddress.hasPrefix("https://") }

  private func exchange(_ name: String) throws(IdentityError) -> CodeExchange {
    guard let issuer = accounts.tokens.issuer(named: name) else {
      throw IdentityError(.notFound, "there is no issuer “\(name)”; GET /v1/auth/oidc lists them")
    }
    return try CodeExchange(
      issuer, redirect: "\(publicAddress)/v1/auth/oidc/\(name)/callback")
  }

  /// Tells the cookie of a sign-in from those of others in the same browser.
  ///
  /// - Parameter text: the state until the browser is back, then the code.
  public static func cookieKey(of text: String) -> String {
    Base64URL.text(Array(ContentHash(of: Array(text.utf8)).bytes.prefix(12)))
  }

  /// Which cookies of sign-ins under way are to go before one more begins, by their keys.
  public func surplus(_ cookies: [(key: String, value: String)], at now: Instant) -> [String] {
    var tickets: [(key: String, expiresAt: Instant)] = []
    for cookie in cookies {
      if let ticket = self.ticket(cookie.value, at: now) {
        tickets.append((cookie.key, ticket.expiresAt))
      }
    }
    tickets.sort { $0.expiresAt < $1.expiresAt }
    return tickets.dropLast(Self.mostTickets - 1).map { $0.key }
  }

  // MARK: To the issuer

  /// Begins a sign-in. Where the issuer cannot be asked, the browser goes back to its page.
  ///
  /// - Parameter page: of this service, where the browser ends.
  /// - Throws: `not-found`, `invalid` for another place than a page here.
  public func start(
    with name: String, returningTo page: String, at now: Instant
  ) async throws(IdentityError) -> Step {
    let exchange = try exchange(name)
    guard Self.isPage(page) else {
      throw IdentityError(
        .invalid, "“return” is not the path of a page here, such as /quests",
        faults: [.init(field: "return", code: "page", message: "is not the path of a page here")])
    }
    let attempt = CodeExchange.Attempt(random)
    let location: String
    do throws(IdentityError) {
      guard let known = try await accounts.tokens.known(exchange.issuer) else {
        throw IdentityError(TokenFault.issuer)
      }
      location = try exchange.address(attempt, known.document)
    } catch {
      guard error.code == .issuer else { throw error }
      return failed(.unavailable, on: page, because: error.message)
    }
    let ticket = Ticket(
      issuer: name, attempt: attempt, page: page,
      expiresAt: now.advanced(bySeconds: Self.ticketSeconds))
    guard let bytes = try? JSONEncoder().encode(ticket) else {
      throw IdentityError(.settings, "a ticket cannot be written")
    }
    return Step(
      location: location, key: Self.cookieKey(of: attempt.state),
      cookie: Base64URL.text(seal.seal(Array(bytes), for: Self.purpose)),
      seconds: Self.ticketSeconds)
  }

  /// Whether a text is a path here, and cannot be taken for the address of another host.
  private static func isPage(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    guard bytes.first == UInt8(ascii: "/"), bytes.count <= mostPageBytes else { return false }
    return bytes.allSatisfy {
      0x21...0x7E ~= $0 && $0 != UInt8(ascii: "\\") && $0 != UInt8(ascii: "#")
    }
      && bytes.dropFirst().first != UInt8(ascii: "/")
  }

  private func ticket(_ cookie: String?, at now: Instant) -> Ticket? {
    guard let cookie, cookie.utf8.count <= 4_096, let sealed = Base64URL.decode(Array(cookie.utf8)),
      let bytes = seal.open(sealed, for: Self.purpose),
      let ticket = try? JSONDecoder().decode(Ticket.self, from: Data(bytes)), now < ticket.expiresAt
    else { return nil }
    return ticket
  }

  // MARK: Back

  /// What the issuer has the browser bring back.
  public struct Answer: Sendable {
    public var code: String?
    public var state: String?
    /// Who answers (RFC 9207).
    public var issuer: String?
    public var error: String?

    public init(code: String?, state: String?, issuer: String?, error: String?) {
      self.code = code
      self.state = state
      self.issuer = issuer
      self.error = error
    }
  }

  /// Takes a browser back, and sends it on to its page with a code, or with what went wrong. Nothing
  /// but the answer with its state ends a sign-in: anybody can send a browser here with another.
  ///
  /// - Parameter cookie: what the browser has kept since `start` for this state; without a state what
  ///   it has kept of the only sign-in that is under way.
  /// - Throws: `not-found`, `store`.
  public func land(
    _ answer: Answer, from name: String, cookie: String?, at now: Instant
  ) async throws(IdentityError) -> Step {
    let exchange = try exchange(name)
    let known = self.ticket(cookie, at: now).flatMap { $0.issuer == name ? $0 : nil }
    // There are issuers that leave the state out where they refuse.
    if let error = answer.error, answer.state == nil {
      return refused(error, by: exchange.issuer, on: known?.page ?? "/")
    }
    guard let ticket = known, let state = answer.state, Self.areSame(state, ticket.attempt.state)
    else { return failed(.expired, on: "/") }
    let used = Self.cookieKey(of: state)
    if let error = answer.error {
      var step = refused(error, by: exchange.issuer, on: ticket.page)
      step.usedKey = used
      return step
    }
    let person: VouchedPerson
    do throws(IdentityError) {
      // The nonce ties the token to this attempt, so it was issued after that began.
      person = try await self.person(answer, exchange, ticket.attempt, at: now)
        .vouchedFor(after: ticket.expiresAt.advanced(bySeconds: -Self.ticketSeconds))
    } catch {
      // A code that is wrong or too old is no fault of anybody's settings.
      var step = failed(
        error.code == .issuer ? .unavailable : .failed, on: ticket.page,
        because: error.code == .codeWrong ? nil : error.message)
      step.usedKey = used
      return step
    }
    let (id, secret, browser) = (random.bytes(16), random.bytes(32), random.bytes(32))
    let grant = Grant(person: person, browser: ContentHash(of: browser).text)
    guard let content = try? JSONEncoder().encode(grant) else {
      throw IdentityError(.settings, "a grant cannot be written")
    }
    try await stored { () async throws(LedgerError) in
      try await accounts.store.putCode(
        OneTimeCode(
          kind: .issuer, holder: Base64URL.text(id), hash: ContentHash(of: secret),
          content: String(decoding: content, as: UTF8.self),
          expiresAt: now.advanced(bySeconds: Self.grantSeconds), attempts: 3))
    }
    let code = Self.codePrefix + Base64URL.text(id + secret)
    return Step(
      location: "\(ticket.page)#sign-in=\(code)", key: Self.cookieKey(of: code),
      cookie: Base64URL.text(browser), seconds: Self.grantSeconds, usedKey: used)
  }

  private func failed(
    _ failure: Failure, on page: String, because fault: String? = nil
  ) -> Step {
    Step(location: "\(page)#sign-in-error=\(failure.rawValue)", fault: fault)
  }

  /// What an error leads to that the issuer has the browser bring (RFC 6749, section 4.1.2.1).
  private func refused(_ error: String, by issuer: OpenIDIssuer, on page: String) -> Step {
    if error == "access_denied" { return failed(.denied, on: page) }
    let mayPass = error == "server_error" || error == "temporarily_unavailable"
    return failed(
      mayPass ? .unavailable : .failed, on: page,
      because: IdentityError.issuer(issuer, "it answers “\(error.prefix(100))”").message)
  }

  /// Whom the issuer vouches for, by the code that the browser has brought.
  private func person(
    _ answer: Answer, _ exchange: CodeExchange, _ attempt: CodeExchange.Attempt, at now: Instant
  ) async throws(IdentityError) -> VouchedPerson {
    let (issuer, tokens) = (exchange.issuer, accounts.tokens)
    guard let known = try await tokens.known(issuer), let code = answer.code,
      answer.issuer.map({ $0 == issuer.issuer }) ?? !known.document.namesIssuer
    else { throw .codeWrong }
    let token = try await exchange.token(
      for: code, attempt, known.document,
      by: IssuerServer(issuer: issuer, client: tokens.client))
    let claims = try await tokens.claims(
      of: token, from: issuer, for: .signIn(nonce: attempt.nonce), at: now)
    return accounts.vouched(claims, by: issuer)
  }

  // MARK: Into a session

  /// A session for whoever brings both the code and the cookie, once.
  ///
  /// - Parameter createsAccount: whether somebody who was never here gets an account; where not, the
  ///   code stays good.
  /// - Throws: `code-wrong`, `not-found` for somebody who was never here, `session-ended`, `store`.
  public func redeem(
    _ code: String, cookie: String?, createsAccount: Bool, at now: Instant
  ) async throws(IdentityError) -> SessionTokens {
    let grant = try await grant(code, cookie: cookie, at: now)
    let isKnown = try await stored { () async throws(LedgerError) in
      try await accounts.store.people(of: [grant.person.token])[grant.person.token] != nil
    }
    guard isKnown || createsAccount else {
      throw IdentityError(.notFound, "nobody has signed in here with this before")
    }
    try await use(grant, at: now)
    return try await signIn.begin(try await accounts.person(grant.person, at: now), at: now)
  }

  /// A grant as it stands, which is not used up by looking.
  struct OpenGrant {
    let holder: String
    let hash: ContentHash
    let person: VouchedPerson
  }

  /// - Throws: `code-wrong`.
  func grant(
    _ code: String, cookie: String?, at now: Instant
  ) async throws(IdentityError) -> OpenGrant {
    guard code.hasPrefix(Self.codePrefix), code.utf8.count <= 128,
      let bytes = Base64URL.decode(Array(code.utf8.dropFirst(Self.codePrefix.utf8.count))),
      bytes.count == 48, let browser = cookie.flatMap({ Base64URL.decode(Array($0.utf8)) })
    else { throw .codeWrong }
    let (holder, hash) = (Base64URL.text(bytes[..<16]), ContentHash(of: Array(bytes[16...])))
    let found = try await stored { () async throws(LedgerError) in
      try await accounts.store.code(.issuer, holder: holder, at: now)
    }
    guard let found, found.hash == hash, let content = found.content,
      let grant = try? JSONDecoder().decode(Grant.self, from: Data(content.utf8)),
      grant.browser == ContentHash(of: browser).text
    else { throw .codeWrong }
    return OpenGrant(holder: holder, hash: hash, person: grant.person)
  }

  /// Uses a grant up.
  ///
  /// - Throws: `code-wrong` where somebody was faster.
  func use(_ grant: OpenGrant, at now: Instant) async throws(IdentityError) {
    let trial = try await stored { () async throws(LedgerError) in
      try await accounts.store.tryCode(
        .issuer, holder: grant.holder, hash: grant.hash, client: grant.hash, at: now)
    }
    guard case .right = trial else { throw .codeWrong }
  }

  /// Compares in constant time.
  private static func areSame(_ one: String, _ other: String) -> Bool {
    SymmetricKey(data: Array(one.utf8)) == SymmetricKey(data: Array(other.utf8))
  }
}

extension ContentHash {
  fileprivate var text: String { Base64URL.text(bytes) }
}
