import Formats
import HTTPTypes
import JSON
import Providers
import Quests

/// Built-in accounts: registering, signing in and out, passwords and sessions.
enum AuthResource {
  private static let tag = "Accounts"

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "Tokens", "What somebody who has signed in sends from then on.",
      .object([
        .init("personId", .uuid), .init("sessionId", .uuid), .init("tokenType", .words(["Bearer"])),
        .init("accessToken", .text(1...2_048), "For the `Authorization` header, for 15 minutes."),
        .init("accessTokenExpiresAt", .instant),
        .init("refreshToken", .text(1...1_024), "Gives new tokens."),
        .init("refreshTokenExpiresAt", .instant),
      ])),
    NamedSchema(
      "MailNotice", "Says that mail is on its way, or would be if there were such an account.",
      .object([.init("status", .words(["mail-sent"]))])),
    NamedSchema(
      "PasswordChanged", "A password was changed.",
      .object([
        .init(
          "keys", .array(.named("APIKey"), count: 0...1_000),
          "The API keys that there were; those that ended with the password have `revokedAt`. End "
            + "those that you do not know.")
      ])),
    NamedSchema(
      "Session", "A sign-in on one device.",
      .object([
        .init("id", .uuid), .init("current", .boolean, "Whether it is the one that asks."),
        .init("createdAt", .instant), .init("refreshedAt", .instant), .init("expiresAt", .instant),
      ])),
    NamedSchema(
      "Sessions", "All sessions that last.",
      .object([.init("items", .array(.named("Session"), count: 0...1_000))])),
  ]

  private static let mailed = Endpoint.Answer(
    202, "The same whether there is such an account or not.", .named("MailNotice"))

  private static let changed = Endpoint.Answer.ok("PasswordChanged", "Done.")

  static let endpoints: [Endpoint] = [
    Endpoint(
      .post, "/v1/auth/register", "register", "Register",
      details: "Mails a code to the address; `verify` with it makes the account.", tag: tag,
      access: .signIn, body: RegistrationBody.self, answers: [mailed], problems: [.passwordsOff]
    ) { call, body in
      try await call.backend.signIn.register(
        Registration(
          email: body.email, password: body.password, name: body.name, zone: body.zone,
          units: body.units.rawValue),
        from: call.client, at: call.now)
      return .mailSent
    },
    Endpoint(
      .post, "/v1/auth/verify", "verify", "Make the account, and sign in",
      details: "Takes the code from the mail and the password of the registration.", tag: tag,
      access: .signIn, body: VerificationBody.self, answers: [.ok("Tokens", "Signed in.")],
      problems: [.codeWrong, .passwordsOff]
    ) { call, body in
      .json(
        json(
          try await call.backend.signIn.verify(
            email: body.email, code: body.code,
            password: body.password, from: call.client, at: call.now)))
    },
    Endpoint(
      .post, "/v1/auth/verify/resend", "resendVerification", "Mail another code",
      details: "The code before is mailed again as long as it counts for 5 minutes or more.",
      tag: tag, access: .signIn,
      body: EmailAddressBody.self, answers: [mailed], problems: [.passwordsOff]
    ) { call, body in
      try await call.backend.signIn.resendVerification(
        email: body.email, from: call.client, at: call.now)
      return .mailSent
    },
    Endpoint(
      .post, "/v1/auth/login", "login", "Sign in", tag: tag, access: .signIn,
      body: CredentialsBody.self, answers: [.ok("Tokens", "Signed in.")],
      problems: [.wrongCredentials, .passwordsOff]
    ) { call, body in
      .json(
        json(
          try await call.backend.signIn.login(
            email: body.email, password: body.password,
            from: call.client, on: call.principal, at: call.now)))
    },
    Endpoint(
      .post, "/v1/auth/refresh", "refresh", "Get new tokens",
      details: "A refresh token gives an access token and the next refresh token. If the answer is "
        + "lost, send the same token again: for 60 s, and until the next refresh token is used, the "
        + "answer has the same refresh token with a new access token. A refresh token that comes "
        + "later ends its session, for somebody may have a copy.", tag: tag, access: .signIn,
      body: RefreshTokenBody.self,
      answers: [.ok("Tokens", "New ones.")], problems: [.sessionEnded, .tokenReused]
    ) { call, body in
      .json(
        json(
          try await call.backend.signIn.refresh(body.token, at: call.now)))
    },
    Endpoint(
      .post, "/v1/auth/logout", "logout", "Sign out",
      details: "Ends the session that the refresh token belongs to, if it lasts.", tag: tag,
      access: .signIn, body: RefreshTokenBody.self, answers: [.nothing]
    ) { call, body in
      try await call.backend.signIn.logout(body.token)
      return .nothing
    },
    Endpoint(
      .post, "/v1/auth/logout-everywhere", "logoutEverywhere", "Sign out on every device",
      tag: tag, access: .session, answers: [.nothing]
    ) { call in
      try await call.backend.signIn.logoutEverywhere(try call.person(), at: call.now)
      return .nothing
    },
    Endpoint(
      .get, "/v1/auth/sessions", "listSessions", "List where one is signed in", tag: tag,
      access: .session, answers: [.ok("Sessions")]
    ) { call in
      let sessions = try await call.backend.signIn.sessions(of: try call.person(), at: call.now)
      return .json(.object([("items", .array(sessions.map { json($0, call) }))]))
    },
    Endpoint(
      .delete, "/v1/auth/sessions/\(.session)", "endSession", "Sign out on one device", tag: tag,
      access: .session, answers: [.nothing]
    ) { call in
      try await call.backend.signIn.logout(
        session: call[.session], of: try call.person())
      return .nothing
    },
    Endpoint(
      .post, "/v1/auth/reset-request", "requestPasswordReset", "Mail a code for a new password",
      tag: tag, access: .signIn, body: EmailAddressBody.self, answers: [mailed],
      problems: [.passwordsOff]
    ) { call, body in
      try await call.backend.signIn.requestReset(
        email: body.email, from: call.client, at: call.now)
      return .mailSent
    },
    Endpoint(
      .post, "/v1/auth/reset", "resetPassword", "Set a new password with the mailed code",
      details:
        "Ends all sessions. The answer and a mail list the API keys; `endKeys` ends them too.",
      tag: tag, access: .signIn, body: PasswordResetBody.self, answers: [changed],
      problems: [.codeWrong, .passwordsOff]
    ) { call, body in
      keys(
        try await call.backend.signIn.reset(
          email: body.email, code: body.code, newPassword: body.password,
          endsKeys: body.endsKeys, from: call.client, at: call.now))
    },
    Endpoint(
      .post, "/v1/auth/password", "changePassword", "Change the password",
      details: "Ends all other sessions. The answer and a mail list the API keys; `endKeys` ends "
        + "them too.", tag: tag, access: .session, body: PasswordChangeBody.self,
      answers: [changed], problems: [.wrongCredentials]
    ) { call, body in
      keys(
        try await call.backend.signIn.changePassword(
          of: try call.person(), from: body.current, to: body.new, keeping: call.session,
          endsKeys: body.endsKeys, client: call.client, at: call.now))
    },
    Endpoint(
      .post, "/v1/auth/email", "changeEmail", "Mail a code to a new address", tag: tag,
      access: .session, body: EmailChangeBody.self, answers: [mailed],
      problems: [.wrongCredentials, .codeWrong]
    ) { call, body in
      try await call.backend.signIn.changeEmail(
        of: try call.signedIn(), by: body.proof, to: body.email, from: call.client, at: call.now)
      return .mailSent
    },
    Endpoint(
      .post, "/v1/auth/email/confirm", "confirmEmail", "Take the new address", tag: tag,
      access: .session, body: OneTimeCodeBody.self, answers: [.nothing],
      problems: [.codeWrong]
    ) { call, body in
      try await call.backend.signIn.confirmEmail(
        of: try call.person(), code: body.code, from: call.client, on: call.session, at: call.now)
      return .nothing
    },
    Endpoint(
      .post, "/v1/auth/proof", "requestProof", "Mail a code that proves whose the account is",
      details: "For what asks for `mailedCode` in place of a password.", tag: tag,
      access: .session, answers: [mailed], problems: [.notFound]
    ) { call in
      try await call.backend.signIn.requestProof(
        of: try call.person(), from: call.client, at: call.now)
      return .mailSent
    },
  ]

  private static func keys(_ keys: [APIKey]) -> Reply {
    .json(.object([("keys", .array(keys.map(KeyResource.json)))]))
  }

  static func json(_ tokens: SessionTokens) -> JSONValue {
    .object([
      ("personId", .string(tokens.person.description)),
      ("sessionId", .string(tokens.session.description)), ("tokenType", .string("Bearer")),
      ("accessToken", .string(tokens.access)),
      ("accessTokenExpiresAt", .string(tokens.accessExpiresAt.description)),
      ("refreshToken", .string(tokens.refresh)),
      ("refreshTokenExpiresAt", .string(tokens.refreshExpiresAt.description)),
    ])
  }

  private static func json(_ session: Session, _ call: Call) -> JSONValue {
    .object([
      ("id", .string(session.id.description)), ("current", .bool(session.id == call.session)),
      ("createdAt", .string(session.createdAt.description)),
      ("refreshedAt", .string(session.refreshedAt.description)),
      ("expiresAt", .string(session.expiresAt.description)),
    ])
  }
}

extension Reply {
  fileprivate static var mailSent: Reply {
    .json(.object([("status", .string("mail-sent"))]), .accepted)
  }
}

extension Call {
  /// What tries are counted by: the address, of IPv6 its network.
  var client: String { "\(address.throttleKey)" }

  /// Who has shown a token.
  var principal: Principal? {
    if case .known(let principal) = caller { principal } else { nil }
  }

  /// - Throws: `unauthenticated`.
  func signedIn() throws(Problem) -> Principal {
    _ = try person()
    guard let principal else { throw Problem(IdentityError.sessionOver) }
    return principal
  }

  /// The session of the token, where it belongs to one.
  var session: SessionID? { principal?.session }
}

extension ParameterKey {
  fileprivate static let session = Parameter<SessionID>(inPath: "sessionId")
}
