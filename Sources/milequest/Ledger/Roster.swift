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
    /// Nobody joins a team that was dissolved.
    let isDissolved: Bool
    /// Who walks or has walked with it.
    var members: Set<PersonID>
  }

  private struct Known {
    /// Nil for an address that no account has.
    let person: PersonID?
    let zone: String?
  }

  private let store: any AnyStore
  /// That of walks that tell none themselves; nil takes that of the person's account.
  private let zone: String?
  private let founding: Founding?
  private var teams: [TeamID: Entry] = [:]
  /// Those who are known by an id or an address, with the zones of their accounts.
  private var persons: [WrittenWalker: Known] = [:]
  /// Read when the first name of a team comes.
  private var names: TeamNames?
  private(set) var teamsCreated = 0

  /// Lookups under way at once.
  private static let lookups = 8
  /// Persons that are remembered; after these it begins anew.
  private static let mostPersons = 100_000

  init(store: any AnyStore, zone: String?, founding: Founding?) {
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
    try await lookUpPersons(rows)
    guard let founding else { return [:] }
    var commands: [TeamID: [LedgerCommand]] = [:]
    for row in rows {
      guard let entry = teams[row.team], let person = person(of: row.record, in: entry),
        !entry.members.contains(person), !entry.isDissolved
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
      if founding.keepsNames, let name = row.record.person {
        try await Naming(store: store).keepName(name, of: person, zone: zone ?? "UTC")
      }
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
      if entry.isDissolved {
        return .failure(
          Stranger(message: "the team was dissolved, and the person never walked with it"))
      }
      return .failure(
        Stranger(message: "the person was never in the team; --create adds those"))
    }
    return .success(person)
  }

  /// The zone of a walk that names none itself.
  func zone(of record: ActivityRecord) -> String {
    record.offset ?? zone ?? persons[WrittenWalker(record)]?.zone ?? "UTC"
  }

  private func person(of record: ActivityRecord, in team: Entry) -> PersonID? {
    let walker = WrittenWalker(record)
    switch walker {
    case .team: return .named("walkers", team.id.description)
    case .id(let person): return person
    case .address(let address):
      guard let known = persons[walker] else { return nil }
      return known.person
        ?? Naming.person(
          address: address, spelled: record.person ?? address, members: team.members)
    case .name(let name, let spelled):
      return Naming.person(called: name, spelled: spelled, in: team.id, members: team.members)
    }
  }

  // MARK: Looking up

  private mutating func lookUpTeams(_ wanted: [TeamID: String]) async throws {
    var ids: [TeamID: TeamID] = [:]
    for (key, name) in wanted {
      guard TeamID(name) == nil else {
        ids[key] = key
        continue
      }
      let names: TeamNames
      if let read = self.names { names = read } else { names = try await TeamNames(store) }
      self.names = names
      let others = names.others(called: name)
      let known = others.isEmpty ? [key] : try await names.teams(called: name)
      if known.count > 1 {
        throw Naming.ambiguous("team", name, known.map(\.description))
      }
      ids[key] = known.first
    }
    let store = store
    let found = try await Self.each(Array(ids)) { pair in
      (pair.key, try await Self.entry(pair.value, in: store))
    }
    for (key, entry) in found { teams[key] = entry }
  }

  private mutating func lookUpPersons(_ rows: [SortedActivities.Row]) async throws {
    var wanted: Set<WrittenWalker> = []
    for row in rows {
      let walker = WrittenWalker(row.record)
      if persons[walker] == nil { wanted.insert(walker) }
    }
    let (store, needsZone) = (store, zone == nil)
    let found = try await Self.each(Array(wanted)) { walker -> (WrittenWalker, Known)? in
      switch walker {
      case .team, .name: return nil
      case .id(let person):
        guard needsZone else { return nil }
        return (walker, Known(person: person, zone: try await store.account(person)?.zone))
      case .address(let address):
        let account = try await store.account(email: address)
        return (walker, Known(person: account?.person, zone: account?.zone))
      }
    }
    for case (let walker, let known)? in found { persons[walker] = known }
  }

  /// Does something with each of some, several at once; results come in any order.
  private static func each<Item: Sendable, Value: Sendable>(
    _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Value
  ) async throws -> [Value] {
    try await withThrowingTaskGroup(of: Value.self) { group in
      var values: [Value] = []
      var rest = items[...]
      while values.count < items.count {
        while let item = rest.first, items.count - rest.count - values.count < lookups {
          rest.removeFirst()
          group.addTask { try await body(item) }
        }
        guard let value = try await group.next() else { break }
        values.append(value)
      }
      return values
    }
  }

  private static func entry(_ id: TeamID, in store: any AnyStore) async throws -> Entry {
    guard let facts = try await store.team(id) else {
      return Entry(id: id, isThere: false, isDissolved: false, members: [])
    }
    let stays = try await store.memberships(in: id)
    return Entry(
      id: id, isThere: true, isDissolved: facts.team.dissolvedAt != nil,
      members: Set(stays.map(\.person)))
  }
}
