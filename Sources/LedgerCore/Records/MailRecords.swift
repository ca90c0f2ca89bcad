package import Quests

// The columns of messages that wait, and what they are read into.

extension TakenMail {
  package static let columns = ColumnList(
    "mail_id", "person_id", "is_urgent", "content", "posted_at", "expires_at", "choice",
    "attempts")

  package static func read(_ columns: inout some ColumnReader) throws -> TakenMail {
    let (id, person): (MailID, PersonID?) = (try columns.id(), try columns.optionalID())
    let (isUrgent, content) = (try columns.bool(), try columns.bytes())
    let (postedAt, expiresAt) = (try columns.instant(), try columns.instant())
    let choice = MailChoices(rawValue: try columns.int())
    return TakenMail(
      mail: OutgoingMail(
        id: id, person: person, isUrgent: isUrgent, choice: choice, content: content,
        postedAt: postedAt, expiresAt: expiresAt),
      attempts: try columns.int())
  }
}

extension MailChoices {
  /// Holds for accounts that want news, and for the index of these.
  package static let newsCondition = "mail_choices & \(news.rawValue) <> 0"
  /// Holds for accounts that want a summary of each week, and for the index of these.
  package static let weeklyCondition = "mail_choices & \(weekly.rawValue) <> 0"
}

/// What is noted of the weeks that people were told of.
package enum WeeklySummaries {
  /// The name of the right to make them.
  package static let service = "summaries"
  /// Days before a week in which older ones are not forgotten: by then nobody is told of them.
  package static let keptDays: Int64 = 56
}

extension OutgoingMail {
  /// A message that is due later than this was postponed by a clock that has been set back since.
  package static let mostPostponedSeconds: Int64 = 86_400

  /// Checks that there is room for messages.
  ///
  /// - Parameter waiting: how many wait, or the first number that is too many.
  /// - Throws: `overloaded`.
  package static func checkRoom(
    for mail: [OutgoingMail], after waiting: Int64, _ limits: LedgerLimits
  ) throws(LedgerError) {
    let isUrgent = mail.allSatisfy(\.isUrgent)
    let most = isUrgent ? limits.waitingMail : limits.waitingMail / 2
    guard waiting + Int64(mail.count) <= most else {
      throw LedgerError(
        .overloaded, "\(most) messages wait to be sent, the limit; try again later")
    }
  }
}
