import Quests
import Testing

// Quests that hide what is ahead: the switch is kept, and each turn of it is an event.

extension World {
  func hidingIsKept() async throws {
    var world = self
    let ann: PersonID = world.id()
    let team = try await world.team(of: [ann])
    let other = try await world.team(of: [ann])
    let open = try await world.quest(for: other, meters: 10_000)
    let quest: QuestID = world.id()
    var draft = try draft(quest, team, meters: 10_000)
    draft.hidesAhead = true
    _ = try await tell(.createQuest(draft))
    func hides() async throws -> Bool? { try await store.quest(quest)?.quest.hidesAhead }
    func hiding() async throws -> Set<QuestID> {
      try await store.hidingQuests(among: [open, quest, QuestID(high: 1, low: 1)])
    }
    #expect(try await hides() == true)
    #expect(try await hiding() == [quest])
    #expect(try await store.quest(open)?.quest.hidesAhead == false)
    #expect(try await store.hidingQuests(among: []).isEmpty)
    #expect(try await store.team(team)?.quests.map(\.quest.hidesAhead) == [true])
    let standing = try await store.standing(of: quest, now: Self.dawn, past: nil)
    #expect(standing?.record.quest.hidesAhead == true)

    // The answer of a walk says it, also when the walk comes again after a change.
    let key = ActivityKey(person: ann, id: world.id())
    let content = Self.walk(3_000, after: 60)
    let first = try await log(key, content)
    let own = first.answer.deltas.first { $0.quest == quest }
    #expect(own?.hidesAhead == true)
    #expect(first.answer.deltas.count { !$0.hidesAhead } == 1)

    // The same creation is the same quest; one that hides nothing is another.
    guard case .quest = try await tell(.createQuest(draft)) else { return }
    draft.hidesAhead = false
    #expect(await refusal(.createQuest(draft)) == .conflict)

    // A change is one event, and the same change again none.
    let version = try #require(try await store.team(team)?.version)
    let change = QuestChange(hidesAhead: false)
    for _ in 0..<2 {
      _ = try await tell(.changeQuest(quest, change, expectedRevision: nil))
      #expect(try await hides() == false)
    }
    #expect(try await hiding().isEmpty)
    #expect(try await store.quest(quest)?.quest.revision == 2)
    #expect(try await store.quest(quest)?.tally.walks == 1)
    let events = try await store.events(of: team, after: version, limit: 10)
    #expect(events.map(\.kind) == [.questChanged])
    let again = try await log(key, content)
    #expect(again.isRepeat && again.answer.deltas.allSatisfy { !$0.hidesAhead })
    let trail = try await store.changeLog(of: team, before: nil, limit: 1)
    #expect(trail.first?.entry.detail.hasSuffix(", showing the waypoints ahead") == true)

    // It can be turned when everything else is settled.
    _ = try await tell(.cancelQuest(quest))
    _ = try await tell(.changeQuest(quest, QuestChange(hidesAhead: true), expectedRevision: nil))
    #expect(try await hides() == true)
  }
}
