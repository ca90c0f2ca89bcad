public import CivilTime
internal import LedgerCore
public import Quests

extension PostGISStore: MailStore {
  public func post(_ mail: [OutgoingMail]) async throws(LedgerError) {
    let limits = limits
    try await write { session in try session.post(mail, limits) }
  }

  public func post(
    _ mail: OutgoingMail, standingFor others: [MailID]
  ) async throws(LedgerError) -> Bool {
    let limits = limits
    return try await write { session in
      let all: [MailID] = [mail.id] + others
      let known = try session.rows(MailStatements.known, [Parameter(array: all)]) {
        try $0.id() as MailID
      }
      guard known.isEmpty else { return false }
      try session.post([mail], limits)
      for id in others.sorted() {
        let noted = try session.run(
          MailStatements.noteDone,
          [
            Parameter(id), Parameter(mail.person), Parameter(mail.isUrgent),
            Parameter(mail.postedAt), Parameter(mail.expiresAt), Parameter(mail.choice.rawValue),
          ])
        // Somebody was faster between the two statements: the next try finds it.
        guard noted == 1 else {
          throw ServerFailure(state: "40001", message: "a message has come between")
        }
      }
      return true
    }
  }

  public func knownMail(among ids: [MailID]) async throws(LedgerError) -> Set<MailID> {
    let known = try await read {
      try $0.rows(MailStatements.known, [Parameter(array: ids)]) { try $0.id() as MailID }
    }
    return Set(known)
  }

  public func takeMail(limit: Int, seconds: Int64) async throws(LedgerError) -> [TakenMail] {
    let limit = checked(limit: limit)
    return try await write {
      try $0.rows(
        MailStatements.take, [Parameter(limit), Parameter(seconds * 1_000_000)], TakenMail.read)
    }
  }

  public func finishMail(_ id: MailID) async throws(LedgerError) {
    _ = try await write { try $0.run(MailStatements.finish, [Parameter(id)]) }
  }

  public func postponeMail(_ id: MailID, seconds: Int64) async throws(LedgerError) {
    let seconds = min(seconds, OutgoingMail.mostPostponedSeconds)
    _ = try await write {
      try $0.run(MailStatements.postpone, [Parameter(id), Parameter(seconds * 1_000_000)])
    }
  }

  public func waitingMail() async throws(LedgerError) -> Int64 {
    try await read { try $0.row(MailStatements.count, [Parameter(Int64.max)]) { try $0.int() } }
      ?? 0
  }

  public func refuseMail(to address: ContentHash) async throws(LedgerError) {
    _ = try await write { try $0.run(MailStatements.refuse, [Parameter(address.blob)]) }
  }

  public func refusesMail(to address: ContentHash) async throws(LedgerError) -> Bool {
    try await read {
      try $0.row(MailStatements.refuses, [Parameter(address.blob)]) { try $0.int() }
    } != nil
  }

  public func isNewsWanted() async throws(LedgerError) -> Bool {
    try await read { try $0.row(MailStatements.isNewsWanted) { try $0.int() } } != nil
  }

  public func mailRecipients(
    among people: [PersonID], choosing choice: MailChoices
  ) async throws(LedgerError) -> [Account] {
    try Account.check(people, limits)
    return try await read {
      try $0.rows(
        MailStatements.recipients, [Parameter(array: people), Parameter(choice.rawValue)],
        Account.read)
    }
  }
}

extension PostGISStore {
  public func summaryRecipients(
    of week: Day, after person: PersonID?, limit: Int
  ) async throws(LedgerError) -> [Account] {
    let limit = checked(limit: limit)
    return try await read {
      try $0.rows(
        MailStatements.summaryRecipients,
        [Parameter(person), Parameter(week.number), Parameter(limit)], Account.read)
    }
  }

  public func noteSummary(
    of week: Day, to person: PersonID, _ mail: OutgoingMail?
  ) async throws(LedgerError) -> Bool {
    let limits = limits
    return try await write { session in
      let key = [Parameter(person), Parameter(week.number)]
      guard try session.run(MailStatements.noteSummary, key) == 1 else { return false }
      if let mail { try session.post([mail], limits) }
      try session.run(
        MailStatements.forgetSummaries,
        [Parameter(person), Parameter(week.number - WeeklySummaries.keptDays)])
      return true
    }
  }

  public func holdSummaries(holder: String, seconds: Int64) async throws(LedgerError) -> Bool {
    try await write { store in
      try store.row(
        AnnouncementStatements.hold,
        [
          Parameter(WeeklySummaries.service), Parameter(holder), Parameter(seconds * 1_000_000),
        ]
      ) { try $0.bool() } != nil
    }
  }
}

extension StoreSession {
  /// Puts messages into the queue.
  ///
  /// - Throws: `overloaded`.
  fileprivate func post(_ mail: [OutgoingMail], _ limits: LedgerLimits) throws {
    let waiting = try row(MailStatements.count, [Parameter(limits.waitingMail)]) { try $0.int() }
    try OutgoingMail.checkRoom(for: mail, after: waiting ?? 0, limits)
    // In one order, so that two who post the same do not wait for each other.
    for one in mail.sorted(by: { $0.id < $1.id }) {
      try run(
        MailStatements.post,
        [
          Parameter(one.id), Parameter(one.person), Parameter(one.isUrgent),
          Parameter(Blob(one.content)), Parameter(one.postedAt), Parameter(one.expiresAt),
          Parameter(one.choice.rawValue),
        ])
    }
  }
}

enum MailStatements {
  private static let now = AnnouncementStatements.now

  static let count = Statement(
    "count_mail",
    """
    SELECT count(*) FROM
      (SELECT 1 FROM outgoing_mail WHERE due_at IS NOT NULL LIMIT $1::bigint) waiting
    """)
  static let post = Statement(
    "post_mail",
    """
    INSERT INTO outgoing_mail (\(TakenMail.columns), due_at)
    VALUES ($1::uuid, $2::uuid, $3::boolean, $4::bytea, $5::bigint, $6::bigint, $7::bigint, 0,
      \(now))
    ON CONFLICT DO NOTHING
    """)
  static let known = Statement(
    "known_mail", "SELECT mail_id FROM outgoing_mail WHERE mail_id = ANY ($1::uuid[])")
  static let noteDone = Statement(
    "note_done_mail",
    """
    INSERT INTO outgoing_mail
      (mail_id, person_id, is_urgent, posted_at, expires_at, choice, attempts)
    VALUES ($1::uuid, $2::uuid, $3::boolean, $4::bigint, $5::bigint, $6::bigint, 0)
    ON CONFLICT DO NOTHING
    """)
  /// What is due by now, also after the clock has been set back by more than anything is postponed.
  static let take = Statement(
    "take_mail",
    """
    WITH taken AS (
      UPDATE outgoing_mail SET due_at = \(now) + $2::bigint, attempts = attempts + 1
      WHERE mail_id IN (
        SELECT mail_id FROM outgoing_mail
        WHERE due_at IS NOT NULL AND (due_at <= \(now)
          OR due_at > \(now) + \(OutgoingMail.mostPostponedSeconds) * 1000000::bigint)
        ORDER BY is_urgent DESC, due_at LIMIT $1::bigint FOR UPDATE SKIP LOCKED)
      RETURNING \(TakenMail.columns)
    )
    SELECT * FROM taken ORDER BY is_urgent DESC, posted_at
    """)
  static let finish = Statement(
    "finish_mail",
    "UPDATE outgoing_mail SET content = NULL, due_at = NULL WHERE mail_id = $1::uuid")
  static let postpone = Statement(
    "postpone_mail",
    """
    UPDATE outgoing_mail SET due_at = \(now) + $2::bigint
    WHERE mail_id = $1::uuid AND due_at IS NOT NULL
    """)
  /// Ends what waits for somebody and follows from no choice that is still made.
  static let endUnwanted = Statement(
    "end_unwanted_mail",
    """
    UPDATE outgoing_mail SET content = NULL, due_at = NULL WHERE person_id = $1::uuid
      AND due_at IS NOT NULL AND choice <> 0 AND choice & $2::bigint = 0
    """)
  static let forget = Statement(
    "forget_mail", "DELETE FROM outgoing_mail WHERE due_at IS NULL AND posted_at <= $1::bigint")
  static let refuse = Statement(
    "refuse_mail",
    "INSERT INTO mail_refusals (address_hash) VALUES ($1::bytea) ON CONFLICT DO NOTHING")
  static let refuses = Statement(
    "refuses_mail", "SELECT 1::bigint FROM mail_refusals WHERE address_hash = $1::bytea")
  static let isNewsWanted = Statement(
    "is_news_wanted", "SELECT 1::bigint FROM accounts WHERE \(MailChoices.newsCondition) LIMIT 1")
  static let summaryRecipients = Statement(
    "summary_recipients",
    """
    SELECT \(Account.columns) FROM accounts a WHERE \(MailChoices.weeklyCondition)
      AND is_email_verified AND email IS NOT NULL
      AND ($1::uuid IS NULL OR person_id > $1::uuid)
      AND NOT EXISTS (
        SELECT 1 FROM weekly_summaries s WHERE s.person_id = a.person_id AND s.week = $2::bigint)
    ORDER BY person_id LIMIT $3::bigint
    """)
  /// Waits for an erasure that is under way.
  static let noteSummary = Statement(
    "note_summary",
    """
    INSERT INTO weekly_summaries (person_id, week)
    SELECT person_id, $2::bigint FROM accounts
      WHERE person_id = $1::uuid AND \(MailChoices.weeklyCondition) FOR SHARE
    ON CONFLICT DO NOTHING
    """)
  static let forgetSummaries = Statement(
    "forget_summaries",
    "DELETE FROM weekly_summaries WHERE person_id = $1::uuid AND week < $2::bigint")
  static let recipients = Statement(
    "mail_recipients",
    """
    SELECT \(Account.columns) FROM accounts WHERE person_id = ANY ($1::uuid[])
      AND is_email_verified AND email IS NOT NULL AND mail_choices & $2::bigint <> 0
    """)
}
