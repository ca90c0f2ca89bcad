import Foundation
import PostgresCluster
import TestSupport
import Testing

/// Signing in on several processes over one ledger, with thieves and guessers about.
@Suite struct SignInTests {
  private func refresh(_ token: String, on service: RunningService) throws -> HTTPAnswer {
    try Person.stranger(service).ask("POST", "/v1/auth/refresh", ["refreshToken": token])
  }

  /// Two tabs at once, each on another process; nobody is signed out.
  @Test(arguments: Store.present)
  func tabsThatRefreshAtOnceStaySignedIn(_ store: Store) throws {
    let ledger = try ServedLedger(store)
    let services = [try RunningService(ledger), try RunningService(ledger)]
    let ann = try Person.registered(services[0], name: "Ann")
    var token = ann.refreshToken
    for _ in 0..<5 {
      let answers = Gathered<HTTPAnswer>()
      let shown = token
      DispatchQueue.concurrentPerform(iterations: 8) { index in
        if let answer = try? refresh(shown, on: services[index % 2]) { answers.append(answer) }
      }
      #expect(answers.all.count == 8 && answers.all.allSatisfy { $0.status == 200 })
      let next = Set(answers.all.compactMap { $0.json["refreshToken"].text })
      #expect(next.count == 1)
      token = try #require(next.first)
    }
    // A process that begins anew derives the same.
    let lost = try refresh(token, on: services[0])
    let third = try RunningService(ledger)
    #expect(
      try refresh(token, on: third).json["refreshToken"].text
        == lost.json["refreshToken"].text)
    // A session that was ended does not come back, not even within the minute.
    try ann.ask(204, "POST", "/v1/auth/logout", ["refreshToken": token])
    #expect(try refresh(token, on: services[1]).code == "session-ended")
    #expect(
      try refresh(lost.json["refreshToken"].text ?? "", on: third).code == "session-ended")
  }

  /// Pages of the service never see their refresh token, and no other page signs anybody in or out.
  @Test(arguments: Store.present)
  func aPageKeepsItsRefreshTokenInACookie(_ store: Store) throws {
    let service = try Stage.service(store)
    let ann = try Person.registered(service, name: "Ann")
    let stranger = Person.stranger(service)
    // The tests' requests name their host without its port.
    let own = ["Origin": "http://127.0.0.1"]
    let credentials = ["email": ann.email, "password": Person.password]
    for origin in [[:], ["Origin": "https://app.example"], ["Origin": "null"], ["Origin": ""]] {
      try stranger.refused(
        403, "forbidden", "POST", "/v1/auth/browser/login", credentials, headers: origin)
    }
    let login = try stranger.ask(
      200, "POST", "/v1/auth/browser/login", credentials, headers: own)
    let cookie = try #require(login["set-cookie"])
    #expect(
      cookie.contains("; Path=/v1/auth; ") && cookie.contains("; HttpOnly; SameSite=Strict"))
    // Nobody has said that the service is reached by https.
    #expect(!cookie.contains("; Secure"))
    #expect(login.json["refreshToken"].isNull)
    let shown = own.merging(["Cookie": "a=b; \(cookie.prefix { $0 != ";" })"]) { $1 }
    try stranger.refused(
      403, "forbidden", "POST", "/v1/auth/browser/refresh",
      headers: ["Cookie": shown["Cookie"] ?? ""])
    let renewed = try stranger.ask(200, "POST", "/v1/auth/browser/refresh", headers: shown)
    var page = stranger
    page.token = renewed.json["accessToken"].text
    try page.ask(200, "GET", "/v1/me")
    let next = try #require(renewed["set-cookie"])
    let last = own.merging(["Cookie": "\(next.prefix { $0 != ";" })"]) { $1 }
    let out = try stranger.ask(204, "POST", "/v1/auth/browser/logout", headers: last)
    #expect(out["set-cookie"]?.contains("milequest_session=; Path=/v1/auth; Max-Age=0;") == true)
    let over = try stranger.ask(401, "POST", "/v1/auth/browser/refresh", headers: last)
    #expect(over.code == "session-ended" && over["set-cookie"]?.contains("Max-Age=0") == true)
    try stranger.refused(401, "session-ended", "POST", "/v1/auth/browser/refresh", headers: own)
  }

  struct PublicAddress: Sendable, CustomTestStringConvertible {
    let address: String
    /// Of its pages, as browsers say it.
    let origin: String
    let isEncrypted: Bool
    /// Where its pages are not.
    let others: [String]
    var testDescription: String { address }
  }

  /// Pages of the public address alone sign in and out, whatever host a request names, and their cookie
  /// crosses no network unencrypted.
  @Test(arguments: [
    PublicAddress(
      address: "https://quests.example/walks", origin: "https://quests.example", isEncrypted: true,
      others: [
        "http://127.0.0.1", "https://127.0.0.1", "http://quests.example",
        "https://quests.example:8443", "https://quests.example.evil.example",
        "https://evil.example", "https://quests.example/walks", "null", "",
      ]),
    PublicAddress(
      address: "http://127.0.0.1:8080", origin: "http://127.0.0.1:8080", isEncrypted: false,
      others: ["http://127.0.0.1", "https://127.0.0.1:8080", "http://127.0.0.1:80801", ""]),
  ])
  func aPageIsAtThePublicAddress(_ place: PublicAddress) throws {
    let service = try RunningService(
      try ServedLedger(.file), RunningService.generous + ["--public-address", place.address])
    let ann = try Person.registered(service, name: "Ann")
    let stranger = Person.stranger(service)
    let credentials = ["email": ann.email, "password": Person.password]
    let origins: [[String: String]] = [[:]] + place.others.map { ["Origin": $0] }
    for origin in origins {
      try stranger.refused(
        403, "forbidden", "POST", "/v1/auth/browser/login", credentials, headers: origin)
      try stranger.refused(403, "forbidden", "POST", "/v1/auth/browser/refresh", headers: origin)
      try stranger.refused(403, "forbidden", "POST", "/v1/auth/browser/logout", headers: origin)
    }
    let own = ["Origin": place.origin]
    let login = try stranger.ask(
      200, "POST", "/v1/auth/browser/login", credentials, headers: own)
    let logout = try stranger.ask(204, "POST", "/v1/auth/browser/logout", headers: own)
    for answer in [login, logout] {
      let cookie = try #require(answer["set-cookie"])
      #expect(cookie.hasPrefix("milequest_session="))
      #expect(cookie.components(separatedBy: "; ").contains("Secure") == place.isEncrypted)
    }
  }

  /// Of processes that were given different secrets none takes what another has signed.
  @Test func aTokenOfAnotherSecretIsRefused() throws {
    let ledger = try ServedLedger(.file)
    func service(_ name: String, secret digits: String) throws -> RunningService {
      let file = "\(ledger.folder)/\(name)"
      _ = FileManager.default.createFile(
        atPath: file, contents: Data(String(repeating: digits, count: 4).utf8),
        attributes: [.posixPermissions: 0o600])
      return try RunningService(ledger, RunningService.generous + ["--secret-file", file])
    }
    let home = try service("one", secret: "0123456789abcdef")
    let ann = try Person.registered(home, name: "Ann")
    // Begins once the mail is out, which is sealed with the first secret.
    let other = try service("other", secret: "fedcba9876543210")
    try ann.ask(200, "GET", "/v1/me")
    var there = Person(service: other, token: ann.token, email: ann.email)
    try there.refused(401, "invalid-token", "GET", "/v1/me")
    // The person is known there: only what is signed is not.
    try there.signIn()
    try there.ask(200, "GET", "/v1/me")
    let back = Person(service: home, token: there.token)
    try back.refused(401, "invalid-token", "GET", "/v1/me")
    try ann.ask(200, "GET", "/v1/me")
  }

  /// The answer to a reset and the mail list the keys, and end them where that is wished.
  @Test(arguments: Store.present)
  func aNewPasswordEndsTheKeysThatAThiefMade(_ store: Store) throws {
    let ann = try Person.registered(try Stage.service(store), name: "Ann")
    let made = try ann.ask(
      201, "POST", "/v1/keys", ["name": "Thief's own", "scopes": ["read"]]
    ).json
    var program = ann
    program.token = made["key"].text
    func change(_ body: [String: Any]) throws -> JSON {
      try ann.ask(
        200, "POST", "/v1/auth/password",
        body.merging(
          ["currentPassword": Person.password, "newPassword": Person.password]) { $1 }
      ).json["keys"]
    }
    let listed = try change([:])
    #expect(listed.items.count == 1 && listed[0]["name"].text == "Thief's own")
    #expect(listed[0]["revokedAt"].isNull && listed[0]["key"].isNull)
    try program.ask(200, "GET", "/v1/me")
    #expect(eventually { (try? ann.mails().last?.contains("Thief's own")) == true })
    #expect(try !change(["endKeys": true])[0]["revokedAt"].isNull)
    try program.refused(401, "invalid-token", "GET", "/v1/me")
    #expect(try change([:]).items.isEmpty)
  }

  /// A lost answer to the creation of a key.
  @Test(arguments: Store.present)
  func aKeyThatIsAskedForAgainIsTheSame(_ store: Store) throws {
    let ledger = try ServedLedger(store)
    let services = [try RunningService(ledger), try RunningService(ledger)]
    let ann = try Person.registered(services[0], name: "Ann")
    var elsewhere = ann
    elsewhere = Person(
      service: services[1], token: ann.token, id: ann.id, email: ann.email,
      refreshToken: ann.refreshToken, address: ann.address)
    let key = ["Idempotency-Key": "key \(UUID())"]
    let body: [String: Any] = ["name": "watch", "scopes": ["log"], "ratePerSecond": 5]
    let first = try ann.ask(201, "POST", "/v1/keys", body, headers: key)
    let again = try elsewhere.ask(201, "POST", "/v1/keys", body, headers: key)
    #expect(first.text == again.text)
    let spelt = try ann.send(
      "POST", "/v1/keys", headers: key.merging(["Content-Type": "application/json"]) { $1 },
      body: Array(#"{ "scopes":["log"], "ratePerSecond":5.0, "name":"w\u0061tch" }"#.utf8))
    #expect(spelt.status == 201 && spelt.text == first.text)
    try ann.refused(
      422, "idempotency-key-reused", "POST", "/v1/keys", ["name": "watch", "scopes": ["read"]],
      headers: key)
    #expect(try ann.get("/v1/keys")["items"].items.count == 1)
    // What was refused stands for nothing.
    let other = ["Idempotency-Key": "other \(UUID())"]
    try ann.refused(
      422, "invalid", "POST", "/v1/keys",
      ["name": "fast", "scopes": ["read"], "ratePerSecond": 1_000_000, "burst": 1_000_000],
      headers: other.merging([:]) { $1 })
    try ann.ask(201, "POST", "/v1/keys", ["name": "fast", "scopes": ["read"]], headers: other)
    #expect(try ann.ask(201, "POST", "/v1/keys", body).text != first.text)
  }

  /// Nobody lifts a rate, and all that a person has counts together.
  @Test func oneBucketStandsOverAllThatAPersonHas() throws {
    let service = try RunningService(
      try ServedLedger(.file), ["--rate", "1", "--burst", "30", "--trusted-proxy", "127.0.0.0/8"])
    let ann = try Person.registered(service, name: "Ann")
    let refusal = try ann.ask(
      422, "POST", "/v1/keys",
      ["name": "fast", "scopes": ["read"], "ratePerSecond": 10_000, "burst": 10_000])
    #expect(
      Set(refusal.json["errors"].items.compactMap { $0["pointer"].text })
        == ["/ratePerSecond", "/burst"])
    let programs = try (0..<10).map { number in
      var program = ann
      program.token =
        try ann.ask(201, "POST", "/v1/keys", ["name": "\(number)", "scopes": ["read"]])
        .json["key"].text
      return program
    }
    var answered = 0
    for round in 0..<60 where try programs[round % 10].ask("GET", "/v1/me").status == 200 {
      answered += 1
    }
    #expect((10...30).contains(answered), "\(answered) of 60 were answered")
    try ann.refused(429, "too-many-requests", "GET", "/v1/me")
  }

  /// A token that is no good does not keep anybody from signing in.
  @Test func aBadTokenKeepsNobodyFromSigningIn() throws {
    let ann = try Person.registered(try Stage.service(.file), name: "Ann")
    for header in ["Bearer nonsense", "Basic YTpi", "Bearer", "Bearer mq_0_0"] {
      let headers = ["Authorization": header]
      try ann.refused(401, "invalid-token", "GET", "/v1/routes", headers: headers)
      try ann.ask(
        200, "POST", "/v1/auth/login", ["email": ann.email, "password": Person.password],
        headers: headers)
      try ann.ask(
        202, "POST", "/v1/auth/reset-request", ["email": "nobody\(UUID())@example.org"],
        headers: headers)
    }
  }
}
