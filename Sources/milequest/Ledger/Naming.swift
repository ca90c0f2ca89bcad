import Base
import CivilTime
import Quests

/// Finds what people name: by its id, or by its name where only one has it.
struct Naming: Sendable {
  let store: any AnyStore

  /// The id under which a team of a name is created here.
  static func team(called name: String) -> TeamID { TeamID(name) ?? .named("team", name) }

  /// The team that is created by a name, and what is known of it where it is there already. A name
  /// whose teams were dissolved is free again.
  ///
  /// - Throws: `badData` where several have the name, or it is the id of a team that was dissolved.
  func teamToCreate(called name: String) async throws -> (id: TeamID, known: TeamFacts?) {
    let first = Self.team(called: name)
    let found = try await store.team(first)
    guard let end = found?.team.dissolvedAt else { return (first, found) }
    if TeamID(name) != nil {
      throw Failure(
        .badData,
        "the team \(name) was dissolved at \(end); a new team needs a name or id of its own")
    }
    let others = try await TeamNames(store).others(called: name)
    if others.count > 1 { throw Self.ambiguous("team", name, others.map(\.description)) }
    if let other = others.first { return (other, try await store.team(other)) }
    // The same whenever it is tried again.
    var number = 2
    while true {
      let id: TeamID = .named("team", "\(name)\0\(number)")
      guard try await store.team(id) != nil else { return (id, nil) }
      number += 1
    }
  }

  /// The name that a text stands for.
  ///
  /// - Throws: `usage` where it cannot be one.
  static func name(_ text: String, _ what: String) throws -> String {
    do throws(Name.Fault) { return try Name.read(text) } catch {
      throw Failure(.usage, "\(what) \(error.detail)")
    }
  }

  /// - Throws: `noInput` where there is none any more, `badData` where several have the name.
  func team(_ text: String) async throws -> TeamFacts {
    let name = Name.folded(text)
    let ids: [TeamID]
    if let id = TeamID(name) {
      ids = [id]
    } else {
      ids = try await TeamNames(store).teams(called: name)
    }
    if ids.count > 1 { throw Self.ambiguous("team", name, ids.map(\.description)) }
    guard let id = ids.first, let found = try await store.team(id) else {
      throw Failure(
        .noInput, "there is no team “\(name)”; milequest team list shows those that there are")
    }
    if let end = found.team.dissolvedAt {
      throw Failure(.noInput, "the team “\(found.team.name)” was dissolved at \(end)")
    }
    return found
  }

  /// Goes through all teams that last, by id.
  func eachTeam(_ body: (TeamFacts) async throws -> Void) async throws {
    var last: TeamID?
    while true {
      let page = try await store.teams(after: last, limit: LedgerLimits.standard.page)
      for team in page where team.team.dissolvedAt == nil { try await body(team) }
      guard let end = page.last else { return }
      last = end.team.id
    }
  }

  /// A person by id or e-mail address, which stand for one person everywhere, or by any other name,
  /// which stands for a person of the team.
  ///
  /// - Parameter members: who is or was in the team.
  func person(
    _ text: String, in team: TeamID, members: Set<PersonID>
  ) async throws -> PersonID {
    let name = try Self.name(text, "the name of a person")
    switch WrittenWalker(name: name, spelled: text) {
    case .id(let id): return id
    case .address(let address):
      if let account = try await store.account(email: address) { return account.person }
      return Self.person(address: address, spelled: name, members: members)
    case .name, .team:
      return Self.person(called: name, spelled: text, in: team, members: members)
    }
  }

  /// The person whom a name stands for in a team. Older versions made one person of a name whatever
  /// the team; where that person is in this one, it is meant.
  static func person(
    called name: String, spelled: String, in team: TeamID, members: Set<PersonID>
  ) -> PersonID {
    let own: PersonID = .named("member", "\(team)\0\(name)")
    var formers: [PersonID] = [.named("person", spelled)]
    // Later ones told names apart by characters that show nothing.
    let formerName = Name.formerlyFolded(spelled)
    if formerName != name { formers.append(.named("member", "\(team)\0\(formerName)")) }
    formers.append(.named("person", name))
    return formers.first(where: members.contains) ?? own
  }

  /// The person of an address that no account has.
  static func person(
    address: String, spelled: String, members: Set<PersonID>
  ) -> PersonID {
    // Older versions kept capital letters apart.
    let former: PersonID = .named("person", spelled)
    return members.contains(former) ? former : .named("person", address)
  }

  /// Sees to it that a person who is known by a name can be shown with it.
  func keepName(_ text: String, of person: PersonID, zone: String) async throws {
    let text = Name.folded(text)
    guard PersonID(text) == nil, try await store.account(person) == nil else { return }
    do throws(LedgerError) {
      try await store.createAccount(
        Account(
          person: person, email: nil, name: text, zone: zone, units: "mi", credential: nil,
          createdAt: .now))
    } catch {
      // Another program may have been faster.
      if error.code != .conflict { throw error }
    }
  }

  /// What a person is shown as.
  func name(of person: PersonID) async throws -> String {
    try await store.account(person)?.name ?? person.description
  }

  /// A route in use by id, `id@version`, or by name: the latest version.
  ///
  /// - Throws: `noInput`, `badData` where several have the name.
  func route(_ text: String) async throws -> RouteRecord {
    let record = try await anyRoute(text)
    if let end = record.retiredAt {
      throw Failure(.noInput, "the route “\(text)” was retired at \(end)")
    }
    return record
  }

  private func anyRoute(_ text: String) async throws -> RouteRecord {
    let halves = text.split(separator: "@", omittingEmptySubsequences: false)
    if let id = RouteID(halves[0]) {
      if halves.count == 2, let version = Int(halves[1]),
        let found = try await store.route(RouteVersion(route: id, version: version))
      {
        return found
      }
      if halves.count == 1, let found = try await store.versions(of: id).last { return found }
    } else {
      var found: [RouteRecord] = []
      let name = Name.folded(text)
      try await eachRoute { if $0.name.map(Name.folded) == name { found.append($0) } }
      if found.count > 1 {
        throw Self.ambiguous("route", text, found.map(\.version.route.description))
      }
      if let record = found.first { return record }
    }
    throw Failure(
      .noInput,
      "there is no route “\(text)”; milequest route list shows those that there are, and "
        + "milequest import route FILE stores one")
  }

  /// Goes through the latest versions of all routes in use, by id.
  func eachRoute(_ body: (RouteRecord) -> Void) async throws {
    var last: RouteID?
    while true {
      let page = try await store.routes(
        visibleTo: .everything, after: last, limit: LedgerLimits.standard.page)
      page.forEach(body)
      guard let end = page.last else { return }
      last = end.version.route
    }
  }

  static func ambiguous(_ what: String, _ text: String, _ ids: [String]) -> Failure {
    Failure(
      .badData,
      "\(ids.count) \(what)s are called “\(text)”; name one by its id: "
        + ids.prefix(5).joined(separator: ", ") + (ids.count > 5 ? ", …" : ""))
  }
}

/// The teams by their names, in the form in which names are compared.
///
/// Memory is that of the teams whose ids do not follow from their names.
struct TeamNames {
  private let store: any AnyStore
  private var others: [String: [TeamID]] = [:]

  /// O(teams).
  init(_ store: any AnyStore) async throws {
    self.store = store
    var last: TeamID?
    while true {
      let page = try await store.teamNames(after: last, limit: LedgerLimits.standard.page)
      for (team, written) in page {
        let name = Name.folded(written)
        if team != Naming.team(called: name) { others[name, default: []].append(team) }
      }
      guard let end = page.last else { return }
      last = end.team
    }
  }

  /// The teams of a name; one that was dissolved only where no other has it.
  func teams(called name: String) async throws -> [TeamID] {
    let (own, others) = (Naming.team(called: name), others(called: name))
    guard let found = try await store.team(own) else { return others }
    return found.team.dissolvedAt == nil || others.isEmpty ? [own] + others : others
  }

  /// Those of a name whose ids do not follow from it.
  func others(called name: String) -> [TeamID] { others[name] ?? [] }
}
