public import CivilTime
public import Quests

/// Takes messages to be sent. They are kept in the store before whoever causes them is answered, so
/// that none is lost when the process ends, and sent afterwards, so that nobody learns from the time
/// an answer takes whether there was one.
///
/// Messages hold codes: what is kept of them is sealed, and deleted once they are sent.
public final class Outbox: Sendable {
  let store: any MailStore
  let seal: Seal
  let clock: @Sendable () -> Instant
  private let from: MailAddress
  private let random: RandomSource
  /// Rings when there is something to send.
  let bell = Bell()

  /// - Parameter from: whom messages come from.
  public init(
    store: any MailStore, seal: Seal, from: MailAddress, clock: @escaping @Sendable () -> Instant,
    random: RandomSource = .system
  ) {
    self.store = store
    self.seal = seal
    self.from = from
    self.clock = clock
    self.random = random
  }

  /// Takes a message.
  ///
  /// - Parameters:
  ///   - goesOut: false where there is nobody to send it to, and nobody is to learn that: all is done but
  ///     the sending.
  ///   - cause: names what the message is about and whom it is for, where that must not lead to another
  ///     message when it comes again.
  ///   - person: whose account it goes with.
  ///   - choice: of the person, without which it is not sent.
  ///   - isUrgent: whether somebody waits for it.
  /// - Throws: `overloaded` where too many wait, and what the store fails with.
  public func post(
    _ message: MailMessage, goesOut: Bool = true, cause: String? = nil, of person: PersonID? = nil,
    choice: MailChoices = [], isUrgent: Bool = true
  ) async throws(LedgerError) {
    try await store.post([
      outgoing(
        message, goesOut: goesOut, cause: cause, of: person, choice: choice, isUrgent: isUrgent)
    ])
    bell.ring()
  }

  /// Takes a message about several things, of which it tells each once and for all.
  ///
  /// - Parameter causes: each names one of them and whom the message is for; the last names the
  ///   message.
  /// - Returns: false, with nothing done, where one of them was told before: `untold` says which.
  /// - Throws: as for others.
  public func post(
    _ message: MailMessage, causes: [String], of person: PersonID, choice: MailChoices
  ) async throws(LedgerError) -> Bool {
    guard let last = causes.last else { return true }
    let mail = outgoing(message, cause: last, of: person, choice: choice, isUrgent: false)
    let others = causes.dropLast().map { Self.id(of: $0) }
    let isNew = try await store.post(mail, standingFor: others)
    if isNew { bell.ring() }
    return isNew
  }

  /// Which causes have led to no message yet, by their places.
  public func untold(_ causes: [String]) async throws(LedgerError) -> [Int] {
    let ids = causes.map { Self.id(of: $0) }
    let known = try await store.knownMail(among: ids)
    return ids.indices.filter { !known.contains(ids[$0]) }
  }

  private func outgoing(
    _ message: MailMessage, goesOut: Bool = true, cause: String?, of person: PersonID?,
    choice: MailChoices, isUrgent: Bool
  ) -> OutgoingMail {
    var random = random
    let (id, now) = (cause.map(Self.id) ?? .random(using: &random), clock())
    let letter = MailLetter(
      id: id, to: message.to.address, postedAt: now,
      bytes: MessageText.render(message, from: from, at: now, id: "\(id)"))
    return OutgoingMail(
      id: id, person: person, isUrgent: isUrgent, choice: choice,
      content: letter.sealed(by: seal, goesOut: goesOut), postedAt: now,
      expiresAt: now.advanced(bySeconds: message.lifetimeSeconds))
  }

  /// The id that follows from a cause: a UUID (RFC 9562, version 8) of bits of its digest.
  private static func id(of cause: String) -> MailID {
    let words = ContentHash(of: Array(cause.utf8)).bytes.prefix(16)
    let (high, low) = (
      words.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) },
      words.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    )
    return MailID(
      high: high & 0xFFFF_FFFF_FFFF_0FFF | 0x8000,
      low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
  }

  // MARK: Addresses without an account

  /// Keeps that an address wants no mail which it has not asked for.
  public func refuse(_ address: MailAddress) async throws(LedgerError) {
    try await store.refuseMail(to: Self.digest(address))
  }

  public func refuses(_ address: MailAddress) async throws(LedgerError) -> Bool {
    try await store.refusesMail(to: Self.digest(address))
  }

  /// The accounts of those of some persons who want a kind of message.
  public func recipients(
    among people: [PersonID], choosing choice: MailChoices
  ) async throws(LedgerError) -> [Account] {
    try await store.mailRecipients(among: people, choosing: choice)
  }

  /// Whether anybody wants to know what teams have reached.
  public func isNewsWanted() async throws(LedgerError) -> Bool { try await store.isNewsWanted() }

  // MARK: Weekly summaries

  /// The accounts that want summaries, and for which that of a week is not done, by person.
  public func summaryRecipients(
    of week: Day, after person: PersonID?, limit: Int
  ) async throws(LedgerError) -> [Account] {
    try await store.summaryRecipients(of: week, after: person, limit: limit)
  }

  /// Takes a person's summary of a week, unless that is done or unwanted by now.
  ///
  /// - Throws: as `post`.
  public func postSummary(
    _ message: MailMessage, of week: Day, to person: PersonID
  ) async throws(LedgerError) {
    let mail = outgoing(
      message, cause: "week \(week) \(person)", of: person, choice: .weekly, isUrgent: false)
    if try await store.noteSummary(of: week, to: person, mail) { bell.ring() }
  }

  /// Leaves out a person's summary of a week.
  public func skipSummary(of week: Day, to person: PersonID) async throws(LedgerError) {
    _ = try await store.noteSummary(of: week, to: person, nil)
  }

  /// Takes the right to make summaries, or keeps it, for some seconds.
  public func holdSummaries(holder: String, seconds: Int64) async throws(LedgerError) -> Bool {
    try await store.holdSummaries(holder: holder, seconds: seconds)
  }

  private static func digest(_ address: MailAddress) -> ContentHash {
    ContentHash(of: Array(address.key.utf8))
  }
}
