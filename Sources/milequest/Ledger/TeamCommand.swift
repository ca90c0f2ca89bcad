import ArgumentParser
import CivilTime
import Formats
import Geodesy
import JSON
import Quests

struct TeamCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "team",
    abstract: "Create, show, list and dissolve the teams of the ledger.",
    discussion: """
      A team is named by its id, or by its name where only one has it. An id (UUID) or an e-mail \
      address means one person everywhere in the ledger; any other name means a person of the team.

      milequest team create "Dawn Patrol" --by Anna --member Bob --member Cleo
      milequest team show "Dawn Patrol"
      milequest team list --format json
      milequest team dissolve "Dawn Patrol"
      """,
    subcommands: [Create.self, Show.self, List.self, Dissolve.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Create a team; its id is printed.",
      discussion: """
        The same name again is the same team, and adds the members that it lacks; where that team was \
        dissolved, it is a new one. Walks count from \
        the moment of joining on: --since tells it where the team has been walking already. Where \
        a public team stands is for everybody to see; --public makes a team so, also one that is \
        there already.

        milequest team create "Dawn Patrol" --by Anna
        milequest team create "Dawn Patrol" --by Anna --member Bob --since 2026-01-01
        """)

    @Argument(help: "The team's name.")
    var name: String

    @Option(help: ArgumentHelp("Who founds it: its first admin.", valueName: "person"))
    var by: String

    @Option(help: ArgumentHelp("Who walks with it. May be repeated.", valueName: "person"))
    var member: [String] = []

    @Option(
      help: ArgumentHelp(
        "Since when all of them are members: an instant or a date; now by default.",
        valueName: "time"))
    var since: String?

    @Flag(help: "Let everybody see where the team stands.")
    var `public` = false

    @Option(
      help: ArgumentHelp(
        "The IANA zone of dates and persons, UTC by default, and of times without an offset.",
        valueName: "zone"))
    var zone: String?

    @OptionGroup var options: StoreOptions
    @Option(help: "text for people, json for programs.")
    var format = OutputFormat.text

    func run() async throws {
      try await reportingFailures {
        let times = try TimeReading(zone: zone)
        let now = Instant.now
        let since = try since.map { try times.instant($0, "--since") } ?? now
        if since > now { throw Failure(.usage, "--since: \(since) is in the future") }
        let store = try await options.openOrBegin()
        defer { store.close() }
        let naming = Naming(store: store.ledger)
        let name = try Naming.name(name, "the team's name")
        let (id, known) = try await naming.teamToCreate(called: name)
        let memberships = known == nil ? [] : try await store.ledger.memberships(in: id)
        let members = Set(memberships.map(\.person))
        let founder = try await naming.person(by, in: id, members: members)
        if let known {
          if `public`, !known.team.isPublic {
            _ = try await store.ledger.perform(
              LedgerCommand(
                .changeTeam(id, TeamChange(isPublic: true), expectedRevision: nil), at: now,
                actor: founder))
          }
        } else {
          // Founding is joining, so a team that has been walking was founded then.
          _ = try await store.ledger.perform(
            LedgerCommand(
              .createTeam(id, name: name, isPublic: `public`, founder: founder), at: since,
              actor: founder))
        }
        try await naming.keepName(by, of: founder, zone: zone ?? "UTC")
        for text in member {
          let person = try await naming.person(text, in: id, members: members)
          try await naming.keepName(text, of: person, zone: zone ?? "UTC")
          if person == founder, known == nil { continue }
          if memberships.contains(where: { $0.person == person && $0.isOpen }) { continue }
          _ = try await store.ledger.perform(
            LedgerCommand(.join(id, person, .member, from: since), at: now, actor: founder))
        }
        try await TeamCommand.show(id, in: store.ledger, as: format)
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show a team with its members and quests.",
      discussion: "milequest team show \"Dawn Patrol\"")

    @Argument(help: "The team's id or name.")
    var team: String

    @OptionGroup var options: StoreOptions
    @Option(help: "text for people, json for programs.")
    var format = OutputFormat.text

    func run() async throws {
      try await options.reading { store in
        let team = try await Naming(store: store.ledger).team(team)
        try await TeamCommand.show(team.team.id, in: store.ledger, as: format)
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the teams with their present quests.",
      discussion: "milequest team list --format json")

    @OptionGroup var options: StoreOptions
    @Option(help: "text for people, json for programs.")
    var format = OutputFormat.text

    func run() async throws {
      try await options.reading { store in
        var teams: [TeamFacts] = []
        try await Naming(store: store.ledger).eachTeam { teams.append($0) }
        switch format {
        case .json:
          let value = JSONValue.object([
            ("teams", .array(teams.map { .object(TeamCommand.members($0)) }))
          ])
          try printOut(value)
        case .text:
          var table = TextTable(
            ["team", "id", "seen by", "quests", "walked", "quest"], rightAligned: [3, 4])
          for team in teams {
            let last = team.quests.last
            table.add([
              TextTable.short(team.team.name), team.team.id.description,
              team.team.isPublic ? "everybody" : "members", "\(team.quests.count)",
              last?.tally.total.textForPeople(.imperial) ?? "",
              last.map { TextTable.short($0.quest.name) } ?? "",
            ])
          }
          try printOut(table.text)
        }
      }
    }
  }

  struct Dissolve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Dissolve a team for good.",
      discussion: """
        Its open quest is cancelled, all memberships end, and nobody sees the team any more. Every \
        walk stays with its walker. A dissolved team does not come back.

        milequest team dissolve "Dawn Patrol"
        """)

    @Argument(help: "The team's id or name.")
    var team: String

    @OptionGroup var options: StoreOptions
    @Option(help: "text for people, json for programs.")
    var format = OutputFormat.text

    func run() async throws {
      try await options.reading { store in
        let facts = try await Naming(store: store.ledger).team(team)
        let answer = try await store.ledger.perform(
          LedgerCommand(.dissolveTeam(facts.team.id), at: .now, actor: nil))
        guard case .team(let ended) = answer else { return }
        switch format {
        case .text: try printOut("the team “\(ended.name)” is dissolved\n  \(ended.id)\n")
        case .json:
          let value = JSONValue.object([
            ("id", .string(ended.id.description)), ("name", .string(ended.name)),
            ("dissolvedAt", .optional(ended.dissolvedAt?.description)),
          ])
          try printOut(value)
        }
      }
    }
  }

  /// What is said of every team.
  fileprivate static func members(_ facts: TeamFacts) -> [(String, JSONValue)] {
    [
      ("id", .string(facts.team.id.description)), ("name", .string(facts.team.name)),
      ("public", .bool(facts.team.isPublic)),
      ("createdAt", .string(facts.team.createdAt.description)),
      (
        "quests",
        .array(
          facts.quests.map { record in
            .object([
              ("id", .string(record.quest.id.description)), ("name", .string(record.quest.name)),
              ("state", .string(record.quest.state(at: .now).rawValue)),
              ("walks", .integer(Int(record.tally.walks))),
              ("totalMeters", .number(record.tally.total.meters)),
            ])
          })
      ),
    ]
  }

  fileprivate static func show(
    _ id: TeamID, in store: any AnyStore, as format: OutputFormat
  ) async throws {
    guard let facts = try await store.team(id) else {
      throw Failure(.noInput, "there is no team \(id)")
    }
    let memberships = try await store.memberships(in: id)
    var names: [PersonID: String] = [:]
    for membership in memberships where names[membership.person] == nil {
      names[membership.person] = try await Naming(store: store).name(of: membership.person)
    }
    switch format {
    case .json:
      let people = memberships.map { membership in
        JSONValue.object([
          ("person", .string(membership.person.description)),
          ("name", .string(names[membership.person] ?? "")),
          ("role", .string(membership.role.rawValue)),
          ("joined", .string(membership.joined.description)),
          ("left", .optional(membership.left?.description)),
        ])
      }
      let value = JSONValue.object(members(facts) + [("members", .array(people))])
      try printOut(value)
    case .text:
      var text = "team     \(facts.team.name)\nid       \(id)\n"
      text += "seen by  \(facts.team.isPublic ? "everybody" : "members")\n"
      for membership in memberships {
        text += "\(membership.role.rawValue)\(membership.role == .admin ? "    " : "   ")"
        text += "\(names[membership.person] ?? ""), from \(membership.joined)"
        text += (membership.left.map { " to \($0)" } ?? "") + "\n"
      }
      for record in facts.quests {
        text += "quest    \(record.quest.name), \(record.quest.state(at: .now).rawValue), "
        text += "\(record.tally.total.textForPeople(.imperial)), \(record.quest.id)\n"
      }
      try printOut(text)
    }
  }
}
