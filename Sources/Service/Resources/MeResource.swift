import CivilTime
import Formats
import Geodesy
import HTTPTypes
import JSON
import Quests

/// The caller's own account: profile, figures, everything that is kept, and its erasure.
enum MeResource {
  private static let tag = "Me"

  static let schemas: [NamedSchema] =
    [
      NamedSchema(
        "Me", "One's own account; nobody else sees the address.",
        .object([
          .init("id", .uuid), .init("email", .nullable(.text())), .init("name", .text()),
          .init(
            "zone", .text(),
            "Of the days of walks that are logged from now on without a zone or an offset of their own."
          ),
          .init("units", .words(["mi", "km"])),
          .init("mail", .named("MailChoices")), .init("createdAt", .instant),
          .init("revision", .count),
        ])),
      NamedSchema(
        "MailChoices",
        "The messages that one wants to get, beside those about the account itself.",
        .object([
          .init("invitation", .boolean, "Somebody invites one to a team by the address."),
          .init("milestone", .boolean, "A team of one's has reached a milestone."),
          .init("completed", .boolean, "A team of one's has completed a quest."),
          .init("weekly", .boolean, "What one and one's teams have walked, once a week."),
        ])),
      NamedSchema(
        "Stats", "What one has walked, with every team and alone.",
        .object([
          .init("walks", .count), .init("distanceMeters", .meters),
          .init("durationSeconds", .count, "Of the walks that state one."),
          .init("firstWalkAt", .nullable(.instant)), .init("lastWalkAt", .nullable(.instant)),
          .init("streakDays", .count, "Days in a row with a walk, up to today or yesterday."),
          .init("streakWeeks", .count, "ISO weeks in a row with a walk."),
        ])),
      NamedSchema(
        MailChangeBody.schemaName, MailChangeBody.schemaNote, MailChangeBody.schema),
    ] + PersonExport.schemas

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/me", "getMe", "Show one's account", tag: tag, access: .person(.read),
      parameters: [.fields], answers: [.ok("Me")]
    ) { call in .json(json(try await call.account())) },
    Endpoint(
      .patch, "/v1/me", "changeMe", "Change one's name, zone, units or mail",
      details: "A new zone holds for walks that are logged from now on without one of their own.",
      tag: tag,
      access: .person(.manage), parameters: [.ifMatch], body: MeChangeBody.self,
      answers: [.ok("Me", "As it stands now.")], handle: change),
    Endpoint(
      .get, "/v1/me/stats", "getStats", "Show what one has walked", tag: tag,
      access: .person(.read), parameters: [.units, .fields], answers: [.ok("Stats")]
    ) { call in .json(try await stats(call, try await call.account())) },
    Endpoint(
      .get, "/v1/me/export", "exportMe", "Get everything that is kept of one",
      details: "The account, sessions, keys, teams, routes, and every walk with its earlier "
        + "versions, as one JSON document.", tag: tag, access: .session,
      parameters: [.units], answers: [Endpoint.Answer(200, "Everything.", .named("PersonExport"))],
      handle: export),
    Endpoint(
      .post, "/v1/me/erase", "eraseMe", "Erase one's account",
      details: "For good. Distances stay in the totals of teams, without the person; notes, name, "
        + "address and everything else that tells who it was go.", tag: tag, access: .session,
      body: OwnerProofBody.self, answers: [.nothing],
      problems: [.wrongCredentials, .codeWrong], handle: erase),
  ]

  // MARK: What they do

  private static func change(_ call: Call, _ body: MeChangeBody) async throws -> Reply {
    let present = try await call.account()
    let expected = try call.expectedRevision(present.revision) { json(present) }
    var account = present
    account.name = body.name ?? present.name
    account.zone = body.zone ?? present.zone
    account.units = body.units?.rawValue ?? present.units
    account.mail = body.mail.map { $0.applied(to: present.mail) } ?? present.mail
    if account == present { return .json(json(present)) }
    account.revision += 1
    do { try await call.backend.accounts.updateAccount(account) } catch {
      if error.code == .revision, expected == nil {
        throw Problem(.conflict, "somebody changed the account at the same time; try again")
      }
      throw error
    }
    call.backend.personZones.forget(account.person)
    if account.mail.subtracting(present.mail).contains(.weekly) {
      // The first summary is that of the present week.
      let week = SummaryWeek.last(at: call.now, in: try call.backend.zone(account.zone))
      try await call.backend.mail.outbox.skipSummary(of: week.monday, to: account.person)
    }
    return .json(json(account))
  }

  static func stats(_ call: Call, _ account: Account) async throws -> JSONValue {
    let person = account.person
    let stats = try await call.backend.ledger.stats(of: person)
    let today = try call.backend.zone(account.zone).day(at: call.now)
    // Walks in zones that are ahead may be of tomorrow.
    let days = try await WalkedDays(call.backend.ledger, person, through: today.advanced(by: 1))
      .read()
    return .object([
      ("walks", .integer(Int(stats.walks))), ("distanceMeters", .number(stats.distance.meters)),
      ("durationSeconds", .integer(Int(stats.durationSeconds))),
      ("firstWalkAt", .optional(stats.firstStart?.description)),
      ("lastWalkAt", .optional(stats.lastStart?.description)),
      ("streakDays", .integer(Streak.days(days, today: today))),
      ("streakWeeks", .integer(Streak.weeks(days, today: today))),
    ])
  }

  /// The days of a streak, read in pages until the first week without a walk.
  private struct WalkedDays {
    let ledger: any LedgerStore
    let person: PersonID
    let last: Day

    init(_ ledger: any LedgerStore, _ person: PersonID, through last: Day) {
      self.ledger = ledger
      self.person = person
      self.last = last
    }

    func read() async throws -> [Day] {
      var days: [Day] = []
      var through = last
      while true {
        let page = try await ledger.walkedDays(
          of: person, through: through, limit: LedgerLimits.standard.page)
        for day in page {
          // A gap of two whole weeks ends both streaks.
          if let before = days.last, day.distance(to: before) > 14 { return days }
          days.append(day)
        }
        guard page.count == LedgerLimits.standard.page, let end = page.last else { return days }
        through = end.advanced(by: -1)
      }
    }
  }

  private static func export(_ call: Call) async throws -> Reply {
    let person = try call.person()
    let account = try await call.account()
    let export = PersonExport(
      backend: call.backend, person: person, at: call.now, units: call[.units])
    let head = try await export.head(
      json(account), sessions: try await call.backend.signIn.sessions(of: person, at: call.now),
      keys: try await call.backend.keys.keys(of: person))
    var reply = Reply(
      .ok, .stream(mediaType: "application/json") { try await export.write(head, to: $0) })
    reply.headers[.contentDisposition] = "attachment; filename=\"milequest-export.json\""
    return reply
  }

  private static func erase(_ call: Call, _ body: OwnerProofBody) async throws -> Reply {
    let person = try call.person()
    try await call.backend.signIn.prove(
      try call.signedIn(), by: body.proof, from: call.client, at: call.now)
    // The ledger first: from then on it refuses further walks of the person. What breaks between
    // the two is mended by asking again.
    try await call.backend.ledger.erase(person, at: call.now, actor: person)
    try await call.backend.signIn.erase(person, at: call.now)
    return .nothing
  }

  static func json(_ account: Account) -> JSONValue {
    .object([
      ("id", .string(account.person.description)), ("email", .optional(account.email)),
      ("name", .string(account.name)), ("zone", .string(account.zone)),
      ("units", .string(account.units)),
      (
        "mail",
        .object(MailChoices.names.map { ($0.name, .bool(account.mail.contains($0.choice))) })
      ), ("createdAt", .string(account.createdAt.description)),
      ("revision", .integer(Int(account.revision))),
    ])
  }
}

extension Call {
  /// The caller's account.
  func account() async throws -> Account {
    guard let account = try await backend.accounts.account(try person()) else {
      throw Problem(.invalidToken, "the account that the token was issued for is gone")
    }
    return account
  }
}

/// What a person's app shows lengths in.
enum PersonalUnits: String, CaseIterable, Sendable {
  case miles = "mi"
  case kilometers = "km"
}

private struct MeChangeBody: BodyContent {
  static let schemaName = "MeChange"
  static let schemaNote = "What is to change; what is left out stays."

  let name: String?
  let zone: String?
  let units: PersonalUnits?
  let mail: MailChange?

  init(_ fields: inout BodyFields) {
    name = fields.optional("name", .name)
    zone = fields.unlessNull("zone", .zone)
    units = fields.optional("units", .words())
    mail = fields.optional("mail", .mailChange, "Which messages one wants from now on.")
  }
}

/// Choices that are made, one way or the other; others stay.
private struct MailChange: Sendable {
  var wanted: MailChoices = []
  var unwanted: MailChoices = []

  func applied(to choices: MailChoices) -> MailChoices {
    choices.subtracting(unwanted).union(wanted)
  }
}

private struct MailChangeBody: BodyContent {
  static let schemaName = "MailChange"
  static let schemaNote = "Which messages one wants; what is left out stays."

  var change = MailChange()

  init(_ fields: inout BodyFields) {
    for (choice, name) in MailChoices.names {
      switch fields.optional(name, .boolean) {
      case true?: change.wanted.insert(choice)
      case false?: change.unwanted.insert(choice)
      case nil: break
      }
    }
  }
}

extension BodyForm where Value == MailChange {
  fileprivate static let mailChange = Self(
    schema: .named(MailChangeBody.schemaName), example: MailChange()
  ) { node throws(BodyFault) in
    try MailChangeBody.part(node).change
  }
}
