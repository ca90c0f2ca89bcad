import Batch
import CivilTime
import Quests

/// Who of a file's teams and persons is known to the store, looked up once each.
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
  private var teams: [String: Entry] = [:]
  private var persons: [String: PersonID] = [:]
  /// Teams by their names, read when a name does not lead to a team by itself.
  private var ids: [String: [TeamID]]?
  private(set) var teamsCreated = 0

  /// Lookups under way at once.
  private static let lookups = 8

  init(store: any AnyStore, zone: String, founding: Founding?) {
    self.store = store
    self.zone = zone
    self.founding = founding
  }

  /// Looks up the teams and persons of some rows, and takes in those that are not there where that
  /// was asked for.
  ///
  /// - Returns: what makes them be there, for each team together.
  mutating func admit(
    _ records: [ActivityRecord], at now: CivilTime.Instant
  ) async throws -> [[LedgerCommand]] {
    try await lookUpTeams(Set(records.map(\.team)).filter { teams[$0] == nil })
    let naming = Naming(store: store)
    for name in Set(records.compactMap(\.person)) where persons[name] == nil {
      let person = try await naming.person(name)
      persons[name] = person
      if founding?.keepsNames == true { try await naming.keepName(name, of: person, zone: zone) }
    }
    guard let founding else { return [] }
    var commands: [TeamID: [LedgerCommand]] = [:]
    for record in records {
      guard var entry = teams[record.team], let person = person(of: record, in: entry),
        !entry.members.contains(person)
      else { continue }
      if entry.isThere {
        commands[entry.id, default: []].append(
          LedgerCommand(
            .join(entry.id, person, .member, from: founding.since), at: now, actor: nil))
      } else {
        commands[entry.id] = found(entry.id, record.team, person, founding, at: now)
        entry.isThere = true
        teamsCreated += 1
      }
      entry.members.insert(person)
      teams[record.team] = entry
    }
    return commands.sorted { $0.key < $1.key }.map(\.value)
  }

  private func found(
    _ team: TeamID, _ name: String, _ founder: PersonID, _ founding: Founding,
    at now: CivilTime.Instant
  ) -> [LedgerCommand] {
    // Founding is joining, so the team was founded when its founder began to walk.
    var commands = [
      LedgerCommand(
        .createTeam(team, name: name, isPublic: false, founder: founder), at: founding.since,
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
  func walker(of record: ActivityRecord) -> Result<PersonID, Stranger> {
    guard let entry = teams[record.team], entry.isThere else {
      return .failure(Stranger(message: "the ledger has no such team; --create makes those"))
    }
    guard let person = person(of: record, in: entry), entry.members.contains(person) else {
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

  private mutating func lookUpTeams(_ names: Set<String>) async throws {
    let store = store
    let found = try await withThrowingTaskGroup(of: (String, Entry).self) { group in
      var found: [String: Entry] = [:]
      var rest = Array(names)[...]
      while found.count < names.count {
        while let name = rest.first, names.count - rest.count - found.count < Self.lookups {
          rest.removeFirst()
          group.addTask { (name, try await Self.entry(Naming.team(called: name), in: store)) }
        }
        guard let (name, entry) = try await group.next() else { break }
        found[name] = entry
      }
      return found
    }
    for (name, entry) in found {
      teams[name] = entry
      if entry.isThere || TeamID(name) != nil { continue }
      let known = try await teams(called: name)
      if known.count > 1 {
        throw Failure(
          .badData, "\(known.count) teams are called “\(name)”; name them by their ids in the file")
      }
      if let id = known.first { teams[name] = try await Self.entry(id, in: store) }
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
