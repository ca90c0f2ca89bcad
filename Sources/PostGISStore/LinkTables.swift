public import CivilTime
internal import LedgerCore
public import Quests

extension PostGISStore: LinkStore {
  public func createLink(_ link: QuestLink) async throws(LedgerError) {
    let limits = limits
    try await write { session in
      // Links to one quest come one after the other, so that none is over the limit.
      let quest = try session.row(LinkStatements.lockQuest, [Parameter(link.quest)]) {
        try $0.int()
      }
      if quest == nil { throw QuestLink.noQuest }
      let isTaken = try session.row(LinkStatements.find, [Parameter(link.id)]) { try $0.int() }
      if isTaken != nil { throw QuestLink.taken }
      let count = try session.row(LinkStatements.count, [Parameter(link.quest)]) { try $0.int() }
      try QuestLink.checkRoom(after: count ?? 0, limits)
      let made = try session.run(
        LinkStatements.create,
        [
          Parameter(link.id), Parameter(link.quest), Parameter(link.name),
          Parameter(link.hash.blob), Parameter(link.showsNames), Parameter(link.createdBy),
          Parameter(link.createdAt), Parameter(link.revokedAt),
        ])
      guard made == 1 else { throw QuestLink.taken }
    }
  }

  public func openLink(_ id: QuestLinkID) async throws(LedgerError) -> QuestLink? {
    try await read { try $0.row(LinkStatements.open, [Parameter(id)], QuestLink.read) }
  }

  public func openLinks(
    among links: Set<QuestLinkID>
  ) async throws(LedgerError) -> Set<QuestLinkID> {
    try await read {
      Set(
        try $0.rows(LinkStatements.openAmong, [Parameter(array: Array(links))]) { try $0.id() })
    }
  }

  public func links(to quest: QuestID) async throws(LedgerError) -> [QuestLink] {
    try await read { try $0.rows(LinkStatements.links, [Parameter(quest)], QuestLink.read) }
  }

  public func revokeLink(
    _ id: QuestLinkID, to quest: QuestID, at now: Instant
  ) async throws(LedgerError) {
    let revoked = try await write {
      try $0.run(LinkStatements.revoke, [Parameter(id), Parameter(quest), Parameter(now)])
    }
    guard revoked == 1 else { throw QuestLink.unknown }
  }
}

private enum LinkStatements {
  static let lockQuest = Statement(
    "lock_linked_quest",
    "SELECT 1::bigint FROM quests WHERE quest_id = $1::uuid FOR NO KEY UPDATE")
  static let find = Statement(
    "find_quest_link", "SELECT 1::bigint FROM quest_links WHERE link_id = $1::uuid")
  static let count = Statement(
    "count_quest_links", "SELECT count(*) FROM quest_links WHERE quest_id = $1::uuid")
  static let create = Statement(
    "create_quest_link",
    """
    INSERT INTO quest_links (\(QuestLink.columns))
    VALUES ($1::uuid, $2::uuid, $3::text, $4::bytea, $5::boolean, $6::uuid, $7::bigint, $8::bigint)
    ON CONFLICT DO NOTHING
    """)
  static let open = Statement(
    "open_quest_link",
    """
    SELECT \(QuestLink.columns.of("l")) FROM quest_links l \(QuestLink.opens)
      AND l.link_id = $1::uuid
    """)
  static let openAmong = Statement(
    "open_quest_links",
    "SELECT l.link_id FROM quest_links l \(QuestLink.opens) AND l.link_id = ANY ($1::uuid[])")
  static let links = Statement(
    "quest_links",
    """
    SELECT \(QuestLink.columns) FROM quest_links WHERE quest_id = $1::uuid
    ORDER BY created_at, link_id
    """)
  static let revoke = Statement(
    "revoke_quest_link",
    """
    UPDATE quest_links SET revoked_at = coalesce(revoked_at, $3::bigint)
    WHERE link_id = $1::uuid AND quest_id = $2::uuid
    """)
}
