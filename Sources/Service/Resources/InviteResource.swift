import CivilTime
import Formats
import HTTPTypes
import JSON
import Providers
import Quests

/// Invites to a team: made by admins, redeemed once by whoever holds their code.
///
/// A code is told once, to whoever made the invite. The ledger and all lists have the id alone, which
/// leads back to the code in no way: those who may see a list, such as a key that only reads, cannot
/// join by it, and neither can whoever reads a backup.
enum InviteResource {
  private static let tag = "Members and invites"

  private static let shown: [Schema.Property] = [
    .init("id", .uuid, "Names it where it is listed or taken back; nobody joins by it."),
    .init("role", .words(MemberResource.roles)),
    .init("status", .words(Status.allCases.map(\.rawValue))),
    .init("createdById", .uuid), .init("createdAt", .instant), .init("expiresAt", .instant),
    .init("redeemedById", .nullable(.uuid)), .init("redeemedAt", .nullable(.instant)),
    .init("revokedAt", .nullable(.instant)),
  ]

  static let schemas: [NamedSchema] = [
    NamedSchema("Invite", "An invite, without its code.", .object(shown)),
    NamedSchema(
      "NewInvite", "An invite with its code, which is told this once.",
      .object(
        [.init("code", .uuid, "The secret: whoever holds it may join by it, once.")] + shown)),
    NamedSchema(
      "InviteOffer", "What an invite offers to whoever holds its code.",
      .object([
        .init("teamId", .uuid), .init("teamName", .text()),
        .init("role", .words(MemberResource.roles)), .init("expiresAt", .instant),
      ])),
  ]

  private static let spent: [Problem.Code] = [
    .ledger(.inviteUsed), .ledger(.inviteRevoked), .ledger(.inviteExpired),
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .post, "/v1/teams/\(.team)/invites", "createInvite", "Invite somebody to a team",
      details: "For admins. The code is in the answer, and nowhere again: pass it on as a link, or "
        + "have it mailed. Whether mail goes to an address is not told: its owner may not want any.",
      tag: tag, access: .person(.manage), parameters: [.idempotencyKey],
      body: InviteDraftBody.self, answers: [.created("NewInvite", "With its code.")],
      problems: [.limit, .conflict, .unknownOutcome, .ledger(.erased), .unavailable],
      handle: create),
    Endpoint(
      .get, "/v1/teams/\(.team)/invites", "listInvites", "List a team's invites",
      details: "For its members, without the codes; the latest first.", tag: tag,
      access: .person(.read), parameters: [.limit, .cursor, .fields],
      answers: [.page(of: "Invite")], handle: list),
    Endpoint(
      .delete, "/v1/teams/\(.team)/invites/\(.invite)", "revokeInvite", "Take an invite back",
      details: "For admins; by the invite's `id`.", tag: tag, access: .person(.manage),
      answers: [.nothing], problems: [.ledger(.inviteUsed), .unknownOutcome], handle: revoke),
    Endpoint(
      .get, "/v1/invites/\(.code)", "getInvite", "Show what an invite offers",
      details: "To whoever holds its code, signed in or not.", tag: tag, access: .anyone,
      answers: [.ok("InviteOffer")], problems: spent, handle: show),
    Endpoint(
      .post, "/v1/invites/\(.code):redeem", "redeemInvite", "Join a team by an invite",
      details: "Once: of any number who try, one joins.", tag: tag, access: .person(.manage),
      answers: [.ok("Team", "The team that the caller is in now.")],
      problems: spent + [
        .ledger(.alreadyMember), .limit, .ledger(.invalid), .unknownOutcome, .ledger(.erased),
      ], handle: redeem),
  ]

  // MARK: What they do

  private static func create(_ call: Call, _ body: InviteDraftBody) async throws -> Reply {
    let (facts, membership) = try await call.team()
    try call.require(.manage(facts.team), as: membership, missing: call.noTeam)
    let address = try body.email.map { try Self.address($0) }
    if let address { try call.backend.signIn.countMail(to: address, from: call.client) }
    // What the key is kept with is no secret: the code is derived from it.
    let (code, invite) = try await call.creating { (id: InviteID) -> (InviteCode, Invite) in
      let code = try Self.code(of: call.secretBytes(for: id))
      let expires = call.now.advanced(bySeconds: body.seconds)
      return (
        code,
        try await made(
          code.inviteID,
          .createInvite(code.inviteID, facts.team.id, body.role, expiresAt: expires), call)
      )
    }
    if let address {
      do { try await mail(code, invite, of: facts.team, to: address, call) } catch {
        // Nobody has the code, and nobody can ask for it again; under a key they can.
        if !call.isRepeatable { _ = try? await call.perform(.revokeInvite(invite.id)) }
        throw error
      }
    }
    return .created(
      .object([("code", .string(code.description))] + members(invite, at: call.now)),
      at: "/v1/invites/\(code)")
  }

  private static func address(_ text: String) throws(Problem) -> MailAddress {
    do throws(MailError) { return try MailAddress(text) } catch {
      throw Problem(
        .invalid, "1 field is not as it should be",
        faults: [Problem.Fault(.body(pointer: "/email"), error.message)])
    }
  }

  /// Mails an invite, once. To somebody who wants none as much is done, but the sending.
  private static func mail(
    _ code: InviteCode, _ invite: Invite, of team: Team, to address: MailAddress, _ call: Call
  ) async throws {
    let (outbox, links) = (call.backend.mail.outbox, call.backend.mailLinks)
    let found = try await call.backend.accounts.account(email: address.key)
    let account = found?.isEmailVerified == true ? found : nil
    let isRefused = try await outbox.refuses(address)
    let goesOut = account.map { $0.mail.contains(.invitation) } ?? !isRefused
    let target =
      account.map { MailLinks.Target.person($0.person, .invitation) } ?? .address(address)
    let message = links.messages.invitation(
      address, team: team.name, code: "\(code)", until: "\(invite.expiresAt)",
      unsubscribe: links.unsubscribe(target))
    try await outbox.post(
      message, goesOut: goesOut, cause: "invite \(invite.id)", of: account?.person,
      choice: account == nil ? [] : .invitation, isUrgent: false)
  }

  /// A code of 122 bits of a secret: a UUID (RFC 9562, version 4).
  private static func code(of secret: [UInt8]) throws(Problem) -> InviteCode {
    guard let id = InviteCode(bytes: Array(secret.prefix(16))) else { throw .unexpectedAnswer }
    return InviteCode(
      high: id.high & 0xFFFF_FFFF_FFFF_0FFF | 0x4000,
      low: id.low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
  }

  /// The invite that a command makes, or has made when the request came the first time.
  private static func made(
    _ id: InviteID, _ action: LedgerCommand.Action, _ call: Call
  ) async throws -> Invite {
    do {
      guard case .invite(let invite) = try await call.perform(action) else {
        throw Problem.unexpectedAnswer
      }
      return invite
    } catch let error as LedgerError where error.code == .conflict {
      // An Idempotency-Key leads to the same code later, which then would expire later.
      guard let stored = try await call.backend.ledger.invite(id) else { throw error }
      return stored
    }
  }

  private static func list(_ call: Call) async throws -> Reply {
    let (facts, membership) = try await call.team()
    try call.require(.seeMembers(facts.team), as: membership, missing: call.noTeam)
    let cursor = try call.cursor("invites", .integer, .identifier)
    var invites = try await call.backend.ledger.invites(of: facts.team.id)
      .sorted { isAhead($0, of: ($1.createdAt.microseconds, $1.id)) }
    if let created = cursor?.integer(at: 0), let id: InviteID = cursor?.id(at: 1) {
      invites.removeAll { isAhead($0, of: (created, id)) || $0.id == id }
    }
    return call.page(
      of: Array(invites.prefix(call.rowsToRead)),
      cursor: { PageCursor("invites", [.integer($0.createdAt.microseconds), .id($0.id)]) },
      json: { .object(members($0, at: call.now)) })
  }

  /// The order of a list: the latest first, then by id.
  private static func isAhead(_ invite: Invite, of other: (created: Int64, id: InviteID)) -> Bool {
    let created = invite.createdAt.microseconds
    return created != other.created ? created > other.created : invite.id < other.id
  }

  private static func revoke(_ call: Call) async throws -> Reply {
    let (facts, membership) = try await call.team()
    try call.require(.manage(facts.team), as: membership, missing: call.noTeam)
    let id = call[.invite]
    guard let invite = try await call.backend.ledger.invite(id), invite.team == facts.team.id else {
      throw Problem(.notFound, "there is no invite \(id) of the team; its code is another id")
    }
    _ = try await call.perform(.revokeInvite(invite.id))
    return .nothing
  }

  private static func show(_ call: Call) async throws -> Reply {
    guard let invite = try await call.backend.ledger.invite(call[.code].inviteID),
      let facts = try await call.backend.ledger.team(invite.team)
    else { throw missing }
    // Whoever was not in a team is not told that it ended.
    let isOfLastingTeam = facts.team.dissolvedAt == nil
    switch Status(invite, at: call.now) {
    case .open where isOfLastingTeam: break
    case .used: throw Problem(LedgerError(.inviteUsed, "the invite was used; ask for another"))
    case .expired where isOfLastingTeam:
      throw Problem(
        LedgerError(
          .inviteExpired, "the invite was good until \(invite.expiresAt); ask for another"))
    case .open, .expired, .revoked:
      throw Problem(LedgerError(.inviteRevoked, "the invite was taken back; ask for another"))
    }
    return .json(
      .object([
        ("teamId", .string(facts.team.id.description)), ("teamName", .string(facts.team.name)),
        ("role", .string(invite.role.rawValue)),
        ("expiresAt", .string(invite.expiresAt.description)),
      ]))
  }

  private static func redeem(_ call: Call) async throws -> Reply {
    let answer: LedgerAnswer
    do {
      answer = try await call.perform(.redeemInvite(call[.code].inviteID, try call.person()))
    } catch let error as LedgerError where error.code == .notFound { throw missing }
    guard case .membership(let membership) = answer,
      let facts = try await call.backend.ledger.team(membership.team)
    else { throw Problem.unexpectedAnswer }
    return .json(TeamResource.json(facts.team, role: membership.isOpen ? membership.role : nil))
  }

  private static var missing: Problem { Problem(.notFound, "there is no invite with this code") }

  // MARK: Parts

  private enum Status: String, CaseIterable {
    case open, used, revoked, expired

    init(_ invite: Invite, at now: Instant) {
      self =
        invite.redeemedBy != nil
        ? .used : invite.revokedAt != nil ? .revoked : now < invite.expiresAt ? .open : .expired
    }
  }

  private static func members(_ invite: Invite, at now: Instant) -> [(String, JSONValue)] {
    [
      ("id", .string(invite.id.description)), ("role", .string(invite.role.rawValue)),
      ("status", .string(Status(invite, at: now).rawValue)),
      ("createdById", .string(invite.createdBy.description)),
      ("createdAt", .string(invite.createdAt.description)),
      ("expiresAt", .string(invite.expiresAt.description)),
      ("redeemedById", .optional(invite.redeemedBy?.description)),
      ("redeemedAt", .optional(invite.redeemedAt?.description)),
      ("revokedAt", .optional(invite.revokedAt?.description)),
    ]
  }
}

extension ParameterKey {
  fileprivate static let invite = Parameter<InviteID>(inPath: "inviteId")
  fileprivate static let code = Parameter<InviteCode>(inPath: "code")
}

private struct InviteDraftBody: BodyContent {
  static let schemaName = "InviteDraft"
  static let schemaNote = "What an invite is made with."

  let role: Role
  let seconds: Int64
  let email: String?

  init(_ fields: inout BodyFields) {
    role =
      fields.optional(
        "role", .words(MemberResource.choices), "Of whoever joins by it; `member` at first.")
      ?? .member
    seconds =
      fields.optional(
        "expiresInSeconds", .integer(60...90 * 86_400), "From a minute to 90 days; 7 days at first."
      )
      ?? 7 * 86_400
    email = fields.optional("email", .email, "Where the invite is mailed to, with its code.")
  }
}
