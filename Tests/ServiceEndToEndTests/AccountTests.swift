import BuiltProgram
import Foundation
import PostgresCluster
import TestSupport
import Testing

/// Accounts, sessions, keys, and who may see what.
@Suite struct AccountTests {
  @Test(arguments: Store.present)
  func aRefreshTokenThatComesAfterItsSuccessorEndsItsSession(_ store: Store) throws {
    let ann = try Person.registered(try Stage.service(store), name: "Ann")
    var stranger = ann
    stranger.token = nil
    let fresh = try stranger.ask(
      200, "POST", "/v1/auth/refresh", ["refreshToken": ann.refreshToken])
    var renewed = ann
    renewed.take(fresh.json)
    #expect(renewed.refreshToken != ann.refreshToken)
    #expect(try renewed.get("/v1/me")["id"].text == ann.id)
    // The answer was lost: the same refresh token again, and another access token.
    let again = try stranger.ask(
      200, "POST", "/v1/auth/refresh", ["refreshToken": ann.refreshToken])
    #expect(again.json["refreshToken"].text == renewed.refreshToken)
    #expect(again.json["accessToken"].text != renewed.token)
    // A thief comes after the successor was used: both lose the session.
    let last = try stranger.ask(
      200, "POST", "/v1/auth/refresh", ["refreshToken": renewed.refreshToken])
    try stranger.refused(
      401, "token-reused", "POST", "/v1/auth/refresh", ["refreshToken": ann.refreshToken])
    for token in [ann.refreshToken, renewed.refreshToken, last.json["refreshToken"].text ?? ""] {
      try stranger.refused(
        401, "session-ended", "POST", "/v1/auth/refresh", ["refreshToken": token])
    }
    #expect(
      try stranger.ask("POST", "/v1/auth/refresh", ["refreshToken": "made-up"]).status == 401)
  }

  @Test(arguments: Store.present)
  func peopleSignInAndOut(_ store: Store) throws {
    var ann = try Person.registered(try Stage.service(store), name: "Ann")
    var stranger = ann
    stranger.token = nil
    let wrong: [String: Any] = ["email": ann.email, "password": "not the one of Ann"]
    let refusal = try stranger.ask(401, "POST", "/v1/auth/login", wrong)
    #expect(refusal.code == "wrong-credentials" && refusal["www-authenticate"] == "Bearer")
    try ann.signIn()
    let sessions = try ann.get("/v1/auth/sessions")["items"].items
    #expect(sessions.count == 2 && sessions.filter { $0["current"].flag == true }.count == 1)
    try stranger.ask(204, "POST", "/v1/auth/logout", ["refreshToken": ann.refreshToken])
    #expect(
      try stranger.ask("POST", "/v1/auth/refresh", ["refreshToken": ann.refreshToken]).status
        == 401)
    // With the session its tokens are over.
    try ann.ask(401, "GET", "/v1/me")
    try ann.signIn()
    for token in ["x", "mq_made_up", "a.b.c", String(repeating: "a", count: 5_000)] {
      let answer = try stranger.ask(
        401, "GET", "/v1/me", headers: ["Authorization": "Bearer \(token)"])
      #expect(answer.code == "invalid-token")
    }
    try stranger.refused(401, "unauthenticated", "GET", "/v1/me")
    // An address that is taken is answered as any other, and tells its owner by mail.
    let before = try ann.mails().count
    try stranger.ask(
      202, "POST", "/v1/auth/register",
      ["email": ann.email, "password": "another long password", "name": "Eve"])
    _ = try eventually { try ann.mails().count > before }
    #expect(try ann.mails().count == before + 1)
    #expect(try ann.get("/v1/me")["name"].text == "Ann")
  }

  /// Whoever runs the service lets a key read how it is used, and takes that back.
  @Test(arguments: Store.present)
  func theOperatorSaysWhichKeysReadTheFigures(_ store: Store) throws {
    let ledger = try ServedLedger(store)
    let service = try RunningService(ledger)
    defer { service.end() }
    let ann = try Person.registered(service, name: "Ann")
    let made = try ann.ask(201, "POST", "/v1/keys", ["name": "figures", "scopes": ["read"]]).json
    var program = ann
    program.token = made["key"].text
    let id = made["id"].text ?? ""
    func operate(_ key: String, _ more: String...) throws -> Program.Answer {
      try Program.run(["key", "operate", key, "--store", ledger.address] + more)
    }
    try program.refused(403, "forbidden", "GET", "/v1/stats")
    for _ in 0..<2 {
      let answer = try operate(id)
      #expect(answer.status == 0, "\(answer.errors)")
      #expect(answer.text == "\(id) “figures” may: read, operate\n")
    }
    // The service keeps what it knows of a key for a while.
    #expect(try eventually { try program.ask("GET", "/v1/stats").status == 200 })
    #expect(try operate(id, "--no-longer").text == "\(id) “figures” may: read\n")
    #expect(try eventually { try program.ask("GET", "/v1/stats").status == 403 })
    for (key, status, words) in [
      ("figures", Int32(64), "is not the id of a key"),
      (ann.id, 65, "there is no such key"),
    ] {
      let answer = try operate(key)
      #expect(answer.status == status && answer.errors.contains(words), "\(answer.errors)")
    }
  }

  @Test(arguments: Store.present)
  func keysDoWhatTheirScopesSay(_ store: Store) throws {
    let ann = try Person.registered(try Stage.service(store), name: "Ann")
    func key(_ body: [String: Any]) throws -> (Person, id: String) {
      let made = try ann.ask(201, "POST", "/v1/keys", body).json
      var program = ann
      program.token = made["key"].text
      return (program, made["id"].text ?? "")
    }
    let (reader, readerID) = try key(["name": "display", "scopes": ["read"]])
    #expect(try reader.get("/v1/me")["id"].text == ann.id)
    try reader.refused(403, "forbidden", "POST", "/v1/activities", Walk.body("1 km"))
    try reader.refused(403, "forbidden", "POST", "/v1/teams", ["name": "No"])
    try reader.refused(403, "forbidden", "GET", "/v1/keys")
    try reader.refused(403, "forbidden", "GET", "/v1/me/export")
    let (watch, _) = try key(["name": "watch", "scopes": ["log"]])
    try watch.walk("1 km")
    try watch.refused(403, "forbidden", "GET", "/v1/activities")
    // A rate of its own, however generous the service's is.
    let (slow, _) = try key(
      ["name": "slow", "scopes": ["read"], "ratePerSecond": 1, "burst": 3])
    var answers: [HTTPAnswer] = []
    for _ in 0..<8 { answers.append(try slow.ask("GET", "/v1/me")) }
    #expect(answers.prefix(3).allSatisfy { $0.status == 200 })
    let refusal = try #require(answers.first { $0.status == 429 })
    #expect(refusal.code == "too-many-requests" && refusal["retry-after"] == "1")
    #expect(try ann.ask(200, "GET", "/v1/me").status == 200)
    // A key that is taken back counts no more.
    try ann.ask(204, "DELETE", "/v1/keys/\(readerID)")
    try reader.refused(401, "invalid-token", "GET", "/v1/me")
    let listed = try ann.get("/v1/keys")["items"].items
    #expect(listed.count == 3 && listed.allSatisfy { $0["key"].isNull })
  }

  /// What is not for somebody to see is not there for them.
  @Test(arguments: Store.present)
  func aPrivateTeamIsInvisibleToStrangers(_ store: Store) throws {
    let service = try Stage.service(store)
    let ann = try Person.registered(service, name: "Ann")
    let eve = try Person.registered(service, name: "Eve")
    let team = try ann.createTeam("Hidden")
    let invite = try ann.ask(201, "POST", "/v1/teams/\(team)/invites", [:] as [String: Any]).json
    let walk = UUID()
    try ann.walk("1 km", id: walk)
    let asked: [(String, String, Any?)] = [
      ("GET", "/v1/teams/\(team)", nil), ("PATCH", "/v1/teams/\(team)", ["name": "Mine"]),
      ("GET", "/v1/teams/\(team)/members", nil),
      ("PATCH", "/v1/teams/\(team)/members/\(ann.id)", ["role": "member"]),
      ("DELETE", "/v1/teams/\(team)/members/\(ann.id)", nil),
      ("GET", "/v1/teams/\(team)/trail", nil),
      ("GET", "/v1/teams/\(team)/invites", nil),
      ("POST", "/v1/teams/\(team)/invites", [:] as [String: Any]),
      ("DELETE", "/v1/teams/\(team)/invites/\(invite["id"].text ?? "")", nil),
      ("GET", "/v1/activities/\(walk.uuidString.lowercased())", nil),
      ("PATCH", "/v1/activities/\(walk.uuidString.lowercased())", ["note": "x"]),
      ("DELETE", "/v1/activities/\(walk.uuidString.lowercased())", nil),
    ]
    for (method, target, body) in asked {
      try eve.refused(404, "not-found", method, target, body)
    }
    for (method, target, body) in asked where method == "GET" && target.hasPrefix("/v1/teams") {
      let answer = try Person.stranger(service).ask(method, target, body)
      #expect(answer.status == 404 || answer.status == 401, "\(target): \(answer.status)")
    }
    // What is public shows itself, and not who is in it.
    try ann.ask(200, "PATCH", "/v1/teams/\(team)", ["public": true])
    let shown = try Person.stranger(service).ask(200, "GET", "/v1/teams/\(team)")
    #expect(shown.json["role"].isNull)
    #expect(shown["cache-control"] == "public, max-age=10, stale-while-revalidate=60")
    #expect(
      try eve.ask(200, "GET", "/v1/teams/\(team)")["cache-control"] == "private, no-store")
    try eve.refused(403, "forbidden", "GET", "/v1/teams/\(team)/members")
    try eve.refused(403, "forbidden", "PATCH", "/v1/teams/\(team)", ["name": "Mine"])
  }

  @Test(arguments: Store.present)
  func theLastAdminStays(_ store: Store) throws {
    let service = try Stage.service(store)
    let ann = try Person.registered(service, name: "Ann")
    let ben = try Person.registered(service, name: "Ben")
    let team = try ann.createTeam("Admins")
    try ann.invite(ben, to: team)
    try ann.refused(409, "last-admin", "DELETE", "/v1/teams/\(team)/members/\(ann.id)")
    try ben.refused(
      403, "forbidden", "PATCH", "/v1/teams/\(team)/members/\(ben.id)", ["role": "admin"])
    try ann.ask(200, "PATCH", "/v1/teams/\(team)/members/\(ben.id)", ["role": "admin"])
    try ann.ask(204, "DELETE", "/v1/teams/\(team)/members/\(ann.id)")
    try ann.refused(404, "not-found", "GET", "/v1/teams/\(team)")
    #expect(try ben.get("/v1/teams/\(team)/members")["items"].items.count == 1)
  }

  /// Of all who redeem an invite at once, one joins.
  @Test(arguments: Store.present)
  func anInviteCountsOnce(_ store: Store) throws {
    let service = try Stage.service(store)
    let ann = try Person.registered(service, name: "Ann")
    let others = try (0..<4).map { try Person.registered(service, name: "Other \($0)") }
    let team = try ann.createTeam("Race")
    let code = try #require(
      try ann.ask(201, "POST", "/v1/teams/\(team)/invites", [:] as [String: Any])
        .json["code"].text)
    let answers = Gathered<HTTPAnswer>()
    DispatchQueue.concurrentPerform(iterations: others.count) { index in
      if let answer = try? others[index].ask("POST", "/v1/invites/\(code):redeem") {
        answers.append(answer)
      }
    }
    #expect(answers.all.filter { $0.status == 200 }.count == 1)
    #expect(answers.all.filter { $0.code == "invite-used" && $0.status == 410 }.count == 3)
  }

  /// Who reads the file, or a backup of it, can join no team by it.
  @Test func codesOfInvitesAreNotInTheFile() throws {
    let ledger = try ServedLedger(.file)
    let service = try RunningService(ledger, RunningService.generous)
    let ann = try Person.registered(service, name: "Ann")
    let team = try ann.createTeam("Careful")
    let made = try ann.ask(201, "POST", "/v1/teams/\(team)/invites", [:] as [String: Any]).json
    func bytes(_ name: String) throws -> Data {
      let text = try #require(made[name].text)
      let uuid = try #require(UUID(uuidString: text))
      return withUnsafeBytes(of: uuid.uuid) { Data($0) }
    }
    var file = Data()
    for end in ["", "-wal"] {
      file += FileManager.default.contents(atPath: "\(ledger.folder)/ledger.sqlite\(end)") ?? Data()
    }
    #expect(file.range(of: try bytes("id")) != nil)
    #expect(file.range(of: try bytes("code")) == nil)
    #expect(file.range(of: Data(try #require(made["code"].text).utf8)) == nil)
    let listed = try ann.get("/v1/teams/\(team)/invites")["items"][0]
    #expect(listed["id"].text == made["id"].text)
    try ann.ask(204, "DELETE", "/v1/teams/\(team)/invites/\(try #require(made["id"].text))")
    try ann.refused(
      410, "invite-revoked", "GET", "/v1/invites/\(try #require(made["code"].text))")
  }
}

/// What several threads find.
final class Gathered<Element: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var elements: [Element] = []

  func append(_ element: Element) { lock.withLock { elements.append(element) } }
  var all: [Element] { lock.withLock { elements } }
}
