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
        + "`failed`.", tag: tag, access: .signIn, parameters: [.page], answers: [onwards]
    ) { call in
      let signIn = try call.browserSignIn()
      let step = try await signIn.start(
        with: call[.issuer], returningTo: call[.page], at: call.now)
      var reply = call.onwards(step, from: call[.issuer], sameSite: "Lax")
      if step.key != nil {
        for key in signIn.surplus(call.signInCookies, at: call.now) {
          reply.setSignInCookie(key, "", signIn, seconds: 0, sameSite: "Lax")
        }
      }
      return reply
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
        answer, from: call[.issuer], cookie: call.signInCookie(ofState: call[.state]), at: call.now)
      return call.onwards(step, from: call[.issuer], sameSite: "Strict")
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
        body.code, cookie: call.signInCookie(of: body.code), createsAccount: body.createsAccount,
        at: call.now)
      var reply = Reply.json(AuthResource.json(tokens))
      reply.forgetSignInCookie(of: body.code, signIn)
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

  /// What the browser keeps of a sign-in, by its state or its code.
  func signInCookie(of text: String) -> String? {
    cookie(named: Reply.signInCookiePrefix + BrowserSignIn.cookieKey(of: text))
  }

  /// What the browser keeps of the sign-in of a state; without one, of the only sign-in.
  fileprivate func signInCookie(ofState state: String?) -> String? {
    if let state { return signInCookie(of: state) }
    let all = signInCookies
    return all.count == 1 ? all[0].value : nil
  }

  /// What the browser keeps of all its sign-ins.
  fileprivate var signInCookies: [(key: String, value: String)] {
    var all: [(key: String, value: String)] = []
    for line in headers[values: .cookie] {
      for pair in line.split(separator: ";") {
        let pair = String(pair.trimmingSpaces)
        guard pair.hasPrefix(Reply.signInCookiePrefix), let end = pair.firstIndex(of: "=") else {
          continue
        }
        let key = pair[..<end].dropFirst(Reply.signInCookiePrefix.count)
        all.append((key: String(key), value: String(pair[pair.index(after: end)...])))
      }
    }
    return all
  }

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

  /// Sends a browser on. Why it goes back without a code is for whoever runs the service.
  fileprivate func onwards(
    _ step: BrowserSignIn.Step, from issuer: String, sameSite: String
  ) -> Reply {
    if let fault = step.fault { backend.noteIssuer(issuer, fault, requestID: requestID) }
    var reply = Reply(.seeOther, .none)
    reply.headers[.location] = step.location
    reply.headers[.referrerPolicy] = "no-referrer"
    if let signIn = backend.browserSignIn {
      if let used = step.usedKey {
        reply.setSignInCookie(used, "", signIn, seconds: 0, sameSite: "Lax")
      }
      if let key = step.key {
        reply.setSignInCookie(key, step.cookie, signIn, seconds: step.seconds, sameSite: sameSite)
      }
    }
    return reply
  }
}

extension Reply {
  /// Each sign-in has a cookie of its own, so that none ends another in the same browser.
  fileprivate static let signInCookiePrefix = "milequest_sign_in_"

  fileprivate mutating func setSignInCookie(
    _ key: String, _ value: String, _ signIn: BrowserSignIn, seconds: Int64, sameSite: String
  ) {
    let cookie =
      "\(Self.signInCookiePrefix)\(key)=\(value); Path=/v1; Max-Age=\(seconds); HttpOnly; "
      + "SameSite=\(sameSite)" + (signIn.isEncrypted ? "; Secure" : "")
    // The session's own cookie may be set beside it.
    headers.append(HTTPField(name: .setCookie, value: cookie))
  }

  mutating func forgetSignInCookie(of code: String, _ signIn: BrowserSignIn) {
    setSignInCookie(
      BrowserSignIn.cookieKey(of: code), "", signIn, seconds: 0, sameSite: "Strict")
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
