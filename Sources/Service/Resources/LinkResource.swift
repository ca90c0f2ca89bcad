import Formats
import HTTPTypes
import JSON
import Providers
import Quests

/// Private links: what admins of a team give to those who read a quest without an account.
enum LinkResource {
  private static let tag = "Private links"

  private static let properties: [Schema.Property] = [
    .init("id", .uuid, "Names it where it is listed or revoked; it opens nothing."),
    .init("questId", .uuid), .init("name", .text()),
    .init("showsNames", .boolean, "Whether it shows what people are called."),
    .init("createdById", .uuid), .init("createdAt", .instant),
    .init("revokedAt", .nullable(.instant)),
  ]

  static let schemas: [NamedSchema] = [
    NamedSchema("QuestLink", "A private link, without its secret.", .object(properties)),
    NamedSchema(
      "NewQuestLink", "A private link with its secret, which is shown this once.",
      .object(
        [
          .init(
            "secret", .text(1...200),
            "For the `Authorization` header, or for the client's page `/view#SECRET`.")
        ] + properties)),
    NamedSchema(
      "QuestLinks", "All private links to a quest, the oldest first.",
      .object([.init("items", .array(.named("QuestLink"), count: 0...1_000))])),
    NamedSchema(
      "LinkedQuest", "What a private link leads to.",
      .object([
        .init("questId", .uuid),
        .init("showsNames", .boolean, "Whether it shows what people are called."),
      ])),
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .post, "/v1/quests/\(.quest)/links", "createLink", "Make a private link to a quest",
      details:
        "For admins. Whoever holds its secret reads this quest without an account: progress, "
        + "milestones, map, history, card and events, and with `showsNames` leaderboard and feed. "
        + "The secret is in the answer, and nowhere again but in that to the same request with the "
        + "same `Idempotency-Key`.", tag: tag, access: .person(.manage),
      parameters: [.idempotencyKey], body: LinkDraftBody.self,
      answers: [.created("NewQuestLink", "With its secret.")],
      problems: [.limit, .conflict, .questClosed], handle: create),
    Endpoint(
      .get, "/v1/quests/\(.quest)/links", "listLinks", "List the private links to a quest",
      details: "For admins, without the secrets; revoked ones too.", tag: tag,
      access: .person(.read), answers: [.ok("QuestLinks")]
    ) { call in
      let quest = try await managed(call)
      let links = try await call.backend.links.links(to: quest)
      return .json(.object([("items", .array(links.map { .object(members($0)) }))]))
    },
    Endpoint(
      .delete, "/v1/quests/\(.quest)/links/\(.link)", "revokeLink", "Revoke a private link",
      details: "For admins; for good. Streams that it has opened end within a second.", tag: tag,
      access: .person(.manage), answers: [.nothing]
    ) { call in
      let quest = try await managed(call)
      try await call.backend.links.revoke(call[.link], to: quest, at: call.now)
      return .nothing
    },
    Endpoint(
      .get, "/v1/link", "getLinkedQuest", "Show what a private link leads to",
      details: "With the link's secret as the bearer token.", tag: tag,
      access: .link, answers: [.ok("LinkedQuest")]
    ) { call in
      guard let link = call.caller.link else { throw Problem.unexpectedAnswer }
      return .json(
        .object([
          ("questId", .string(link.quest.description)), ("showsNames", .bool(link.showsNames)),
        ]))
    },
  ]

  /// The quest that the path names, where the caller may change it.
  private static func managed(_ call: Call) async throws -> QuestID {
    let (id, glance) = try await call.glance()
    try call.require(.manage(glance.team), as: glance.membership, missing: call.noQuest)
    return id
  }

  private static func create(_ call: Call, _ body: LinkDraftBody) async throws -> Reply {
    let quest = try await managed(call)
    let maker = try call.person()
    if try await call.backend.ledger.quest(quest)?.quest.closing == .cancelled {
      throw Problem(.questClosed, "the quest is cancelled; a link to it would open nothing")
    }
    return try await call.creating { (id: QuestLinkID) in
      let (secret, link) = try await call.backend.links.create(
        to: quest, by: maker, name: body.name, showsNames: body.showsNames, id: id,
        secret: try call.secretBytes(for: id), at: call.now)
      return .created(
        .object([("secret", .string(secret))] + members(link)),
        at: "/v1/quests/\(quest)/links/\(link.id)")
    }
  }

  private static func members(_ link: QuestLink) -> [(String, JSONValue)] {
    [
      ("id", .string(link.id.description)), ("questId", .string(link.quest.description)),
      ("name", .string(link.name)), ("showsNames", .bool(link.showsNames)),
      ("createdById", .string(link.createdBy.description)),
      ("createdAt", .string(link.createdAt.description)),
      ("revokedAt", .optional(link.revokedAt?.description)),
    ]
  }
}

extension ParameterKey {
  fileprivate static let link = Parameter<QuestLinkID>(inPath: "linkId")
}

private struct LinkDraftBody: BodyContent {
  static let schemaName = "LinkDraft"
  static let schemaNote = "What a private link is made with."

  let name: String
  let showsNames: Bool

  init(_ fields: inout BodyFields) {
    name = fields.required("name", .name, "What it is for.")
    showsNames =
      fields.optional(
        "showsNames", .boolean, "Whether it shows what people are called; no by default.")
      ?? false
  }
}
