import CivilTime
import Quests
import Testing

extension World {
  /// The start of a quest is announced once, whoever races for it; one that is moved ahead starts
  /// again.
  func announcedStarts(_ second: any LedgerStore) async throws {
    var world = self
    let (store, stores) = (store, [store, second])
    let team = try await world.team(of: [world.id()])
    func starts() async throws -> Int {
      try await store.events(of: team, after: 0, limit: 500).count { $0.kind == .questStarted }
    }
    let running: QuestID = world.id()
    _ = try await tell(
      .createQuest(try draft(running, team, meters: 100, from: Self.dawn, days: 1)), at: Self.dawn)
    var events = try await store.events(of: team, after: 0, limit: 500)
    #expect(events.suffix(2).map(\.kind) == [.questCreated, .questStarted])
    #expect(events.last?.plan == 1)

    let ahead = Self.dawn.advanced(bySeconds: 3 * Self.day)
    let later: QuestID = world.id()
    _ = try await tell(
      .createQuest(try draft(later, team, meters: 100, from: ahead, days: 3)),
      at: Self.dawn.advanced(bySeconds: 2 * Self.day))
    #expect(try await starts() == 1)
    #expect(try await store.questsDue(at: ahead.advanced(bySeconds: -1), limit: 9).isEmpty)
    #expect(try await store.questsDue(at: ahead, limit: 9) == [later])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          _ = try await stores[number % 2].perform(
            LedgerCommand(.advanceQuest(later), at: ahead, actor: nil))
        }
      }
      try await group.waitForAll()
    }
    #expect(try await starts() == 2)
    #expect(try await store.questsDue(at: ahead, limit: 9).isEmpty)

    // Moved ahead, it waits again; moved back, it has begun.
    let next = ahead.advanced(bySeconds: Self.day)
    _ = try await tell(
      .changeQuest(later, QuestChange(start: next), expectedRevision: nil), at: ahead)
    #expect(try await starts() == 2)
    #expect(try await store.questsDue(at: next, limit: 9) == [later])
    _ = try await tell(
      .changeQuest(later, QuestChange(start: ahead), expectedRevision: nil), at: ahead)
    events = try await store.events(of: team, after: 0, limit: 500)
    #expect(events.suffix(2).map(\.kind) == [.questChanged, .questStarted])
    // One that nobody saw start is announced before it is over.
    let over = ahead.advanced(bySeconds: 3 * Self.day)
    _ = try await tell(
      .changeQuest(later, QuestChange(start: next), expectedRevision: nil), at: ahead)
    _ = try await tell(.advanceQuest(later), at: over)
    events = try await store.events(of: team, after: 0, limit: 500)
    #expect(events.suffix(2).map(\.kind) == [.questStarted, .questExpired])
  }
}
