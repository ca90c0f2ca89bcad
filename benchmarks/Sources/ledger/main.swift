import CivilTime
import Foundation
import Geodesy
import PostGISStore
import Quests
import SQLiteStore

// What a durable walk costs in a store: one commit each, and shared by many callers. The store is the
// embedded one, or an empty database of PostgreSQL where a URL is given.
//
//   ledger [SECONDS] [TEAMS] [URL]
//
// Medians of three rounds of so many seconds for each way of writing.
//
// Or what one read of a random team's progress costs in stores that are there, by turns:
//
//   ledger read STORE…

if CommandLine.arguments.dropFirst().first == "read" {
  try await compareReads(Array(CommandLine.arguments.dropFirst(2)), rounds: 100, each: 100)
  exit(0)
}

let seconds = CommandLine.arguments.dropFirst().first.flatMap(Double.init) ?? 5
let teamCount = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 1_000
let dawn = Instant(microseconds: 1_777_896_000_000_000)
let now = dawn.advanced(bySeconds: 50 * 86_400)

func person(_ number: Int) -> PersonID { PersonID(high: 0x5050, low: UInt64(number)) }

func command(_ number: Int, _ random: inout some RandomNumberGenerator) -> LedgerCommand {
  LedgerCommand(
    .log(
      ActivityKey(
        person: person(Int.random(in: 0..<teamCount * 4, using: &random)),
        id: .random(using: &random)),
      ActivityContent(
        start: dawn.advanced(byMicroseconds: Int64(number) * 1_000),
        distance: Distance(micrometers: Int64.random(in: 1...9_000_000_000, using: &random)),
        durationSeconds: 3_600, source: "bench"), zone: "Europe/London"),
    at: now, actor: nil)
}

func begin(_ store: any LedgerStore) async throws {
  let scale = try Scale(
    questLength: Distance(micrometers: 3_500_000_000_000),
    officialLength: Distance(micrometers: 3_500_000_000_000))
  let waypoints = (1...40).map { index in
    let place = Distance(micrometers: 85_000_000_000 * Int64(index))
    return Milestone(
      key: .waypoint(index, pass: 1), name: "Waypoint \(index)", place: place,
      threshold: scale.threshold(at: place))
  }
  let plan = try QuestPlan(
    route: RouteVersion(route: RouteID(high: 1, low: 1), version: 1), course: .once, scale: scale,
    waypoints: waypoints)
  for first in stride(from: 0, to: teamCount, by: 100) {
    var commands: [LedgerCommand] = []
    for team in first..<min(first + 100, teamCount) {
      let id = TeamID(high: 0x7E, low: UInt64(team))
      var actions: [LedgerCommand.Action] = [
        .createTeam(id, name: "Team \(team)", isPublic: false, founder: person(team * 4))
      ]
      for member in 1..<4 {
        actions.append(.join(id, person(team * 4 + member), .member, from: dawn))
      }
      actions.append(
        .createQuest(
          QuestDraft(
            id: QuestID(high: 0x9E, low: UInt64(team)), team: id, name: "Quest", start: dawn,
            end: dawn.advanced(bySeconds: 100 * 86_400), zone: "Europe/London", plan: plan)))
      commands += actions.map { LedgerCommand($0, at: dawn, actor: nil) }
    }
    for result in try await store.perform(commands) { _ = try result.get() }
  }
}

/// Walks a second with so many callers, each sending some walks and waiting for their answers.
func rate(_ store: any LedgerStore, callers: Int, batch: Int, from start: inout Int) async throws
  -> Double
{
  let begin = ContinuousClock.now
  let end = begin + .seconds(seconds)
  let base = start
  let counts = try await withThrowingTaskGroup(of: Int.self) { group in
    for caller in 0..<callers {
      group.addTask {
        var random = SystemRandomNumberGenerator()
        var count = 0
        while ContinuousClock.now < end {
          let commands = (0..<batch).map { _ in
            count += 1
            return command(base + count * callers + caller, &random)
          }
          for result in try await store.perform(commands) { _ = try result.get() }
        }
        return count
      }
    }
    return try await group.reduce(into: [Int]()) { $0.append($1) }
  }
  let took = (ContinuousClock.now - begin) / .seconds(1)
  let count = counts.reduce(0, +)
  start += ((counts.max() ?? 0) + 1) * callers
  return Double(count) / took
}

let folder = NSTemporaryDirectory() + "milequest-bench-\(UUID().uuidString)"
try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
defer { try? FileManager.default.removeItem(atPath: folder) }
let url = CommandLine.arguments.dropFirst(3).first
let store: any LedgerStore
if let url {
  store = try await PostGISStore.open(url: url)
} else {
  store = try SQLiteStore(path: folder + "/ledger.sqlite")
}
try await begin(store)

func row(_ name: String, _ rate: Double, _ one: Double) {
  let padded = name.padding(toLength: 34, withPad: " ", startingAt: 0)
  print(
    "\(padded)\(String(format: "%9.0f", rate)) walks/s \(String(format: "%6.1f", rate / one)) x")
}

/// Rounds of all ways of writing, so that a disk that is slow for a while is so for each of them.
func measure(_ store: any LedgerStore) async throws {
  let ways = [
    ("one caller, one commit each", 1, 1), ("32 callers", 32, 1), ("128 callers", 128, 1),
    ("one caller, batches of 1,000", 1, 1_000),
  ]
  var next = 0
  var rates = [[Double]](repeating: [], count: ways.count)
  for _ in 0..<3 {
    for (index, (_, callers, batch)) in ways.enumerated() {
      rates[index].append(try await rate(store, callers: callers, batch: batch, from: &next))
    }
  }
  let medians = rates.map { $0.sorted()[1] }
  for ((name, _, _), median) in zip(ways, medians) { row(name, median, medians[0]) }
}

try await measure(store)

let clock = ContinuousClock.now
let report = try await store.audit()
print(
  "audit of \(report.contributions) contributions of \(report.teams) teams: "
    + "\(report.isClean ? "clean" : "\(report.differenceCount) differences"), "
    + String(format: "%.1f s", (ContinuousClock.now - clock) / .seconds(1)))
if url != nil { exit(report.isClean ? 0 : 1) }
let size = try FileManager.default.attributesOfItem(atPath: folder + "/ledger.sqlite")[.size]
print("file: \((size as? Int ?? 0) / max(report.contributions, 1)) bytes a walk")
if !report.isClean { exit(1) }
