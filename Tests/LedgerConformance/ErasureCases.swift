import CivilTime
import Geodesy
import Quests
import Testing

extension World {
  /// What totals, days, milestones and positions say of a quest.
  private struct Figures: Equatable {
    var record: QuestRecord
    var days: [DayTotal]
    /// Index and moment: whose walk it was is not told of a private one.
    var milestones: [[Int64]]
    /// With the days of the pace.
    var position: [Int64]
  }

  private func figures(_ quest: QuestID, at now: Instant) async throws -> Figures {
    let standing = try #require(try await store.standing(of: quest, now: now, past: nil))
    return Figures(
      record: try #require(try await store.quest(quest)), days: try await store.days(of: quest),
      milestones: try await store.passages(of: quest, from: 0, limit: 500).map {
        [Int64($0.index), $0.at.microseconds]
      },
      position: [standing.total.micrometers, standing.walks]
        + standing.recent.flatMap { [$0.day.number, $0.distance.micrometers, $0.walks] })
  }

  func erasedPeople(_ subject: Subject) async throws {
    var world = self
    let (ann, bob, cat, dan): (PersonID, PersonID, PersonID, PersonID) = (
      world.id(), world.id(), world.id(), world.id()
    )
    func moment(_ hours: Int64) -> Instant { Self.dawn.advanced(bySeconds: hours * 3_600) }
    // Ann alone is admin; Cat came before Bob. She was in another team, and is an admin of a third.
    let team = try await world.team(of: [ann, dan])
    _ = try await tell(.leave(team, dan, from: moment(1)), at: moment(1), by: ann)
    _ = try await tell(.join(team, cat, .member, from: moment(2)), at: moment(2), by: ann)
    _ = try await tell(.join(team, bob, .member, from: moment(3)), at: moment(3), by: ann)
    let former = try await world.team(of: [bob, ann])
    let third = try await world.team(of: [ann, bob])
    _ = try await tell(.setRole(third, bob, .admin), at: moment(1), by: ann)
    let stranger = try await world.team(of: [dan])
    var quests: [QuestID] = []
    for team in [team, former, third, stranger] {
      quests.append(try await world.quest(for: team, meters: 10_000))
    }

    func walk(
      _ meters: Int64, _ hours: Int64, note: String? = nil, isPrivate: Bool = false
    ) -> ActivityContent {
      Self.walk(meters, after: hours * 3_600, note: note, isPrivate: isPrivate)
    }
    // In the open, in private, edited into each other, deleted, and of a clock that runs ahead.
    let contents = [
      walk(1_000, 4, note: "Ann was here"), walk(700, 5, isPrivate: true),
      walk(1_500, 6, note: "with Ann's dog"), walk(300, 7, isPrivate: true), walk(900, 8),
      Self.walk(200, after: 100 * 3_600 + 600, note: "ahead"),
    ]
    let keys = contents.map { _ in ActivityKey(person: ann, id: world.id()) }
    for (key, content) in zip(keys, contents) {
      _ = try await log(key, content, at: moment(100))
    }
    _ = try await tell(
      .edit(keys[2], walk(1_600, 9, note: "Ann", isPrivate: true), expectedRevision: nil),
      at: moment(20), by: ann)
    _ = try await tell(
      .edit(keys[3], walk(400, 10, note: "Ann again"), expectedRevision: nil), at: moment(20),
      by: bob)
    _ = try await tell(.delete(keys[4], expectedRevision: nil), at: moment(20), by: ann)
    _ = try await tell(.leave(former, ann, from: moment(50)), at: moment(50), by: ann)
    let others = ActivityKey(person: bob, id: world.id())
    _ = try await log(others, walk(2_000, 11, note: "Bob"))
    _ = try await tell(
      .edit(others, walk(2_100, 11, note: "Bob"), expectedRevision: nil), at: moment(20), by: bob)

    let expires = moment(1_000)
    let invites: [InviteID] = [world.id(), world.id(), world.id(), world.id()]
    for (invite, inviter) in zip(invites, [ann, ann, ann, bob]) {
      _ = try await tell(
        .createInvite(invite, team, .member, expiresAt: expires), at: moment(60), by: inviter)
    }
    _ = try await tell(.redeemInvite(invites[1], dan), at: moment(61), by: dan)
    _ = try await tell(.revokeInvite(invites[2]), at: moment(62), by: ann)

    let now = moment(100)
    var before: [Figures] = []
    for quest in quests { before.append(try await figures(quest, at: now)) }
    var versions: [Int64] = []
    for team in [team, former, third, stranger] {
      versions.append(try #require(try await store.team(team)).version)
    }
    #expect(try await store.people(in: quests[0]).map(\.person).contains(ann))
    #expect(try await subject.namings(ann) > 10)
    let bobsNamings = try await subject.namings(bob)

    for _ in 0..<2 {
      try await store.erase(ann, at: now, actor: ann)
      // What was walked is as it was.
      for (quest, figures) in zip(quests, before) {
        #expect(try await world.figures(quest, at: now) == figures)
      }
      // Each team is told once, and not of whom.
      var told: [[TeamEvent]] = []
      for (team, version) in zip([team, former, third, stranger], versions) {
        told.append(try await store.events(of: team, after: version, limit: 9))
      }
      #expect(
        told.map { $0.map(\.kind) } == [
          [.memberLeft, .memberRoleChanged], [.teamChanged], [.memberLeft], [],
        ])
      #expect(told.flatMap { $0 }.compactMap(\.person) == [cat])
      #expect(try await subject.namings(ann) == 0)
      #expect(try await subject.namings(cat) > 0)
    }
    // Cat has become admin, which is one event and one entry; Bob's own are all there.
    #expect(try await subject.namings(bob) == bobsNamings)
    for quest in quests {
      #expect(try await !store.people(in: quest).map(\.person).contains(ann))
      let feed = try await store.feed(of: quest, before: nil, limit: 100)
      #expect(!feed.contains { $0.key.activity.person == ann })
    }
    #expect(try await store.people(in: quests[0]).map(\.person) == [bob])
    for (index, key) in keys.enumerated() {
      let activity = try #require(try await store.activity(key))
      let versions = try await store.versions(of: key)
      #expect(activity.first == contents[index].nameless)
      for content in [activity.content, activity.first] + versions.map(\.content) {
        #expect(content == content.nameless)
        #expect(content.durationSeconds == 3_600)
      }
      #expect(versions.allSatisfy { $0.replacedBy == (index == 3 ? bob : nil) })
    }
    #expect(try await store.activity(keys[2])?.content.distance.micrometers == 1_600_000_000)
    #expect(try await store.activity(others)?.content.note == "Bob")
    #expect(try await store.versions(of: others).map(\.replacedBy) == [bob])
    // Her stays have ended: where a walk of hers is still ahead, behind it.
    let periods = try await store.memberships(of: ann)
    #expect(periods.allSatisfy { !$0.isOpen })
    let ahead = contents[5].start.advanced(byMicroseconds: 1)
    #expect(periods.first { $0.team == team }?.left == ahead)
    #expect(periods.first { $0.team == former }?.left == moment(50))
    let members = try await store.memberships(in: team).filter(\.isOpen)
    #expect(members.filter { $0.role == .admin }.map(\.person) == [cat])
    #expect(
      try await store.memberships(in: third).filter { $0.isOpen && $0.role == .admin }
        .map(\.person) == [bob])
    #expect(try await store.invite(invites[0])?.revokedAt == now)
    #expect(try await store.invite(invites[1])?.revokedAt == nil)
    #expect(try await store.invite(invites[2])?.revokedAt == moment(62))
    #expect(try await store.invite(invites[3])?.revokedAt == nil)
    let trail = try await store.changeLog(of: team, before: nil, limit: 100).map(\.entry)
    #expect(trail.count { $0.action == "erase-person" && $0.person == nil } == 1)
    #expect(trail.allSatisfy { $0.actor != ann && $0.person != ann })
    #expect(trail.last?.action == "create-team" && trail.last?.detail == "")

    // Nothing comes in her name any more: no walk of a phone that was offline, first or repeated.
    let late = moment(101)
    for (number, action) in [
      LedgerCommand.Action.log(keys[0], contents[0], zone: "UTC"),
      .log(keys[0], contents[0].nameless, zone: "UTC"),
      .log(ActivityKey(person: ann, id: world.id()), contents[0], zone: "UTC"),
      .edit(keys[0], contents[1], expectedRevision: nil), .delete(keys[0], expectedRevision: nil),
      .join(team, ann, .member, from: late), .redeemInvite(invites[3], ann),
      .createTeam(world.id(), name: "New", isPublic: false, founder: ann),
      .createInvite(world.id(), team, .member, expiresAt: expires),
    ].enumerated() {
      #expect(await refusal(action, at: late, by: ann) == .erased, "number \(number)")
    }
    #expect(await refusal(.setRole(team, ann, .admin), at: late, by: bob) == .notMember)
    // A change of the quest counts her walks again, and still does not name her.
    _ = try await tell(
      .changeQuest(quests[0], QuestChange(start: moment(5)), expectedRevision: nil), at: late)
    #expect(try await store.people(in: quests[0]).map(\.person) == [bob])
    // One who was never in a team, and the last of a team.
    let nobody: PersonID = world.id()
    try await store.erase(nobody, at: now, actor: nil)
    #expect(
      await refusal(
        .log(ActivityKey(person: nobody, id: world.id()), contents[0], zone: "UTC"), at: late)
        == .erased)
    try await store.erase(dan, at: late, actor: bob)
    #expect(try await store.memberships(in: stranger).allSatisfy { !$0.isOpen })
    #expect(try await store.team(stranger)?.team.dissolvedAt == late)
    #expect(try await store.quest(quests[3])?.quest.closing == .cancelled)
    #expect(
      try await store.events(of: stranger, after: versions[3], limit: 9).map(\.kind)
        == [.memberLeft, .questCancelled, .teamDissolved])
    #expect(try await store.team(team)?.team.dissolvedAt == nil)

    // In one batch with what comes before and after it.
    let key = ActivityKey(person: cat, id: world.id())
    let results = try await store.perform(
      [
        .log(key, walk(500, 30, note: "Cat"), zone: "UTC"),
        .createInvite(world.id(), team, .member, expiresAt: expires), .erase(cat),
        .changeQuest(quests[0], QuestChange(start: moment(6)), expectedRevision: nil),
        .log(ActivityKey(person: cat, id: world.id()), walk(500, 31), zone: "UTC"),
      ].map { LedgerCommand($0, at: late, actor: cat) })
    let codes = results.map { result -> LedgerError.Code? in
      if case .failure(let error) = result { return error.code }
      return nil
    }
    #expect(codes == [nil, nil, nil, nil, .erased])
    #expect(try await store.people(in: quests[0]).map(\.person) == [bob])
    #expect(try await store.activity(key)?.content == walk(500, 30).nameless)
    #expect(
      try await store.invites(of: team).allSatisfy { $0.createdBy != cat || $0.revokedAt != nil })
    #expect(
      try await store.memberships(in: team).filter { $0.isOpen && $0.role == .admin }
        .map(\.person) == [bob])
  }

  /// Whatever wins, no walk is left that names the person.
  func erasureRacesWithWalks(_ subject: Subject) async throws {
    var world = self
    let (ann, bob): (PersonID, PersonID) = (world.id(), world.id())
    let team = try await world.team(of: [ann, bob])
    let quest = try await world.quest(for: team, meters: 1_000_000)
    let keys = (0..<200).map { _ in ActivityKey(person: ann, id: world.id()) }
    let store = store
    let late = Self.dawn.advanced(bySeconds: Self.day)
    let logged = try await withThrowingTaskGroup(of: Int.self) { group in
      for writer in 0..<8 {
        group.addTask {
          var logged = 0
          for index in stride(from: writer, to: keys.count, by: 8) {
            do throws(LedgerError) {
              _ = try await store.perform(
                LedgerCommand(
                  .log(keys[index], Self.walk(100, after: Int64(index), note: "Ann"), zone: "UTC"),
                  at: late, actor: ann))
              logged += 1
            } catch {
              #expect(error.code == .erased)
            }
          }
          return logged
        }
      }
      for _ in 0..<2 {
        group.addTask {
          while try await store.quest(quest)?.tally.walks ?? 0 < 20 { await Task.yield() }
          try await store.erase(ann, at: late, actor: nil)
          return 0
        }
      }
      return try await group.reduce(0, +)
    }
    // Without a team that both would wait for.
    let loners: [PersonID] = (0..<60).map { _ in world.id() }
    let content = Self.walk(100, after: 1, note: "alone")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, loner) in loners.enumerated() {
        for walk in 0..<6 {
          group.addTask {
            if walk == 3 { return try await store.erase(loner, at: late, actor: nil) }
            let key = ActivityKey(
              person: loner, id: ActivityID(high: UInt64(number), low: UInt64(walk)))
            do throws(LedgerError) {
              _ = try await store.perform(
                LedgerCommand(.log(key, content, zone: "UTC"), at: late, actor: loner))
            } catch { #expect(error.code == .erased) }
          }
        }
      }
      try await group.waitForAll()
    }
    for loner in loners {
      let walks = try await store.activities(of: loner, before: nil, limit: 9)
      #expect(walks.allSatisfy { $0.content == content.nameless })
    }
    #expect(logged >= 20)
    #expect(try await store.quest(quest)?.tally.walks == Int64(logged))
    #expect(try await store.people(in: quest).isEmpty)
    #expect(try await store.feed(of: quest, before: nil, limit: 500).isEmpty)
    #expect(try await subject.namings(ann) == 0)
    let walks = try await store.activities(of: ann, before: nil, limit: 500)
    #expect(walks.count == logged && walks.allSatisfy { $0.content == $0.content.nameless })
    #expect(
      try await store.events(of: team, after: 0, limit: 500).count { $0.kind == .memberLeft } == 1)
  }
}
