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
    .init("scopes", .array(.words(["read", "log", "manage"]), count: 0...3)),
    .init(
      "ratePerSecond", .nullable(.count), "Null where the rate of all callers holds."),
    .init("burst", .nullable(.count)), .init("createdAt", .instant),
    .init("lastUsedAt", .nullable(.instant), "To the hour."),
    .init("revokedAt", .nullable(.instant)),
  ]

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "APIKeyDraft", "What a key is made with.",
      .object([
        .init("name", .text(1...200), "What it is for."),
        .init(
          "scopes", .array(.words(["read", "log", "manage"]), count: 1...3),
          "`read` what the person can read, `log` their walks, `manage` teams, quests and routes."),
        .optional("ratePerSecond", .integer(1...10_000)),
        .optional("burst", .integer(1...100_000)),
      ])),
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
      details: "Its secret is in the answer, and nowhere again.", tag: tag, access: .session,
      body: .json("APIKeyDraft"), answers: [.created("NewAPIKey", "With its secret.")],
      problems: [.limit]
    ) { call in
      let names = call.body["scopes"]?.array?.compactMap(\.string) ?? []
      let rate = call.body["ratePerSecond"]?.int64
      let burst = call.body["burst"]?.int64
      let (text, key) = try await call.backend.keys.create(
        for: try call.person(), name: call.body.text("name"),
        scopes: AccessScopes(names: names) ?? [],
        rate: rate == nil && burst == nil
          ? nil : RequestRate(perSecond: rate ?? burst ?? 1, burst: burst ?? (rate ?? 1) * 2),
        at: call.now)
      return .created(
        .object([("key", .string(text))] + members(key)), at: "/v1/keys/\(key.id)")
    },
    Endpoint(
      .get, "/v1/keys", "listKeys", "List one's API keys", tag: tag, access: .session,
      answers: [.ok("APIKeys")]
    ) { call in
      let keys = try await call.backend.keys.keys(of: try call.person())
      return .json(.object([("items", .array(keys.map { .object(members($0)) }))]))
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
  fileprivate static let key = Parameter<APIKeyID>(inPath: "key")
}
