public import CivilTime
internal import GRDB
internal import LedgerCore
public import Quests

extension SQLiteStore: MailStore {
  /// What is due by now, also after the clock has been set back by more than anything is postponed.
  private static let isDue =
    "due_at IS NOT NULL AND (due_at <= \(now) "
    + "OR due_at > \(now) + \(OutgoingMail.mostPostponedSeconds) * 1000000)"

  public func post(_ mail: [OutgoingMail]) async throws(LedgerError) {
    let limits = limits
    try await write { db in try db.post(mail, limits) }
  }

  public func post(
    _ mail: OutgoingMail, standingFor others: [MailID]
  ) async throws(LedgerError) -> Bool {
    let limits = limits
    return try await write { db in
      for id in [mail.id] + others {
        if try db.isMailKnown(id) { return false }
      }
      try db.post([mail], limits)
      for id in others { try db.noteDone(id, by: mail) }
      return true
    }
  }

  public func knownMail(among ids: [MailID]) async throws(LedgerError) -> Set<MailID> {
    try await read { tables in
      var known: Set<MailID> = []
      for id in ids {
        if try tables.db.isMailKnown(id) { known.insert(id) }
      }
      return known
    }
  }

  public func takeMail(limit: Int, seconds: Int64) async throws(LedgerError) -> [TakenMail] {
    // Whoever looks every second takes the right to write only where there is something.
    let isAnyDue = try await read {
      try $0.db.row("SELECT 1 FROM outgoing_mail WHERE \(Self.isDue) LIMIT 1", []) { try $0.int() }
    }
    if isAnyDue == nil { return [] }
    let limit = checked(limit: limit)
    return try await write { db in
      let ids: [MailID] = try db.rows(
        "SELECT mail_id FROM outgoing_mail WHERE \(Self.isDue) "
          + "ORDER BY is_urgent DESC, due_at LIMIT ?", [limit]
      ) { try $0.id() }
      return try ids.compactMap { id in
        try db.run(
          "UPDATE outgoing_mail SET due_at = \(Self.now) + ?, attempts = attempts + 1 "
            + "WHERE mail_id = ?", [(seconds * 1_000_000).sql, id.blob])
        return try db.row(
          "SELECT \(TakenMail.columns) FROM outgoing_mail WHERE mail_id = ?", [id.blob],
          TakenMail.read)
      }
    }
  }

  public func finishMail(_ id: MailID) async throws(LedgerError) {
    try await write { db in
      try db.run(
        "UPDATE outgoing_mail SET content = NULL, due_at = NULL WHERE mail_id = ?", [id.blob])
    }
  }

  public func postponeMail(_ id: MailID, seconds: Int64) async throws(LedgerError) {
    let seconds = min(seconds, OutgoingMail.mostPostponedSeconds)
    try await write { db in
      try db.run(
        "UPDATE outgoing_mail SET due_at = \(Self.now) + ? "
          + "WHERE mail_id = ? AND due_at IS NOT NULL", [(seconds * 1_000_000).sql, id.blob])
    }
  }

  public func waitingMail() async throws(LedgerError) -> Int64 {
    let count = try await read {
      try $0.db.row("SELECT count(*) FROM outgoing_mail WHERE due_at IS NOT NULL", []) {
        try $0.int()
      }
    }
    return count ?? 0
  }

  public func refuseMail(to address: ContentHash) async throws(LedgerError) {
    try await write { db in
      try db.run(
        "INSERT OR IGNORE INTO mail_refusals (address_hash) VALUES (?)", [address.blob])
    }
  }

  public func refusesMail(to address: ContentHash) async throws(LedgerError) -> Bool {
    try await read {
      try $0.db.row("SELECT 1 FROM mail_refusals WHERE address_hash = ?", [address.blob]) {
        try $0.int()
      }
    } != nil
  }

  public func isNewsWanted() async throws(LedgerError) -> Bool {
    try await read {
      try $0.db.row("SELECT 1 FROM accounts WHERE \(MailChoices.newsCondition) LIMIT 1", []) {
        try $0.int()
      }
    } != nil
  }

  public func mailRecipients(
    among people: [PersonID], choosing choice: MailChoices
  ) async throws(LedgerError) -> [Account] {
    try Account.check(people, limits)
    return try await read { tables in
      try people.compactMap { person in
        try tables.db.row(
          "SELECT \(Account.columns) FROM accounts WHERE person_id = ? "
            + "AND is_email_verified = 1 AND email IS NOT NULL AND mail_choices & ? <> 0",
          [person.blob, choice.rawValue.sql], Account.read)
      }
    }
  }
}

extension SQLiteStore {
  public func summaryRecipients(
    of week: Day, after person: PersonID?, limit: Int
  ) async throws(LedgerError) -> [Account] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.db.rows(
        // The key would lead past everybody who wants none.
        "SELECT \(Account.columns) FROM accounts a INDEXED BY accounts_weekly "
          + "WHERE \(MailChoices.weeklyCondition) AND is_email_verified = 1 "
          + "AND email IS NOT NULL AND person_id > ? AND NOT EXISTS (SELECT 1 "
          + "FROM weekly_summaries s WHERE s.person_id = a.person_id AND s.week = ?) "
          + "ORDER BY person_id LIMIT ?", [person.after(), week.number.sql, limit], Account.read)
    }
  }

  public func noteSummary(
    of week: Day, to person: PersonID, _ mail: OutgoingMail?
  ) async throws(LedgerError) -> Bool {
    let limits = limits
    return try await write { db in
      let isNew = try db.row(
        "INSERT INTO weekly_summaries (person_id, week) SELECT person_id, ? FROM accounts "
          + "WHERE person_id = ? AND \(MailChoices.weeklyCondition) "
          + "ON CONFLICT DO NOTHING RETURNING 1",
        [week.number.sql, person.blob]
      ) { try $0.int() }
      guard isNew != nil else { return false }
      if let mail { try db.post([mail], limits) }
      try db.run(
        "DELETE FROM weekly_summaries WHERE person_id = ? AND week < ?",
        [person.blob, (week.number - WeeklySummaries.keptDays).sql])
      return true
    }
  }

  public func holdSummaries(holder: String, seconds: Int64) async throws(LedgerError) -> Bool {
    try await write { db in
      try Self.hold(WeeklySummaries.service, holder: holder, seconds: seconds, in: db) != nil
    }
  }
}

extension Database {
  /// Puts messages into the queue.
  ///
  /// - Throws: `overloaded`.
  fileprivate func post(_ mail: [OutgoingMail], _ limits: LedgerLimits) throws {
    let waiting = try row(
      "SELECT count(*) FROM "
        + "(SELECT 1 FROM outgoing_mail WHERE due_at IS NOT NULL LIMIT ?)",
      [limits.waitingMail.sql]
    ) { try $0.int() }
    try OutgoingMail.checkRoom(for: mail, after: waiting ?? 0, limits)
    for one in mail {
      try run(
        "INSERT OR IGNORE INTO outgoing_mail (\(TakenMail.columns), due_at) "
          + "VALUES (?, ?, ?, ?, ?, ?, ?, 0, \(SQLiteStore.now))",
        [
          one.id.blob, one.person.column(\.blob), one.isUrgent.sql, .bytes(one.content),
          one.postedAt.column, one.expiresAt.column, one.choice.rawValue.sql,
        ])
    }
  }

  fileprivate func isMailKnown(_ id: MailID) throws -> Bool {
    try row("SELECT 1 FROM outgoing_mail WHERE mail_id = ?", [id.blob]) { try $0.int() } != nil
  }

  /// Notes a message as done, for which another stands.
  fileprivate func noteDone(_ id: MailID, by mail: OutgoingMail) throws {
    try run(
      "INSERT INTO outgoing_mail (mail_id, person_id, is_urgent, posted_at, expires_at, choice, "
        + "attempts) VALUES (?, ?, ?, ?, ?, ?, 0)",
      [
        id.blob, mail.person.column(\.blob), mail.isUrgent.sql, mail.postedAt.column,
        mail.expiresAt.column, mail.choice.rawValue.sql,
      ])
  }

  /// Ends the messages that wait for somebody and follow from no choice that the account still has.
  func endUnwantedMail(of account: Account) throws {
    try run(
      "UPDATE outgoing_mail SET content = NULL, due_at = NULL WHERE person_id = ? "
        + "AND due_at IS NOT NULL AND choice <> 0 AND choice & ? = 0",
      [account.person.blob, account.mail.rawValue.sql])
  }
}
