internal import GRDB
internal import LedgerCore
public import Quests

extension SQLiteStore {
  public func firstContents(
    of starts: Set<WalkStart>
  ) async throws(LedgerError) -> [(key: ActivityKey, content: ActivityContent)] {
    try WalkStart.check(starts, limits)
    return try await read { tables in
      var found: [(key: ActivityKey, content: ActivityContent)] = []
      for (person, starts) in Dictionary(grouping: starts, by: \.person) {
        // Most who are imported are new.
        let isKnown = try tables.db.row(
          "SELECT 1 FROM activities WHERE person_id = ? LIMIT 1", [person.blob]
        ) { try $0.int() }
        if isKnown == nil { continue }
        for start in starts {
          found += try tables.db.rows(
            Self.firstContents, [person.blob, start.start.column]
          ) { columns in
            (
              ActivityKey(person: person, id: try columns.id()),
              try ActivityContent.read(&columns)
            )
          }
        }
      }
      return found
    }
  }

  /// What an edit or the deletion has replaced stands among the versions. The indexes are named: by the
  /// rows of a person alone, which the planner prefers, each look would read all of their walks.
  private static let firstContents = """
    SELECT activity_id, \(ActivityContent.columns) FROM activities INDEXED BY activities_start
    WHERE person_id = ?1 AND start_at = ?2 AND is_deleted = 0 AND revision = 1
    UNION ALL
    SELECT activity_id, \(ActivityContent.columns)
    FROM activity_versions INDEXED BY activity_versions_first
    WHERE person_id = ?1 AND start_at = ?2 AND revision = 1
    """

  public func teamNames(
    after: TeamID?, limit: Int
  ) async throws(LedgerError) -> [(team: TeamID, name: String)] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.db.rows(
        "SELECT team_id, name FROM teams WHERE team_id > ? AND dissolved_at IS NULL "
          + "ORDER BY team_id LIMIT ?",
        [after.after(), limit]
      ) { (try $0.id(), try $0.text()) }
    }
  }
}
