import CivilTime
import Quests
import Testing

// What people are to other issuers.

extension AccountCase {
  private static let now = World.dawn

  private static func account(_ random: inout SplitMix64, password: Bool) -> Account {
    Account(
      person: .random(using: &random), email: nil, name: "Ann", zone: "Europe/London",
      units: "mi", credential: password ? "scrypt:…" : nil, createdAt: now)
  }

  private static func subject(_ name: String, of issuer: String = "id") -> IssuedSubject {
    IssuedSubject(issuer: "https://\(issuer).example.org", subject: name)
  }

  private static func token(_ subject: IssuedSubject, _ seconds: Int64) -> IssuedToken {
    IssuedToken(subject: subject, issuedAt: now.advanced(bySeconds: seconds))
  }

  /// Tokens that were given before a moment count no more, whatever has become of the person.
  static func tokensEnd(on store: any AccountStore) async throws {
    var random = SplitMix64("tokens end")
    let ann = account(&random, password: false)
    let (home, work, bobs) = (subject("ann"), subject("ann", of: "work"), subject("bob"))
    let bob = account(&random, password: false)
    #expect(try await store.person(of: token(home, 0), offering: ann) == ann.person)
    #expect(try await store.person(of: token(bobs, 0), offering: bob) == bob.person)
    try await store.addSubject(token(work, 1), to: ann.person)
    let all = Set([token(home, 0), token(home, 9), token(work, 5), token(bobs, 0)])
    #expect(Set(try await store.people(of: all).keys) == all)
    #expect(try await store.people(of: [token(subject("nobody"), 0)]).isEmpty)
    #expect(try await store.people(of: []).isEmpty)

    try await store.endSessions(of: ann.person, except: nil, at: now.advanced(bySeconds: 5))
    #expect(
      try await store.people(of: all) == [token(home, 9): ann.person, token(bobs, 0): bob.person])
    let other = account(&random, password: false)
    for old in [token(home, 0), token(work, 5)] {
      #expect(
        await refusal { _ = try await store.person(of: old, offering: other) } == .sessionOver)
      #expect(await refusal { try await store.addSubject(old, to: bob.person) } == .sessionOver)
    }
    #expect(try await store.person(of: token(home, 6), offering: other) == ann.person)
    // A clock that goes back opens nothing again.
    try await store.endSessions(of: ann.person, except: nil, at: now)
    #expect(
      await refusal { _ = try await store.person(of: token(home, 5), offering: other) }
        == .sessionOver)

    // An old token brings nobody back.
    try await store.endSessions(of: ann.person, except: nil, at: now.advanced(bySeconds: 20))
    try await store.eraseAccount(ann.person)
    #expect(
      await refusal { _ = try await store.person(of: token(home, 9), offering: other) }
        == .sessionOver)
    #expect(try await store.account(other.person) == nil)
    #expect(try await store.person(of: token(home, 21), offering: other) == other.person)

    // What is kept is forgotten once the tokens are too old anyhow.
    let limits = LedgerLimits.standard
    try await store.forgetExpired(at: now.advanced(bySeconds: 19 + limits.issuedTokenSeconds))
    #expect(
      await refusal { try await store.addSubject(token(work, 19), to: bob.person) } == .sessionOver)
    try await store.forgetExpired(at: now.advanced(bySeconds: 20 + limits.issuedTokenSeconds))
    try await store.addSubject(token(work, 19), to: bob.person)
  }

  static func subjectsComeAndGo(on store: any AccountStore) async throws {
    var random = SplitMix64("subjects come and go")
    let (ann, bob) = (account(&random, password: true), account(&random, password: false))
    let (home, work, bobs) = (subject("ann"), subject("ann", of: "work"), subject("bob"))
    try await store.createAccount(ann)
    #expect(try await store.person(of: token(bobs, 0), offering: bob) == bob.person)
    for each in [home, work, home] { try await store.addSubject(token(each, 0), to: ann.person) }
    #expect(try await store.subjects(of: ann.person) == [home, work])
    #expect(
      await refusal { try await store.addSubject(token(bobs, 0), to: ann.person) } == .conflict)
    let nobody = PersonID.random(using: &random)
    #expect(
      await refusal { try await store.addSubject(token(subject("new"), 0), to: nobody) }
        == .notFound)
    #expect(try await store.people(of: [token(subject("new"), 0)]).isEmpty)

    func remove(
      _ subject: IssuedSubject, _ person: Account, passwords: Bool = true,
      issuers: Set<String> = ["https://id.example.org", "https://work.example.org"]
    ) async -> LedgerError.Code? {
      await refusal {
        try await store.removeSubject(
          subject, of: person.person, leaving: WaysIn(passwords: passwords, issuers: issuers),
          at: now.advanced(bySeconds: 10))
      }
    }
    #expect(await remove(bobs, ann) == .notFound)
    #expect(await remove(bobs, bob) == .lastWayIn)
    // An issuer that is not configured any more is no way in.
    #expect(
      await remove(home, ann, passwords: false, issuers: ["https://id.example.org"]) == .lastWayIn)
    #expect(await remove(home, ann, passwords: false) == nil)
    #expect(await remove(home, ann) == .notFound)
    #expect(await remove(work, ann, passwords: false) == .lastWayIn)
    #expect(await remove(work, ann) == nil)
    #expect(try await store.subjects(of: ann.person).isEmpty)
    // An old token of one that was removed makes no new account.
    let other = account(&random, password: false)
    #expect(
      await refusal { _ = try await store.person(of: token(home, 10), offering: other) }
        == .sessionOver)
    // Of two removals at once one is the last.
    try await store.addSubject(token(work, 11), to: bob.person)
    let codes = await withTaskGroup(of: LedgerError.Code?.self) { group in
      for each in [work, bobs] { group.addTask { await remove(each, bob) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(codes.contains(nil) && codes.contains(.lastWayIn))

    for number in 1...LedgerLimits.standard.personSubjects {
      try await store.addSubject(token(subject("\(number)"), 0), to: ann.person)
    }
    #expect(
      await refusal { try await store.addSubject(token(subject("x"), 0), to: ann.person) } == .limit
    )
    #expect(try await store.people(of: [token(subject("x"), 0)]).isEmpty)
  }
}
