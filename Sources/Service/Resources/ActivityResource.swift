import CivilTime
import Formats
import HTTPTypes
import Quests

/// A person's walks: logged, edited, deleted and listed by whoever walked them.
enum ActivityResource {
  private static let tag = "Activities"

  /// What walkers state of a walk.
  static let stated: [Schema.Property] = [
    .init("startedAt", .instant), .init("distanceMeters", .meters),
    .init("durationSeconds", .nullable(.count)), .init("source", .nullable(.text())),
    .init("note", .nullable(.text())), .init("private", .boolean),
  ]

  static let schemas: [NamedSchema] =
    [
      NamedSchema(
        "Activity", "A walk as it stands, edits included.",
        .object(
          [.init("id", .uuid)] + stated + [
            .init(
              "zone", .text(),
              "The one sent with the walk, else the offset that its start was written with, else the "
                + "walker's when it was logged."),
            .init("day", .date, "The day in that zone on which the walk started."),
            .init("loggedAt", .instant), .init("changedAt", .instant),
            .init("revision", .count, "1 when logged, raised by each edit."),
          ])),
      NamedSchema(
        "ActivityVersion", "What an edit or the deletion of a walk has replaced.",
        .object(
          [.init("revision", .count)] + stated + [
            .init("zone", .nullable(.text()), "As it was sent; null where it was derived."),
            .init("replacedAt", .instant),
            .init("replacedById", .nullable(.uuid), "Null where the system did."),
          ])),
      NamedSchema(
        "ActivityResult", "What a walk did, for each of the walker's teams that it counts for.",
        .object([
          .init("id", .uuid), .init("revision", .count, "Of the walk."),
          .init("teams", .array(.named("TeamResult"), count: 0...1_000), "By the teams' ids."),
          .init(
            "uncounted", .array(.named("Uncounted"), count: 0...1_000),
            "Why it counts for none of the walker's other teams; empty for a deleted walk."),
        ])),
      NamedSchema(
        "Uncounted", "Why a walk does not count for a team.",
        .object([
          .init("teamId", .nullable(.uuid), "Null where the walker is in no team."),
          .init(
            "code", .words(Uncounted.Reason.allCases.map(\.rawValue)),
            "`before-joining`: the walk started before the walker joined the team. `before-quest`, "
              + "`after-quest`: it started outside the window of the team's open quest."),
          .init("text", .text(), "The same for people."),
        ])),
      NamedSchema(
        "TeamResult", "What a walk did to one team's quest.",
        .object([
          .init("teamId", .uuid),
          .init(
            "gone", .boolean,
            "Whether the team was dissolved or the walker has left it; then nothing else is said of "
              + "it."),
          .optional("questId", .uuid), .optional("totalBeforeMeters", .meters),
          .optional("totalMeters", .meters, "Walked in all, with this walk."),
          .optional("versionBefore", .count, "Of the team's stream of events."),
          .optional("version", .count),
          .optional("position", .named(PositionJSON.schema.name), "Where the new total leads."),
          .optional(
            "reached", .array(.named("MilestonePassed"), count: 0...100_000),
            "Passed by this walk, in route order."),
          .optional(
            "retracted", .array(.named("MilestonePassed"), count: 0...100_000),
            "Those that the total has fallen back behind, the last first."),
        ])),
      NamedSchema(
        "MilestonePassed", "A waypoint or a share of a quest that a total has passed.",
        .object([
          .init(
            "key", .text(1...64), "`waypoint:3`, `waypoint:3@2` the second time, `percent:25`."),
          .init("name", .nullable(.text()), "The waypoint's."),
          .init("placeMeters", .meters, "On the course."),
          .init("thresholdMeters", .meters, "Reached when the total is no less."),
        ])),
    ] + ActivityBatch.schemas

  private static let activityPath: PathTemplate = "/v1/activities/\(.activity)"
  private static let logging: [Problem.Code] = [
    .limit, .conflict, .unknownOutcome, .ledger(.zone), .ledger(.erased),
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .post, "/v1/activities", "logActivity", "Log a walk",
      details: "It counts for every team that the walker was in when it started. The same walk "
        + "sent again counts once and gets the first answer again, to the letter, also after edits "
        + "and deletion, but for teams that are `gone` since; other content under the same id is a "
        + "conflict. After a 503 or 504, or none "
        + "at all, send the same again.", tag: tag, access: .person(.log),
      parameters: [.units], body: ActivityDraft.self,
      answers: [
        .created("ActivityResult", "It counts."),
        .ok("ActivityResult", "It was sent before: the first answer again."),
      ], problems: logging, handle: log),
    Endpoint(
      .post, "/v1/activities/batch", "logActivities", "Log the walks of an offline queue",
      details: "Up to 1,000 walks in any order, each with a result of its own in the order of the "
        + "request. Those that are valid count, whatever is wrong with the others, and the whole "
        + "batch may be sent again at any time: what was there counts once. A problem with a status "
        + "of 500 or more is not its walk's fault: send that walk again.", tag: tag,
      access: .person(.log), parameters: [.units], body: ActivityBatchBody.self, limit: .batch,
      answers: [.ok("ActivityBatchResults", "One result a walk.")],
      problems: [.limit, .unknownOutcome], handle: ActivityBatch.log),
    ActivityImport.endpoint,
    Endpoint(
      .get, "/v1/activities", "listActivities", "List one's walks",
      details: "The last walked first.", tag: tag, access: .person(.read),
      parameters: [
        .limit, .cursor, .units, .fields, .startedFrom, .startedUntil,
      ], answers: [.page(of: "Activity")], handle: list),
    Endpoint(
      .get, activityPath, "getActivity", "Show one of one's walks", tag: tag,
      access: .person(.read), parameters: [.units, .fields], answers: [.ok("Activity")],
      problems: [.gone]
    ) { call in .json(ActivityJSON.activity(try await activity(call))) },
    Endpoint(
      .patch, activityPath, "editActivity", "Edit a walk",
      details: "What it was is kept; totals, milestones and streaks follow.", tag: tag,
      access: .person(.log), parameters: [.units, .ifMatch], body: ActivityChangeBody.self,
      answers: [.ok("ActivityResult", "What the edit did. The `ETag` is the walk's revision.")],
      problems: logging + [.gone], handle: edit),
    Endpoint(
      .delete, activityPath, "deleteActivity", "Delete a walk",
      details:
        "For good: its id is never used again. The answer has the teams' new totals; a second "
        + "time it has the present ones.", tag: tag, access: .person(.log),
      parameters: [.units, .ifMatch],
      answers: [.ok("ActivityResult", "What the deletion did.")],
      problems: [.unknownOutcome, .ledger(.erased)],
      handle: delete),
    Endpoint(
      .get, "\(activityPath)/versions", "listActivityVersions", "List what edits have replaced",
      details: "The oldest first; of a deleted walk too.", tag: tag, access: .person(.read),
      parameters: [.limit, .cursor, .units, .fields], answers: [.page(of: "ActivityVersion")],
      handle: versions),
  ]

  // MARK: What they do

  private static func log(_ call: Call, _ draft: ActivityDraft) async throws -> Reply {
    let person = try call.person()
    let zone = try await call.backend.personZones.zone(of: person, at: call.now)
    let answer = try await call.perform(
      .log(ActivityKey(person: person, id: draft.id), draft.content, zone: draft.offset ?? zone),
      as: draft)
    guard case .logged(let logged, let isRepeat) = answer else { throw Problem.unexpectedAnswer }
    let result = try await ActivityJSON.result(logged, call.backend.routeCache)
    return isRepeat ? .json(result) : .created(result, at: "/v1/activities/\(draft.id)")
  }

  private static func list(_ call: Call) async throws -> Reply {
    let person = try call.person()
    let cursor = try call.cursor("activities", .integer, .identifier)
    var before: WalkOrder?
    if let start = cursor?.integer(at: 0), let id: ActivityID = cursor?.id(at: 1) {
      before = WalkOrder(start: Instant(microseconds: start), id: id, person: person)
    }
    let found = try await call.backend.ledger.activities(
      of: person, before: before, after: call[.startedFrom], until: call[.startedUntil],
      limit: call.rowsToRead)
    return call.page(
      of: found,
      cursor: {
        PageCursor("activities", [.integer($0.content.start.microseconds), .id($0.key.id)])
      }, json: ActivityJSON.activity)
  }

  private static func edit(_ call: Call, _ change: ActivityChangeBody) async throws -> Reply {
    for _ in 0..<4 {
      let stored = try await activity(call)
      let content = change.applied(to: stored.content)
      let expected = try call.expectedRevision(
        stored.revision, isDone: content == stored.content
      ) { ActivityJSON.activity(stored) }
      let answer: LedgerAnswer
      do {
        answer = try await call.perform(
          .edit(stored.key, content, expectedRevision: expected ?? stored.revision), as: change)
      } catch let error as LedgerError where error.code == .revision && expected == nil {
        // Another edit came between, and what this one leaves out is to stay as that has made it.
        continue
      }
      guard case .edited(let edited) = answer else { throw Problem.unexpectedAnswer }
      var reply = Reply.json(try await ActivityJSON.result(edited, call.backend.routeCache))
      reply.headers[.eTag] = "\"\(edited.revision)\""
      return reply
    }
    throw Problem(.conflict, "others edit the walk at the same time; try again")
  }

  private static func delete(_ call: Call) async throws -> Reply {
    let key = try key(call)
    var expected: Int64?
    if call[.ifMatch] != nil {
      guard let stored = try await call.backend.ledger.activity(key) else { throw missing(call) }
      expected = try call.expectedRevision(stored.revision, isDone: stored.isDeleted) {
        ActivityJSON.activity(stored)
      }
    }
    let answer = try await call.perform(.delete(key, expectedRevision: expected))
    guard case .deleted(let deleted) = answer else { throw Problem.unexpectedAnswer }
    return .json(try await ActivityJSON.result(deleted, call.backend.routeCache))
  }

  private static func versions(_ call: Call) async throws -> Reply {
    let key = try key(call)
    let after = try call.cursor("activity-versions", .integer)?.integer(at: 0) ?? 0
    guard try await call.backend.ledger.activity(key) != nil else { throw missing(call) }
    let found = try await call.backend.ledger.versions(of: key).filter { $0.revision > after }
    return call.page(
      of: Array(found.prefix(call.rowsToRead)),
      cursor: { PageCursor("activity-versions", [.integer($0.revision)]) },
      json: ActivityJSON.version)
  }

  // MARK: Parts

  private static func key(_ call: Call) throws(Problem) -> ActivityKey {
    ActivityKey(person: try call.person(), id: call[.activity])
  }

  /// The caller's walk that the path names.
  ///
  /// - Throws: `not-found`, `deleted`.
  private static func activity(_ call: Call) async throws -> Activity {
    guard let stored = try await call.backend.ledger.activity(try key(call)) else {
      throw missing(call)
    }
    if stored.isDeleted { throw Problem(.gone, "the activity \(stored.key.id) was deleted") }
    return stored
  }

  private static func missing(_ call: Call) -> Problem {
    Problem(.notFound, "there is no activity \(call[.activity]) of yours")
  }
}

extension Call {
  /// - Throws: what the ledger refuses, with the fields of the body that it does not take.
  fileprivate func perform(
    _ action: LedgerCommand.Action, as body: some BodyContent
  ) async throws -> LedgerAnswer {
    do { return try await perform(action) } catch let error as LedgerError
      where [.invalid, .limit].contains(error.code)
    {
      throw Problem(error).placed(error, body, self)
    }
  }
}

extension ParameterKey {
  fileprivate static let activity = Parameter<ActivityID>(inPath: "activityId")
  fileprivate static let startedFrom = Parameter<Instant?>(
    "from", .instant, "Only those that started at this moment or later.")
  fileprivate static let startedUntil = Parameter<Instant?>(
    "until", .instant, "Only those that started before this moment.")
}
