import CivilTime
import Quests
import Testing

/// What every account store must do, each case on an empty store.
public enum AccountCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case accountsAreUnique, changesNeedTheRevision, subjectsAreOnePerson, erasure, requestKeys
  case namesAtOnce, tokensEnd, subjectsComeAndGo

  public var testDescription: String { rawValue }

  public func run(on store: any AccountStore) async throws {
    var random = SplitMix64(rawValue)
    let now = World.dawn
    func account(_ email: String?) -> Account {
      Account(
        person: .random(using: &random), email: email, name: "Ann", zone: "Europe/London",
        units: "mi", credential: "scrypt:…", createdAt: now)
    }
    @Sendable func token(_ subject: IssuedSubject, _ seconds: Int64 = 0) -> IssuedToken {
      IssuedToken(subject: subject, issuedAt: now.advanced(bySeconds: seconds))
    }
    switch self {
    case .tokensEnd: try await Self.tokensEnd(on: store)
    case .subjectsComeAndGo: try await Self.subjectsComeAndGo(on: store)

    case .namesAtOnce:
      var known: [PersonID: String] = [:]
      for number in 0..<9 {
        var one = account(nil)
        one.name = "Nº \(number)"
        known[one.person] = one.name
        try await store.createAccount(one)
      }
      let some = Array(known.keys.prefix(6))
      let nobody = PersonID.random(using: &random)
      #expect(
        try await store.names(of: some + [nobody, some[0]])
          == known.filter { some.contains($0.key) })
      #expect(try await store.names(of: []).isEmpty)
      let many = (0..<500).map { _ in PersonID.random(using: &random) }
      #expect(try await store.names(of: many).isEmpty)
      #expect(await refusal { _ = try await store.names(of: many + [nobody]) } == .limit)

    case .accountsAreUnique:
      let ann = account("ann@example.org")
      try await store.createAccount(ann)
      #expect(try await store.account(ann.person) == ann)
      #expect(try await store.account(email: "ann@example.org") == ann)
      #expect(try await store.account(email: "bob@example.org") == nil)
      let twin = account("ann@example.org")
      #expect(await refusal { try await store.createAccount(twin) } == .conflict)
      #expect(await refusal { try await store.createAccount(ann) } == .conflict)
      // Any number may have no address.
      let (silent, other) = (account(nil), account(nil))
      try await store.createAccount(silent)
      try await store.createAccount(other)
      #expect(try await store.account(silent.person)?.email == nil)
      // Of racing ones with one address, one is made.
      let racers = (0..<8).map { _ in account("race@example.org") }
      let codes = await withTaskGroup(of: LedgerError.Code?.self) { group in
        for racer in racers {
          group.addTask {
            do throws(LedgerError) {
              try await store.createAccount(racer)
              return nil
            } catch { return error.code }
          }
        }
        return await group.reduce(into: [LedgerError.Code?]()) { $0.append($1) }
      }
      #expect(codes.count { $0 == nil } == 1)
      #expect(codes.count { $0 == .conflict } == 7)

    case .changesNeedTheRevision:
      var ann = account("ann@example.org")
      let bob = account("bob@example.org")
      try await store.createAccount(ann)
      try await store.createAccount(bob)
      ann.name = "Anna"
      ann.zone = "Pacific/Auckland"
      ann.isEmailVerified = true
      ann.revision = 2
      try await store.updateAccount(ann)
      #expect(try await store.account(ann.person) == ann)
      let stale = ann
      #expect(await refusal { try await store.updateAccount(stale) } == .revision)
      var taken = ann
      taken.email = "bob@example.org"
      taken.revision = 3
      let wanted = taken
      #expect(await refusal { try await store.updateAccount(wanted) } == .conflict)
      let nobody = account(nil)
      #expect(await refusal { try await store.updateAccount(nobody) } == .notFound)

    case .subjectsAreOnePerson:
      let subject = IssuedSubject(issuer: "https://id.example.org", subject: "42")
      // Of racing ones, one account is made and all are told of it.
      let offers = (0..<8).map { _ in account(nil) }
      let people = try await withThrowingTaskGroup(of: PersonID.self) { group in
        for offer in offers {
          group.addTask { try await store.person(of: token(subject), offering: offer) }
        }
        return try await group.reduce(into: [PersonID]()) { $0.append($1) }
      }
      #expect(Set(people).count == 1)
      for offer in offers {
        #expect(try await store.account(offer.person) == (offer.person == people[0] ? offer : nil))
      }
      #expect(try await store.subjects(of: people[0]) == [subject])
      // The same subject of another issuer is somebody else.
      let elsewhere = IssuedSubject(issuer: "https://other.example.org", subject: "42")
      let other = account("bob@example.org")
      #expect(try await store.person(of: token(elsewhere), offering: other) == other.person)
      // Where the account cannot be made, the subject stays unknown.
      let third = IssuedSubject(issuer: "https://id.example.org", subject: "43")
      let (twin, fine) = (account("bob@example.org"), account(nil))
      #expect(
        await refusal { _ = try await store.person(of: token(third), offering: twin) } == .conflict)
      #expect(try await store.person(of: token(third), offering: fine) == fine.person)

    case .erasure:
      let (ann, bob) = (account("ann@example.org"), account("bob@example.org"))
      let ids = (ann: SessionID.random(using: &random), bob: SessionID.random(using: &random))
      for (index, (person, session)) in [(ann, ids.ann), (bob, ids.bob)].enumerated() {
        let subject = IssuedSubject(issuer: "https://id.example.org", subject: "\(index)")
        #expect(try await store.person(of: token(subject), offering: person) == person.person)
        try await store.createSession(
          SignInCase.session(session, of: person.person),
          tokenHash: ContentHash(of: [UInt8(index)]))
        try await store.createAPIKey(
          SignInCase.key(.random(using: &random), of: person.person), by: session)
        for holder in [person.email ?? "", person.person.description] {
          try await store.putCode(SignInCase.code(.reset, holder))
        }
        _ = try await store.claim(
          RequestKey(caller: person.person, key: "k"), body: ContentHash(of: [1]), high: 1,
          low: 1, at: now)
      }
      try await store.eraseAccount(ann.person)
      for (person, isThere) in [(ann, false), (bob, true)] {
        #expect(try await (store.account(person.person) != nil) == isThere)
        #expect(try await store.subjects(of: person.person).count == (isThere ? 1 : 0))
        #expect(try await store.sessions(of: person.person, at: now).count == (isThere ? 1 : 0))
        #expect(try await store.apiKeys(of: person.person).count == (isThere ? 1 : 0))
        for holder in [person.email ?? "", person.person.description] {
          #expect(try await (store.code(.reset, holder: holder, at: now) != nil) == isThere)
        }
        let claim = try await store.claim(
          RequestKey(caller: person.person, key: "k"), body: ContentHash(of: [1]), high: 1,
          low: 2, at: now)
        #expect(claim == (isThere ? .repeated(high: 1, low: 1) : .new))
      }
      // The token of a session that has gone is unknown.
      #expect(
        try await store.rotate(
          tokenHash: ContentHash(of: [0]), new: ContentHash(of: [9]), expiresAt: now, at: now)
          == .unknown)
      // Nobody is left to erase, and the address is free again.
      try await store.eraseAccount(ann.person)
      try await store.createAccount(account("ann@example.org"))

    case .requestKeys:
      let caller = PersonID.random(using: &random)
      let (key, body) = (RequestKey(caller: caller, key: "k-1"), ContentHash(of: [1]))
      func claim(
        _ key: RequestKey, _ body: ContentHash, _ id: UInt64, at moment: Instant = now
      ) async throws -> RequestClaim {
        try await store.claim(key, body: body, high: 1, low: id, at: moment)
      }
      #expect(try await claim(key, body, 10) == .new)
      #expect(try await claim(key, body, 11) == .repeated(high: 1, low: 10))
      #expect(try await claim(key, ContentHash(of: [2]), 12) == .otherBody)
      // Scoped to the caller.
      let other = RequestKey(caller: .random(using: &random), key: "k-1")
      #expect(try await claim(other, ContentHash(of: [2]), 13) == .new)
      // What is refused to all that claimed it gives the key back; one that is not keeps it.
      let shared = RequestKey(caller: caller, key: "k-2")
      func release(_ id: UInt64, _ body: ContentHash = body) async throws {
        try await store.release(shared, body: body, high: 1, low: id)
      }
      #expect(try await claim(shared, body, 20) == .new)
      #expect(try await claim(shared, body, 21) == .repeated(high: 1, low: 20))
      try await release(20)
      #expect(try await claim(shared, ContentHash(of: [2]), 22) == .otherBody)
      // What another stands for is not given back.
      try await release(20, ContentHash(of: [2]))
      try await release(22)
      #expect(try await claim(shared, ContentHash(of: [2]), 22) == .otherBody)
      try await release(20)
      #expect(try await claim(shared, ContentHash(of: [2]), 23) == .new)
      // Kept for a day.
      let day = now.advanced(bySeconds: 86_400)
      let before = day.advanced(byMicroseconds: -1)
      #expect(try await claim(key, body, 14, at: before) == .repeated(high: 1, low: 10))
      #expect(try await claim(key, ContentHash(of: [3]), 15, at: day) == .new)
      try await store.forgetExpired(at: day)
      #expect(
        try await claim(key, ContentHash(of: [3]), 16, at: day) == .repeated(high: 1, low: 15))
      #expect(try await claim(other, body, 17, at: day) == .new)
    }
  }
}

/// The code that a call is refused with, or nil.
func refusal(_ body: () async throws -> Void) async -> LedgerError.Code? {
  do {
    try await body()
    return nil
  } catch { return (error as? LedgerError)?.code }
}
