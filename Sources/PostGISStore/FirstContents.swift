internal import LedgerCore
public import Quests

extension PostGISStore {
  public func firstContents(
    of starts: Set<WalkStart>
  ) async throws(LedgerError) -> [(key: ActivityKey, content: ActivityContent)] {
    try WalkStart.check(starts, limits)
    let starts = Array(starts)
    return try await read {
      try $0.rows(
        Self.firstContents,
        [Parameter(array: starts.map(\.person)), Parameter(array: starts.map(\.start))]
      ) { columns in
        (
          ActivityKey(person: try columns.id(), id: try columns.id()),
          try ActivityContent.read(&columns)
        )
      }
    }
  }

  /// What an edit or the deletion has replaced stands among the versions.
  private static let firstContents = Statement(
    "first_contents",
    """
    SELECT a.person_id, a.activity_id, \(ActivityContent.columns.of("a"))
    FROM unnest($1::uuid[], $2::bigint[]) AS k (person_id, start_at)
      JOIN activities a ON a.person_id = k.person_id AND a.start_at = k.start_at
        AND NOT a.is_deleted AND a.revision = 1
    UNION ALL
    SELECT v.person_id, v.activity_id, \(ActivityContent.columns.of("v"))
    FROM unnest($1::uuid[], $2::bigint[]) AS k (person_id, start_at)
      JOIN activity_versions v ON v.person_id = k.person_id AND v.start_at = k.start_at
        AND v.revision = 1
    """)

  public func teamNames(
    after: TeamID?, limit: Int
  ) async throws(LedgerError) -> [(team: TeamID, name: String)] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.rows(Self.teamNames, [Parameter(after), Parameter(limit)]) {
        (try $0.id(), try $0.text())
      }
    }
  }

  private static let teamNames = Statement(
    "team_names",
    """
    SELECT team_id, name FROM teams
    WHERE ($1::uuid IS NULL OR team_id > $1::uuid) AND dissolved_at IS NULL
    ORDER BY team_id LIMIT $2::bigint
    """)
}
