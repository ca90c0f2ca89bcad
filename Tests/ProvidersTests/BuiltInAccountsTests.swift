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
        == .sessionEnded)
    #expect(try await accounts.person(ofToken: tokens.access, at: Office.dawn) == who)
    #expect(
      await refusal {
        try await accounts.logout(session: tokens.session, of: PersonID(high: 1, low: 1))
      }?
      .code == .notFound)
    try await accounts.logoutEverywhere(tokens.person, at: Office.dawn)
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
      // Something is kept for either.
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

  @Test func aClientTriesACodeFiveTimes() async throws {
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
    for _ in 0..<5 {
      #expect(await verify(wrong, at: now, client: "c") == .codeWrong)
      now = now.advanced(bySeconds: 40)
      office.pass(40)
    }
    #expect(await verify(code, at: now, client: "c") == .codeWrong)
    office.pass(60)
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

  @Test func aCodeIsMailedAgainUntilItHasLittleTimeLeft() async throws {
    let office = try Office(#function)
    try await office.register("ann@example.org")
    let first = try await office.code()
    try await office.accounts.resendVerification(
      email: "ann@example.org", from: Office.client, at: Office.after(100))
    #expect(try await office.code() == first)
    #expect(try await office.mail().last?.contains("It counts for 13 minutes") == true)
    try await office.accounts.resendVerification(
      email: "ann@example.org", from: Office.client, at: Office.after(601))
    let second = try await office.code()
    #expect(first != second)
    func verify(_ code: String) async -> IdentityError? {
      await refusal {
        try await office.accounts.verify(
          email: "ann@example.org", code: code, password: Office.password, from: Office.client,
          at: Office.after(601))
      }
    }
    #expect(await verify(first) == .codeWrong)
    #expect(await verify(second) == nil)
  }

  /// Somebody else tries codes and asks for mail, from wherever.
  @Test func nobodyUsesUpAnothersCode() async throws {
    let office = try Office(#function)
    _ = try await office.member("ann@example.org")
    func ask(from client: String) async -> IdentityError? {
      await refusal {
        try await office.accounts.requestReset(
          email: "ann@example.org", from: client, at: Office.after(60))
      }
    }
    func reset(_ code: String, from client: String) async -> IdentityError? {
      await refusal {
        try await office.accounts.reset(
          email: "ann@example.org", code: code, newPassword: "a new long one", from: client,
          at: Office.after(120))
      }
    }
    #expect(await ask(from: Office.client) == nil)
    let code = try await office.code()
    let wrong = code == "00000000" ? "00000001" : "00000000"
    for number in 0..<8 { #expect(await reset(wrong, from: "eve \(number)") == .codeWrong) }
    for _ in 0..<8 { #expect(await reset(wrong, from: "eve") == .codeWrong) }
    // Eve's own tries are over, also with the right code.
    #expect(await reset(code, from: "eve") == .codeWrong)
    var asked = 0
    while await ask(from: "eve") == nil { asked += 1 }
    #expect(asked == 3)
    // Ann is mailed to all the same, and any of the mails is good.
    #expect(await ask(from: Office.client) == nil)
    #expect(try await office.code() == code)
    #expect(await reset(code, from: Office.client) == nil)
  }

  /// However many ask, whoever has to wait for another mail has a good code in the last one.
  @Test func mailsAreNotTakenForLongerThanACodeCounts() async throws {
    let office = try Office(#function)
    _ = try await office.member("ann@example.org")
    var longest: Int64 = 0
    for number in 0..<200 {
      let error = await refusal {
        try await office.accounts.requestReset(
          email: "ann@example.org", from: "eve \(number)", at: Office.dawn)
      }
      longest = max(longest, error?.retryAfterSeconds ?? 0)
      office.pass(error?.retryAfterSeconds ?? 0)
    }
    #expect(longest == 600)
    #expect(longest < BuiltInAccounts.Options().codeSeconds)
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
    let told = try #require(try await office.mail().last)
    #expect(told.contains("your password has changed") && !told.contains("API keys can"))
    let again = await refusal {
      try await accounts.reset(
        email: "ann@example.org", code: code, newPassword: "a third long one",
        from: Office.client, at: Office.dawn)
    }
    #expect(again == .codeWrong)
  }

  /// A thief's keys do not outlive a reset unseen.
  @Test(arguments: [false, true]) func aNewPasswordTellsOfTheKeys(_ ends: Bool) async throws {
    let office = try Office("keys \(ends)")
    let tokens = try await office.member("ann@example.org")
    let keys = APIKeys(store: office.store, mostRate: RequestRate(perSecond: 50, burst: 100))
    var made: [(text: String, key: APIKey)] = []
    for name in ["Garden display", "Old one"] {
      made.append(
        try await keys.create(
          for: tokens.person, by: tokens.session, name: name, scopes: .read, at: Office.dawn))
    }
    try await keys.revoke(made[1].key.id, of: tokens.person, at: Office.dawn)
    try await office.accounts.requestReset(
      email: "ann@example.org", from: Office.client, at: Office.dawn)
    let listed = try await office.accounts.reset(
      email: "ann@example.org", code: try await office.code(), newPassword: "a new long one",
      endsKeys: ends, from: Office.client, at: Office.after(1))
    #expect(listed.map(\.id) == [made[0].key.id])
    #expect(listed.first?.revokedAt == (ends ? Office.after(1) : nil))
    let told = try #require(try await office.mail().last)
    #expect(told.contains("Garden display") && !told.contains("Old one"))
    #expect(told.contains("can still be used") == !ends)
    let use = await refusal { try await keys.person(ofToken: made[0].text, at: Office.after(2)) }
    #expect((use == nil) == !ends)
    // Nor does a session that has ended make another.
    let late = await refusal {
      try await keys.create(
        for: tokens.person, by: tokens.session, name: "Late", scopes: .read, at: Office.after(2))
    }
    #expect(late?.code == .sessionEnded)
  }

  /// A token of a session that another process has ended.
  @Test func whatIsDelicateAsksTheStore() async throws {
    let office = try Office(#function)
    let tokens = try await office.member("ann@example.org")
    let who = try await office.accounts.person(ofToken: tokens.access, at: Office.dawn)
    try await office.accounts.confirm(who, at: Office.dawn)
    try await office.store.endSessions(of: tokens.person, except: nil, at: Office.dawn)
    _ = try await office.accounts.person(ofToken: tokens.access, at: Office.dawn)
    #expect(
      await refusal { try await office.accounts.confirm(who, at: Office.dawn) }?.code
        == .sessionEnded)
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
          of: tokens.principal, by: OwnerProof(password: password), to: email,
          from: Office.client, at: Office.dawn)
      }
    }
    func confirm(_ code: String) async -> IdentityError? {
      await refusal {
        try await accounts.confirmEmail(
          of: tokens.person, code: code, from: Office.client, on: tokens.session, at: Office.dawn)
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
    // The answer was lost: the same token again, with a new access token.
    let again = try await accounts.refresh(first.refresh, at: Office.after(101))
    #expect(again.refresh == second.refresh && again.access != second.access)
    #expect(again.refreshExpiresAt == second.refreshExpiresAt)
    _ = try await accounts.person(ofToken: again.access, at: Office.after(101))
    // Once the successor is used, whoever shows the one before has a copy: the whole family goes.
    let third = try await accounts.refresh(second.refresh, at: Office.after(102))
    let reused = await refusal { try await accounts.refresh(first.refresh, at: Office.after(102)) }
    #expect(reused?.code == .tokenReused)
    for token in [first.refresh, second.refresh, third.refresh] {
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

  /// While secrets are changed, one process derives with the old one and another with the new one.
  @Test func aLostAnswerIsGivenAgainByAProcessWithANewerSecret() async throws {
    let office = try Office(#function)
    let first = try await office.member("ann@example.org")
    let newer = try SigningSecret(bytes: RandomSource.repeatable("newer").bytes(32))
    func process(knowing previous: SigningSecret?) throws -> BuiltInAccounts {
      BuiltInAccounts(
        store: office.store, outbox: office.outbox, passwords: office.passwords,
        tokens: try AccessTokens(issuer: "i", audience: "a", secret: newer, previous: previous),
        secret: newer, previous: previous)
    }
    let second = try await office.accounts.refresh(first.refresh, at: Office.after(1))
    let again = try await process(knowing: office.secret).refresh(
      first.refresh, at: Office.after(2))
    #expect(again.refresh == second.refresh)
    // One that knows the new secret alone cannot tell it, and ends nothing.
    let blind = await refusal {
      try await process(knowing: nil).refresh(first.refresh, at: Office.after(3))
    }
    #expect(blind?.code == .sessionEnded)
    _ = try await office.accounts.refresh(second.refresh, at: Office.after(4))
  }

  @Test func manyThatRefreshAtOnceGetOneToken() async throws {
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
    let answers = outcomes.compactMap(\.0)
    #expect(answers.count == 32)
    #expect(Set(answers.map(\.refresh)).count == 1)
    #expect(Set(answers.map(\.access)).count == 32)
    let answer = try #require(answers.first)
    _ = try await office.accounts.refresh(answer.refresh, at: Office.dawn)
  }

  // MARK: Throttling

  @Test func guessingIsSlowedDown() async throws {
    let office = try Office(#function)
    _ = try await office.member("ann@example.org")
    func attempt(_ email: String, _ password: String, client: String) async -> IdentityError? {
      await refusal { try await office.login(email, password, client: client) }
    }
    // From many clients at one account: five are free, then waits double.
    for number in 0..<5 {
      #expect(
        await attempt("ann@example.org", "guess \(number)", client: "b\(number)")
          == .credentialsWrong)
    }
    let hashes = office.passwords.figures.done
    let refused = await attempt("ann@example.org", "guess", client: "b6")
    #expect(refused?.code == .throttled)
    #expect(refused?.retryAfterSeconds == 1)
    #expect(office.passwords.figures.done == hashes)
    // An address without an account is slowed down alike.
    for number in 0..<5 {
      #expect(
        await attempt("eve@example.org", "guess \(number)", client: "c\(number)")
          == .credentialsWrong)
    }
    #expect(await attempt("eve@example.org", "guess", client: "c6") == refused)
    // The owner is let in where they were before, and others wait no more than a minute.
    #expect(await attempt("ann@example.org", Office.password, client: Office.client) == nil)
    var longest: Int64 = 0
    for number in 0..<60 {
      let error = await attempt("ann@example.org", "guess", client: "d\(number)")
      longest = max(longest, error?.retryAfterSeconds ?? 0)
      office.pass(error?.retryAfterSeconds ?? 0)
    }
    #expect(longest == 60)
    office.pass(60)
    #expect(await attempt("ann@example.org", Office.password, client: "new") == nil)
  }

  @Test func aClientThatTriesManyAccountsIsSlowedDown() async throws {
    let office = try Office(#function)
    func attempt(_ email: String, client: String) async -> IdentityError? {
      await refusal { try await office.login(email, client: client) }
    }
    for number in 0..<10 {
      #expect(
        await attempt("p\(number)@example.org", client: "bad") == .credentialsWrong)
    }
    #expect(await attempt("p11@example.org", client: "bad")?.retryAfterSeconds == 1)
    #expect(await attempt("p11@example.org", client: "good") == .credentialsWrong)
    office.pass(1)
    #expect(await attempt("p11@example.org", client: "bad") == .credentialsWrong)
    #expect(await attempt("p11@example.org", client: "bad")?.retryAfterSeconds == 2)
  }

  /// A guesser from many addresses goes on and on.
  @Test func aGuesserKeepsNoOwnerOut() async throws {
    let office = try Office(#function)
    let tokens = try await office.member("ann@example.org", client: "home")
    let device = try await office.accounts.person(ofToken: tokens.access, at: Office.dawn)
    var guesses = 0
    func guess() async {
      guesses += 1
      _ = await refusal {
        try await office.login("ann@example.org", "guess", client: "eve \(guesses)")
      }
    }
    func attempt(_ client: String, on device: Principal? = nil) async -> IdentityError? {
      await refusal {
        try await office.accounts.login(
          email: "ann@example.org", password: Office.password, from: client, on: device,
          at: Office.dawn)
      }
    }
    for _ in 0..<600 {
      await guess()
      office.pass(1)
    }
    // On a new device: one wait, no longer than a minute, and whoever tries meanwhile makes it no
    // longer.
    let wait = try #require(await attempt("a new phone")?.retryAfterSeconds)
    #expect(wait <= 60)
    for left in stride(from: wait, to: 0, by: -1) {
      #expect(await attempt("a new phone")?.retryAfterSeconds == left)
      await guess()
      office.pass(1)
      await guess()
    }
    #expect(await attempt("a new phone") == nil)
    // Where somebody is signed in there is no wait, wherever the device is, and whoever else is
    // behind its address.
    for _ in 0..<20 { await guess() }
    for _ in 0..<30 {
      _ = await refusal { try await office.login("bob@example.org", "guess", client: "train") }
    }
    #expect(await attempt("train")?.code == .throttled)
    #expect(await attempt("train", on: device) == nil)
    let changed = await refusal {
      try await office.accounts.changePassword(
        of: tokens.person, from: Office.password, to: "a new long one", keeping: tokens.session,
        client: "train", at: Office.dawn)
    }
    #expect(changed == nil)
    // The session of somebody else opens no other account.
    let eve = try await office.member("eve@example.org", client: "eve")
    let other = try await office.accounts.person(ofToken: eve.access, at: Office.dawn)
    for _ in 0..<10 { await guess() }
    #expect(await attempt("elsewhere", on: other)?.code == .throttled)
    // Nor are guesses on a device that is signed in free.
    var free = 0
    while await refusal({
      try await office.accounts.login(
        email: "ann@example.org", password: "guess", from: "train", on: device, at: Office.dawn)
    })?.code == .credentialsWrong { free += 1 }
    #expect(free == 5)
  }

  /// The clock on the wall is set back by an hour: nobody waits for it.
  @Test func aClockThatIsSetBackLocksNobodyOut() async throws {
    let office = try Office(#function)
    _ = try await office.member("ann@example.org", at: Office.after(3_600))
    for number in 0..<20 {
      _ = await refusal {
        try await office.login(
          "ann@example.org", "guess", client: "c\(number)", at: Office.after(3_600))
      }
    }
    office.pass(60)
    let tokens = try await office.login("ann@example.org", client: "new", at: Office.dawn)
    let renewed = try await office.accounts.refresh(tokens.refresh, at: Office.after(-3_600))
    _ = try await office.accounts.refresh(renewed.refresh, at: Office.after(-3_600))
    for client in ["home", "home"] {
      #expect(
        await refusal {
          try await office.accounts.requestReset(
            email: "ann@example.org", from: client, at: Office.dawn)
        } == nil)
    }
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
      for number in 0..<10 {
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
