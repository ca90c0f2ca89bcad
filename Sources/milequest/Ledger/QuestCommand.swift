import ArgumentParser
import Base
import Batch
import CivilTime
import Formats
import Geodesy
import JSON
import Quests
import Routes

struct QuestCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quest",
    abstract: "Create, show and list the quests of the ledger.",
    discussion: """
      A quest is a team's journey on a stored route, in a window of time. A team has one open quest \
      at a time.

      milequest quest create --team "Dawn Patrol" --route "Appalachian Trail" \\
        --start 2026-01-01 --end 2026-12-31 --zone America/New_York
      milequest quest show "Dawn Patrol"
      milequest quest list --format json
      """,
    subcommands: [Create.self, Show.self, List.self])

  struct Create: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Create a quest; its id is printed.",
      discussion: """
        A date means the whole of that day in the quest's zone. With --length the team walks that far \
        to travel the whole route, in scale. What was walked in the window already counts at once. \
        The same quest again is the same quest.

        milequest quest create --team "Dawn Patrol" --route "Appalachian Trail" \\
          --start 2026-01-01 --end 2026-12-31 --zone America/New_York
        milequest quest create --team "Night Owls" --route 8a6e…@2 --start 2026-05-01 \\
          --end 2026-07-31 --length 500mi --laps 2 --hide-ahead
        """)

    @Option(help: ArgumentHelp("The team's id or name.", valueName: "team"))
    var team: String

    @Option(
      help: ArgumentHelp(
        "The route's id, id@version, or name; the latest version by default.",
        valueName: "route"))
    var route: String

    @Option(help: ArgumentHelp("Its first moment: an instant or a date.", valueName: "time"))
    var start: String

    @Option(
      help: ArgumentHelp(
        "The moment at which it is over, or the date of its last day.", valueName: "time"))
    var end: String

    @Option(
      help: ArgumentHelp(
        "The IANA zone of its days and weeks, UTC by default, and of times without an offset.",
        valueName: "zone"))
    var zone: String?

    @Option(help: ArgumentHelp("Its name; that of the route by default.", valueName: "name"))
    var name: String?

    @Option(
      parsing: .unconditional, help: ArgumentHelp("How often the route is run.", valueName: "n"))
    var laps: Int?

    @Option(
      help: ArgumentHelp(
        "What the way from the end of a lap to the start of the next means: walk, ferry, counted.",
        valueName: "policy"))
    var lapJoin: JoinPolicy?

    @Option(
      help: ArgumentHelp(
        "How far the team walks to travel all of it, such as 500mi; the route's length by default.",
        valueName: "distance"))
    var length: String?

    @Flag(help: "Show nobody a waypoint before the team reaches it.")
    var hideAhead = false

    @OptionGroup var options: StoreOptions
    @Option(help: "text for people, json for programs.")
    var format = OutputFormat.text

    func run() async throws {
      try await reportingFailures {
        let times = try TimeReading(zone: zone)
        let (from, until) = (
          try times.instant(start, "--start"), try times.instant(end, "--end", isEnd: true)
        )
        let questLength = try length.map { try distance($0, option: "--length") }
        if let laps, laps < 1 { throw Failure(.usage, "--laps: \(laps) is not 1 or more") }
        let store = try await options.openOrBegin()
        defer { store.close() }
        let naming = Naming(store: store.ledger)
        let team = try await naming.team(team)
        let record = try await naming.route(route)
        var routes = StoredRoutes(store.ledger)
        let plan = try await routes.plan(
          on: record, laps: laps, lapJoin: lapJoin, questLength: questLength)
        let draft = QuestDraft(
          team: team.team.id,
          name: try name.map { try Naming.name($0, "--name") } ?? record.questName, start: from,
          end: until,
          zone: zone ?? "UTC", plan: plan, hidesAhead: hideAhead)
        guard
          case .quest(let quest) = try await store.ledger.perform(
            LedgerCommand(.createQuest(draft), at: .now, actor: nil))
        else { return }
        try await QuestReport(store.ledger).show(quest.quest.id, past: nil, as: format)
      }
    }
  }

  struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show where a quest stands.",
      discussion: """
        Total, place, percent, next waypoint, pace (the mean of the last 14 days, idle ones included), \
        arrival, and whether it is on track for its deadline. --at asks for any past moment, as the \
        ledger has it now.

        milequest quest show "Dawn Patrol"
        milequest quest show "Dawn Patrol" --at 2026-05-03T12:00:00Z --format json
        """)

    @Argument(help: "The quest's id, or its team's id or name: then its last quest.")
    var quest: String

    @Option(help: ArgumentHelp("A past instant.", valueName: "time"))
    var at: String?

    @OptionGroup var options: StoreOptions
    @Option(help: "text for people, json for programs.")
    var format = OutputFormat.text

    func run() async throws {
      try await reportingFailures {
        let times = try TimeReading(zone: nil)
        let past = try at.map { try times.past($0, "--at") }
        let store = try await options.open()
        defer { store.close() }
        var id: QuestID
        if let known = QuestID(quest), try await store.ledger.quest(known) != nil {
          id = known
        } else {
          let team = try await Naming(store: store.ledger).team(quest)
          guard let last = team.quests.last else {
            throw Failure(.noInput, "the team “\(team.team.name)” has no quest yet")
          }
          id = last.quest.id
        }
        try await QuestReport(store.ledger).show(id, past: past, as: format)
      }
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List the quests of all teams or of one.",
      discussion: "milequest quest list --team \"Dawn Patrol\"")

    @Option(help: ArgumentHelp("Only those of this team.", valueName: "team"))
    var team: String?

    @OptionGroup var options: StoreOptions
    @Option(help: "text for people, json for programs.")
    var format = OutputFormat.text

    func run() async throws {
      try await options.reading { store in
        let naming = Naming(store: store.ledger)
        var teams: [TeamFacts] = []
        if let team {
          teams = [try await naming.team(team)]
        } else {
          try await naming.eachTeam { teams.append($0) }
        }
        let now = Instant.now
        switch format {
        case .json:
          let quests = teams.flatMap { team in
            team.quests.map { record in
              JSONValue.object([
                ("id", .string(record.quest.id.description)), ("name", .string(record.quest.name)),
                ("teamId", .string(team.team.id.description)), ("team", .string(team.team.name)),
                ("state", .string(record.quest.state(at: now).rawValue)),
                ("start", .string(record.quest.start.description)),
                ("end", .string(record.quest.end.description)),
                ("zone", .string(record.quest.zone)),
                ("hidesAhead", .bool(record.quest.hidesAhead)),
                ("walks", .integer(Int(record.tally.walks))),
                ("totalMeters", .number(record.tally.total.meters)),
              ])
            }
          }
          try printOut(JSONValue.object([("quests", .array(quests))]))
        case .text:
          var table = TextTable(
            ["quest", "id", "team", "state", "walked", "from", "until"], rightAligned: [4])
          for team in teams {
            for record in team.quests {
              table.add([
                TextTable.short(record.quest.name), record.quest.id.description,
                TextTable.short(team.team.name),
                record.quest.state(at: now).rawValue,
                record.tally.total.textForPeople(.imperial), record.quest.start.description,
                record.quest.end.description,
              ])
            }
          }
          try printOut(table.text)
        }
      }
    }
  }
}

extension WaypointAhead {
  /// What a table calls it: its name, nil where it has none, and “(hidden)” where it is not shown.
  func text(_ shown: ShownWaypoints) -> String? {
    shown.contains(index) ? name : "(hidden)"
  }
}

extension RouteRecord {
  /// What a quest on the route is called where nobody says.
  var questName: String { name.flatMap(Name.salvaged) ?? "Quest" }
}

extension QuestDraft {
  /// A draft whose id follows from what it is, so that the same quest again is the same quest.
  init(
    team: TeamID, name: String, start: Instant, end: Instant, zone: String,
    plan: QuestPlan, hidesAhead: Bool = false
  ) {
    let content = "\(team)\0\(name)\0\(start)\0\(end)\0\(zone)\0\(plan.id)"
    self.init(
      id: .named("quest", content), team: team, name: name, start: start, end: end, zone: zone,
      plan: plan, hidesAhead: hidesAhead)
  }
}

extension StoredRoutes {
  /// What a quest on a stored route sets out to do.
  mutating func plan(
    on record: RouteRecord, laps: Int? = nil, lapJoin: JoinPolicy? = nil,
    questLength: Distance? = nil
  ) async throws -> QuestPlan {
    var measured = try await measured(record.version, course: nil)
    if laps != nil || lapJoin != nil {
      var course = measured.route.course
      course.laps = laps ?? course.laps
      course.lapJoin = lapJoin ?? course.lapJoin
      measured = try await self.measured(record.version, course: course)
    }
    try RouteInput.located("route \(record.version.route)") {
      try measured.requireResolvedJoins()
    }
    return try QuestPlan(measured, route: record.version, questLength: questLength)
  }
}

/// How a quest stands, for people and for programs.
struct QuestReport {
  private let store: any AnyStore

  init(_ store: any AnyStore) { self.store = store }

  func show(_ id: QuestID, past: Instant?, as format: OutputFormat) async throws {
    guard let standing = try await store.standing(of: id, now: .now, past: past),
      let team = try await store.team(standing.record.quest.team)
    else { throw Failure(.noInput, "there is no quest \(id)") }
    let zone: Zone
    do throws(ZoneError) { zone = try ZoneCatalog().zone(named: standing.record.quest.zone) } catch
    {
      throw Failure(.badData, error.message)
    }
    let progress = Quests.Progress(standing, zone: zone)
    var routes = StoredRoutes(store)
    let route = try await routes.measured(standing.plan)
    let position = route.position(of: standing.total, plan: standing.plan)
    let shown = standing.shownWaypoints(on: route)
    switch format {
    case .text: try printOut(text(standing, progress, position, shown, team.team))
    case .json:
      try printOut(json(standing, progress, position, shown, team.team))
    }
  }

  private func text(
    _ standing: QuestStanding, _ progress: Quests.Progress, _ position: Position,
    _ shown: ShownWaypoints, _ team: Team
  ) -> String {
    let quest = standing.record.quest
    let scale = standing.plan.scale
    var lines = [
      ("quest", quest.name), ("id", quest.id.description),
      ("team", "\(team.name), \(team.id)"),
      ("state", progress.state.rawValue + (standing.isPast ? " at \(standing.at)" : "")),
      ("window", "\(quest.start) to \(quest.end), \(quest.zone)"),
      (
        "walked",
        "\(Figures.length(progress.total)) of \(Figures.length(scale.questLength)), "
          + "\(Figures.grouped(Int(standing.walks))) walks"
      ),
      ("done", ProgressText.percent(progress.total, of: scale.questLength)),
      ("place", Figures.coordinate(position.coordinate)),
    ]
    if scale.questLength != scale.officialLength {
      lines.append(("travelled", Figures.length(progress.place)))
    }
    if quest.hidesAhead { lines.append(("waypoints", "hidden until they are reached")) }
    if let last = position.lastWaypoint {
      lines.append(("last", last.text(shown) ?? "(unnamed)"))
    }
    if let next = position.nextWaypoint {
      let left = Distance(
        micrometers: next.distance.micrometers - position.distance.micrometers)
      lines.append(
        ("next", "\(next.text(shown) ?? "(unnamed)") in \(left.textForPeople(.imperial))"))
    }
    let pace = progress.pace
    if pace.days > 0 {
      let mean = Distance(micrometers: pace.walked.micrometers / pace.days)
      lines.append(
        (
          "pace",
          "\(mean.textForPeople(.imperial)) a day over \(RouteInput.count(Int(pace.days), "day"))"
        ))
    }
    if let arrival = pace.arrival { lines.append(("arrival", arrival.description)) }
    lines.append(("deadline", pace.deadline.description))
    if let isOnTrack = pace.isOnTrack {
      lines.append(("track", isOnTrack ? "on track" : "behind"))
    }
    return lines.map { "\($0)\(String(repeating: " ", count: 11 - $0.count))\($1)\n" }.joined()
  }

  private func json(
    _ standing: QuestStanding, _ progress: Quests.Progress, _ position: Position,
    _ shown: ShownWaypoints, _ team: Team
  ) -> JSONValue {
    let quest = standing.record.quest
    let pace = progress.pace
    let next = position.nextWaypoint.map { next in
      JSONValue.object([
        ("name", .optional(shown.name(of: next))),
        ("distanceMeters", .number(next.distance.meters)),
        (
          "remainingMeters",
          .number(
            Distance(micrometers: next.distance.micrometers - position.distance.micrometers)
              .meters)
        ),
      ])
    }
    return .object([
      ("id", .string(quest.id.description)), ("name", .string(quest.name)),
      ("teamId", .string(team.id.description)), ("team", .string(team.name)),
      ("routeId", .string(standing.plan.route.route.description)),
      ("routeVersion", .integer(standing.plan.route.version)),
      ("state", .string(progress.state.rawValue)), ("at", .string(standing.at.description)),
      ("start", .string(quest.start.description)), ("end", .string(quest.end.description)),
      ("zone", .string(quest.zone)), ("hidesAhead", .bool(quest.hidesAhead)),
      ("walks", .integer(Int(standing.walks))),
      ("totalMeters", .number(progress.total.meters)),
      ("remainingMeters", .number(progress.remaining.meters)),
      ("questLengthMeters", .number(standing.plan.scale.questLength.meters)),
      ("percent", .number(Double(progress.percentMillionths) / 1e6)),
      ("finished", .bool(progress.isFinished)),
      ("position", PositionJSON.object(position, naming: shown)), ("nextWaypoint", next ?? .null),
      ("milestonesReached", .integer(progress.milestonesReached)),
      (
        "pace",
        .object([
          ("days", .integer(Int(pace.days))), ("walkedMeters", .number(pace.walked.meters)),
          ("arrival", .optional(pace.arrival?.description)),
          ("deadline", .string(pace.deadline.description)),
          ("onTrack", pace.isOnTrack.map(JSONValue.bool) ?? .null),
        ])
      ),
    ])
  }
}
