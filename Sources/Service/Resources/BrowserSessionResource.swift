import Formats
import HTTPTypes
import JSON
import Providers
import Quests

/// Sessions of our own pages: the refresh token stays in a cookie that no script can read, and pages
/// hold the access token alone.
enum BrowserSessionResource {
  private static let tag = "Accounts"

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "BrowserTokens", "What a page that is signed in sends from then on.",
      .object([
        .init("personId", .uuid), .init("sessionId", .uuid), .init("tokenType", .words(["Bearer"])),
        .init("accessToken", .text(1...2_048), "For the `Authorization` header."),
        .init("accessTokenExpiresAt", .instant),
      ]))
  ]

  private static let details =
    "For the pages of this service: the refresh token comes as a cookie that scripts cannot read, "
    + "and the request must name this service as its `Origin`. Apps use the endpoint without "
    + "`browser`."

  private static let signedIn = Endpoint.Answer.ok("BrowserTokens", "Signed in.")

  static let endpoints: [Endpoint] = [
    Endpoint(
      .post, "/v1/auth/browser/login", "loginInBrowser", "Sign in, in a page", details: details,
      tag: tag, access: .signIn, body: CredentialsBody.self, answers: [signedIn],
      problems: [.wrongCredentials, .passwordsOff, .forbidden]
    ) { call, body in
      try call.requireOwnPage()
      return call.browserReply(
        try await call.backend.signIn.login(
          email: body.email, password: body.password, from: call.client, on: call.principal,
          at: call.now))
    },
    Endpoint(
      .post, "/v1/auth/browser/verify", "verifyInBrowser",
      "Make the account, and sign in, in a page",
      details: details, tag: tag, access: .signIn, body: VerificationBody.self,
      answers: [signedIn], problems: [.codeWrong, .passwordsOff, .forbidden]
    ) { call, body in
      try call.requireOwnPage()
      return call.browserReply(
        try await call.backend.signIn.verify(
          email: body.email, code: body.code, password: body.password, from: call.client,
          at: call.now))
    },
    Endpoint(
      .post, "/v1/auth/browser/refresh", "refreshInBrowser", "Get a new access token, in a page",
      details: details, tag: tag, access: .signIn,
      answers: [.ok("BrowserTokens", "New ones.")],
      problems: [.sessionEnded, .tokenReused, .forbidden]
    ) { call in
      try call.requireOwnPage()
      do throws(IdentityError) {
        guard let token = call.sessionCookie else { throw .sessionOver }
        return call.browserReply(try await call.backend.signIn.refresh(token, at: call.now))
      } catch {
        var problem = Problem(error)
        if problem.code.status == 401 { problem.headers[.setCookie] = call.cookie("", seconds: 0) }
        throw problem
      }
    },
    Endpoint(
      .post, "/v1/auth/browser/redeem", "redeemSignInInBrowser",
      "Get tokens for a sign-in with an issuer, in a page", details: details, tag: tag,
      access: .signIn, body: SignInCodeBody.self, answers: [signedIn],
      problems: [.codeWrong, .sessionEnded, .notFound, .forbidden]
    ) { call, body in
      try call.requireOwnPage()
      let signIn = try call.browserSignIn()
      var reply = call.browserReply(
        try await signIn.redeem(
          body.code, cookie: call.signInCookie(of: body.code),
          createsAccount: body.createsAccount, at: call.now))
      reply.forgetSignInCookie(of: body.code, signIn)
      return reply
    },
    Endpoint(
      .post, "/v1/auth/browser/logout", "logoutInBrowser", "Sign out, in a page", details: details,
      tag: tag, access: .signIn, answers: [.nothing], problems: [.forbidden]
    ) { call in
      try call.requireOwnPage()
      if let token = call.sessionCookie { try await call.backend.signIn.logout(token) }
      var reply = Reply.nothing
      reply.headers[.setCookie] = call.cookie("", seconds: 0)
      return reply
    },
  ]
}

extension Call {
  private static let sessionCookieName = "milequest_session"

  /// The refresh token that the browser keeps.
  fileprivate var sessionCookie: String? { cookie(named: Self.sessionCookieName) }

  /// Lets the call go on where it comes from a page of this service: no other page signs somebody in
  /// or out, or uses that somebody is signed in.
  ///
  /// - Throws: `forbidden`.
  fileprivate func requireOwnPage() throws(Problem) {
    let origin = headers[.origin] ?? ""
    let isOwn =
      if let address = backend.documents.publicAddress {
        origin
          == address.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
          .prefix(3).joined(separator: "/")
      } else {
        host.map { origin == "http://\($0)" || origin == "https://\($0)" } ?? false
      }
    if !isOwn {
      throw Problem(
        .forbidden,
        "this is for pages of this service at its own address, and the Origin is another")
    }
  }

  /// Tokens for a page: the refresh token as a cookie.
  fileprivate func browserReply(_ tokens: SessionTokens) -> Reply {
    var reply = Reply.json(
      .object([
        ("personId", .string(tokens.person.description)),
        ("sessionId", .string(tokens.session.description)), ("tokenType", .string("Bearer")),
        ("accessToken", .string(tokens.access)),
        ("accessTokenExpiresAt", .string(tokens.accessExpiresAt.description)),
      ]))
    let left = (tokens.refreshExpiresAt.microseconds - now.microseconds) / 1_000_000
    reply.headers[.setCookie] = cookie(tokens.refresh, seconds: max(left, 0))
    return reply
  }

  /// - Parameter seconds: 0 takes it away.
  fileprivate func cookie(_ token: String, seconds: Int64) -> String {
    return "\(Self.sessionCookieName)=\(token); Path=/v1/auth; Max-Age=\(seconds); HttpOnly; "
      + "SameSite=Strict" + (backend.documents.isEncrypted ? "; Secure" : "")
  }
}
