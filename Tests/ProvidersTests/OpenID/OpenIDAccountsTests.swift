import CivilTime
import JSON
import Quests
import Testing

@testable import Providers

/// A service whose people sign in with another issuer.
struct IssuerOffice {
  let office: Office
  let issuer: TestIssuer
  let key = SigningKey.ec("key-1")
  let accounts: OpenIDAccounts
  let bearer: BearerIdentity

  init(_ name: String) throws {
    office = try Office(name)
    issuer = try TestIssuer([key])
    accounts = OpenIDAccounts(
      tokens: OpenIDTokens(issuers: [try issuer.issuer()], client: TestIssuer.client()),
      store: office.store)
    bearer = BearerIdentity(
      keys: APIKeys(store: office.store, mostRate: RequestRate(perSecond: 50, burst: 100)),
      accounts: office.accounts, issuers: accounts)
  }

  func token(
    _ subject: String, after seconds: Int64 = 0, _ claims: [String: JSONValue] = [:]
  ) -> String {
    let now = Int(Office.dawn.seconds + seconds)
    return TokenDraft(
      claims.merging([
        "iss": .string(issuer.url), "sub": .string(subject), "aud": .string("api"),
        "iat": .integer(now), "exp": .integer(now + 3_600),
      ]) { first, _ in first }, key: key
    ).text
  }
}

@Suite struct OpenIDAccountsTests {
  @Test func aPersonIsKnownByIssuerAndSubject() async throws {
    let world = try IssuerOffice(#function)
    let first = try await world.bearer.person(
      ofToken: world.token(
        "ann", ["name": .string("Ann\u{202E} Lee"), "zoneinfo": .string("Europe/London")]),
      at: Office.dawn)
    #expect(first.subject == IssuedSubject(issuer: world.issuer.url, subject: "ann"))
    #expect(first.expiresAt == Office.after(3_600))
    #expect(first.session == nil && first.scopes == .all)
    let account = try #require(try await world.office.store.account(first.person))
    #expect(account.name == "Ann Lee" && account.zone == "Europe/London")
    #expect(account.email == nil && account.credential == nil)
    // Another token of the same person, later.
    let again = try await world.bearer.person(
      ofToken: world.token("ann", after: 60), at: Office.after(60))
    #expect(again.person == first.person)
    let other = try await world.bearer.person(ofToken: world.token("Ann"), at: Office.dawn)
    #expect(other.person != first.person)
  }

  /// Whoever gets an issuer to say that an address is theirs has no way into its account.
  @Test func anAddressJoinsNoAccount() async throws {
    let world = try IssuerOffice(#function)
    let ann = try await world.office.member("ann@example.org")
    let thief = try await world.bearer.person(
      ofToken: world.token(
        "thief",
        ["email": .string("ann@example.org"), "email_verified": .bool(true)]), at: Office.dawn)
    #expect(thief.person != ann.person)
    #expect(try await world.office.store.account(thief.person)?.email == nil)
    #expect(
      try await world.office.store.account(email: "ann@example.org")?.person == ann.person)
  }

  @Test func whatIsAskedForBeforeAnEndIsRefusedAfterIt() async throws {
    let world = try IssuerOffice(#function)
    let old = world.token("ann")
    let principal = try await world.bearer.person(ofToken: old, at: Office.dawn)
    let bob = try await world.bearer.person(ofToken: world.token("bob"), at: Office.dawn)
    try await world.bearer.confirm(principal, at: Office.dawn)
    try await world.office.accounts.logoutEverywhere(principal.person, at: Office.after(1))
    #expect(
      try await world.bearer.ended(among: [principal, bob], at: Office.after(1)) == [principal])
    #expect(
      await refusal { try await world.bearer.person(ofToken: old, at: Office.after(2)) }?.code
        == .sessionEnded)
    // An issuer whose clock is ahead has dated later what it issued before.
    #expect(
      await refusal {
        try await world.bearer.person(ofToken: world.token("ann", after: 50), at: Office.after(2))
      }?.code == .sessionEnded)
    let new = try await world.bearer.person(
      ofToken: world.token("ann", after: 62), at: Office.after(62))
    #expect(new.person == principal.person)
    // Erased people do not come back by what was issued before, by whosever clock.
    try await world.office.accounts.erase(principal.person, at: Office.after(63))
    for issued: Int64 in [62, 103] {
      #expect(
        await refusal {
          try await world.bearer.person(
            ofToken: world.token("ann", after: issued), at: Office.after(64))
        }?.code == .sessionEnded)
    }
    #expect(try await world.bearer.ended(among: [new], at: Office.after(64)) == [new])
    let newcomer = try await world.bearer.person(
      ofToken: world.token("ann", after: 130), at: Office.after(130))
    #expect(newcomer.person != principal.person)
  }

  @Test func ourOwnTokensAreNoIssuers() async throws {
    let world = try IssuerOffice(#function)
    let ann = try await world.office.member("ann@example.org")
    let known = try await world.bearer.person(ofToken: ann.access, at: Office.dawn)
    #expect(known.session == ann.session && known.issuedAt == nil)
    #expect(world.issuer.server.requests.isEmpty)
    #expect(
      await refusal { try await world.bearer.person(ofToken: "nonsense", at: Office.dawn) }?.code
        == .tokenInvalid)
  }

  /// With the issuer down, those who have an account here are as they were.
  @Test func anIssuerThatIsDownKeepsNobodyElseOut() async throws {
    let world = try IssuerOffice(#function)
    let ann = try await world.office.member("ann@example.org")
    world.issuer.server.close()
    #expect(
      await refusal { try await world.bearer.person(ofToken: world.token("bob"), at: Office.dawn) }?
        .code == .issuer)
    _ = try await world.bearer.person(ofToken: ann.access, at: Office.dawn)
  }

  @Test func withoutPasswordsNobodyGetsInByOne() async throws {
    var options = BuiltInAccounts.Options()
    options.allowsPasswords = false
    let accounts = try Office(#function, options: options).accounts
    let (mail, now) = ("ann@example.org", Office.dawn)
    let calls: [() async throws -> Void] = [
      { _ = try await accounts.login(email: mail, password: "p", from: "c", at: now) },
      {
        try await accounts.register(
          Registration(
            email: mail, password: Office.password, name: "Ann", zone: "UTC", units: "mi"),
          from: "c", at: now)
      },
      { _ = try await accounts.verify(email: mail, code: "1", password: "p", from: "c", at: now) },
      { try await accounts.resendVerification(email: mail, from: "c", at: now) },
      { try await accounts.requestReset(email: mail, from: "c", at: now) },
      {
        try await accounts.reset(
          email: mail, code: "1", newPassword: Office.password, from: "c", at: now)
      },
    ]
    for call in calls { #expect(await refusal { try await call() }?.code == .passwordsOff) }
  }
}
