import Foundation
import Testing

/// An operation of the API, by its description.
private struct Operation {
  let method: String
  let path: String
  /// Whether it needs somebody who is signed in.
  let isSecured: Bool
  /// Whether its answer has no end.
  let isStream: Bool
  /// The query's parameters that it cannot do without.
  let required: [String]

  static func all(of service: RunningService) throws -> [Operation] {
    let document = try Person.stranger(service).get("/openapi.json")
    return document["paths"].members.flatMap { path, methods in
      methods.members.map { method, said in
        Operation(
          method: method.uppercased(), path: path,
          isSecured: !said["security"].items.isEmpty
            && !said["security"].items.contains { $0.names.isEmpty },
          isStream: said["responses"]["200"]["content"].names.contains("text/event-stream"),
          required: said["parameters"].items.filter {
            $0["in"].text == "query" && $0["required"].flag == true
          }.compactMap { $0["name"].text })
      }
    }.sorted { ($0.path, $0.method) < ($1.path, $1.method) }
  }

  /// The address with its parameters filled in.
  func target(_ ids: [String: String]) -> String {
    var target = ids.reduce(path) { $0.replacing("{\($1.key)}", with: $1.value) }
    let samples = ["to": "-33.9,151.2", "at": "1km", "near": "-33.9,151.2"]
    let query = required.map { "\($0)=\(samples[$0] ?? "1")" }.joined(separator: "&")
    target += query.isEmpty ? "" : "?" + query
    return target
  }
}

/// What somebody with another's access token, or who was a member once, finds on every endpoint: on
/// another process, and after a restart.
@Suite struct ThiefTests {
  struct End: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let take: @Sendable (Person) throws -> Void
  }

  private static let ends = [
    End(testDescription: "signed out elsewhere") {
      try $0.ask(204, "POST", "/v1/auth/logout-everywhere")
    },
    End(testDescription: "password changed") { ann in
      var device = ann
      try device.signIn()
      try device.ask(
        200, "POST", "/v1/auth/password",
        ["currentPassword": Person.password, "newPassword": "another walk in the hills"])
    },
    End(testDescription: "password reset") { ann in
      let before = try ann.mails().count
      try ann.ask(202, "POST", "/v1/auth/reset-request", ["email": ann.email])
      try ann.ask(
        200, "POST", "/v1/auth/reset",
        [
          "email": ann.email, "code": try ann.mailedCode(mail: before + 1),
          "newPassword": "another walk in the hills",
        ])
    },
    End(testDescription: "erased") {
      try $0.ask(204, "POST", "/v1/me/erase", ["password": Person.password])
    },
  ]

  /// What grants, reveals all or changes the signing in asks the store.
  private static var sensitive: [(String, String, Any?)] {
    [
      ("POST", "/v1/keys", ["name": "mine", "scopes": ["read"]] as [String: Any]),
      ("GET", "/v1/keys", nil), ("DELETE", "/v1/keys/{keyId}", nil),
      ("GET", "/v1/me/export", nil), ("POST", "/v1/me/erase", ["password": Person.password]),
      ("GET", "/v1/auth/sessions", nil), ("DELETE", "/v1/auth/sessions/{sessionId}", nil),
      ("POST", "/v1/auth/logout-everywhere", nil),
      (
        "POST", "/v1/auth/password",
        ["currentPassword": Person.password, "newPassword": "a thief in the hills"]
      ),
      ("POST", "/v1/auth/email", ["email": "eve@example.org", "password": Person.password]),
      ("POST", "/v1/auth/email/confirm", ["code": "00000000"]), ("POST", "/v1/auth/proof", nil),
      ("GET", "/v1/me/identities", nil),
      ("POST", "/v1/me/identities", ["token": "a.b.c", "password": Person.password]),
      ("DELETE", "/v1/me/identities/{identityId}", nil),
    ]
  }

  /// So does what gives others access to a team, or cannot be taken back.
  private static var granting: [(String, String, Any?)] {
    [
      ("POST", "/v1/teams/{teamId}/invites", ["role": "admin"]),
      ("POST", "/v1/quests/{questId}/links", ["showsNames": true]),
      ("PATCH", "/v1/teams/{teamId}", ["public": true]), ("DELETE", "/v1/teams/{teamId}", nil),
      ("PATCH", "/v1/teams/{teamId}/members/{personId}", ["role": "admin"]),
      ("DELETE", "/v1/teams/{teamId}/members/{personId}", nil),
      ("PATCH", "/v1/quests/{questId}", ["name": "Mine"]),
      ("POST", "/v1/quests/{questId}/cancel", nil),
      ("PATCH", "/v1/routes/{routeId}", ["public": true]), ("DELETE", "/v1/routes/{routeId}", nil),
    ]
  }

  @Test(arguments: Store.present, ends)
  func aTokenGrantsNothingOnceTheOwnerHasActed(_ store: Store, _ end: End) throws {
    let ledger = try ServedLedger(store)
    let home = try RunningService(ledger)
    let other = try RunningService(ledger)
    let ann = try Person.registered(home, name: "Ann")
    var thief = Person(service: other, token: ann.token)
    thief.address = "203.0.113.9"
    try thief.ask(200, "GET", "/v1/auth/sessions")
    // The table is all that there is.
    let operations = try Operation.all(of: home)
    let prefixes = ["/v1/keys", "/v1/auth", "/v1/me/export", "/v1/me/erase", "/v1/me/identities"]
    let secured = operations.filter { operation in
      operation.isSecured && prefixes.contains { operation.path.hasPrefix($0) }
    }
    #expect(
      Set(secured.map { "\($0.method) \($0.path)" })
        == Set(Self.sensitive.map { "\($0.0) \($0.1)" }))
    let known = Set(operations.map { "\($0.method) \($0.path)" })
    #expect(known.isSuperset(of: Self.granting.map { "\($0.0) \($0.1)" }))
    let team = try ann.createTeam("Ann's own")
    try end.take(ann)
    let restarted = try RunningService(ledger)
    for service in [other, restarted] {
      let thief = Person(service: service, token: ann.token)
      for (method, path, body) in Self.sensitive + Self.granting {
        let target = path.replacing("{teamId}", with: team)
          .replacing(#/\{[A-Za-z]+\}/#, with: UUID().uuidString.lowercased())
        try thief.refused(401, "session-ended", method, target, body)
      }
      // Everything else may go on until the token expires, and no further.
      for operation in operations where operation.isSecured && operation.method == "GET" {
        if operation.isStream, operation.path.contains("{teamId}") {
          let target = operation.target(["teamId": team])
          try thief.refused(401, "session-ended", "GET", target)
        }
        let target = operation.target([:]).replacing(
          #/\{[A-Za-z]+\}/#, with: UUID().uuidString.lowercased())
        let answer = try thief.ask("GET", target)
        #expect(answer.status < 500, "\(target): \(answer.status)")
        if end.testDescription == "erased" {
          #expect(!answer.text.contains(ann.email), "\(target): \(answer.text)")
        }
      }
    }
  }

  /// Who was taken out of a team finds nothing of it, wherever it was looked at before.
  @Test(arguments: Store.present)
  func whoWasRemovedFindsNothingOfTheTeam(_ store: Store) throws {
    let ledger = try ServedLedger(store)
    let home = try RunningService(ledger)
    let other = try RunningService(ledger)
    let story = try Expedition(home)
    let (ann, ben) = (story.ann, story.ben)
    Thread.sleep(forTimeInterval: 0.01)
    let (walk, start) = (UUID(), Date())
    try ben.walk("5 km", at: start, id: walk)
    let ids = [
      "teamId": story.team, "questId": story.quest, "personId": ann.id,
      "routeId": try #require(try ann.get("/v1/quests/\(story.quest)")["routeId"].text),
      "inviteId": UUID().uuidString.lowercased(), "linkId": UUID().uuidString.lowercased(),
      "version": "1",
    ]
    let operations = try Operation.all(of: home).filter { operation in
      ["{teamId}", "{questId}", "{routeId}"].contains { operation.path.contains($0) }
    }
    #expect(operations.count > 25)
    func former(_ service: RunningService) -> Person {
      Person(service: service, token: ben.token, id: ben.id, email: ben.email)
    }
    for service in [home, other] {
      for operation in operations where operation.method == "GET" && !operation.isStream {
        let answer = try former(service).ask("GET", operation.target(ids))
        // Admins' own are refused as such, and there is no certificate before the end.
        let due = operation.path.hasSuffix("/certificate.pdf") ? [404] : [200, 403]
        #expect(due.contains(answer.status), "\(operation.path): \(answer.text)")
      }
    }
    try ann.ask(204, "DELETE", "/v1/teams/\(story.team)/members/\(ben.id)")
    let restarted = try RunningService(ledger)
    for service in [home, other, restarted] {
      let ben = former(service)
      for operation in operations {
        let target = operation.target(ids)
        let isRead = operation.method == "GET"
        let body: Any? =
          isRead || operation.method == "DELETE" ? nil : [:] as [String: Any]
        let answer = try ben.ask(operation.method, target, body)
        if isRead || operation.method == "DELETE" {
          #expect(answer.code == "not-found", "\(operation.method) \(target): \(answer.text)")
        } else {
          // Some are refused for what they say before anybody looks whose it is.
          #expect([400, 404, 415, 422].contains(answer.status), "\(target): \(answer.text)")
        }
        #expect(!answer.text.contains("Coasters") && !answer.text.contains("Along the coast"))
      }
      for target in ["/v1/teams", "/v1/dashboard", "/v1/quests?bbox=150,-35,152,-33", "/v1/routes"]
      {
        let answer = try ben.ask(200, "GET", target)
        #expect(!answer.text.contains(story.quest), "\(target): \(answer.text)")
        #expect(!answer.text.contains("Coasters"), "\(target): \(answer.text)")
      }
      let again = try ben.ask(
        200, "POST", "/v1/activities", Walk.body("5 km", at: start, id: walk)
      ).json["teams"]
      #expect(again.items.count == 1 && again[0]["gone"].flag == true)
      #expect(again[0]["totalMeters"].isNull)
    }
    // The walk still counts for the team.
    #expect(try story.progress()["totalMeters"].number == 5_000)
  }
}
