import CivilTime
import Quests
import Testing

@testable import Providers

@Suite struct LinkedIdentitiesTests {
  private let world: IssuerOffice
  private let linked: LinkedIdentities

  init() throws {
    world = try IssuerOffice("linked")
    linked = LinkedIdentities(
      store: world.office.store, signIn: world.office.accounts, accounts: world.accounts,
      browser: nil)
  }

  private func subject(_ name: String) -> IssuedSubject {
    IssuedSubject(issuer: world.issuer.url, subject: name)
  }

  private func add(
    _ token: String, to principal: Principal, _ proof: OwnerProof, after seconds: Int64 = 1
  ) async -> IdentityError? {
    await refusal {
      try await linked.add(
        .token(token), to: principal, by: proof, from: Office.client, at: Office.after(seconds))
    }
  }

  private var right: OwnerProof { OwnerProof(password: Office.password) }

  @Test func theOwnerProvesTheAccountByThePassword() async throws {
    let ann = try await world.office.member("ann@example.org")
    let token = world.token("ann")
    for wrong in [OwnerProof(), OwnerProof(password: "wrong")] {
      #expect(await add(token, to: ann.principal, wrong)?.code == .credentialsWrong)
    }
    #expect(await add("junk", to: ann.principal, right)?.code == .tokenInvalid)
    #expect(try await linked.all(of: ann.person).isEmpty)
    #expect(await add(token, to: ann.principal, right) == nil)
    #expect(try await linked.all(of: ann.person) == [subject("ann")])
    // From now on both ways lead to the same person.
    let app = try await world.bearer.person(ofToken: token, at: Office.after(2))
    #expect(app.person == ann.person)
    // Again is nothing new.
    #expect(await add(token, to: ann.principal, right) == nil)
    let mails = try await world.office.mail().filter { $0.contains("with Test from now on") }
    #expect(mails.count == 1)
  }

  @Test func theOwnerProvesTheAccountByAMailedCode() async throws {
    let ann = try await world.office.member("ann@example.org")
    let token = world.token("ann")
    try await world.office.accounts.requestProof(
      of: ann.person, from: Office.client, at: Office.dawn)
    let code = try await world.office.code()
    #expect(
      await add(token, to: ann.principal, OwnerProof(mailedCode: "00000000"))?.code == .codeWrong)
    #expect(await add(token, to: ann.principal, OwnerProof(mailedCode: code)) == nil)
    // Once.
    #expect(
      await add(world.token("other"), to: ann.principal, OwnerProof(mailedCode: code))?.code
        == .codeWrong)
    #expect(try await linked.all(of: ann.person) == [subject("ann")])
  }

  @Test func aCodeOfAnotherPersonProvesNothing() async throws {
    let ann = try await world.office.member("ann@example.org")
    let bob = try await world.office.member("bob@example.org")
    try await world.office.accounts.requestProof(
      of: bob.person, from: Office.client, at: Office.dawn)
    let code = try await world.office.code()
    #expect(
      await add(world.token("x"), to: ann.principal, OwnerProof(mailedCode: code))?.code
        == .codeWrong)
  }

  @Test func whatLeadsToAnotherAccountStaysThere() async throws {
    let ann = try await world.office.member("ann@example.org")
    let token = world.token("bob")
    let bob = try await world.bearer.person(ofToken: token, at: Office.dawn)
    #expect(await add(token, to: ann.principal, right)?.ledger?.code == .conflict)
    #expect(try await linked.all(of: bob.person) == [subject("bob")])
  }

  /// An account without a password is proven by a sign-in of a moment ago.
  @Test func whoHasNoPasswordSignsInAgain() async throws {
    let principal = try await world.bearer.person(ofToken: world.token("ann"), at: Office.dawn)
    let late = Principal(
      person: principal.person, subject: principal.subject,
      issuedAt: Office.after(-BuiltInAccounts.freshSeconds))
    #expect(await add(world.token("two"), to: late, right)?.code == .credentialsWrong)
    #expect(await add(world.token("two"), to: principal, OwnerProof()) == nil)
    // Now the first can be removed, and then not the second.
    func remove(_ name: String) async -> LedgerError.Code? {
      await refusal {
        try await linked.remove(subject(name), of: principal.person, at: Office.after(9))
      }?.ledger?.code
    }
    #expect(await remove("nobody") == .notFound)
    #expect(await remove("ann") == nil)
    #expect(await remove("two") == .lastWayIn)
    #expect(
      await refusal {
        try await world.bearer.person(ofToken: world.token("ann", after: 5), at: Office.after(9))
      }?.code == .sessionEnded)
    // An address, and by it a password, makes a way in that needs no issuer.
    try await world.office.accounts.changeEmail(
      of: principal, by: OwnerProof(), to: "ann@example.org", from: Office.client,
      at: Office.after(10))
    let code = try await world.office.code()
    try await world.office.accounts.confirmEmail(
      of: principal.person, code: code, from: Office.client, on: nil, at: Office.after(10))
    try await world.office.accounts.requestReset(
      email: "ann@example.org", from: Office.client, at: Office.after(11))
    try await world.office.accounts.reset(
      email: "ann@example.org", code: try await world.office.code(),
      newPassword: Office.password, from: Office.client, at: Office.after(11))
    #expect(await remove("two") == nil)
    #expect(try await world.office.login("ann@example.org").person == principal.person)
  }
}
