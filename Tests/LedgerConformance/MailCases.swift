import CivilTime
import Quests
import Testing

/// What every store must do with messages that wait, on two stores over the same data.
public enum MailCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case aMessageIsTakenOnceAndEnded, urgentOnesGoFirst, aTakenOneComesBack, idsAreRemembered
  case theQueueIsBounded, erasureTakesThem, manyTakeAtOnce

  public var testDescription: String { rawValue }

  /// The limits that stores have for these cases.
  public static var limits: LedgerLimits {
    var limits = LedgerLimits.standard
    limits.waitingMail = 40
    return limits
  }

  public func run(
    on store: some AccountStore & MailStore, _ second: some MailStore
  ) async throws {
    let now = World.dawn
    var random = SplitMix64(rawValue)
    func mail(
      _ text: String, isUrgent: Bool = true, of person: PersonID? = nil
    ) -> OutgoingMail {
      OutgoingMail(
        id: .random(using: &random), person: person, isUrgent: isUrgent,
        content: Array(text.utf8), postedAt: now, expiresAt: now.advanced(bySeconds: 900))
    }
    switch self {
    case .aMessageIsTakenOnceAndEnded:
      let one = mail("one", of: .random(using: &random))
      try await store.post([one])
      #expect(try await second.waitingMail() == 1)
      #expect(
        try await second.takeMail(limit: 9, seconds: 60) == [TakenMail(mail: one, attempts: 1)])
      #expect(try await store.takeMail(limit: 9, seconds: 60).isEmpty)
      #expect(try await store.waitingMail() == 1)
      try await store.postponeMail(one.id, seconds: 0)
      #expect(
        try await store.takeMail(limit: 9, seconds: 0) == [TakenMail(mail: one, attempts: 2)])
      try await store.postponeMail(one.id, seconds: 60)
      #expect(try await store.takeMail(limit: 9, seconds: 60).isEmpty)
      try await second.finishMail(one.id)
      try await second.finishMail(one.id)
      // Whoever comes too late brings nothing back.
      try await store.postponeMail(one.id, seconds: 0)
      #expect(try await store.takeMail(limit: 9, seconds: 60).isEmpty)
      #expect(try await store.waitingMail() == 0)

    case .urgentOnesGoFirst:
      let (slow, quick) = (mail("slow", isUrgent: false), mail("quick"))
      try await store.post([slow])
      try await store.post([quick, mail("late", isUrgent: false)])
      #expect(try await store.takeMail(limit: 2, seconds: 60).map(\.mail) == [quick, slow])
      #expect(try await store.takeMail(limit: 2, seconds: 60).count == 1)

    case .aTakenOneComesBack:
      let one = mail("one")
      try await store.post([one])
      let taken = ContinuousClock.now
      #expect(try await store.takeMail(limit: 1, seconds: 3).count == 1)
      var again = try await second.takeMail(limit: 1, seconds: 60)
      #expect(again.isEmpty || ContinuousClock.now - taken > .seconds(3))
      for _ in 0..<300 where again.isEmpty {
        try await Task.sleep(for: .milliseconds(100))
        again = try await second.takeMail(limit: 1, seconds: 60)
      }
      #expect(again == [TakenMail(mail: one, attempts: 2)])

    case .idsAreRemembered:
      let one = mail("one", isUrgent: false)
      try await store.post([one])
      try await store.post([one])
      #expect(try await store.takeMail(limit: 9, seconds: 60).count == 1)
      try await store.finishMail(one.id)
      try await store.post([one])
      #expect(try await store.waitingMail() == 0)
      let kept = Self.limits.sentMailSeconds
      try await store.forgetExpired(at: now.advanced(bySeconds: kept - 1))
      try await store.post([one])
      #expect(try await store.waitingMail() == 0)
      try await store.forgetExpired(at: now.advanced(bySeconds: kept))
      try await store.post([one])
      #expect(try await store.waitingMail() == 1)
      // What waits is not forgotten, however long it does.
      try await store.forgetExpired(at: now.advanced(bySeconds: 9 * kept))
      #expect(try await store.waitingMail() == 1)

    case .theQueueIsBounded:
      let bulk = (0..<20).map { mail("\($0)", isUrgent: false) }
      try await store.post(bulk)
      #expect(
        await refusal { try await store.post([mail("more", isUrgent: false)]) } == .overloaded)
      try await store.post((0..<19).map { mail("\($0)") })
      #expect(await refusal { try await store.post([mail("a"), mail("b")]) } == .overloaded)
      #expect(try await store.waitingMail() == 39)
      try await store.post([mail("last")])
      #expect(await refusal { try await store.post([mail("more")]) } == .overloaded)
      try await store.finishMail(bulk[0].id)
      try await store.post([mail("more")])

    case .erasureTakesThem:
      let (ann, ben) = (PersonID.random(using: &random), PersonID.random(using: &random))
      let kept = mail("to Ben", of: ben)
      try await store.post([mail("to Ann", of: ann), kept, mail("also to Ann", of: ann)])
      try await store.eraseAccount(ann)
      #expect(try await store.takeMail(limit: 9, seconds: 60).map(\.mail) == [kept])

    case .manyTakeAtOnce:
      let all = (0..<40).map { mail("\($0)") }
      try await store.post(all)
      let taken = try await withThrowingTaskGroup(of: [MailID].self) { group in
        for number in 0..<8 {
          let taker: any MailStore = number % 2 == 0 ? store : second
          group.addTask {
            var ids: [MailID] = []
            while true {
              let some = try await taker.takeMail(limit: 3, seconds: 60)
              if some.isEmpty { return ids }
              ids += some.map(\.mail.id)
            }
          }
        }
        return try await group.reduce(into: [MailID]()) { $0 += $1 }
      }
      #expect(taken.count == all.count && Set(taken) == Set(all.map(\.id)))
    }
  }
}
