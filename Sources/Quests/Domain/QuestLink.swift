public import CivilTime

/// A private link to a quest: whoever holds its secret reads that quest and nothing else. The secret
/// itself is never stored.
public struct QuestLink: Hashable, Sendable {
  public let id: QuestLinkID
  public let quest: QuestID
  /// What it is for, as the admin who made it has written.
  public let name: String
  /// Of the secret part.
  public let hash: ContentHash
  /// Whether whoever reads by it sees what people are called.
  public let showsNames: Bool
  public let createdBy: PersonID
  public let createdAt: Instant
  public var revokedAt: Instant?

  public init(
    id: QuestLinkID, quest: QuestID, name: String, hash: ContentHash, showsNames: Bool,
    createdBy: PersonID, createdAt: Instant, revokedAt: Instant? = nil
  ) {
    self.id = id
    self.quest = quest
    self.name = name
    self.hash = hash
    self.showsNames = showsNames
    self.createdBy = createdBy
    self.createdAt = createdAt
    self.revokedAt = revokedAt
  }
}
