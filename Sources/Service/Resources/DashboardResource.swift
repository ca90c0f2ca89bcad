import Formats
import Geodesy
import HTTPTypes
import JSON
import Quests

/// Everything that an app's first screen shows, in one call.
enum DashboardResource {
  /// Teams that are shown; `/v1/teams` lists all.
  static let mostTeams = 20
  static let mostActivities = 10

  static let schemas: [NamedSchema] = [
    NamedSchema(
      "Dashboard", "Everything that an app's first screen shows.",
      .object([
        .init("me", .named("Me")), .init("stats", .named("Stats")),
        .init(
          "teams",
          .array(.named("DashboardTeam"), count: 0...mostTeams)),
        .init(
          "activities", .array(.named("Activity"), count: 0...mostActivities),
          "One's last walks, the latest first."),
      ])),
    NamedSchema(
      "DashboardTeam", "One of the caller's teams.",
      .object([
        .init("team", .named("Team")),
        .init("quest", .nullable(.named("Progress")), "How the team's last quest stands."),
      ])),
  ]

  static let endpoints: [Endpoint] = [
    Endpoint(
      .get, "/v1/dashboard", "getDashboard", "Show everything in one call",
      details:
        "The account, its figures, one's teams with how their last quests stand, and the last "
        + "walks.", tag: "Me", access: .person(.read), parameters: [.units, .fields],
      answers: [.ok("Dashboard")], handle: show)
  ]

  private static func show(_ call: Call) async throws -> Reply {
    let person = try call.person()
    let account = try await call.account()
    async let stats = MeResource.stats(call, account)
    async let activities = call.backend.ledger.activities(
      of: person, before: nil, limit: mostActivities)
    let mine = try await call.backend.ledger.memberships(of: person).filter(\.isOpen)
      .sorted { ($1.joined, $0.team) < ($0.joined, $1.team) }
    var teams: [JSONValue] = []
    for membership in mine.prefix(mostTeams) {
      guard let facts = try await call.backend.ledger.team(membership.team) else { continue }
      var quest: JSONValue = .null
      if let last = facts.quests.last {
        let glance = QuestGlance(team: facts.team, version: facts.version, membership: membership)
        // The texts of its lengths come with all others.
        quest = try await ProgressResource.report(
          of: last.quest.id, glance, past: nil, in: nil, call
        ).value
      }
      teams.append(
        .object([("team", TeamResource.json(facts.team, role: membership.role)), ("quest", quest)]))
    }
    return .json(
      .object([
        ("me", MeResource.json(account)), ("stats", try await stats), ("teams", .array(teams)),
        ("activities", .array(try await activities.map(ActivityJSON.activity))),
      ]))
  }
}
