internal import Base
internal import CivilTime
internal import Quests

/// What one process remembers of those who try to get in: how often, from where, and which sessions
/// it has ended while their access tokens still count.
final class SignInGate: Sendable {
  private let clientTries: AttemptThrottle
  private let accountTries: AttemptThrottle
  private let clientMail: AttemptThrottle
  private let addressMail: AttemptThrottle
  /// Clients that somebody logged into an account from, by both.
  private let known = BoundedCache<String, Void>(mostWeight: 20_000)
  private let ended = BoundedCache<SessionID, Void>(mostWeight: 20_000)

  init(_ options: BuiltInAccounts.Options) {
    clientTries = AttemptThrottle(options.clientTries)
    accountTries = AttemptThrottle(options.accountTries)
    clientMail = AttemptThrottle(options.clientMail)
    addressMail = AttemptThrottle(options.addressMail)
  }

  /// Counts a try to show who one is; it is taken back with `succeed`.
  ///
  /// - Parameter account: its address or person, whether or not there is one; nil where only the
  ///   client counts.
  /// - Throws: `throttled`.
  func tries(
    _ account: String?, from client: String, at now: Instant
  ) throws(IdentityError) {
    if let wait = clientTries.charge(client, at: now) { throw .throttled(wait) }
    guard let account else { return }
    // Where the owner was let in before, others' tries keep nobody out.
    let isKnown = known[pair(account, client)] != nil
    let name = isKnown ? pair(account, client) : account
    if let wait = accountTries.charge(name, at: now) {
      clientTries.refund(client, at: now)
      throw .throttled(wait)
    }
  }

  func succeed(_ account: String?, from client: String, at now: Instant) {
    clientTries.refund(client, at: now)
    guard let account else { return }
    accountTries.clear(account)
    accountTries.clear(pair(account, client))
    known.insert((), for: pair(account, client))
  }

  /// Counts a message that somebody asks for.
  ///
  /// - Throws: `throttled`.
  func mails(_ address: String, from client: String, at now: Instant) throws(IdentityError) {
    if let wait = clientMail.charge(client, at: now) { throw .throttled(wait) }
    if let wait = addressMail.charge(address, at: now) {
      clientMail.refund(client, at: now)
      throw .throttled(wait)
    }
  }

  func end(_ session: SessionID) { ended.insert((), for: session) }

  func hasEnded(_ session: SessionID) -> Bool { ended[session] != nil }

  private func pair(_ account: String, _ client: String) -> String { "\(account)\n\(client)" }
}
