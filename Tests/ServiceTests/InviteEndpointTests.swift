import CivilTime
import Quests
import Testing

@testable import Formats
@testable import Service

/// Who is in a team and how one gets in and out.
@Suite struct InviteEndpointTests {
  static let ann = PersonID(high: 1, low: 1)
  static let bob = PersonID(high: 1, low: 2)
  static let cid = PersonID(high: 1, low: 3)

  @Test func ofManyWhoRaceOneJoins() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann])
    let made = try await service.send(
      .post, "/v1/teams/\(team)/invites", "{\"role\":\"admin\"}", as: Self.ann)
    #expect(made.status == 201)
    let code = made.json.text("code")
    #expect(made.headers[.location] == "/v1/invites/\(code)")
    let offer = try await service.send(.get, "/v1/invites/\(code)", as: nil)
    #expect(offer.json.text("teamName") == "Long Haulers" && offer.json.text("role") == "admin")
    let racers = (10..<26).map { PersonID(high: 2, low: UInt64($0)) }
    let answers = try await withThrowingTaskGroup(
      of: (PersonID, TestService.Answer).self, returning: [(PersonID, TestService.Answer)].self
    ) { group in
      for racer in racers {
        group.addTask {
          (racer, try await service.send(.post, "/v1/invites/\(code):redeem", as: racer))
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    let winners = answers.filter { $0.1.status == 200 }
    #expect(winners.count == 1)
    #expect(answers.count { $0.1.status == 410 && $0.1.code == "invite-used" } == 15)
    let winner = try #require(winners.first)
    #expect(winner.1.json.text("role") == "admin")
    let again = try await service.send(.post, "/v1/invites/\(code):redeem", as: winner.0)
    #expect(again.bytes == winner.1.bytes, "the winner may ask again")
    let members = try await service.send(.get, "/v1/teams/\(team)/members", as: Self.ann)
    #expect(members.json["items"]?.array?.count == 2)
    #expect(try await service.send(.get, "/v1/invites/\(code)", as: nil).code == "invite-used")
    let list = try await service.send(.get, "/v1/teams/\(team)/invites", as: Self.ann)
    let shown = try #require(list.json["items"]?.array?.first)
    #expect(shown.text("redeemedById") == winner.0.description && shown.text("status") == "used")
  }

  @Test func onlyTheCodeLetsIn() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann, Self.bob])
    let path = "/v1/teams/\(team)/invites"
    let key = ["Idempotency-Key": "first"]
    let made = try await service.send(.post, path, "{}", as: Self.ann, headers: key)
    let code = made.json.text("code")
    let name = made.json.text("id")
    #expect(name != code)
    // Later, when the same request would lead to another moment of expiry.
    service.now.withLock { $0 = $0.advanced(bySeconds: 60) }
    let again = try await service.send(.post, path, "{}", as: Self.ann, headers: key)
    #expect(again.status == 201 && again.bytes == made.bytes)
    let list = try await service.send(.get, path, as: Self.bob)
    #expect(list.text.contains(name) && !list.text.contains(code))
    #expect(list.json["items"]?.array?.count == 1)
    #expect(
      try await service.send(.get, "/v1/teams/\(team)/trail", as: Self.ann).text.contains(code)
        == false)
    let byName = try await service.send(.post, "/v1/invites/\(name):redeem", as: Self.cid)
    #expect(byName.status == 404)
    #expect(try await service.send(.get, "/v1/invites/\(name)", as: Self.cid).status == 404)
    let inside = try await service.send(.post, "/v1/invites/\(code):redeem", as: Self.bob)
    #expect(inside.code == "already-member")
    #expect(try await service.send(.post, "/v1/invites/\(code):redeem", as: nil).status == 401)
    #expect(try await service.send(.delete, "\(path)/\(code)", as: Self.ann).status == 404)
    #expect(try await service.send(.delete, "\(path)/\(name)", as: Self.bob).status == 403)
    for _ in 0..<2 {
      #expect(try await service.send(.delete, "\(path)/\(name)", as: Self.ann).status == 204)
    }
    let revoked = try await service.send(.post, "/v1/invites/\(code):redeem", as: Self.cid)
    #expect(revoked.status == 410 && revoked.code == "invite-revoked")
    let short = try await service.send(
      .post, path, "{\"expiresInSeconds\":60}", as: Self.ann)
    service.now.withLock { $0 = $0.advanced(bySeconds: 60) }
    let late = try await service.send(
      .post, "/v1/invites/\(short.json.text("code")):redeem", as: Self.cid)
    #expect(late.code == "invite-expired")
    #expect(
      try await service.send(.post, path, "{\"expiresInSeconds\":59}", as: Self.ann).status == 422)
    #expect(try await service.send(.post, path, "{}", as: Self.bob).status == 403)
    #expect(try await service.send(.post, path, "{}", as: Self.cid).status == 404)
  }

  @Test func theLastAdminStays() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann, Self.bob, Self.cid])
    let path = "/v1/teams/\(team)/members"
    func role(_ role: String, of person: PersonID, by admin: PersonID) async throws
      -> TestService.Answer
    {
      try await service.send(.patch, "\(path)/\(person)", "{\"role\":\"\(role)\"}", as: admin)
    }
    #expect(try await role("member", of: Self.ann, by: Self.ann).code == "last-admin")
    #expect(try await service.send(.delete, "\(path)/\(Self.ann)", as: Self.ann).status == 409)
    #expect(try await role("admin", of: Self.bob, by: Self.bob).status == 403)
    #expect(try await service.send(.delete, "\(path)/\(Self.cid)", as: Self.bob).status == 403)
    let raised = try await role("admin", of: Self.bob, by: Self.ann)
    #expect(raised.status == 200 && raised.json.text("role") == "admin")
    // Both admins leave at once: one stays.
    let statuses = try await withThrowingTaskGroup(of: Int.self, returning: [Int].self) { group in
      for person in [Self.ann, Self.bob] {
        group.addTask {
          try await service.send(.delete, "\(path)/\(person)", as: person).status
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(statuses.sorted() == [204, 409])
    #expect(try await service.send(.delete, "\(path)/\(Self.cid)", as: Self.cid).status == 204)
    #expect(try await service.send(.get, path, as: Self.cid).status == 404)
  }

  @Test func membersAndTheTrailArePaged() async throws {
    let service = try TestService()
    let people = (1...7).map { PersonID(high: 1, low: UInt64($0)) }
    let team = try await service.team(of: people)
    try await service.store.createAccount(
      Account(
        person: people[2], email: nil, name: "Cid", zone: "UTC", units: "km", credential: nil,
        createdAt: TestService.dawn))
    _ = try await service.send(
      .patch, "/v1/teams/\(team)/members/\(people[2])", "{\"role\":\"admin\"}", as: Self.ann)
    var path: String? = "/v1/teams/\(team)/members?limit=3"
    var seen: [String] = []
    var names: [String] = []
    while let here = path {
      let page = try await service.send(.get, here, as: people[6])
      seen += page.json["items"]?.array?.map { $0.text("personId") } ?? []
      names += page.json["items"]?.array?.compactMap { $0["personName"]?.string } ?? []
      path = page.json["next"]?.string
    }
    #expect(seen == people.map(\.description) && names == ["Cid"])
    let trail = try await service.send(.get, "/v1/teams/\(team)/trail?limit=1", as: Self.ann)
    let entry = try #require(trail.json["items"]?.array?.first)
    #expect(entry.text("action") == "set-role" && entry.text("personName") == "Cid")
    #expect(entry.text("actorId") == Self.ann.description)
    let rest = try await service.send(
      .get, try #require(trail.json["next"]?.string), as: Self.ann)
    #expect(rest.json["items"]?.array?.first?.text("action") == "join-team")
    #expect(
      try await service.send(.get, "/v1/teams/\(team)/trail", as: people[1]).status == 403)
    #expect(
      try await service.send(
        .patch, "/v1/teams/\(team)/members/\(PersonID(high: 9, low: 9))", "{\"role\":\"admin\"}",
        as: Self.ann
      ).status == 404)
  }
}
