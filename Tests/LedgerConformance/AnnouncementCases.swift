import CivilTime
import Quests
import Testing

/// What every store must do with announcements to services outside, on two stores over the same data.
public func keepsAnnouncements(
  _ store: some LedgerStore & AnnouncementStore, _ second: some AnnouncementStore
) async throws {
  var world = World(store, "announcements")
  let old = try await world.team(of: [world.id()])
  // What has happened before counts as handed over.
  #expect(try await store.holdAnnouncements(to: "webhook", holder: "a", seconds: 60))
  #expect(try await store.unannounced(to: "webhook", after: nil, limit: 9).isEmpty)
  #expect(try await store.announced(to: "webhook", teams: [old])[old] != nil)
  // One process at a time, for each service.
  #expect(try await !second.holdAnnouncements(to: "webhook", holder: "b", seconds: 60))
  #expect(try await second.holdAnnouncements(to: "other", holder: "b", seconds: 60))
  #expect(try await store.holdAnnouncements(to: "webhook", holder: "a", seconds: 60))

  let new = try await world.team(of: [world.id(), world.id()])
  let version = try #require(try await store.team(new)).version
  var behind = try await second.unannounced(to: "webhook", after: nil, limit: 9)
  #expect(behind.map(\.team) == [new] && behind.map(\.version) == [0])
  #expect(try await second.unannounced(to: "webhook", after: new, limit: 9).isEmpty)
  try await store.setAnnounced(to: "webhook", [new: version - 1])
  behind = try await second.unannounced(to: "webhook", after: nil, limit: 9)
  #expect(behind.map(\.version) == [version - 1])
  try await store.setAnnounced(to: "webhook", [new: version])
  #expect(try await second.announced(to: "webhook", teams: [new, old])[new] == version)
  #expect(try await second.unannounced(to: "webhook", after: nil, limit: 9).isEmpty)
  #expect(try await second.unannounced(to: "other", after: nil, limit: 9).map(\.team) == [new])

  // Whoever gives it back, or does not keep it, gives way; nobody gives back another's.
  try await second.releaseAnnouncements(to: "webhook", holder: "b")
  #expect(try await !second.holdAnnouncements(to: "webhook", holder: "b", seconds: 60))
  try await store.releaseAnnouncements(to: "webhook", holder: "a")
  #expect(try await second.holdAnnouncements(to: "webhook", holder: "b", seconds: 0))
  #expect(try await store.holdAnnouncements(to: "webhook", holder: "a", seconds: 60))
  // Of many who race for it one has it.
  let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
    for number in 0..<16 {
      let racer: any AnnouncementStore = number % 2 == 0 ? store : second
      group.addTask {
        try await racer.holdAnnouncements(to: "race", holder: "\(number)", seconds: 60)
      }
    }
    return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
  }
  #expect(winners == 1)
}
