import CivilTime
import Geodesy
import Quests
import Routes
import Testing

/// What one person or team may have at most, each case on empty stores with the limits that it names.
public enum QuotaCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case walks, racingWalks, edits, teams, invites, routes, racingRoutes

  public var testDescription: String { rawValue }

  public typealias Store = LedgerStore & RouteStore

  public var limits: LedgerLimits {
    var limits = LedgerLimits()
    switch self {
    case .walks: limits.personActivities = 5
    case .racingWalks: limits.personActivities = 20
    case .edits: limits.activityEdits = 3
    case .teams: limits.personTeamsEver = 3
    case .invites: limits.teamInvites = 3
    case .routes:
      limits.personRoutes = 3
      limits.personRoutePoints = 8
    case .racingRoutes: limits.personRoutes = 4
    }
    return limits
  }

  /// - Parameter second: another store on the same data, as another process has it.
  public func run(on store: some Store, second: some Store) async throws {
    var world = World(store, rawValue)
    let (ann, bob): (PersonID, PersonID) = (world.id(), world.id())
    let late = World.dawn.advanced(bySeconds: 864_000)
    func log(_ person: PersonID, _ id: ActivityID, _ meters: Int64) -> LedgerCommand {
      LedgerCommand(
        .log(ActivityKey(person: person, id: id), World.walk(meters, after: meters), zone: "UTC"),
        at: late, actor: person)
    }
    switch self {
    case .walks:
      var ids: [ActivityID] = []
      for _ in 0..<8 { ids.append(world.id()) }
      _ = try await store.perform(log(ann, ids[0], 1))
      // One that is sent again counts once, one that is deleted still counts.
      _ = try await store.perform(log(ann, ids[0], 1))
      _ = try await world.tell(
        .delete(ActivityKey(person: ann, id: ids[0]), expectedRevision: nil), at: late)
      // A batch is logged up to the limit, and what is full for one person is not for another.
      let batch = (1..<7).map { log(ann, ids[$0], Int64($0) + 1) } + [log(bob, ids[7], 9)]
      #expect(codes(try await store.perform(batch)) == [nil, nil, nil, nil, .limit, .limit, nil])
      // What was logged is found again, by every store.
      #expect(
        codes(try await second.perform(batch)) == [nil, nil, nil, nil, .limit, .limit, nil])
      let error = await #expect(throws: LedgerError.self) {
        _ = try await second.perform(log(ann, ids[6], 7))
      }
      #expect(error?.message.contains("the limit is 5 activities") == true)

    case .racingWalks:
      var commands: [LedgerCommand] = []
      for meters in 1...60 { commands.append(log(ann, world.id(), Int64(meters))) }
      let logged = await withTaskGroup(of: Int.self) { group in
        for (number, command) in commands.enumerated() {
          group.addTask {
            let store: any Store = number % 2 == 0 ? store : second
            return (try? await store.perform(command)) == nil ? 0 : 1
          }
        }
        return await group.reduce(0, +)
      }
      #expect(logged == 20)

    case .edits:
      let key = ActivityKey(person: ann, id: world.id())
      _ = try await store.perform(log(ann, key.id, 1))
      func edit(_ meters: Int64) async -> LedgerError.Code? {
        await world.refusal(
          .edit(key, World.walk(meters, after: 1), expectedRevision: nil), at: late)
      }
      for meters in 2...4 { #expect(await edit(Int64(meters)) == nil) }
      #expect(await edit(5) == .limit)
      // As it is it can be sent again, and it can go.
      #expect(await edit(4) == nil)
      #expect(await world.refusal(.delete(key, expectedRevision: nil), at: late) == nil)

    case .teams:
      var teams: [TeamID] = []
      for _ in 0..<4 { teams.append(world.id()) }
      func found(_ team: TeamID) async -> LedgerError.Code? {
        await world.refusal(.createTeam(team, name: "T", isPublic: false, founder: ann))
      }
      for team in teams[..<3] {
        #expect(await found(team) == nil)
        #expect(await world.refusal(.join(team, bob, .admin, from: World.dawn)) == nil)
        #expect(await world.refusal(.leave(team, ann, from: World.dawn)) == nil)
      }
      #expect(await found(teams[3]) == .limit)
      #expect(await world.refusal(.join(teams[0], ann, .member, from: World.dawn)) == nil)

    case .invites:
      let team: TeamID = world.id()
      _ = try await world.tell(.createTeam(team, name: "T", isPublic: false, founder: ann))
      func invite(_ id: InviteID) -> LedgerCommand {
        LedgerCommand(
          .createInvite(id, team, .member, expiresAt: late), at: World.dawn, actor: ann)
      }
      let first: InviteID = world.id()
      _ = try await store.perform(invite(first))
      _ = try await world.tell(.revokeInvite(first))
      let more = [world.id(), world.id(), world.id()].map(invite)
      #expect(codes(try await second.perform(more)) == [nil, nil, .limit])
      #expect(codes(try await store.perform([more[2], more[0]])) == [.limit, nil])

    case .routes:
      let id: RouteID = world.id()
      // Two vertices and a waypoint each.
      _ = try await store.addRoute(try Self.route(1), id: id, owner: ann, isPublic: false, at: late)
      _ = try await store.addRoute(try Self.route(2), id: id, owner: ann, isPublic: false, at: late)
      // What is stored already is no more.
      _ = try await store.addRoute(try Self.route(1), id: id, owner: ann, isPublic: false, at: late)
      let error = await #expect(throws: LedgerError.self) {
        try await second.addRoute(
          try Self.route(3), id: world.id(), owner: ann, isPublic: false, at: late)
      }
      #expect(error?.code == .limit)
      #expect(error?.message.contains("the limit is 8") == true)
      for owner in [bob, nil] {
        _ = try await second.addRoute(
          try Self.route(3), id: world.id(), owner: owner, isPublic: false, at: late)
      }

    case .racingRoutes:
      var ids: [RouteID] = []
      for _ in 0..<12 { ids.append(world.id()) }
      let stored = await withTaskGroup(of: Int.self) { group in
        for (number, id) in ids.enumerated() {
          group.addTask {
            let store: any Store = number % 2 == 0 ? store : second
            let record = try? await store.addRoute(
              try Self.route(number), id: id, owner: ann, isPublic: false, at: late)
            return record == nil ? 0 : 1
          }
        }
        return await group.reduce(0, +)
      }
      #expect(stored == 4)
      let left = await #expect(throws: LedgerError.self) {
        try await store.addRoute(
          try Self.route(99), id: world.id(), owner: ann, isPublic: false, at: late)
      }
      #expect(left?.message.contains("the limit is 4 routes") == true)
    }
  }

  private func codes(
    _ results: [Result<LedgerAnswer, LedgerError>]
  ) -> [LedgerError.Code?] {
    results.map { if case .failure(let error) = $0 { error.code } else { nil } }
  }

  private static func route(_ number: Int) throws -> MeasuredRoute {
    let start = try Coordinate(latitude: 1, longitude: 1)
    return try MeasuredRoute(
      Route(
        parts: [[start, Coordinate(latitude: 2, longitude: 2 + Double(number))]],
        waypoints: [Waypoint(name: "Start", coordinate: start)]))
  }
}
