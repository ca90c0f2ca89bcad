import CivilTime
import Geodesy
import Quests
import Routes

/// Walks that follow from a seed, so that whoever knows it can tell what any of them must be.
struct Load: Sendable {
  let seed: UInt64

  static let dawn = Instant(microseconds: 1_777_896_000_000_000)
  static let now = dawn.advanced(bySeconds: 50 * 86_400)
  static let teams = 16
  static let people = teams * 4
  /// No run sends as many.
  static let walksInRun: UInt64 = 1_000_000
  /// Each walk of a block is sent twice, in a shuffled order.
  static let block = 128

  static func person(_ number: Int) -> PersonID { PersonID(high: 0x5050, low: UInt64(number)) }
  static func team(_ number: Int) -> TeamID { TeamID(high: 0x7E, low: UInt64(number)) }
  static func quest(_ team: Int) -> QuestID { QuestID(high: 0x9E, low: UInt64(team)) }

  /// The first of every four is in two teams.
  static func teams(of person: Int) -> [Int] {
    let own = person / 4
    return person % 4 == 0 ? [own, (own + 1) % teams] : [own]
  }

  /// Steele, Lea and Flood's mixing function (2014).
  func mixed(_ number: UInt64, _ stream: UInt64) -> UInt64 {
    var z = seed &+ stream &* 0xD134_2543_DE82_EF95 &+ number &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  func person(ofWalk number: UInt64) -> Int { Int(mixed(number, 1) % UInt64(Self.people)) }

  /// The id carries the number, so that what is stored tells which walk it claims to be.
  func key(_ number: UInt64) -> ActivityKey {
    ActivityKey(
      person: Self.person(person(ofWalk: number)),
      id: ActivityID(high: mixed(number, 2), low: number))
  }

  func content(_ number: UInt64) -> ActivityContent {
    ActivityContent(
      start: Self.dawn.advanced(byMicroseconds: Int64(number) * 1_000),
      distance: Distance(micrometers: Int64(1 + mixed(number, 3) % 9_000_000_000)),
      durationSeconds: 3_600, source: "crash", isPrivate: mixed(number, 4) % 8 == 0)
  }

  func command(_ number: UInt64) -> LedgerCommand {
    LedgerCommand(
      .log(key(number), content(number), zone: "Europe/London"), at: Self.now, actor: nil)
  }

  /// The numbers that a block sends.
  func numbers(ofBlock block: UInt64, run: UInt64) -> [UInt64] {
    let first = run * Self.walksInRun + block * UInt64(Self.block)
    var numbers = (0..<UInt64(Self.block)).flatMap { [first + $0, first + $0] }
    for index in numbers.indices.dropFirst().reversed() {
      numbers.swapAt(index, Int(mixed(first + UInt64(index), 5) % UInt64(index + 1)))
    }
    return numbers
  }

  /// Creates teams and quests where an earlier run has not.
  static func begin(_ store: any LedgerStore) async throws {
    let length = Distance(micrometers: 3_500_000_000_000)
    let scale = try Scale(questLength: length, officialLength: length)
    let waypoints = (1...40).map { index in
      let place = Distance(micrometers: 85_000_000_000 * Int64(index))
      return Milestone(
        key: .waypoint(index, pass: 1), name: "Waypoint \(index)", place: place,
        threshold: scale.threshold(at: place))
    }
    let plan = try QuestPlan(
      route: RouteVersion(route: RouteID(high: 1, low: 1), version: 1), course: .once,
      scale: scale, waypoints: waypoints)
    for number in 0..<teams {
      let members = (0..<people).filter { teams(of: $0).contains(number) }
      var actions: [LedgerCommand.Action] = [
        .createTeam(
          team(number), name: "Team \(number)", isPublic: false, founder: person(members[0]))
      ]
      actions += members.dropFirst().map { .join(team(number), person($0), .member, from: dawn) }
      actions.append(
        .createQuest(
          QuestDraft(
            id: quest(number), team: team(number), name: "Quest", start: dawn,
            end: dawn.advanced(bySeconds: 100 * 86_400), zone: "Europe/London", plan: plan)))
      // One by one: each needs what the one before it has made.
      for action in actions {
        let results = try await store.perform([LedgerCommand(action, at: dawn, actor: nil)])
        // An earlier run may have done this.
        if case .failure(let error) = results[0], error.code != .alreadyMember { throw error }
      }
    }
  }

  /// A first answer in one word: what it said about each quest.
  static func text(_ answer: ActivityAnswer) -> String {
    answer.deltas.map {
      "\($0.team):\($0.totalBefore.micrometers)-\($0.totalAfter.micrometers)"
        + "@\($0.versionBefore)-\($0.versionAfter)"
    }.joined(separator: ",")
  }
}
