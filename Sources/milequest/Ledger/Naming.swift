import CivilTime
import Quests

extension Identifier {
  /// The identifier that a text stands for: always the same for the same text (RFC 9562, version 8,
  /// from SHA-256).
  ///
  /// - Parameter kind: keeps what is equally named apart.
  static func named(_ kind: String, _ text: String) -> Self {
    derived(from: Array("\(kind)\0\(text)".utf8))
  }

  /// The identifier that some bytes stand for.
  static func derived(from bytes: [UInt8]) -> Self {
    let digest = ContentHash(of: bytes).bytes
    func word(_ start: Int) -> UInt64 {
      digest[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
    return Self(
      high: word(0) & 0xFFFF_FFFF_FFFF_0FFF | 0x8000,
      low: word(8) & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
  }
}

/// Finds what people name: by its id, or by its name where only one has it.
struct Naming: Sendable {
  let store: any AnyStore

  /// The id under which a team of a name is created here.
  static func team(called name: String) -> TeamID { TeamID(name) ?? .named("team", name) }

  /// - Throws: `noInput` where there is none, `badData` where several have the name.
  func team(_ text: String) async throws -> TeamFacts {
    if let found = try await store.team(Self.team(called: text)) { return found }
    let named = TeamID(text) == nil ? try await teamsByName()[text] ?? [] : []
    if named.count > 1 { throw Self.ambiguous("team", text, named.map(\.description)) }
    guard let id = named.first, let found = try await store.team(id) else {
      throw Failure(
        .noInput, "there is no team “\(text)”; milequest team list shows those that there are")
    }
    return found
  }

  /// The ids of all teams by name. O(teams).
  func teamsByName() async throws -> [String: [TeamID]] {
    var names: [String: [TeamID]] = [:]
    try await eachTeam { names[$0.team.name, default: []].append($0.team.id) }
    return names
  }

  /// Goes through all teams, by id.
  func eachTeam(_ body: (TeamFacts) async throws -> Void) async throws {
    var last: TeamID?
    while true {
      let page = try await store.teams(after: last, limit: LedgerLimits.standard.page)
      for team in page { try await body(team) }
      guard let end = page.last else { return }
      last = end.team.id
    }
  }

  /// A person by id, by the address of an account, or by any other name, which stands for one person
  /// everywhere.
  func person(_ text: String) async throws -> PersonID {
    if let id = PersonID(text) { return id }
    if text.contains("@"), let account = try await store.account(email: text.lowercased()) {
      return account.person
    }
    return .named("person", text)
  }

  /// Sees to it that a person who is known by a name can be shown with it.
  func keepName(_ text: String, of person: PersonID, zone: String) async throws {
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

  /// A route by id, `id@version`, or by name: the latest version.
  ///
  /// - Throws: `noInput`, `badData` where several have the name.
  func route(_ text: String) async throws -> RouteRecord {
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
      try await eachRoute { if $0.name == text { found.append($0) } }
      if found.count > 1 {
        throw Self.ambiguous("route", text, found.map(\.version.route.description))
      }
      if let record = found.first { return record }
    }
    throw Failure(
      .noInput,
      "there is no route “\(text)”; milequest import route FILE stores one and tells its id")
  }

  private func eachRoute(_ body: (RouteRecord) -> Void) async throws {
    var last: RouteID?
    while true {
      let page = try await store.routes(
        visibleTo: .everything, after: last, limit: LedgerLimits.standard.page)
      page.forEach(body)
      guard let end = page.last else { return }
      last = end.version.route
    }
  }

  private static func ambiguous(_ what: String, _ text: String, _ ids: [String]) -> Failure {
    Failure(
      .badData,
      "\(ids.count) \(what)s are called “\(text)”; name one by its id: "
        + ids.prefix(5).joined(separator: ", ") + (ids.count > 5 ? ", …" : ""))
  }
}
