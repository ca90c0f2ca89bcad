public import CivilTime

/// Where messages wait to be sent, through restarts of the service.
///
/// A message is taken for a time, by one process. Whoever has sent it says so; where a process ends
/// before it does, another takes the message when that time is over. Times are by the store's own
/// clock. Each method is one transaction.
public protocol MailStore: Sendable {
  /// Puts messages into the queue, all or none. A message whose id is known stays as it is, also when
  /// it was sent within the last `LedgerLimits.sentMailSeconds`.
  ///
  /// - Throws: `overloaded` where more than `LedgerLimits.waitingMail` would wait, or half of that
  ///   where they are not all urgent.
  func post(_ mail: [OutgoingMail]) async throws(LedgerError)
  /// Puts a message into the queue, and notes others as done that it stands for, all or nothing.
  ///
  /// - Returns: false, with nothing done, where one of them is known.
  /// - Throws: `overloaded` as for others.
  func post(_ mail: OutgoingMail, standingFor others: [MailID]) async throws(LedgerError) -> Bool
  /// Which of some messages are known: they wait, or have ended within
  /// `LedgerLimits.sentMailSeconds`.
  func knownMail(among ids: [MailID]) async throws(LedgerError) -> Set<MailID>
  /// Takes messages that are due, urgent ones first, then those that are due for longest.
  ///
  /// - Parameter seconds: how long nobody else can take them.
  func takeMail(limit: Int, seconds: Int64) async throws(LedgerError) -> [TakenMail]
  /// Ends a message that was sent or never will be: its content is deleted, its id is remembered.
  func finishMail(_ id: MailID) async throws(LedgerError)
  /// Makes a message that was taken due again after some seconds.
  func postponeMail(_ id: MailID, seconds: Int64) async throws(LedgerError)
  /// How many messages wait, those that are taken included.
  func waitingMail() async throws(LedgerError) -> Int64
  /// Keeps the digest of an address that wants no mail of those whom it has not asked.
  func refuseMail(to address: ContentHash) async throws(LedgerError)
  func refusesMail(to address: ContentHash) async throws(LedgerError) -> Bool
  /// Whether anybody wants any of `MailChoices.news`. O(1).
  func isNewsWanted() async throws(LedgerError) -> Bool
  /// The accounts of those of some persons who want a kind of message at an address that is theirs.
  ///
  /// - Throws: `limit` for more persons than `LedgerLimits.page`.
  func mailRecipients(
    among people: [PersonID], choosing choice: MailChoices
  ) async throws(LedgerError) -> [Account]

  // MARK: Weekly summaries

  /// The accounts that want a summary of each week at an address that is theirs, and for which that of
  /// a week is not noted, by person.
  ///
  /// - Parameter week: the Monday that it begins with.
  func summaryRecipients(
    of week: Day, after person: PersonID?, limit: Int
  ) async throws(LedgerError) -> [Account]
  /// Notes that the summary of a week is done, and puts the message into the queue, both or none.
  ///
  /// - Parameter mail: nil where there is none, such as for a week before the person chose summaries.
  /// - Returns: whether it was noted now, and not before. False also, with nothing done, for a person
  ///   without an account or who wants no summaries.
  /// - Throws: `overloaded` as `post`.
  func noteSummary(
    of week: Day, to person: PersonID, _ mail: OutgoingMail?
  ) async throws(LedgerError) -> Bool
  /// Takes the right to make summaries, or keeps it: of many processes one holds it.
  ///
  /// - Parameters:
  ///   - holder: names the process.
  ///   - seconds: for how long, by the store's own clock.
  /// - Returns: whether the holder has it.
  func holdSummaries(holder: String, seconds: Int64) async throws(LedgerError) -> Bool
}
