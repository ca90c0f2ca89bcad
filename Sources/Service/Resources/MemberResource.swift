import Formats
import HTTPTypes
import JSON
import Quests

/// Who is in a team, what each may do there, and who changed what.
enum MemberResource {
  private static let tag = "Members and invites"

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "Member", "Somebody in a team.",
      .object([
        .init("personId", .uuid),
        .init("personName", .nullable(.text()), "Null for somebody without an account."),
        .init("role", .words(roles)), .init("joinedAt", .instant),
      ])),
    NamedSchema(
      "TrailEntry", "Something that was changed in a team.",
      .object([
        .init("number", .count), .init("at", .instant),
        .init("actorId", .nullable(.uuid), "Who did it; null where the system did."),
        .init("actorName", .nullable(.text())),
        .init("action", .text(1...64), "Such as `set-role`."),
        .init("questId", .nullable(.uuid)),
        .init("personId", .nullable(.uuid), "Whom it concerned."),
        .init("personName", .nullable(.text())),
        .init("detail", .text(0...20_000), "For people."),
      ])),
  ]

  static let roles = choices.map(\.rawValue)
  static let choices = [Role.admin, .member]

  private static let memberPath: PathTemplate = "/v1/teams/\(.team)/members/\(.person)"

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/teams/\(.team)/members", "listMembers", "List who is in a team",
      details: "For its members.", tag: tag, access: .person(.read),
      parameters: [.limit, .cursor, .fields], answers: [.page(of: "Member")], handle: list),
    Endpoint(
      .patch, memberPath, "changeMember", "Give a member another role",
      details: "For admins; the last one stays one.", tag: tag, access: .person(.manage),
      body: MemberChangeBody.self, answers: [.ok("Member", "As it stands now.")],
      problems: [.ledger(.lastAdmin), .unknownOutcome], handle: change),
    Endpoint(
      .delete, memberPath, "removeMember", "Leave a team, or take somebody out of it",
      details:
        "What was walked before stays. Others are taken out by admins. The last admin stays while "
        + "there are other members; a team that its only member leaves is dissolved.",
      tag: tag, access: .person(.manage), answers: [.nothing],
      problems: [.ledger(.lastAdmin), .ledger(.invalid), .unknownOutcome], handle: remove),
    Endpoint(
      .get, "/v1/teams/\(.team)/trail", "listTrail", "List who changed what in a team",
      details: "For admins; the latest first.", tag: tag, access: .person(.read),
      parameters: [.limit, .cursor, .fields], answers: [.page(of: "TrailEntry")], handle: trail),
  ]

  // MARK: What they do

  private static func list(_ call: Call) async throws -> Reply {
    let (facts, membership) = try await call.team()
    try call.require(.seeMembers(facts.team), as: membership, missing: call.noTeam)
    let after: PersonID? = try call.cursor("members", .identifier)?.id(at: 0)
    let memberships = try await call.backend.ledger.members(
      of: facts.team.id, after: after, limit: call.rowsToRead)
    let names = try await call.backend.accounts.names(of: memberships.map(\.person))
    return call.page(
      of: memberships, cursor: { PageCursor("members", [.id($0.person)]) },
      json: { json($0, name: names[$0.person]) })
  }

  private static func change(_ call: Call, _ body: MemberChangeBody) async throws -> Reply {
    let (facts, membership) = try await call.team()
    try call.require(.manage(facts.team), as: membership, missing: call.noTeam)
    let person = call[.person]
    let answer = try await performOnMember(.setRole(facts.team.id, person, body.role), call)
    guard case .membership(let membership) = answer else { throw Problem.unexpectedAnswer }
    let names = try await call.backend.accounts.names(of: [person])
    return .json(json(membership, name: names[person]))
  }

  private static func remove(_ call: Call) async throws -> Reply {
    let (facts, membership) = try await call.team()
    let person = call[.person]
    try call.require(.remove(person, from: facts.team), as: membership, missing: call.noTeam)
    _ = try await performOnMember(.leave(facts.team.id, person, from: call.now), call)
    return .nothing
  }

  private static func trail(_ call: Call) async throws -> Reply {
    let (facts, membership) = try await call.team()
    try call.require(.manage(facts.team), as: membership, missing: call.noTeam)
    let before = try call.cursor("trail", .integer)?.integer(at: 0)
    let found = try await call.backend.ledger.changeLog(
      of: facts.team.id, before: before, limit: call.rowsToRead)
    let actors = try await call.backend.accounts.names(of: found.compactMap(\.entry.actor))
    let people = try await call.backend.accounts.names(of: found.compactMap(\.entry.person))
    return call.page(
      of: found, cursor: { PageCursor("trail", [.integer($0.number)]) },
      json: { row in
        let entry = row.entry
        return .object([
          ("number", .integer(Int(row.number))), ("at", .string(entry.at.description)),
          ("actorId", .optional(entry.actor?.description)),
          ("actorName", .optional(entry.actor.flatMap { actors[$0] })),
          ("action", .string(entry.action)), ("questId", .optional(entry.quest?.description)),
          ("personId", .optional(entry.person?.description)),
          ("personName", .optional(entry.person.flatMap { people[$0] })),
          ("detail", .string(entry.detail)),
        ])
      })
  }

  // MARK: Parts

  /// - Throws: `not-found` for a person who is not in the team.
  private static func performOnMember(
    _ action: LedgerCommand.Action, _ call: Call
  ) async throws -> LedgerAnswer {
    do { return try await call.perform(action) } catch let error as LedgerError
      where error.code == .notMember
    {
      throw Problem(.notFound, "there is no \(call[.person]) in the team")
    }
  }

  private static func json(_ membership: Membership, name: String?) -> JSONValue {
    .object([
      ("personId", .string(membership.person.description)), ("personName", .optional(name)),
      ("role", .string(membership.role.rawValue)),
      ("joinedAt", .string(membership.joined.description)),
    ])
  }
}

private struct MemberChangeBody: BodyContent {
  static let schemaName = "MemberChange"
  static let schemaNote = "A member's new role."

  let role: Role

  init(_ fields: inout BodyFields) {
    role = fields.required("role", .words(MemberResource.choices))
  }
}
