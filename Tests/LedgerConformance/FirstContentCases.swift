import CivilTime
import Quests
import Testing

extension World {
  /// A walk is found by what was first sent of it, whatever became of it.
  func firstContents() async throws {
    var world = self
    let (ann, bob): (PersonID, PersonID) = (world.id(), world.id())
    let late = Self.dawn.advanced(bySeconds: 864_000)
    var content = Self.walk(5, after: 60, note: "wet", isPrivate: true)
    content.zone = "Asia/Tokyo"
    let keys = (0..<4).map { _ in ActivityKey(person: ann, id: world.id()) }
    for key in keys { _ = try await log(key, content) }
    let others = (0..<2).map { _ in ActivityKey(person: ann, id: world.id()) }
    _ = try await log(others[0], Self.walk(6, after: 60))
    _ = try await log(others[1], Self.walk(5, after: 61))
    let twin = ActivityKey(person: bob, id: keys[0].id)
    _ = try await log(twin, content)

    // Edited away and back, edited to this content, deleted at once, and deleted after an edit.
    _ = try await tell(.edit(keys[1], Self.walk(7, after: 61), expectedRevision: nil), at: late)
    _ = try await tell(.edit(others[1], content, expectedRevision: nil), at: late)
    _ = try await tell(.delete(keys[2], expectedRevision: nil), at: late)
    _ = try await tell(.edit(keys[3], Self.walk(8, after: 60), expectedRevision: nil), at: late)
    _ = try await tell(.delete(keys[3], expectedRevision: nil), at: late)

    func found(_ starts: [(PersonID, Int64)]) async throws -> [ActivityKey: ActivityContent] {
      let starts = Set(
        starts.map { WalkStart(person: $0.0, start: Self.dawn.advanced(bySeconds: $0.1)) })
      let found = try await store.firstContents(of: starts)
      let byKey = Dictionary(found.map { ($0.key, $0.content) }) { first, _ in first }
      #expect(byKey.count == found.count, "each walk once")
      return byKey
    }
    var expected = Dictionary(uniqueKeysWithValues: keys.map { ($0, content) })
    expected[others[0]] = Self.walk(6, after: 60)
    #expect(try await found([(ann, 60), (ann, 59)]) == expected)
    #expect(try await found([(ann, 61)]) == [others[1]: Self.walk(5, after: 61)])
    #expect(try await found([(bob, 60), (world.id(), 60)]) == [twin: content])
    #expect(try await found([]).isEmpty)
    await #expect(throws: LedgerError.self) {
      try await found((0..<1_001).map { (ann, $0) })
    }
  }

  func teamNames() async throws {
    var world = self
    let ann: PersonID = world.id()
    var expected: [TeamID: String] = [:]
    for name in ["Owls", "Owls", "Z\u{FC}rich", "Zu\u{308}rich", " 山の会 "] {
      let team: TeamID = world.id()
      _ = try await tell(.createTeam(team, name: name, isPublic: false, founder: ann))
      expected[team] = name
    }
    var last: TeamID?
    var found: [(team: TeamID, name: String)] = []
    while true {
      let page = try await store.teamNames(after: last, limit: 2)
      #expect(page.count <= 2)
      guard let end = page.last else { break }
      found += page
      last = end.team
    }
    #expect(found.map(\.team) == expected.keys.sorted())
    // Names are kept composed, and without white space at their ends.
    let names = found.map { Array($0.name.utf8) }
    let kept = ["Owls", "Owls", "Z\u{FC}rich", "Z\u{FC}rich", "山の会"].map { Array($0.utf8) }
    #expect(
      names.sorted { $0.lexicographicallyPrecedes($1) }
        == kept.sorted { $0.lexicographicallyPrecedes($1) })
    for name in ["a\u{202E}b", "a\nb", "\u{200D}", "", " "] {
      let created = await refusal(
        .createTeam(world.id(), name: name, isPublic: false, founder: ann))
      #expect(created == .invalid)
      let changed = await refusal(
        .changeTeam(found[0].team, TeamChange(name: name), expectedRevision: nil))
      #expect(changed == .invalid)
    }
  }
}
