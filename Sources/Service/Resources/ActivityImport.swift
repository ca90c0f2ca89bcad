import Batch
import CivilTime
import Formats
import JSON
import Quests

/// The walks of a file that a watch or a phone recorded, logged by one call.
enum ActivityImport {
  private static let types = [
    "application/gpx+xml", "application/vnd.garmin.tcx+xml", "application/vnd.ant.fit",
    "application/gzip", "application/octet-stream",
  ]

  static let endpoint = Endpoint(
    .post, "/v1/activities/import", "importActivities", "Log the walks of a watch's file",
    details:
      "The body is the file: GPX, TCX or FIT, as it is or packed by gzip. Each activity in it, "
      + "each session of a FIT file and each track with times of a GPX file is a walk, with a result "
      + "of its own in the order of the file. A walk's id follows from its start and the watch, so "
      + "the same recording sent again counts once; sent again with another `distance` it is a "
      + "conflict. Its note says which distance counts, what the other one is, and how long the "
      + "walker moved.",
    tag: "Activities", access: .person(.log), parameters: [.counted, .isHidden, .units],
    body: .file(types: types),
    answers: [.ok("ActivityBatchResults", "One result a walk.")],
    problems: [.limit, .unknownOutcome], handle: log)

  /// A walk that is to be logged, or why it is none.
  private typealias Read = Result<ActivityRecord, RecordedWalk.Fault>

  private static func log(_ call: Call) async throws -> Reply {
    let person = try call.person()
    let counted = call[.counted]
    let bytes = call.bytes
    let records = try await call.heavily(call.fileCost) { try recorded(in: bytes, counted) }
    let zone = try await call.backend.personZones.zone(of: person, at: call.now)
    var commands: [LedgerCommand] = []
    for case .success(let record) in records {
      let id = ActivityID.named("activity", record.activity ?? "")
      let content = ActivityContent(
        start: record.instant, distance: record.distance, durationSeconds: record.durationSeconds,
        source: record.source, note: record.note, isPrivate: call[.isHidden])
      commands.append(
        LedgerCommand(
          .log(ActivityKey(person: person, id: id), content, zone: record.offset ?? zone),
          at: call.now, actor: person))
    }
    let answers = commands.isEmpty ? [] : try await call.backend.ledger.perform(commands)
    guard answers.count == commands.count else { throw Problem.unexpectedAnswer }
    var results: [JSONValue] = []
    var next = 0
    for read in records {
      switch read {
      case .failure(let fault):
        results.append(result(nil, "rejected", Problem(.invalid, fault.message), call))
      case .success:
        results.append(try await result(answers[next], of: commands[next], call))
        next += 1
      }
    }
    return .json(.object([("results", .array(results))]))
  }

  /// Reads a file. To be called off the threads that serve.
  ///
  /// - Throws: `invalid` for a file that is none of a watch, or cannot be read; `limit`.
  private static func recorded(
    in bytes: [UInt8], _ counted: CountedDistance
  ) throws(Problem) -> [Read] {
    var limits = ReadLimits.standard
    limits.unpackedBytes = RouteReading.unpackedBytes(of: bytes)
    let document = RouteReader.read(bytes, limits: limits, thoroughly: true)
    if let error = document.errors.first {
      let place = FilePlace.text(
        "the file", line: error.line, column: error.column, offset: error.offset)
      throw Problem(.invalid, "\(place): \(ParameterWords.said(error.message))")
    }
    guard let format = document.format, [.gpx, .tcx, .fit].contains(format) else {
      throw Problem(.invalid, "the file is no recording: send GPX, TCX or FIT")
    }
    let walks = RecordedWalk.walks(in: document)
    let most = LedgerLimits.standard.batchActivities
    guard walks.count <= most else {
      throw Problem(.limit, "the file has \(walks.count) walks; the limit is \(most)")
    }
    return walks.map { walk in
      Result { () throws(RecordedWalk.Fault) in try walk.get().record(counting: counted) }
    }
  }

  private static func result(
    _ answer: Result<LedgerAnswer, LedgerError>, of command: LedgerCommand, _ call: Call
  ) async throws -> JSONValue {
    switch answer {
    case .success(.logged(let logged, let isRepeat)):
      return .object([
        ("id", .string(logged.key.id.description)),
        ("status", .string(isRepeat ? "repeated" : "created")),
        ("result", try await ActivityJSON.result(logged, call.backend.routeCache)),
      ])
    case .success: throw Problem.unexpectedAnswer
    case .failure(let error):
      guard case .log(let key, _, _) = command.action else { throw Problem.unexpectedAnswer }
      let status = Problem.isRefusal(error) ? "rejected" : "failed"
      let problem = call.backend.problem(error, requestID: call.requestID)
      return result(key.id, status, problem, call)
    }
  }

  private static func result(
    _ id: ActivityID?, _ status: String, _ problem: Problem, _ call: Call
  ) -> JSONValue {
    .object([
      ("id", .optional(id?.description)), ("status", .string(status)),
      ("problem", problem.json(requestID: call.requestID)),
    ])
  }
}

extension ParameterKey {
  fileprivate static let counted = Parameter<CountedDistance>(
    "distance", .words(), standard: .measured,
    "Which distance counts: `measured` on the recorded line, by default, or as the `device` says.")
  fileprivate static let isHidden = Parameter<Bool>(
    "private", .boolean, standard: false,
    "Whether the walks show up nowhere with the walker's name; false by default.")
}
