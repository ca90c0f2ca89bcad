import Base
import CivilTime
import Crypto
import Foundation
import JSON
import Quests
import Testing

@testable import Providers

/// A browser, an issuer and the service between which a sign-in goes.
private struct Browser {
  let world: IssuerOffice
  let signIn: BrowserSignIn

  init(_ name: String, secret: String? = nil) throws {
    world = try IssuerOffice(name)
    let accounts = OpenIDAccounts(
      tokens: OpenIDTokens(
        issuers: [try world.issuer.issuer(secret: secret)], client: TestIssuer.client()),
      store: world.office.store)
    signIn = BrowserSignIn(
      accounts: accounts, signIn: world.office.accounts, seal: Seal(world.office.secret),
      publicAddress: "https://quests.example")
  }

  /// What the address has that a browser is sent to.
  static func query(_ location: String) -> [String: String] {
    let items = URLComponents(string: location)?.queryItems ?? []
    return Dictionary(items.map { ($0.name, $0.value ?? "") }, uniquingKeysWith: { $1 })
  }

  /// Goes to the issuer.
  func leave(page: String = "/quests?a=b") async throws -> (
    step: BrowserSignIn.Step, query: [String: String]
  ) {
    let step = try await signIn.start(with: "test", returningTo: page, at: Office.dawn)
    return (step, Self.query(step.location))
  }

  /// Has the issuer answer a code with a token.
  func answer(
    _ query: [String: String], subject: String = "ann", _ claims: [String: JSONValue] = [:]
  ) {
    let token = world.token(
      subject,
      claims.merging([
        "aud": .string("web"), "nonce": .string(query["nonce"] ?? ""), "name": .string("Ann"),
      ]) { first, _ in first })
    let body = JSONValue.object([
      ("access_token", .string("opaque")), ("token_type", .string("Bearer")),
      ("id_token", .string(token)),
    ])
    world.issuer.setting.with {
      $0.tokenAnswer = .status(200, body: String(decoding: body.text(), as: UTF8.self))
    }
  }

  /// Comes back from the issuer.
  func land(
    _ query: [String: String], cookie: String?, code: String? = "c0de", state: String? = nil,
    issuer: String? = nil, error: String? = nil, after seconds: Int64 = 1
  ) async throws -> BrowserSignIn.Step {
    try await signIn.land(
      .init(code: code, state: state ?? query["state"], issuer: issuer, error: error),
      from: "test", cookie: cookie, at: Office.after(seconds))
  }

  /// The whole way to the page.
  func visit(subject: String = "ann") async throws -> (code: String, cookie: String) {
    let (step, query) = try await leave()
    answer(query, subject: subject)
    let landed = try await land(query, cookie: step.cookie)
    let code = try #require(landed.location.split(separator: "=").last)
    return (String(code), landed.cookie)
  }
}

@Suite struct BrowserSignInTests {
  @Test(arguments: [nil, "s&c:ret"])
  func aSignInEndsInASession(_ secret: String?) async throws {
    let browser = try Browser(#function + (secret ?? ""), secret: secret)
    let (step, query) = try await browser.leave()
    #expect(step.location.hasPrefix(browser.world.issuer.url + "/authorize?"))
    #expect(query["response_type"] == "code" && query["scope"] == "openid profile")
    #expect(query["client_id"] == "web" && query["code_challenge_method"] == "S256")
    #expect(query["redirect_uri"] == "https://quests.example/v1/auth/oidc/test/callback")
    browser.answer(query)
    let landed = try await browser.land(query, cookie: step.cookie)
    #expect(landed.location.hasPrefix("/quests?a=b#sign-in=mqs_"))

    let sent = try #require(browser.world.issuer.server.requests.last { $0.path == "/token" })
    let form = Browser.query("http://x/?" + String(decoding: sent.body, as: UTF8.self))
    #expect(form["grant_type"] == "authorization_code" && form["code"] == "c0de")
    #expect(form["redirect_uri"] == query["redirect_uri"])
    let verifier = try #require(form["code_verifier"])
    #expect(
      Base64URL.text(Array(SHA256.hash(data: Array(verifier.utf8)))) == query["code_challenge"])
    #expect(verifier.utf8.count == 43)
    if secret != nil {
      let basic = Data("web:s%26c%3Aret".utf8).base64EncodedString()
      #expect(sent.headers["authorization"] == "Basic \(basic)" && form["client_id"] == nil)
    } else {
      #expect(sent.headers["authorization"] == nil && form["client_id"] == "web")
    }

    let code = String(try #require(landed.location.split(separator: "=").last))
    let tokens = try await browser.signIn.redeem(
      code, cookie: landed.cookie, createsAccount: true, at: Office.after(2))
    let known = try await browser.world.bearer.person(ofToken: tokens.access, at: Office.after(2))
    #expect(known.session == tokens.session && known.person == tokens.person)
    #expect(try await browser.world.office.store.account(tokens.person)?.name == "Ann")
    #expect(
      try await browser.world.office.store.subjects(of: tokens.person)
        == [IssuedSubject(issuer: browser.world.issuer.url, subject: "ann")])
    // Once.
    #expect(
      await refusal {
        try await browser.signIn.redeem(
          code, cookie: landed.cookie, createsAccount: true, at: Office.after(2))
      }?.code == .codeWrong)
    // The same person again, in an app too.
    let (again, cookie) = try await browser.visit()
    #expect(
      try await browser.signIn.redeem(
        again, cookie: cookie, createsAccount: false, at: Office.after(3)
      ).person == tokens.person)
    #expect(
      try await browser.world.bearer.person(
        ofToken: browser.world.token("ann"), at: Office.dawn
      ).person == tokens.person)
  }

  @Test func aCodeIsWorthNothingElsewhere() async throws {
    let browser = try Browser(#function)
    let (code, cookie) = try await browser.visit()
    let (_, other) = try await browser.visit(subject: "bob")
    func redeem(_ code: String, _ cookie: String?, after seconds: Int64 = 2) async
      -> IdentityError.Code?
    {
      await refusal {
        try await browser.signIn.redeem(
          code, cookie: cookie, createsAccount: true, at: Office.after(seconds))
      }?.code
    }
    for wrong in [nil, "", other, String(cookie.dropLast())] {
      #expect(await redeem(code, wrong) == .codeWrong)
    }
    for wrong in [
      "", "mqs_", code + "A", String(code.dropLast(2)) + "AA", "mqr_" + code.dropFirst(4),
    ] {
      #expect(await redeem(wrong, cookie) == .codeWrong)
    }
    #expect(await redeem(code, cookie, after: 1 + BrowserSignIn.grantSeconds) == .codeWrong)
    #expect(await redeem(code, cookie) == nil)
  }

  /// Of many that ask at once with one code, one gets a session.
  @Test func aCodeCountsOnce() async throws {
    let browser = try Browser(#function)
    let (code, cookie) = try await browser.visit()
    let good = await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<8 {
        group.addTask {
          await refusal {
            try await browser.signIn.redeem(
              code, cookie: cookie, createsAccount: true, at: Office.after(2))
          } == nil
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(good == 1)
  }

  @Test func whoIsNewMayChoose() async throws {
    let browser = try Browser(#function)
    let (code, cookie) = try await browser.visit()
    #expect(
      await refusal {
        try await browser.signIn.redeem(
          code, cookie: cookie, createsAccount: false, at: Office.after(2))
      }?.code == .notFound)
    _ = try await browser.signIn.redeem(
      code, cookie: cookie, createsAccount: true, at: Office.after(2))
  }

  @Test func anotherBrowsersAnswerIsNotTaken() async throws {
    let browser = try Browser(#function)
    let (step, query) = try await browser.leave()
    let (otherStep, otherQuery) = try await browser.leave()
    browser.answer(query)
    func end(_ step: BrowserSignIn.Step) -> String {
      String(step.location.split(separator: "#").last ?? "")
    }
    let expired = "sign-in-error=expired"
    #expect(end(try await browser.land(query, cookie: nil)) == expired)
    #expect(end(try await browser.land(query, cookie: otherStep.cookie)) == expired)
    #expect(end(try await browser.land(otherQuery, cookie: step.cookie)) == expired)
    #expect(end(try await browser.land(query, cookie: step.cookie, state: "")) == expired)
    #expect(end(try await browser.land(query, cookie: String(step.cookie.dropLast()))) == expired)
    #expect(
      end(try await browser.land(query, cookie: step.cookie, after: BrowserSignIn.ticketSeconds))
        == expired)
    // None of these has asked the issuer.
    #expect(!browser.world.issuer.server.requests.contains { $0.path == "/token" })
    #expect(end(try await browser.land(query, cookie: step.cookie)).hasPrefix("sign-in=mqs_"))
  }

  @Test func whatGoesWrongIsSaidToThePage() async throws {
    let browser = try Browser(#function)
    let (step, query) = try await browser.leave(page: "/here")
    func end(
      issuer: String? = nil, code: String? = "c0de", error: String? = nil
    ) async throws -> String {
      try await browser.land(
        query, cookie: step.cookie, code: code, issuer: issuer, error: error
      ).location
    }
    func answer(_ answer: SmallServer.Answer) {
      browser.world.issuer.setting.with { $0.tokenAnswer = answer }
    }
    let (denied, failed, unavailable) = (
      "/here#sign-in-error=denied", "/here#sign-in-error=failed", "/here#sign-in-error=unavailable"
    )
    #expect(try await end(error: "access_denied") == denied)
    for error in ["server_error", "temporarily_unavailable"] {
      #expect(try await end(error: error) == unavailable)
    }
    for error in ["invalid_request", "invalid_scope", "unauthorized_client", "x"] {
      #expect(try await end(error: error) == failed)
    }
    #expect(try await end() == failed, "invalid_grant")
    #expect(try await end(code: nil) == failed)
    for (claim, value) in [
      ("nonce", JSONValue.string("other")), ("aud", .string("api")), ("azp", .string("phone")),
      ("iss", .string("https://other.example")), ("exp", .integer(1)),
    ] {
      browser.answer(query, [claim: value])
      #expect(try await end() == failed, "\(claim)")
    }
    for wrong in [
      SmallServer.Answer.status(500), .status(200, body: "{}"), .status(200, body: "<html>"),
      .reset,
      .bytes("garbage"), .status(302, headers: ["Location": "https://other.example/"]),
      .status(429),
    ] {
      answer(wrong)
      #expect(try await end() == unavailable)
    }
    for error in ["invalid_client", "unauthorized_client", "unsupported_grant_type"] {
      answer(.status(401, body: #"{"error":"\#(error)","error_description":"go away"}"#))
      let landed = try await browser.land(query, cookie: step.cookie)
      #expect(landed.location == failed)
      #expect(landed.fault?.contains("“\(error): go away”") == true)
    }
    browser.answer(query)
    #expect(try await end(issuer: "https://other.example") == failed)
    #expect(try await end(issuer: browser.world.issuer.url).hasPrefix("/here#sign-in="))
  }

  @Test func anIssuerThatIsDownIsSaidToThePage() async throws {
    let browser = try Browser(#function)
    browser.world.issuer.setting.with { $0.fault = .status(500) }
    let step = try await browser.leave(page: "/here").step
    #expect(step.location == "/here#sign-in-error=unavailable")
    #expect(step.key == nil && step.usedKey == nil && step.cookie.isEmpty)
    #expect(step.fault?.hasPrefix("test cannot say who people are: ") == true)
  }

  /// What comes back with another state, or with none, ends no sign-in; each has a cookie of its own.
  @Test func onlyTheAnswerWithItsStateEndsASignIn() async throws {
    let browser = try Browser(#function)
    let (first, query) = try await browser.leave(page: "/first")
    let (second, other) = try await browser.leave(page: "/second")
    #expect(first.key != nil && second.key != nil && first.key != second.key)
    #expect(first.key == query["state"].map { BrowserSignIn.cookieKey(of: $0) })
    let forged = try await browser.land(query, cookie: nil, state: "forged")
    #expect(forged.key == nil && forged.usedKey == nil)
    let stateless = try await browser.signIn.land(
      .init(code: nil, state: nil, issuer: nil, error: "access_denied"), from: "test",
      cookie: first.cookie, at: Office.after(1))
    #expect(stateless.location == "/first#sign-in-error=denied")
    #expect(stateless.key == nil && stateless.usedKey == nil)
    for (step, query) in [(first, query), (second, other)] {
      browser.answer(query)
      let landed = try await browser.land(query, cookie: step.cookie)
      let code = String(try #require(landed.location.split(separator: "=").last))
      #expect(landed.usedKey == step.key && landed.key == BrowserSignIn.cookieKey(of: code))
    }
    browser.world.issuer.setting.with { $0.tokenAnswer = .status(500) }
    #expect(try await browser.land(query, cookie: first.cookie).usedKey == first.key)
  }

  @Test func theOldestOfManySignInsGivesWay() async throws {
    let browser = try Browser(#function)
    var cookies = [(key: "none", value: "no ticket")]
    for number in 0..<5 {
      let step = try await browser.signIn.start(
        with: "test", returningTo: "/", at: Office.after(Int64(number)))
      cookies.append((key: "\(number)", value: step.cookie))
    }
    #expect(browser.signIn.surplus(cookies.shuffled(), at: Office.after(5)) == ["0", "1"])
    #expect(browser.signIn.surplus(Array(cookies.prefix(4)), at: Office.after(5)).isEmpty)
  }

  @Test(arguments: [
    "https://evil.example", "//evil.example", "/\\evil.example", "evil", "", "/a#b", "/a b",
    "/\u{E9}", "/" + String(repeating: "a", count: 512),
  ])
  func aSignInEndsOnAPageHere(_ page: String) async throws {
    let browser = try Browser(#function)
    #expect(await refusal { try await browser.leave(page: page) }?.code == .invalid)
  }

  @Test func whoSignsInWithAppsAloneHasNoBrowser() async throws {
    let world = try IssuerOffice(#function)
    let issuer = try world.issuer.issuer(clientID: nil)
    let signIn = BrowserSignIn(
      accounts: OpenIDAccounts(
        tokens: OpenIDTokens(issuers: [issuer], client: TestIssuer.client()),
        store: world.office.store),
      signIn: world.office.accounts, seal: Seal(world.office.secret),
      publicAddress: "https://quests.example")
    for name in ["test", "other"] {
      #expect(
        await refusal { try await signIn.start(with: name, returningTo: "/", at: Office.dawn) }?
          .code == .notFound)
    }
  }
}
