import CivilTime
import Quests
import Testing

/// What every account store must do, each case on an empty store.
public enum AccountCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case accountsAreUnique, changesNeedTheRevision, sessionsEnd, requestKeys, namesAtOnce

  public var testDescription: String { rawValue }

  public func run(on store: any AccountStore) async throws {
    var random = SplitMix64(rawValue)
    let now = World.dawn
    func account(_ email: String?) -> Account {
      Account(
        person: .random(using: &random), email: email, name: "Ann", zone: "Europe/London",
        units: "mi", credential: "scrypt:…", createdAt: now)
    }
    func refusal(_ body: () async throws -> Void) async -> LedgerError.Code? {
      do {
        try await body()
        return nil
      } catch { return (error as? LedgerError)?.code }
    }
    switch self {
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

    case .sessionsEnd:
      let ann = account("ann@example.org")
      try await store.createAccount(ann)
      let sessions = (0..<3).map { number in
        Session(
          id: .random(using: &random), person: ann.person,
          tokenHash: ContentHash(of: [UInt8(number)]),
          createdAt: now.advanced(bySeconds: Int64(number)),
          expiresAt: now.advanced(bySeconds: 100 * Int64(number + 1)))
      }
      for session in sessions { try await store.createSession(session) }
      #expect(try await store.sessions(of: ann.person, at: now) == sessions)
      let hash = sessions[0].tokenHash
      #expect(try await store.session(tokenHash: hash, at: now) == sessions[0])
      let expiry = sessions[0].expiresAt
      #expect(try await store.session(tokenHash: hash, at: expiry) == nil)
      #expect(try await store.sessions(of: ann.person, at: expiry) == Array(sessions[1...]))
      try await store.endSession(sessions[1].id)
      #expect(try await store.session(tokenHash: sessions[1].tokenHash, at: now) == nil)
      try await store.forgetExpired(at: expiry)
      #expect(try await store.sessions(of: ann.person, at: now) == [sessions[2]])

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
