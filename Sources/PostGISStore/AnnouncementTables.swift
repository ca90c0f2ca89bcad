internal import LedgerCore
public import Quests

extension PostGISStore: AnnouncementStore {
  public func holdAnnouncements(
    to service: String, holder: String, seconds: Int64
  ) async throws(LedgerError) -> Bool {
    try await write { store in
      let parameters = [Parameter(service), Parameter(holder), Parameter(seconds * 1_000_000)]
      let isNew = try store.row(AnnouncementStatements.hold, parameters) { try $0.bool() }
      if isNew == true { try store.run(AnnouncementStatements.begin, [Parameter(service)]) }
      return isNew != nil
    }
  }

  public func releaseAnnouncements(
    to service: String, holder: String
  ) async throws(LedgerError) {
    try await write {
      _ = try $0.run(AnnouncementStatements.release, [Parameter(service), Parameter(holder)])
    }
  }

  public func announced(
    to service: String, teams: Set<TeamID>
  ) async throws(LedgerError) -> [TeamID: Int64] {
    try limits.check(teams: teams.count)
    let rows = try await read {
      try $0.rows(
        AnnouncementStatements.announced,
        [Parameter(service), Parameter(array: Array(teams))]
      ) { (team: try $0.id() as TeamID, version: try $0.int()) }
    }
    return Dictionary(rows.map { ($0.team, $0.version) }, uniquingKeysWith: { $1 })
  }

  public func unannounced(
    to service: String, after team: TeamID?, limit: Int
  ) async throws(LedgerError) -> [(team: TeamID, version: Int64)] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.rows(
        AnnouncementStatements.unannounced,
        [Parameter(service), Parameter(team), Parameter(limit)]
      ) { (try $0.id(), try $0.int()) }
    }
  }

  public func setAnnounced(
    to service: String, _ versions: [TeamID: Int64]
  ) async throws(LedgerError) {
    try limits.check(teams: versions.count)
    try await write {
      _ = try $0.run(
        AnnouncementStatements.set,
        [
          Parameter(service), Parameter(array: Array(versions.keys)),
          Parameter(array: Array(versions.values)),
        ])
    }
  }
}

enum AnnouncementStatements {
  /// Microseconds since 1970, by the server's clock.
  static let now = "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint"

  /// Gives a row where the right is held: whether nobody has held it before.
  static let hold = Statement(
    "hold_announcements",
    """
    INSERT INTO announcers AS a (service, holder, held_until)
    VALUES ($1::text, $2::text, \(now) + $3::bigint)
    ON CONFLICT (service) DO UPDATE SET holder = excluded.holder, held_until = excluded.held_until
      WHERE a.holder = excluded.holder OR a.held_until <= \(now)
    RETURNING xmax = 0
    """)
  static let begin = Statement(
    "begin_announcements",
    """
    INSERT INTO announced (service, team_id, version)
    SELECT $1::text, team_id, version FROM team_state
    """)
  static let release = Statement(
    "release_announcements",
    "UPDATE announcers SET held_until = 0 WHERE service = $1::text AND holder = $2::text")
  static let announced = Statement(
    "announced",
    """
    SELECT team_id, version FROM announced
    WHERE service = $1::text AND team_id = ANY ($2::uuid[])
    """)
  static let unannounced = Statement(
    "unannounced",
    """
    SELECT s.team_id, coalesce(a.version, 0) FROM team_state s
    LEFT JOIN announced a ON a.service = $1::text AND a.team_id = s.team_id
    WHERE ($2::uuid IS NULL OR s.team_id > $2::uuid) AND s.version > coalesce(a.version, 0)
    ORDER BY s.team_id LIMIT $3::bigint
    """)
  static let set = Statement(
    "set_announced",
    """
    INSERT INTO announced (service, team_id, version)
    SELECT $1::text, * FROM unnest($2::uuid[], $3::bigint[])
    ON CONFLICT (service, team_id) DO UPDATE SET version = excluded.version
    """)
}
