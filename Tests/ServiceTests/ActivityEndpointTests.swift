import CivilTime
import Geodesy
import HTTPTypes
import JSON
import Quests
import Testing

@testable import Formats
@testable import Service

/// Walks over HTTP: what is said once counts once, to the micrometre, whatever else is in the queue.
@Suite struct ActivityEndpointTests {
  static let ann = PersonID(high: 1, low: 1)
  static let bob = PersonID(high: 1, low: 2)

  static func id(_ number: Int) -> String { ActivityID(high: 9, low: UInt64(number)).description }

  static func walk(
    _ number: Int, _ distance: String = "\"distance\":\"1.5 km\"", minute: Int = 0,
    more: String = ""
  ) -> String {
    let start = TestService.dawn.advanced(bySeconds: Int64(minute) * 60 + 3_600)
    return "{\"id\":\"\(id(number))\",\"startedAt\":\"\(start)\",\(distance)\(more)}"
  }

  private static func total(_ node: JSONNode?) -> String? {
    node?["teams"]?.array?.first?["totalMeters"]?.number
  }

  @Test func aWalkTellsEveryTeam() async throws {
    let service = try TestService()
    let first = try await service.team(of: [Self.ann])
    let second = try await service.team(of: [Self.bob, Self.ann])
    _ = try await service.team(of: [Self.ann])
    for team in [first, second] { _ = try await service.quest(for: team) }
    let answer = try await service.send(
      .post, "/v1/activities", Self.walk(1, "\"distance\":\"6 km\""), as: Self.ann)
    #expect(answer.status == 201)
    #expect(answer.headers[.location] == "/v1/activities/\(Self.id(1))")
    let teams = try #require(answer.json["teams"]?.array)
    #expect(teams.map { $0.text("teamId") } == [first, second].sorted().map(\.description))
    for team in teams {
      #expect(team["totalMeters"]?.number == "6000")
      let position = try #require(team["position"])
      #expect(position["distanceMeters"]?.number == "6000")
      #expect(position["fraction"]?.double == 0.6)
      let latitude = try #require(position["coordinate"]?.array?[1].double)
      #expect(abs(latitude - 0.054) < 1e-9)
      #expect(position["lastWaypoint"]?["name"]?.string == "Hut")
      let reached = team["reached"]?.array?.map { $0.text("key") }
      #expect(reached == ["percent:25", "waypoint:0", "percent:50"])
    }
  }

  @Test func aRepeatGetsTheFirstAnswerToTheBit() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann])
    _ = try await service.quest(for: team)
    let first = try await service.send(.post, "/v1/activities", Self.walk(1), as: Self.ann)
    #expect(first.status == 201)
    _ = try await service.send(.post, "/v1/activities", Self.walk(2, minute: 9), as: Self.ann)
    func again() async throws {
      let answer = try await service.send(.post, "/v1/activities", Self.walk(1), as: Self.ann)
      #expect(answer.status == 200)
      #expect(answer.bytes == first.bytes)
      let other = try await service.send(
        .post, "/v1/activities", Self.walk(1, "\"distance\":\"1.6 km\""), as: Self.ann)
      #expect(other.status == 409 && other.code == "conflict")
    }
    try await again()
    let path = "/v1/activities/\(Self.id(1))"
    #expect(
      try await service.send(.patch, path, "{\"distance\":\"3 km\"}", as: Self.ann).status == 200)
    try await again()
    // The deletion tells the new totals as an edit does, also where it is asked for again.
    let deleted = try await service.send(.delete, path, as: Self.ann)
    #expect(deleted.status == 200 && Self.total(deleted.json) == "1500")
    #expect(deleted.json["teams"]?.array?[0]["totalBeforeMeters"]?.number == "4500")
    try await again()
    let repeated = try await service.send(.delete, path, as: Self.ann)
    #expect(repeated.status == 200 && Self.total(repeated.json) == "1500")
    #expect(repeated.json["teams"]?.array?[0]["totalBeforeMeters"]?.number == "1500")
    let gone = try await service.send(.get, path, as: Self.ann)
    #expect(gone.status == 410 && gone.code == "deleted")
    // The id is another person's to use.
    let bobs = try await service.send(.post, "/v1/activities", Self.walk(1), as: Self.bob)
    #expect(bobs.status == 201)
  }

  /// Each is counted as it is written; none passes through a binary fraction.
  @Test(arguments: [
    ("\"distanceMeters\":1234.567891", 1_234_567_891), ("\"distanceMeters\":0.0000005001", 1),
    ("\"distanceMeters\":1.2345e3", 1_234_500_000), ("\"distanceMeters\":4.35", 4_350_000),
    ("\"distanceMeters\":0.1234565", 123_456), ("\"distanceMeters\":0.1234575", 123_458),
    ("\"distance\":\"3.1 mi\"", 4_988_966_400), ("\"distance\":\"0.001mi\"", 1_609_344),
  ])
  func distancesAreExact(_ text: String, _ micrometers: Int64) async throws {
    let service = try TestService()
    let answer = try await service.send(
      .post, "/v1/activities", Self.walk(1, text), as: Self.ann)
    #expect(answer.status == 201)
    let stored = try await service.store.activity(
      ActivityKey(person: Self.ann, id: ActivityID(high: 9, low: 1)))
    #expect(stored?.content.distance.micrometers == micrometers)
    let shown = try await service.send(.get, "/v1/activities/\(Self.id(1))", as: Self.ann)
    #expect(
      shown.json["distanceMeters"]?.distance(in: .meters)?.micrometers == micrometers)
  }

  /// What is wrong, what is said of it, and where.
  static let refusals: [(item: String, code: String, pointer: String?)] = [
    (walk(1, "\"distance\":\"1 km\",\"distanceMeters\":1000"), "invalid", "/distanceMeters"),
    (walk(2, "\"private\":false"), "invalid", "/distance"),
    (walk(3, "\"distance\":\"far\""), "invalid", "/distance"),
    (walk(4, "\"distanceMeters\":\"1000\""), "invalid", "/distanceMeters"),
    (walk(5, "\"distanceMeters\":0"), "invalid", nil),
    (walk(6, "\"distance\":\"500.000001 km\""), "limit", nil),
    (walk(7, more: ",\"durationSeconds\":172801"), "limit", nil),
    (walk(8, more: ",\"durationSeconds\":1.5"), "invalid", "/durationSeconds"),
    (walk(9, minute: 14_400), "limit", nil),
    (walk(10, more: ",\"colour\":1"), "invalid", "/colour"),
    (walk(11, more: ",\"note\":\"a\\u0000b\""), "invalid", "/note"),
    (walk(12, more: ",\"note\":\"" + String(repeating: "é", count: 2_049) + "\""), "limit", nil),
    ("{\"startedAt\":\"2026-05-05T10:00:00Z\",\"distance\":\"1 km\"}", "invalid", "/id"),
    (
      "{\"id\":\"x\",\"startedAt\":\"2026-05-05T10:00:00\",\"distance\":\"1 km\"}", "invalid", "/id"
    ),
    ("7", "invalid", ""), ("null", "invalid", ""), ("[]", "invalid", ""),
  ]

  @Test func everyKindOfRefusalNamesItsPlace() async throws {
    let service = try TestService()
    for (item, code, pointer) in Self.refusals {
      let answer = try await service.send(.post, "/v1/activities", item, as: Self.ann)
      #expect(answer.status == 422 && answer.code == code, "\(item): \(answer.text)")
      if let pointer {
        let pointers = answer.json["errors"]?.array?.map { $0.text("pointer") }
        #expect(pointers?.contains(pointer) == true, "\(item): \(answer.text)")
      }
    }
  }

  /// A queue with everything wrong in it: the good count, each of the others says why, and sent
  /// again in any order it counts once and gets the same results.
  @Test func batchesMayBeSentForEver() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann])
    let quest = try await service.quest(for: team)
    let good = (100..<140).map { Self.walk($0, "\"distance\":\"0.1 mi\"", minute: $0 * 7 % 41) }
    let twice = [
      good[3], good[6].replacing(Self.id(106), with: Self.id(106).uppercased()),
    ]
    let conflicting = Self.walk(100, "\"distance\":\"9 mi\"")
    var random = SplitMix64("batches")
    var seen: [String: String] = [:]
    for round in 0..<4 {
      // What conflicts comes after what it conflicts with only by chance: not in the first round.
      let items =
        round == 0
        ? good + Self.refusals.map(\.item) + twice + [conflicting]
        : (good + Self.refusals.map(\.item) + twice + [conflicting]).shuffled(using: &random)
      let answer = try await service.send(
        .post, "/v1/activities/batch", "{\"activities\":[\(items.joined(separator: ","))]}",
        as: Self.ann)
      #expect(answer.status == 200, "\(answer.text)")
      let results = try #require(answer.json["results"]?.array)
      #expect(results.count == items.count)
      for (item, result) in zip(items, results) {
        let id = try JSONReader.read(Array(item.utf8))["id"]?.string?.lowercased()
        let status = result.text("status")
        if let refusal = Self.refusals.first(where: { $0.item == item }) {
          #expect(status == "rejected" && result["result"] == nil)
          #expect(result["problem"]?.text("code") == refusal.code)
          if let pointer = refusal.pointer {
            let index = try #require(items.firstIndex(of: item))
            let pointers = result["problem"]?["errors"]?.array?.map { $0.text("pointer") }
            #expect(pointers?.contains("/activities/\(index)\(pointer)") == true)
          }
        } else if item == conflicting {
          #expect(status == "rejected" && result["problem"]?.text("code") == "conflict")
        } else {
          let id = try #require(id)
          #expect(result.text("id") == id)
          let text = try #require(result["result"]).text
          if seen[id] == nil {
            #expect(status == "created" && round == 0)
            seen[id] = text
          } else {
            #expect(status == "repeated")
            #expect(seen[id] == text, "the same result again")
          }
        }
      }
    }
    #expect(seen.count == 40)
    let standing = try await service.store.standing(
      of: quest, now: service.now.withLock { $0 }, past: nil)
    #expect(standing?.total == Distance(micrometers: 40 * 160_934_400))
    #expect(try await service.store.audit().differences.isEmpty)
    let walks = try await service.send(.get, "/v1/activities?limit=500", as: Self.ann)
    #expect(walks.json["items"]?.array?.count == 40)
    let empty = try await service.send(
      .post, "/v1/activities/batch", "{\"activities\":[]}", as: Self.ann)
    #expect(empty.json["results"]?.array?.isEmpty == true)
    let many = try await service.send(
      .post, "/v1/activities/batch",
      "{\"activities\":[\(Array(repeating: "0", count: 1_001).joined(separator: ","))]}",
      as: Self.ann)
    #expect(many.status == 422 && many.code == "invalid")
  }

  /// The same queue from several devices at once.
  @Test func batchesMayRace() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann])
    let quest = try await service.quest(for: team)
    let items = (0..<60).map { Self.walk($0, minute: $0) }
    let created = try await withThrowingTaskGroup(of: Int.self, returning: Int.self) { group in
      for device in 0..<8 {
        group.addTask {
          var random = SplitMix64("device \(device)")
          let body = items.shuffled(using: &random).joined(separator: ",")
          let answer = try await service.send(
            .post, "/v1/activities/batch", "{\"activities\":[\(body)]}", as: Self.ann)
          #expect(answer.status == 200)
          return answer.json["results"]?.array?.count { $0.text("status") == "created" } ?? 0
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(created == 60)
    let standing = try await service.store.standing(
      of: quest, now: service.now.withLock { $0 }, past: nil)
    #expect(standing?.total == Distance(micrometers: 60 * 1_500_000_000))
  }

  @Test func editsHoldWhatTheyWereMadeFor() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann])
    _ = try await service.quest(for: team)
    _ = try await service.send(
      .post, "/v1/activities", Self.walk(1, "\"distance\":\"6 km\"", more: ",\"note\":\"Rain\""),
      as: Self.ann)
    let path = "/v1/activities/\(Self.id(1))"
    let tag = try #require(try await service.send(.get, path, as: Self.ann).headers[.eTag])
    func edit(_ body: String, _ match: String?) async throws -> TestService.Answer {
      try await service.send(
        .patch, path, body, as: Self.ann, headers: match.map { ["If-Match": $0] } ?? [:])
    }
    let edited = try await edit("{\"distanceMeters\":4000}", tag)
    #expect(edited.status == 200 && edited.headers[.eTag] == "\"2\"")
    #expect(Self.total(edited.json) == "4000")
    let retracted = edited.json["teams"]?.array?[0]["retracted"]?.array?.map { $0.text("key") }
    #expect(retracted == ["percent:50", "waypoint:0"])
    // The same edit again, its answer lost; another one by what has changed since.
    #expect(try await edit("{\"distanceMeters\":4000}", "\"1\"").status == 200)
    #expect(try await edit("{\"distanceMeters\":5000}", "\"1\"").status == 412)
    #expect(try await edit("{\"distanceMeters\":5000}", tag).status == 412)
    #expect(try await edit("{\"note\":null}", "\"2\"").status == 200)
    let shown = try await service.send(.get, path, as: Self.ann)
    #expect(shown.json["note"]?.isNull == true && shown.json["revision"]?.number == "3")
    #expect(shown.json["distanceMeters"]?.number == "4000")
    #expect(try await edit("{\"distance\":\"1 mi\",\"distanceMeters\":1}", nil).status == 422)
    // Edits of different fields at once lose nothing.
    try await withThrowingTaskGroup(of: Int.self) { group in
      for body in ["{\"note\":\"Sun\"}", "{\"source\":\"Watch\"}", "{\"private\":true}"] {
        group.addTask { try await service.send(.patch, path, body, as: Self.ann).status }
      }
      for try await status in group { #expect(status == 200) }
    }
    let both = try await service.send(.get, path, as: Self.ann)
    #expect(both.json.text("note") == "Sun" && both.json.text("source") == "Watch")
    #expect(both.json["private"]?.bool == true && both.json["revision"]?.number == "6")
    let history = try await service.send(.get, path + "/versions?limit=2", as: Self.ann)
    #expect(history.json["items"]?.array?.map { $0["revision"]?.number } == ["1", "2"])
    let next = try #require(history.json["next"]?.string)
    let rest = try await service.send(.get, next, as: Self.ann)
    #expect(rest.json["items"]?.array?.map { $0["revision"]?.number } == ["3", "4"])
    #expect(
      try await service.send(.delete, path, as: Self.ann, headers: ["If-Match": "\"5\""]).status
        == 412)
    for _ in 0..<2 {
      #expect(
        try await service.send(.delete, path, as: Self.ann, headers: ["If-Match": "\"6\""]).status
          == 200, "also where the first answer was lost")
    }
    #expect(try await edit("{\"note\":\"x\"}", nil).status == 410)
    let kept = try await service.send(.get, path + "/versions", as: Self.ann)
    #expect(kept.json["items"]?.array?.count == 6)
  }

  @Test func walksAreTheirWalkersAlone() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann, Self.bob])
    _ = try await service.quest(for: team)
    let path = "/v1/activities/\(Self.id(1))"
    let answer = try await service.send(
      .post, "/v1/activities", Self.walk(1, more: ",\"private\":true"), as: Self.ann)
    #expect(Self.total(answer.json) == "1500", "it counts")
    #expect(try await service.send(.get, path, as: Self.ann).json["private"]?.bool == true)
    for method in [HTTPRequest.Method.get, .delete] {
      #expect(try await service.send(method, path, as: Self.bob).status == 404)
    }
    #expect(try await service.send(.patch, path, "{}", as: Self.bob).status == 404)
    #expect(try await service.send(.get, path + "/versions", as: Self.bob).status == 404)
    let bobs = try await service.send(.get, "/v1/activities", as: Self.bob)
    #expect(bobs.json["items"]?.array?.isEmpty == true)
    let events = try await service.store.events(of: team, after: 0, limit: 100)
    #expect(!events.contains { $0.activity != nil })
    #expect(try await service.send(.get, path, as: nil).status == 401)
    for (scopes, status) in [("read", 403), ("log", 201), ("manage", 403)] {
      #expect(
        try await service.send(
          .post, "/v1/activities", Self.walk(2), as: Self.ann, scopes: scopes
        ).status == status)
    }
    #expect(
      try await service.send(.get, path, as: Self.ann, scopes: "log").status == 403)
  }

  @Test func listsPageThroughTiesAndDates() async throws {
    let service = try TestService()
    let items = (0..<23).map { Self.walk($0, minute: $0 / 4) }
    _ = try await service.send(
      .post, "/v1/activities/batch", "{\"activities\":[\(items.joined(separator: ","))]}",
      as: Self.ann)
    var path: String? = "/v1/activities?limit=5&fields=id"
    var seen: [String] = []
    while let here = path {
      let page = try await service.send(.get, here, as: Self.ann)
      #expect(page.status == 200)
      seen += page.json["items"]?.array?.map { $0.text("id") } ?? []
      path = page.json["next"]?.string
      #expect(seen.count <= 23)
    }
    #expect(seen == (0..<23).reversed().map { Self.id($0) })
    let start = TestService.dawn.advanced(bySeconds: 3_600)
    let some = try await service.send(
      .get,
      "/v1/activities?from=\(start.advanced(bySeconds: 60))&until=\(start.advanced(bySeconds: 180))",
      as: Self.ann)
    #expect(some.json["items"]?.array?.count == 8)
    #expect(
      try await service.send(.get, "/v1/activities?cursor=AQ", as: Self.ann).code
        == "invalid-parameter")
  }

  @Test func theZoneIsThatOfTheAccount() async throws {
    let service = try TestService()
    try await service.store.createAccount(
      Account(
        person: Self.ann, email: nil, name: "Ann", zone: "Pacific/Auckland", units: "km",
        credential: nil, createdAt: TestService.dawn))
    for person in [Self.ann, Self.bob] {
      _ = try await service.send(
        .post, "/v1/activities",
        "{\"id\":\"\(Self.id(1))\",\"startedAt\":\"2026-05-05T13:00:00Z\",\"distance\":\"1 km\"}",
        as: person)
    }
    let path = "/v1/activities/\(Self.id(1))"
    let anns = try await service.send(.get, path, as: Self.ann).json
    #expect(anns.text("zone") == "Pacific/Auckland" && anns.text("day") == "2026-05-06")
    let bobs = try await service.send(.get, path, as: Self.bob).json
    #expect(bobs.text("zone") == "UTC" && bobs.text("day") == "2026-05-05")
    let moved = try await service.send(
      .patch, "/v1/me", "{\"zone\":\"America/New_York\"}", as: Self.ann)
    #expect(moved.status == 200)
    _ = try await service.send(.post, "/v1/activities", Self.walk(2), as: Self.ann)
    let later = try await service.send(.get, "/v1/activities/\(Self.id(2))", as: Self.ann)
    #expect(later.json.text("zone") == "America/New_York")
  }
}
