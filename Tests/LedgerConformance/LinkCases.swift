import CivilTime
import Quests
import Testing

/// What a store of private links must do, each case on an empty store.
public enum LinkCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case areKept, limit, racing, quests, teams, erasure

  public var testDescription: String { rawValue }

  public typealias Store = LedgerStore & LinkStore & AccountStore

  public var limits: LedgerLimits {
    var limits = LedgerLimits()
    if self == .limit || self == .racing { limits.questLinks = 4 }
    return limits
  }

  /// - Parameter second: another store on the same data, as another process has it.
  public func run(on store: some Store, second: some Store) async throws {
    var world = World(store, rawValue)
    let now = World.dawn
    let ann: PersonID = world.id()
    let team = try await world.team(of: [ann])
    let quest = try await world.quest(for: team, meters: 1_000)
    func link(_ id: QuestLinkID, to quest: QuestID, after seconds: Int64 = 0) -> QuestLink {
      QuestLink(
        id: id, quest: quest, name: "Für das Blatt", hash: ContentHash(of: id.bytes),
        showsNames: seconds == 0, createdBy: ann, createdAt: now.advanced(bySeconds: seconds))
    }
    func refusal(_ body: () async throws(LedgerError) -> Void) async -> LedgerError.Code? {
      do { try await body() } catch { return error.code }
      return nil
    }
    /// Whether both stores say that a link is open, or that it is not.
    func isOpen(_ link: QuestLink) async throws -> Bool {
      let answers = [
        try await store.openLink(link.id) == link, try await second.openLink(link.id) == link,
        try await store.openLinks(among: [link.id]) == [link.id],
        try await !second.openLinks(among: [link.id]).isEmpty,
      ]
      #expect(Set(answers).count == 1)
      return answers[0]
    }
    let (first, later) = (link(world.id(), to: quest), link(world.id(), to: quest, after: 5))
    try await store.createLink(later)
    try await store.createLink(first)
    switch self {
    case .areKept:
      #expect(try await second.links(to: quest) == [first, later])
      #expect(try await second.links(to: world.id()).isEmpty)
      #expect(try await isOpen(first))
      #expect(try await isOpen(later))
      let unknown: QuestLinkID = world.id()
      #expect(try await store.openLink(unknown) == nil)
      #expect(
        try await store.openLinks(among: [first.id, later.id, unknown]) == [first.id, later.id])
      #expect(try await store.openLinks(among: []).isEmpty)
      #expect(
        await refusal { () async throws(LedgerError) in try await store.createLink(first) }
          == .conflict)
      let nowhere = link(world.id(), to: world.id())
      #expect(
        await refusal { () async throws(LedgerError) in try await store.createLink(nowhere) }
          == .notFound)
      let other: QuestID = world.id()
      #expect(
        await refusal { () async throws(LedgerError) in
          try await store.revokeLink(first.id, to: other, at: now)
        } == .notFound)
      #expect(try await isOpen(first))
      let moment = now.advanced(bySeconds: 60)
      try await store.revokeLink(first.id, to: quest, at: moment)
      try await store.revokeLink(first.id, to: quest, at: moment.advanced(bySeconds: 60))
      #expect(try await !isOpen(first))
      #expect(try await isOpen(later))
      #expect(try await second.links(to: quest).map(\.revokedAt) == [moment, nil])

    case .limit:
      try await store.revokeLink(first.id, to: quest, at: now)
      for _ in 2..<4 { try await store.createLink(link(world.id(), to: quest)) }
      let tooMany = link(world.id(), to: quest)
      #expect(
        await refusal { () async throws(LedgerError) in try await second.createLink(tooMany) }
          == .limit)
      // One that is there is found all the same.
      #expect(
        await refusal { () async throws(LedgerError) in try await second.createLink(first) }
          == .conflict)

    case .racing:
      let racing = (0..<16).map { _ in link(world.id(), to: quest) }
      let made = await withTaskGroup(of: Bool.self, returning: Int.self) { group in
        for (index, link) in racing.enumerated() {
          group.addTask {
            do {
              try await index % 2 == 0 ? store.createLink(link) : second.createLink(link)
              return true
            } catch { return false }
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(made == 2)
      #expect(try await store.links(to: quest).count == 4)

    case .quests:
      // The end of a quest ends no link, its cancellation does.
      let walked = ActivityKey(person: ann, id: world.id())
      _ = try await world.log(walked, World.walk(2_000, after: 60))
      #expect(try await store.quest(quest)?.quest.closing == .completed)
      #expect(try await isOpen(first))
      let next = try await world.quest(
        for: team, meters: 1_000, from: now.advanced(bySeconds: 864_000),
        at: now.advanced(bySeconds: 864_000))
      let ahead = link(world.id(), to: next)
      try await store.createLink(ahead)
      #expect(try await isOpen(ahead))
      _ = try await world.tell(.cancelQuest(next), at: now.advanced(bySeconds: 864_001))
      #expect(try await !isOpen(ahead))
      #expect(try await isOpen(first))

    case .teams:
      _ = try await world.tell(.dissolveTeam(team), at: now.advanced(bySeconds: 60))
      #expect(try await !isOpen(first))

    case .erasure:
      try await store.eraseAccount(world.id())
      #expect(try await isOpen(first))
      try await store.eraseAccount(ann)
      #expect(try await !isOpen(first))
      #expect(try await store.links(to: quest).isEmpty)
    }
  }
}
