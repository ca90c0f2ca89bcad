import Foundation
import PostgresCluster
import TestSupport
import Testing

/// What every resource has in common, over HTTP.
@Suite struct ProtocolTests {
  @Test(arguments: Store.present)
  func answersCarryTagsAndAreNotSentTwice(_ store: Store) throws {
    let ann = try Person.registered(try Stage.service(store), name: "Ann")
    let team = "/v1/teams/\(try ann.createTeam("Tags"))"
    let first = try ann.ask(200, "GET", team)
    let tag = try #require(first["etag"])
    #expect(first["cache-control"] == "private, no-store")
    #expect(tag.hasPrefix("\"") && tag.hasSuffix("\""))
    for known in [tag, "\"other\", \(tag)", "W/\(tag)", "*"] {
      let again = try ann.ask(304, "GET", team, headers: ["If-None-Match": known])
      #expect(again.bytes.isEmpty && again["etag"] == tag)
    }
    try ann.ask(200, "GET", team, headers: ["If-None-Match": "\"other\""])
    // HEAD is GET without the body.
    let head = try ann.ask(200, "HEAD", team)
    #expect(head.bytes.isEmpty && head["etag"] == tag)
    #expect(head["content-length"] == "\(first.bytes.count)")

    // A change expects what its author has seen: by tag, or by revision.
    try ann.ask(200, "PATCH", team, ["name": "Tags 2"], headers: ["If-Match": tag])
    try ann.refused(
      412, "precondition-failed", "PATCH", team, ["name": "Tags 3"], headers: ["If-Match": tag])
    let second = try ann.ask(200, "GET", team)
    #expect(second.json["name"].text == "Tags 2" && second["etag"] != tag)
    let revision = try #require(second.json["revision"].integer)
    try ann.refused(
      412, "precondition-failed", "PATCH", team, ["name": "Tags 3"],
      headers: ["If-Match": "\"\(revision - 1)\""])
    let third = try ann.ask(
      200, "PATCH", team, ["name": "Tags 3"], headers: ["If-Match": "\"\(revision)\""])
    // What a change answers is what one reads then, tag and all.
    #expect(third["etag"] == (try ann.ask(200, "GET", team)["etag"]))
  }

  @Test(arguments: Store.present)
  func readersChooseFields(_ store: Store) throws {
    let ann = try Person.registered(try Stage.service(store), name: "Ann")
    let team = try ann.createTeam("Fields")
    #expect(try ann.get("/v1/teams/\(team)?fields=name,role").names == ["name", "role"])
    let page = try ann.get("/v1/teams?fields=id")
    #expect(page.names == ["items", "next"] && page["items"][0].names == ["id"])
    let refusal = try ann.ask(400, "GET", "/v1/teams/\(team)?fields=name,nme,public.x")
    #expect(refusal.code == "invalid-parameter")
    let faults = refusal.json["errors"].items
    #expect(faults.count == 2 && faults.allSatisfy { $0["parameter"].text == "fields" })
  }

  @Test(arguments: Store.present)
  func everythingWrongWithARequestIsToldAtOnce(_ store: Store) throws {
    let ann = try Person.registered(try Stage.service(store), name: "Ann")
    let answer = try ann.ask(
      422, "POST", "/v1/activities",
      [
        "id": "7", "startedAt": "yesterday", "distanceMeters": "far", "durationSeconds": -1,
        "privat": true, "a/b~c": 1,
      ])
    #expect(answer.code == "invalid" && answer.json["status"].integer == 422)
    #expect(answer.json["type"].text?.isEmpty == false && answer.json["title"].text != nil)
    #expect(answer.json["requestId"].text == answer["x-request-id"])
    let pointers = Set(answer.json["errors"].items.compactMap { $0["pointer"].text })
    #expect(
      pointers == [
        "/id", "/startedAt", "/distanceMeters", "/durationSeconds", "/privat", "/a~1b~0c",
      ])
    let query = try ann.ask(400, "GET", "/v1/activities?limit=0&form=x&from=yesterday&limit=3")
    #expect(
      Set(query.json["errors"].items.compactMap { $0["parameter"].text })
        == ["limit", "form", "from"])
    // Bodies that are none.
    func post(_ text: String, _ type: String? = "application/json") throws -> HTTPAnswer {
      try ann.send(
        "POST", "/v1/teams", headers: type.map { ["Content-Type": $0] } ?? [:],
        body: Array(text.utf8))
    }
    for text in ["", "{", "{\"name\":\"a\",}", "{\"name\":\"a\"} x", "\u{FEFF}", "nul"] {
      let answer = try post(text)
      #expect(answer.status == 400 && answer.code == "malformed-body", "\(text): \(answer.text)")
    }
    let deep = try post("{\"name\":\"a\",\"more\":{\"miles\":[1,1e309]}}")
    #expect(deep.status == 400 && deep.json["errors"][0]["pointer"].text == "/more/miles/1")
    for text in ["[]", "null", "7", "\"name\"", "{}", "{\"name\":null}", "{\"name\":[]}"] {
      let answer = try post(text)
      #expect(answer.status == 422 && answer.code == "invalid", "\(text): \(answer.text)")
    }
    #expect(try post("{\"name\":\"a\"}", "text/xml").code == "unsupported-media-type")
    #expect(try post("{\"name\":\"a\"}", nil).status == 201)
    #expect(try post("{\"name\":\"a\"}", "Application/JSON; charset=utf-8").status == 201)
  }

  @Test(arguments: Store.present)
  func whatIsNotThereIsSaidToBeSo(_ store: Store) throws {
    let service = try Stage.service(store)
    let ann = try Person.registered(service, name: "Ann")
    let id = UUID().uuidString.lowercased()
    for path in [
      "/", "/v1", "/v2/teams", "/v1/team", "/v1/teams/\(id)", "/v1/teams/7", "/v1/teams/\(id)/x",
      "/v1/teams/%00", "/v1/teams/..%2F..%2Fetc", "/v1/activities/\(id)", "/v1/routes/\(id)",
      "/v1/invites/\(id)",
    ] {
      try ann.refused(404, "not-found", "GET", path)
    }
    // The methods that a path has, and no others.
    let deletion = try ann.ask(405, "DELETE", "/v1/teams")
    #expect(deletion.code == "method-not-allowed" && deletion["allow"] == "GET, HEAD, POST")
    let options = try ann.ask(405, "OPTIONS", "/v1/teams")
    #expect(options["allow"] == "GET, HEAD, POST")
    try ann.refused(405, "method-not-allowed", "PUT", "/v1/me")
    try ann.refused(405, "method-not-allowed", "TRACE", "/healthz")
    #expect(try ann.ask("BREW", "/v1/teams").status / 100 == 4)
  }

  @Test(arguments: Store.present)
  func requestsHaveNames(_ store: Store) throws {
    let ann = Person.stranger(try Stage.service(store))
    let own = try ann.ask(200, "GET", "/v1/routes", headers: ["X-Request-Id": "my-call.7_A"])
    #expect(own["x-request-id"] == "my-call.7_A")
    let new = try ann.ask(200, "GET", "/v1/routes")["x-request-id"]
    let another = try ann.ask(200, "GET", "/v1/routes")["x-request-id"]
    #expect(new?.count == 16 && new != another)
    for bad in ["a b", "<script>", String(repeating: "a", count: 65), "ä"] {
      let answer = try ann.ask(200, "GET", "/v1/routes", headers: ["X-Request-Id": bad])
      #expect(answer["x-request-id"]?.count == 16)
    }
    #expect(own["x-content-type-options"] == "nosniff")
  }

  @Test(arguments: Store.present)
  func pagesOfAllowedOriginsMayCall(_ store: Store) throws {
    let ann = Person.stranger(try Stage.service(store))
    let allowed = ["Origin": "https://app.example"]
    let answer = try ann.ask(200, "GET", "/v1/routes", headers: allowed)
    #expect(answer["access-control-allow-origin"] == "https://app.example")
    #expect(answer["access-control-expose-headers"]?.contains("ETag") == true)
    #expect(answer["vary"]?.contains("Origin") == true)
    // Problems can be read too.
    #expect(
      try ann.ask(404, "GET", "/v1/no", headers: allowed)["access-control-allow-origin"]
        == "https://app.example")
    for origin in ["https://evil.example", "https://app.example.evil.example", "null"] {
      let answer = try ann.ask(200, "GET", "/v1/routes", headers: ["Origin": origin])
      #expect(answer["access-control-allow-origin"] == nil)
      #expect(answer["vary"]?.contains("Origin") == true)
    }
    let preflight = try ann.send(
      "OPTIONS", "/v1/activities",
      headers: allowed.merging([
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization, content-type",
      ]) { $1 })
    #expect(preflight.status == 204 && preflight.bytes.isEmpty)
    #expect(preflight["access-control-allow-origin"] == "https://app.example")
    #expect(preflight["access-control-allow-methods"]?.contains("POST") == true)
    #expect(preflight["access-control-allow-headers"]?.contains("Authorization") == true)
    #expect(preflight["access-control-max-age"] != nil)
    let refused = try ann.send(
      "OPTIONS", "/v1/activities",
      headers: ["Origin": "https://evil.example", "Access-Control-Request-Method": "POST"])
    #expect(refused.status == 405 && refused["access-control-allow-origin"] == nil)
  }

  /// Walks that started at the same moment are neither skipped nor repeated, and neither are others
  /// while new ones come in.
  @Test(arguments: Store.present)
  func pagesAreStable(_ store: Store) throws {
    let ann = try Person.registered(try Stage.service(store), name: "Ann")
    let start = Date(timeIntervalSinceNow: -86_400)
    func log(_ count: Int, at: (Int) -> Date) throws -> Set<String> {
      let ids = (0..<count).map { _ in UUID() }
      let walks = ids.enumerated().map { Walk.body("1 km", at: at($0), id: $1) }
      let answer = try ann.ask(200, "POST", "/v1/activities/batch", ["activities": walks])
      #expect(answer.json["results"].items.allSatisfy { $0["status"].text == "created" })
      return Set(ids.map { $0.uuidString.lowercased() })
    }
    // Twenty at one moment, ten at others.
    var expected = try log(20) { _ in start }
    expected.formUnion(try log(10) { start.addingTimeInterval(Double($0 - 5) * 60) })
    var seen: [String] = []
    var next: String? = "/v1/activities?limit=7&fields=id,startedAt"
    var pages = 0
    while let target = next {
      let page = try ann.get(target)
      #expect(page["items"].items.count <= 7)
      #expect(page["items"].items.allSatisfy { $0.names == ["id", "startedAt"] })
      seen += page["items"].items.compactMap { $0["id"].text }
      next = page["next"].text
      pages += 1
      // The latest come first: these are before what was read.
      _ = try log(3) { _ in Date() }
    }
    #expect(pages == 5 && seen.count == 30 && Set(seen) == expected)
    for bad in ["x", "AXRlYW1z", String(repeating: "A", count: 400)] {
      try ann.refused(400, "invalid-parameter", "GET", "/v1/activities?cursor=\(bad)")
    }
    // A cursor of another listing leads nowhere.
    _ = try (0..<2).map { try ann.createTeam("Pages \($0)") }
    let teams = try #require(try ann.get("/v1/teams?limit=1")["next"].text)
    let cursor = teams.split(separator: "=").last.map(String.init) ?? ""
    #expect(cursor.count > 10)
    try ann.ask(200, "GET", "/v1/teams?cursor=\(cursor)")
    try ann.refused(400, "invalid-parameter", "GET", "/v1/activities?cursor=\(cursor)")
  }

  /// A creation that is sent again creates nothing twice.
  @Test(arguments: Store.present)
  func creationsHaveKeys(_ store: Store) throws {
    let ann = try Person.registered(try Stage.service(store), name: "Ann")
    let ben = try Person.registered(try Stage.service(store), name: "Ben")
    let key = ["Idempotency-Key": "create \(UUID())"]
    let first = try ann.ask(201, "POST", "/v1/teams", ["name": "Once"], headers: key)
    let again = try ann.ask(201, "POST", "/v1/teams", ["name": "Once"], headers: key)
    #expect(first.text == again.text && first["location"] == again["location"])
    try ann.refused(
      422, "idempotency-key-reused", "POST", "/v1/teams", ["name": "Twice"], headers: key)
    // Another's key is another key.
    let other = try ben.ask(201, "POST", "/v1/teams", ["name": "Once"], headers: key)
    #expect(other.json["id"].text != first.json["id"].text)
    #expect(try ann.get("/v1/teams")["items"].items.count == 1)
  }

  @Test(arguments: Store.present)
  func itsStateAndItsDescriptionAreOpen(_ store: Store) throws {
    let anyone = Person.stranger(try Stage.service(store))
    #expect(try anyone.get("/healthz")["status"].text == "ok")
    #expect(try anyone.get("/readyz")["status"].text == "ready")
    let metrics = try anyone.ask(200, "GET", "/metrics")
    #expect(metrics["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
    #expect(metrics.text.contains("getReadiness"))
    #expect(metrics.text.contains("milequest_build_info{version=\"0."))
    #expect(metrics.text.contains("milequest_store_commands_waiting "))
    #expect(metrics.text.contains("milequest_store_connections_limit") == (store == .server))
    #expect(
      try eventually {
        try anyone.ask(200, "GET", "/metrics").text.contains("\nmilequest_store_bytes ")
      })
    let docs = try anyone.ask(200, "GET", "/docs")
    #expect(docs["content-type"] == "text/html; charset=utf-8")
    #expect(docs.text.contains("logActivity") && !docs.text.contains("<script"))
    #expect(docs["cache-control"] == "public, max-age=3600")
    for answer in [docs, metrics, try anyone.ask(404, "GET", "/nowhere")] {
      let policy = try #require(answer["content-security-policy"])
      #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"))
      #expect(answer["x-frame-options"] == "DENY")
    }
    #expect(try anyone.get("/openapi.json")["openapi"].text == "3.1.0")
  }
}
