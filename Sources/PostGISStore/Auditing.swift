internal import CivilTime
internal import LedgerCore
public import Quests

extension PostGISStore {
  /// Recomputes every team from its memberships, quests and activities, in one state of the store;
  /// writers go on meanwhile.
  public func audit() async throws(LedgerError) -> AuditReport {
    let zones = zones
    return try await snapshot(isLong: true) { session in
      try AuditReport(AuditSession(session: session), zones: zones)
    }
  }
}

/// What an audit reads, in the transaction of one session.
private struct AuditSession: AuditSource {
  let session: StoreSession

  func teams(after last: TeamID?) throws -> [StoredTeam] {
    let ids: [TeamID] = try session.rows(AuditStatements.page, [Parameter(last)]) { try $0.id() }
    return ids.isEmpty ? [] : try stored(ids)
  }

  func strays(in table: String) throws -> [(team: TeamID, quest: QuestID)] {
    try session.rows(AuditStatements.strays(in: table)) {
      (team: try $0.id(), quest: try $0.id())
    }
  }

  func miscounted() throws -> [(person: PersonID, counted: Int64, walks: Int64)] {
    try session.rows(AuditStatements.miscounted) {
      (person: try $0.id(), counted: try $0.int(), walks: try $0.int())
    }
  }

  /// Everything that is stored about some teams, in one round trip beside their plans.
  private func stored(_ ids: [TeamID]) throws -> [StoredTeam] {
    let key = [Parameter(array: ids)]
    let answers = try session.connection.run(
      [
        Request(FoldStatements.teams, FoldStatements.named(ids)),
        Request(FoldStatements.members, key), Request(AuditStatements.activities, key),
        Request(AuditStatements.contributions, key), Request(AuditStatements.milestones, key),
        Request(AuditStatements.days, key), Request(AuditStatements.people, key),
        Request(AuditStatements.lastEvents, key), Request(AuditStatements.plans, key),
        Request(AuditStatements.spans, key),
      ], until: session.deadline)
    func byTeam<Value>(
      _ rows: Rows, _ make: (inout Columns) throws -> Value
    ) throws -> [TeamID: [Value]] {
      var values: [TeamID: [Value]] = [:]
      for (team, value) in try rows.map({ (try $0.id() as TeamID, try make(&$0)) }) {
        values[team, default: []].append(value)
      }
      return values
    }
    func byQuest<Value>(
      _ rows: Rows, _ make: (inout Columns) throws -> Value
    ) throws -> [QuestKey: [Value]] {
      var values: [QuestKey: [Value]] = [:]
      for (key, value) in try rows.map({
        (QuestKey(team: try $0.id(), quest: try $0.id()), try make(&$0))
      }) { values[key, default: []].append(value) }
      return values
    }
    let facts = try TeamFacts.read(answers[0])
    let periods = Dictionary(grouping: try answers[1].map(Membership.read), by: \.team)
    let activities = try byTeam(answers[2], Activity.readWithFirst)
    let contributions = Dictionary(grouping: try answers[3].map(Contribution.read)) {
      QuestKey(team: $0.team, quest: $0.key.quest)
    }
    let milestones = try byQuest(answers[4], MilestoneReached.read)
    let days = try byQuest(answers[5], DayTotal.read)
    let people = try byQuest(answers[6], PersonTotal.read)
    let versions = try byTeam(answers[7]) { try $0.int() }
    let spans = try byQuest(answers[9], SpanTotal.read)
    let plans = Dictionary(
      try answers[8].map { try QuestPlan(encoded: try $0.bytes()) }.map { ($0.id, $0) },
      uniquingKeysWith: { first, _ in first })
    return facts.map { team in
      let id = team.team.id
      var quests: [QuestID: StoredTeam.StoredQuest] = [:]
      for record in team.quests {
        guard let plan = plans[record.quest.plan] else { continue }
        let key = QuestKey(team: id, quest: record.quest.id)
        quests[record.quest.id] = StoredTeam.StoredQuest(
          plan: plan, contributions: contributions[key] ?? [], milestones: milestones[key] ?? [],
          days: days[key] ?? [], people: people[key] ?? [],
          spans: spans[key] ?? [])
      }
      return StoredTeam(
        facts: team, memberships: periods[id] ?? [], activities: activities[id] ?? [],
        quests: quests, lastEventVersion: versions[id]?.first)
    }
  }

  private struct QuestKey: Hashable {
    var team: TeamID
    var quest: QuestID
  }
}

/// The statements of an audit.
enum AuditStatements {
  static let page = Statement(
    "audit_page",
    """
    SELECT team_id FROM teams WHERE $1::uuid IS NULL OR team_id > $1::uuid
    ORDER BY team_id LIMIT 200
    """)
  static let activities = Statement(
    "audit_activities",
    """
    SELECT w.team_id, \(Activity.columnsWithFirst)
    FROM (SELECT team_id, min(start_at) AS first, max(end_at) AS last FROM quests
        WHERE team_id = ANY ($1::uuid[]) GROUP BY team_id) w
      JOIN LATERAL (SELECT DISTINCT m.person_id FROM memberships m WHERE m.team_id = w.team_id) m
        ON true
      JOIN activities a ON a.person_id = m.person_id AND a.start_at >= w.first
        AND a.start_at < w.last AND NOT a.is_deleted
      \(Activity.joinedFirst)
    """)
  static let contributions = Statement(
    "audit_contributions",
    "SELECT \(Contribution.columns.of("c")) FROM contributions c WHERE c.team_id = ANY ($1::uuid[])"
  )
  static let milestones = Statement(
    "audit_milestones",
    """
    SELECT team_id, quest_id, \(MilestoneReached.columns) FROM milestones
    WHERE team_id = ANY ($1::uuid[])
    """)
  static let days = Statement(
    "audit_days",
    """
    SELECT team_id, quest_id, \(DayTotal.columns) FROM quest_days WHERE team_id = ANY ($1::uuid[])
    """)
  static let people = Statement(
    "audit_people",
    """
    SELECT team_id, quest_id, \(PersonTotal.columns) FROM quest_people
    WHERE team_id = ANY ($1::uuid[])
    """)
  static let spans = Statement(
    "audit_spans",
    """
    SELECT team_id, quest_id, \(SpanTotal.columns) FROM quest_spans
    WHERE team_id = ANY ($1::uuid[])
    """)
  static let lastEvents = Statement(
    "audit_last_events",
    """
    SELECT team_id, max(version) FROM team_events WHERE team_id = ANY ($1::uuid[]) GROUP BY team_id
    """)
  /// The present plan of each quest: the last sixteen bytes of its list.
  static let plans = Statement(
    "audit_plans",
    """
    SELECT content FROM plans WHERE plan_id IN (
      SELECT encode(substring(q.plans FROM length(q.plans) - 15), 'hex')::uuid FROM quests q
      WHERE q.team_id = ANY ($1::uuid[]))
    """)

  /// A count of no walks may be there before the first walk.
  static let miscounted = Statement(
    "audit_miscounted",
    """
    SELECT person_id, coalesce(w.walks, 0), coalesce(a.walks, 0) FROM person_walks w
      FULL JOIN (SELECT person_id, count(*) AS walks FROM activities GROUP BY person_id) a
        USING (person_id)
    WHERE coalesce(w.walks, 0) <> coalesce(a.walks, 0)
    ORDER BY 1 LIMIT 1000
    """)

  /// Rows that belong to no quest of their team.
  static func strays(in table: String) -> Statement {
    Statement(
      "audit_strays_\(table)",
      """
      SELECT DISTINCT team_id, quest_id FROM \(table) r WHERE NOT EXISTS
        (SELECT 1 FROM quests q WHERE q.quest_id = r.quest_id AND q.team_id = r.team_id)
      LIMIT 1000
      """)
  }
}
