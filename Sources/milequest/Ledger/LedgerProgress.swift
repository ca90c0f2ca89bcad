import Base
import CivilTime
import Formats
import Geodesy
import JSON
import Quests
import Routes

/// Where the ledger's teams stand, each on the quest whose window holds the moment, else on the last
/// before it.
struct LedgerProgress {
  private struct Row {
    let team: Team
    let quest: Quest
    let state: QuestState
    let walks: Int64
    let total: Distance
    let plan: QuestPlan
    let routeName: String
    let position: Position
    /// What the waypoints before and after it are called, as far as the quest shows them.
    let last: String?
    let next: String?

    var isFinished: Bool { plan.isFinished(total: total) }
  }

  /// What a quest had come to at the moment.
  private struct Figure: Sendable {
    let team: Team
    let quest: Quest
    let walks: Int64
    let total: Distance
  }

  /// Reads of past moments under way at once.
  private static let reads = 8

  private var rows: [Row] = []

  /// - Parameter past: nil for now.
  /// - Complexity: O(teams), with a read more for each where a past moment is asked for.
  init(_ store: any AnyStore, past: Instant?) async throws {
    let now = Instant.now
    var figures: [Figure] = []
    var waiting: [(Team, Quest)] = []
    try await Naming(store: store).eachTeam { facts in
      guard let record = Self.present(facts.quests, at: past ?? now) else { return }
      if past == nil {
        figures.append(
          Figure(
            team: facts.team, quest: record.quest, walks: record.tally.walks,
            total: record.tally.total))
      } else {
        waiting.append((facts.team, record.quest))
      }
    }
    if let past { figures = try await Self.figures(of: waiting, at: past, now: now, in: store) }
    var plans: [PlanID: QuestPlan] = [:]
    var names: [RouteVersion: String] = [:]
    var routes = StoredRoutes(store)
    rows.reserveCapacity(figures.count)
    for figure in figures {
      let id = figure.quest.plan
      let found: QuestPlan? = if let known = plans[id] { known } else { try await store.plan(id) }
      guard let plan = found else {
        throw LedgerError(.corrupt, "the store lacks the plan of the quest \(figure.quest.id)")
      }
      plans[id] = plan
      if names[plan.route] == nil {
        names[plan.route] =
          try await store.route(plan.route)?.name ?? plan.route.route.description
      }
      let isFinished = plan.isFinished(total: figure.total)
      let route = try await routes.measured(plan)
      let position = route.position(of: figure.total, plan: plan)
      let shown = ShownWaypoints(
        hidesAhead: figure.quest.hidesAhead, at: figure.total, plan: plan, on: route)
      rows.append(
        Row(
          team: figure.team, quest: figure.quest,
          state: past.map { figure.quest.state(asOf: $0, isFinished: isFinished) }
            ?? figure.quest.state(at: now),
          walks: figure.walks, total: figure.total, plan: plan,
          routeName: names[plan.route] ?? "",
          position: position, last: position.lastWaypoint?.text(shown),
          next: position.nextWaypoint?.text(shown)))
    }
  }

  private static func present(
    _ quests: [QuestRecord], at moment: Instant
  ) -> QuestRecord? {
    let kept = quests.filter { $0.quest.closing != .cancelled }
    return kept.last { $0.quest.start <= moment } ?? kept.first
  }

  private static func figures(
    of quests: [(Team, Quest)], at past: Instant, now: Instant,
    in store: any AnyStore
  ) async throws -> [Figure] {
    try await withThrowingTaskGroup(of: (Int, Figure?).self) { group in
      var figures: [Figure?] = Array(repeating: nil, count: quests.count)
      var begun = 0
      var done = 0
      while done < quests.count {
        while begun < quests.count, begun - done < reads {
          let (index, team, quest) = (begun, quests[begun].0, quests[begun].1)
          group.addTask {
            let standing = try await store.standing(of: quest.id, now: now, past: past)
            return (
              index,
              standing.map {
                Figure(team: team, quest: $0.record.quest, walks: $0.walks, total: $0.total)
              }
            )
          }
          begun += 1
        }
        guard let (index, figure) = try await group.next() else { break }
        figures[index] = figure
        done += 1
      }
      return figures.compactMap { $0 }
    }
  }

  // MARK: Writing

  func bytes(as format: Progress.Format) -> [UInt8] {
    switch format {
    case .csv: csv
    case .jsonl: rows.flatMap { JSONValue.object(members($0) + place($0)).text() + [0x0A] }
    case .json:
      JSONValue.object([
        ("teams", .array(rows.map { .object(members($0) + place($0)) }))
      ]).text(indent: 2) + [0x0A]
    case .geojson:
      JSONValue.object([
        ("type", .string("FeatureCollection")), ("features", .array(rows.map(feature))),
      ]).text() + [0x0A]
    case .text: Array(TerminalText.clean(text).utf8)
    }
  }

  private var csv: [UInt8] {
    var text =
      "team_id,activities,distance_meters,percent,longitude,latitude,bearing,finished,team,quest_id,"
      + "route,state\n"
    for row in rows {
      let percent = Distance(micrometers: row.plan.scale.percentMillionths(of: row.total))
      let fields: [String] = [
        row.team.id.description, "\(row.walks)", row.total.exactText(in: .meters),
        // Millionths of a percent are written as micrometres of a metre are.
        percent.exactText(in: .meters), "\(row.position.coordinate.longitude)",
        "\(row.position.coordinate.latitude)", row.position.bearing.map { "\($0.degrees)" } ?? "",
        "\(row.isFinished)", Self.field(row.team.name), row.quest.id.description,
        Self.field(row.routeName), row.state.rawValue,
      ]
      text += fields.joined(separator: ",") + "\n"
    }
    return Array(text.utf8)
  }

  /// A text as RFC 4180 has it.
  private static func field(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  private func members(_ row: Row) -> [(String, JSONValue)] {
    [
      ("teamId", .string(row.team.id.description)), ("team", .string(row.team.name)),
      ("questId", .string(row.quest.id.description)), ("route", .string(row.routeName)),
      ("state", .string(row.state.rawValue)), ("activities", .integer(Int(row.walks))),
      ("distanceMeters", .number(row.total.meters)),
      ("percent", .number(Double(row.plan.scale.percentMillionths(of: row.total)) / 1e6)),
      ("bearing", .optional(row.position.bearing?.degrees)), ("finished", .bool(row.isFinished)),
    ]
  }

  private func place(_ row: Row) -> [(String, JSONValue)] {
    [("coordinate", .position(row.position.coordinate))]
  }

  private func feature(_ row: Row) -> JSONValue {
    .object([
      ("type", .string("Feature")), ("properties", .object(members(row))),
      (
        "geometry",
        .object([
          ("type", .string("Point")), ("coordinates", .position(row.position.coordinate)),
        ])
      ),
    ])
  }

  private var text: String {
    var table = TextTable(
      ["team", "walks", "walked", "done", "place", "last", "next", "route"],
      rightAligned: [1, 2, 3])
    let sorted = rows.sorted {
      ($0.team.name, $0.team.id) < ($1.team.name, $1.team.id)
    }
    for row in sorted {
      let (position, coordinate) = (row.position, row.position.coordinate)
      let next = position.nextWaypoint.map { next in
        let left = Distance(
          micrometers: next.distance.micrometers - position.distance.micrometers)
        return
          "\(row.next.map(TextTable.short) ?? "(unnamed)") in \(left.textForPeople(.imperial))"
      }
      table.add([
        TextTable.short(row.team.name), Figures.grouped(Int(row.walks)),
        row.total.textForPeople(.imperial),
        ProgressText.percent(row.total, of: row.plan.scale.questLength),
        "\(Figures.degrees(coordinate.latitude, decimals: 4)), "
          + "\(Figures.degrees(coordinate.longitude, decimals: 4))",
        row.last.map(TextTable.short) ?? "",
        row.isFinished ? "finished" : next ?? "",
        TextTable.short(row.routeName),
      ])
    }
    return table.text
  }
}
