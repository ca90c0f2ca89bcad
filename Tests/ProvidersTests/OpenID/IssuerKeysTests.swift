import Base
import CivilTime
import JSON
import Testing

@testable import Providers

@Suite struct IssuerKeysTests {
  private let first = SigningKey.ec("first")
  private let second = SigningKey.ec("second")

  private func draft(_ issuer: TestIssuer, _ key: SigningKey) -> String {
    let now = Int(Office.dawn.seconds)
    return TokenDraft(
      [
        "iss": .string(issuer.url), "sub": .string("ann"), "aud": .string("api"),
        "iat": .integer(now), "exp": .integer(now + 600),
      ], key: key
    ).text
  }

  private func fault(_ tokens: OpenIDTokens, _ token: String) async -> IdentityError? {
    do {
      _ = try await tokens.claims(ofBearer: token, at: Office.dawn)
      return nil
    } catch { return error }
  }

  @Test func keysAreReadOnceForAllWhoAsk() async throws {
    let issuer = try TestIssuer([first])
    let tokens = OpenIDTokens(issuers: [try issuer.issuer()], client: TestIssuer.client())
    let token = draft(issuer, first)
    await withTaskGroup(of: IdentityError?.self) { group in
      for _ in 0..<20 { group.addTask { await fault(tokens, token) } }
      for await fault in group { #expect(fault == nil) }
    }
    #expect(issuer.keyReads == 1)
  }

  @Test func aNewKeyIsFoundAndJunkIsNoReasonToAskAgain() async throws {
    let issuer = try TestIssuer([first])
    let clock = StoppedClock()
    let tokens = OpenIDTokens(
      issuers: [try issuer.issuer()], client: TestIssuer.client(), clock: clock.clock)
    #expect(await fault(tokens, draft(issuer, first)) == nil)
    issuer.setting.with { $0.keys = [second] }
    // Read a moment ago.
    #expect(await fault(tokens, draft(issuer, second))?.message == TokenFault.unknownKey.rawValue)
    clock.pass(IssuerKeys.pause)
    #expect(await fault(tokens, draft(issuer, second)) == nil)
    #expect(await fault(tokens, draft(issuer, first))?.code == .tokenInvalid)
    for _ in 0..<50 { _ = await fault(tokens, draft(issuer, .ec("junk"))) }
    #expect(issuer.keyReads == 2)
  }

  /// Nobody can say then that the issuer has no such key, so no one is told to sign in again.
  @Test func aNewKeyIsNoFaultOfItsTokenWhileTheIssuerIsDown() async throws {
    let issuer = try TestIssuer([first])
    let clock = StoppedClock()
    let tokens = OpenIDTokens(
      issuers: [try issuer.issuer()], client: TestIssuer.client(), clock: clock.clock)
    #expect(await fault(tokens, draft(issuer, first)) == nil)
    issuer.setting.with { $0.fault = .status(500) }
    clock.pass(IssuerKeys.pause)
    for _ in 0..<2 { #expect(await fault(tokens, draft(issuer, second))?.code == .issuer) }
    #expect(await fault(tokens, draft(issuer, first)) == nil)
    issuer.setting.with { $0.fault = nil }
    issuer.setting.with { $0.keys = [first, second] }
    clock.pass(IssuerKeys.pause)
    #expect(await fault(tokens, draft(issuer, second)) == nil)
  }

  static let faults: [SmallServer.Answer] = [
    .status(500), .status(404), .status(200, body: "<html>"), .status(200, body: "{}"),
    .status(200, body: #"{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}"#), .reset, .bytes("garbage"),
    .endless(status: 200), .status(302, headers: ["Location": "https://other.example/"]),
  ]

  @Test(arguments: faults.indices)
  func keysStayWhileTheIssuerIsDown(_ index: Int) async throws {
    let issuer = try TestIssuer([first])
    let clock = StoppedClock()
    let tokens = OpenIDTokens(
      issuers: [try issuer.issuer()], client: TestIssuer.client(), clock: clock.clock)
    #expect(await fault(tokens, draft(issuer, first)) == nil)
    issuer.setting.with { $0.fault = Self.faults[index] }
    for _ in 0..<3 {
      clock.pass(IssuerKeys.fresh)
      #expect(await fault(tokens, draft(issuer, first)) == nil)
    }
    clock.pass(IssuerKeys.kept)
    #expect(await fault(tokens, draft(issuer, first))?.code == .issuer)
    issuer.setting.with { $0.fault = nil }
    #expect(await fault(tokens, draft(issuer, first))?.code == .issuer, "asked too soon")
    clock.pass(IssuerKeys.firstPause)
    #expect(await fault(tokens, draft(issuer, first)) == nil)
  }

  @Test(arguments: faults.indices)
  func anIssuerThatWasNeverThereIsReported(_ index: Int) async throws {
    let issuer = try TestIssuer([first])
    issuer.setting.with { $0.fault = Self.faults[index] }
    let tokens = OpenIDTokens(issuers: [try issuer.issuer()], client: TestIssuer.client())
    let error = await fault(tokens, draft(issuer, first))
    #expect(error?.code == .issuer)
    #expect(error?.retryAfterSeconds != nil)
    #expect(error?.message.hasPrefix("test cannot say who people are: ") == true)
    let asked = issuer.server.requests.count
    _ = await fault(tokens, draft(issuer, first))
    #expect(issuer.server.requests.count == asked)
  }

  @Test func aSlowIssuerKeepsNobodyWaiting() async throws {
    let issuer = try TestIssuer([first])
    let clock = StoppedClock()
    let tokens = OpenIDTokens(
      issuers: [try issuer.issuer()], client: TestIssuer.client(), clock: clock.clock)
    #expect(await fault(tokens, draft(issuer, first)) == nil)
    issuer.setting.with { $0.fault = .silence }
    clock.pass(IssuerKeys.fresh)
    let begun = ContinuousClock.now
    #expect(await fault(tokens, draft(issuer, first)) == nil)
    #expect(ContinuousClock.now - begun < .seconds(30))
  }

  @Test func aDocumentOfAnotherIssuerIsNotBelieved() async throws {
    let issuer = try TestIssuer([first])
    issuer.setting.with { $0.issuer = "https://other.example" }
    let tokens = OpenIDTokens(issuers: [try issuer.issuer()], client: TestIssuer.client())
    #expect(await fault(tokens, draft(issuer, first))?.message.contains("another issuer") == true)
  }

  // MARK: The inside network

  @Test func anIssuerInsideIsRefusedUnlessAllowed() async throws {
    let issuer = try TestIssuer([first])
    let tokens = OpenIDTokens(
      issuers: [try issuer.issuer()], client: TestIssuer.client(allowing: []))
    #expect(await fault(tokens, draft(issuer, first))?.message.contains("inside network") == true)
    #expect(issuer.server.connectionCount == 0)
  }

  /// The issuer's own address is allowed, those that its document names are not.
  @Test(arguments: [
    "http://127.0.0.2:PORT/keys", "http://[::ffff:127.0.0.2]:PORT/keys", "http://10.0.0.1/keys",
    "http://169.254.169.254/latest/meta-data", "http://[::1]:PORT/keys", "http://2130706434:PORT/",
  ])
  func keysInsideAreRefusedUnlessAllowed(_ address: String) async throws {
    let issuer = try TestIssuer([first])
    issuer.setting.with {
      $0.jwksURI = address.replacing("PORT", with: "\(issuer.server.port)")
    }
    let tokens = OpenIDTokens(
      issuers: [try issuer.issuer()], client: TestIssuer.client(allowing: ["127.0.0.1"]))
    #expect(
      await fault(tokens, draft(issuer, first))?.message.contains("inside network") == true)
    #expect(issuer.keyReads == 0)
  }

  @Test(arguments: [
    "file:///etc/passwd", "ftp://example.org/keys", "keys", "http://u:p@a.example/",
  ])
  func keysAreNowhereElse(_ address: String) async throws {
    let issuer = try TestIssuer([first])
    issuer.setting.with { $0.jwksURI = address }
    let tokens = OpenIDTokens(issuers: [try issuer.issuer()], client: TestIssuer.client())
    #expect(await fault(tokens, draft(issuer, first))?.message.contains("jwks_uri") == true)
  }

  @Test func keysOfAnEncryptedIssuerAreEncryptedToo() throws {
    let issuer = try OpenIDIssuer(
      name: "a", issuer: "https://id.example", audiences: ["api"])
    let document = #"{"issuer":"https://id.example","jwks_uri":"http://id.example/keys"}"#
    #expect(throws: IdentityError.self) {
      try DiscoveryDocument(Array(document.utf8), of: issuer)
    }
  }

  @Test(arguments: [
    "http://id.example", "https://id.example/?a", "https://id.example/#a", "id.example",
    "http://127.0.0.1.example",
  ])
  func whatIsNoIssuer(_ text: String) {
    #expect(throws: IdentityError.self) {
      try OpenIDIssuer(name: "a", issuer: text, audiences: ["api"])
    }
  }
}
