package import Quests

// The columns of messages that wait, and what they are read into.

extension TakenMail {
  package static let columns = ColumnList(
    "mail_id", "person_id", "is_urgent", "content", "posted_at", "expires_at", "attempts")

  package static func read(_ columns: inout some ColumnReader) throws -> TakenMail {
    TakenMail(
      mail: OutgoingMail(
        id: try columns.id(), person: try columns.optionalID(), isUrgent: try columns.bool(),
        content: try columns.bytes(), postedAt: try columns.instant(),
        expiresAt: try columns.instant()),
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
