import Batch
import CivilTime
import Quests

/// Who of a file's teams and persons is known to the store, looked up once each while their rows
/// come.
struct Roster {
  struct Stranger: Error { let message: String }

  private struct Entry {
    let id: TeamID
    var isThere: Bool
    /// Who walks or has walked with it.
    var members: Set<PersonID>
  }

  private let store: any AnyStore
  private let zone: String
  private let founding: Founding?
  private var teams: [TeamID: Entry] = [:]
  private var persons: [String: PersonID] = [:]
  /// Teams by their names, read when a name does not lead to a team by itself.
  private var ids: [String: [TeamID]]?
  private(set) var teamsCreated = 0

  /// Lookups under way at once.
  private static let lookups = 8
  /// Persons that are remembered; after these it begins anew.
  private static let mostPersons = 100_000

  init(store: any AnyStore, zone: String, founding: Founding?) {
    self.store = store
    self.zone = zone
    self.founding = founding
  }

  /// Looks up the teams and persons of some rows, and takes in those that are not there where that
  /// was asked for. Teams of earlier rows are forgotten, but for those that these rows go on with.
  ///
  /// - Returns: what makes them be there, by the team as the rows know it.
  mutating func admit(
    _ rows: [SortedActivities.Row], at now: Instant
  ) async throws -> [TeamID: [LedgerCommand]] {
    var names: [TeamID: String] = [:]
    for row in rows where names[row.team] == nil { names[row.team] = row.record.team }
    teams = teams.filter { names[$0.key] != nil }
    try await lookUpTeams(names.filter { teams[$0.key] == nil })
    if persons.count > Self.mostPersons { persons = [:] }
    let naming = Naming(store: store)
    for row in rows {
      guard let name = row.record.person, persons[name] == nil else { continue }
      let person = try await naming.person(name)
      persons[name] = person
      if founding?.keepsNames == true { try await naming.keepName(name, of: person, zone: zone) }
    }
    guard let founding else { return [:] }
    var commands: [TeamID: [LedgerCommand]] = [:]
    for row in rows {
      guard let entry = teams[row.team], let person = person(of: row.record, in: entry),
        !entry.members.contains(person)
      else { continue }
      if entry.isThere {
        commands[row.team, default: []].append(
          LedgerCommand(
            .join(entry.id, person, .member, from: founding.since), at: now, actor: nil))
      } else {
        commands[row.team] = found(entry.id, row.record.team, person, founding, at: now)
        teams[row.team]?.isThere = true
        teamsCreated += 1
      }
      teams[row.team]?.members.insert(person)
    }
    return commands
  }

  private func found(
    _ team: TeamID, _ name: String, _ founder: PersonID, _ founding: Founding,
    at now: Instant
  ) -> [LedgerCommand] {
    // Founding is joining, so the team was founded when its founder began to walk.
    var commands = [
      LedgerCommand(
        .createTeam(team, name: name, isPublic: founding.isPublic, founder: founder),
        at: founding.since,
        actor: founder)
    ]
    if let quest = founding.quest {
      let draft = QuestDraft(
        team: team, name: quest.name, start: quest.start, end: quest.end, zone: quest.zone,
        plan: quest.plan)
      commands.append(LedgerCommand(.createQuest(draft), at: now, actor: founder))
    }
    return commands
  }

  /// Who has walked a row.
  func walker(of row: SortedActivities.Row) -> Result<PersonID, Stranger> {
    guard let entry = teams[row.team], entry.isThere else {
      return .failure(Stranger(message: "the ledger has no such team; --create makes those"))
    }
    guard let person = person(of: row.record, in: entry), entry.members.contains(person) else {
      return .failure(
        Stranger(message: "the person was never in the team; --create adds those"))
    }
    return .success(person)
  }

  /// Without a person column a team walks as one.
  private func person(of record: ActivityRecord, in team: Entry) -> PersonID? {
    guard let name = record.person else { return .named("walkers", team.id.description) }
    return persons[name]
  }

  // MARK: Looking up

  private mutating func lookUpTeams(_ names: [TeamID: String]) async throws {
    let store = store
    let found = try await withThrowingTaskGroup(of: (TeamID, Entry).self) { group in
      var found: [TeamID: Entry] = [:]
      var rest = Array(names.keys)[...]
      while found.count < names.count {
        while let id = rest.first, names.count - rest.count - found.count < Self.lookups {
          rest.removeFirst()
          group.addTask { (id, try await Self.entry(id, in: store)) }
        }
        guard let (id, entry) = try await group.next() else { break }
        found[id] = entry
      }
      return found
    }
    for (id, entry) in found {
      teams[id] = entry
      guard !entry.isThere, let name = names[id], TeamID(name) == nil else { continue }
      let known = try await teams(called: name)
      if known.count > 1 {
        throw Failure(
          .badData, "\(known.count) teams are called “\(name)”; name them by their ids in the file")
      }
      if let other = known.first { teams[id] = try await Self.entry(other, in: store) }
    }
  }

  private mutating func teams(called name: String) async throws -> [TeamID] {
    if ids == nil { ids = try await Naming(store: store).teamsByName() }
    return ids?[name] ?? []
  }

  private static func entry(_ id: TeamID, in store: any AnyStore) async throws -> Entry {
    guard try await store.team(id) != nil else {
      return Entry(id: id, isThere: false, members: [])
    }
    let stays = try await store.memberships(in: id)
    return Entry(id: id, isThere: true, members: Set(stays.map(\.person)))
  }
}
