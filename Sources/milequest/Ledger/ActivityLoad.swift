import Batch
import CivilTime
import Formats
import Geodesy
import Quests

/// What teams and persons that are not there yet are created with.
struct Founding: Sendable {
  struct QuestTerms: Sendable {
    let name: String
    let start: CivilTime.Instant
    let end: CivilTime.Instant
    let zone: String
    let plan: QuestPlan
  }

  /// Since when they walk.
  let since: CivilTime.Instant
  /// Whether persons who are known by a name get an account that has it: a commit for each.
  let keepsNames: Bool
  /// The quest of each team; nil for none.
  var quest: QuestTerms?
}

/// What an import came to.
struct LoadReport {
  var rows = 0
  var logged = 0
  var repeated = 0
  /// Rows that were left out, by why, with the first lines of each.
  var rejected: [String: (count: Int, lines: [Int])] = [:]
  var teamsCreated = 0
  var seconds = 0.0

  var rejectedCount: Int { rejected.values.reduce(0) { $0 + $1.count } }
  private var rowsPerSecond: Int { seconds > 0 ? Int(Double(rows) / seconds) : 0 }

  mutating func reject(_ line: Int, _ why: String) {
    rejected[why, default: (0, [])].count += 1
    if rejected[why, default: (0, [])].lines.count < 3 { rejected[why]?.lines.append(line) }
  }

  var text: String {
    "\(Figures.grouped(rows)) rows in \(Figures.degrees(seconds, decimals: 1)) s, "
      + "\(Figures.grouped(rowsPerSecond)) rows/s: \(Figures.grouped(logged)) logged, "
      + "\(Figures.grouped(repeated)) repeated, \(Figures.grouped(rejectedCount)) rejected"
      + (teamsCreated > 0 ? "; \(Figures.grouped(teamsCreated)) teams created" : "") + "\n"
  }

  var json: JSONValue {
    .object([
      ("rows", .integer(rows)), ("rowsPerSecond", .integer(rowsPerSecond)),
      ("seconds", .number(seconds)), ("logged", .integer(logged)),
      ("repeated", .integer(repeated)), ("rejected", .integer(rejectedCount)),
      ("teamsCreated", .integer(teamsCreated)),
    ])
  }
}

/// Brings a file of walks into the ledger: batches of rows, several of them under way at once, so
/// that the store can fold them into few commits.
struct ActivityLoad {
  let store: any AnyStore
  let zone: String
  let founding: Founding?
  let skipsBadRows: Bool

  /// Rows that are read ahead and put in the order of their teams before they go to the store: a
  /// commit then touches the pages of few teams. The rows of one team keep their order.
  private static let window = 64_000
  /// Batches under way at once.
  private static let batchesInFlight = 4
  private static let mostTries = 6

  /// Rows that go to the store together.
  private struct Batch: Sendable {
    /// What must be there before the walks: commands for one team each, kept together.
    var foundings: [[LedgerCommand]] = []
    var walks: [LedgerCommand] = []
    var lines: [Int] = []
  }

  /// - Throws: `badData` with the line of the first bad row, unless those are skipped; what is under
  ///   way by then is stored.
  func run(_ file: ActivityFile) async throws -> LoadReport {
    var report = LoadReport()
    let begin = ContinuousClock.now
    let bar = ProgressBar()
    defer { bar?.finish() }
    try await file.read { reader, size in
      if !reader.hasActivities {
        StandardError.write(
          "\(file.path): no column activity_id: ids are derived from each row's content and line")
      }
      var roster = Roster(store: store, zone: zone, founding: founding)
      var window: [ActivityRecord] = []
      var firstBad: Failure?
      try await withThrowingTaskGroup(of: Outcome.self) { group in
        var inFlight = 0
        var sent = 0
        func settle() async throws {
          guard let outcome = try await group.next() else { return }
          inFlight -= 1
          report.logged += outcome.logged
          report.repeated += outcome.repeated
          for (line, why) in outcome.refused {
            report.reject(line, why)
            if !skipsBadRows, firstBad == nil { firstBad = file.failure(line: line, why) }
          }
        }
        func send(_ batch: [ActivityRecord]) async throws {
          let (prepared, strangers) = try await prepare(batch, &roster)
          for (line, why) in strangers {
            report.reject(line, why)
            if !skipsBadRows, firstBad == nil { firstBad = file.failure(line: line, why) }
          }
          if inFlight == Self.batchesInFlight { try await settle() }
          group.addTask { try await perform(prepared) }
          inFlight += 1
          sent += batch.count
          let share = size > 0 ? Double(reader.bytesRead) / Double(size) : 0
          let rate = Double(sent) / seconds(since: begin)
          bar?.show(
            "\(Figures.grouped(sent)) rows, \(Figures.grouped(Int(rate))) rows/s",
            share: share * Double(sent) / Double(max(report.rows, 1)))
        }
        func empty() async throws {
          let rows = window.sorted { ($0.team, $0.line) < ($1.team, $1.line) }
          window.removeAll(keepingCapacity: true)
          let most = LedgerLimits.standard.batchActivities
          for start in stride(from: 0, to: rows.count, by: most) where firstBad == nil {
            try await send(Array(rows[start..<min(start + most, rows.count)]))
          }
        }
        while firstBad == nil, let row = try reader.next() {
          report.rows += 1
          switch row {
          case .success(let record): window.append(record)
          case .failure(let bad):
            if skipsBadRows {
              report.reject(bad.line, bad.fault.message(limits: .standard))
            } else {
              firstBad = file.failure(bad)
            }
          }
          if window.count == Self.window { try await empty() }
        }
        if firstBad == nil { try await empty() }
        while inFlight > 0 { try await settle() }
      }
      report.teamsCreated = roster.teamsCreated
      if let firstBad { throw firstBad }
    }
    report.seconds = seconds(since: begin)
    for (why, bad) in report.rejected.sorted(by: { $0.key < $1.key }) {
      let lines = bad.lines.map(String.init).joined(separator: ", ")
      StandardError.write(
        "left out \(RouteInput.count(bad.count, "row")): \(why) (line\(bad.count == 1 ? "" : "s") "
          + "\(lines)\(bad.count > bad.lines.count ? ", …" : ""))")
    }
    return report
  }

  private func seconds(since begin: ContinuousClock.Instant) -> Double {
    let (whole, attoseconds) = (ContinuousClock.now - begin).components
    return Double(whole) + Double(attoseconds) * 1e-18
  }

  // MARK: Before the store

  private func prepare(
    _ records: [ActivityRecord], _ roster: inout Roster
  ) async throws -> (Batch, strangers: [(Int, String)]) {
    var batch = Batch()
    var strangers: [(Int, String)] = []
    let now = CivilTime.Instant.now
    batch.foundings = try await roster.admit(records, at: now)
    for record in records {
      switch roster.walker(of: record) {
      case .failure(let stranger): strangers.append((record.line, stranger.message))
      case .success(let person):
        let key = ActivityKey(person: person, id: Self.id(of: record, by: person))
        let content = ActivityContent(
          start: CivilTime.Instant(microseconds: record.instant), distance: record.distance,
          durationSeconds: record.durationSeconds, source: record.source, note: record.note,
          isPrivate: record.isPrivate)
        batch.walks.append(LedgerCommand(.log(key, content, zone: zone), at: now, actor: person))
        batch.lines.append(record.line)
      }
    }
    return (batch, strangers)
  }

  /// The id in the row, or one that is the same whenever the same file is read.
  private static func id(of record: ActivityRecord, by person: PersonID) -> ActivityID {
    if let text = record.activity { return ActivityID(text) ?? .named("activity", text) }
    let content =
      "row\0\(record.line)\0\(record.instant)\0\(record.distance.micrometers)\0"
      + "\(record.durationSeconds ?? -1)\0\(record.isPrivate)\0\(record.source ?? "")\0"
      + "\(record.note ?? "")"
    return .derived(from: Array(content.utf8) + person.bytes)
  }

  // MARK: At the store

  private struct Outcome: Sendable {
    var logged = 0
    var repeated = 0
    var refused: [(Int, String)] = []
  }

  private func perform(_ batch: Batch) async throws -> Outcome {
    let most = LedgerLimits.standard.batchActivities
    var together: [LedgerCommand] = []
    for (index, commands) in batch.foundings.enumerated() {
      together += commands
      let next = index + 1 < batch.foundings.count ? batch.foundings[index + 1].count : most
      if together.count + next > most {
        for result in try await send(together) { _ = try result.get() }
        together = []
      }
    }
    var outcome = Outcome()
    for (line, result) in zip(batch.lines, try await send(batch.walks)) {
      switch result {
      case .success(.logged(_, let isRepeat)):
        if isRepeat { outcome.repeated += 1 } else { outcome.logged += 1 }
      case .success: break
      case .failure(let error): outcome.refused.append((line, error.message))
      }
    }
    return outcome
  }

  /// Tries again what a later try may do; nothing is done twice, for every command names its id.
  private func send(
    _ commands: [LedgerCommand]
  ) async throws -> [Result<LedgerAnswer, LedgerError>] {
    if commands.isEmpty { return [] }
    var tries = 1
    while true {
      do {
        let results = try await store.perform(commands)
        let lost = results.contains {
          if case .failure(let error) = $0 { Self.mayPass.contains(error.code) } else { false }
        }
        if !lost || tries == Self.mostTries { return results }
      } catch {
        guard tries < Self.mostTries, Self.mayPass.contains(error.code) else { throw error }
      }
      try await Task.sleep(for: .milliseconds(100 << tries))
      tries += 1
    }
  }

  private static let mayPass: Set<LedgerError.Code> = [
    .overloaded, .timeout, .unknownOutcome, .unreachable,
  ]
}
