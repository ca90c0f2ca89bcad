import CivilTime
import Formats
import JSON
import Quests

/// The walks of an offline queue, logged by one call.
///
/// Each item is read and held against the schema of a walk by itself, so that one that does not fit,
/// or is no JSON at all, stops no other.
enum ActivityBatch {
  static let schemas: [NamedSchema] = [
    NamedSchema(
      "ActivityBatchResults", "What became of each walk, in the order of the request.",
      .object([
        .init("results", .array(.named("ActivityBatchResult"), count: 0...1_000)),
        .optional(
          "passedOver", .count, "Of an imported table: rows of sports that are not walks."),
      ])),
    NamedSchema(
      "ActivityBatchResult", "What became of one walk of a batch.",
      .object([
        .optional(
          "line", .count, "Of an imported table: the line on which the row begins, from 1."),
        .init("id", .nullable(.uuid), "The walk's; null where it has none that can be read."),
        .init(
          "status", .words(["created", "repeated", "rejected", "failed"]),
          "`failed` where nothing is known to be wrong with it: send it again."),
        .optional(
          "result", .named("ActivityResult"),
          "Where it counts; for a repeat the first answer again, except for a row without an id."),
        .optional("problem", .named("Problem"), "Where it was rejected or failed."),
      ])),
  ]

  static func log(_ call: Call, _ body: ActivityBatchBody) async throws -> Reply {
    let person = try call.person()
    let items = body.items
    let zone = try await call.backend.personZones.zone(of: person, at: call.now)
    let rules = BodyRules(
      schemas: NamedSchemas([]), zones: call.backend.zones, limits: call.backend.ledgerLimits)
    var results = Array(repeating: JSONValue.null, count: items.count)
    var commands: [LedgerCommand] = []
    var places: [Int] = []
    var drafts: [ActivityDraft] = []
    for (index, item) in items.enumerated() {
      do throws(Problem) {
        let draft = try draft(item, at: "/activities/\(index)", by: rules, now: call.now)
        let key = ActivityKey(person: person, id: draft.id)
        commands.append(
          LedgerCommand(
            .log(key, draft.content, zone: draft.offset ?? zone), at: call.now, actor: person))
        places.append(index)
        drafts.append(draft)
      } catch {
        results[index] = result(item, "rejected", error, call)
      }
    }
    let answers = commands.isEmpty ? [] : try await call.backend.ledger.perform(commands)
    guard answers.count == commands.count else { throw Problem.unexpectedAnswer }
    let failures = answers.compactMap(failure)
    if let first = failures.first, failures.count == answers.count { throw first }
    for ((index, draft), answer) in zip(zip(places, drafts), answers) {
      switch answer {
      case .success(.logged(let logged, let isRepeat)):
        results[index] = .object([
          ("id", .string(logged.key.id.description)),
          ("status", .string(isRepeat ? "repeated" : "created")),
          ("result", try await ActivityJSON.result(logged, call.backend.routeCache)),
        ])
      case .success: throw Problem.unexpectedAnswer
      case .failure(let error):
        let problem = call.backend.problem(error, requestID: call.requestID)
          .placed(error, draft, at: "/activities/\(index)", call)
        let status = Problem.isRefusal(error) ? "rejected" : "failed"
        results[index] = result(items[index], status, problem, call)
      }
    }
    return .json(.object([("results", .array(results))]))
  }

  private static let schema = ActivityDraft.schema

  /// Reads an item, which nothing has been seen to.
  ///
  /// - Throws: `invalid` with all that is wrong.
  private static func draft(
    _ item: JSONNode, at pointer: String, by rules: BodyRules, now: Instant
  ) throws(Problem) -> ActivityDraft {
    if case .broken(let fault, _) = item.content {
      throw Problem(
        .invalid, "the activity is not what it should be",
        faults: [.init(.body(pointer: fault.pointer ?? pointer), fault.message)])
    }
    return try ActivityDraft.read(item, as: schema, at: pointer, by: rules, now: now)
  }

  /// Why the store, and not the walk, kept a command from being done.
  private static func failure(_ answer: Result<LedgerAnswer, LedgerError>) -> LedgerError? {
    if case .failure(let error) = answer, !Problem.isRefusal(error) { return error }
    return nil
  }

  private static func result(
    _ item: JSONNode, _ status: String, _ problem: Problem, _ call: Call
  ) -> JSONValue {
    var members = item.object ?? []
    if case .broken(_, let texts) = item.content { members = texts }
    // Of two ids neither can be taken for the walk's.
    let ids = members.filter { $0.name == "id" }.map(\.value.string)
    let id = ids.count == 1 ? ids[0].flatMap { ActivityID($0) } : nil
    return .object([
      ("id", .optional(id?.description)), ("status", .string(status)),
      ("problem", problem.json(requestID: call.requestID)),
    ])
  }
}

/// The walks of a batch, each by itself still to be looked into.
struct ActivityBatchBody: BodyContent {
  static let schemaName = "ActivityBatch"
  static let schemaNote = "Walks in any order."
  static let itemsField: String? = "activities"

  let items: [JSONNode]

  init(_ fields: inout BodyFields) {
    items = fields.required(
      "activities",
      .list(of: .unchecked(as: .named(ActivityDraft.schemaName)), count: 0...1_000),
      "One that is not an `ActivityDraft` is rejected, and the others are not.")
  }
}
