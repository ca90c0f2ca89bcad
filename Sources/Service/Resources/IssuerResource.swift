import Formats
import HTTPTypes
import JSON
import Providers
import Quests

/// “Sign in with …” for browsers.
enum IssuerResource {
  private static let tag = "Accounts"

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "WaysIn", "How people can sign in.",
      .object([
        .init("passwords", .boolean, "Whether accounts of e-mail and password are offered."),
        .init("issuers", .array(.named("Issuer"), count: 0...100)),
      ])),
    NamedSchema(
      "Issuer", "Who vouches for people.",
      .object([
        .init("name", .text(1...32), "For the address where a sign-in begins."),
        .init("title", .text(1...1_024), "For people."),
        .init(
          "browser", .boolean, "Whether one can sign in with it in a browser; apps can always."),
      ])),
  ]

  private static let onwards = Endpoint.Answer(303, "The browser goes on.", [])

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/auth/oidc", "listWaysIn", "List how one can sign in", tag: tag, access: .signIn,
      answers: [.ok("WaysIn")]
    ) { call in
      let issuers = call.backend.issuers?.tokens.issuers ?? []
      return .json(
        .object([
          ("passwords", .bool(call.backend.signIn.allowsPasswords)),
          (
            "issuers",
            .array(
              issuers.map { issuer in
                .object([
                  ("name", .string(issuer.name)), ("title", .string(issuer.title)),
                  ("browser", .bool(issuer.clientID != nil && call.backend.browserSignIn != nil)),
                ])
              })
          ),
        ]))
    },
    Endpoint(
      .get, "/v1/auth/oidc/\(.issuer)/start", "startSignIn", "Begin to sign in with an issuer",
      details: "For a browser to go to. It comes back to the page with `#sign-in=CODE`, for "
        + "`redeemSignIn`, or with `#sign-in-error=` and `denied`, `expired`, `unavailable` or "
        + "`failed`.", tag: tag, access: .signIn, parameters: [.page], answers: [onwards],
      problems: [.unavailable]
    ) { call in
      let step = try await call.browserSignIn().start(
        with: call[.issuer], returningTo: call[.page], at: call.now)
      return call.onwards(step, sameSite: "Lax")
    },
    Endpoint(
      .get, "/v1/auth/oidc/\(.issuer)/callback", "finishSignIn", "Come back from an issuer",
      details: "Where the issuer sends the browser: the redirect address to register there.",
      tag: tag, access: .signIn, parameters: [.code, .state, .answeringIssuer, .error],
      takesOtherParameters: true, answers: [onwards]
    ) { call in
      let answer = BrowserSignIn.Answer(
        code: call[.code], state: call[.state], issuer: call[.answeringIssuer], error: call[.error])
      let step = try await call.browserSignIn().land(
        answer, from: call[.issuer], cookie: call.signInCookie, at: call.now)
      return call.onwards(step, sameSite: "Strict")
    },
    Endpoint(
      .post, "/v1/auth/oidc/redeem", "redeemSignIn", "Get tokens for a sign-in with an issuer",
      details:
        "Takes the code that the page was called with, once, from the browser that signed in. "
        + "Somebody who was never here gets an account, unless `createAccount` is false: then the "
        + "answer is 404, and the code still counts, to add it to the account that there is.",
      tag: tag, access: .signIn, body: SignInCodeBody.self, answers: [.ok("Tokens", "Signed in.")],
      problems: [.codeWrong, .sessionEnded, .notFound]
    ) { call, body in
      let signIn = try call.browserSignIn()
      let tokens = try await signIn.redeem(
        body.code, cookie: call.signInCookie, createsAccount: body.createsAccount, at: call.now)
      var reply = Reply.json(AuthResource.json(tokens))
      reply.forgetSignInCookie(signIn)
      return reply
    },
  ]
}

extension Call {
  /// - Throws: `not-found` where nobody can sign in with an issuer in a browser.
  func browserSignIn() throws(Problem) -> BrowserSignIn {
    guard let signIn = backend.browserSignIn else {
      throw Problem(.notFound, "nobody signs in with an issuer here")
    }
    return signIn
  }

  /// What the browser keeps of a sign-in.
  var signInCookie: String? { cookie(named: Reply.signInCookieName) }

  /// What the browser sends of a cookie.
  func cookie(named name: String) -> String? {
    for line in headers[values: .cookie] {
      for pair in line.split(separator: ";") {
        let pair = pair.trimmingSpaces
        if pair.hasPrefix(name + "=") { return String(pair.dropFirst(name.count + 1)) }
      }
    }
    return nil
  }

  /// Sends a browser on.
  fileprivate func onwards(_ step: BrowserSignIn.Step, sameSite: String) -> Reply {
    var reply = Reply(.seeOther, .none)
    reply.headers[.location] = step.location
    reply.headers[.referrerPolicy] = "no-referrer"
    if let signIn = backend.browserSignIn {
      reply.setSignInCookie(step.cookie, signIn, seconds: step.seconds, sameSite: sameSite)
    }
    return reply
  }
}

extension Reply {
  fileprivate static let signInCookieName = "milequest_sign_in"

  fileprivate mutating func setSignInCookie(
    _ value: String, _ signIn: BrowserSignIn, seconds: Int64, sameSite: String
  ) {
    let cookie =
      "\(Self.signInCookieName)=\(value); Path=/v1; Max-Age=\(seconds); HttpOnly; "
      + "SameSite=\(sameSite)" + (signIn.isEncrypted ? "; Secure" : "")
    // The session's own cookie may be set beside it.
    headers.append(HTTPField(name: .setCookie, value: cookie))
  }

  mutating func forgetSignInCookie(_ signIn: BrowserSignIn) {
    setSignInCookie("", signIn, seconds: 0, sameSite: "Strict")
  }
}

extension HTTPField.Name {
  fileprivate static let referrerPolicy = Self("Referrer-Policy")!
}

extension ParameterKey {
  fileprivate static let issuer = Parameter<String>(
    inPath: "issuer", .text(1...32), "The issuer's name.")
  fileprivate static let page = Parameter<String>(
    "return", .text(1...512), standard: "/",
    "The path of the page here that the browser ends on; `/` by default.")
  fileprivate static let code = Parameter<String?>("code", .text(1...4_096), "Of the issuer.")
  fileprivate static let state = Parameter<String?>(
    "state", .text(1...1_024), "What the sign-in began with.")
  fileprivate static let answeringIssuer = Parameter<String?>(
    "iss", .text(1...1_024), "Who answers.")
  fileprivate static let error = Parameter<String?>(
    "error", .text(1...1_024), "Why there is no code.")
}

struct SignInCodeBody: BodyContent {
  static let schemaName = "SignInCode"
  static let schemaNote = "What a page was called with after a sign-in."

  let code: String
  let createsAccount: Bool

  init(_ fields: inout BodyFields) {
    code = fields.required("code", .text(1...128))
    createsAccount =
      fields.optional(
        "createAccount", .boolean, "Whether somebody who was never here gets an account.") ?? true
  }
}
