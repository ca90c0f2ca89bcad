package import Quests

// The columns of accounts and of what proves who somebody is, and what they are read into.

extension Account {
  package static let columns = ColumnList(
    "person_id", "email", "is_email_verified", "name", "zone", "units", "credential", "created_at",
    "revision", "mail_choices")

  package static func read(_ columns: inout some ColumnReader) throws -> Account {
    Account(
      person: try columns.id(), email: try columns.optionalText(),
      isEmailVerified: try columns.bool(), name: try columns.text(), zone: try columns.text(),
      units: try columns.text(), credential: try columns.optionalText(),
      createdAt: try columns.instant(), revision: try columns.int(),
      mail: MailChoices(rawValue: try columns.int()))
  }
}

extension Session {
  package static let columns = ColumnList(
    "session_id", "person_id", "created_at", "refreshed_at", "expires_at", "ends_at")

  package static func read(_ columns: inout some ColumnReader) throws -> Session {
    Session(
      id: try columns.id(), person: try columns.id(), createdAt: try columns.instant(),
      refreshedAt: try columns.instant(), expiresAt: try columns.instant(),
      endsAt: try columns.instant())
  }
}

extension OneTimeCode {
  package static let columns = ColumnList(
    "kind", "holder", "code_hash", "content", "expires_at", "attempts")

  package static func read(_ columns: inout some ColumnReader) throws -> OneTimeCode {
    OneTimeCode(
      kind: try columns.named(), holder: try columns.text(), hash: try columns.hash(),
      content: try columns.optionalText(), expiresAt: try columns.instant(),
      attempts: try columns.int())
  }
}

extension QuestLink {
  package static let columns = ColumnList(
    "link_id", "quest_id", "name", "hash", "shows_names", "created_by", "created_at", "revoked_at")

  package static func read(_ columns: inout some ColumnReader) throws -> QuestLink {
    QuestLink(
      id: try columns.id(), quest: try columns.id(), name: try columns.text(),
      hash: try columns.hash(), showsNames: try columns.bool(), createdBy: try columns.id(),
      createdAt: try columns.instant(), revokedAt: try columns.optionalInstant())
  }
}

extension APIKey {
  package static let columns = ColumnList(
    "key_id", "owner", "name", "hash", "scopes", "rate_per_second", "rate_burst", "created_at",
    "last_used_at", "revoked_at")

  package static func read(_ columns: inout some ColumnReader) throws -> APIKey {
    let (id, owner) = (try columns.id() as APIKeyID, try columns.id() as PersonID)
    let (name, hash) = (try columns.text(), try columns.hash())
    let scopes = AccessScopes(rawValue: try columns.int())
    let (perSecond, burst) = (try columns.optionalInt(), try columns.optionalInt())
    var rate: RequestRate?
    if let perSecond, let burst { rate = RequestRate(perSecond: perSecond, burst: burst) }
    return APIKey(
      id: id, owner: owner, name: name, hash: hash, scopes: scopes, rate: rate,
      createdAt: try columns.instant(), lastUsedAt: try columns.optionalInstant(),
      revokedAt: try columns.optionalInstant())
  }
}
