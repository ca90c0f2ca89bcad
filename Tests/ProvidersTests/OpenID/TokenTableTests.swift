import CivilTime
import JSON
import Testing

@testable import Providers

/// A kind of token that an issuer's shape has.
struct TokenKind: Sendable, CustomTestStringConvertible {
  let name: String
  let shape: TokenShape
  let use: TokenUse
  /// Beside those that every token has.
  let claims: [String: JSONValue]
  /// Where the token says whom it is for.
  var audienceClaim = "aud"

  var testDescription: String { name }

  static let signIn = TokenUse.signIn(nonce: "n-0S6")

  static let all: [TokenKind] = [
    TokenKind(
      name: "standard access", shape: .standard, use: .bearer, claims: ["aud": .string("api")]),
    TokenKind(
      name: "standard ID in a browser", shape: .standard, use: signIn,
      claims: ["aud": .string("web"), "nonce": .string("n-0S6")]),
    TokenKind(
      name: "Cognito access", shape: .cognito, use: .bearer,
      claims: ["token_use": .string("access"), "client_id": .string("web")],
      audienceClaim: "client_id"),
    TokenKind(
      name: "Cognito ID", shape: .cognito, use: .bearer,
      claims: ["token_use": .string("id"), "aud": .string("web")]),
    TokenKind(
      name: "Cognito ID in a browser", shape: .cognito, use: signIn,
      claims: ["token_use": .string("id"), "aud": .string("web"), "nonce": .string("n-0S6")]),
    TokenKind(
      name: "Google ID of a phone", shape: .google, use: .bearer,
      claims: ["aud": .string("web"), "azp": .string("phone"), "email_verified": .bool(true)]),
    TokenKind(
      name: "Google ID in a browser", shape: .google, use: signIn,
      claims: ["aud": .string("web"), "azp": .string("web"), "nonce": .string("n-0S6")]),
    TokenKind(
      name: "Auth0 access", shape: .auth0, use: .bearer,
      claims: [
        "aud": .array([.string("api"), .string("https://tenant.example/userinfo")]),
        "azp": .string("phone"), "scope": .string("openid"),
      ]),
    TokenKind(
      name: "Auth0 ID in a browser", shape: .auth0, use: signIn,
      claims: ["aud": .string("web"), "nonce": .string("n-0S6"), "sid": .string("s")]),
    TokenKind(
      name: "Supabase access", shape: .supabase, use: .bearer,
      claims: [
        "aud": .string("api"), "role": .string("authenticated"), "is_anonymous": .bool(false),
      ]),
  ]
}

/// One thing that may be wrong with a token, and what has to come of it.
struct TokenCell: Sendable {
  let name: String
  /// Nil where the token counts.
  let fault: TokenFault?
  /// What is changed; the kind tells where.
  let text: @Sendable (TokenDraft, TokenKind) -> String

  init(
    _ name: String, _ fault: TokenFault?,
    change: @escaping @Sendable (inout TokenDraft, TokenKind) -> Void
  ) {
    self.init(name, fault) { draft, kind in
      var draft = draft
      change(&draft, kind)
      return draft.text
    }
  }

  init(
    _ name: String, _ fault: TokenFault?,
    text: @escaping @Sendable (TokenDraft, TokenKind) -> String
  ) {
    self.name = name
    self.fault = fault
    self.text = text
  }

  static func claim(_ name: String, _ value: JSONValue?, _ fault: TokenFault?, _ note: String)
    -> TokenCell
  {
    TokenCell(note, fault) { draft, _ in draft.claims[name] = value }
  }

  static func seconds(_ claim: String, _ offset: Int, _ fault: TokenFault?) -> TokenCell {
    .claim(
      claim, .integer(Int(Office.dawn.seconds) + offset), fault,
      "\(claim) \(offset < 0 ? "" : "+")\(offset) s")
  }

  static let all: [TokenCell] = [
    TokenCell("as it is", nil) { _, _ in },
    TokenCell("no kid", nil) { draft, _ in draft.set(header: "kid", nil) },
    TokenCell("no typ", nil) { draft, _ in draft.set(header: "typ", nil) },
    TokenCell("typ of an access token", nil) { draft, _ in
      draft.set(header: "typ", .string("at+jwt"))
    },
    TokenCell("typ of a sign-out", .malformed) { draft, _ in
      draft.set(header: "typ", .string("logout+jwt"))
    },
    TokenCell("aud as an array of one", nil) { draft, kind in
      if kind.audienceClaim == "aud", let aud = draft.claims["aud"], case .string = aud {
        draft.claims["aud"] = .array([aud])
      }
    },
    // Signatures.
    TokenCell("alg none, no signature", .signature) { draft, _ in
      var draft = draft
      draft.set(header: "alg", .string("none"))
      return draft.text(signature: [])
    },
    TokenCell("alg none, no kid", .unknownKey) { draft, _ in
      var draft = draft
      draft.set(header: "alg", .string("none"))
      draft.set(header: "kid", nil)
      return draft.text(signature: [])
    },
    TokenCell("alg nOnE with the signature", .signature) { draft, _ in
      draft.set(header: "alg", .string("nOnE"))
    },
    TokenCell("HS256 with the public key", .signature) { draft, _ in
      var draft = draft
      draft.set(header: "alg", .string("HS256"))
      return draft.text(sharedSecret: draft.key.publicText)
    },
    TokenCell("HS256 with the public key, no kid", .unknownKey) { draft, _ in
      var draft = draft
      draft.set(header: "alg", .string("HS256"))
      draft.set(header: "kid", nil)
      return draft.text(sharedSecret: draft.key.publicText)
    },
    TokenCell("another algorithm of the key's kind", .signature) { draft, _ in
      draft.set(header: "alg", .string("PS256"))
    },
    TokenCell("unknown kid", .unknownKey) { draft, _ in
      draft.set(header: "kid", .string("other"))
    },
    TokenCell("kid with another case", .unknownKey) { draft, _ in
      draft.set(header: "kid", .string("KEY-1"))
    },
    TokenCell("kid that is a number", .malformed) { draft, _ in
      draft.set(header: "kid", .integer(1))
    },
    TokenCell("another key under the kid", .signature) { draft, _ in
      draft.key = .rsa("key-1", number: 1)
    },
    TokenCell("a key in the header", .signature) { draft, _ in
      draft.key = .rsa("key-1", number: 1)
      draft.set(header: "jwk", .object(draft.key.members(algorithm: "RS256")))
    },
    TokenCell("no signature", .signature) { draft, _ in draft.text(signature: []) },
    TokenCell("an extension that has to be known", .malformed) { draft, _ in
      draft.set(header: "crit", .array([.string("exp")]))
    },
    TokenCell("two parts", .malformed) { draft, _ in
      draft.text.split(separator: ".").prefix(2).joined(separator: ".")
    },
    TokenCell("claims of another token", .signature) { draft, _ in
      var other = draft
      other.claims["sub"] = .string("somebody else")
      let (mine, others) = (draft.text.split(separator: "."), other.text.split(separator: "."))
      return [others[0], others[1], mine[2]].joined(separator: ".")
    },
    // Who and for whom.
    .claim("iss", .string("https://other.example"), .issuer, "another issuer"),
    .claim("sub", nil, .malformed, "no subject"),
    .claim("sub", .string(""), .malformed, "an empty subject"),
    .claim("sub", .string("a\u{0}b"), .malformed, "a subject with a zero byte"),
    TokenCell("another audience", .audience) { draft, kind in
      draft.claims[kind.audienceClaim] = .string("another")
    },
    TokenCell("no audience", .audience) { draft, kind in
      draft.claims[kind.audienceClaim] = nil
    },
    .claim("azp", .string("stranger"), .party, "issued to another program"),
    .claim("azp", .integer(1), .malformed, "a program that is a number"),
    // When.
    .claim("exp", nil, .malformed, "no end"),
    .claim("iat", nil, .malformed, "no beginning"),
    .seconds("exp", -61, .expired), .seconds("exp", -60, .expired), .seconds("exp", -59, nil),
    .seconds("iat", 60, nil), .seconds("iat", 61, .early),
    .seconds("nbf", 60, nil), .seconds("nbf", 61, .early),
    .seconds("iat", -86_400 - 60, .age), .seconds("iat", -86_400, nil),
    .claim("exp", .string("tomorrow"), .malformed, "an end in words"),
    .claim("exp", .number(1e300), .malformed, "an end beyond all clocks"),
    // The browser.
    TokenCell("another nonce", .nonce) { draft, kind in
      if kind.use != .bearer { draft.claims["nonce"] = .string("other") }
    },
    TokenCell("no nonce", .nonce) { draft, kind in
      if kind.use != .bearer { draft.claims["nonce"] = nil }
    },
  ]

  /// What has to come of a kind of token: a nonce matters where one was asked for.
  func expected(_ kind: TokenKind) -> TokenFault? {
    fault == .nonce && kind.use == .bearer ? nil : fault
  }
}

/// Every fault of a token, for the tokens of every issuer's shape.
@Suite struct TokenTableTests {
  private static let key = SigningKey.rsa("key-1")

  private static func draft(_ kind: TokenKind, of issuer: String, key: SigningKey) -> TokenDraft {
    let now = Int(Office.dawn.seconds)
    return TokenDraft(
      kind.claims.merging([
        "iss": .string(issuer), "sub": .string("auth|248289761001"), "iat": .integer(now - 600),
        "exp": .integer(now + 600),
      ]) { first, _ in first }, key: key)
  }

  private static func fault(
    _ token: String, _ kind: TokenKind, _ tokens: OpenIDTokens
  ) async throws -> String? {
    do {
      let issuer = try #require(tokens.issuers.first)
      let claims =
        kind.use == .bearer
        ? try await tokens.claims(ofBearer: token, at: Office.dawn).1
        : try await tokens.claims(of: token, from: issuer, for: kind.use, at: Office.dawn)
      #expect(claims.subject == "auth|248289761001")
      return nil
    } catch let error as IdentityError {
      #expect(
        error.code == (error.message == TokenFault.expired.rawValue ? .tokenExpired : .tokenInvalid)
      )
      return error.message
    }
  }

  @Test(arguments: TokenKind.all, [true, false])
  func eachCellIsAsExpected(_ kind: TokenKind, _ namesAlgorithms: Bool) async throws {
    let server = try TestIssuer([.ec("key-0"), Self.key])
    server.setting.with { $0.namesAlgorithms = namesAlgorithms }
    let tokens = OpenIDTokens(
      issuers: [try server.issuer(kind.shape)], client: TestIssuer.client())
    let draft = Self.draft(kind, of: server.url, key: Self.key)
    for cell in TokenCell.all {
      let fault = try await Self.fault(cell.text(draft, kind), kind, tokens)
      #expect(fault == cell.expected(kind)?.rawValue, "\(cell.name)")
      // Whatever came before, what is right stays right.
      #expect(try await Self.fault(draft.text, kind, tokens) == nil, "after: \(cell.name)")
    }
  }

  @Test(arguments: [SigningKey.rsa("k"), .ec("k"), .ed("k"), .ec(nil)])
  func keysOfEveryKindCount(_ key: SigningKey) async throws {
    let server = try TestIssuer([key])
    let tokens = OpenIDTokens(issuers: [try server.issuer()], client: TestIssuer.client())
    let text = Self.draft(TokenKind.all[0], of: server.url, key: key).text
    #expect(try await Self.fault(text, TokenKind.all[0], tokens) == nil)
  }

  @Test(arguments: [
    (TokenShape.cognito, "token_use", JSONValue.string("refresh")),
    (.cognito, "token_use", .null),
    (.auth0, "gty", .string("client-credentials")),
    (.supabase, "role", .string("service_role")),
    (.supabase, "role", .string("anon")),
    (.supabase, "is_anonymous", .bool(true)),
  ])
  func kindsThatStandForNobodyDoNotCount(
    _ shape: TokenShape, _ claim: String, _ value: JSONValue
  ) async throws {
    let kind = try #require(TokenKind.all.first { $0.shape.name == shape.name })
    let server = try TestIssuer([Self.key])
    let tokens = OpenIDTokens(issuers: [try server.issuer(shape)], client: TestIssuer.client())
    var draft = Self.draft(kind, of: server.url, key: Self.key)
    draft.claims[claim] = value
    #expect(try await Self.fault(draft.text, kind, tokens) == TokenFault.kind.rawValue)
  }

  @Test func anAccessTokenEndsNoSignIn() async throws {
    let server = try TestIssuer([Self.key])
    let tokens = OpenIDTokens(issuers: [try server.issuer(.cognito)], client: TestIssuer.client())
    var draft = Self.draft(TokenKind.all[2], of: server.url, key: Self.key)
    draft.claims["aud"] = .string("web")
    draft.claims["nonce"] = .string("n-0S6")
    let kind = try #require(TokenKind.all.first { $0.name == "Cognito ID in a browser" })
    #expect(try await Self.fault(draft.text, kind, tokens) == TokenFault.kind.rawValue)
  }

  @Test func aTokenForSeveralSaysWhoseItIs() async throws {
    let kind = TokenKind.all[1]
    let server = try TestIssuer([Self.key])
    let tokens = OpenIDTokens(issuers: [try server.issuer()], client: TestIssuer.client())
    var draft = Self.draft(kind, of: server.url, key: Self.key)
    draft.claims["aud"] = .array([.string("web"), .string("other")])
    #expect(try await Self.fault(draft.text, kind, tokens) == TokenFault.party.rawValue)
    draft.claims["azp"] = .string("web")
    #expect(try await Self.fault(draft.text, kind, tokens) == nil)
  }

  @Test func everyShapeIsInTheTable() {
    for shape in TokenShape.all {
      #expect(TokenKind.all.contains { $0.shape.name == shape.name }, "\(shape.name)")
    }
  }
}
