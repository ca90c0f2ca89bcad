public import CivilTime
internal import GRDB
internal import LedgerCore
public import Quests

extension SQLiteStore: LinkStore {
  public func createLink(_ link: QuestLink) async throws(LedgerError) {
    let limits = limits
    try await write { db in
      func count(_ sql: String, _ value: SQLValue) throws -> Int64 {
        try db.row(sql, [value]) { try $0.int() } ?? 0
      }
      if try count("SELECT count(*) FROM quests WHERE quest_id = ?", link.quest.blob) == 0 {
        throw QuestLink.noQuest
      }
      if try count("SELECT count(*) FROM quest_links WHERE link_id = ?", link.id.blob) > 0 {
        throw QuestLink.taken
      }
      try QuestLink.checkRoom(
        after: try count("SELECT count(*) FROM quest_links WHERE quest_id = ?", link.quest.blob),
        limits)
      try db.run(
        "INSERT INTO quest_links (\(QuestLink.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
          link.id.blob, link.quest.blob, link.name.sql, link.hash.blob, link.showsNames.sql,
          link.createdBy.blob, link.createdAt.column, link.revokedAt.column(\.column),
        ])
    }
  }

  public func openLink(_ id: QuestLinkID) async throws(LedgerError) -> QuestLink? {
    try pointRead {
      try $0.db.row(
        "SELECT \(QuestLink.columns.of("l")) FROM quest_links l \(QuestLink.opens) "
          + "AND l.link_id = ?", [id.blob], QuestLink.read)
    }
  }

  public func openLinks(
    among links: Set<QuestLinkID>
  ) async throws(LedgerError) -> Set<QuestLinkID> {
    try await read { tables in
      Set(
        try links.compactMap { link -> QuestLinkID? in
          try tables.db.row(
            "SELECT l.link_id FROM quest_links l \(QuestLink.opens) AND l.link_id = ?", [link.blob]
          ) { try $0.id() }
        })
    }
  }

  public func links(to quest: QuestID) async throws(LedgerError) -> [QuestLink] {
    try await read {
      try $0.db.rows(
        "SELECT \(QuestLink.columns) FROM quest_links WHERE quest_id = ? "
          + "ORDER BY created_at, link_id", [quest.blob], QuestLink.read)
    }
  }

  public func revokeLink(
    _ id: QuestLinkID, to quest: QuestID, at now: Instant
  ) async throws(LedgerError) {
    try await write { db in
      let revoked: QuestLinkID? = try db.row(
        "UPDATE quest_links SET revoked_at = coalesce(revoked_at, ?) "
          + "WHERE link_id = ? AND quest_id = ? RETURNING link_id",
        [now.column, id.blob, quest.blob]
      ) { try $0.id() }
      if revoked == nil { throw QuestLink.unknown }
    }
  }
}
