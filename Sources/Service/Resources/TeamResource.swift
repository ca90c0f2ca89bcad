import Formats
import HTTPTypes
import JSON
import Quests

/// Teams: their name, who may see them, and the caller's part in them.
enum TeamResource {
  private static let tag = "Teams"

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "Team", "People who walk together.",
      .object([
        .init("id", .uuid), .init("name", .text()),
        .init("public", .boolean, "Whether strangers may see it and its quests."),
        .init("createdAt", .instant),
        .init("revision", .count, "Raised by changes of the team, not by walks."),
        .init("role", .nullable(.words(["admin", "member"])), "The caller's; null for strangers."),
      ]))
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .post, "/v1/teams", "createTeam", "Create a team",
      details: "The caller becomes its first member and admin.", tag: tag, access: .person(.manage),
      parameters: [.idempotencyKey], body: TeamDraftBody.self, answers: [.created("Team")],
      problems: [.limit, .ledger(.teamDissolved)], handle: create),
    Endpoint(
      .get, "/v1/teams", "listTeams", "List the caller's teams", tag: tag, access: .person(.read),
      parameters: [.limit, .cursor, .fields], answers: [.page(of: "Team")], handle: list),
    Endpoint(
      .get, "/v1/teams/\(.team)", "getTeam", "Show a team", tag: tag, access: .anyone,
      parameters: [.fields], answers: [.ok("Team")], handle: show),
    Endpoint(
      .patch, "/v1/teams/\(.team)", "changeTeam", "Rename a team, or open or hide it", tag: tag,
      access: .person(.manage), parameters: [.ifMatch], body: TeamChangeBody.self,
      answers: [.ok("Team", "As it stands now.")], handle: change),
    Endpoint(
      .delete, "/v1/teams/\(.team)", "dissolveTeam", "Dissolve a team",
      details: "For admins, and for good. Its open quest is cancelled, all memberships end, and "
        + "nobody sees it any more; every walk stays with its walker.", tag: tag,
      access: .person(.manage), answers: [.nothing], problems: [.unknownOutcome],
      handle: dissolve),
  ]

  // MARK: What they do

  private static func create(_ call: Call, _ body: TeamDraftBody) async throws -> Reply {
    let person = try call.person()
    return try await call.creating { (id: TeamID) in
      let answer = try await call.perform(
        .createTeam(
          id, name: body.name, isPublic: body.isPublic, founder: person))
      guard case .team(let team) = answer else { throw Problem.unexpectedAnswer }
      return .created(json(team, role: .admin), at: "/v1/teams/\(id)")
    }
  }

  private static func list(_ call: Call) async throws -> Reply {
    let after: TeamID? = try call.cursor("teams", .identifier)?.id(at: 0)
    let mine = try await call.backend.ledger.memberships(of: try call.person())
      .filter { membership in membership.isOpen && after.map { $0 < membership.team } != false }
      .sorted { $0.team < $1.team }
    var items: [JSONValue] = []
    for membership in mine.prefix(call[.limit]) {
      guard let facts = try await call.backend.ledger.team(membership.team) else { continue }
      items.append(json(facts.team, role: membership.role))
    }
    let hasMore = mine.count > call[.limit]
    return call.page(
      items, next: hasMore ? PageCursor("teams", [.id(mine[call[.limit] - 1].team)]) : nil)
  }

  private static func show(_ call: Call) async throws -> Reply {
    let (facts, membership) = try await call.team()
    return .json(
      json(facts.team, role: membership?.role), caching: call.caching(of: facts.team))
  }

  private static func change(_ call: Call, _ body: TeamChangeBody) async throws -> Reply {
    let (facts, membership) = try await call.team()
    try call.require(.manage(facts.team), as: membership, missing: call.noTeam)
    let expected = try call.expectedRevision(facts.team.revision) {
      json(facts.team, role: membership?.role)
    }
    let change = TeamChange(name: body.name, isPublic: body.isPublic)
    let answer = try await call.perform(
      .changeTeam(facts.team.id, change, expectedRevision: expected))
    guard case .team(let team) = answer else { throw Problem.unexpectedAnswer }
    return .json(json(team, role: membership?.role))
  }

  private static func dissolve(_ call: Call) async throws -> Reply {
    let (facts, membership) = try await call.team()
    try call.require(.manage(facts.team), as: membership, missing: call.noTeam)
    _ = try await call.perform(.dissolveTeam(facts.team.id))
    return .nothing
  }

  static func json(_ team: Team, role: Role?) -> JSONValue {
    .object([
      ("id", .string(team.id.description)), ("name", .string(team.name)),
      ("public", .bool(team.isPublic)), ("createdAt", .string(team.createdAt.description)),
      ("revision", .integer(Int(team.revision))), ("role", .optional(role?.rawValue)),
    ])
  }
}

private struct TeamDraftBody: BodyContent {
  static let schemaName = "TeamDraft"
  static let schemaNote = "What a team is created with."

  let name: String
  let isPublic: Bool

  init(_ fields: inout BodyFields) {
    name = fields.required("name", .name)
    isPublic =
      fields.optional(
        "public", .boolean, "Whether strangers may see it and its quests; false by default.")
      ?? false
  }
}

private struct TeamChangeBody: BodyContent {
  static let schemaName = "TeamChange"
  static let schemaNote = "What of a team is to change; what is left out stays."

  let name: String?
  let isPublic: Bool?

  init(_ fields: inout BodyFields) {
    name = fields.optional("name", .name)
    isPublic = fields.optional("public", .boolean)
  }
}
