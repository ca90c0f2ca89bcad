import Batch
import CivilTime
import Formats
import JSON
import Quests

/// The walks of a file, logged by one call: what a watch or a phone recorded, or a table.
enum ActivityImport {
  private static let types = [
    "application/gpx+xml", "application/vnd.garmin.tcx+xml", "application/vnd.ant.fit", "text/csv",
    "application/gzip", "application/octet-stream",
  ]

  static let endpoint = Endpoint(
    .post, "/v1/activities/import", "importActivities", "Log the walks of a file",
    details:
      "The body is the file: GPX, TCX, FIT or CSV, as it is or packed by gzip. Each activity in it, "
      + "each session of a FIT file, each track with times of a GPX file and each row of a table is a "
      + "walk, with a result of its own in the order of the file. The id of a recorded walk follows "
      + "from its start and the watch, so the same recording sent again counts once; sent again with "
      + "another `distance` it is a conflict. Its note says which distance counts, what the other one "
      + "is, and how long the walker moved. A table is read as `milequest import activities` reads it, "
      + "the exports of Strava and Garmin Connect included: a row without an id is the n-th of its "
      + "content, so the same table sent again counts once. It needs no column for the team, and may "
      + "not have one for persons: all walks are yours.",
    tag: "Activities", access: .person(.log),
    parameters: [.counted, .isHidden, .units] + ParameterKey.table, body: .file(types: types),
    answers: [.ok("ActivityBatchResults", "One result a walk.")],
    problems: [.limit, .unknownOutcome], handle: log)

  /// What is in a file.
  private enum Content: Sendable {
    case recordings([Result<ActivityRecord, RecordedWalk.Fault>])
    case table(ActivityTable)
  }

  /// A walk on its way, and the line of its row.
  private enum Walk {
    case toLog(ActivityID, ActivityRecord)
    /// It is in the ledger already.
    case known
    case refused(String)
  }

  private static func log(_ call: Call) async throws -> Reply {
    let person = try call.person()
    let zone = try tableZone(call)
    let (counted, columns, bytes) = (call[.counted], ParameterKey.columns(of: call), call.bytes)
    let content = try await call.heavily(call.fileCost) {
      try read(bytes, counted, columns, zone: zone)
    }
    var walks: [(line: Int?, walk: Walk)]
    var passedOver: Int?
    switch content {
    case .recordings(let recordings):
      walks = recordings.map { recording in
        switch recording {
        case .success(let record):
          (nil, .toLog(.named("activity", record.activity ?? ""), record))
        case .failure(let fault): (nil, .refused(fault.message))
        }
      }
    case .table(let table):
      walks = try await identified(table, of: person, hidden: call[.isHidden], call)
      passedOver = table.passedOver
    }
    let own = try await call.backend.personZones.zone(of: person, at: call.now)
    let commands = walks.compactMap { _, walk -> LedgerCommand? in
      guard case .toLog(let id, let record) = walk else { return nil }
      return LedgerCommand(
        .log(
          ActivityKey(person: person, id: id), logged(record, hidden: call[.isHidden]),
          zone: record.offset ?? call[.tableZone] ?? own),
        at: call.now, actor: person)
    }
    let answers = commands.isEmpty ? [] : try await call.backend.ledger.perform(commands)
    guard answers.count == commands.count else { throw Problem.unexpectedAnswer }
    var results: [JSONValue] = []
    var next = 0
    for (line, walk) in walks {
      let place = line.map { [("line", JSONValue.integer($0))] } ?? []
      switch walk {
      case .refused(let message):
        results.append(.object(place + result(nil, "rejected", Problem(.invalid, message), call)))
      case .known:
        results.append(.object(place + [("id", .null), ("status", .string("repeated"))]))
      case .toLog:
        results.append(
          .object(place + (try await result(answers[next], of: commands[next], call))))
        next += 1
      }
    }
    let passed = passedOver.map { [("passedOver", JSONValue.integer($0))] } ?? []
    return .json(.object([("results", .array(results))] + passed))
  }

  private static func logged(_ record: ActivityRecord, hidden: Bool) -> ActivityContent {
    var record = record
    if hidden { record.isPrivate = true }
    return ActivityContent(record)
  }

  /// - Throws: `invalid-parameter`.
  private static func tableZone(_ call: Call) throws(Problem) -> Zone? {
    guard let name = call[.tableZone] else { return nil }
    do throws(ZoneError) { return try call.backend.zones.zone(named: name) } catch {
      throw .parameter(.tableZone, error.message)
    }
  }

  /// The walks of a table's rows, each with its id.
  ///
  /// A row without one is the walk of its content that has its number among such rows.
  private static func identified(
    _ table: ActivityTable, of person: PersonID, hidden: Bool, _ call: Call
  ) async throws -> [(line: Int?, walk: Walk)] {
    let contents = table.rows.map { row -> ActivityContent? in
      guard row.id == nil, case .success(let record) = row.walk else { return nil }
      return logged(record, hidden: hidden)
    }
    var known = try await KnownWalks(
      of: contents.compactMap { $0 }.map { (person, $0) }, in: call.backend.ledger)
    var occurrences: [ActivityContent: Int] = [:]
    return zip(table.rows, contents).map { row, content in
      switch row.walk {
      case .failure(let refusal): return (row.line, .refused(refusal.message))
      case .success(let record):
        if let id = row.id { return (row.line, .toLog(id, record)) }
        guard let content else { return (row.line, .known) }
        let number = occurrences[content, default: 0] + 1
        occurrences[content] = number
        guard let id = known.newID(for: content, by: person, occurrence: number) else {
          return (row.line, .known)
        }
        return (row.line, .toLog(id, record))
      }
    }
  }

  /// Reads a file. To be called off the threads that serve.
  ///
  /// - Throws: `invalid` for a file that is neither a recording nor a table, or cannot be read; `limit`.
  private static func read(
    _ bytes: [UInt8], _ counted: CountedDistance, _ columns: ActivityColumns, zone: Zone?
  ) throws(Problem) -> Content {
    let most = RouteReading.unpackedBytes(of: bytes)
    let file: [UInt8]
    do throws(PackedFile.Fault) { file = try PackedFile.withoutGzip(bytes, most: most) } catch {
      throw Problem(.invalid, "the file: \(error.message)")
    }
    guard SourceFormat.isRecording(file) else {
      return .table(try ActivityTable(file, columns, zone: zone))
    }
    let document = RouteReader.read(file, thoroughly: true)
    if let error = document.errors.first {
      let place = FilePlace.text(
        "the file", line: error.line, column: error.column, offset: error.offset)
      throw Problem(.invalid, "\(place): \(ParameterWords.said(error.message))")
    }
    let walks = RecordedWalk.walks(in: document)
    let limit = LedgerLimits.standard.batchActivities
    guard walks.count <= limit else {
      throw Problem(.limit, "the file has \(walks.count) walks; the limit is \(limit)")
    }
    return .recordings(
      walks.map { walk in
        Result { () throws(RecordedWalk.Fault) in try walk.get().record(counting: counted) }
      })
  }

  private static func result(
    _ answer: Result<LedgerAnswer, LedgerError>, of command: LedgerCommand, _ call: Call
  ) async throws -> [(String, JSONValue)] {
    switch answer {
    case .success(.logged(let logged, let isRepeat)):
      return [
        ("id", .string(logged.key.id.description)),
        ("status", .string(isRepeat ? "repeated" : "created")),
        ("result", try await ActivityJSON.result(logged, call.backend.routeCache)),
      ]
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
  ) -> [(String, JSONValue)] {
    [
      ("id", .optional(id?.description)), ("status", .string(status)),
      ("problem", problem.json(requestID: call.requestID)),
    ]
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
