import Formats
import HTTPTypes
import JSON
import Providers
import Quests

/// API keys: what another program acts for a person with.
enum KeyResource {
  private static let tag = "API keys"

  private static let properties: [Schema.Property] = [
    .init("id", .uuid), .init("name", .text()),
    .init("scopes", .array(.words(AccessScopes.allNames), count: 0...4)),
    .init(
      "ratePerSecond", .nullable(.count), "Null where the person's own rate holds."),
    .init("burst", .nullable(.count)), .init("createdAt", .instant),
    .init("lastUsedAt", .nullable(.instant), "To the hour."),
    .init("revokedAt", .nullable(.instant)),
  ]

  static let schemas: [NamedSchema] = [
    NamedSchema("APIKey", "A key, without its secret.", .object(properties)),
    NamedSchema(
      "NewAPIKey", "A key with its secret, which is shown this once.",
      .object([.init("key", .text(1...200), "For the `Authorization` header.")] + properties)),
    NamedSchema(
      "APIKeys", "All keys of the person.",
      .object([.init("items", .array(.named("APIKey"), count: 0...1_000))])),
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .post, "/v1/keys", "createKey", "Make an API key",
      details:
        "Its secret is in the answer, and nowhere again but in that to the same request with "
        + "the same `Idempotency-Key`.", tag: tag, access: .session, parameters: [.idempotencyKey],
      body: APIKeyDraftBody.self, answers: [.created("NewAPIKey", "With its secret.")],
      problems: [.limit, .conflict, .sessionEnded], handle: create),
    Endpoint(
      .get, "/v1/keys", "listKeys", "List one's API keys", tag: tag, access: .session,
      answers: [.ok("APIKeys")]
    ) { call in
      let keys = try await call.backend.keys.keys(of: try call.person())
      return .json(.object([("items", .array(keys.map(json)))]))
    },
    Endpoint(
      .delete, "/v1/keys/\(.key)", "revokeKey", "Revoke an API key", details: "At once, for good.",
      tag: tag, access: .session, answers: [.nothing]
    ) { call in
      try await call.backend.keys.revoke(
        call[.key], of: try call.person(), at: call.now)
      return .nothing
    },
  ]

  private static func create(_ call: Call, _ body: APIKeyDraftBody) async throws -> Reply {
    let (person, keys) = (try call.person(), call.backend.keys)
    guard let session = call.session else {
      throw Problem(
        .forbidden,
        "a key is made in a session of this service: sign in here, by password or with the issuer in a "
          + "browser, and make it there")
    }
    let rate = body.rate(within: keys.mostRate)
    return try await call.creating { (id: APIKeyID) in
      let (text, key) = try await keys.create(
        for: person, by: session, name: body.name, scopes: body.scopes, rate: rate, id: id,
        secret: try call.secretBytes(for: id), at: call.now)
      return .created(
        .object([("key", .string(text))] + members(key)), at: "/v1/keys/\(key.id)")
    }
  }

  static func json(_ key: APIKey) -> JSONValue { .object(members(key)) }

  private static func members(_ key: APIKey) -> [(String, JSONValue)] {
    [
      ("id", .string(key.id.description)), ("name", .string(key.name)),
      ("scopes", .array(key.scopes.names.map(JSONValue.string))),
      ("ratePerSecond", .optional(key.rate.map { Int(clamping: $0.perSecond) })),
      ("burst", .optional(key.rate.map { Int(clamping: $0.burst) })),
      ("createdAt", .string(key.createdAt.description)),
      ("lastUsedAt", .optional(key.lastUsedAt?.description)),
      ("revokedAt", .optional(key.revokedAt?.description)),
    ]
  }
}

extension ParameterKey {
  fileprivate static let key = Parameter<APIKeyID>(inPath: "keyId")
}

private struct APIKeyDraftBody: BodyContent {
  static let schemaName = "APIKeyDraft"
  static let schemaNote = "What a key is made with."

  let name: String
  let scopes: AccessScopes
  private let perSecond: Int64?
  private let burst: Int64?

  private enum Scope: String, CaseIterable { case read, log, manage }

  init(_ fields: inout BodyFields) {
    name = fields.required("name", .name, "What it is for.")
    let scopes: [Scope] = fields.required(
      "scopes", .list(of: .words(), count: 1...3),
      "`read` what the person can read, `log` their walks, `manage` teams, quests and routes.")
    self.scopes = AccessScopes(names: scopes.map(\.rawValue)) ?? []
    perSecond = fields.optional(
      "ratePerSecond", .integer(1...1_000_000),
      "Requests a second, no more than the person has; all requests of a person count for the "
        + "person's own rate too.")
    burst = fields.optional("burst", .integer(1...1_000_000), "Requests at once.")
  }

  /// The key's own rate, what is left out as it fits; nil where the person's holds.
  func rate(within most: RequestRate) -> RequestRate? {
    if perSecond == nil, burst == nil { return nil }
    let perSecond = perSecond ?? min(burst ?? 1, most.perSecond)
    return RequestRate(perSecond: perSecond, burst: burst ?? min(2 * perSecond, most.burst))
  }
}
