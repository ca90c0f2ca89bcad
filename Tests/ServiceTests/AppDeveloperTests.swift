import CivilTime
import HTTPTypes
import JSON
import Quests
import Testing

@testable import Formats
@testable import Service

/// What answers tell those who write apps.
@Suite struct AppDeveloperTests {
  static let (ann, bob, cid) = (
    PersonID(high: 1, low: 1), PersonID(high: 1, low: 2), PersonID(high: 1, low: 3)
  )

  private static func walk(_ number: Int, _ start: String) -> String {
    "{\"id\":\"\(ActivityID(high: 9, low: UInt64(number)))\",\"startedAt\":\"\(start)\","
      + "\"distance\":\"1.5 km\"}"
  }

  /// `CODE of TEAM` for each team that a walk does not count for.
  private static func uncounted(_ answer: JSONNode?) -> [String] {
    (answer?["uncounted"]?.array ?? []).map {
      "\($0.text("code")) \($0["teamId"]?.string ?? "-")\($0.text("text").isEmpty ? " silent" : "")"
    }
  }

  @Test func anAnswerSaysWhyAWalkDoesNotCount() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann])
    let idle = try await service.team(of: [Self.ann, Self.bob])
    let quest = try await service.quest(for: team)
    let dawn = TestService.dawn
    func log(_ number: Int, _ start: Instant, as person: PersonID = Self.ann) async throws
      -> TestService.Answer
    {
      try await service.send(
        .post, "/v1/activities", Self.walk(number, start.description), as: person)
    }
    let counted = try await log(1, dawn.advanced(bySeconds: 60))
    #expect(counted.status == 201 && counted.json["teams"]?.array?.count == 1)
    #expect(Self.uncounted(counted.json) == ["no-open-quest \(idle)"])
    let early = try await log(2, dawn.advanced(bySeconds: -60))
    #expect(early.json["teams"]?.array?.isEmpty == true)
    #expect(
      Self.uncounted(early.json) == [team, idle].sorted().map { "before-joining \($0)" })
    #expect(early.json.text.contains("\(dawn)"), "it says when the walker joined")
    let alone = try await log(3, dawn, as: Self.cid)
    #expect(Self.uncounted(alone.json) == ["no-team -"])
    // The same walk again gets the same reasons, whatever has happened since.
    _ = try await service.team(of: [Self.cid])
    #expect(try await log(3, dawn, as: Self.cid).json.text.contains("before") == false)
    _ = try await service.quest(for: idle)
    #expect(try await log(1, dawn.advanced(bySeconds: 60)).bytes == counted.bytes)
    #expect(try await log(2, dawn.advanced(bySeconds: -60)).bytes == early.bytes)
    // Outside the window, at either end.
    let later = dawn.advanced(bySeconds: 5 * 86_400)
    let moved = try await service.send(
      .patch, "/v1/quests/\(quest)", "{\"start\":\"\(later)\"}", as: Self.ann)
    #expect(moved.status == 200)
    let before = try await log(4, dawn.advanced(bySeconds: 86_400))
    #expect(Self.uncounted(before.json).contains("before-quest \(team)"))
    let ended = try await service.send(
      .patch, "/v1/quests/\(quest)", "{\"end\":\"\(later.advanced(bySeconds: 60))\"}", as: Self.ann)
    #expect(ended.status == 200)
    let after = try await log(5, later.advanced(bySeconds: 3_600))
    #expect(Self.uncounted(after.json).contains("after-quest \(team)"))
    // An edit says it too, a deletion tells the totals alone.
    let path = "/v1/activities/\(ActivityID(high: 9, low: 1))"
    let edited = try await service.send(.patch, path, "{\"note\":\"x\"}", as: Self.ann)
    #expect(Self.uncounted(edited.json).contains("before-quest \(team)"))
    let deleted = try await service.send(.delete, path, as: Self.ann)
    #expect(deleted.status == 200 && deleted.json["uncounted"]?.array?.isEmpty == true)
  }

  @Test func lengthsComeAsTextsEverywhere() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann], isPublic: true)
    let quest = try await service.quest(for: team)
    let start = TestService.dawn.advanced(bySeconds: 60)
    let logged = try await service.send(
      .post, "/v1/activities?units=km", Self.walk(1, start.description), as: Self.ann)
    let result = logged.json["teams"]?.array?.first
    #expect(result?.text("totalText") == "1.5 km" && result?.text("totalBeforeText") == "0 m")
    #expect(result?["position"]?["nextWaypoint"]?.text("remainingText") == "3.5 km")
    for (path, text) in [
      ("/v1/activities", "\"distanceText\":\"0.9 mi\""),
      ("/v1/quests/\(quest)", "\"lengthText\":\"6.2 mi\""),
      ("/v1/quests/\(quest)/progress", "\"totalText\":\"0.9 mi\""),
      ("/v1/quests/\(quest)/map", "\"totalText\":\"0.9 mi\""),
      ("/v1/quests/\(quest)/history", "\"totalText\":\"0.9 mi\""),
      ("/v1/quests/\(quest)/leaderboard", "\"distanceText\":\"0.9 mi\""),
      ("/v1/quests/\(quest)/feed", "\"distanceText\":\"0.9 mi\""),
      ("/v1/quests/\(quest)/milestones", "\"placeText\":\"1.6 mi\""),
    ] {
      let answer = try await service.send(.get, path + "?units=mi", as: Self.ann)
      #expect(answer.status == 200 && answer.text.contains(text), "\(path): \(answer.text)")
      let plain = try await service.send(.get, path, as: Self.ann)
      #expect(!plain.text.contains("Text\""), "\(path)")
    }
    let picked = try await service.send(
      .get, "/v1/activities?units=mi&fields=distanceText", as: Self.ann)
    #expect(picked.json["items"]?.array?.first?.text("distanceText") == "0.9 mi")
    // Kept bodies of different units are not mixed up.
    let again = try await service.send(
      .get, "/v1/quests/\(quest)/progress?units=km", as: Self.ann)
    #expect(again.json.text("totalText") == "1.5 km")
  }

  /// Clients that are generated send null for what they leave out.
  @Test func nullIsAsIfLeftOut() async throws {
    let service = try TestService()
    let body = Self.walk(1, "2026-05-05T10:00:00+02:00")
    let nulls = body.dropLast() + #","zone":null,"private":null,"distanceMeters":null}"#
    let first = try await service.send(.post, "/v1/activities", String(nulls), as: Self.ann)
    #expect(first.status == 201, "\(first.text)")
    let again = try await service.send(.post, "/v1/activities", body, as: Self.ann)
    #expect(again.status == 200, "\(again.text)")
    let walk = try await service.send(.get, "/v1/activities", as: Self.ann).json["items"]?.array?
      .first
    #expect(walk?.text("zone") == "+02:00")
    let change = try await service.send(
      .patch, "/v1/activities/\(walk?.text("id") ?? "")", #"{"zone":null,"note":"x"}"#,
      as: Self.ann)
    #expect(change.status == 200, "\(change.text)")
    let none = try await service.send(
      .post, "/v1/activities",
      #"{"id":"\#(ActivityID(high: 1, low: 7))","#
        + #""startedAt":"2026-05-05T10:00:00Z","distance":null}"#, as: Self.ann)
    #expect(none.text.contains("is missing"), "\(none.text)")
  }

  @Test func aFailedPreconditionSaysWhy() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann])
    let path = "/v1/teams/\(team)"
    let first = try await service.send(.get, path, as: Self.ann)
    let old = try await service.send(.get, path + "?fields=name", as: Self.ann)
    #expect(
      try await service.send(.patch, path, "{\"name\":\"New\"}", as: Self.ann).status == 200)
    let part = try await service.send(.get, path + "?fields=name", as: Self.ann)
    for (tag, cause) in [
      ("\"1\"", "changed"), ("\"7\"", "not-yet"), ("2", "no-tag"), ("W/\"2\"", "no-tag"),
      (try #require(first.headers[.eTag]), "changed"),
      (try #require(old.headers[.eTag]), "changed"),
      ("\"abc\"", "other-answer"), (try #require(part.headers[.eTag]), "other-answer"),
    ] {
      let answer = try await service.send(
        .patch, path, "{\"name\":\"Newer\"}", as: Self.ann, headers: ["If-Match": tag])
      #expect(answer.status == 412 && answer.code == "precondition-failed", "\(tag)")
      #expect(answer.json.text("cause") == cause, "\(tag): \(answer.text)")
      let fault = try #require(answer.json["errors"]?.array?.first)
      #expect(fault.text("header") == "If-Match" && !fault.text("detail").isEmpty)
    }
  }

  /// A moment that is nearly right is named for what it is, in a query and in a body.
  @Test func mistakesAreNamed() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann])
    let quest = try await service.quest(for: team)
    for (moment, detail) in [
      ("2026-05-05T12:00:00+02:00", "write %2B for +"), ("2026-05-05T12:00:00", "has no offset"),
      ("1899-05-05T12:00:00Z", "is before 1900"),
    ] {
      let answer = try await service.send(
        .get, "/v1/quests/\(quest)/progress?at=\(moment)", as: Self.ann)
      #expect(answer.status == 400 && answer.text.contains(detail), "\(answer.text)")
      guard !moment.contains("+") else { continue }
      let logged = try await service.send(
        .post, "/v1/activities", Self.walk(1, moment), as: Self.ann)
      let fault = logged.json["errors"]?.array?.first
      #expect(fault?.text("pointer") == "/startedAt", "\(logged.text)")
      #expect(fault?.text("detail").contains(detail) == true, "\(logged.text)")
    }
    let point = try await service.send(
      .post, "/v1/activities",
      Self.walk(1, TestService.dawn.description).replacing("1.5 km", with: "5 mi."), as: Self.ann)
    #expect(point.text.contains("ends with a point"))
  }

  /// All that is wrong with a body is told at once, with its places: what it is, what does not go
  /// together, and what the ledger does not take.
  @Test func allFaultsOfABodyAreToldAtOnce() async throws {
    let service = try TestService()
    let (id, soon) = ("0190c0de-0000-7000-8000-000000000001", TestService.dawn)
    func pointers(_ fault: JSONNode?) -> Set<String> {
      Set(fault?["errors"]?.array?.map { $0.text("pointer") } ?? [])
    }
    let late = soon.advanced(bySeconds: 400 * 86_400)
    for (fields, places) in [
      ("\"startedAt\":\"\(soon)\",\"distance\":\"0 km\"", ["/distance"]),
      ("\"startedAt\":\"\(soon)\",\"distance\":\"501 km\"", ["/distance"]),
      ("\"startedAt\":\"\(soon)\",\"distanceMeters\":500001", ["/distanceMeters"]),
      (
        "\"startedAt\":\"\(late)\",\"distanceMeters\":0,\"durationSeconds\":172801",
        ["/startedAt", "/distanceMeters", "/durationSeconds"]
      ),
      (
        "\"startedAt\":\"noon\",\"distance\":\"501 km\",\"durationSeconds\":172801,\"note\":7",
        ["/startedAt", "/distance", "/durationSeconds", "/note"]
      ),
      (
        "\"startedAt\":\"\(late)\",\"distance\":\"5 M\",\"distanceMeters\":1,\"more\":1",
        ["/startedAt", "/distance", "/distanceMeters", "/more"]
      ),
      ("\"durationSeconds\":-1", ["/startedAt", "/distance", "/durationSeconds"]),
    ] as [(String, Set<String>)] {
      let item = "{\"id\":\"\(id)\",\(fields)}"
      let one = try await service.send(.post, "/v1/activities", item, as: Self.ann)
      #expect(one.status == 422 && pointers(one.json) == places, "\(one.text)")
      let batch = try await service.send(
        .post, "/v1/activities/batch", "{\"activities\":[\(item)]}", as: Self.ann)
      let result = batch.json["results"]?.array?.first
      #expect(
        pointers(result?["problem"]) == Set(places.map { "/activities/0" + $0 }), "\(batch.text)")
    }
    let whole = try await service.send(.post, "/v1/activities", "[]", as: Self.ann)
    #expect(whole.status == 422 && pointers(whole.json) == [""], "\(whole.text)")
    let good = Self.walk(1, soon.description)
    #expect(try await service.send(.post, "/v1/activities", good, as: Self.ann).status == 201)
    let stored = try await service.send(.get, "/v1/activities", as: Self.ann)
    let path = try "/v1/activities/\(#require(stored.json["items"]?.array?.first).text("id"))"
    for (body, places) in [
      ("{\"distance\":\"501 km\"}", ["/distance"]),
      (
        "{\"durationSeconds\":172801,\"startedAt\":\"\(late)\"}",
        ["/durationSeconds", "/startedAt"]
      ),
      ("{\"durationSeconds\":172801,\"note\":7}", ["/durationSeconds", "/note"]),
    ] as [(String, Set<String>)] {
      let answer = try await service.send(.patch, path, body, as: Self.ann)
      #expect(answer.status == 422 && pointers(answer.json) == places, "\(answer.text)")
    }
    let unknown = try await service.send(.get, "/v1/teams?a=1&b=2", as: Self.ann)
    #expect(unknown.text.contains("parameters are not what they should be"), "\(unknown.text)")
  }

  @Test func aPageLinksToTheNext() async throws {
    let service = try TestService()
    for _ in 0..<3 { _ = try await service.team(of: [Self.ann]) }
    let first = try await service.send(.get, "/v1/teams?limit=2", as: Self.ann)
    let next = try #require(first.json["next"]?.string)
    let link = try #require(HTTPField.Name("Link"))
    #expect(first.headers[link] == "<\(next)>; rel=\"next\"")
    let last = try await service.send(.get, next, as: Self.ann)
    #expect(last.json["items"]?.array?.count == 1 && last.headers[link] == nil)
  }
}
