import Crypto
import Formats
import HTTPTypes
import JSON
import Providers
import Quests

/// What one is to other issuers: the ways into one's account beside the password.
enum IdentityResource {
  private static let tag = "Me"

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "Identity", "What one is to an issuer.",
      .object([
        .init("id", .text(32...32)),
        .init(
          "issuerName", .nullable(.text(1...32)), "Null for one that is not configured any more."),
        .init("issuer", .text(1...4_096)), .init("subject", .text(1...255)),
      ])),
    NamedSchema(
      "Identities", "All that one is to issuers.",
      .object([.init("items", .array(.named("Identity"), count: 0...1_000))])),
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/me/identities", "listIdentities", "List the issuers that one signs in with",
      tag: tag, access: .session, answers: [.ok("Identities")]
    ) { call in
      let identities = call.backend.identities
      let subjects = try await identities.all(of: try call.person())
      return .json(.object([("items", .array(subjects.map { json($0, identities) }))]))
    },
    Endpoint(
      .post, "/v1/me/identities", "addIdentity", "Sign in with another issuer too",
      details: "Takes what proves who one is to the issuer, a `code` of a page or a `token` of an "
        + "app, and what proves whose the account is.", tag: tag, access: .session,
      body: IdentityDraftBody.self, answers: [.created("Identity", "As it was added.")],
      problems: [.wrongCredentials, .codeWrong, .conflict, .limit, .unavailable]
    ) { call, body in
      let identities = call.backend.identities
      let evidence: LinkedIdentities.Evidence
      switch (body.code, body.token) {
      case (let code?, nil): evidence = .code(code, cookie: call.signInCookie(of: code))
      case (nil, let token?): evidence = .token(token)
      default: throw Problem.invalid("/code", "either `code` or `token` is needed")
      }
      let subject = try await identities.add(
        evidence, to: try call.signedIn(), by: body.proof, from: call.client, at: call.now)
      var reply = Reply.created(
        json(subject, identities), at: "/v1/me/identities/\(id(of: subject))")
      if case .code(let code, _) = evidence, let signIn = call.backend.browserSignIn {
        reply.forgetSignInCookie(of: code, signIn)
      }
      return reply
    },
    Endpoint(
      .delete, "/v1/me/identities/\(.identity)", "removeIdentity", "Sign in with an issuer no more",
      details: "Tokens that the issuer gave until now count no more. The last way in stays.",
      tag: tag, access: .session, answers: [.nothing], problems: [.ledger(.lastWayIn)]
    ) { call in
      let (identities, person) = (call.backend.identities, try call.person())
      let subject = try await identities.all(of: person).first { id(of: $0) == call[.identity] }
      guard let subject else { throw Problem(.notFound, "you have no such sign-in") }
      try await identities.remove(subject, of: person, at: call.now)
      return .nothing
    },
  ]

  private static func json(_ subject: IssuedSubject, _ identities: LinkedIdentities) -> JSONValue {
    .object([
      ("id", .string(id(of: subject))),
      ("issuerName", .optional(identities.issuer(of: subject)?.name)),
      ("issuer", .string(subject.issuer)), ("subject", .string(subject.subject)),
    ])
  }

  /// A name for an address: what stands for the pair of texts.
  private static func id(of subject: IssuedSubject) -> String {
    let digest = SHA256.hash(data: Array("\(subject.issuer)\n\(subject.subject)".utf8))
    return digest.prefix(16).map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}

extension ParameterKey {
  fileprivate static let identity = Parameter<String>(
    inPath: "identityId", .text(32...32), "The id.")
}

private struct IdentityDraftBody: BodyContent {
  static let schemaName = "IdentityDraft"
  static let schemaNote = "Another way to sign in."

  let code: String?
  let token: String?
  let proof: OwnerProof

  init(_ fields: inout BodyFields) {
    code = fields.optional("code", .text(1...128), "What a page was called with after a sign-in.")
    token = fields.optional("token", .text(1...8_192), "A token of an app.")
    proof = OwnerProof(&fields)
  }
}
