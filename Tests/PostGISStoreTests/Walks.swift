import CivilTime
import Foundation
import Geodesy
import PostGISStore
import Quests
import Routes
import TestSupport
import Testing

/// Teams with a quest each, and walks for them.
struct Walks: Sendable {
  /// 2026-05-04T12:00Z.
  static let dawn = Instant(microseconds: 1_777_896_000_000_000)
  static let now = dawn.advanced(bySeconds: 864_000)

  var teams: [TeamID] = []
  var quests: [QuestID] = []
  /// Each is in two of the teams.
  var people: [PersonID] = []

  init(_ store: PostGISStore, teams count: Int, people: Int) async throws {
    var random = SystemRandomNumberGenerator()
    for _ in 0..<people { self.people.append(.random(using: &random)) }
    let scale = try Scale(
      questLength: Distance(micrometers: 1_000_000_000_000),
      officialLength: Distance(micrometers: 1_000_000_000_000))
    let plan = try QuestPlan(
      route: RouteVersion(route: RouteID(high: 7, low: 7), version: 1), course: .once,
      scale: scale, waypoints: [])
    for number in 0..<count {
      let (team, quest) = (TeamID.random(using: &random), QuestID.random(using: &random))
      teams.append(team)
      quests.append(quest)
      let members = self.people.indices.filter {
        $0 % count == number || ($0 + 1) % count == number
      }
      var actions: [LedgerCommand.Action] = [
        .createTeam(team, name: "Team \(number)", isPublic: false, founder: self.people[members[0]])
      ]
      actions += members.dropFirst().map {
        .join(team, self.people[$0], .member, from: Self.dawn)
      }
      actions.append(
        .createQuest(
          QuestDraft(
            id: quest, team: team, name: "Quest \(number)", start: Self.dawn,
            end: Self.dawn.advanced(bySeconds: 8_640_000), zone: "Europe/London", plan: plan)))
      for result in try await store.perform(
        actions.map { LedgerCommand($0, at: Self.dawn, actor: nil) })
      { _ = try result.get() }
    }
  }

  /// The n-th walk, always the same one.
  func walk(_ number: Int) -> (key: ActivityKey, content: ActivityContent) {
    let key = ActivityKey(
      person: people[number % people.count],
      id: ActivityID(high: 0x1234_0000_0000_4000, low: UInt64(number)))
    return (
      key,
      ActivityContent(
        start: Self.dawn.advanced(bySeconds: Int64(60 + number % 800_000)),
        distance: Distance(micrometers: 1_000_000 + Int64(number)))
    )
  }

  func command(_ number: Int) -> LedgerCommand {
    let walk = walk(number)
    return LedgerCommand(
      .log(walk.key, walk.content, zone: "UTC"), at: Self.now, actor: walk.key.person)
  }

  /// What the walks with these numbers come to in each team's quest.
  func totals(_ numbers: some Sequence<Int>) -> [Int64] {
    var totals = [Int64](repeating: 0, count: teams.count)
    for number in numbers {
      let person = number % people.count
      let distance = walk(number).content.distance.micrometers
      for team in Set([person % teams.count, (person + 1) % teams.count]) {
        totals[team] += distance
      }
    }
    return totals
  }
}

/// Numbers that several tasks put down.
final class Tally: @unchecked Sendable {
  private let lock = NSLock()
  private var numbers: Set<Int> = []
  private var last = 0

  func insert(_ number: Int) { _ = lock.withLock { numbers.insert(number) } }
  func next() -> Int {
    lock.withLock {
      last += 1
      return last
    }
  }
  var all: Set<Int> { lock.withLock { numbers } }

  /// Waits until thirty more are there.
  func grows(at location: SourceLocation = #_sourceLocation) async {
    let most = all.count + 30
    let hasGrown = await eventually { () async in all.count >= most }
    #expect(hasGrown, sourceLocation: location)
  }
}

/// What one task raises and others look at.
final class Flag: @unchecked Sendable {
  private let lock = NSLock()
  private var value = false

  var isRaised: Bool { lock.withLock { value } }
  func raise() { lock.withLock { value = true } }
}
