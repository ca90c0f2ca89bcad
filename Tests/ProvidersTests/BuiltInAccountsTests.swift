import CivilTime
import Foundation
import Quests
import Testing

@testable import Providers

@Suite struct BuiltInAccountsTests {
  @Test func fromRegisteringToLoggingOut() async throws {
    let office = try Office(#function)
    let accounts = office.accounts
    let tokens = try await office.member("Ann@Example.org")
    let who = try await accounts.person(ofToken: tokens.access, at: Office.dawn)
    #expect(who.person == tokens.person)
    #expect(who.session == tokens.session)
    #expect(who.scopes == .all)
    #expect(
      who.subject
        == IssuedSubject(issuer: "https://quest.example.org", subject: "\(tokens.person)"))
    let account = try #require(try await office.store.account(tokens.person))
    #expect(account.email == "ann@example.org")
    #expect(account.isEmailVerified)
    #expect((account.name, account.zone, account.units) == ("Ann", "Europe/London", "mi"))
    #expect(account.credential?.contains(Office.password) == false)
    // However the address is written.
    let again = try await office.login(" ANN@example.ORG ")
    #expect(again.person == tokens.person)
    #expect(
      try await accounts.sessions(of: tokens.person, at: Office.dawn).map(\.id).sorted()
        == [tokens.session, again.session].sorted())
    try await accounts.logout(again.refresh)
    try await accounts.logout(again.refresh)
    try await accounts.logout("nonsense")
    #expect(
      await refusal { try await accounts.refresh(again.refresh, at: Office.dawn) }?.code
        == .sessionEnded)
    // The access token too, in this process.
    #expect(
      await refusal { try await accounts.person(ofToken: again.access, at: Office.dawn) }?.code
        == .tokenInvalid)
    #expect(try await accounts.person(ofToken: tokens.access, at: Office.dawn) == who)
    #expect(
      await refusal {
        try await accounts.logout(session: tokens.session, of: PersonID(high: 1, low: 1))
      }?
      .code == .notFound)
    try await accounts.logoutEverywhere(tokens.person)
    #expect(
      await refusal { try await accounts.person(ofToken: tokens.access, at: Office.dawn) } != nil)
  }

  @Test func allFaultsAreToldAtOnce() async throws {
    let office = try Office(#function)
    let error = await refusal {
      try await office.accounts.register(
        Registration(
          email: "ann@", password: "short", name: " \n", zone: "Europe/Atlantis", units: "yards"),
        from: Office.client, at: Office.dawn)
    }
    #expect(error?.code == .invalid)
    #expect(error?.faults.map(\.field) == ["email", "password", "name", "zone", "units"])
    #expect(office.passwords.figures.done == 0)
    #expect(try await office.mail().isEmpty)
  }

  // MARK: Enumeration

  /// A known address and a new one: the same answer, the same hashes, one message each.
  @Test func registeringTellsNothing() async throws {
    let office = try Office(#function)
    _ = try await office.member("ann@example.org")
    for (email, subject) in [
      ("ann@example.org", "you have an account already"), ("bob@example.org", "your code"),
    ] {
      let before = office.passwords.figures.done
      let messages = try await office.mail().count
      #expect(
        await refusal { try await office.register(email, password: "another password") } == nil)
      #expect(office.passwords.figures.done == before + 1)
      let mail = try await office.mail()
      #expect(mail.count == messages + 1)
      #expect(mail.last?.contains("Subject: Mile Quest: \(subject)\r\n") == true)
      // Something is kept for either, that counts tries alike.
      let kept = try await office.store.code(.verify, holder: email, at: Office.dawn)
      #expect(kept?.attempts == 5)
    }
    // What is tried with a wrong code answers alike, as often.
    for email in ["ann@example.org", "bob@example.org"] {
      let before = office.passwords.figures.done
      let error = await refusal {
        try await office.accounts.verify(
          email: email, code: "00000000", password: "another password", from: email,
          at: Office.dawn)
      }
      #expect(error == .codeWrong)
      #expect(office.passwords.figures.done == before + 1)
      #expect(
        try await office.store.code(.verify, holder: email, at: Office.dawn)?.attempts == 4)
    }
    // Ann's account is what it was.
    _ = try await office.login("ann@example.org")
    #expect(
      await refusal { try await office.login("ann@example.org", "another password") }
        == .credentialsWrong)
  }

  /// An unknown address, one that is not verified yet, and a wrong password.
  @Test func loggingInTellsNothing() async throws {
    let office = try Office(#function)
    _ = try await office.member("ann@example.org")
    try await office.register("bob@example.org")
    for (email, password) in [
      ("ann@example.org", "wrong horse battery"), ("bob@example.org", Office.password),
      ("eve@example.org", Office.password),
    ] {
      let before = office.passwords.figures.done
      #expect(await refusal { try await office.login(email, password) } == .credentialsWrong)
      #expect(office.passwords.figures.done == before + 1, "\(email)")
    }
  }

  @Test func askingForAPasswordTellsNothing() async throws {
    let office = try Office(#function)
    _ = try await office.member("ann@example.org")
    let before = try await office.mail().count
    for email in ["eve@example.org", "ann@example.org"] {
      #expect(
        await refusal {
          try await office.accounts.requestReset(
            email: email, from: Office.client, at: Office.dawn)
        } == nil)
      #expect(
        try await office.store.code(.reset, holder: email, at: Office.dawn)?.attempts == 5)
    }
    // Ann alone is written to.
    let mail = try await office.mail()
    #expect(mail.count == before + 1)
    #expect(mail.last?.contains("To: ann@example.org\r\n") == true)
    for email in ["eve@example.org", "ann@example.org"] {
      let done = office.passwords.figures.done
      let error = await refusal {
        try await office.accounts.reset(
          email: email, code: "00000000", newPassword: "a new long one", from: email,
          at: Office.dawn)
      }
      #expect(error == .codeWrong)
      #expect(office.passwords.figures.done == done + 1)
    }
    #expect(
      await refusal {
        try await office.accounts.resendVerification(
          email: "nobody@example.org", from: Office.client, at: Office.dawn)
      } == nil)
    #expect(try await office.mail().count == before + 1)
  }

  // MARK: Codes

  @Test func codesAreTriedFiveTimes() async throws {
    let office = try Office(#function)
    try await office.register("ann@example.org")
    let code = try await office.code()
    #expect(code.count == 8)
    func verify(
      _ code: String, of email: String = "ann@example.org", at now: Instant, client: String
    ) async -> IdentityError? {
      await refusal {
        try await office.accounts.verify(
          email: email, code: code, password: Office.password, from: client, at: now)
      }
    }
    let wrong = code == "00000000" ? "00000001" : "00000000"
    var now = Office.dawn
    for number in 0..<5 {
      #expect(await verify(wrong, at: now, client: "c\(number)") == .codeWrong)
      now = now.advanced(bySeconds: 40)
    }
    #expect(await verify(code, at: now, client: "c") == .codeWrong)
    // Registering again gives a new one, which is good once, within a quarter of an hour.
    try await office.register("ann@example.org", at: now)
    let second = try await office.code()
    #expect(await verify(second, at: now.advanced(bySeconds: 899), client: "c") == nil)
    #expect(await verify(second, at: now.advanced(bySeconds: 899), client: "c") == .codeWrong)
    let bob = "bob@example.org"
    try await office.register(bob, client: "d", at: now)
    let third = try await office.code()
    #expect(
      await verify(third, of: bob, at: now.advanced(bySeconds: 900), client: "d") == .codeWrong)
  }

  @Test func anotherCodeTakesThePlaceOfTheFirst() async throws {
    let office = try Office(#function)
    try await office.register("ann@example.org")
    let first = try await office.code()
    try await office.accounts.resendVerification(
      email: "ann@example.org", from: Office.client, at: Office.after(100))
    let second = try await office.code()
    #expect(first != second)
    func verify(_ code: String) async -> IdentityError? {
      await refusal {
        try await office.accounts.verify(
          email: "ann@example.org", code: code, password: Office.password, from: Office.client,
          at: Office.after(100))
      }
    }
    #expect(await verify(first) == .codeWrong)
    #expect(await verify(second) == nil)
  }

  /// Somebody registers another's address and waits for its owner to enter the code.
  @Test func nobodyIsLedIntoAnothersAccount() async throws {
    let office = try Office(#function)
    try await office.register("ann@example.org", password: "what Ann would take")
    try await office.register("ann@example.org", password: "what Eve knows")
    let code = try await office.code()
    let error = await refusal {
      try await office.accounts.verify(
        email: "ann@example.org", code: code, password: "what Ann would take",
        from: Office.client, at: Office.dawn)
    }
    #expect(error == .codeWrong)
    #expect(try await office.store.account(email: "ann@example.org") == nil)
  }

  @Test func aNewPasswordEndsAllSessions() async throws {
    let office = try Office(#function)
    let accounts = office.accounts
    let tokens = try await office.member("ann@example.org")
    try await accounts.requestReset(
      email: "ann@example.org", from: Office.client, at: Office.dawn)
    let code = try await office.code()
    // A bad password does not use the code up.
    let bad = await refusal {
      try await accounts.reset(
        email: "ann@example.org", code: code, newPassword: "password", from: Office.client,
        at: Office.dawn)
    }
    #expect(bad?.faults.map(\.field) == ["newPassword"])
    try await accounts.reset(
      email: "ann@example.org", code: code, newPassword: "a new long one", from: Office.client,
      at: Office.dawn)
    #expect(try await accounts.sessions(of: tokens.person, at: Office.dawn).isEmpty)
    #expect(
      await refusal { try await accounts.refresh(tokens.refresh, at: Office.dawn) }?.code
        == .sessionEnded)
    #expect(
      await refusal { try await accounts.person(ofToken: tokens.access, at: Office.dawn) } != nil)
    #expect(await refusal { try await office.login("ann@example.org") } == .credentialsWrong)
    #expect(try await office.login("ann@example.org", "a new long one").person == tokens.person)
    #expect(try await office.mail().last?.contains("your password has changed") == true)
    let again = await refusal {
      try await accounts.reset(
        email: "ann@example.org", code: code, newPassword: "a third long one",
        from: Office.client, at: Office.dawn)
    }
    #expect(again == .codeWrong)
  }

  @Test func changingThePassword() async throws {
    let office = try Office(#function)
    let accounts = office.accounts
    let tokens = try await office.member("ann@example.org")
    let other = try await office.login("ann@example.org")
    func change(_ current: String, _ new: String) async -> IdentityError? {
      await refusal {
        try await accounts.changePassword(
          of: tokens.person, from: current, to: new, keeping: tokens.session,
          client: Office.client, at: Office.dawn)
      }
    }
    #expect(await change("wrong horse battery", "a new long one") == .credentialsWrong)
    #expect(
      await change(Office.password, "ann@example.org")?.faults.first?.code
        == "password-is-address")
    #expect(await change(Office.password, "a new long one") == nil)
    #expect(
      try await accounts.sessions(of: tokens.person, at: Office.dawn).map(\.id)
        == [tokens.session])
    #expect(await refusal { try await accounts.refresh(other.refresh, at: Office.dawn) } != nil)
    _ = try await accounts.refresh(tokens.refresh, at: Office.dawn)
    _ = try await office.login("ann@example.org", "a new long one")
  }

  @Test func changingTheAddress() async throws {
    let office = try Office(#function)
    let accounts = office.accounts
    let tokens = try await office.member("ann@example.org")
    _ = try await office.member("bob@example.org")
    func change(_ email: String, _ password: String = Office.password) async -> IdentityError? {
      await refusal {
        try await accounts.changeEmail(
          of: tokens.person, password: password, to: email, from: Office.client, at: Office.dawn)
      }
    }
    func confirm(_ code: String) async -> IdentityError? {
      await refusal {
        try await accounts.confirmEmail(
          of: tokens.person, code: code, from: Office.client, at: Office.dawn)
      }
    }
    #expect(await change("anna@example.org", "wrong horse battery") == .credentialsWrong)
    // One that is taken answers alike, and its owner hears of it.
    #expect(await change("bob@example.org") == nil)
    #expect(try await office.mail().last?.contains("To: bob@example.org\r\n") == true)
    #expect(await confirm("00000000") == .codeWrong)
    #expect(await change("anna@example.org") == nil)
    let code = try await office.code()
    // Nothing has changed yet.
    #expect(try await office.store.account(tokens.person)?.email == "ann@example.org")
    #expect(await confirm(code) == nil)
    #expect(try await office.store.account(tokens.person)?.email == "anna@example.org")
    #expect(try await office.mail().last?.contains("To: ann@example.org\r\n") == true)
    #expect(try await office.login("anna@example.org").person == tokens.person)
    // Two want one address: whoever shows the code second is refused.
    #expect(await change("carol@example.org") == nil)
    let late = try await office.code()
    _ = try await office.member("carol@example.org", client: "192.0.2.9", at: Office.after(100))
    #expect(await confirm(late) == .codeWrong)
    #expect(try await office.store.account(tokens.person)?.email == "anna@example.org")
  }

  @Test func erasureLeavesNothing() async throws {
    let office = try Office(#function)
    let tokens = try await office.member("ann@example.org")
    try await office.accounts.erase(tokens.person, at: Office.dawn)
    #expect(try await office.store.account(tokens.person) == nil)
    #expect(
      await refusal { try await office.accounts.person(ofToken: tokens.access, at: Office.dawn) }
        != nil)
    #expect(
      await refusal { try await office.accounts.refresh(tokens.refresh, at: Office.dawn) } != nil)
    #expect(await refusal { try await office.login("ann@example.org") } == .credentialsWrong)
  }

  // MARK: Sessions

  @Test func refreshTokensRotate() async throws {
    let office = try Office(#function)
    let accounts = office.accounts
    let first = try await office.member("ann@example.org")
    let second = try await accounts.refresh(first.refresh, at: Office.after(100))
    #expect(second.session == first.session)
    #expect(second.refresh != first.refresh)
    #expect(second.refreshExpiresAt == Office.after(100 + 30 * 86_400))
    _ = try await accounts.person(ofToken: second.access, at: Office.after(100))
    // Nothing of a token itself is stored.
    for file in try office.folder.files("") where file.hasPrefix("accounts.sqlite") {
      let bytes = try Data(contentsOf: URL(filePath: "\(office.folder.path)/\(file)"))
      #expect(bytes.range(of: Data(second.refresh.dropFirst(4).utf8)) == nil)
    }
    // The one that was replaced comes again: the whole family goes.
    let reused = await refusal { try await accounts.refresh(first.refresh, at: Office.after(101)) }
    #expect(reused?.code == .tokenReused)
    for token in [first.refresh, second.refresh] {
      #expect(
        await refusal { try await accounts.refresh(token, at: Office.after(102)) }?.code
          == .sessionEnded)
    }
    #expect(
      await refusal { try await accounts.person(ofToken: second.access, at: Office.after(102)) }
        != nil)
    for text in ["", "mqr_", "mqr_AAAA", String(first.refresh.dropFirst(4)), first.refresh + "A"] {
      #expect(
        await refusal { try await accounts.refresh(text, at: Office.dawn) }?.code == .sessionEnded)
    }
  }

  @Test func sessionsEndByThemselves() async throws {
    var options = BuiltInAccounts.Options()
    options.sessionIdleSeconds = 100
    options.sessionSeconds = 250
    let office = try Office(#function, options: options)
    var tokens = try await office.member("ann@example.org")
    #expect(tokens.refreshExpiresAt == Office.after(100))
    for (moment, expires) in [(99, 199), (198, 250), (249, 250)] as [(Int64, Int64)] {
      tokens = try await office.accounts.refresh(tokens.refresh, at: Office.after(moment))
      #expect(tokens.refreshExpiresAt == Office.after(expires))
    }
    #expect(
      await refusal { try await office.accounts.refresh(tokens.refresh, at: Office.after(250)) }?
        .code == .sessionEnded)
  }

  @Test func ofManyThatRefreshAtOnceOneWins() async throws {
    let office = try Office(#function)
    let tokens = try await office.member("ann@example.org")
    let outcomes = await withTaskGroup(of: (SessionTokens?, IdentityError.Code?).self) { group in
      for _ in 0..<32 {
        group.addTask {
          do throws(IdentityError) {
            return (try await office.accounts.refresh(tokens.refresh, at: Office.dawn), nil)
          } catch { return (nil, error.code) }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    let winners = outcomes.compactMap(\.0)
    #expect(winners.count == 1)
    #expect(outcomes.count { $0.1 == .tokenReused } == 1)
    #expect(outcomes.count { $0.1 == .sessionEnded } == 30)
    // And its family is gone.
    #expect(try await office.accounts.sessions(of: tokens.person, at: Office.dawn).isEmpty)
    let winner = try #require(winners.first)
    #expect(
      await refusal { try await office.accounts.refresh(winner.refresh, at: Office.dawn) } != nil)
  }

  // MARK: Throttling

  @Test func guessingIsSlowedDown() async throws {
    let office = try Office(#function)
    _ = try await office.member("ann@example.org")
    func attempt(_ email: String, _ password: String, client: String, at seconds: Int64)
      async -> IdentityError?
    {
      await refusal {
        try await office.login(email, password, client: client, at: Office.after(seconds))
      }
    }
    // From many clients at one account: five are free, then waits double.
    for number in 0..<5 {
      #expect(
        await attempt("ann@example.org", "guess \(number)", client: "b\(number)", at: 0)
          == .credentialsWrong)
    }
    let hashes = office.passwords.figures.done
    let refused = await attempt("ann@example.org", "guess", client: "b6", at: 0)
    #expect(refused?.code == .throttled)
    #expect(refused?.retryAfterSeconds == 1)
    #expect(office.passwords.figures.done == hashes)
    // An address without an account is slowed down alike.
    for number in 0..<5 {
      #expect(
        await attempt("eve@example.org", "guess \(number)", client: "c\(number)", at: 0)
          == .credentialsWrong)
    }
    #expect(await attempt("eve@example.org", "guess", client: "c6", at: 0) == refused)
    // The owner is let in where they were before, and others wait no more than five minutes.
    #expect(await attempt("ann@example.org", Office.password, client: Office.client, at: 0) == nil)
    var now: Int64 = 0
    var longest: Int64 = 0
    for number in 0..<60 {
      let error = await attempt("ann@example.org", "guess", client: "d\(number)", at: now)
      longest = max(longest, error?.retryAfterSeconds ?? 0)
      now += error?.retryAfterSeconds ?? 0
    }
    #expect(longest == 300)
    #expect(await attempt("ann@example.org", Office.password, client: "new", at: now + 300) == nil)
  }

  @Test func aClientThatTriesManyAccountsIsSlowedDown() async throws {
    let office = try Office(#function)
    func attempt(_ email: String, client: String, at seconds: Int64) async -> IdentityError? {
      await refusal { try await office.login(email, client: client, at: Office.after(seconds)) }
    }
    for number in 0..<10 {
      #expect(
        await attempt("p\(number)@example.org", client: "bad", at: 0) == .credentialsWrong)
    }
    #expect(await attempt("p11@example.org", client: "bad", at: 0)?.retryAfterSeconds == 1)
    #expect(await attempt("p11@example.org", client: "good", at: 0) == .credentialsWrong)
    #expect(await attempt("p11@example.org", client: "bad", at: 1) == .credentialsWrong)
    #expect(await attempt("p11@example.org", client: "bad", at: 1)?.retryAfterSeconds == 2)
  }

  /// All of those that begin before the first fails count.
  @Test func manyAtOnceDoNotSlipThrough() async throws {
    let office = try Office(#function)
    let outcomes = await withTaskGroup(of: IdentityError.Code?.self) { group in
      for number in 0..<64 {
        group.addTask {
          await refusal { try await office.login("ann@example.org", client: "c\(number)") }?.code
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.count { $0 == .credentialsWrong } == 5)
    #expect(outcomes.count { $0 == .throttled } == 59)
  }

  @Test func mailToOneAddressIsBounded() async throws {
    let office = try Office(#function)
    for email in ["ann@example.org", "eve@example.org"] {
      for number in 0..<3 {
        try await office.accounts.requestReset(
          email: email, from: "c\(number)", at: Office.dawn)
      }
      let error = await refusal {
        try await office.accounts.requestReset(email: email, from: "c", at: Office.dawn)
      }
      #expect(error?.retryAfterSeconds == 60)
    }
  }

  @Test func tooManyHashesAreRefused() async throws {
    let office = try Office(
      #function, cost: try #require(ScryptCost(logRounds: 14, blockSize: 8, parallelism: 1)),
      mostWaiting: 2)
    let outcomes = await withTaskGroup(of: IdentityError?.self) { group in
      for number in 0..<32 {
        group.addTask {
          await refusal {
            try await office.login("p\(number)@example.org", client: "c\(number)")
          }
        }
      }
      return await group.reduce(into: [IdentityError?]()) { $0.append($1) }
    }
    let busy = outcomes.compactMap { $0 }.filter { $0.code == .busy }
    #expect(!busy.isEmpty)
    #expect(busy.allSatisfy { $0.retryAfterSeconds != nil })
    #expect(outcomes.count { $0 == .credentialsWrong } == 32 - busy.count)
  }

  /// A password that was hashed at another cost is hashed anew when it is next shown.
  @Test func oldHashesAreReplaced() async throws {
    let office = try Office(#function)
    let tokens = try await office.member("ann@example.org")
    let costlier = Passwords(
      cost: try #require(ScryptCost(logRounds: 5, blockSize: 1, parallelism: 1)))
    let accounts = BuiltInAccounts(
      store: office.store, outbox: office.outbox, passwords: costlier,
      tokens: try AccessTokens(issuer: "a", audience: "b", secret: office.secret),
      secret: office.secret)
    _ = try await accounts.login(
      email: "ann@example.org", password: Office.password, from: "c", at: Office.dawn)
    #expect(
      try await office.store.account(tokens.person)?.credential?.contains("ln=5,") == true)
    _ = try await accounts.login(
      email: "ann@example.org", password: Office.password, from: "c", at: Office.dawn)
    #expect(costlier.figures.done == 3)
  }
}
