internal import CivilTime
internal import GRDB
internal import LedgerCore
public import Quests

extension SQLiteStore {
  /// Recomputes every team from its memberships, quests and activities, in one state of the store;
  /// writers go on meanwhile.
  public func audit() async throws(LedgerError) -> AuditReport {
    let zones = zones
    return try await read { tables in try AuditReport(tables, zones: zones) }
  }
}

extension LedgerTables: AuditSource {
  // By pages, so that no statement lies open under those of the teams.
  func teams(after last: TeamID?) throws -> [StoredTeam] {
    let ids: [TeamID] = try db.rows(
      "SELECT team_id FROM teams WHERE team_id > ? ORDER BY team_id LIMIT 1000", [last.after()]
    ) { try $0.id() }
    return try ids.compactMap { try stored($0) }
  }

  /// Everything that is stored about a team.
  private func stored(_ id: TeamID) throws -> StoredTeam? {
    guard let facts = try team(id) else { return nil }
    let memberships = try memberships(in: id)
    var activities: [Activity] = []
    if let from = facts.quests.map(\.quest.start).min(),
      let until = facts.quests.map(\.quest.end).max()
    {
      for person in Set(memberships.map(\.person)).sorted() {
        activities += try self.activities(of: person, from: from, until: until)
      }
    }
    var quests: [QuestID: StoredTeam.StoredQuest] = [:]
    for record in facts.quests {
      guard let plan = try plan(record.quest.plan) else { continue }
      let key = [id.blob, record.quest.id.blob]
      quests[record.quest.id] = StoredTeam.StoredQuest(
        plan: plan, contributions: [],
        milestones: try db.rows(
          "SELECT \(MilestoneReached.columns) FROM present_milestones WHERE team_id = ? AND quest_id = ?",
          key, MilestoneReached.read),
        days: try db.rows(
          "SELECT \(DayTotal.columns) FROM present_quest_days WHERE team_id = ? AND quest_id = ?",
          key,
          DayTotal.read),
        people: try db.rows(
          "SELECT \(PersonTotal.columns) FROM present_quest_people WHERE team_id = ? AND quest_id = ?",
          key, PersonTotal.read),
        spans: try db.rows(
          "SELECT \(SpanTotal.columns) FROM present_quest_spans WHERE team_id = ? AND quest_id = ?",
          key, SpanTotal.read))
    }
    for row in try db.rows(
      "SELECT \(Contribution.columns) FROM present_contributions WHERE team_id = ?", [id.blob],
      Contribution.read)
    {
      quests[row.key.quest]?.contributions.append(row)
    }
    return StoredTeam(
      facts: facts, memberships: memberships, activities: activities, quests: quests,
      lastEventVersion: try db.row(
        "SELECT max(version) FROM team_events WHERE team_id = ?", [id.blob],
        { try $0.optionalInt() }) ?? nil)
  }

  func strays(in table: String) throws -> [(team: TeamID, quest: QuestID)] {
    try db.rows(
      "SELECT DISTINCT team_id, quest_id FROM \(table) r WHERE NOT EXISTS "
        + "(SELECT 1 FROM quests q WHERE q.figures_id = r.quest_id AND q.team_id = r.team_id) "
        + "AND NOT EXISTS (SELECT 1 FROM derivations d WHERE d.figures_id = r.quest_id) "
        + "LIMIT 1000", []
    ) { (team: try $0.id(), quest: try $0.id()) }
  }

  func miscounted() throws -> [(person: PersonID, counted: Int64, walks: Int64)] {
    try db.rows(
      "SELECT person_id, coalesce(w.walks, 0), coalesce(a.walks, 0) FROM person_walks w FULL JOIN "
        + "(SELECT person_id, count(*) AS walks FROM activities GROUP BY person_id) a "
        + "USING (person_id) WHERE coalesce(w.walks, 0) <> coalesce(a.walks, 0) "
        + "ORDER BY 1 LIMIT 1000", []
    ) { (person: try $0.id(), counted: try $0.int(), walks: try $0.int()) }
  }
}
