import CivilTime
import Foundation
import Geodesy
import Quests
import SQLiteStore

// Logs walks into a store from many callers at once until it is killed, and says on standard output
// which were acknowledged: `person activity micrometres`, a line each. For tests that kill it.
//
//   ledger-writer FILE CALLERS ROUND

guard CommandLine.arguments.count == 4, let callers = Int(CommandLine.arguments[2]),
  let round = UInt64(CommandLine.arguments[3])
else { exit(64) }
let store = try EmbeddedStore(path: CommandLine.arguments[1])
let dawn = Instant(microseconds: 1_777_896_000_000_000)
let now = dawn.advanced(bySeconds: 50 * 86_400)
let people = (1...6).map { PersonID(high: 1, low: $0) }

// Two teams that share members; the same again does nothing.
let scale = try Scale(
  questLength: Distance(micrometers: 2_000_000_000_000),
  officialLength: Distance(micrometers: 3_000_000_000_001))
let plan = try QuestPlan(
  route: RouteVersion(route: RouteID(high: 1, low: 1), version: 1), course: .once, scale: scale,
  waypoints: (1..<200).map { index in
    let place = Distance(micrometers: 15_000_000_000 * Int64(index))
    return Milestone(
      key: .waypoint(index, pass: 1), name: nil, place: place,
      threshold: scale.threshold(at: place))
  })
for number in 1...2 as ClosedRange<UInt64> {
  let team = TeamID(high: 1, low: number)
  var actions: [LedgerCommand.Action] = [
    .createTeam(team, name: "Team", founder: people[Int(number) - 1])
  ]
  actions += people.filter { $0 != people[Int(number) - 1] && $0.low % 3 != number }
    .map { .join(team, $0, .member, from: dawn) }
  actions.append(
    .createQuest(
      QuestDraft(
        id: QuestID(high: 1, low: number), team: team, name: "Quest", start: dawn,
        end: dawn.advanced(bySeconds: 100 * 86_400), zone: "America/New_York", plan: plan)))
  for action in actions {
    _ = try await store.perform(LedgerCommand(action, at: dawn, actor: nil))
  }
}

try await withThrowingTaskGroup(of: Void.self) { group in
  for caller in 0..<callers {
    group.addTask {
      var random = SystemRandomNumberGenerator()
      var number: UInt64 = 0
      while true {
        number += 1
        let key = ActivityKey(
          person: people.randomElement(using: &random) ?? people[0],
          id: ActivityID(high: round << 16 | UInt64(caller), low: number))
        let content = ActivityContent(
          start: dawn.advanced(bySeconds: Int64.random(in: 0...4_000_000, using: &random)),
          distance: Distance(micrometers: Int64.random(in: 1...9_000_000, using: &random)),
          isPrivate: Bool.random(using: &random))
        let command = LedgerCommand(
          .log(key, content, zone: "Asia/Kathmandu"), at: now, actor: key.person)
        _ = try await store.perform(command)
        let line = "\(key.person) \(key.id) \(content.distance.micrometers)\n"
        // One write of a short line is not torn.
        FileHandle.standardOutput.write(Data(line.utf8))
        if number % 10 == 0 {
          _ = try await store.perform(
            LedgerCommand(.delete(key, expectedRevision: nil), at: now, actor: key.person))
        }
      }
    }
  }
  try await group.waitForAll()
}
