import CivilTime
import Quests
import Testing

/// What every store must do with messages that wait, on two stores over the same data.
public enum MailCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case aMessageIsTakenOnceAndEnded, urgentOnesGoFirst, aTakenOneComesBack, idsAreRemembered
  case theQueueIsBounded, erasureTakesThem, manyTakeAtOnce, choicesAreKept
  case unwantedOnesEnd, aMessageStandsForOthers
  case aWeekIsNotedOnce

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
      _ text: String, isUrgent: Bool = true, of person: PersonID? = nil,
      choice: MailChoices = []
    ) -> OutgoingMail {
      OutgoingMail(
        id: .random(using: &random), person: person, isUrgent: isUrgent, choice: choice,
        content: Array(text.utf8), postedAt: now, expiresAt: now.advanced(bySeconds: 900))
    }
    switch self {
    case .aMessageIsTakenOnceAndEnded:
      let one = mail("one", of: .random(using: &random))
      try await store.post([one])
      #expect(try await second.waitingMail() == 1)
      #expect(
        try await second.takeMail(limit: 9, seconds: 600) == [TakenMail(mail: one, attempts: 1)])
      #expect(try await store.takeMail(limit: 9, seconds: 600).isEmpty)
      #expect(try await store.waitingMail() == 1)
      try await store.postponeMail(one.id, seconds: 0)
      #expect(
        try await store.takeMail(limit: 9, seconds: 0) == [TakenMail(mail: one, attempts: 2)])
      try await store.postponeMail(one.id, seconds: 600)
      #expect(try await store.takeMail(limit: 9, seconds: 600).isEmpty)
      try await second.finishMail(one.id)
      try await second.finishMail(one.id)
      // Whoever comes too late brings nothing back.
      try await store.postponeMail(one.id, seconds: 0)
      #expect(try await store.takeMail(limit: 9, seconds: 600).isEmpty)
      #expect(try await store.waitingMail() == 0)

    case .urgentOnesGoFirst:
      let (slow, quick) = (mail("slow", isUrgent: false), mail("quick"))
      try await store.post([slow])
      try await store.post([quick, mail("late", isUrgent: false)])
      #expect(try await store.takeMail(limit: 2, seconds: 600).map(\.mail) == [quick, slow])
      #expect(try await store.takeMail(limit: 2, seconds: 600).count == 1)

    case .aTakenOneComesBack:
      let (lost, held) = (mail("lost"), mail("held"))
      try await store.post([lost])
      // Whoever has taken it ends without a word, and its time is over at once.
      #expect(try await store.takeMail(limit: 1, seconds: 0).map(\.mail) == [lost])
      #expect(
        try await second.takeMail(limit: 1, seconds: 600) == [TakenMail(mail: lost, attempts: 2)])
      try await store.post([held])
      #expect(try await store.takeMail(limit: 9, seconds: 600).map(\.mail) == [held])
      #expect(try await second.takeMail(limit: 9, seconds: 600).isEmpty)

    case .idsAreRemembered:
      let one = mail("one", isUrgent: false)
      try await store.post([one])
      try await store.post([one])
      #expect(try await store.takeMail(limit: 9, seconds: 600).count == 1)
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
      #expect(try await store.takeMail(limit: 9, seconds: 600).map(\.mail) == [kept])

    case .aMessageStandsForOthers:
      let one = mail("one", isUrgent: false, of: .random(using: &random))
      let (other, third) = (mail("other"), mail("third"))
      #expect(try await store.post(one, standingFor: [other.id]))
      let all = [one.id, other.id, third.id]
      #expect(try await second.knownMail(among: all) == [one.id, other.id])
      // All or nothing: neither what is known comes again, nor what would come with it.
      #expect(try await !second.post(third, standingFor: [other.id]))
      #expect(try await !second.post(other, standingFor: [third.id]))
      #expect(try await second.knownMail(among: [third.id]).isEmpty)
      #expect(try await store.takeMail(limit: 9, seconds: 600).map(\.mail) == [one])
      try await store.finishMail(one.id)
      try await store.forgetExpired(at: now.advanced(bySeconds: Self.limits.sentMailSeconds))
      #expect(try await second.knownMail(among: all).isEmpty)
      let shared = other.id
      let posted = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<8 {
          let store: any MailStore = number % 2 == 0 ? store : second
          let mail = mail("\(number)", isUrgent: false)
          group.addTask { try await store.post(mail, standingFor: [shared]) }
        }
        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(posted == 1)
      #expect(try await store.waitingMail() == 1)
      // What finds no room notes nothing.
      try await store.post((0..<19).map { mail("\($0)", isUrgent: false) })
      #expect(
        await refusal {
          _ = try await store.post(mail("full", isUrgent: false), standingFor: [third.id])
        } == .overloaded)
      #expect(try await store.knownMail(among: [third.id]).isEmpty)

    case .unwantedOnesEnd:
      var ann = Account(
        person: .random(using: &random), email: "ann@example.org", isEmailVerified: true,
        name: "Ann", zone: "UTC", units: "mi", credential: nil, createdAt: now,
        mail: [.milestone, .weekly])
      try await store.createAccount(ann)
      let ben = PersonID.random(using: &random)
      let unwanted = mail("milestone", of: ann.person, choice: .milestone)
      let others = [
        mail("week", of: ann.person, choice: .weekly), mail("code", of: ann.person),
        mail("to Ben", of: ben, choice: .milestone), mail("to nobody"),
      ]
      try await store.post([unwanted] + others)
      #expect(try await store.takeMail(limit: 9, seconds: 0).map(\.mail.choice).count == 5)
      // What somebody changes otherwise ends nothing.
      ann.name = "Anna"
      ann.revision += 1
      try await store.updateAccount(ann)
      #expect(try await store.waitingMail() == 5)
      ann.mail = .weekly
      ann.revision += 1
      try await store.updateAccount(ann)
      #expect(try await store.waitingMail() == 4)
      #expect(Set(try await second.takeMail(limit: 9, seconds: 600).map(\.mail)) == Set(others))
      // It has ended as if it were sent, and does not come back with the choice.
      ann.mail = [.milestone, .weekly]
      ann.revision += 1
      try await store.updateAccount(ann)
      try await store.post([unwanted])
      #expect(try await store.waitingMail() == 4)

    case .choicesAreKept:
      var ann = Account(
        person: .random(using: &random), email: "ann@example.org", isEmailVerified: true,
        name: "Ann", zone: "UTC", units: "mi", credential: nil, createdAt: now)
      #expect(ann.mail == .standard)
      try await store.createAccount(ann)
      #expect(try await !store.isNewsWanted())
      var ben = ann
      ben = Account(
        person: .random(using: &random), email: "ben@example.org", name: "Ben", zone: "UTC",
        units: "mi", credential: nil, createdAt: now, mail: [.invitation, .milestone])
      try await store.createAccount(ben)
      let nobody = PersonID.random(using: &random)
      let all = [ann.person, nobody, ben.person]
      func wanting(_ choice: MailChoices) async throws -> [Account] {
        try await second.mailRecipients(among: all, choosing: choice)
      }
      #expect(try await wanting(.invitation) == [ann], "Ben has not shown that the address is his")
      #expect(try await wanting(.milestone).isEmpty)
      #expect(try await store.isNewsWanted(), "Ben wants them, whatever his address")
      ann.mail = [.milestone, .completed]
      ann.revision += 1
      try await store.updateAccount(ann)
      #expect(try await store.account(ann.person) == ann)
      #expect(try await wanting(.milestone) == [ann])
      #expect(try await wanting(.invitation).isEmpty)
      #expect(try await second.mailRecipients(among: [], choosing: .milestone).isEmpty)
      let many = (0...500).map { _ in PersonID.random(using: &random) }
      #expect(
        await refusal {
          _ = try await second.mailRecipients(among: many, choosing: .milestone)
        } == .limit)
      let address = ContentHash(of: Array("eve@example.org".utf8))
      #expect(try await !store.refusesMail(to: address))
      for _ in 0..<2 { try await store.refuseMail(to: address) }
      #expect(try await second.refusesMail(to: address))

    case .aWeekIsNotedOnce:
      let monday = Day(number: 20_577)
      var people: [Account] = []
      for number in 1...9 {
        people.append(
          Account(
            person: PersonID(high: 1, low: UInt64(number)), email: "\(number)@example.org",
            isEmailVerified: number != 2, name: "Ann", zone: "UTC", units: "mi", credential: nil,
            createdAt: now, mail: number == 3 ? .standard : [.weekly, .milestone]))
      }
      for account in people { try await store.createAccount(account) }
      func wanting(_ week: Day, after number: Int? = nil, limit: Int = 9) async throws -> [UInt8] {
        try await second.summaryRecipients(
          of: week, after: number.map { people[$0 - 1].person }, limit: limit
        ).map { $0.person.bytes[15] }
      }
      #expect(try await wanting(monday) == [1, 4, 5, 6, 7, 8, 9])
      #expect(try await wanting(monday, after: 4, limit: 2) == [5, 6])
      // Of many who make the same, one is taken.
      let noted = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<8 {
          let store: any MailStore = number % 2 == 0 ? store : second
          let person = people[0].person
          let mail = mail("\(number)", isUrgent: false, of: person)
          group.addTask { try await store.noteSummary(of: monday, to: person, mail) }
        }
        return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
      }
      #expect(noted == 1)
      #expect(try await store.waitingMail() == 1)
      #expect(try await wanting(monday) == [4, 5, 6, 7, 8, 9])
      #expect(try await wanting(monday.advanced(by: 7)) == [1, 4, 5, 6, 7, 8, 9])
      #expect(try await store.noteSummary(of: monday, to: people[3].person, nil))
      #expect(try await store.waitingMail() == 1)
      // Nothing for those who want none, or are not there.
      let stranger = PersonID(high: 2, low: 1)
      for person in [people[2].person, stranger] {
        #expect(try await !store.noteSummary(of: monday, to: person, mail("no", of: person)))
      }
      #expect(try await store.waitingMail() == 1)
      // What finds no room is not noted.
      try await store.post((0..<19).map { mail("\($0)", isUrgent: false) })
      let last = people[8].person
      #expect(
        await refusal {
          _ = try await store.noteSummary(
            of: monday, to: last, mail("full", isUrgent: false, of: last))
        } == .overloaded)
      #expect(try await wanting(monday) == [5, 6, 7, 8, 9])
      // Weeks that nobody is told of any more are forgotten.
      for weeks in 1...9 {
        let week = monday.advanced(by: Int64(7 * weeks))
        #expect(try await second.noteSummary(of: week, to: people[3].person, nil))
      }
      #expect(try await wanting(monday) == [4, 5, 6, 7, 8, 9])
      try await store.eraseAccount(people[0].person)
      #expect(try await store.waitingMail() == 19)
      try await store.createAccount(people[0])
      #expect(try await wanting(monday).first == 1)
      #expect(try await store.holdSummaries(holder: "a", seconds: 600))
      #expect(try await !second.holdSummaries(holder: "b", seconds: 600))
      #expect(try await second.holdSummaries(holder: "a", seconds: 0))
      #expect(try await second.holdSummaries(holder: "b", seconds: 600))

    case .manyTakeAtOnce:
      let all = (0..<40).map { mail("\($0)") }
      try await store.post(all)
      let taken = try await withThrowingTaskGroup(of: [MailID].self) { group in
        for number in 0..<8 {
          let taker: any MailStore = number % 2 == 0 ? store : second
          group.addTask {
            var ids: [MailID] = []
            while true {
              let some = try await taker.takeMail(limit: 3, seconds: 600)
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
