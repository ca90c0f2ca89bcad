internal import Base

/// The keys of an issuer as they were read last, and when they are read again.
///
/// Nobody waits for an issuer whose keys are known: they are read again in the background, and stay
/// while it is down. However many tokens name keys that nobody knows, it is asked no more than ten
/// times a minute: a token of a new key waits six seconds at most for its turn.
actor IssuerKeys {
  struct Known: Sendable {
    let document: DiscoveryDocument
    let keys: KeySet
    fileprivate let readAt: MonotonicInstant
  }

  /// After how long keys are read again.
  static let fresh = Duration.seconds(3_600)
  /// How long keys stay while their issuer is down.
  static let kept = Duration.seconds(7 * 86_400)
  /// The least time between two tries.
  static let pause = Duration.seconds(6)
  /// The same where nothing is known, so that everybody has to wait.
  static let firstPause = Duration.seconds(5)

  private let server: IssuerServer
  private let clock: MonotonicClock
  private var known: Known?
  private var reading: Task<Result<Known, IdentityError>, Never>?
  private var triedAt: MonotonicInstant?
  private var fault: IdentityError?

  init(_ server: IssuerServer, clock: @escaping MonotonicClock) {
    self.server = server
    self.clock = clock
  }

  /// What is known of the issuer, read now where nothing is.
  ///
  /// - Throws: `issuer-unavailable`.
  func current() async throws(IdentityError) -> Known {
    let now = clock()
    if let known, now - known.readAt < Self.kept {
      if now - known.readAt >= Self.fresh, mayTry(at: now) { _ = begin() }
      return known
    }
    known = nil
    if reading == nil, !mayTry(at: now), let fault { throw fault }
    return try await begin().value.get()
  }

  /// What is known once the keys were read again, for a token of a key that is not among these.
  ///
  /// - Returns: nil where they were read a moment ago.
  /// - Throws: `issuer-unavailable`, also where the last try failed a moment ago: nobody can say
  ///   then that the issuer has no such key.
  func other(than old: Known) async throws(IdentityError) -> Known? {
    if let known, known.readAt > old.readAt { return known }
    guard reading != nil || mayTry(at: clock()) else {
      if let fault { throw fault }
      return nil
    }
    return try await begin().value.get()
  }

  private func mayTry(at now: MonotonicInstant) -> Bool {
    triedAt.map { now - $0 >= (known == nil ? Self.firstPause : Self.pause) } ?? true
  }

  /// All who ask at once wait for one answer.
  private func begin() -> Task<Result<Known, IdentityError>, Never> {
    if let reading { return reading }
    let now = clock()
    triedAt = now
    let task = Task { [server] in
      let result = await Self.read(server, at: now)
      finish(result)
      return result
    }
    reading = task
    return task
  }

  private static func read(
    _ server: IssuerServer, at now: MonotonicInstant
  ) async -> Result<Known, IdentityError> {
    do throws(IdentityError) {
      let document = try await server.discovery()
      return .success(
        Known(document: document, keys: try await server.keySet(document), readAt: now))
    } catch { return .failure(error) }
  }

  private func finish(_ result: Result<Known, IdentityError>) {
    reading = nil
    switch result {
    case .success(let read):
      known = read
      fault = nil
    case .failure(let error):
      fault = error
      // A slow issuer is given as long a rest as a quick one.
      triedAt = clock()
    }
  }
}
