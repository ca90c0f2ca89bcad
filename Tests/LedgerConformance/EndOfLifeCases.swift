import CivilTime
import Geodesy
import Quests
import Routes
import Testing

extension World {
  private static func moment(_ hours: Int64) -> Instant { dawn.advanced(bySeconds: hours * 3_600) }

  private static func key(_ person: PersonID, _ number: UInt64) -> ActivityKey {
    ActivityKey(person: person, id: ActivityID(high: 0, low: number))
  }

  func dissolvedTeams(_ second: any LedgerStore) async throws {
    var world = self
    let store = store
    let (ann, bob, cat): (PersonID, PersonID, PersonID) = (world.id(), world.id(), world.id())
    let team = try await world.team(of: [ann, bob])
    let other = try await world.team(of: [bob])
    _ = try await tell(.changeTeam(team, TeamChange(isPublic: true), expectedRevision: nil))
    let quest = try await world.quest(for: team, meters: 10_000)
    let invite: InviteID = world.id()
    _ = try await tell(
      .createInvite(invite, team, .member, expiresAt: Self.moment(99)), by: ann)
    let first = try await log(Self.key(bob, 1), Self.walk(3_000, after: 3_600), at: Self.moment(2))
    #expect(first.answer.gone.isEmpty)
    // By a clock that ran ahead; it counts until the window ends before it.
    _ = try await log(
      Self.key(bob, 2), Self.walk(500, after: 10 * 3_600 + 300), at: Self.moment(10))
    let marker = QuestMarker(quest: quest, team: team, latitude: 1, longitude: 1, version: 9)
    try await store.setMarkers([marker])
    let everywhere = Bounds(west: -180, south: -90, east: 180, north: 90)
    func markers() async throws -> [Int] {
      var counts: [Int] = []
      for publicOnly in [true, false] {
        counts.append(
          try await store.markers(in: everywhere, publicOnly: publicOnly, after: nil, limit: 9)
            .count)
      }
      return counts
    }
    #expect(try await markers() == [1, 1])

    // Two at once, and once more later: it is done once.
    let command = LedgerCommand(.dissolveTeam(team), at: Self.moment(10), actor: ann)
    async let one = store.perform(command)
    async let two = second.perform(command)
    let answers = try await [one, two, store.perform(command)]
    let ended = try #require(try await store.team(team))
    #expect(answers.allSatisfy { $0 == .team(ended.team) })
    #expect(ended.team.dissolvedAt == Self.moment(10))
    #expect(!ended.team.isPublic && ended.team.revision == 3)
    let record = ended.quests[0]
    #expect(record.quest.closing == .cancelled && record.quest.end == Self.moment(10))
    #expect(record.tally.total == Distance(micrometers: 3_000_000_000))
    #expect(try await store.memberships(in: team).allSatisfy { $0.left == Self.moment(10) })
    let events = try await store.events(of: team, after: 0, limit: 100).map(\.kind)
    #expect(events.suffix(3) == [.questCancelled, .progressUpdated, .teamDissolved])
    let trail = try await store.changeLog(of: team, before: nil, limit: 1)
    #expect(trail.first?.entry.action == "dissolve-team" && trail.first?.entry.actor == ann)
    #expect(try await markers() == [0, 0])
    #expect(try await store.teamNames(after: nil, limit: 9).map(\.team) == [other])

    // Nothing is added to it.
    let later = Self.moment(11)
    let draft = try draft(world.id(), team, meters: 100, from: later)
    for action: LedgerCommand.Action in [
      .join(team, cat, .member, from: later),
      .setRole(team, bob, .admin),
      .changeTeam(team, TeamChange(name: "New"), expectedRevision: nil), .createQuest(draft),
      .createInvite(world.id(), team, .member, expiresAt: Self.moment(99)), .cancelQuest(quest),
      .changeQuest(quest, QuestChange(name: "New"), expectedRevision: nil),
      .createTeam(team, name: "Long Haulers", isPublic: false, founder: ann),
    ] {
      #expect(await refusal(action, at: later, by: ann) == .teamDissolved, "\(action)")
    }
    #expect(await refusal(.leave(team, bob, from: later), at: later) == .notMember)
    // Whoever was not in it learns nothing of its end: its invite is one that was taken back.
    await #expect {
      _ = try await tell(.redeemInvite(invite, cat), at: later, by: cat)
    } throws: { error in
      let error = error as? LedgerError
      return error?.code == .inviteRevoked
        && error?.message == "the invite was taken back; ask for another"
    }

    // Its walks are still their walkers': repeats are answered, and say that the team is gone.
    let again = try await log(Self.key(bob, 1), Self.walk(3_000, after: 3_600), at: later)
    #expect(again.isRepeat && again.answer.deltas == first.answer.deltas)
    #expect(again.answer.gone == [team])
    let late = try await log(Self.key(ann, 1), Self.walk(400, after: 7_200), at: later)
    #expect(late.answer.gone == [team], "a walk from before the end that comes late")
    let next = try await log(Self.key(ann, 2), Self.walk(400, after: 39_900), at: later)
    #expect(next.answer.deltas.isEmpty, "a walk from after the end counts for nothing")
    guard
      case .edited(let edited) = try await tell(
        .edit(Self.key(bob, 1), Self.walk(9_900, after: 3_600), expectedRevision: nil), at: later)
    else { throw LedgerError(.store, "an edit was answered with something else") }
    #expect(edited.gone == [team])
    #expect(try await store.quest(quest)?.quest.closing == .cancelled)
    // Who was in it can be erased.
    _ = try await tell(.erase(bob), at: Self.moment(12))
  }

  func aTeamLeftByItsLastMember() async throws {
    var world = self
    let (ann, bob): (PersonID, PersonID) = (world.id(), world.id())
    let team = try await world.team(of: [ann, bob])
    let quest = try await world.quest(for: team, meters: 1_000)
    let walk = try await log(Self.key(ann, 1), Self.walk(1_200, after: 3_600), at: Self.moment(2))
    #expect(walk.answer.deltas.map(\.isFinished) == [true])
    #expect(
      await refusal(.leave(team, ann, from: Self.moment(3)), at: Self.moment(3)) == .lastAdmin)
    _ = try await tell(.leave(team, bob, from: Self.moment(3)), at: Self.moment(3))
    #expect(try await store.team(team)?.team.dissolvedAt == nil)
    // A repeat says nothing of a team that was left.
    let left = try await log(Self.key(bob, 1), Self.walk(50, after: 7_200), at: Self.moment(4))
    #expect(left.answer.deltas.count == 1 && left.answer.gone == [team])

    let leaving = LedgerCommand(
      .leave(team, ann, from: Self.moment(4)), at: Self.moment(5), actor: ann)
    let answer = try await store.perform(leaving)
    #expect(try await store.perform(leaving) == answer, "the same once more")
    let ended = try #require(try await store.team(team))
    #expect(ended.team.dissolvedAt == Self.moment(5))
    // A finished quest stays so, also when a walk is taken back; its window is over.
    #expect(ended.quests.map(\.quest.closing) == [.completed])
    #expect(ended.quests.map(\.quest.end) == [Self.moment(5)])
    _ = try await tell(.delete(Self.key(ann, 1), expectedRevision: nil), at: Self.moment(6))
    #expect(try await store.quest(quest)?.quest.closing == .completed)
    #expect(try await store.quest(quest)?.tally.total == Distance(micrometers: 50_000_000))
    let events = try await store.events(of: team, after: 0, limit: 100).map(\.kind)
    #expect(events.contains(.teamDissolved))

    // An invite that was used answers its user as long as the stay lasts.
    let third = try await world.team(of: [ann])
    let invite: InviteID = world.id()
    _ = try await tell(.createInvite(invite, third, .member, expiresAt: Self.moment(99)), by: ann)
    _ = try await tell(.redeemInvite(invite, bob), at: Self.moment(6))
    _ = try await tell(.redeemInvite(invite, bob), at: Self.moment(7))
    _ = try await tell(.leave(third, bob, from: Self.moment(8)), at: Self.moment(8))
    #expect(await refusal(.redeemInvite(invite, bob), at: Self.moment(9)) == .inviteUsed)
  }
}

extension RouteCase {
  static func retirement(_ store: any RouteStore, _ random: inout SplitMix64) async throws {
    let now = World.dawn
    let (ann, id): (PersonID, RouteID) = (.random(using: &random), .random(using: &random))
    func line(_ name: String, to longitude: Double) throws -> MeasuredRoute {
      try MeasuredRoute(
        Route(
          name: name,
          parts: [
            [Coordinate(latitude: 1, longitude: 1), Coordinate(latitude: 1, longitude: longitude)]
          ]))
    }
    let first = try line("Unnamed Section", to: 1.5)
    let record = try await store.addRoute(first, id: id, owner: ann, isPublic: true, at: now)
    _ = try await store.addRoute(line("Two", to: 1.6), id: id, owner: ann, isPublic: true, at: now)
    func listed() async throws -> [Int] {
      let place = try Coordinate(latitude: 1, longitude: 1.2)
      let box = Bounds(west: 0, south: 0, east: 2, north: 2)
      var counts: [Int] = []
      for viewer in [RouteViewer.everything, .person(ann), .stranger] {
        counts.append(try await store.routes(visibleTo: viewer, after: nil, limit: 9).count)
        counts.append(
          try await store.routes(in: box, visibleTo: viewer, after: nil, limit: 9).count)
        counts.append(
          try await store.routes(near: place, withinMeters: 9, visibleTo: viewer, limit: 9).count)
      }
      return counts
    }
    #expect(try await listed() == Array(repeating: 1, count: 9))
    // A new name is that of all versions, and changes neither content nor visibility.
    try await store.changeRoute(id, RouteChange(name: "Wicklow Round"))
    let renamed = try await store.versions(of: id)
    #expect(renamed.map(\.name) == ["Wicklow Round", "Wicklow Round"])
    #expect(renamed[0].hash == record.hash && renamed.allSatisfy(\.isPublic))
    #expect(try await store.content(of: record.version) == RouteContent(first.route))

    let end = now.advanced(bySeconds: 60)
    try await store.changeRoute(id, RouteChange(retiredAt: end))
    #expect(try await listed() == Array(repeating: 0, count: 9))
    #expect(try await store.versions(of: id).map(\.retiredAt) == [end, end])
    #expect(try await store.content(of: record.version) != nil, "quests on it go on")
    for change in [
      RouteChange(name: "X"), RouteChange(isPublic: false), RouteChange(retiredAt: now),
    ] {
      do throws(LedgerError) {
        try await store.changeRoute(id, change)
        Issue.record("a retired route was changed")
      } catch { #expect(error.code == .routeRetired) }
    }
    // Neither what it has already nor anything new is stored under it.
    for route in [first, try line("Three", to: 1.7)] {
      do throws(LedgerError) {
        _ = try await store.addRoute(route, id: id, owner: ann, isPublic: true, at: now)
        Issue.record("a retired route took a version")
      } catch { #expect(error.code == .routeRetired) }
    }
    let anew = RouteID.random(using: &random)
    _ = try await store.addRoute(first, id: anew, owner: ann, isPublic: true, at: now)
    #expect(try await listed() == Array(repeating: 1, count: 9))
    do throws(LedgerError) {
      try await store.changeRoute(.random(using: &random), RouteChange(name: "X"))
      Issue.record("a route that is not there was renamed")
    } catch { #expect(error.code == .notFound) }
  }
}
