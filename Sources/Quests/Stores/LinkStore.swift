public import CivilTime

/// Where private links to quests are kept.
///
/// Secrets come as hashes only. Each method is one transaction. A link is open as long as it is not
/// revoked, its quest not cancelled, and its team not dissolved.
public protocol LinkStore: Sendable {
  /// Keeps a link.
  ///
  /// - Throws: `conflict` where the id is taken, `not-found` where there is no such quest, `limit` for
  ///   more than `LedgerLimits.questLinks`.
  func createLink(_ link: QuestLink) async throws(LedgerError)
  /// The link where it is open; nil for any other.
  func openLink(_ id: QuestLinkID) async throws(LedgerError) -> QuestLink?
  /// Those of some links that are open. O(links).
  func openLinks(among links: Set<QuestLinkID>) async throws(LedgerError) -> Set<QuestLinkID>
  /// Also revoked ones, the oldest first.
  func links(to quest: QuestID) async throws(LedgerError) -> [QuestLink]
  /// Revokes a link to a quest; one that is revoked stays as it is.
  ///
  /// - Throws: `not-found`.
  func revokeLink(
    _ id: QuestLinkID, to quest: QuestID, at now: Instant
  ) async throws(LedgerError)
}
