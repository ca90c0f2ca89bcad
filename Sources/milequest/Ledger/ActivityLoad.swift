import Batch
import CivilTime
import Formats
import Geodesy
import JSON
import Quests

/// What teams and persons that are not there yet are created with.
struct Founding: Sendable {
  struct QuestTerms: Sendable {
    let name: String
    let start: Instant
    let end: Instant
    let zone: String
    let plan: QuestPlan
  }

  /// Since when they walk.
  let since: Instant
  /// Whether persons who are known by a name get an account that has it: a commit for each.
  let keepsNames: Bool
  /// Whether strangers may see the teams.
  let isPublic: Bool
  /// The quest of each team; nil for none.
  var quest: QuestTerms?
}

/// What an import came to.
struct LoadReport {
  var rows = 0
  var logged = 0
  /// Rows that were in the ledger already.
  var repeated = LineSet()
  /// Rows that were stored beside a walk that differs from them by its distance alone.
  var otherDistances = LineSet()
  /// Rows that were left out, by why, with the first lines of each.
  var rejected: [String: (count: Int, lines: [Int])] = [:]
  var skippedTimes = SkippedTimes()
  /// The file of each walk, by its number from 1, where walks are no lines of a table.
  var recordings: [String] = []
  /// Rows of other sports, by what the table calls them.
  var passedOver: [String: Int] = [:]
  var teamsCreated = 0
  var seconds = 0.0

  var rejectedCount: Int { rejected.values.reduce(0) { $0 + $1.count } }
  private var rowsPerSecond: Int { seconds > 0 ? Int(Double(rows) / seconds) : 0 }

  mutating func reject(_ line: Int, _ why: String) {
    rejected[why, default: (0, [])].count += 1
    if rejected[why, default: (0, [])].lines.count < 3 { rejected[why]?.lines.append(line) }
  }

  /// Says on standard error which rows were in the ledger already.
  func nameRepeated() {
    if repeated.count == 0 { return }
    let most = 10
    if !recordings.isEmpty {
      let files = repeatedRecordings(atMost: most)
      StandardError.write(
        "in the ledger already: \(RouteInput.count(repeated.count, "walk")) "
          + "(\(files.joined(separator: ", "))\(repeated.count > most ? ", …" : ""))")
      return
    }
    StandardError.write(
      "in the ledger already: \(RouteInput.count(repeated.count, "row")) (\(Self.lines(repeated)))")
  }

  /// Says on standard error which rows have everything of a walk in the ledger but its distance.
  func nameOtherDistances() {
    if otherDistances.count == 0 { return }
    StandardError.write(
      "warning: \(RouteInput.count(otherDistances.count, "row")) differ by the distance alone from walks "
        + "that were in the ledger already (\(Self.lines(otherDistances))), and both count now: was the "
        + "table imported with another --unit or --decimal?")
  }

  /// The first lines of a set.
  private static func lines(_ set: LineSet) -> String {
    let most = 10
    let ranges = set.ranges(atMost: most + 1)
    let lines = ranges.prefix(most).map {
      $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)–\($0.upperBound)"
    }
    return "line\(set.count == 1 ? "" : "s") \(lines.joined(separator: ", "))"
      + (ranges.count > most ? ", …" : "")
  }

  /// The files of walks that were in the ledger already.
  private func repeatedRecordings(atMost most: Int) -> [String] {
    repeated.ranges(atMost: most).flatMap { $0 }.prefix(most).map { recordings[$0 - 1] }
  }

  /// Says on standard error how many rows are of sports that are no walks.
  func namePassedOver() {
    if passedOver.isEmpty { return }
    let sports = passedOver.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { "\($0.value) of “\($0.key)”" }
    StandardError.write("passed over, because it is no walk: \(sports.joined(separator: ", "))")
  }

  /// Says on standard error what was left out, and why.
  func nameRejected() {
    for (why, bad) in rejected.sorted(by: { $0.key < $1.key }) {
      let lines = bad.lines.map { recordings.isEmpty ? "\($0)" : recordings[$0 - 1] }
        .joined(separator: ", ")
      let (noun, place) =
        recordings.isEmpty ? ("row", bad.count == 1 ? "line " : "lines ") : ("walk", "")
      StandardError.write(
        "left out \(RouteInput.count(bad.count, noun)): \(why) (\(place)"
          + "\(lines)\(bad.count > bad.lines.count ? ", …" : ""))")
    }
  }

  var text: String {
    "\(Figures.grouped(rows)) rows in \(Figures.degrees(seconds, decimals: 1)) s, "
      + "\(Figures.grouped(rowsPerSecond)) rows/s: \(Figures.grouped(logged)) logged, "
      + "\(Figures.grouped(repeated.count)) repeated, \(Figures.grouped(rejectedCount)) rejected"
      + (teamsCreated > 0 ? "; \(Figures.grouped(teamsCreated)) teams created" : "") + "\n"
  }

  var json: JSONValue {
    .object([
      ("rows", .integer(rows)), ("rowsPerSecond", .integer(rowsPerSecond)),
      ("seconds", .number(seconds)), ("logged", .integer(logged)),
      ("repeated", .integer(repeated.count)),
      (
        "repeatedLines",
        .array(
          repeated.ranges(atMost: 1_000).map {
            .array([.integer($0.lowerBound), .integer($0.upperBound)])
          })
      ),
      (
        "repeatedFiles",
        .array(
          recordings.isEmpty ? [] : repeatedRecordings(atMost: 1_000).map(JSONValue.string))
      ),
      ("passedOver", .integer(passedOver.values.reduce(0, +))),
      ("rejected", .integer(rejectedCount)),
      ("skippedTimes", skippedTimes.json),
      ("teamsCreated", .integer(teamsCreated)),
    ])
  }
}

/// Brings walks into the ledger: batches of rows, several of them under way at once, so that the
/// store can fold them into few commits.
struct ActivityLoad {
  let store: any AnyStore
  /// That of walks that tell none themselves; nil takes that of the person's account.
  let zone: String?
  let founding: Founding?
  let skipsBadRows: Bool

  /// Rows whose teams and persons are looked up together.
  private static let rowsTogether = 16_000
  /// Batches under way at once.
  private static let batchesInFlight = 16
  private static let mostItems = LedgerLimits.standard.batchActivities
  private static let mostTries = 6

  /// A command, the team that it is about as the rows know it, and the line of a walk; nil for what
  /// makes team and walker be there before it.
  private struct Item: Sendable {
    let command: LedgerCommand
    let team: TeamID
    let line: Int?
  }

  /// - Throws: `badData` with the line of the first row that the ledger refuses, unless those are
  ///   skipped, and that of whoever ends the program; what is under way by then is stored.
  func run(
    _ rows: SortedActivities, of file: some WalkSource, _ report: inout LoadReport
  ) async throws {
    var sum = report
    let bar = ProgressBar()
    defer { bar?.finish() }
    let begin = ContinuousClock.now
    var roster = Roster(store: store, zone: zone, founding: founding)
    var firstBad: Failure?
    try await withThrowingTaskGroup(of: Outcome.self) { group in
      var inFlight = 0
      var sent = 0
      /// The last team under way, where something of it is founded there.
      var unsettled: TeamID?
      func reject(_ line: Int, _ why: String) {
        sum.reject(line, why)
        if !skipsBadRows, firstBad == nil { firstBad = file.failure(line: line, why) }
      }
      func settle() async throws {
        guard let outcome = try await group.next() else { return }
        inFlight -= 1
        sum.logged += outcome.logged
        for line in outcome.repeated { sum.repeated.insert(line) }
        for (line, why) in outcome.refused { reject(line, why) }
        if let fault = outcome.fault, firstBad == nil { firstBad = Failure(fault) }
      }
      func send(_ batch: ArraySlice<Item>) async throws {
        guard let first = batch.first, let last = batch.last else { return }
        // Batches may overtake each other, and a team must be there before its walks.
        let most = first.team == unsettled ? 1 : Self.batchesInFlight
        while inFlight >= most { try await settle() }
        if firstBad != nil { return }
        group.addTask { try await perform(batch) }
        inFlight += 1
        unsettled = batch.contains { $0.line == nil } ? last.team : nil
        sent += batch.count { $0.line != nil }
        let (seconds, _) = (ContinuousClock.now - begin).components
        bar?.show(
          "\(Figures.grouped(sent)) rows, \(Figures.grouped(sent / max(Int(seconds), 1))) rows/s",
          share: Double(sent) / Double(max(rows.count, 1)))
      }
      var ahead = try rows.next()
      while firstBad == nil, ahead != nil, Interruption.failure == nil {
        let together = try take(&ahead, of: rows)
        let now = Instant.now
        let foundings = try await roster.admit(together, at: now)
        var known = try await knownWalks(of: together, roster)
        var batch: [Item] = []
        for team in together.chunked(by: \.team) {
          let items = items(
            team, foundings: foundings, roster, &known, at: now, reject,
            isRepeated: { sum.repeated.insert($0) },
            hasOtherDistance: { sum.otherDistances.insert($0) })
          if batch.count + items.count > Self.mostItems {
            try await send(batch[...])
            batch = []
          }
          batch += items
          while batch.count > Self.mostItems {
            try await send(batch.prefix(Self.mostItems))
            batch.removeFirst(Self.mostItems)
          }
        }
        try await send(batch[...])
      }
      while inFlight > 0 { try await settle() }
    }
    sum.teamsCreated = roster.teamsCreated
    report = sum
    if let firstBad { throw firstBad }
    if let interruption = Interruption.failure { throw interruption }
  }

  // MARK: Before the store

  /// The next rows, those of one team together as long as they are not too many.
  private func take(
    _ ahead: inout SortedActivities.Row?, of rows: SortedActivities
  ) throws -> [SortedActivities.Row] {
    var taken: [SortedActivities.Row] = []
    while let row = ahead {
      let isSameTeam = taken.last?.team == row.team
      if taken.count >= Self.rowsTogether * (isSameTeam ? 2 : 1) { break }
      taken.append(row)
      ahead = try rows.next()
    }
    return taken
  }

  /// What is to be done for the rows of one team.
  private func items(
    _ rows: ArraySlice<SortedActivities.Row>, foundings: [TeamID: [LedgerCommand]],
    _ roster: Roster, _ known: inout KnownWalks, at now: Instant,
    _ reject: (Int, String) -> Void, isRepeated: (Int) -> Void, hasOtherDistance: (Int) -> Void
  ) -> [Item] {
    guard let team = rows.first?.team else { return [] }
    var items = (foundings[team] ?? []).map { Item(command: $0, team: team, line: nil) }
    for row in rows {
      let record = row.record
      switch roster.walker(of: row) {
      case .failure(let stranger): reject(record.line, stranger.message)
      case .success(let person):
        let content = ActivityContent(record)
        let id: ActivityID
        if let text = record.activity {
          id = ActivityID(text) ?? .named("activity", text)
        } else if let new = known.newID(for: content, by: person, occurrence: row.occurrence) {
          id = new
          if known.hasOtherDistance(than: content, by: person) { hasOtherDistance(record.line) }
        } else {
          isRepeated(record.line)
          continue
        }
        let command = LedgerCommand(
          .log(ActivityKey(person: person, id: id), content, zone: roster.zone(of: record)),
          at: now, actor: person)
        items.append(Item(command: command, team: team, line: record.line))
      }
    }
    return items
  }

  /// What of the rows without ids may be in the ledger already.
  private func knownWalks(
    of rows: [SortedActivities.Row], _ roster: Roster
  ) async throws -> KnownWalks {
    let walks = rows.compactMap { row -> (person: PersonID, content: ActivityContent)? in
      guard row.record.activity == nil, case .success(let person) = roster.walker(of: row) else {
        return nil
      }
      return (person, ActivityContent(row.record))
    }
    return try await KnownWalks(of: walks, in: store)
  }

  // MARK: At the store

  private struct Outcome: Sendable {
    var logged = 0
    /// Lines.
    var repeated: [Int] = []
    var refused: [(Int, String)] = []
    /// Why a team or a walker could not be made; what else was done stays counted.
    var fault: LedgerError?
  }

  private func perform(_ batch: ArraySlice<Item>) async throws -> Outcome {
    var outcome = Outcome()
    for (item, result) in zip(batch, try await send(batch.map(\.command))) {
      switch result {
      case .success(.logged(_, let isRepeat)):
        if !isRepeat {
          outcome.logged += 1
        } else if let line = item.line {
          outcome.repeated.append(line)
        }
      case .success: break
      case .failure(let error):
        if let line = item.line {
          outcome.refused.append((line, error.message))
        } else if outcome.fault == nil {
          outcome.fault = error
        }
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

extension RandomAccessCollection {
  /// Stretches of neighbours that have the same value.
  fileprivate func chunked(by value: (Element) -> some Equatable) -> [SubSequence] {
    var chunks: [SubSequence] = []
    var start = startIndex
    for index in indices where value(self[index]) != value(self[start]) {
      chunks.append(self[start..<index])
      start = index
    }
    if start < endIndex { chunks.append(self[start...]) }
    return chunks
  }
}
