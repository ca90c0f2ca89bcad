import CivilTime
import Quests
import Testing

/// What every account store must do with sessions, codes and API keys, each case on an empty store.
public enum SignInCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case sessionsEnd, tokensRotate, tokensRepeat, tokensRace, sessionsAreBounded, tokensAreBounded
  case codesWorkOnce, codesRace, keysAreKept, keysNeedASession, keysAreTouched
  case whatIsOverIsForgotten

  public var testDescription: String { rawValue }

  private static let now = World.dawn

  static func session(
    _ id: SessionID, of person: PersonID, after seconds: Int64 = 0, expires: Int64 = 100,
    ends: Int64 = 1000
  ) -> Session {
    let start = now.advanced(bySeconds: seconds)
    return Session(
      id: id, person: person, createdAt: start, refreshedAt: start,
      expiresAt: now.advanced(bySeconds: expires), endsAt: now.advanced(bySeconds: ends))
  }

  static func code(
    _ kind: OneTimeCode.Kind, _ holder: String, _ text: UInt8 = 1, attempts: Int64 = 5,
    expires: Int64 = 900
  ) -> OneTimeCode {
    OneTimeCode(
      kind: kind, holder: holder, hash: ContentHash(of: [text]), content: "{\(text)}",
      expiresAt: now.advanced(bySeconds: expires), attempts: attempts)
  }

  static func key(_ id: APIKeyID, of owner: PersonID, after seconds: Int64 = 0) -> APIKey {
    APIKey(
      id: id, owner: owner, name: "Import", hash: ContentHash(of: id.bytes), scopes: [.read, .log],
      rate: RequestRate(perSecond: 5, burst: 20), createdAt: now.advanced(bySeconds: seconds))
  }

  /// The hash of a client's name.
  private static func client(_ number: UInt8) -> ContentHash { ContentHash(of: [99, number]) }

  private static func hash(_ number: Int) -> ContentHash {
    ContentHash(of: [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)])
  }

  public func run(on store: any AccountStore) async throws {
    var random = SplitMix64(rawValue)
    let now = Self.now
    let (ann, bob) = (PersonID.random(using: &random), PersonID.random(using: &random))
    func begin(
      _ number: Int, of person: PersonID, after seconds: Int64 = 0, expires: Int64 = 100
    ) async throws -> Session {
      let session = Self.session(
        .random(using: &random), of: person, after: seconds, expires: expires)
      try await store.createSession(session, tokenHash: Self.hash(number))
      return session
    }
    @Sendable func rotate(
      _ old: Int, _ new: Int, after seconds: Int64 = 10, expires: Int64 = 200
    ) async throws -> TokenRotation {
      try await store.rotate(
        tokenHash: Self.hash(old), new: Self.hash(new),
        expiresAt: now.advanced(bySeconds: expires), at: now.advanced(bySeconds: seconds))
    }
    /// Gives a person an account and a session, so that keys can be made.
    func admit(_ person: PersonID, _ token: Int = 4000) async throws -> SessionID {
      try await store.createAccount(
        Account(
          person: person, email: nil, isEmailVerified: false, name: "Ann", zone: "UTC",
          units: "mi", credential: nil, createdAt: now))
      return try await begin(token, of: person).id
    }
    func live(_ person: PersonID, after seconds: Int64 = 10) async throws -> [SessionID] {
      try await store.sessions(of: person, at: now.advanced(bySeconds: seconds)).map(\.id)
    }

    switch self {
    case .sessionsEnd:
      let first = try await begin(1, of: ann)
      let second = try await begin(2, of: ann, after: 1, expires: 50)
      let third = try await begin(3, of: ann, after: 2)
      let other = try await begin(4, of: bob)
      #expect(try await store.sessions(of: ann, at: now) == [first, second, third])
      #expect(try await live(ann, after: 50) == [first.id, third.id])
      let again = Self.session(.random(using: &random), of: ann)
      #expect(
        await refusal { try await store.createSession(again, tokenHash: Self.hash(1)) }
          == .conflict)
      #expect(
        await refusal { try await store.createSession(first, tokenHash: Self.hash(9)) }
          == .conflict)
      // Nobody ends another's.
      #expect(try await !store.endSession(other.id, of: ann))
      #expect(try await store.endSession(first.id, of: ann))
      #expect(try await !store.endSession(first.id, of: ann))
      #expect(try await rotate(1, 11) == .unknown)
      #expect(try await store.endSession(tokenHash: Self.hash(2)) == second.id)
      #expect(try await store.endSession(tokenHash: Self.hash(2)) == nil)
      let fourth = try await begin(5, of: ann, after: 3)
      let fifth = try await begin(6, of: ann, after: 4)
      #expect(
        try await Set(store.endSessions(of: ann, except: fourth.id, at: now)) == [
          third.id, fifth.id,
        ])
      #expect(try await live(ann) == [fourth.id])
      #expect(try await store.endSessions(of: ann, except: nil, at: now) == [fourth.id])
      #expect(try await live(ann).isEmpty)
      #expect(try await live(bob) == [other.id])

    case .tokensRotate:
      var session = try await begin(1, of: ann)
      let other = try await begin(50, of: ann, after: 1)
      #expect(try await rotate(7, 8) == .unknown)
      session.refreshedAt = now.advanced(bySeconds: 10)
      session.expiresAt = now.advanced(bySeconds: 200)
      #expect(try await rotate(1, 2) == .rotated(session))
      // Never longer than the whole session lasts.
      session.refreshedAt = now.advanced(bySeconds: 190)
      session.expiresAt = session.endsAt
      #expect(try await rotate(2, 3, after: 190, expires: 5000) == .rotated(session))
      #expect(try await rotate(3, 4, after: 1000) == .expired)
      // One that was replaced before comes again: the session is over, also for the last token.
      #expect(try await rotate(1, 5, after: 20) == .reused(session.id, ann))
      #expect(try await rotate(3, 6, after: 20) == .unknown)
      #expect(try await rotate(1, 5, after: 20) == .unknown)
      #expect(try await live(ann) == [other.id])
      // Ending by a token works with one that was replaced too.
      #expect(try await rotate(50, 51) != .unknown)
      #expect(try await store.endSession(tokenHash: Self.hash(50)) == other.id)

    case .tokensRepeat:
      var session = try await begin(1, of: ann, expires: 900)
      session.refreshedAt = now.advanced(bySeconds: 10)
      session.expiresAt = now.advanced(bySeconds: 1000)
      #expect(try await rotate(1, 2, expires: 1000) == .rotated(session))
      // The answer was lost, or another tab asks: the session stays as the first answer said.
      for moment: Int64 in [10, 11, 69] {
        #expect(
          try await rotate(1, 3, after: moment, expires: 1100)
            == .repeated(session, successor: Self.hash(2)))
      }
      // A clock that was set back proves no theft.
      #expect(
        try await rotate(1, 3, after: -3600) == .repeated(session, successor: Self.hash(2)))
      #expect(try await store.sessions(of: ann, at: now) == [session])
      // What was offered and not kept is unknown.
      #expect(try await rotate(3, 4, after: 12) == .unknown)
      // The successor has been used: whoever shows the token now holds a copy.
      session.refreshedAt = now.advanced(bySeconds: 20)
      #expect(try await rotate(2, 5, after: 20, expires: 1000) == .rotated(session))
      #expect(try await rotate(1, 6, after: 21) == .reused(session.id, ann))
      for token in [1, 2, 5] { #expect(try await rotate(token, 7, after: 21) == .unknown) }
      #expect(try await live(ann).isEmpty)
      // A minute is over.
      let late = try await begin(60, of: bob, expires: 900)
      #expect(try await rotate(60, 61, after: 10, expires: 900) != .unknown)
      #expect(try await rotate(60, 62, after: 70, expires: 900) == .reused(late.id, bob))
      #expect(try await live(bob).isEmpty)
      // Nor does a session that was ended come back within the minute.
      let ended = try await begin(70, of: bob, expires: 900)
      #expect(try await rotate(70, 71, after: 10, expires: 900) != .unknown)
      #expect(try await store.endSession(ended.id, of: bob))
      #expect(try await rotate(70, 72, after: 11) == .unknown)
      #expect(try await rotate(71, 72, after: 11) == .unknown)

    case .tokensRace:
      let session = try await begin(1, of: ann)
      let outcomes = try await withThrowingTaskGroup(of: TokenRotation.self) { group in
        for racer in 0..<32 { group.addTask { try await rotate(1, 100 + racer) } }
        return try await group.reduce(into: [TokenRotation]()) { $0.append($1) }
      }
      #expect(
        outcomes.count {
          if case .rotated = $0 { true } else { false }
        } == 1)
      // The others hear of the same successor, and nobody is signed out.
      let successors = Set(
        outcomes.compactMap {
          if case .repeated(let repeated, let successor) = $0, repeated.id == session.id {
            successor
          } else {
            nil
          }
        })
      #expect(
        outcomes.count {
          if case .repeated = $0 { true } else { false }
        } == 31)
      #expect(successors.count == 1)
      #expect(try await live(ann) == [session.id])

    case .sessionsAreBounded:
      let most = LedgerLimits.standard.personSessions
      var ids: [SessionID] = []
      let other = try await begin(9999, of: bob)
      for number in 0..<most + 3 {
        ids.append(try await begin(number, of: ann, after: Int64(number) - 100).id)
      }
      #expect(try await live(ann) == Array(ids.suffix(most)))
      #expect(try await rotate(2, 5000) == .unknown)
      // A clock that lags behind does not end the one that just began.
      let late = try await begin(7777, of: ann, after: -1000)
      #expect(try await live(ann).contains(late.id))
      #expect(try await live(bob) == [other.id])

    case .tokensAreBounded:
      let known = Int(LedgerLimits.standard.sessionTokens)
      let session = try await begin(0, of: ann)
      for number in 0..<known + 2 { _ = try await rotate(number, number + 1) }
      // Too old to be remembered: refused, but no proof of a copy.
      #expect(try await rotate(2, 9000) == .unknown)
      #expect(try await live(ann) == [session.id])
      #expect(try await rotate(3, 9000) == .reused(session.id, ann))

    case .codesWorkOnce:
      let (right, wrong) = (ContentHash(of: [1]), ContentHash(of: [2]))
      func attempt(
        _ kind: OneTimeCode.Kind, _ holder: String, _ hash: ContentHash, after seconds: Int64 = 0,
        from client: UInt8 = 1
      ) async throws -> CodeTrial {
        try await store.tryCode(
          kind, holder: holder, hash: hash, client: Self.client(client),
          at: now.advanced(bySeconds: seconds))
      }
      let code = Self.code(.verify, "ann@example.org")
      try await store.putCode(code)
      #expect(try await store.code(.verify, holder: "ann@example.org", at: now) == code)
      // For this alone, and for this holder.
      #expect(try await attempt(.reset, "ann@example.org", right) == .none)
      #expect(try await attempt(.verify, "bob@example.org", right) == .none)
      #expect(try await attempt(.verify, "ann@example.org", right, after: 900) == .none)
      for _ in 0..<4 { #expect(try await attempt(.verify, "ann@example.org", wrong) == .wrong) }
      #expect(try await store.code(.verify, holder: "ann@example.org", at: now) == code)
      #expect(
        try await attempt(.verify, "ann@example.org", right) == .right(content: code.content))
      #expect(try await attempt(.verify, "ann@example.org", right) == .none)
      // After its last attempt a client is refused even with the right one. Others are not, whoever
      // they are and however many: nobody uses up the code that somebody else waits for.
      try await store.putCode(code)
      for _ in 0..<5 { #expect(try await attempt(.verify, "ann@example.org", wrong) == .wrong) }
      #expect(try await attempt(.verify, "ann@example.org", right) == .none)
      for client: UInt8 in 2..<20 {
        #expect(try await attempt(.verify, "ann@example.org", wrong, from: client) == .wrong)
      }
      #expect(try await store.code(.verify, holder: "ann@example.org", at: now) == code)
      #expect(
        try await attempt(.verify, "ann@example.org", right, from: 30)
          == .right(content: code.content))
      // A new code begins with new tries.
      try await store.putCode(Self.code(.verify, "ann@example.org", 3))
      #expect(try await attempt(.verify, "ann@example.org", right) == .wrong)
      #expect(
        try await attempt(.verify, "ann@example.org", ContentHash(of: [3]))
          == .right(content: "{3}"))

    case .codesRace:
      func race(_ hash: ContentHash) async throws -> [CodeTrial] {
        try await withThrowingTaskGroup(of: CodeTrial.self) { group in
          for _ in 0..<16 {
            group.addTask {
              try await store.tryCode(
                .reset, holder: "a", hash: hash, client: Self.client(1), at: now)
            }
          }
          return try await group.reduce(into: [CodeTrial]()) { $0.append($1) }
        }
      }
      try await store.putCode(Self.code(.reset, "a"))
      let right = try await race(ContentHash(of: [1]))
      #expect(right.count { $0 == .right(content: "{1}") } == 1)
      #expect(right.count { $0 == .none } == 15)
      try await store.putCode(Self.code(.reset, "a"))
      let wrong = try await race(ContentHash(of: [2]))
      #expect(wrong.count { $0 == .wrong } == 5)
      #expect(wrong.count { $0 == .none } == 11)

    case .keysAreKept:
      let session = try await admit(ann)
      let first = Self.key(.random(using: &random), of: ann)
      let plain = APIKey(
        id: .random(using: &random), owner: ann, name: "Réad", hash: ContentHash(of: [7]),
        scopes: .read, rate: nil, createdAt: now.advanced(bySeconds: 5))
      try await store.createAPIKey(plain, by: session)
      try await store.createAPIKey(first, by: session)
      #expect(await refusal { try await store.createAPIKey(first, by: session) } == .conflict)
      #expect(try await store.apiKey(first.id) == first)
      #expect(try await store.apiKey(.random(using: &random)) == nil)
      #expect(try await store.apiKeys(of: ann) == [first, plain])
      #expect(try await store.apiKeys(of: bob).isEmpty)
      try await store.setScopes([.read, .operate], of: plain.id)
      #expect(try await store.apiKey(plain.id)?.scopes == [.read, .operate])
      #expect(
        await refusal { try await store.setScopes(.read, of: .init(high: 1, low: 1)) } == .notFound)
      let later = now.advanced(bySeconds: 60)
      #expect(
        await refusal { try await store.revokeAPIKey(first.id, of: bob, at: later) } == .notFound)
      try await store.revokeAPIKey(first.id, of: ann, at: later)
      try await store.revokeAPIKey(first.id, of: ann, at: later.advanced(bySeconds: 60))
      #expect(try await store.apiKey(first.id)?.revokedAt == later)
      let most = LedgerLimits.standard.personAPIKeys
      for _ in 2..<most {
        try await store.createAPIKey(Self.key(.random(using: &random), of: ann), by: session)
      }
      let tooMany = Self.key(.random(using: &random), of: ann)
      #expect(await refusal { try await store.createAPIKey(tooMany, by: session) } == .limit)
      // One that is there is found all the same.
      #expect(await refusal { try await store.createAPIKey(first, by: session) } == .conflict)

    case .keysNeedASession:
      let session = try await admit(ann)
      let other = try await begin(4001, of: bob)
      func isRefused(by session: SessionID, of person: PersonID, after seconds: Int64 = 0)
        async throws -> Bool
      {
        let key = Self.key(.random(using: &random), of: person, after: seconds)
        let code = await refusal { try await store.createAPIKey(key, by: session) }
        #expect(try await store.apiKey(key.id) == (code == nil ? key : nil))
        return code == .sessionOver
      }
      #expect(try await !isRefused(by: session, of: ann))
      // Nobody's session is another's, a session without an account is none, and one that is over
      // makes no key.
      #expect(try await isRefused(by: session, of: bob))
      #expect(try await isRefused(by: other.id, of: ann))
      #expect(try await isRefused(by: other.id, of: bob))
      #expect(try await isRefused(by: session, of: ann, after: 100))
      #expect(try await store.openSessions(among: [session: ann], at: now) == [session])
      #expect(try await store.openSessions(among: [session: bob], at: now).isEmpty)
      #expect(try await store.openSessions(among: [other.id: bob], at: now).isEmpty)
      #expect(
        try await store.openSessions(
          among: [session: ann], at: now.advanced(bySeconds: 100)
        ).isEmpty)
      try await store.endSession(session, of: ann)
      #expect(try await store.openSessions(among: [session: ann], at: now).isEmpty)
      #expect(try await isRefused(by: session, of: ann))
      // Of keys that race with the end of their session none comes after it.
      let last = try await begin(4002, of: ann)
      let racing = (0..<16).map { _ in Self.key(.random(using: &random), of: ann) }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for key in racing {
          group.addTask { _ = await refusal { try await store.createAPIKey(key, by: last.id) } }
        }
        group.addTask { try await store.endSession(last.id, of: ann) }
        try await group.waitForAll()
      }
      let made = try await store.apiKeys(of: ann).count
      #expect(try await isRefused(by: last.id, of: ann))
      #expect(try await store.apiKeys(of: ann).count == made)

    case .keysAreTouched:
      let key = Self.key(.random(using: &random), of: ann)
      try await store.createAPIKey(key, by: try await admit(ann))
      let (later, last) = (now.advanced(bySeconds: 3600), now.advanced(bySeconds: 7200))
      for (moment, seen) in [(later, later), (last, last), (later, last)] {
        try await store.touchAPIKey(key.id, at: moment)
        #expect(try await store.apiKey(key.id)?.lastUsedAt == seen)
      }

    case .whatIsOverIsForgotten:
      _ = try await begin(1, of: ann, expires: 100)
      let kept = try await begin(2, of: ann, after: 1, expires: 101)
      try await store.putCode(Self.code(.reset, "a", expires: 100))
      try await store.putCode(Self.code(.reset, "b", expires: 101))
      try await store.forgetExpired(at: now.advanced(bySeconds: 100))
      // Asked as of a time at which all of them still held.
      #expect(try await live(ann, after: 0) == [kept.id])
      #expect(try await rotate(1, 3) == .unknown)
      #expect(try await store.code(.reset, holder: "a", at: now) == nil)
      #expect(try await store.code(.reset, holder: "b", at: now) != nil)
    }
  }
}
