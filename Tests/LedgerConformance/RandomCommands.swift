import CivilTime
import Geodesy
import LedgerCore
import Quests
import Testing

extension World {
  /// Random commands, told to the store and to the rules on plain dictionaries: the answers and
  /// everything that is stored must be the same.
  func randomCommands() async throws {
    var world = self
    let zones = ZoneCatalog()
    let ledger = MemoryLedger()
    let people: [PersonID] = (0..<5).map { _ in world.id() }
    let teams: [TeamID] = (0..<3).map { _ in world.id() }
    var quests: [QuestID] = []
    var walks: [(key: ActivityKey, content: ActivityContent)] = []
    var now = Self.dawn

    func action(_ world: inout World) throws -> LedgerCommand.Action {
      let person = world.random.element(of: people)
      let team = world.random.element(of: teams)
      var content = Self.walk(
        Int64(world.random.int(1...400)),
        after: (now.microseconds - Self.dawn.microseconds) / 1_000_000
          - Int64(world.random.int(-1...40)) * 3_600,
        note: world.random.chance(20) ? "n" : nil, isPrivate: world.random.chance(25))
      if world.random.chance(20) {
        content.zone = world.random.element(of: ["Asia/Tokyo", "-03:30", "+00:00"])
      }
      switch world.random.int(0...99) {
      case 0..<45:
        let key = ActivityKey(
          person: person, id: ActivityID(high: 1, low: UInt64(world.random.int(1...60))))
        if !walks.contains(where: { $0.key == key }) { walks.append((key, content)) }
        return .log(
          key, content,
          zone: world.random.element(of: ["Asia/Kathmandu", "America/New_York", "+09:00"]))
      case 45..<55 where !walks.isEmpty:
        let walk = world.random.element(of: walks)
        return .log(walk.key, walk.content, zone: "UTC")
      case 55..<68 where !walks.isEmpty:
        return .edit(world.random.element(of: walks).key, content, expectedRevision: nil)
      case 68..<74 where !walks.isEmpty:
        return .delete(world.random.element(of: walks).key, expectedRevision: nil)
      case 74..<81:
        return .join(
          team, person, world.random.chance(30) ? .admin : .member,
          from: now.advanced(bySeconds: -Int64(world.random.int(0...50)) * 3_600))
      case 81..<86: return .leave(team, person, from: now)
      case 86..<93:
        let quest: QuestID = world.id()
        quests.append(quest)
        return .createQuest(
          try world.draft(
            quest, team, meters: Int64(world.random.int(300...3_000)),
            from: now.advanced(bySeconds: -Int64(world.random.int(0...30)) * 3_600),
            days: Int64(world.random.int(1...4))))
      case 93..<96 where !quests.isEmpty:
        return .changeQuest(
          world.random.element(of: quests),
          QuestChange(
            end: now.advanced(bySeconds: Int64(world.random.int(1...90)) * 3_600),
            zone: world.random.chance(50) ? "America/New_York" : nil,
            plan: world.random.chance(50)
              ? try World.plan(meters: 1_000, questMeters: Int64(world.random.int(200...2_000)))
              : nil, hidesAhead: world.random.chance(30) ? world.random.chance(50) : nil),
          expectedRevision: nil)
      case 96..<98 where !quests.isEmpty: return .cancelQuest(world.random.element(of: quests))
      case 98... where !quests.isEmpty: return .advanceQuest(world.random.element(of: quests))
      default:
        return world.random.chance(50)
          ? .setRole(team, person, .admin)
          : .changeTeam(
            team, TeamChange(isPublic: world.random.chance(50)), expectedRevision: nil)
      }
    }

    for round in 0..<250 {
      var commands: [LedgerCommand] = []
      for _ in 0..<world.random.int(1...5) {
        if world.random.chance(30) {
          now = now.advanced(bySeconds: Int64(world.random.int(1...9)) * 3_600)
        }
        let action: LedgerCommand.Action =
          [120, 200].contains(round) && commands.isEmpty
          ? .erase(people[round / 100])
          : round == 225 && commands.isEmpty
            ? .dissolveTeam(teams[2])
            : round == 0 && commands.count < 3
              ? .createTeam(
                teams[commands.count], name: "T\(commands.count)", isPublic: false,
                founder: people[0]
              )
              : try action(&world)
        commands.append(LedgerCommand(action, at: now, actor: people[0]))
      }
      let expected = try FoldRunner(zones: zones, limits: .standard).run(
        [commands], on: MemoryFold(ledger), until: nil)[0]
      let got = try await store.perform(commands)
      #expect(got == expected, "round \(round), seed \(runSeed)")
      if got != expected { return }
    }

    var walked = 0
    for team in teams {
      let facts = ledger.team(team)
      #expect(try await store.team(team) == facts)
      #expect(
        try await store.memberships(in: team).sorted {
          ($0.person, $0.period) < ($1.person, $1.period)
        }
          == ledger.memberships(in: team).sorted { ($0.person, $0.period) < ($1.person, $1.period) }
      )
      var events: [TeamEvent] = []
      while true {
        let page = try await store.events(of: team, after: events.last?.version ?? 0, limit: 100)
        if page.isEmpty { break }
        events += page
      }
      #expect(events == ledger.events[team] ?? [])
      let trail = try await store.changeLog(of: team, before: nil, limit: 500).map(\.entry)
      #expect(
        trail == ledger.changeLog.filter { $0.team == team }.reversed().prefix(500).map { $0 })
      for record in facts?.quests ?? [] {
        let rows = ledger.quests[record.quest.id] ?? MemoryLedger.QuestRows()
        walked += rows.contributions.count
        #expect(
          try await store.passages(of: record.quest.id, from: 0, limit: 500)
            == rows.milestones.sorted { $0.index < $1.index }.map { row in
              let key = ActivityKey(person: row.walk.person, id: row.walk.id)
              let isTold = rows.contributions[key]?.isPrivate == false
              return MilestonePassage(
                index: row.index, at: row.walk.start, walk: isTold ? key : nil)
            })
        #expect(
          try await store.days(of: record.quest.id)
            == rows.days.values.filter { $0.walks != 0 }.sorted { $0.day < $1.day })
        #expect(
          try await store.people(in: record.quest.id)
            == rows.people.values.filter { $0.walks != 0 }.sorted { $0.person < $1.person })
      }
    }
    #expect(walked > 50, "the commands come to something")
    for (key, activity) in ledger.activities {
      #expect(try await store.activity(key) == activity)
      #expect(
        try await store.versions(of: key)
          == ledger.versions.filter { $0.key == key }.sorted { $0.revision < $1.revision })
    }
  }
}
