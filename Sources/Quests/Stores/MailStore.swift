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
}
