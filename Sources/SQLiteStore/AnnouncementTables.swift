internal import GRDB
internal import LedgerCore
public import Quests

extension SQLiteStore: AnnouncementStore {
  /// Microseconds since 1970, by the clock of the machine.
  static let now = "CAST((julianday('now') - 2440587.5) * 86400000000 AS INTEGER)"

  public func holdAnnouncements(
    to service: String, holder: String, seconds: Int64
  ) async throws(LedgerError) -> Bool {
    try await write { db in
      let isNew = try Self.hold(service, holder: holder, seconds: seconds, in: db)
      if isNew == true {
        try db.run(
          "INSERT INTO announced (service, team_id, version) "
            + "SELECT ?, team_id, version FROM team_state", [service.sql])
      }
      return isNew != nil
    }
  }

  /// - Returns: nil where another holds the right; else whether nobody has held it before.
  static func hold(
    _ service: String, holder: String, seconds: Int64, in db: Database
  ) throws -> Bool? {
    let present: (holder: String, isOver: Bool)? = try db.row(
      "SELECT holder, held_until <= \(Self.now) FROM announcers WHERE service = ?",
      [service.sql]
    ) { (try $0.text(), try $0.bool()) }
    if let present, present.holder != holder, !present.isOver { return nil }
    try db.run(
      "INSERT OR REPLACE INTO announcers (service, holder, held_until) "
        + "VALUES (?, ?, \(Self.now) + ?)",
      [service.sql, holder.sql, (seconds * 1_000_000).sql])
    return present == nil
  }

  public func releaseAnnouncements(
    to service: String, holder: String
  ) async throws(LedgerError) {
    try await write { db in
      try db.run(
        "UPDATE announcers SET held_until = 0 WHERE service = ? AND holder = ?",
        [service.sql, holder.sql])
    }
  }

  public func announced(
    to service: String, teams: Set<TeamID>
  ) async throws(LedgerError) -> [TeamID: Int64] {
    try limits.check(teams: teams.count)
    return try await read { tables in
      var found: [TeamID: Int64] = [:]
      for team in teams {
        found[team] = try tables.db.row(
          "SELECT version FROM announced WHERE service = ? AND team_id = ?",
          [service.sql, team.blob]
        ) { try $0.int() }
      }
      return found
    }
  }

  public func unannounced(
    to service: String, after team: TeamID?, limit: Int
  ) async throws(LedgerError) -> [(team: TeamID, version: Int64)] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.db.rows(
        "SELECT s.team_id, coalesce(a.version, 0) FROM team_state s "
          + "LEFT JOIN announced a ON a.service = ? AND a.team_id = s.team_id "
          + "WHERE s.team_id > ? AND s.version > coalesce(a.version, 0) "
          + "ORDER BY s.team_id LIMIT ?", [service.sql, team.after(), limit]
      ) { (try $0.id(), try $0.int()) }
    }
  }

  public func setAnnounced(
    to service: String, _ versions: [TeamID: Int64]
  ) async throws(LedgerError) {
    try limits.check(teams: versions.count)
    try await write { db in
      for (team, version) in versions {
        try db.run(
          "INSERT OR REPLACE INTO announced (service, team_id, version) VALUES (?, ?, ?)",
          [service.sql, team.blob, version.sql])
      }
    }
  }
}
