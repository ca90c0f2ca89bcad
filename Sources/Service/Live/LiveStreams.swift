import Base
import NIOCore
import Providers
import Quests
import Synchronization

/// All readers of live streams in this process: a bounded number, each with its share.
final class LiveStreams: Sendable {
  private struct Entry {
    let reader: LiveReader
    let close: @Sendable () -> Void
  }

  /// How many turns a round of care has: few readers have theirs at a time.
  static let turns = 300

  private struct State {
    var desk = LiveDesk()
    /// By the turn that each has.
    var entries = [[ObjectIdentifier: Entry]](repeating: [:], count: LiveStreams.turns)
    var count = 0
    /// How many streams each credential has.
    var credentials: [Credential: Int] = [:]

    var all: [Entry] { entries.flatMap(\.values) }
    var seats: [CallerKey: Int] = [:]
    var seatCount = 0
    var isClosed = false
  }

  /// A place among the streams, given back when nobody keeps it.
  final class Seat: Sendable {
    private let streams: LiveStreams
    private let key: CallerKey

    fileprivate init(_ streams: LiveStreams, _ key: CallerKey) {
      self.streams = streams
      self.key = key
    }

    deinit { streams.giveBack(key) }
  }

  /// How many streams begin or catch up at a time.
  private static let mostTurns = 8

  let rendering: LiveRendering
  /// Of those who begin or catch up, while they read from the store.
  let turns = Turns(most: LiveStreams.mostTurns)
  /// What the relay listens to.
  let changed: ChangedTeams
  private let limits: ServiceLimits
  private let state = Lock(State())
  /// Streams that were cut off because their clients did not read.
  private let cut = Atomic(0)

  init(_ rendering: LiveRendering, _ changed: ChangedTeams, _ limits: ServiceLimits) {
    self.rendering = rendering
    self.changed = changed
    self.limits = limits
  }

  var mostWaiting: Int { limits.liveEventsWaiting }
  var count: Int { state.withLock { $0.count } }

  /// Takes a place for a stream.
  ///
  /// - Throws: `too-many-requests` where the caller has as many as it may, `unavailable` where the
  ///   service has.
  func seat(for key: CallerKey) throws(Problem) -> Seat {
    let most =
      switch key {
      case .person: limits.liveStreamsPerPerson
      case .stranger: limits.liveStreamsPerStranger
      }
    let fault = state.withLock { state -> Problem? in
      if state.isClosed {
        return Problem(.unavailable, "the service is shutting down", retryAfterSeconds: 1)
      }
      guard state.seatCount < limits.liveStreams else {
        return Problem(
          .unavailable, "the service has \(limits.liveStreams) live streams, which is the limit",
          retryAfterSeconds: 10)
      }
      guard state.seats[key, default: 0] < most else {
        return Problem(
          .tooManyRequests, "this caller has \(most) live streams, which is the limit; end one",
          retryAfterSeconds: 10)
      }
      state.seats[key, default: 0] += 1
      state.seatCount += 1
      return nil
    }
    if let fault { throw fault }
    return Seat(self, key)
  }

  private func giveBack(_ key: CallerKey) {
    state.withLock { state in
      state.seatCount -= 1
      state.seats[key, default: 0] -= 1
      if state.seats[key] == 0 { state.seats[key] = nil }
    }
  }

  // MARK: Readers

  /// Adds a reader, who is then ended with all others.
  ///
  /// - Parameter close: ends the reader's connection.
  func insert(_ reader: LiveReader, close: @escaping @Sendable () -> Void) {
    let isClosed = state.withLock { state in
      state.entries[reader.ordinal % Self.turns][ObjectIdentifier(reader)] = Entry(
        reader: reader, close: close)
      state.count += 1
      if let credential = reader.viewer.credential {
        state.credentials[credential, default: 0] += 1
      }
      return state.isClosed
    }
    if isClosed { reader.end(.shutdown) }
  }

  func remove(_ reader: LiveReader) {
    state.withLock { state in
      state.desk.detach(reader)
      let id = ObjectIdentifier(reader)
      guard state.entries[reader.ordinal % Self.turns].removeValue(forKey: id) != nil else {
        return
      }
      state.count -= 1
      guard let credential = reader.viewer.credential else { return }
      state.credentials[credential, default: 0] -= 1
      if state.credentials[credential] == 0 { state.credentials[credential] = nil }
    }
  }

  /// Lets a reader who has all events up to a version have those to come.
  ///
  /// - Returns: false where others have been given more: the reader has to catch up first.
  func attach(_ reader: LiveReader, through version: Int64) -> Bool {
    let isAttached = state.withLock { $0.desk.attach(reader, through: version) }
    // What came between the last look and now.
    if isAttached { changed.insert(CollectionOfOne(reader.team)) }
    return isAttached
  }

  func detach(_ reader: LiveReader) { state.withLock { $0.desk.detach(reader) } }

  /// Waits for something to happen to a reader's team, and for so long at most.
  func wait(for reader: LiveReader, in seat: Seat, after version: Int64, seconds: Int) async {
    insert(reader) { reader.stop() }
    defer { remove(reader) }
    // Others have been given more: then there is something.
    guard attach(reader, through: version) else { return }
    let patience = Task {
      try await Task.sleep(for: .seconds(seconds))
      reader.stop()
    }
    // A sign of life is nothing that happened.
    while case .send(let bytes) = await reader.next(), bytes == LiveFrame.heartbeat {}
    patience.cancel()
    extendLifetime(seat)
  }

  // MARK: For the relay

  func versions(of changed: ChangedTeams.Taken) -> [TeamID: Int64] {
    state.withLock { $0.desk.versions(of: changed) }
  }

  func deliver(_ message: LiveMessage) {
    for (reader, delivery) in state.withLock({ $0.desk.deliver(message) }) {
      switch delivery {
      case .send: reader.put(message)
      case .end(let end): reader.end(end)
      case .sendAndEnd(let end):
        reader.put(message)
        reader.end(end)
      }
    }
  }

  /// Sends a sign of life to each of those whose turn it is, and cuts off those who do not read.
  ///
  /// - Parameter turn: counts up; after `turns` of them each reader has had one.
  func beat(turn: Int) {
    for entry in state.withLock({ $0.entries[turn % Self.turns].values.map(\.self) }) {
      if !isCut(entry) { entry.reader.putIfIdle(LiveFrame.heartbeat) }
    }
    // Half a round later those are looked at once more.
    let half = (turn + Self.turns / 2) % Self.turns
    for entry in state.withLock({ $0.entries[half].values.map(\.self) }) { _ = isCut(entry) }
  }

  /// Cuts off a reader who does not read.
  private func isCut(_ entry: Entry) -> Bool {
    guard entry.reader.isStuck(for: .seconds(limits.liveStuckSeconds), at: .now) else {
      return false
    }
    cut.add(1, ordering: .relaxed)
    entry.reader.stop()
    entry.close()
    return true
  }

  /// What those have shown who have streams open.
  var credentials: Set<Credential> { state.withLock { Set($0.credentials.keys) } }

  /// Ends the streams of those whose tokens or links are worth nothing any more.
  func end(where isOver: (Credential) -> Bool) {
    let over = credentials.filter(isOver)
    if over.isEmpty { return }
    for entry in state.withLock({ $0.all }) {
      if let credential = entry.reader.viewer.credential, over.contains(credential) {
        entry.reader.endNow(.tokenEnded)
      }
    }
  }

  /// Ends all streams, admits no more, and lets them say so: what ends the connections comes after.
  func close(within patience: Duration) async {
    let entries = state.withLock { state in
      state.isClosed = true
      return state.all
    }
    for entry in entries { entry.reader.end(.shutdown) }
    let end = ContinuousClock.now + patience
    while count > 0, ContinuousClock.now < end { try? await Task.sleep(for: .milliseconds(10)) }
  }

  /// Figures for Prometheus.
  var metricsText: String {
    """
    # HELP milequest_live_streams Live streams that are open.
    # TYPE milequest_live_streams gauge
    milequest_live_streams \(count)
    # HELP milequest_live_cut_total Live streams cut off because their clients did not read.
    # TYPE milequest_live_cut_total counter
    milequest_live_cut_total \(cut.load(ordering: .relaxed))

    """
  }
}
