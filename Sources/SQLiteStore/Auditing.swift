internal import CivilTime
internal import GRDB
public import Quests

extension EmbeddedStore {
  /// Recomputes every team from its memberships, quests and activities, in one state of the store;
  /// writers go on meanwhile.
  ///
  /// - Complexity: O(n log n) for n walks, with one team in memory at a time.
  public func audit() async throws(LedgerError) -> AuditReport {
    let zones = zones
    return try await read { tables in
      var report = AuditReport()
      var last: TeamID?
      // By pages, so that no statement lies open under those of the teams.
      while true {
        let teams: [TeamID] = try tables.db.rows(
          "SELECT team_id FROM teams WHERE team_id > ? ORDER BY team_id LIMIT 1000",
          [last.after()]
        ) { try $0.id() }
        for id in teams {
          guard let team = try tables.stored(id) else { continue }
          report.teams += 1
          report.quests += team.facts.quests.count
          report.contributions += team.quests.values.reduce(0) { $0 + $1.contributions.count }
          report.add(try LedgerAudit.differences(in: team, zones: zones))
        }
        guard let end = teams.last else { break }
        last = end
      }
      report.add(try tables.strays())
      return report
    }
  }
}

extension LedgerTables {
  /// Everything that is stored about a team.
  func stored(_ id: TeamID) throws -> StoredTeam? {
    guard let facts = try team(id) else { return nil }
    let stays = try memberships(in: id)
    var activities: [Activity] = []
    if let from = facts.quests.map(\.quest.start).min(),
      let until = facts.quests.map(\.quest.end).max()
    {
      for person in Set(stays.map(\.person)).sorted() {
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
          "SELECT \(MilestoneReached.columns) FROM milestones WHERE team_id = ? AND quest_id = ?",
          key, MilestoneReached.read),
        days: try db.rows(
          "SELECT \(DayTotal.columns) FROM quest_days WHERE team_id = ? AND quest_id = ?", key,
          DayTotal.read),
        people: try db.rows(
          "SELECT \(PersonTotal.columns) FROM quest_people WHERE team_id = ? AND quest_id = ?",
          key, PersonTotal.read))
    }
    for row in try db.rows(
      "SELECT \(Contribution.columns) FROM contributions WHERE team_id = ?", [id.blob],
      Contribution.read)
    {
      quests[row.key.quest]?.contributions.append(row)
    }
    return StoredTeam(
      facts: facts, memberships: stays, activities: activities, quests: quests,
      lastEventVersion: try db.row(
        "SELECT max(version) FROM team_events WHERE team_id = ?", [id.blob],
        { try $0.optionalInt() }) ?? nil)
  }

  /// Rows that belong to no quest of their team.
  func strays() throws -> [AuditDifference] {
    try ["contributions", "milestones", "quest_days", "quest_people", "quest_tallies"].flatMap {
      table in
      try db.rows(
        "SELECT DISTINCT team_id, quest_id FROM \(table) r WHERE NOT EXISTS "
          + "(SELECT 1 FROM quests q WHERE q.quest_id = r.quest_id AND q.team_id = r.team_id) "
          + "LIMIT 1000", []
      ) {
        AuditDifference(
          team: try $0.id(), quest: try $0.id(), what: "a row in \(table)", stored: "there",
          expected: "no such quest")
      }
    }
  }
}
