internal import LedgerCore
internal import Quests

// Records that one statement reads from several tables, to save round trips.

extension TeamFacts {
  /// From rows of teams, one for each quest of a team in the order of their numbers.
  static func read(_ rows: Rows) throws -> [TeamFacts] {
    var teams: [TeamFacts] = []
    for row in 0..<rows.count {
      var columns = Columns(rows, row: row)
      let team = try Team.read(&columns)
      let version = try columns.int()
      if teams.last?.team.id != team.id {
        teams.append(TeamFacts(team: team, version: version, quests: []))
      }
      if try columns.bool() {
        teams[teams.count - 1].quests.append(try QuestRecord.read(&columns))
      }
    }
    return teams
  }
}

extension Activity {
  /// From activities as `a` and `joinedFirst`.
  static let columnsWithFirst = "\(columns.of("a")), \(ActivityContent.columns.of("f"))"
  /// What was sent first, where an edit or the deletion has replaced it.
  static let joinedFirst = """
    LEFT JOIN activity_versions f ON a.revision > 1 AND f.person_id = a.person_id
      AND f.activity_id = a.activity_id AND f.revision = 1
    """
  static func readWithFirst(_ columns: inout Columns) throws -> Activity {
    let activity = try read(&columns)
    return activity.revision > 1
      ? activity.with(first: try ActivityContent.read(&columns)) : activity
  }
}
