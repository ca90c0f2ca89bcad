import CivilTime
import Foundation
import Geodesy
import Quests
import Routes
import Testing

/// What every ledger store must do. A store's tests run each case on an empty store:
///
/// ```swift
/// @Test(arguments: LedgerCase.allCases) func conforms(_ test: LedgerCase) async throws {
///   try await test.run(on: subject())
/// }
/// ```
public enum LedgerCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case loggingTellsEveryTeam, batchesKeepWhatIsValid, repeatsGetTheFirstAnswer
  case delayedFirstCopies, editsAndDeletionsAreKept, concurrentWriters, oneOpenQuest
  case successorsAndExpiry, changedQuestsAreDerivedAgain, hidingIsKept, pastMoments,
    listingsStayStable
  case membershipsAndInvites, eventsAndPrivacy, announcedStarts, markersInABox, publicTeams,
    streakDays,
    clockChanges, auditFindsDamage
  case figuresOfAPerson, openMembers, zonesOfWalks, firstContents, teamNames
  case dissolvedTeams, aTeamLeftByItsLastMember
  case overviews, totalsOfPastMoments, erasedPeople, erasureRacesWithWalks, randomCommands

  public var testDescription: String { rawValue }

  public func run(on subject: Subject) async throws {
    let world = World(subject.store, rawValue)
    switch self {
    case .loggingTellsEveryTeam: try await world.loggingTellsEveryTeam()
    case .batchesKeepWhatIsValid: try await world.batchesKeepWhatIsValid()
    case .repeatsGetTheFirstAnswer: try await world.repeatsGetTheFirstAnswer()
    case .delayedFirstCopies: try await world.delayedFirstCopies()
    case .editsAndDeletionsAreKept: try await world.editsAndDeletionsAreKept()
    case .concurrentWriters: try await world.concurrentWriters(subject.second)
    case .oneOpenQuest: try await world.oneOpenQuest(subject.second)
    case .successorsAndExpiry: try await world.successorsAndExpiry()
    case .changedQuestsAreDerivedAgain: try await world.changedQuestsAreDerivedAgain()
    case .hidingIsKept: try await world.hidingIsKept()
    case .pastMoments: try await world.pastMoments()
    case .listingsStayStable: try await world.listingsStayStable()
    case .membershipsAndInvites: try await world.membershipsAndInvites()
    case .eventsAndPrivacy: try await world.eventsAndPrivacy()
    case .announcedStarts: try await world.announcedStarts(subject.second)
    case .markersInABox: try await world.markersInABox()
    case .publicTeams: try await world.publicTeams()
    case .streakDays: try await world.streakDays()
    case .clockChanges: try await world.clockChanges()
    case .auditFindsDamage: try await world.auditFindsDamage(subject)
    case .figuresOfAPerson: try await world.figuresOfAPerson()
    case .openMembers: try await world.openMembers()
    case .erasedPeople: try await world.erasedPeople(subject)
    case .erasureRacesWithWalks: try await world.erasureRacesWithWalks(subject)
    case .zonesOfWalks: try await world.zonesOfWalks()
    case .firstContents: try await world.firstContents()
    case .teamNames: try await world.teamNames()
    case .dissolvedTeams: try await world.dissolvedTeams(subject.second)
    case .aTeamLeftByItsLastMember: try await world.aTeamLeftByItsLastMember()
    case .overviews: try await world.overviews()
    case .totalsOfPastMoments: try await world.totalsOfPastMoments()
    case .randomCommands: try await world.randomCommands()
    }
    // Damage done on purpose stays.
    if self != .auditFindsDamage {
      let report = try await subject.store.audit()
      #expect(report.differences.isEmpty, "the audit is clean after \(rawValue)")
      #expect(
        report.teams > 0 || self == .markersInABox || self == .streakDays
          || self == .figuresOfAPerson || self == .zonesOfWalks || self == .firstContents)
    }
  }
}

extension World {
  func loggingTellsEveryTeam() async throws {
    var world = self
    let (ann, bob): (PersonID, PersonID) = (world.id(), world.id())
    let first = try await world.team(of: [ann, bob])
    let second = try await world.team(of: [bob, ann])
    let idle = try await world.team(of: [ann])
    let short = try await world.quest(for: first, meters: 10_000)
    let long = try await world.quest(for: second, meters: 100_000)
    let (answer, isRepeat) = try await log(
      ActivityKey(person: ann, id: world.id()), Self.walk(2_500, after: 60))
    #expect(!isRepeat)
    #expect(answer.deltas.map(\.team) == [first, second].sorted())
    let delta = try #require(answer.deltas.first { $0.quest == short })
    #expect(delta.totalBefore == .zero)
    #expect(delta.totalAfter.micrometers == 2_500_000_000)
    #expect(delta.place.micrometers == 2_500_000_000)
    #expect(
      delta.reached.map(\.key.description) == ["waypoint:0", "waypoint:1", "percent:25"])
    #expect(delta.versionAfter - delta.versionBefore == 4)
    let (more, _) = try await log(
      ActivityKey(person: bob, id: world.id()), Self.walk(20_000, after: 120))
    let finish = try #require(more.deltas.first { $0.quest == short })
    #expect(finish.isFinished)
    #expect(finish.place.micrometers == 10_000_000_000, "the marker stays at the end")
    #expect(finish.totalAfter.micrometers == 22_500_000_000, "the total grows on")
    let record = try #require(try await store.quest(short))
    #expect(record.quest.closing == .completed)
    #expect(try await store.quest(long)?.tally.total.micrometers == 22_500_000_000)
    #expect(try await store.team(idle)?.quests.isEmpty == true)
    #expect(try await store.team(first)?.version == finish.versionAfter)
    let rows = try await store.passages(of: short, from: 0, limit: 100)
    #expect(rows.map(\.index) == Array(0..<13))
    #expect(rows[2].walk?.person == ann)
    #expect(rows[3].walk?.person == bob)
  }

  func batchesKeepWhatIsValid() async throws {
    var world = self
    let ann: PersonID = world.id()
    let team = try await world.team(of: [ann])
    let quest = try await world.quest(for: team, meters: 10_000)
    let now = Self.dawn.advanced(bySeconds: 5_000)
    let keys = (0..<6).map { _ in ActivityKey(person: ann, id: world.id()) }
    let contents = [
      Self.walk(100, after: 10), Self.walk(0, after: 20), Self.walk(600_000, after: 30),
      Self.walk(100, after: 5_901), Self.walk(100, after: 5_900),
      Self.walk(100, after: 40, note: String(repeating: "n", count: 5_000)),
    ]
    let results = try await store.perform(
      zip(keys, contents).map {
        LedgerCommand(.log($0, $1, zone: "UTC"), at: now, actor: ann)
      })
    let codes = results.map { result -> LedgerError.Code? in
      if case .failure(let error) = result { return error.code }
      return nil
    }
    #expect(codes == [nil, .invalid, .limit, .limit, nil, .limit])
    #expect(try await store.quest(quest)?.tally.total.micrometers == 200_000_000)
    #expect(try await store.activity(keys[1]) == nil)
    // A refused id is not used up.
    let (_, isRepeat) = try await log(keys[1], Self.walk(1, after: 20))
    #expect(!isRepeat)
    let unknown = await refusal(.log(keys[2], Self.walk(1, after: 1), zone: "Mars/Base"))
    #expect(unknown == .zone)
    let tooMany = Array(
      repeating: LedgerCommand(.advanceQuest(quest), at: now, actor: nil), count: 1_001)
    do {
      _ = try await store.perform(tooMany)
      Issue.record("a batch beyond the limit went in")
    } catch { #expect(error.code == .limit) }
  }

  func repeatsGetTheFirstAnswer() async throws {
    var world = self
    let (ann, bob): (PersonID, PersonID) = (world.id(), world.id())
    let team = try await world.team(of: [ann, bob])
    let quest = try await world.quest(for: team, meters: 10_000)
    let key = ActivityKey(person: ann, id: world.id())
    let content = Self.walk(3_000, after: 60, note: "wet")
    let first = try await log(key, content)
    let again = try await log(key, content, zone: "Asia/Kathmandu")
    #expect(again.isRepeat)
    #expect(again.answer == first.answer)
    // Another person's equal id is another activity.
    let other = try await log(ActivityKey(person: bob, id: key.id), Self.walk(4_000, after: 90))
    #expect(!other.isRepeat)
    #expect(try await log(key, content).answer == first.answer)
    let conflict = await refusal(.log(key, Self.walk(3_000, after: 60, note: "dry"), zone: "UTC"))
    #expect(conflict == .conflict)
    // In one batch, the same twice.
    let twin = ActivityKey(person: ann, id: world.id())
    let command = LedgerCommand(
      .log(twin, Self.walk(10, after: 70), zone: "UTC"), at: Self.dawn.advanced(bySeconds: 900),
      actor: ann)
    let results = try await store.perform([command, command]).map { try $0.get() }
    guard case .logged(let a, false) = results[0], case .logged(let b, true) = results[1] else {
      Issue.record("the second of two is the repeat")
      return
    }
    #expect(a == b)
    #expect(try await store.quest(quest)?.tally.walks == 3)
    // A changed plan does not change what was answered.
    let plan = try Self.plan(meters: 10_000, questMeters: 50_000)
    _ = try await tell(.changeQuest(quest, QuestChange(plan: plan), expectedRevision: nil))
    #expect(try await log(key, content).answer == first.answer)
    // A repeated creation is the same quest; another under its id is a conflict.
    let draft = try draft(quest, team, meters: 10_000)
    guard case .quest(let record) = try await tell(.createQuest(draft)) else { return }
    #expect(record.quest.id == quest)
    var otherDraft = draft
    otherDraft.name = "Another"
    #expect(await refusal(.createQuest(otherDraft)) == .conflict)
    let names = [quest: QuestNames(quest: draft.name, team: "Long Haulers")]
    #expect(try await store.questNames([quest]) == names)
  }

  func delayedFirstCopies() async throws {
    var world = self
    let ann: PersonID = world.id()
    let team = try await world.team(of: [ann])
    let quest = try await world.quest(for: team, meters: 10_000)
    let key = ActivityKey(person: ann, id: world.id())
    let content = Self.walk(3_000, after: 60)
    let first = try await log(key, content)
    _ = try await tell(.edit(key, Self.walk(1_000, after: 60), expectedRevision: 1))
    let late = try await log(key, content)
    #expect(late.isRepeat)
    #expect(late.answer == first.answer)
    #expect(try await store.quest(quest)?.tally.total.micrometers == 1_000_000_000)
    // What the edit made of it is not what was first sent.
    #expect(await refusal(.log(key, Self.walk(1_000, after: 60), zone: "UTC")) == .conflict)
    // Out of the quest and deleted.
    _ = try await tell(.edit(key, Self.walk(1_000, after: -60), expectedRevision: 2))
    #expect(try await log(key, content).answer == first.answer)
    _ = try await tell(.delete(key, expectedRevision: nil))
    let dead = try await log(key, content)
    #expect(dead.isRepeat)
    #expect(dead.answer == first.answer)
    #expect(try await store.activity(key)?.isDeleted == true)
    #expect(try await store.quest(quest)?.tally == QuestTally.self.none.with(walked: first.answer))
    #expect(try await store.activities(of: ann, before: nil, limit: 10).isEmpty)
    #expect(await refusal(.edit(key, content, expectedRevision: nil)) == .deleted)
    #expect(await refusal(.log(key, Self.walk(1, after: 60), zone: "UTC")) == .conflict)
  }

  func editsAndDeletionsAreKept() async throws {
    var world = self
    let ann: PersonID = world.id()
    let team = try await world.team(of: [ann])
    let quest = try await world.quest(for: team, meters: 10_000)
    let key = ActivityKey(person: ann, id: world.id())
    let contents = [
      Self.walk(5_000, after: 60), Self.walk(10_000, after: 60, note: "all of it"),
      Self.walk(2_000, after: 90, isPrivate: true),
    ]
    _ = try await log(key, contents[0])
    let later = Self.dawn.advanced(bySeconds: 1_000)
    guard
      case .edited(let up) = try await tell(
        .edit(key, contents[1], expectedRevision: 1), at: later, by: ann)
    else { return }
    #expect(up.revision == 2)
    #expect(up.deltas.first?.reached.last?.key == .percent(100))
    #expect(try await store.quest(quest)?.quest.closing == .completed)
    // The same edit again finds its work done; an older one is told apart.
    guard
      case .edited(let again) = try await tell(
        .edit(key, contents[1], expectedRevision: 1), at: later, by: ann)
    else { return }
    #expect(again.revision == 2)
    #expect(await refusal(.edit(key, contents[2], expectedRevision: 1)) == .revision)
    guard
      case .edited(let down) = try await tell(
        .edit(key, contents[2], expectedRevision: 2), at: later, by: ann)
    else { return }
    #expect(down.deltas.first?.retracted.first?.key == .percent(100))
    #expect(down.deltas.first?.retracted.last?.key == .percent(25))
    #expect(try await store.quest(quest)?.quest.closing == nil, "it is open again")
    guard case .deleted(let gone) = try await tell(.delete(key, expectedRevision: 3), by: ann)
    else { return }
    #expect(gone.deltas.first?.totalAfter == .zero)
    guard case .deleted = try await tell(.delete(key, expectedRevision: 3), by: ann) else { return }
    let versions = try await store.versions(of: key)
    #expect(versions.map(\.content) == contents)
    #expect(versions.map(\.revision) == [1, 2, 3])
    #expect(versions.map(\.replacedBy) == [ann, ann, ann])
    #expect(try await store.passages(of: quest, from: 0, limit: 100).isEmpty)
    #expect(try await store.days(of: quest).isEmpty)
    #expect(try await store.people(in: quest).isEmpty)
    #expect(
      await refusal(.delete(ActivityKey(person: ann, id: world.id()), expectedRevision: nil))
        == .notFound)
  }

  /// 64 writers on two stores, as two processes have them, each id sent twice, in any order.
  func concurrentWriters(_ second: any LedgerStore) async throws {
    var world = self
    let people: [PersonID] = (0..<8).map { _ in world.id() }
    var quests: [QuestID] = []
    /// Each quest's walkers, by their numbers.
    var walkers: [[Int]] = []
    for team in 0..<4 {
      let members = people.indices.filter { $0 % 4 == team || $0 % 4 == (team + 1) % 4 }
      let id = try await world.team(of: members.map { people[$0] })
      quests.append(try await world.quest(for: id, meters: 1_000_000))
      walkers.append(members)
    }
    var walks: [ActivityKey: ActivityContent] = [:]
    var commands: [LedgerCommand] = []
    for number in 0..<640 {
      // Some ids are those of another person's walk.
      let shared = number >= 8 && world.random.chance(10)
      let id =
        shared
        ? ActivityID(high: 5, low: UInt64(number - 1)) : ActivityID(high: 5, low: UInt64(number))
      let key = ActivityKey(person: people[number % 8], id: id)
      let content = Self.walk(
        Int64(world.random.int(1...5_000)), after: Int64(world.random.int(0...80_000)),
        isPrivate: world.random.chance(20))
      walks[key] = content
      let command = LedgerCommand(
        .log(key, content, zone: "UTC"), at: Self.dawn.advanced(bySeconds: 86_400), actor: nil)
      commands += [command, command]
    }
    #expect(walks.count == 640)
    commands.shuffle(using: &world.random)
    let stores = [store, second]
    let work = commands
    let answers = try await withThrowingTaskGroup(
      of: [(ActivityAnswer, Bool)].self, returning: [(ActivityAnswer, Bool)].self
    ) { group in
      for writer in 0..<64 {
        group.addTask {
          var answers: [(ActivityAnswer, Bool)] = []
          for index in stride(from: writer, to: work.count, by: 64) {
            guard
              case .logged(let answer, let isRepeat) = try await stores[writer % 2].perform(
                work[index])
            else { continue }
            answers.append((answer, isRepeat))
          }
          return answers
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(answers.count == 1_280)
    let byKey = Dictionary(grouping: answers, by: \.0.key)
    #expect(Set(byKey.keys) == Set(walks.keys))
    #expect(byKey.values.allSatisfy { $0.count == 2 && $0[0].0 == $0[1].0 })
    #expect(byKey.values.allSatisfy { $0[0].1 != $0[1].1 }, "one of each two is the repeat")
    // One row an id, with what was sent.
    var stored: [ActivityKey: ActivityContent] = [:]
    for person in people {
      var cursor: WalkOrder?
      while true {
        let page = try await store.activities(of: person, before: cursor, limit: 500)
        guard let last = page.last else { break }
        for activity in page {
          #expect(stored.updateValue(activity.content, forKey: activity.key) == nil)
        }
        cursor = last.order
      }
    }
    #expect(stored == walks)
    // Whoever asks again, long after and of either store, gets what the first one got.
    for (number, key) in walks.keys.sorted().enumerated() {
      let again = try await stores[number % 2].perform(
        LedgerCommand(
          .log(key, try #require(walks[key]), zone: "Asia/Kathmandu"),
          at: Self.dawn.advanced(bySeconds: 99 * Self.day), actor: key.person))
      guard case .logged(let answer, true) = again else {
        Issue.record("\(key) was logged once more")
        continue
      }
      #expect(answer == byKey[key]?[0].0)
    }
    for (quest, members) in zip(quests, walkers) {
      let mine = walks.filter { walk in members.contains { people[$0] == walk.key.person } }
      let expected = mine.reduce(Int64(0)) { $0 + $1.value.distance.micrometers }
      for store in stores {
        let record = try #require(try await store.quest(quest))
        #expect(record.tally.total.micrometers == expected, "summed from what was sent")
        #expect(record.tally.walks == Int64(mine.count))
      }
      // One after the other, from nothing to the total: each after is the next one's before.
      let deltas = byKey.values.compactMap { $0[0].0.deltas.first { $0.quest == quest } }
      #expect(deltas.count == mine.count)
      let chain = deltas.sorted { $0.versionBefore < $1.versionBefore }
      #expect(chain.first?.totalBefore == .zero)
      #expect(chain.last?.totalAfter.micrometers == expected)
      #expect(zip(chain, chain.dropFirst()).allSatisfy { $0.totalAfter == $1.totalBefore })
      #expect(zip(chain, chain.dropFirst()).allSatisfy { $0.versionAfter == $1.versionBefore })
    }
  }

  /// 32 that race to create a team's quest, on two stores: again after the quest was cancelled, and
  /// again after the next has ended.
  func oneOpenQuest(_ second: any LedgerStore) async throws {
    var world = self
    let ann: PersonID = world.id()
    let team = try await world.team(of: [ann])
    let stores = [store, second]
    var winners: [QuestID] = []
    for round in 0..<3 {
      let now = Self.dawn.advanced(bySeconds: Int64(round) * 10 * Self.day)
      let drafts = try (0..<32).map { number in
        try draft(
          world.id(), team, meters: 1_000, from: now.advanced(bySeconds: Int64(number)), days: 5,
          name: "Race \(number)")
      }
      let results = await withTaskGroup(of: Result<LedgerAnswer, LedgerError>.self) { group in
        for (number, draft) in drafts.enumerated() {
          group.addTask {
            do throws(LedgerError) {
              return .success(
                try await stores[number % 2].perform(
                  LedgerCommand(.createQuest(draft), at: now, actor: ann)))
            } catch { return .failure(error) }
          }
        }
        return await group.reduce(into: [Result<LedgerAnswer, LedgerError>]()) { $0.append($1) }
      }
      var refused: [LedgerError.Code] = []
      for result in results {
        switch result {
        case .success(.quest(let record)): winners.append(record.quest.id)
        case .success(let other): Issue.record("a creation was answered with \(other)")
        case .failure(let error): refused.append(error.code)
        }
      }
      #expect(winners.count == round + 1, "exactly one wins")
      #expect(refused == Array(repeating: .questOpen, count: 31))
      let quests = try #require(try await store.team(team)).quests.map(\.quest)
      #expect(quests.map(\.id) == winners)
      #expect(quests.filter(\.isOpen).map(\.id) == winners.suffix(1))
      if round == 0 { _ = try await tell(.cancelQuest(winners[0]), at: now, by: ann) }
    }
    // The second had ended when the third began, which closed it.
    let closings = try #require(try await store.team(team)).quests.map(\.quest.closing)
    #expect(closings == [.cancelled, .expired, nil])
  }

  func successorsAndExpiry() async throws {
    var world = self
    let store = store
    let ann: PersonID = world.id()
    let team = try await world.team(of: [ann])
    let first = try await world.quest(for: team, meters: 1_000, days: 10)
    let day = Self.day
    let key = ActivityKey(person: ann, id: world.id())
    _ = try await log(key, Self.walk(1_500, after: 3_600))
    #expect(try await store.quest(first)?.quest.closing == .completed)
    // A walk that will belong to the successor, and one that stays.
    let moved = ActivityKey(person: ann, id: world.id())
    _ = try await log(moved, Self.walk(700, after: 3 * day))
    let kept = ActivityKey(person: ann, id: world.id())
    _ = try await log(kept, Self.walk(50, after: 2 * day - 1))
    let now = Self.dawn.advanced(bySeconds: 4 * day)
    let start = Self.dawn.advanced(bySeconds: 2 * day)
    let second: QuestID = world.id()
    _ = try await tell(
      .createQuest(try draft(second, team, meters: 5_000, from: start, days: 3)), at: now)
    #expect(try await store.quest(first)?.quest.end == start)
    #expect(try await store.quest(first)?.tally.total.micrometers == 1_550_000_000)
    #expect(try await store.quest(second)?.tally.total.micrometers == 700_000_000)
    // Late edits change the old total and never its closing.
    let closedAt = try await store.quest(first)?.quest.closedAt
    _ = try await tell(.edit(key, Self.walk(100, after: 3_600), expectedRevision: nil), at: now)
    #expect(try await store.quest(first)?.tally.total.micrometers == 150_000_000)
    #expect(try await store.quest(first)?.quest.closing == .completed)
    #expect(try await store.quest(first)?.quest.closedAt == closedAt)
    #expect(
      await refusal(
        .changeQuest(
          first, QuestChange(end: now), expectedRevision: nil), at: now) == .questClosed)
    // Overlapping windows are refused.
    let over = Self.dawn.advanced(bySeconds: 20 * day)
    #expect(
      await refusal(
        .createQuest(try draft(world.id(), team, meters: 10, from: Self.dawn)), at: over)
        == .windowOverlap)
    // Expiry is announced once, whoever races for it, and so is a start that lay ahead.
    #expect(try await store.questsDue(at: now, limit: 10).isEmpty)
    #expect(try await store.questsDue(at: over, limit: 10) == [second])
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          _ = try await store.perform(LedgerCommand(.advanceQuest(second), at: over, actor: nil))
        }
      }
      try await group.waitForAll()
    }
    let events = try await store.events(of: team, after: 0, limit: 500)
    #expect(events.count { $0.kind == .questExpired && $0.quest == second } == 1)
    #expect(try await store.questsDue(at: over, limit: 10).isEmpty)
    // A walk that is synced late completes what has expired, until there is a successor.
    let late = ActivityKey(person: ann, id: world.id())
    _ = try await log(late, Self.walk(4_300, after: 4 * day + 60), at: over)
    #expect(try await store.quest(second)?.quest.closing == .completed)
    _ = try await tell(.delete(late, expectedRevision: nil), at: over)
    #expect(try await store.quest(second)?.quest.closing == .expired)
    // The next one closes an expired quest that nobody has announced.
    let third = try await world.quest(for: team, meters: 10, from: over, days: 1, at: over)
    let fourth = try await world.quest(
      for: team, meters: 10, from: over.advanced(bySeconds: 2 * day), days: 1,
      at: over.advanced(bySeconds: 2 * day))
    #expect(try await store.quest(third)?.quest.closing == .expired)
    #expect(try await store.quest(fourth)?.quest.closing == nil)
    // A walk that is synced after that changes the total of the old quest and not how it ended.
    _ = try await log(
      ActivityKey(person: ann, id: world.id()), Self.walk(50, after: 20 * day + 60),
      at: over.advanced(bySeconds: 2 * day))
    #expect(try await store.quest(third)?.tally.total.micrometers == 50_000_000)
    #expect(try await store.quest(third)?.quest.closing == .expired)
    #expect(try await store.quest(fourth)?.tally.total == .zero)
    // A cancelled one counts up to then.
    let half = over.advanced(bySeconds: 2 * day + 43_200)
    _ = try await tell(.cancelQuest(fourth), at: half)
    #expect(try await store.quest(fourth)?.quest.end == half)
    #expect(try await store.quest(fourth)?.quest.state(at: half) == .cancelled)
    // Its window still stands, and the refusal says so.
    let cancelled = try #require(try await store.quest(fourth)?.quest)
    let again = try draft(world.id(), team, meters: 10, from: cancelled.start)
    let refusal = await #expect(throws: LedgerError.self) {
      _ = try await tell(.createQuest(again), at: half)
    }
    #expect(refusal?.code == .windowOverlap)
    #expect(
      refusal?.message.contains("was cancelled at \(half) and started at \(cancelled.start)")
        == true)
  }

  func changedQuestsAreDerivedAgain() async throws {
    var world = self
    let ann: PersonID = world.id()
    let team = try await world.team(of: [ann], at: Self.dawn.advanced(bySeconds: -20 * Self.day))
    let quest = try await world.quest(for: team, meters: 10_000)
    for hour in -48..<48 {
      _ = try await log(
        ActivityKey(person: ann, id: world.id()), Self.walk(100, after: Int64(hour) * 3_600))
    }
    #expect(try await store.quest(quest)?.tally.walks == 48)
    let earlier = Self.dawn.advanced(bySeconds: -24 * 3_600)
    let later = Self.dawn.advanced(bySeconds: 24 * 3_600)
    let before = try await store.team(team)?.version ?? 0
    _ = try await tell(
      .changeQuest(
        quest,
        QuestChange(
          start: earlier, end: later, zone: "America/New_York",
          plan: try Self.plan(meters: 10_000, questMeters: 4_800)), expectedRevision: 1))
    let record = try #require(try await store.quest(quest))
    #expect(record.tally.total.micrometers == 4_800_000_000)
    #expect(record.quest.revision == 2)
    #expect(record.quest.closing == .completed)
    #expect(record.quest.plans.count == 2)
    let days = try await store.days(of: quest)
    // 8:00 in New York, a day, and up to 7:00: three calendar days.
    #expect(days.map(\.walks) == [16, 24, 8])
    #expect(try await store.passages(of: quest, from: 0, limit: 100).count == 13)
    let events = try await store.events(of: team, after: before, limit: 500)
    #expect(events.first?.kind == .questChanged)
    #expect(events.count { $0.kind == .milestoneReached } == 8)
    #expect(
      await refusal(.changeQuest(quest, QuestChange(name: "x"), expectedRevision: 1)) == .revision)
  }

  /// The standing at any past moment is the sum of the walks that had started, whatever arrived when.
  func pastMoments() async throws {
    var world = self
    let ann: PersonID = world.id()
    let team = try await world.team(of: [ann])
    let quest = try await world.quest(for: team, meters: 100_000, days: 60)
    let end = Self.dawn.advanced(bySeconds: 60 * Self.day)
    var walks: [ActivityContent] = []
    for _ in 0..<150 {
      let content = Self.walk(
        Int64(world.random.int(1...900)), after: Int64(world.random.int(0...(59 * 86_400))))
      walks.append(content)
      _ = try await log(ActivityKey(person: ann, id: world.id()), content, at: end)
    }
    let zone = try ZoneCatalog().zone(named: "Pacific/Auckland")
    for round in 0..<60 {
      let moment =
        round % 3 == 0
        ? world.random.element(of: walks).start
        : Self.dawn.advanced(bySeconds: Int64(world.random.int(-100...(61 * 86_400))))
      let counted = walks.filter { $0.start <= moment }
      let standing = try #require(try await store.standing(of: quest, now: end, past: moment))
      let total = counted.reduce(Int64(0)) { $0 + $1.distance.micrometers }
      #expect(standing.total.micrometers == total, "as of \(moment)")
      #expect(standing.walks == Int64(counted.count))
      let progress = Progress(standing, zone: zone)
      #expect(progress.milestonesReached == standing.plan.reachedCount(total: standing.total))
      if let window = Pace.window(at: moment, start: Self.dawn, zone: zone) {
        let recent = counted.filter { window.contains(zone.day(at: $0.start)) }
        #expect(
          progress.pace.walked.micrometers
            == recent.reduce(Int64(0)) { $0 + $1.distance.micrometers }, "as of \(moment)")
      }
      // The milestones of the list are those that the total of the moment had reached.
      let rows = try await store.passages(of: quest, from: 0, limit: 500)
      #expect(rows.count { $0.at <= moment } >= progress.milestonesReached)
    }
    let now = try #require(try await store.standing(of: quest, now: end, past: nil))
    #expect(now.total == (try await store.quest(quest))?.tally.total)
    let days = try await store.days(of: quest)
    #expect(days.map(\.day) == days.map(\.day).sorted())
    #expect(days.reduce(Int64(0)) { $0 + $1.distance.micrometers } == now.total.micrometers)
    #expect(try await store.standing(of: world.id(), now: end, past: nil) == nil)
  }

  func listingsStayStable() async throws {
    var world = self
    let (ann, bob): (PersonID, PersonID) = (world.id(), world.id())
    let team = try await world.team(of: [ann, bob])
    let quest = try await world.quest(for: team, meters: 100_000)
    // Many start at the same moment.
    var mine: [ActivityKey: ActivityContent] = [:]
    var open: Set<ActivityKey> = []
    for number in 0..<60 {
      let key = ActivityKey(person: number % 3 == 0 ? bob : ann, id: world.id())
      let content = Self.walk(
        10, after: Int64(world.random.int(0...3)) * 60, isPrivate: number % 5 == 0)
      _ = try await log(key, content)
      if key.person == ann { mine[key] = content }
      if !content.isPrivate { open.insert(key) }
    }
    var seen: [ActivityKey] = []
    var cursor: WalkOrder?
    while true {
      let page = try await store.activities(of: ann, before: cursor, limit: 7)
      seen += page.map(\.key)
      guard let last = page.last else { break }
      cursor = last.order
      // One that comes between pages, at the newest end, moves nothing.
      if seen.count < 30 {
        _ = try await log(ActivityKey(person: ann, id: world.id()), Self.walk(1, after: 7_000))
      }
    }
    #expect(seen.count == Set(seen).count, "no walk twice")
    #expect(Set(seen) == Set(mine.keys))
    #expect(
      seen
        == seen.sorted { a, b in
          (mine[a]!.start, a.id) > (mine[b]!.start, b.id)
        })
    var feed: [Contribution] = []
    cursor = Self.dawn.advanced(bySeconds: 6_000).firstWalk
    while true {
      let page = try await store.feed(of: quest, before: cursor, limit: 9)
      feed += page
      guard let last = page.last else { break }
      cursor = last.order
    }
    #expect(Set(feed.map(\.key.activity)) == open, "private walks are in no feed")
    #expect(feed.map(\.order) == feed.map(\.order).sorted(by: >))
    let people = try await store.people(in: quest)
    #expect(people.map(\.person) == [ann, bob].sorted())
    let milestonePage = try await store.passages(of: quest, from: 0, limit: 1_000)
    #expect(milestonePage.isEmpty)
    var teams: Set<TeamID> = [team]
    for _ in 0..<5 { teams.insert(try await world.team(of: [ann])) }
    var listed: [TeamFacts] = []
    while true {
      let page = try await store.teams(after: listed.last?.team.id, limit: 2)
      if page.isEmpty { break }
      listed += page
    }
    #expect(listed.map(\.team.id) == teams.sorted())
    #expect(listed.first { $0.team.id == team }?.quests.map(\.quest.id) == [quest])
  }

  func membershipsAndInvites() async throws {
    var world = self
    let store = store
    let (ann, bob, cat): (PersonID, PersonID, PersonID) = (world.id(), world.id(), world.id())
    let team = try await world.team(of: [ann])
    let quest = try await world.quest(for: team, meters: 10_000)
    let (noon, day) = (Self.dawn, Self.day)
    // Bob walks before, during and after his stay, and once more in a second one.
    let hours: [Int64] = [1, 25, 49, 73]
    for (index, hour) in hours.enumerated() {
      _ = try await log(
        ActivityKey(person: bob, id: ActivityID(high: 0, low: UInt64(index))),
        Self.walk(1 << Int64(index), after: hour * 3_600))
    }
    func total() async throws -> Int64 {
      try await store.quest(quest)?.tally.total.micrometers ?? -1
    }
    #expect(try await total() == 0)
    func moment(_ days: Int64) -> Instant { noon.advanced(bySeconds: days * day) }
    _ = try await tell(.join(team, bob, .member, from: moment(1)), at: moment(5))
    #expect(try await total() == 14_000_000, "joining brings nothing from before along")
    _ = try await tell(.leave(team, bob, from: moment(2)), at: moment(5))
    #expect(try await total() == 2_000_000, "leaving takes nothing away")
    _ = try await tell(.join(team, bob, .admin, from: moment(3)), at: moment(5))
    #expect(try await total() == 10_000_000)
    // The same once more does nothing; anything else is refused.
    _ = try await tell(.join(team, bob, .admin, from: moment(3)), at: moment(5))
    #expect(
      await refusal(.join(team, bob, .member, from: moment(4)), at: moment(5)) == .alreadyMember)
    #expect(try await store.memberships(of: bob).map(\.period) == [1, 2])
    _ = try await tell(.leave(team, ann, from: moment(4)), at: moment(5))
    #expect(await refusal(.setRole(team, bob, .member), at: moment(5)) == .lastAdmin)
    let dan: PersonID = world.id()
    _ = try await tell(.join(team, dan, .member, from: moment(5)), at: moment(5))
    #expect(await refusal(.leave(team, bob, from: moment(5)), at: moment(5)) == .lastAdmin)
    #expect(await refusal(.leave(team, cat, from: moment(5)), at: moment(5)) == .notMember)

    let invite: InviteID = world.id()
    let expires = moment(9)
    _ = try await tell(
      .createInvite(invite, team, .member, expiresAt: expires), at: moment(5), by: bob)
    let guests: [PersonID] = (0..<8).map { _ in world.id() }
    let joined = await withTaskGroup(of: LedgerError.Code?.self) { group in
      for guest in guests {
        group.addTask {
          do throws(LedgerError) {
            _ = try await store.perform(
              LedgerCommand(.redeemInvite(invite, guest), at: moment(6), actor: guest))
            return nil
          } catch { return error.code }
        }
      }
      return await group.reduce(into: [LedgerError.Code?]()) { $0.append($1) }
    }
    #expect(joined.count { $0 == nil } == 1, "an invite is redeemed once")
    #expect(joined.count { $0 == .inviteUsed } == 7)
    let redeemer = try #require(try await store.invite(invite)?.redeemedBy)
    _ = try await tell(.redeemInvite(invite, redeemer), at: moment(7), by: redeemer)
    #expect(await refusal(.revokeInvite(invite), at: moment(7), by: bob) == .inviteUsed)
    let second: InviteID = world.id()
    _ = try await tell(
      .createInvite(second, team, .member, expiresAt: expires), at: moment(5), by: bob)
    #expect(await refusal(.redeemInvite(second, cat), at: expires, by: cat) == .inviteExpired)
    _ = try await tell(.revokeInvite(second), at: moment(6), by: bob)
    #expect(await refusal(.redeemInvite(second, cat), at: moment(7), by: cat) == .inviteRevoked)
    #expect(try await store.invites(of: team).count == 2)

    let trail = try await store.changeLog(of: team, before: nil, limit: 500)
    #expect(trail.map(\.number) == trail.map(\.number).sorted(by: >))
    #expect(
      trail.reversed().prefix(5).map(\.entry.action) == [
        "create-team", "create-quest", "join-team", "leave-team", "join-team",
      ])
    #expect(trail.contains { $0.entry.action == "redeem-invite" && $0.entry.actor == redeemer })
    let page = try await store.changeLog(of: team, before: trail[1].number, limit: 2)
    #expect(page.map(\.number) == trail[2...3].map(\.number))
    _ = try await tell(.changeTeam(team, TeamChange(name: "Short Haulers"), expectedRevision: 1))
    #expect(try await store.team(team)?.team.revision == 2)
    #expect(
      await refusal(.changeTeam(team, TeamChange(name: "Others"), expectedRevision: 1)) == .revision
    )
  }

  func eventsAndPrivacy() async throws {
    var world = self
    let (ann, bob): (PersonID, PersonID) = (world.id(), world.id())
    let team = try await world.team(of: [ann, bob])
    let quest = try await world.quest(for: team, meters: 1_000)
    let secret = ActivityKey(person: ann, id: world.id())
    _ = try await log(secret, Self.walk(300, after: 60, isPrivate: true))
    let open = ActivityKey(person: bob, id: world.id())
    _ = try await log(open, Self.walk(100, after: 90))
    var events = try await store.events(of: team, after: 0, limit: 500)
    #expect(events.map(\.version) == Array(1...Int64(events.count)))
    // A private walk is progress, and nothing else.
    let walks = events.filter { [.activityLogged, .progressUpdated].contains($0.kind) }
    #expect(walks.map(\.kind) == [.progressUpdated, .activityLogged])
    #expect(walks.map(\.person) == [nil, bob])
    #expect(walks.map(\.activity) == [nil, open.id])
    #expect(walks.map(\.total?.micrometers) == [300_000_000, 400_000_000])
    #expect(
      events.compactMap(\.milestone).map(\.description) == [
        "waypoint:0", "waypoint:1", "percent:25", "waypoint:2", "waypoint:3",
      ])
    #expect(try await store.people(in: quest).map(\.person) == [bob])
    // What becomes private is taken out of what was told.
    var hidden = Self.walk(100, after: 90)
    hidden.isPrivate = true
    _ = try await tell(.edit(open, hidden, expectedRevision: nil))
    events = try await store.events(of: team, after: 0, limit: 500)
    #expect(events.allSatisfy { $0.person == nil || $0.activity == nil })
    #expect(!events.contains { $0.kind.isOfActivity })
    #expect(events.count { $0.kind == .progressUpdated } == 3)
    #expect(try await store.people(in: quest).isEmpty)
    #expect(try await store.feed(of: quest, before: nil, limit: 10).isEmpty)
    // Takes back, and reaches again.
    _ = try await tell(.delete(secret, expectedRevision: nil))
    _ = try await log(
      ActivityKey(person: bob, id: world.id()), Self.walk(300, after: 95))
    events = try await store.events(of: team, after: 0, limit: 500)
    let hut = events.filter { $0.milestone == .waypoint(2, pass: 1) }
    #expect(
      hut.map(\.kind) == [.milestoneReached, .milestoneRetracted, .milestoneReached])
    let some = try await store.events(of: team, after: 3, limit: 2)
    #expect(some.map(\.version) == [4, 5])
    // Old ones are forgotten, and the version goes on.
    let version = try #require(try await store.team(team)).version
    let late = Self.dawn.advanced(bySeconds: 30 * Self.day)
    #expect(try await store.forgetEvents(at: late) == events.count)
    #expect(try await store.events(of: team, after: 0, limit: 500).isEmpty)
    _ = try await tell(.advanceQuest(quest), at: late)
    _ = try await tell(
      .changeTeam(team, TeamChange(name: "Night owls"), expectedRevision: nil), at: late)
    #expect(
      try await store.events(of: team, after: version, limit: 500).map(\.version)
        == [version + 1])
  }

  func markersInABox() async throws {
    var world = self
    var all: [QuestMarker] = []
    for _ in 0..<300 {
      all.append(
        QuestMarker(
          quest: world.id(), team: world.id(),
          latitude: Double(world.random.int(-90_000...90_000)) / 1e3,
          longitude: Double(world.random.int(-180_000...180_000)) / 1e3, version: 5))
    }
    all.append(
      QuestMarker(quest: world.id(), team: world.id(), latitude: 0, longitude: 180, version: 5))
    all.append(
      QuestMarker(quest: world.id(), team: world.id(), latitude: 0, longitude: -180, version: 5))
    try await store.setMarkers(all)
    // An older one is left out, a newer one moves the marker.
    let old = QuestMarker(
      quest: all[0].quest, team: all[0].team, latitude: 1, longitude: 1, version: 4)
    try await store.setMarkers([old])
    all[1] = QuestMarker(
      quest: all[1].quest, team: all[1].team, latitude: 2, longitude: 2, version: 6)
    try await store.setMarkers([all[1]])
    let boxes: [Bounds] = [
      Bounds(west: -180, south: -90, east: 180, north: 90),
      Bounds(west: 170, south: -60, east: -150, north: 60),
      Bounds(west: -20, south: 10, east: 40, north: 50),
      Bounds(west: 180, south: -1, east: -180, north: 1),
      Bounds(west: 2, south: 2, east: 2, north: 2),
    ]
    for box in boxes {
      let expected = all.filter { marker in
        let isEast =
          box.west <= box.east
          ? box.west <= marker.longitude && marker.longitude <= box.east
          : box.west <= marker.longitude || marker.longitude <= box.east
        return isEast && box.south <= marker.latitude && marker.latitude <= box.north
      }.sorted { $0.quest < $1.quest }
      var found: [QuestMarker] = []
      while true {
        let page = try await store.markers(
          in: box, publicOnly: false, after: found.last?.quest, limit: 50)
        if page.isEmpty { break }
        found += page
      }
      #expect(found == expected, "in \(box)")
    }
  }

  func publicTeams() async throws {
    var world = self
    let ann: PersonID = world.id()
    let everywhere = Bounds(west: -180, south: -90, east: 180, north: 90)
    var markers: [QuestMarker] = []
    for number in 0..<12 {
      let team: TeamID = world.id()
      let create = LedgerCommand.Action.createTeam(
        team, name: "T\(number)", isPublic: number % 3 == 0, founder: ann)
      guard case .team(let made) = try await tell(create) else { return }
      #expect(made.isPublic == (number % 3 == 0))
      markers.append(
        QuestMarker(
          quest: world.id(), team: team, latitude: Double(number), longitude: 179.5, version: 1))
    }
    // Names of what is not there are left out.
    #expect(try await store.questNames(markers.map(\.quest)).isEmpty)
    // A marker whose team is not there is nobody's to show.
    let stray = QuestMarker(
      quest: world.id(), team: world.id(), latitude: 0, longitude: 0, version: 1)
    try await store.setMarkers(markers + [stray])
    func seen(_ publicOnly: Bool) async throws -> Set<TeamID> {
      var found: [QuestMarker] = []
      while true {
        let page = try await store.markers(
          in: everywhere, publicOnly: publicOnly, after: found.last?.quest, limit: 2)
        if page.isEmpty { break }
        found += page
      }
      #expect(found.map(\.quest) == found.map(\.quest).sorted())
      return Set(found.map(\.team))
    }
    let teams = markers.map(\.team)
    #expect(try await seen(false) == Set(teams + [stray.team]))
    #expect(try await seen(true) == [teams[0], teams[3], teams[6], teams[9]])

    let change = LedgerCommand.Action.changeTeam(
      teams[0], TeamChange(isPublic: false), expectedRevision: 1)
    let version = try #require(try await store.team(teams[0])).version
    for _ in 0..<2 {
      guard case .team(let changed) = try await tell(change) else { return }
      #expect((changed.name, changed.isPublic, changed.revision) == ("T0", false, 2))
    }
    _ = try await tell(
      .changeTeam(teams[1], TeamChange(name: "One", isPublic: true), expectedRevision: nil))
    let one = try #require(try await store.team(teams[1])).team
    #expect((one.name, one.isPublic, one.revision) == ("One", true, 2))
    #expect(try await seen(true) == [teams[1], teams[3], teams[6], teams[9]])
    #expect(
      try await store.events(of: teams[0], after: version, limit: 9).map(\.kind) == [.teamChanged])
    let trail = try await store.changeLog(of: teams[1], before: nil, limit: 1)
    #expect(trail.map(\.entry.action) == ["change-team"])
    #expect(trail.map(\.entry.detail) == ["“T1” became “One”, became public"])
    // The same creation again is a repeat; one that differs in this too is another.
    _ = try await tell(.createTeam(teams[3], name: "T3", isPublic: true, founder: ann))
    #expect(
      await refusal(.createTeam(teams[3], name: "T3", isPublic: false, founder: ann)) == .conflict)
    #expect(
      await refusal(.changeTeam(teams[3], TeamChange(isPublic: false), expectedRevision: 7))
        == .revision)
    #expect(
      await refusal(.changeTeam(teams[3], TeamChange(name: " "), expectedRevision: 1)) == .invalid)
  }

  func figuresOfAPerson() async throws {
    var world = self
    let (ann, bob): (PersonID, PersonID) = (world.id(), world.id())
    #expect(try await store.stats(of: ann) == .none)
    var walks: [(key: ActivityKey, content: ActivityContent)] = []
    for number in 0..<40 {
      var content = Self.walk(
        Int64(number + 1), after: Int64(number * 7 % 10) * 60,
        isPrivate: number % 4 == 0)
      if number % 3 == 0 { content.durationSeconds = nil }
      let key = ActivityKey(person: number % 11 == 9 ? bob : ann, id: world.id())
      _ = try await log(key, content)
      if key.person == ann { walks.append((key, content)) }
    }
    // An edit counts as it is now, a deletion not at all.
    walks[3].content.distance = Distance(micrometers: 77)
    _ = try await tell(.edit(walks[3].key, walks[3].content, expectedRevision: nil))
    _ = try await tell(.delete(walks[5].key, expectedRevision: nil))
    walks.remove(at: 5)
    let contents = walks.map(\.content)
    #expect(
      try await store.stats(of: ann)
        == PersonStats(
          walks: Int64(contents.count),
          distance: contents.reduce(.zero) { $0 + $1.distance },
          durationSeconds: contents.reduce(0) { $0 + ($1.durationSeconds ?? 0) },
          firstStart: contents.map(\.start).min(), lastStart: contents.map(\.start).max()))

    // Any window, in pages; its bounds are half-open.
    func minute(_ number: Int64) -> Instant { Self.dawn.advanced(bySeconds: number * 60) }
    for (from, until) in [
      (nil, nil), (minute(3), nil), (nil, minute(6)), (minute(3), minute(6)),
      (minute(3), minute(3).advanced(byMicroseconds: 1)), (minute(3), minute(3)),
      (minute(6), minute(3)), (Instant(microseconds: .min), Instant(microseconds: .max)),
    ] {
      let expected = walks.filter {
        from.map { [start = $0.content.start] in $0 <= start } != false
          && until.map { [start = $0.content.start] in start < $0 } != false
      }
      var found: [Activity] = []
      while true {
        let page = try await store.activities(
          of: ann, before: found.last?.order, after: from, until: until, limit: 4)
        if page.isEmpty { break }
        #expect(page.count <= 4)
        found += page
      }
      #expect(Set(found.map(\.key)) == Set(expected.map(\.key)))
      #expect(found.map(\.order) == found.map(\.order).sorted(by: >))
      #expect(found.count == expected.count)
      #expect(expected.isEmpty == (until.flatMap { until in from.map { until <= $0 } } == true))
    }
  }

  func openMembers() async throws {
    var world = self
    let people: [PersonID] = (0..<9).map { _ in world.id() }
    let team = try await world.team(of: people)
    _ = try await world.team(of: [people[0], world.id()])
    for person in people[2...4] {
      _ = try await tell(.leave(team, person, from: Self.dawn))
    }
    _ = try await tell(.join(team, people[3], .admin, from: Self.dawn))
    var found: [Membership] = []
    while true {
      let page = try await store.members(of: team, after: found.last?.person, limit: 3)
      if page.isEmpty { break }
      #expect(page.count <= 3)
      found += page
    }
    let expected = (people[..<2] + [people[3]] + people[5...]).sorted()
    #expect(found.map(\.person) == expected)
    #expect(found.allSatisfy { $0.isOpen && $0.team == team })
    #expect(found.first { $0.person == people[3] }?.period == 2)
    #expect(try await store.members(of: world.id(), after: nil, limit: 3).isEmpty)
  }

  func streakDays() async throws {
    var world = self
    let ann: PersonID = world.id()
    let zones = ["Pacific/Auckland", "Pacific/Honolulu", "UTC"]
    let catalog = ZoneCatalog()
    var days: Set<Day> = []
    for _ in 0..<120 {
      let content = Self.walk(1, after: Int64(world.random.int(0...(200 * 24))) * 3_600)
      let zone = world.random.element(of: zones)
      let key = ActivityKey(person: ann, id: world.id())
      _ = try await log(
        key, content, at: Self.dawn.advanced(bySeconds: 300 * Self.day), zone: zone)
      if world.random.chance(20) {
        _ = try await tell(.delete(key, expectedRevision: nil))
      } else {
        days.insert(try catalog.zone(named: zone).day(at: content.start))
      }
    }
    let sorted = days.sorted(by: >)
    for through in [sorted[0].advanced(by: 3), sorted[0], sorted[10], sorted[20].advanced(by: -1)] {
      for limit in [1, 5, 40, 500] {
        let expected = Array(sorted.filter { $0 <= through }.prefix(limit))
        #expect(
          try await store.walkedDays(of: ann, through: through, limit: limit) == expected)
      }
    }
  }

  /// Walks at 23:30 and 00:30 around the changes of the clocks: the days of the quest, the days of
  /// the walks and what a past moment counts are those of the zone.
  func clockChanges() async throws {
    var world = self
    // The first moment of the day on which the clocks change, by the offset that holds then, and how
    // many hours that day has. Kathmandu's clocks stand still, a quarter of an hour off the others.
    let crossings: [(zone: String, day: Day, midnight: Int64, hours: Int64)] = [
      ("Pacific/Auckland", Day(year: 2026, month: 4, day: 5)!, -13 * 3_600, 25),
      ("Pacific/Auckland", Day(year: 2026, month: 9, day: 27)!, -12 * 3_600, 23),
      ("America/New_York", Day(year: 2026, month: 3, day: 8)!, 5 * 3_600, 23),
      ("America/New_York", Day(year: 2026, month: 11, day: 1)!, 4 * 3_600, 25),
      ("Asia/Kathmandu", Day(year: 2026, month: 3, day: 8)!, -(5 * 3_600 + 2_700), 24),
      ("Asia/Kathmandu", Day(year: 2026, month: 11, day: 1)!, -(5 * 3_600 + 2_700), 24),
    ]
    for crossing in crossings {
      let (before, day) = (crossing.day.advanced(by: -1), crossing.day)
      let after = day.advanced(by: 1)
      let midnight = Instant(
        microseconds: (day.number * 86_400 + crossing.midnight) * 1_000_000)
      let next = crossing.hours * 3_600
      // Half past midnight and half past eleven of each day, in seconds from the midnight.
      let times: [(day: Day, seconds: Int64)] = [
        (before, -86_400 + 1_800), (before, -1_800), (day, 1_800), (day, next - 1_800),
        (after, next + 1_800), (after, next + 86_400 - 1_800),
      ]
      let start = midnight.advanced(bySeconds: -86_400)
      let now = midnight.advanced(bySeconds: 5 * Self.day)
      let ann: PersonID = world.id()
      let team = try await world.team(of: [ann], at: start)
      let quest: QuestID = world.id()
      _ = try await tell(
        .createQuest(
          try draft(quest, team, meters: 1_000, from: start, days: 30, zone: crossing.zone)),
        at: start)
      for index in times.indices.shuffled(using: &world.random) {
        let content = ActivityContent(
          start: midnight.advanced(bySeconds: times[index].seconds),
          distance: Distance(micrometers: 1 << Int64(index)))
        _ = try await log(
          ActivityKey(person: ann, id: world.id()), content, at: now, zone: crossing.zone)
      }
      let name = "\(crossing.zone) \(day)"
      let days = try await store.days(of: quest)
      #expect(days.map(\.day) == [before, day, after], "\(name)")
      #expect(days.map(\.distance.micrometers) == [3, 12, 48], "\(name)")
      let walked = try await store.walkedDays(of: ann, through: after, limit: 100)
      #expect(walked == [after, day, before], "\(name)")
      #expect(Streak.days(walked, today: after.advanced(by: 1)) == 3)
      #expect(Streak.days(walked, today: after.advanced(by: 2)) == 0)
      // The changes fall on Sundays, so the day after begins another week.
      #expect(Streak.weeks(walked, today: after) == 2, "\(name)")
      let zone = try ZoneCatalog().zone(named: crossing.zone)
      for (index, time) in times.enumerated() {
        // Of just then, and of a moment before.
        for (past, count) in [(time.seconds, index + 1), (time.seconds - 1, index)] {
          let moment = midnight.advanced(bySeconds: past)
          let standing = try #require(try await store.standing(of: quest, now: now, past: moment))
          #expect(standing.total.micrometers == 1 << Int64(count) - 1, "\(name) \(past)")
          let pace = Progress(standing, zone: zone).pace
          #expect(pace.days == time.day.number - before.number + 1, "\(name) \(past)")
          #expect(pace.walked == standing.total, "\(name) \(past)")
          var expected: [Day: Int64] = [:]
          for (number, walk) in times.prefix(count).enumerated() {
            expected[walk.day, default: 0] += 1 << Int64(number)
          }
          let found = standing.recent.filter { $0.walks > 0 }
          #expect(
            Dictionary(uniqueKeysWithValues: found.map { ($0.day, $0.distance.micrometers) })
              == expected, "\(name) \(past)")
        }
      }
    }
  }

  func auditFindsDamage(_ subject: Subject) async throws {
    var world = self
    let ann: PersonID = world.id()
    let team = try await world.team(of: [ann])
    let quest = try await world.quest(for: team, meters: 1_000)
    for number in 0..<5 {
      _ = try await log(
        ActivityKey(person: ann, id: world.id()), Self.walk(10, after: Int64(number)))
    }
    var report = try await store.audit()
    #expect(report.isClean)
    #expect((report.teams, report.quests, report.contributions) == (1, 1, 5))
    try await subject.damageTotal(quest)
    report = try await store.audit()
    #expect(report.differenceCount == 1)
    let found = try #require(report.differences.first)
    #expect((found.team, found.quest, found.what) == (team, quest, "total"))
    #expect(found.stored == "50000001")
    #expect(found.expected == "50000000")
    try await subject.loseContribution(quest)
    report = try await store.audit()
    #expect(report.differenceCount == 2)
    #expect(report.differences.contains { $0.what.hasPrefix("contribution") })
    try await subject.damageWalkCount(ann)
    report = try await store.audit()
    #expect(report.differenceCount == 3)
    #expect(
      report.differences.last
        == AuditDifference(person: ann, what: "number of walks", stored: "6", expected: "5"))
  }
}

extension Instant {
  /// Before every walk that starts at the moment.
  var firstWalk: WalkOrder {
    WalkOrder(
      start: self, id: ActivityID(high: 0, low: 0), person: PersonID(high: 0, low: 0))
  }
}

extension QuestTally {
  /// Nothing counts any more; the frontier remembers the one walk that did.
  func with(walked answer: ActivityAnswer) -> QuestTally {
    QuestTally(
      total: total, walks: walks,
      frontier: WalkOrder(
        start: World.dawn.advanced(bySeconds: 60), id: answer.key.id, person: answer.key.person))
  }
}
