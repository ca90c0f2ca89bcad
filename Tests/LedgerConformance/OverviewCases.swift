import CivilTime
import Geodesy
import Quests
import Testing

extension World {
  /// What is shown of a quest is of one state, has nobody's private walk under a name, and comes with
  /// a version that rises with each change of it.
  func overviews() async throws {
    var world = self
    let (ann, bob, eve): (PersonID, PersonID, PersonID) = (world.id(), world.id(), world.id())
    let team = try await world.team(of: [ann, bob])
    let quest = try await world.quest(for: team, meters: 10_000)
    let walks: [(PersonID, Int64, Bool)] = [
      (ann, 2_500, false), (bob, 3_000, true), (ann, 1_000, false), (bob, 500, false),
    ]
    var keys: [ActivityKey] = []
    for (index, walk) in walks.enumerated() {
      keys.append(ActivityKey(person: walk.0, id: world.id()))
      _ = try await log(
        keys[index], Self.walk(walk.1, after: Int64(index + 1) * 60, isPrivate: walk.2))
    }
    let now = Self.dawn.advanced(bySeconds: 900_000)
    let whole = try #require(try await store.overview(of: quest, now: now, past: nil, limit: 50))
    #expect(whole.standing == (try await store.standing(of: quest, now: now, past: nil)))
    let milestones = whole.standing.plan.milestones
    #expect(whole.passages.map(\.index) == Array(0..<9), "seven huts and two quarters")
    for passage in whole.passages {
      let walk =
        switch milestones[passage.index].threshold.micrometers / 1_000_000 {
        case ...2_500: 0
        case ...5_500: 1
        case ...6_500: 2
        default: 3
        }
      #expect(passage.walk == (walks[walk].2 ? nil : keys[walk]))
      #expect(passage.at == Self.dawn.advanced(bySeconds: Int64(walk + 1) * 60))
    }
    #expect(whole.people.map(\.person) == [ann, bob])
    #expect(whole.people.map { $0.distance.micrometers } == [3_500_000_000, 500_000_000])
    #expect(whole.people.map(\.walks) == [2, 1])

    let short = try #require(try await store.overview(of: quest, now: now, past: nil, limit: 2))
    #expect(short.passages == Array(whole.passages.suffix(2)))
    #expect(short.people == whole.people)
    let then = Self.dawn.advanced(bySeconds: 120)
    let past = try #require(try await store.overview(of: quest, now: now, past: then, limit: 50))
    #expect(past.standing.total.micrometers == 5_500_000_000)
    #expect(past.passages == Array(whole.passages.prefix(7)))
    #expect(past.people.map(\.person) == [ann])
    #expect(try await store.passages(of: quest, from: 3, limit: 4) == Array(whole.passages[3..<7]))

    let glance = try #require(try await store.glance(at: quest, by: ann))
    #expect(glance.version == whole.standing.version)
    #expect(glance.version == (try await store.team(team))?.version)
    #expect(glance.team.id == team)
    #expect(glance.membership?.role == .admin)
    #expect(try await store.glance(at: quest, by: bob)?.membership?.role == .member)
    #expect(try await store.glance(at: quest, by: eve)?.membership == nil)
    #expect(try await store.glance(at: quest, by: nil)?.membership == nil)
    #expect(try await store.glance(at: world.id(), by: ann) == nil)
    #expect(try await store.overview(of: world.id(), now: now, past: nil, limit: 9) == nil)

    // A walk that becomes private changes no total, and is told of no more.
    _ = try await tell(
      .edit(keys[0], Self.walk(2_500, after: 60, isPrivate: true), expectedRevision: nil), at: now)
    let hidden = try #require(try await store.overview(of: quest, now: now, past: nil, limit: 50))
    #expect(hidden.standing.total == whole.standing.total)
    #expect(hidden.standing.version > whole.standing.version)
    #expect(hidden.passages.prefix(3).allSatisfy { $0.walk == nil })
    #expect(hidden.people.map(\.walks) == [1, 1])
    #expect(hidden.people.map(\.person) == [ann, bob], "1,000 m before 500 m")
    _ = try await tell(.leave(team, bob, from: now), at: now)
    #expect(try await store.glance(at: quest, by: bob)?.membership == nil)
  }
  /// What people had walked at a past moment is the sum of every public walk up to it, for moments at
  /// and beside the ends of the spans that it is summed up from.
  func totalsOfPastMoments() async throws {
    var world = self
    let people: [PersonID] = (0..<5).map { _ in world.id() }
    let team = try await world.team(of: people)
    let quest: QuestID = world.id()
    _ = try await tell(.createQuest(try draft(quest, team, meters: 900_000, days: 1_500)))
    let end = Self.dawn.advanced(bySeconds: 1_500 * Self.day)
    let ends = WalkSpan.Level.allCases.flatMap { level in
      let first = WalkSpan(level, at: Self.dawn).number
      return (1...3).map { Instant(microseconds: (first + $0) << Int64(level.rawValue)) }
    }
    var starts = ends + ends.map { $0.advanced(byMicroseconds: -1) }
    for _ in 0..<120 {
      starts.append(Self.dawn.advanced(bySeconds: Int64(world.random.int(0...1_499 * 86_400))))
    }
    starts.removeAll { $0 >= end }
    func content(_ start: Instant) -> ActivityContent {
      ActivityContent(
        start: start, distance: Distance(micrometers: Int64(world.random.int(1...9_000_000_000))),
        isPrivate: world.random.chance(20))
    }
    var keys: [ActivityKey] = []
    for start in starts {
      keys.append(ActivityKey(person: world.random.element(of: people), id: world.id()))
      _ = try await tell(.log(keys[keys.count - 1], content(start), zone: "UTC"), at: end)
    }
    for key in keys where world.random.chance(15) {
      let action: LedgerCommand.Action =
        world.random.chance(50)
        ? .delete(key, expectedRevision: nil)
        : .edit(key, content(world.random.element(of: starts)), expectedRevision: nil)
      _ = try await tell(action, at: end)
    }
    let walks = try await store.feed(of: quest, before: nil, limit: 500)
    #expect(walks.count > 60)
    for moment in starts.flatMap({ [$0.advanced(byMicroseconds: -1), $0] }) {
      var sums: [PersonID: PersonTotal] = [:]
      for walk in walks where walk.start <= moment {
        let person = walk.key.activity.person
        let old = sums[person] ?? PersonTotal(person: person, distance: .zero, walks: 0)
        sums[person] = PersonTotal(
          person: person, distance: old.distance + walk.distance, walks: old.walks + 1)
      }
      let expected = sums.values.sorted {
        $0.distance == $1.distance ? $0.person < $1.person : $0.distance > $1.distance
      }
      let past = try await store.overview(of: quest, now: end, past: moment, limit: 500)
      #expect(past?.people == expected, "at \(moment)")
    }
  }
}
