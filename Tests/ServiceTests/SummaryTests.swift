import CivilTime
import Foundation
import Geodesy
import Quests
import Testing

@testable import Providers
@testable import Service

/// The summaries of weeks: who gets one, when, once, and what it says.
@Suite struct SummaryTests {
  /// On the date line's two sides: their weeks end 23 hours apart.
  private static let ann = PersonID(high: 1, low: 1)
  private static let ben = PersonID(high: 1, low: 2)
  private static let apia = "Pacific/Apia"
  private static let honolulu = "Pacific/Honolulu"
  /// From Monday, 2026-05-04, on.
  private static let week = SummaryWeek(monday: Zone.utc.day(at: TestService.dawn))

  private static func instant(_ text: String) throws -> Instant { try Instant(text: text) }
  /// When the first week ends in Apia and in Honolulu.
  private static var endInApia: Instant { get throws { try instant("2026-05-10T11:00:00Z") } }
  private static var endInHonolulu: Instant { get throws { try instant("2026-05-11T10:00:00Z") } }

  private static func account(
    _ person: PersonID, _ zone: String, mail: MailChoices = .weekly
  ) -> Account {
    Account(
      person: person, email: "\(person.bytes[15])@example.org", isEmailVerified: true,
      name: "Walker", zone: zone, units: "km", credential: nil, createdAt: TestService.dawn,
      mail: mail)
  }

  /// Ann in Apia and Ben in Honolulu want summaries, and walk together.
  private static func service() async throws -> (TestService, QuestID) {
    let service = try TestService()
    try await service.store.createAccount(account(ann, apia))
    try await service.store.createAccount(account(ben, honolulu))
    let team = try await service.team(of: [ann, ben])
    return (service, try await service.quest(for: team))
  }

  private struct Walk {
    let person: PersonID
    let start: Instant
    let meters: Int64
    let isPrivate: Bool
  }

  private static func log(_ walks: [Walk], _ service: TestService) async throws {
    var random = SystemRandomNumberGenerator()
    for walk in walks {
      var content = ActivityContent(
        start: walk.start, distance: Distance(micrometers: walk.meters * 1_000_000))
      content.isPrivate = walk.isPrivate
      _ = try await service.store.perform(
        LedgerCommand(
          .log(
            ActivityKey(person: walk.person, id: .random(using: &random)), content, zone: "UTC"),
          at: walk.start, actor: walk.person))
    }
  }

  private static func at(
    _ now: Instant, _ service: TestService, seen: inout SummaryRelay.Seen
  ) async throws {
    service.now.withLock { $0 = now }
    var relay = SummaryRelay(backend: service.backend)
    relay.pause = .zero
    relay.holding = 0
    try await relay.look(&seen)
  }

  /// As a process that has just started.
  private static func at(_ now: Instant, _ service: TestService) async throws {
    var seen = SummaryRelay.Seen()
    try await at(now, service, seen: &seen)
  }

  /// To whom summaries went, in order of the addresses.
  private static func sent(_ service: TestService) async throws -> [String] {
    try await service.backend.mail.drain()
    let folder = service.folder + "/mail"
    return try FileManager.default.contentsOfDirectory(atPath: folder).map {
      try String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8)
    }.filter { $0.contains("Subject: Mile Quest: your week\r\n") }.map { text in
      text.contains("<1@example.org>") ? "ann" : text.contains("<2@example.org>") ? "ben" : "?"
    }.sorted()
  }

  private static func text(
    _ person: PersonID, _ zone: String, _ week: SummaryWeek, _ service: TestService
  ) async throws -> String? {
    try await WeeklyMail(backend: service.backend).message(
      to: account(person, zone), of: week, in: try service.backend.zone(zone))?.text
  }

  // MARK: When

  @Test func eachIsToldWhenTheWeekHasEndedThere() async throws {
    let (service, _) = try await Self.service()
    try await Self.log(
      [Walk(person: Self.ann, start: TestService.dawn, meters: 900, isPrivate: false)], service)
    var seen = SummaryRelay.Seen()
    let (apia, honolulu) = (try Self.endInApia, try Self.endInHonolulu)
    try await Self.at(apia, service, seen: &seen)
    #expect(try await Self.sent(service).isEmpty, "walks may still be synced")
    try await Self.at(apia.advanced(bySeconds: 5 * 3_600), service, seen: &seen)
    #expect(try await Self.sent(service) == ["ann"])
    try await Self.at(honolulu.advanced(bySeconds: 60), service, seen: &seen)
    #expect(try await Self.sent(service) == ["ann"])
    try await Self.at(honolulu.advanced(bySeconds: 5 * 3_600), service, seen: &seen)
    #expect(try await Self.sent(service) == ["ann", "ben"])
  }

  @Test(arguments: [
    "UTC", apia, honolulu, "Pacific/Kiritimati", "Etc/GMT+12", "Europe/London", "America/New_York",
    "Australia/Lord_Howe",
  ])
  func weeksSurviveClocksThatChange(_ name: String) throws {
    let zone = try ZoneCatalog().zone(named: name)
    for number in 0..<60 {
      let week = SummaryWeek(monday: Self.week.monday.advanced(by: 7 * Int64(number)))
      let span = week.span(in: zone)
      #expect(SummaryWeek.last(at: span.upperBound, in: zone) == week)
      #expect(SummaryWeek.last(at: span.upperBound.advanced(byMicroseconds: -1), in: zone) != week)
      for low in [0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF] as [UInt64] {
        let telling = week.telling(PersonID(high: 1, low: low), in: zone)
        let early = span.upperBound.seconds.distance(to: telling.lowerBound.seconds)
        #expect((3_600..<5 * 3_600).contains(early))
        #expect(telling.upperBound == span.upperBound.advanced(bySeconds: 3 * 86_400))
        #expect(telling.lowerBound < week.isEverybodysFrom)
        for moment in [telling.lowerBound, telling.upperBound.advanced(byMicroseconds: -1)] {
          #expect(SummaryWeek.due(at: moment) == week)
        }
      }
    }
  }

  @Test func aServiceThatWasDownTellsLateAndNotTooLate() async throws {
    let end = try Self.endInApia.advanced(bySeconds: 3 * 86_400)
    for (late, expected) in [(-1, ["ann", "ben"]), (0, ["ben"])] as [(Int64, [String])] {
      let (service, _) = try await Self.service()
      try await Self.log(
        [Walk(person: Self.ann, start: TestService.dawn, meters: 900, isPrivate: true)], service)
      try await Self.at(end.advanced(bySeconds: late), service)
      #expect(try await Self.sent(service) == expected)
    }
  }

  // MARK: Once

  @Test func manyProcessesTellOnce() async throws {
    let (service, _) = try await Self.service()
    let second = try TestService(beside: service)
    try await Self.log(
      [Walk(person: Self.ann, start: TestService.dawn, meters: 900, isPrivate: false)], service)
    let now = try Self.endInHonolulu.advanced(bySeconds: 5 * 3_600)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<6 {
        group.addTask { try await Self.at(now, number % 2 == 0 ? service : second) }
      }
      try await group.waitForAll()
    }
    #expect(try await Self.sent(service) == ["ann", "ben"])
    // A restart looks again, and the queue forgets what it has sent.
    try await Self.at(now, second)
    try await service.store.forgetExpired(at: now.advanced(bySeconds: 99 * 86_400))
    try await Self.at(now, second)
    #expect(try await Self.sent(service) == ["ann", "ben"])
  }

  @Test func aClockThatJumpsNeitherRepeatsNorLoses() async throws {
    let (service, _) = try await Self.service()
    let walks = [0, 9].map { (day: Int64) in
      Walk(
        person: Self.ann, start: TestService.dawn.advanced(bySeconds: day * 86_400), meters: 900,
        isPrivate: false)
    }
    try await Self.log([walks[0]], service)
    let now = try Self.endInHonolulu.advanced(bySeconds: 5 * 3_600)
    var seen = SummaryRelay.Seen()
    try await Self.at(now, service, seen: &seen)
    // Some weeks ahead, where nobody has walked, and back.
    for days in [28, 7, 35] as [Int64] {
      try await Self.at(now.advanced(bySeconds: days * 86_400), service, seen: &seen)
      try await Caretaker(backend: service.backend).forget()
    }
    for hours in [0, -20, -100, 1] as [Int64] {
      try await Self.at(now.advanced(bySeconds: hours * 3_600), service, seen: &seen)
    }
    #expect(try await Self.sent(service) == ["ann", "ben"])
    try await Self.log([walks[1]], service)
    try await Self.at(now.advanced(bySeconds: 7 * 86_400), service, seen: &seen)
    #expect(try await Self.sent(service) == ["ann", "ann", "ben", "ben"])
  }

  @Test func whoIsLateByAWrongClockIsTold() async throws {
    let (service, _) = try await Self.service()
    try await Self.log(
      [Walk(person: Self.ann, start: TestService.dawn, meters: 900, isPrivate: false)], service)
    let now = try Self.endInHonolulu.advanced(bySeconds: 5 * 3_600)
    var seen = SummaryRelay.Seen()
    try await Self.at(now.advanced(bySeconds: 3 * 86_400), service, seen: &seen)
    #expect(try await Self.sent(service).isEmpty)
    try await Self.at(now, service, seen: &seen)
    #expect(try await Self.sent(service) == ["ann", "ben"])
  }

  @Test func whoMovesIsToldOnce() async throws {
    let (service, _) = try await Self.service()
    try await Self.log(
      [Walk(person: Self.ann, start: TestService.dawn, meters: 900, isPrivate: false)], service)
    try await Self.at(try Self.endInApia.advanced(bySeconds: 5 * 3_600), service)
    var moved = Self.account(Self.ann, Self.honolulu)
    moved.revision += 1
    try await service.store.updateAccount(moved)
    try await Self.at(try Self.endInHonolulu.advanced(bySeconds: 5 * 3_600), service)
    #expect(try await Self.sent(service) == ["ann", "ben"])
  }

  // MARK: Whether

  @Test func aQuietWeekIsNotTold() async throws {
    let (service, _) = try await Self.service()
    let now = try Self.endInHonolulu.advanced(bySeconds: 5 * 3_600)
    var seen = SummaryRelay.Seen()
    try await Self.at(now, service, seen: &seen)
    #expect(try await service.store.waitingMail() == 0)
    try await Self.log(
      [
        Walk(
          person: Self.ben, start: TestService.dawn.advanced(bySeconds: 8 * 86_400), meters: 900,
          isPrivate: false)
      ], service)
    try await Self.at(now.advanced(bySeconds: 7 * 86_400), service, seen: &seen)
    #expect(try await Self.sent(service) == ["ann", "ben"], "what the team walked counts for Ann")
  }

  @Test func theFirstSummaryIsOfTheWeekInWhichItWasChosen() async throws {
    let (service, _) = try await Self.service()
    try await Self.log(
      [0, 7].map {
        Walk(
          person: Self.ann, start: TestService.dawn.advanced(bySeconds: $0 * 86_400), meters: 900,
          isPrivate: false)
      }, service)
    func choose(_ isOn: Bool, at now: Instant) async throws {
      service.now.withLock { $0 = now }
      let answer = try await service.send(
        .patch, "/v1/me", "{\"mail\":{\"weekly\":\(isOn)}}", as: Self.ann)
      #expect(answer.status == 200 && answer.json["mail"]?["weekly"]?.bool == isOn)
    }
    let end = try Self.endInApia
    try await choose(false, at: end.advanced(bySeconds: -3_600))
    try await Self.at(end.advanced(bySeconds: 6 * 3_600), service)
    #expect(try await Self.sent(service).isEmpty)
    try await choose(true, at: end.advanced(bySeconds: 7 * 3_600))
    try await Self.at(end.advanced(bySeconds: 8 * 3_600), service)
    #expect(try await Self.sent(service).isEmpty)
    try await Self.at(end.advanced(bySeconds: 7 * 86_400 + 5 * 3_600), service)
    #expect(try await Self.sent(service) == ["ann"])
  }

  @Test func erasureTakesTheSummary() async throws {
    let (service, _) = try await Self.service()
    try await Self.log(
      [Walk(person: Self.ann, start: TestService.dawn, meters: 900, isPrivate: false)], service)
    let now = try Self.endInHonolulu.advanced(bySeconds: 5 * 3_600)
    try await Self.at(now, service)
    #expect(try await service.store.waitingMail() == 2)
    try await service.store.eraseAccount(Self.ann)
    #expect(try await Self.sent(service) == ["ben"])
    // Whoever has read the account before comes too late.
    let message = MailMessage(to: try MailAddress("1@example.org"), subject: "x", text: "x")
    try await service.backend.mail.outbox.postSummary(
      message, of: Self.week.monday.advanced(by: 7), to: Self.ann)
    #expect(try await service.store.waitingMail() == 0)
  }

  // MARK: What

  /// The figures against sums over the walks themselves.
  @Test func theFiguresAreThoseOfTheWeek() async throws {
    let (service, quest) = try await Self.service()
    var random = SplitMix64("weeks")
    let edges = [try Self.endInApia, try Self.endInHonolulu].flatMap { end in
      [-1, 0, 1].map { end.advanced(byMicroseconds: $0) }
    }
    let others = (0..<60).map { _ in
      TestService.dawn.advanced(bySeconds: .random(in: 0..<21 * 86_400, using: &random))
    }
    let walks = (edges + edges + others).enumerated().map { number, start in
      Walk(
        person: number % 2 == 0 ? Self.ann : Self.ben, start: start,
        meters: .random(in: 1...150, using: &random), isPrivate: number % 3 == 0)
    }
    try await Self.log(walks, service)
    func km(_ meters: Int64) -> String {
      Distance(micrometers: meters * 1_000_000).textForPeople(.metric)
    }
    for (person, zone, first) in [
      (Self.ann, Self.apia, try Self.endInApia), (Self.ben, Self.honolulu, try Self.endInHonolulu),
    ] {
      for number in 0..<3 as Range<Int64> {
        let end = first.advanced(bySeconds: number * 7 * 86_400)
        let begin = end.advanced(bySeconds: -7 * 86_400)
        let all = walks.filter { begin <= $0.start && $0.start < end }
        let own = all.filter { $0.person == person }
        let total = walks.filter { $0.start < end }.reduce(0) { $0 + $1.meters }
        let before = total - all.reduce(0) { $0 + $1.meters }
        let week = SummaryWeek(monday: Self.week.monday.advanced(by: number * 7))
        let text = try #require(try await Self.text(person, zone, week, service))
        let distance = km(own.reduce(0) { $0 + $1.meters })
        #expect(text.contains("You walked \(distance) in \(own.count) walks."), "\(text)")
        #expect(text.contains("walked \(km(total - before)) on “North” this week."), "\(text)")
        #expect(text.contains("The team is at \(km(total)) of 10.0 km ("), "\(text)")
        #expect(text.contains("\(km(10_000 - total)) remain."), "\(text)")
        #expect(text.contains("At this pace the team arrives on 2026-"), "\(text)")
        #expect(text.contains("https://quest.example/v1/quests/\(quest)\n"), "\(text)")
        for (name, place) in [("“Hut”", 5_000), ("25 % of the way", 2_500)] as [(String, Int64)] {
          let isReached = before < place && place <= total
          #expect(text.contains("- \(name)\n") == isReached, "\(text)")
        }
      }
    }
  }
}
