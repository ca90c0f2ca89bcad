import CivilTime
import Foundation
import Geodesy
import Quests
import Routes

/// An empty store under test, and what a test must do to it behind its back.
public struct Subject: Sendable {
  public var store: any LedgerStore
  /// Another on the same data, as another process has it.
  public var second: any LedgerStore
  /// Adds a micrometre to the stored total of a quest, past the rules.
  public var damageTotal: @Sendable (QuestID) async throws -> Void
  /// Removes a counted contribution of a quest, past the rules.
  public var loseContribution: @Sendable (QuestID) async throws -> Void
  /// Counts a walk of a person once more, past the rules.
  public var damageWalkCount: @Sendable (PersonID) async throws -> Void
  /// Counts the rows of the trail and of the events that name a person, past the rules.
  public var namings: @Sendable (PersonID) async throws -> Int

  public init(
    store: any LedgerStore, second: any LedgerStore,
    damageTotal: @escaping @Sendable (QuestID) async throws -> Void,
    loseContribution: @escaping @Sendable (QuestID) async throws -> Void,
    damageWalkCount: @escaping @Sendable (PersonID) async throws -> Void,
    namings: @escaping @Sendable (PersonID) async throws -> Int
  ) {
    self.store = store
    self.second = second
    self.damageTotal = damageTotal
    self.loseContribution = loseContribution
    self.damageWalkCount = damageWalkCount
    self.namings = namings
  }
}

extension SplitMix64 {
  mutating func chance(_ percent: Int) -> Bool { int(0...99) < percent }
}

/// People, a team and a quest that most cases begin with.
struct World {
  let store: any LedgerStore
  var random: SplitMix64
  /// 2026-05-04T12:00Z, a Monday.
  static let dawn = Instant(microseconds: 1_777_896_000_000_000)
  static let day: Int64 = 86_400

  init(_ store: any LedgerStore, _ name: String) {
    self.store = store
    random = SplitMix64(name)
  }

  mutating func id<S>() -> Identifier<S> { .random(using: &random) }

  /// A plan with waypoints at every tenth of a length in metres.
  static func plan(meters: Int64, questMeters: Int64? = nil) throws -> QuestPlan {
    let scale = try Scale(
      questLength: Distance(micrometers: (questMeters ?? meters) * 1_000_000),
      officialLength: Distance(micrometers: meters * 1_000_000))
    let waypoints = (1..<10).map { index in
      let place = Distance(micrometers: meters * 100_000 * Int64(index))
      return Milestone(
        key: .waypoint(index - 1, pass: 1), name: "Hut \(index)", place: place,
        threshold: scale.threshold(at: place))
    }
    return try QuestPlan(
      route: RouteVersion(route: RouteID(high: 7, low: 7), version: 1), course: .once,
      scale: scale, waypoints: waypoints)
  }

  func tell(
    _ action: LedgerCommand.Action, at now: Instant = dawn, by actor: PersonID? = nil
  ) async throws -> LedgerAnswer {
    try await store.perform(LedgerCommand(action, at: now, actor: actor))
  }

  /// The code that a command is refused with, or nil.
  func refusal(
    _ action: LedgerCommand.Action, at now: Instant = dawn, by actor: PersonID? = nil
  ) async -> LedgerError.Code? {
    do {
      _ = try await store.perform(LedgerCommand(action, at: now, actor: actor))
      return nil
    } catch { return error.code }
  }

  mutating func team(of people: [PersonID], at now: Instant = dawn) async throws -> TeamID {
    let team: TeamID = id()
    _ = try await tell(
      .createTeam(team, name: "Long Haulers", isPublic: false, founder: people[0]), at: now)
    for person in people.dropFirst() {
      _ = try await tell(.join(team, person, .member, from: now), at: now)
    }
    return team
  }

  func draft(
    _ id: QuestID, _ team: TeamID, meters: Int64, from start: Instant = dawn, days: Int64 = 100,
    zone: String = "Pacific/Auckland", name: String = "Te Araroa"
  ) throws -> QuestDraft {
    QuestDraft(
      id: id, team: team, name: name, start: start, end: start.advanced(bySeconds: days * Self.day),
      zone: zone, plan: try Self.plan(meters: meters))
  }

  mutating func quest(
    for team: TeamID, meters: Int64, from start: Instant = dawn, days: Int64 = 100,
    at now: Instant = dawn
  ) async throws -> QuestID {
    let quest: QuestID = id()
    _ = try await tell(
      .createQuest(draft(quest, team, meters: meters, from: start, days: days)), at: now)
    return quest
  }

  static func walk(
    _ meters: Int64, after seconds: Int64, note: String? = nil, isPrivate: Bool = false
  ) -> ActivityContent {
    ActivityContent(
      start: dawn.advanced(bySeconds: seconds), distance: Distance(micrometers: meters * 1_000_000),
      durationSeconds: 3600, source: "test", note: note, isPrivate: isPrivate)
  }

  func log(
    _ key: ActivityKey, _ content: ActivityContent,
    at now: Instant = dawn.advanced(bySeconds: 864_000),
    zone: String = "Europe/London"
  ) async throws -> (answer: ActivityAnswer, isRepeat: Bool) {
    guard
      case .logged(let answer, let isRepeat) = try await tell(
        .log(key, content, zone: zone), at: now)
    else { throw LedgerError(.store, "logging was answered with something else") }
    return (answer, isRepeat)
  }
}
