import Base
import CivilTime
import Foundation
import Geodesy
import HTTPTypes
import JSON
import Quests
import Routes
import Testing

@testable import Formats
@testable import Service

/// Quests over HTTP: what they set out to do, who may change them, and what is read of them.
@Suite struct QuestEndpointTests {
  static let (ann, bob, eve) = (
    PersonID(high: 2, low: 1), PersonID(high: 2, low: 2), PersonID(high: 2, low: 3)
  )
  static let dawn = TestService.dawn

  /// A sample of ours, stored for everybody.
  static func sample(_ name: String, in service: TestService, owner: PersonID? = nil) async throws
    -> RouteRecord
  {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "routes")
    let bytes = try Data(contentsOf: folder.appending(path: "\(name).geojson"))
    let document = RouteReader.read(Array(bytes), fileName: "\(name).geojson")
    let route = try document.route()
    var random = SystemRandomNumberGenerator()
    return try await service.store.addRoute(
      try MeasuredRoute(route), id: .random(using: &random), owner: owner,
      isPublic: owner == nil, at: dawn)
  }

  static func draft(_ route: RouteRecord, name: String = "North", more: String = "") -> String {
    "{\"name\":\"\(name)\",\"routeId\":\"\(route.version.route)\",\"start\":\"\(dawn)\","
      + "\"end\":\"\(dawn.advanced(bySeconds: 100 * 86_400))\",\"zone\":\"Europe/London\"\(more)}"
  }

  static func log(
    _ meters: Int64, hours: Int64, as person: PersonID = ann, isPrivate: Bool = false,
    number: UInt64, in service: TestService
  ) async throws {
    _ = try await service.store.perform(
      LedgerCommand(
        .log(
          ActivityKey(person: person, id: ActivityID(high: 5, low: number)),
          ActivityContent(
            start: dawn.advanced(bySeconds: hours * 3_600),
            distance: Distance(micrometers: meters * 1_000_000), isPrivate: isPrivate),
          zone: "UTC"), at: dawn.advanced(bySeconds: 864_000), actor: person))
  }

  static func name(_ people: [(PersonID, String)], in service: TestService) async throws {
    for (person, name) in people {
      try await service.store.createAccount(
        Account(
          person: person, email: nil, name: name, zone: "UTC", units: "mi", credential: nil,
          createdAt: dawn))
    }
  }

  // MARK: Quests

  @Test func aQuestIsCreatedOnceAndInScale() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann, Self.bob])
    let route = try await Self.sample("appalachian-trail", in: service)
    let body = Self.draft(route, more: ",\"length\":\"500 mi\",\"percentages\":[50,100]")
    let path = "/v1/teams/\(team)/quests"
    let first = try await service.send(
      .post, path, body, as: Self.ann, headers: ["Idempotency-Key": "k"])
    #expect(first.status == 201)
    #expect(first.json["lengthMeters"]?.double == 804_672)
    #expect(first.json["officialLengthMeters"]?.double == route.length.meters)
    #expect(first.json["percentages"]?.array?.compactMap(\.int64) == [50, 100])
    #expect(first.json["state"]?.string == "active")
    // A later version of the route does not make the repeat another quest.
    let again = try await service.send(
      .post, path, body, as: Self.ann, headers: ["Idempotency-Key": "k"])
    #expect(again.status == 201)
    #expect(again.json["id"]?.string == first.json["id"]?.string)
    let second = try await service.send(.post, path, body, as: Self.ann)
    #expect(second.code == "quest-open")
    let list = try await service.send(.get, path, as: Self.bob)
    #expect(list.json["items"]?.array?.count == 1)
    #expect(try await service.send(.post, path, body, as: Self.bob).status == 403)
    #expect(try await service.send(.post, path, body, as: Self.eve).status == 404)
  }

  @Test func faultsOfADraftAreNamed() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann])
    let own = try await Self.sample("manhattan-loop", in: service, owner: Self.eve)
    let route = try await Self.sample("manhattan-loop", in: service)
    let path = "/v1/teams/\(team)/quests"
    func pointer(_ body: String) async throws -> String? {
      let answer = try await service.send(.post, path, body, as: Self.ann)
      #expect(answer.status == 422)
      return answer.json["errors"]?.array?.first?["pointer"]?.string
    }
    #expect(try await pointer(Self.draft(own)) == "/routeId", "hidden routes are not there")
    #expect(try await pointer(Self.draft(route, more: ",\"version\":9")) == "/version")
    #expect(try await pointer(Self.draft(route, more: ",\"length\":\"0 mi\"")) == "/length")
    for years in [-1, 60] {
      let end = Self.dawn.advanced(bySeconds: Int64(years) * 31_557_600)
      let body = Self.draft(route).replacing(
        "\"end\":\"\(Self.dawn.advanced(bySeconds: 100 * 86_400))", with: "\"end\":\"\(end)")
      #expect(try await pointer(body) == "/end", "\(years) years")
    }
    let both = Self.draft(route, more: ",\"length\":\"1 mi\",\"lengthMeters\":5")
    #expect(try await pointer(both) == "/lengthMeters")
    #expect(try await pointer(Self.draft(route, more: ",\"laps\":0")) == "/laps")
  }

  @Test func ofTwoChangesOfOneRevisionOneIsMade() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann])
    let quest = try await service.quest(for: team)
    let path = "/v1/quests/\(quest)"
    let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<8 {
        group.addTask {
          try await service.send(
            .patch, path, "{\"name\":\"Name \(number)\"}", as: Self.ann,
            headers: ["If-Match": "\"1\""]
          ).status
        }
      }
      return try await group.reduce(into: [Int]()) { $0.append($1) }
    }
    #expect(statuses.sorted() == [200] + Array(repeating: 412, count: 7))
    let longer = try await service.send(
      .patch, path, "{\"lengthMeters\":20000}", as: Self.ann, headers: ["If-Match": "\"2\""])
    #expect(longer.json["lengthMeters"]?.double == 20_000)
    #expect(longer.json["officialLengthMeters"]?.double == 10_000)
    // The end is too far from the start for a lap to lead to the next by itself.
    let undecided = try await service.send(.patch, path, "{\"laps\":2}", as: Self.ann)
    #expect(undecided.status == 422)
    #expect(undecided.json["errors"]?.array?.first?["pointer"]?.string == "/lapJoin")
    let back = try await service.send(
      .patch, path, "{\"length\":null,\"laps\":2,\"lapJoin\":\"ferry\"}", as: Self.ann)
    #expect(back.json["laps"]?.int64 == 2)
    #expect(back.json["lengthMeters"]?.double == 20_000)
    #expect(back.json["officialLengthMeters"]?.double == 20_000)
    let cancelled = try await service.send(.post, path + "/cancel", as: Self.ann)
    #expect(cancelled.json["state"]?.string == "cancelled")
    #expect(try await service.send(.get, path, as: Self.ann).status == 200, "it is still there")
    let late = try await service.send(.patch, path, "{\"laps\":3}", as: Self.ann)
    #expect(late.code == "quest-closed")
  }

  // MARK: Progress

  @Test func progressTellsFiguresOfNowAndThen() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann, Self.bob])
    let quest = try await service.quest(for: team)
    try await Self.log(2_000, hours: 1, number: 1, in: service)
    try await Self.log(4_000, hours: 30, as: Self.bob, number: 2, in: service)
    let path = "/v1/quests/\(quest)/progress"
    let now = try await service.send(.get, path + "?units=km", as: Self.ann)
    #expect(now.status == 200)
    #expect(now.json["totalMeters"]?.double == 6_000)
    #expect(now.json["remainingMeters"]?.double == 4_000)
    #expect(now.json["percent"]?.double == 60)
    #expect(now.json["totalText"]?.string == "6.0 km")
    #expect(now.json["position"]?["lastWaypoint"]?["name"]?.string == "Hut")
    #expect(now.json["milestonesReached"]?.int64 == 3)
    // 6,000 m on eleven days: 4,000 · 11 / 6,000 is 7.3, so in eight days.
    #expect(now.json["pace"]?["days"]?.int64 == 11)
    #expect(now.json["pace"]?["arrival"]?.string == "2026-05-22")
    #expect(now.json["pace"]?["onTrack"]?.bool == true)
    let then = Self.dawn.advanced(bySeconds: 7_200)
    let past = try await service.send(.get, path + "?at=\(then)", as: Self.ann)
    #expect(past.json["totalMeters"]?.double == 2_000)
    // The earth is flattened: half the latitude is 31 micrometres short of half the way.
    #expect(past.json["nextWaypoint"]?["distanceMeters"]?.double == 4_999.999_969)
    #expect(past.json["nextWaypoint"]?["remainingMeters"]?.double == 2_999.999_969)
    #expect(past.json["contributors"]?.array?.count == 1)
    #expect(past.json["totalText"] == nil)
    let future = Self.dawn.advanced(bySeconds: 900_000)
    #expect(try await service.send(.get, path + "?at=\(future)", as: Self.ann).status == 400)
    let fields = try await service.send(.get, path + "?fields=pace.arrival", as: Self.ann)
    #expect(fields.text == "{\"pace\":{\"arrival\":\"2026-05-22\"}}")
    #expect(try await service.send(.get, path, as: Self.eve).status == 404)
  }

  /// A body that was kept is given out only where a fresh one would be the same, whoever wrote.
  @Test func aKeptAnswerIsNeverStale() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann], isPublic: true)
    let quest = try await service.quest(for: team)
    try await Self.name([(Self.ann, "Ann")], in: service)
    let path = "/v1/quests/\(quest)/progress"
    func fresh(_ person: PersonID?) async throws -> String {
      let other = try TestService(beside: service)
      let answer = try await other.send(.get, path, as: person)
      return answer.text
    }
    func isFresh(_ what: String) async throws {
      for person in [Self.ann, nil] {
        let warm = try await service.send(.get, path, as: person)
        let again = try await service.send(.get, path, as: person)
        let made = try await fresh(person)
        #expect(warm.text == again.text)
        #expect(warm.text == made, "after \(what)")
      }
    }
    try await isFresh("the start")
    // Straight into the store, past this service.
    try await Self.log(3_000, hours: 2, number: 1, in: service)
    try await isFresh("a walk")
    let walked = try await service.send(.get, path, as: nil)
    #expect(walked.json["totalMeters"]?.double == 3_000)
    var account = try #require(try await service.store.account(Self.ann))
    account.name = "Annabel"
    account.revision += 1
    try await service.store.updateAccount(account)
    try await isFresh("another name")
    #expect(try await service.send(.get, path, as: nil).text.contains("Annabel"))
    service.now.withLock { $0 = $0.advanced(bySeconds: 86_400) }
    try await isFresh("a day")
    let change = QuestChange(zone: "Pacific/Auckland")
    _ = try await service.store.perform(
      LedgerCommand(
        .changeQuest(quest, change, expectedRevision: nil), at: Self.dawn, actor: nil))
    try await isFresh("another zone")
    service.now.withLock { $0 = $0.advanced(bySeconds: 200 * 86_400) }
    try await isFresh("its end")
    let tag = try await service.send(.get, path, as: nil).headers[.eTag]
    let unchanged = try await service.send(
      .get, path, as: nil, headers: ["If-None-Match": tag ?? ""])
    #expect(unchanged.status == 304)
    _ = try await service.store.perform(
      LedgerCommand(
        .changeTeam(team, TeamChange(isPublic: false), expectedRevision: nil), at: Self.dawn,
        actor: nil))
    #expect(try await service.send(.get, path, as: nil).status == 404)
  }

  @Test func nobodysPrivateWalkHasAName() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann, Self.bob], isPublic: true)
    let quest = try await service.quest(for: team)
    try await Self.name([(Self.ann, "Ann"), (Self.bob, "Bob")], in: service)
    try await Self.log(2_600, hours: 1, as: Self.bob, isPrivate: true, number: 1, in: service)
    try await Self.log(3_000, hours: 2, number: 2, in: service)
    let views = ["progress", "leaderboard", "feed", "milestones"]
    for person in [Self.ann, Self.eve, nil] {
      for view in views {
        let answer = try await service.send(.get, "/v1/quests/\(quest)/\(view)", as: person)
        #expect(answer.status == 200)
        #expect(!answer.text.contains("Bob"), "\(view)")
        #expect(!answer.text.contains(Self.bob.description), "\(view)")
        #expect(answer.text.contains("Ann"), "\(view)")
        #expect(answer.text.contains(Self.ann.description) == (person == Self.ann), "\(view)")
      }
    }
    let progress = try await service.send(.get, "/v1/quests/\(quest)/progress", as: nil)
    let quarter = progress.json["milestones"]?.array?.first
    #expect(quarter?["key"]?.string == "percent:25")
    #expect(quarter?["reached"]?.bool == true)
    #expect(quarter?["personName"]?.isNull == true)
    #expect(progress.json["totalMeters"]?.double == 5_600)
    #expect(progress.headers[.cacheControl]?.contains("max-age=10") == true)
    // Deep in the past of a quest too.
    let then = Self.dawn.advanced(bySeconds: 3_700)
    let past = try await service.send(.get, "/v1/quests/\(quest)/progress?at=\(then)", as: nil)
    #expect(!past.text.contains("Bob"))
    #expect(past.json["totalMeters"]?.double == 2_600)
  }

  // MARK: Listings

  @Test func equalWalkersShareARank() async throws {
    let service = try TestService()
    let people = (1...7).map { PersonID(high: 3, low: $0) }
    let team = try await service.team(of: people)
    let quest = try await service.quest(for: team)
    for (index, meters) in [500, 500, 900, 100, 500, 100, 50].enumerated() {
      try await Self.log(
        Int64(meters), hours: 1, as: people[index], number: UInt64(index + 1), in: service)
    }
    var ranks: [Int64] = []
    var seen: [String] = []
    var path: String? = "/v1/quests/\(quest)/leaderboard?limit=2"
    while let next = path {
      let page = try await service.send(.get, next, as: people[0])
      ranks += page.json["items"]?.array?.compactMap { $0["rank"]?.int64 } ?? []
      seen += page.json["items"]?.array?.map { $0.text("personId") } ?? []
      path = page.json["next"]?.string
    }
    #expect(ranks == [1, 2, 2, 2, 5, 5, 7])
    #expect(seen == [2, 0, 1, 4, 3, 5, 6].map { people[$0].description })
    var walks: [String] = []
    path = "/v1/quests/\(quest)/feed?limit=3"
    while let next = path {
      let page = try await service.send(.get, next, as: people[0])
      walks += page.json["items"]?.array?.map { $0.text("activityId") } ?? []
      path = page.json["next"]?.string
    }
    #expect(walks.count == 7)
    #expect(walks == walks.sorted(by: >), "of one start by id")
  }

  @Test func historyHasIdleDaysAndWeeks() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann])
    let quest = try await service.quest(for: team)
    try await Self.log(1_000, hours: 1, number: 1, in: service)
    try await Self.log(500, hours: 2, number: 2, in: service)
    try await Self.log(2_000, hours: 24 * 8, number: 3, in: service)
    let path = "/v1/quests/\(quest)/history"
    let days = try #require(try await service.send(.get, path, as: Self.ann).json["items"]?.array)
    #expect(days.count == 11)
    #expect(
      days.map { $0["distanceMeters"]?.double } == [1_500, 0, 0, 0, 0, 0, 0, 0, 2_000, 0, 0])
    #expect(days.map { $0["totalMeters"]?.double }.suffix(3) == [3_500, 3_500, 3_500])
    let part = try await service.send(
      .get, path + "?from=2026-05-10&until=2026-05-12&by=week", as: Self.ann)
    let weeks = try #require(part.json["items"]?.array)
    #expect(weeks.map { $0["week"]?.string } == ["2026-W19", "2026-W20"])
    #expect(weeks.map { $0["distanceMeters"]?.double } == [0, 2_000])
    #expect(weeks.map { $0["totalMeters"]?.double } == [1_500, 3_500])
    let backwards = try await service.send(
      .get, path + "?from=2026-05-10&until=2026-05-09", as: Self.ann)
    #expect(backwards.status == 400)
  }

  // MARK: Maps

  @Test func aMapEndsAtTheMarker() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann], isPublic: true)
    let route = try await Self.sample("lands-end-to-john-o-groats", in: service)
    let created = try await service.send(
      .post, "/v1/teams/\(team)/quests", Self.draft(route), as: Self.ann)
    let quest = created.json.text("id")
    try await Self.log(400_000, hours: 3, number: 1, in: service)
    let map = try await service.send(.get, "/v1/quests/\(quest)/map?tolerance=500", as: nil)
    #expect(map.status == 200)
    #expect(map.headers[.contentType] == "application/geo+json")
    #expect(map.headers[.cacheControl]?.contains("max-age=10") == true)
    let marker = map.json["features"]?.array?.first {
      $0["properties"]?["kind"]?.string == "marker"
    }
    #expect(marker?["properties"]?["distanceMeters"]?.double == 400_000)
    let own = try await service.send(.get, "/v1/quests/\(quest)/map", as: Self.ann)
    #expect(own.headers[.cacheControl] == "private, no-store")
    let start = try await service.send(.get, "/v1/quests/\(quest)/map?at=\(Self.dawn)", as: nil)
    let origin = start.json["features"]?.array?.first {
      $0["properties"]?["kind"]?.string == "marker"
    }
    #expect(origin?["properties"]?["distanceMeters"]?.double == 0)
  }

  // MARK: Pictures

  @Test func aCardIsAPictureThatCachesMayKeep() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann], isPublic: true)
    let hidden = try await service.team(of: [Self.bob])
    let quest = try await service.quest(for: team)
    let path = "/v1/quests/\(quest)/card.png"
    let card = try await service.send(.get, path, as: nil)
    #expect(card.status == 200 && card.headers[.contentType] == "image/png")
    #expect(card.bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
    // The width and height that a PNG file begins with.
    #expect(Array(card.bytes[16..<24]) == [0, 0, 4, 0xB0, 0, 0, 2, 0x76])
    #expect(card.headers[.cacheControl]?.contains("max-age=10") == true)
    let tag = try #require(card.headers[.eTag])
    let same = try await service.send(.get, path, as: nil, headers: ["If-None-Match": tag])
    #expect(same.status == 304 && same.bytes.isEmpty)
    let head = try await service.send(.head, path, as: nil)
    #expect(head.status == 200 && head.bytes.isEmpty && head.headers[.eTag] == tag)
    #expect(try await service.send(.get, path + "?units=mi", as: nil).bytes != card.bytes)
    #expect(try await service.send(.get, path + "?units=m", as: nil).status == 400)
    try await Self.log(500, hours: 1, number: 1, in: service)
    #expect(try await service.send(.get, path, as: nil).headers[.eTag] != tag)
    let own = try await service.quest(for: hidden)
    let ownPath = "/v1/quests/\(own)/card.png"
    #expect(try await service.send(.get, ownPath, as: nil).status == 404)
    let seen = try await service.send(.get, ownPath, as: Self.bob)
    #expect(seen.status == 200 && seen.headers[.cacheControl] == "private, no-store")
  }

  @Test func aCompletedQuestHasACertificate() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann], isPublic: true)
    let route = try await Self.sample("manhattan-loop", in: service)
    let created = try await service.send(
      .post, "/v1/teams/\(team)/quests", Self.draft(route, more: ",\"length\":\"5 km\""),
      as: Self.ann)
    let path = "/v1/quests/\(created.json.text("id"))/certificate.pdf"
    try await Self.log(4_000, hours: 1, number: 1, in: service)
    #expect(try await service.send(.get, path, as: nil).code == "not-found")
    try await Self.log(1_000, hours: 2, number: 2, in: service)
    let page = try await service.send(.get, path, as: nil)
    #expect(page.status == 200 && page.headers[.contentType] == "application/pdf")
    #expect(page.bytes.starts(with: "%PDF-".utf8))
    #expect(try await service.send(.get, path, as: Self.ann).bytes == page.bytes)
    #expect(try await service.send(.head, path, as: nil).headers[.eTag] == page.headers[.eTag])
  }

  // MARK: Markers

  @Test func markersFollowWhatWasDone() async throws {
    let service = try TestService()
    let open = try await service.team(of: [Self.ann], isPublic: true)
    let hidden = try await service.team(of: [Self.bob])
    let quest = try await service.quest(for: open)
    _ = try await service.quest(for: hidden)
    let relay = MarkerRelay(backend: service.backend)
    let changed = service.store.changedTeams()
    try await relay.sweep()
    let path = "/v1/quests?bbox=6,-1,8,1"
    func items() async throws -> [JSONNode] {
      try await service.send(.get, path, as: nil).json["items"]?.array ?? []
    }
    #expect(try await items().map { $0.text("questId") } == [quest.description])
    #expect(
      try await items().map { [$0.text("questName"), $0.text("teamName")] }
        == [["North", "Long Haulers"]])
    #expect(try await items().first?["coordinate"]?.array?[1].double == 0)
    let walk =
      "{\"id\":\"\(ActivityID(high: 5, low: 9))\",\"startedAt\":\"\(Self.dawn)\",\"distance\":\"5 km\"}"
    #expect(try await service.send(.post, "/v1/activities", walk, as: Self.ann).status == 201)
    let taken = changed.take()
    #expect(taken.teams == [open])
    try await relay.place(taken.teams)
    let latitude = try #require(try await items().first?["coordinate"]?.array?[1].double)
    #expect(abs(latitude - 0.045) < 1e-6)
    #expect(try await service.send(.get, "/v1/quests?bbox=6,1,8,-1", as: nil).status == 400)
    // What the running relay does by itself.
    let running = Task { await relay.run() }
    let more = walk.replacing("0009\"", with: "000a\"").replacing("5 km", with: "1 km")
    #expect(try await service.send(.post, "/v1/activities", more, as: Self.ann).status == 201)
    #expect(
      try await eventually {
        try await items().first?["coordinate"]?.array?[1].double ?? 0 > 0.05
      })
    running.cancel()
    await running.value
  }

  @Test func dueQuestsAreClosedOnce() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann])
    let quest = try await service.quest(for: team)
    let caretaker = Caretaker(backend: service.backend)
    #expect(try await caretaker.closeDue() == 0)
    service.now.withLock { $0 = Self.dawn.advanced(bySeconds: 101 * 86_400) }
    #expect(try await caretaker.closeDue() == 1)
    #expect(try await caretaker.closeDue() == 0)
    #expect(try await service.store.quest(quest)?.quest.closing == .expired)
    try await caretaker.forget()
    let kept = try await service.store.events(of: team, after: 0, limit: 10)
    #expect(kept.map(\.kind) == [.questExpired], "the events of a hundred days ago are gone")
  }

  @Test func aCacheForgetsAndNeverGrows() {
    let cache = BoundedCache<Int, Int>(mostWeight: 100)
    for number in 0..<1_000 {
      cache.insert(number, for: number, weight: 10)
      #expect(cache[number] == number)
    }
    #expect((0..<1_000).count { cache[$0] != nil } <= 10)
    cache.insert(1, for: -1, weight: 51)
    #expect(cache[-1] == nil, "too heavy")
    cache.insert(1, for: 7, weight: 1)
    cache.insert(2, for: 7, weight: 1)
    #expect(cache[7] == 2)
  }
}
