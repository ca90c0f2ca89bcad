internal import Base
internal import Quests

/// What one process remembers of those who try to get in: how often, from where, and which sessions
/// it has ended while their access tokens still count.
///
/// Nobody's tries keep somebody else out for long: a device that is signed in is counted by itself,
/// and whoever waits as long as they are asked to is let through, however often others try meanwhile.
final class SignInGate: Sendable {
  private let clientTries: AttemptThrottle
  private let accountTries: AttemptThrottle
  private let sessionTries: AttemptThrottle
  private let clientMail: AttemptThrottle
  private let pairMail: AttemptThrottle
  private let addressMail: AttemptThrottle
  private let clock: MonotonicClock
  /// Clients that somebody logged into an account from, by both.
  private let known = BoundedCache<String, Void>(mostWeight: 20_000)
  /// When each client that was asked to wait for an account may try.
  private let turns = Lock(BoundedTable<String, MonotonicInstant>(mostWeight: 20_000))
  private let ended = BoundedCache<SessionID, Void>(mostWeight: 20_000)

  /// How long a turn that was waited for is kept.
  private static let turnSeconds: Int64 = 60

  init(_ options: BuiltInAccounts.Options, clock: @escaping MonotonicClock) {
    self.clock = clock
    clientTries = AttemptThrottle(options.clientTries, clock: clock)
    accountTries = AttemptThrottle(options.accountTries, clock: clock)
    sessionTries = AttemptThrottle(options.accountTries, clock: clock)
    clientMail = AttemptThrottle(options.clientMail, clock: clock)
    pairMail = AttemptThrottle(options.pairMail, clock: clock)
    addressMail = AttemptThrottle(options.addressMail, clock: clock)
  }

  /// Who tries.
  struct Claimant {
    /// The address or person of the account, whether or not there is one; nil where only the client
    /// counts.
    var account: String?
    let client: String
    /// The session of that account which the device has; nil where it has none.
    var session: SessionID?
  }

  /// Counts a try to show who one is; it is taken back with `succeed`.
  ///
  /// - Throws: `throttled`.
  func tries(_ claimant: Claimant) throws(IdentityError) {
    if let session = claimant.session {
      if let wait = sessionTries.charge("\(session)") { throw .throttled(wait) }
      return
    }
    let client = claimant.client
    if let wait = clientTries.charge(client) { throw .throttled(wait) }
    guard let account = claimant.account else { return }
    let pair = pair(account, client)
    // Where the owner was let in before, others' tries keep nobody out.
    let isKnown = known[pair] != nil
    guard let wait = accountTries.charge(isKnown ? pair : account) else { return }
    if isKnown {
      clientTries.refund(client)
      throw .throttled(wait)
    }
    if let left = turn(of: pair, wait) {
      clientTries.refund(client)
      throw .throttled(left)
    }
  }

  /// Takes the turn of a client, if it has come; a client without one gets one.
  ///
  /// - Returns: the seconds until it comes; nil where it has come.
  private func turn(of pair: String, _ wait: Int64) -> Int64? {
    let now = clock()
    return turns.withLock { turns in
      if let turn = turns[pair], now < turn.advanced(by: .seconds(Self.turnSeconds)) {
        if turn <= now {
          turns.remove(pair)
          return nil
        }
        let (seconds, rest) = now.duration(to: turn).components
        return seconds + (rest > 0 ? 1 : 0)
      }
      turns.insert(now.advanced(by: .seconds(wait)), for: pair)
      return wait
    }
  }

  func succeed(_ claimant: Claimant) {
    if let session = claimant.session { sessionTries.clear("\(session)") }
    let client = claimant.client
    if claimant.session == nil { clientTries.refund(client) }
    guard let account = claimant.account else { return }
    let pair = pair(account, client)
    accountTries.clear(account)
    accountTries.clear(pair)
    known.insert((), for: pair)
  }

  /// Counts a message that somebody asks for.
  ///
  /// - Throws: `throttled`.
  func mails(_ address: String, from client: String) throws(IdentityError) {
    if let wait = clientMail.charge(client) { throw .throttled(wait) }
    let pair = pair(address, client)
    if let wait = pairMail.charge(pair) {
      clientMail.refund(client)
      throw .throttled(wait)
    }
    if let wait = addressMail.charge(address) {
      clientMail.refund(client)
      pairMail.refund(pair)
      throw .throttled(wait)
    }
  }

  func end(_ session: SessionID) { ended.insert((), for: session) }

  func hasEnded(_ session: SessionID) -> Bool { ended[session] != nil }

  private func pair(_ account: String, _ client: String) -> String { "\(account)\n\(client)" }
}
