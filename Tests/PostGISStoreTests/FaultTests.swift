import Foundation
import Geodesy
import PostGISStore
import PostgresCluster
import Quests
import Routes
import TestSupport
import Testing

@Suite(.enabled(if: Cluster.isInstalled, Cluster.missing), .timeLimit(.minutes(5)))
struct FaultTests {
  /// 64 writers in two stores on one database, as two processes would, every walk sent twice in any
  /// order: one row a walk, one answer for all its copies, exact totals.
  @Test func manyWritersWithRepeats() async throws {
    let cluster = try Cluster.shared.get()
    let (first, database) = try await cluster.store()
    let second = try await PostGISStore.open(url: cluster.url(database))
    let walks = try await Walks(first, teams: 5, people: 16)
    let count = 1_280
    let jobs = ((0..<count).map { $0 } + (0..<count).map { $0 }).shuffled()
    let answers = try await withThrowingTaskGroup(of: [(Int, ActivityAnswer, Bool)].self) { group in
      for writer in 0..<64 {
        let mine = stride(from: writer, to: jobs.count, by: 64).map { jobs[$0] }
        group.addTask {
          var answers: [(Int, ActivityAnswer, Bool)] = []
          for number in mine {
            let store = writer % 2 == 0 ? first : second
            guard
              case .logged(let answer, let isRepeat) = try await store.perform(
                walks.command(number))
            else { continue }
            answers.append((number, answer, isRepeat))
          }
          return answers
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(answers.count == 2 * count)
    #expect(answers.count { $0.2 } == count)
    for pair in Dictionary(grouping: answers, by: \.0).values {
      #expect(pair.count == 2 && pair[0].1 == pair[1].1)
    }
    try await expectWhole(first, walks, 0..<count)
    #expect(
      try cluster.sql("SELECT count(*) FROM milequest.activities", in: database) == "\(count)\n")
  }

  /// People come, go and walk at once, in two stores as two processes would, while teams begin quests
  /// that count what was walked: whichever is first, the figures are those of the activities.
  @Test func membersThatMoveWhileTheyWalk() async throws {
    let cluster = try Cluster.shared.get()
    let (first, database) = try await cluster.store()
    let second = try await PostGISStore.open(url: cluster.url(database))
    var random = SystemRandomNumberGenerator()
    let scale = try Scale(
      questLength: Distance(micrometers: 1_000_000_000),
      officialLength: Distance(micrometers: 1_000_000_000))
    let plan = try QuestPlan(
      route: RouteVersion(route: RouteID(high: 7, low: 7), version: 1), course: .once,
      scale: scale, waypoints: [])
    for round in 0..<100 {
      let team = TeamID.random(using: &random)
      _ = try await first.perform(
        LedgerCommand(
          .createTeam(team, name: "T", isPublic: false, founder: .random(using: &random)),
          at: Walks.dawn,
          actor: nil))
      let quest = LedgerCommand.Action.createQuest(
        QuestDraft(
          id: .random(using: &random), team: team, name: "Q", start: Walks.dawn,
          end: Walks.now.advanced(bySeconds: 8_640_000), zone: "UTC", plan: plan))
      let walker = PersonID.random(using: &random)
      // A walk, a stay and a quest that all count one another, none before the other.
      try await withThrowingTaskGroup(of: Void.self) { group in
        for (store, action) in [
          (
            first,
            LedgerCommand.Action.log(
              ActivityKey(person: walker, id: .random(using: &random)),
              ActivityContent(
                start: Walks.dawn.advanced(bySeconds: 60),
                distance: Distance(micrometers: 1_000_000)), zone: "UTC")
          ), (second, .join(team, walker, .member, from: Walks.dawn)),
          (round % 2 == 0 ? first : second, quest),
        ] {
          group.addTask {
            _ = try await store.perform(LedgerCommand(action, at: Walks.now, actor: nil))
          }
        }
        try await group.waitForAll()
      }
      let facts = try #require(try await first.team(team))
      #expect(facts.quests.first?.tally.total.micrometers == 1_000_000, "round \(round)")
    }
    #expect(try await second.audit().differences.isEmpty)
  }

  /// The totals are those of exactly these walks, and the audit is clean.
  private func expectWhole(
    _ store: PostGISStore, _ walks: Walks, _ numbers: some Sequence<Int>
  ) async throws {
    var totals: [Int64] = []
    for quest in walks.quests {
      totals.append(try await store.quest(quest)?.tally.total.micrometers ?? -1)
    }
    #expect(totals == walks.totals(numbers))
    #expect(try await store.audit().differences.isEmpty)
  }

  /// Writers that send one walk after the other, again after an unknown outcome, until told to stop.
  ///
  /// - Returns: the errors that they met.
  private func write(
    _ store: PostGISStore, _ walks: Walks, acknowledged: Tally, attempted: Tally,
    until isDone: @escaping @Sendable () -> Bool
  ) async -> [LedgerError] {
    await withTaskGroup(of: [LedgerError].self) { group in
      for _ in 0..<16 {
        group.addTask {
          var errors: [LedgerError] = []
          while !isDone(), !Task.isCancelled {
            let number = attempted.next()
            attempted.insert(number)
            do throws(LedgerError) {
              _ = try await store.perform(walks.command(number))
              acknowledged.insert(number)
            } catch { errors.append(error) }
          }
          return errors
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
  }

  @Test func crashesLoseNoAcknowledgedWalk() async throws {
    // A cluster of its own: a crash is everybody's.
    let cluster = try Cluster()
    let (store, _) = try await cluster.store()
    let walks = try await Walks(store, teams: 4, people: 12)
    let (acknowledged, attempted) = (Tally(), Tally())
    let isOver = Flag()
    async let errors = write(
      store, walks, acknowledged: acknowledged, attempted: attempted, until: { isOver.isRaised })
    for _ in 0..<2 {
      await acknowledged.grows()
      try await onThread {
        cluster.crash()
        try cluster.start()
      }
    }
    await acknowledged.grows()
    isOver.raise()
    let codes = Set(await errors.map(\.code))
    #expect(codes.isSubset(of: [.unknownOutcome, .unreachable, .timeout]))
    var stored: Set<Int> = []
    for number in attempted.all {
      if try await store.activity(walks.walk(number).key) != nil { stored.insert(number) }
    }
    #expect(acknowledged.all.isSubset(of: stored))
    try await expectWhole(store, walks, stored)
    // Sent again, everything is there once.
    for number in attempted.all { _ = try await store.perform(walks.command(number)) }
    try await expectWhole(store, walks, attempted.all)
  }

  @Test func killedConnectionsRecover() async throws {
    let cluster = try Cluster.shared.get()
    let (store, database) = try await cluster.store()
    let walks = try await Walks(store, teams: 3, people: 9)
    let (acknowledged, attempted) = (Tally(), Tally())
    let isOver = Flag()
    async let errors = write(
      store, walks, acknowledged: acknowledged, attempted: attempted, until: { isOver.isRaised })
    for _ in 0..<8 {
      await acknowledged.grows()
      _ = try await onThread {
        try cluster.sql(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(database)' "
            + "AND pid <> pg_backend_pid()", in: "postgres")
      }
    }
    await acknowledged.grows()
    isOver.raise()
    // Whether a commit was in time is all that a caller may be left to find out.
    #expect(Set(await errors.map(\.code)).isSubset(of: [.unknownOutcome]))
    for number in attempted.all { _ = try await store.perform(walks.command(number)) }
    try await expectWhole(store, walks, attempted.all)
    #expect(try await store.team(walks.teams[0]) != nil)
  }

  @Test func aFullInboxIsSaid() async throws {
    let cluster = try Cluster.shared.get()
    let database = try cluster.database()
    var limits = LedgerLimits()
    limits.waitingCommands = 20
    let store = try await PostGISStore.open(url: cluster.url(database), limits: limits)
    let walks = try await Walks(store, teams: 1, people: 1)
    // All writers wait for a team's row that another program holds.
    let holder = try await Holder(cluster, database, lock: walks.teams[0])
    let codes = try await withThrowingTaskGroup(of: LedgerError.Code?.self) { group in
      for number in 0..<200 {
        group.addTask {
          do throws(LedgerError) {
            _ = try await store.perform(walks.command(number))
            return nil
          } catch { return error.code }
        }
      }
      var codes: [LedgerError.Code?] = []
      for try await code in group {
        codes.append(code)
        // Those that were refused are told at once; then the others may go on.
        if codes.count == 100 { try await holder.release() }
      }
      return codes
    }
    #expect(codes.contains(.overloaded))
    #expect(codes.contains(nil))
    #expect(Set(codes).isSubset(of: [.overloaded, nil]))
  }

  @Test func oneLockedTeamDoesNotHoldUpTheOthers() async throws {
    let cluster = try Cluster.shared.get()
    let database = try cluster.database()
    var options = PostGISStore.Options()
    options.lockSeconds = 0.3
    options.answerSeconds = 30
    let store = try await PostGISStore.open(url: cluster.url(database), options: options)
    // Everybody is in one team only.
    let held = try await Walks(store, teams: 1, people: 1)
    let free = try await Walks(store, teams: 1, people: 1)
    let holder = try await Holder(cluster, database, lock: held.teams[0])
    async let waits: LedgerError? = {
      do throws(LedgerError) {
        _ = try await store.perform(held.command(1))
        return nil
      } catch { return error }
    }()
    async let goes = store.perform((0..<20).map { free.command($0) })
    #expect(try await goes.allSatisfy { (try? $0.get()) != nil })
    #expect(await waits?.code == .timeout)
    try await holder.release()
    _ = try await store.perform(held.command(1))
  }

  // A reader that is not stopped waits for the server's hour.
  @Test(.timeLimit(.minutes(10))) func readersThatGiveUpAreStopped() async throws {
    let cluster = try Cluster.shared.get()
    let (store, database) = try await cluster.store()
    let walks = try await Walks(store, teams: 1, people: 1)
    try cluster.sql(
      "ALTER TABLE milequest.teams RENAME TO teams_real; "
        + "CREATE VIEW milequest.teams AS SELECT t.* FROM milequest.teams_real t, "
        + "LATERAL (SELECT pg_sleep(3600)) s", in: database)
    let task = Task { try await store.team(walks.teams[0]) }
    let isReading = try await onThread {
      try eventually {
        try cluster.sql(
          "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' "
            + "AND datname = '\(database)'", in: "postgres") != "0\n"
      }
    }
    #expect(isReading)
    task.cancel()
    let result = await task.result
    #expect(throws: LedgerError.self) { try result.get() }
    #expect(try await store.quest(walks.quests[0]) != nil)
  }

  @Test func textsThatCannotBeKeptAreRefusedAlone() async throws {
    let cluster = try Cluster.shared.get()
    let (store, _) = try await cluster.store()
    let walks = try await Walks(store, teams: 1, people: 1)
    var bad = walks.walk(2)
    bad.content.note = "a\0b"
    let results = try await store.perform([
      walks.command(1),
      LedgerCommand(.log(bad.key, bad.content, zone: "UTC"), at: Walks.now, actor: nil),
      walks.command(3),
    ])
    guard case .failure(let error) = results[1] else {
      Issue.record("U+0000 went in")
      return
    }
    #expect(error.code == .invalid)
    try await expectWhole(store, walks, [1, 3])
  }
}

/// Another program that holds the row of a team until it is told to let go.
struct Holder {
  private let cluster: Cluster
  private let database: String
  private static let sleep = "pg_sleep(45)"

  init(_ cluster: Cluster, _ database: String, lock team: TeamID) async throws {
    self.cluster = cluster
    self.database = database
    try await onThread {
      try cluster.background(
        "BEGIN; SELECT 1 FROM milequest.team_state WHERE team_id = '\(team)' FOR UPDATE; "
          + "SELECT \(Self.sleep)", in: database)
      let isHeld = try eventually {
        try cluster.sql("SELECT count(*) \(Self.sessions(database))", in: database) == "1\n"
      }
      #expect(isHeld)
    }
  }

  private static func sessions(_ database: String) -> String {
    "FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = '\(database)'"
  }

  func release() async throws {
    let (cluster, database) = (cluster, database)
    _ = try await onThread {
      try cluster.sql(
        "SELECT pg_terminate_backend(pid, 5000) \(Self.sessions(database))", in: database)
    }
  }
}

/// Runs what blocks where it holds up no task.
func onThread<Value: Sendable>(
  _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
  try await withCheckedThrowingContinuation { reply in
    Thread { reply.resume(with: Result { try body() }) }.start()
  }
}
