import Base
import Foundation
import HTTPTypes
import JSON
import Quests
import Testing

@testable import Formats
@testable import Service

/// What a private link opens, to whom, and for how long.
@Suite struct LinkEndpointTests {
  static let ann = PersonID(high: 1, low: 1)
  static let bob = PersonID(high: 1, low: 2)
  static let eve = PersonID(high: 1, low: 3)

  private struct Scene {
    let service: TestService
    let team: TeamID
    let quest: QuestID

    init() async throws {
      service = try TestService()
      for (person, name) in [(ann, "Ann Archer"), (bob, "Bob Baker")] {
        try await service.store.createAccount(
          Account(
            person: person, email: "\(person.low)@example.org", isEmailVerified: true, name: name,
            zone: "UTC", units: "km", credential: nil, createdAt: TestService.dawn, revision: 1))
      }
      team = try await service.team(of: [ann, bob])
      quest = try await service.quest(for: team)
      let walk = ActivityID(high: 9, low: 9)
      let answer = try await service.send(
        .post, "/v1/activities",
        "{\"id\":\"\(walk)\",\"startedAt\":\"2026-05-05T12:00:00Z\",\"distance\":\"6 km\"}",
        as: bob)
      #expect(answer.status == 201, "\(answer.text)")
    }

    var path: String { "/v1/quests/\(quest)" }

    func make(_ body: String, as person: PersonID? = ann, headers: [String: String] = [:])
      async throws -> TestService.Answer
    {
      try await service.send(.post, path + "/links", body, as: person, headers: headers)
    }

    func link(showsNames: Bool = false) async throws -> (id: String, secret: String) {
      let made = try await make("{\"name\":\"Paper\",\"showsNames\":\(showsNames)}")
      #expect(made.status == 201, "\(made.text)")
      return (made.json.text("id"), made.json.text("secret"))
    }

    func read(
      _ path: String, by secret: String, method: HTTPRequest.Method = .get, body: String? = nil
    ) async throws -> TestService.Answer {
      try await service.send(
        method, path, body, as: nil, headers: ["Authorization": "Bearer \(secret)"])
    }
  }

  private static let parts = [
    "/progress", "/progress?units=mi", "/milestones", "/map", "/history", "/profile",
    "/card.png",
    "/events/page?after=0",
  ]
  private static let people = ["/leaderboard", "/feed"]

  @Test func opensItsQuestAndNamesNobody() async throws {
    let scene = try await Scene()
    let link = try await scene.link()
    #expect(link.secret.hasPrefix("mql_"))
    let leads = try await scene.read("/v1/link", by: link.secret)
    #expect(leads.json.text("questId") == "\(scene.quest)")
    // Members look first: what is kept for them is not for whoever reads by a link.
    for person in [Self.ann, nil] + [Self.bob] {
      _ = try await scene.service.send(.get, scene.path + "/progress", as: person)
    }
    for part in Self.parts {
      let answer = try await scene.read(scene.path + part, by: link.secret)
      #expect(answer.status == 200, "\(part): \(answer.text)")
      #expect(answer.headers[.cacheControl] == "private, no-store", "\(part)")
      for secret in ["Ann", "Bob", "\(Self.ann)", "\(Self.bob)"] {
        #expect(!answer.text.contains(secret), "\(part) tells \(secret)")
      }
    }
    let progress = try await scene.read(scene.path + "/progress", by: link.secret)
    #expect(progress.json["contributors"]?.array?.isEmpty == true)
    for part in Self.people {
      #expect(try await scene.read(scene.path + part, by: link.secret).code == "forbidden")
    }
    // And a member's answers are theirs as before.
    let own = try await scene.service.send(.get, scene.path + "/progress", as: Self.ann)
    #expect(own.text.contains("Bob Baker") && own.text.contains("\(Self.bob)"))
  }

  @Test func namesPeopleWhereItMay() async throws {
    let scene = try await Scene()
    let link = try await scene.link(showsNames: true)
    #expect(try await scene.read("/v1/link", by: link.secret).json["showsNames"]?.bool == true)
    for part in ["/progress", "/milestones"] + Self.people {
      let answer = try await scene.read(scene.path + part, by: link.secret)
      #expect(answer.status == 200 && answer.text.contains("Bob Baker"), "\(answer.text)")
      #expect(!answer.text.contains("\(Self.bob)"))
    }
  }

  @Test func opensNothingElse() async throws {
    let scene = try await Scene()
    let link = try await scene.link(showsNames: true)
    let other = try await scene.service.quest(
      for: scene.service.team(of: [Self.eve], isPublic: true))
    for endpoint in API().endpoints where endpoint.access != .open && endpoint.access != .signIn {
      if case .shared = endpoint.access { continue }
      if endpoint.access == .link { continue }
      // Those that need more than a path are refused before anybody reads the rest.
      let path = endpoint.path.filled { key in
        ["questId": "\(scene.quest)", "teamId": "\(scene.team)"][key.name] ?? link.id
      }
      let answer = try await scene.read(path, by: link.secret, method: endpoint.method)
      #expect(answer.code == "forbidden", "\(endpoint.operation): \(answer.text)")
    }
    // Not even another quest, which everyone sees.
    for part in Self.parts + Self.people {
      let answer = try await scene.read("/v1/quests/\(other)" + part, by: link.secret)
      #expect(answer.code == "not-found", "\(part): \(answer.text)")
      #expect(
        try await scene.service.send(.get, "/v1/quests/\(other)" + part, as: nil).status == 200)
    }
    for token in ["mql_", link.secret + "A", String(link.secret.dropLast()), "mq" + link.secret] {
      let answer = try await scene.read(scene.path + "/progress", by: token)
      #expect(answer.status == 401, "\(token): \(answer.text)")
    }
    // What a link needs, a token has not.
    #expect(try await scene.service.send(.get, "/v1/link", as: nil).code == "unauthenticated")
    #expect(try await scene.service.send(.get, "/v1/link", as: Self.ann).code == "forbidden")
  }

  @Test func areMadeListedAndRevokedByAdmins() async throws {
    let scene = try await Scene()
    for (person, code) in [
      (nil, "unauthenticated"), (Self.bob, "forbidden"), (Self.eve, "not-found"),
    ]
      as [(PersonID?, String)]
    {
      #expect(try await scene.make("{\"name\":\"x\"}", as: person).code == code)
      let list = try await scene.service.send(.get, scene.path + "/links", as: person)
      #expect(list.code == code)
    }
    #expect(try await scene.make("{\"name\":\"  \"}").code == "invalid")
    let key = ["Idempotency-Key": "one"]
    let made = try await scene.make("{\"name\":\"Paper\"}", headers: key)
    let again = try await scene.make("{\"name\":\"Paper\"}", headers: key)
    #expect(made.status == 201 && again.json.text("secret") == made.json.text("secret"))
    let (id, secret) = (made.json.text("id"), made.json.text("secret"))
    let list = try await scene.service.send(.get, scene.path + "/links", as: Self.ann)
    #expect(list.json["items"]?.array?.count == 1)
    #expect(!list.text.contains(secret) && list.text.contains("\"Paper\""))
    let path = scene.path + "/links/\(id)"
    #expect(try await scene.service.send(.delete, path, as: Self.bob).code == "forbidden")
    #expect(try await scene.read(path, by: secret, method: .delete).code == "forbidden")
    #expect(try await scene.read(scene.path + "/map", by: secret).status == 200)
    for _ in 0..<2 {
      #expect(try await scene.service.send(.delete, path, as: Self.ann).status == 204)
    }
    #expect(try await scene.read(scene.path + "/map", by: secret).status == 401)
    let revoked = try await scene.service.send(.get, scene.path + "/links", as: Self.ann)
    #expect(revoked.json["items"]?.array?.first?.text("revokedAt") != "")
    let unknown = try await scene.service.send(
      .delete, scene.path + "/links/\(QuestLinkID(high: 7, low: 7))", as: Self.ann)
    #expect(unknown.code == "not-found")
  }

  /// Whoever reads the ledger's file, or a backup of it, opens nothing by it.
  @Test func secretsAreNotInTheFile() async throws {
    let scene = try await Scene()
    let made = try await scene.make("{\"name\":\"Paper\"}", headers: ["Idempotency-Key": "one"])
    #expect(made.status == 201, "\(made.text)")
    let text = made.json.text("secret")
    let secret = try #require(Base64URL.decode(text.utf8.suffix(43)))
    #expect(secret.count == 32)
    var file = Data()
    for end in ["", "-wal"] {
      let path = "\(scene.service.folder)/ledger.sqlite\(end)"
      file += FileManager.default.contents(atPath: path) ?? Data()
    }
    // The link is there, and its secret's hash.
    let id = try #require(QuestLinkID(made.json.text("id")))
    let hash = ContentHash(of: secret)
    for bytes in [id.bytes, hash.bytes] { #expect(file.range(of: Data(bytes)) != nil) }
    let digits = secret.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    for form in [Data(secret), Data(text.utf8), Data(text.utf8.suffix(43)), Data(digits.utf8)] {
      #expect(file.range(of: form) == nil)
    }
    #expect(try await scene.read("/v1/link", by: text).status == 200)
  }

  @Test func goWithTheirQuestAndTeam() async throws {
    let scene = try await Scene()
    let link = try await scene.link()
    let cancelled = try await scene.service.send(.post, scene.path + "/cancel", as: Self.ann)
    #expect(cancelled.status == 200)
    #expect(try await scene.read(scene.path + "/map", by: link.secret).status == 401)
    #expect(try await scene.make("{\"name\":\"late\"}").code == "quest-closed")
  }
}
