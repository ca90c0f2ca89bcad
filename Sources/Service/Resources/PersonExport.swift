import CivilTime
import Formats
import Geodesy
import JSON
import Quests

/// Everything that is kept of a person, written page by page, however many walks there are.
struct PersonExport: Sendable {
  static let schemas: [NamedSchema] = [
    NamedSchema(
      "PersonExport", "Everything that is kept of a person.",
      .object([
        .init("exportedAt", .instant), .init("account", .named("Me")),
        .init("sessions", .array(.named("ExportedSession"), count: 0...1_000)),
        .init("identities", .array(.named("ExportedIdentity"), count: 0...1_000)),
        .init("keys", .array(.named("ExportedKey"), count: 0...1_000)),
        .init("teams", .array(.named("ExportedMembership"), count: 0...100_000)),
        .init(
          "activities", .array(.named("ExportedActivity"), count: 0...1_000_000_000),
          "All walks, the last walked first."),
      ])),
    NamedSchema(
      "ExportedSession", "A sign-in on one device.",
      .object([
        .init("id", .uuid), .init("createdAt", .instant), .init("expiresAt", .instant),
      ])),
    NamedSchema(
      "ExportedIdentity", "What one is to an issuer.",
      .object([.init("issuer", .text(1...4_096)), .init("subject", .text(1...255))])),
    NamedSchema(
      "ExportedKey", "An API key, without its secret.",
      .object([
        .init("id", .uuid), .init("name", .text()),
        .init("scopes", .array(.words(AccessScopes.allNames), count: 0...4)),
        .init("createdAt", .instant),
      ])),
    NamedSchema(
      "ExportedMembership", "A time in a team.",
      .object([
        .init("teamId", .uuid), .init("teamName", .nullable(.text())),
        .init("role", .words(MemberResource.roles)), .init("joinedAt", .instant),
        .init("leftAt", .nullable(.instant)),
      ])),
    NamedSchema(
      "ExportedActivity", "A walk as it stands.",
      .object(
        [
          .init("id", .uuid), .init("zone", .text()), .init("loggedAt", .instant),
          .init("changedAt", .instant), .init("revision", .count),
        ] + ActivityResource.stated + [
          .optional(
            "earlier", .array(.named("ExportedVersion"), count: 0...1_000_000_000),
            "What edits have replaced.")
        ])),
    NamedSchema(
      "ExportedVersion", "What an edit has replaced.",
      .object(
        [
          .init("revision", .count), .init("replacedAt", .instant),
          .init("zone", .nullable(.text())),
        ] + ActivityResource.stated)),
  ]

  private static let pieceBytes = 256 << 10

  let backend: Backend
  let person: PersonID
  let at: Instant
  /// Those of lengths as texts; nil for none.
  let units: LengthUnits?

  /// All but the walks and routes, of which there are few.
  func head(_ account: JSONValue, sessions: [Session], keys: [APIKey]) async throws -> JSONValue {
    var memberships: [JSONValue] = []
    for membership in try await backend.ledger.memberships(of: person) {
      let team = try await backend.ledger.team(membership.team)?.team
      // What a team is called today is nothing to who was taken out of it.
      let name = team.flatMap { membership.isOpen || $0.isPublic ? $0.name : nil }
      memberships.append(
        .object([
          ("teamId", .string(membership.team.description)), ("teamName", .optional(name)),
          ("role", .string(membership.role.rawValue)),
          ("joinedAt", .string(membership.joined.description)),
          ("leftAt", .optional(membership.left?.description)),
        ]))
    }
    return .object([
      ("exportedAt", .string(at.description)), ("account", account),
      (
        "sessions",
        .array(
          sessions.map {
            .object([
              ("id", .string($0.id.description)), ("createdAt", .string($0.createdAt.description)),
              ("expiresAt", .string($0.expiresAt.description)),
            ])
          })
      ),
      (
        "identities",
        .array(
          try await backend.identities.all(of: person).map {
            .object([("issuer", .string($0.issuer)), ("subject", .string($0.subject))])
          })
      ),
      (
        "keys",
        .array(
          keys.map {
            .object([
              ("id", .string($0.id.description)), ("name", .string($0.name)),
              ("scopes", .array($0.scopes.names.map(JSONValue.string))),
              ("createdAt", .string($0.createdAt.description)),
            ])
          })
      ),
      ("teams", .array(memberships)),
    ])
  }

  /// Writes the whole document: the head's members, then `activities`.
  func write(_ head: JSONValue, to put: (sending [UInt8]) async throws -> Void) async throws {
    var text = head.text()
    // The object goes on.
    text.removeLast()
    text += Array(",\"activities\":[".utf8)
    try await put(text)
    var before: WalkOrder?
    var isFirst = true
    while true {
      let page = try await backend.ledger.activities(
        of: person, before: before, after: nil, until: nil, limit: backend.ledgerLimits.page)
      var chunk: [UInt8] = []
      for activity in page {
        if !isFirst { chunk.append(0x2C) }
        isFirst = false
        let value = try await json(activity)
        chunk += (units.map { LengthTexts.added(to: value, in: $0) } ?? value).text()
        // A walk may have a thousand earlier versions.
        if chunk.count >= Self.pieceBytes {
          try await put(chunk)
          chunk = []
        }
      }
      guard let last = page.last else { break }
      before = last.order
      if !chunk.isEmpty { try await put(chunk) }
    }
    try await put(Array("]}\n".utf8))
  }

  private func json(_ activity: Activity) async throws -> JSONValue {
    var members: [(String, JSONValue)] = [
      ("id", .string(activity.key.id.description)), ("zone", .string(activity.zone)),
      ("loggedAt", .string(activity.loggedAt.description)),
      ("changedAt", .string(activity.changedAt.description)),
      ("revision", .integer(Int(activity.revision))),
    ]
    members += Self.members(activity.content)
    if activity.revision > 1 {
      let versions = try await backend.ledger.versions(of: activity.key)
      members.append(
        (
          "earlier",
          .array(
            versions.map {
              .object(
                [
                  ("revision", .integer(Int($0.revision))),
                  ("replacedAt", .string($0.replacedAt.description)),
                  ("zone", .optional($0.content.zone)),
                ] + Self.members($0.content))
            })
        ))
    }
    return .object(members)
  }

  private static func members(_ content: ActivityContent) -> [(String, JSONValue)] {
    [
      ("startedAt", .string(content.start.description)),
      ("distanceMeters", .number(content.distance.meters)),
      ("durationSeconds", .optional(content.durationSeconds.map { Int(clamping: $0) })),
      ("source", .optional(content.source)), ("note", .optional(content.note)),
      ("private", .bool(content.isPrivate)),
    ]
  }
}
