import Base
import Providers
import Quests

/// What is handed to one service outside, and how far that has come.
final class Announcements: Sendable {
  private struct State {
    /// Up to which versions teams were offered by this process.
    var offered: BoundedTable<TeamID, Int64>
    /// Up to which they were taken, where that is not noted yet.
    var taken: [TeamID: Int64] = [:]
  }

  /// Teams whose versions are kept in memory; those of others are asked for.
  private static let mostTeams = 100_000

  let store: any AnnouncementStore
  let delivery: RealtimeDelivery
  let name: String
  /// Names this process.
  private let holder = RandomSource.system.bytes(12).map { String($0, radix: 16) }.joined()
  private let page: Int
  private let wants: @Sendable (String) -> Bool
  private let state: Lock<State>

  init(
    _ adapter: any RealtimeAdapter, _ store: any AnnouncementStore, page: Int,
    limits: DeliveryLimits = DeliveryLimits(),
    onFailure: @escaping @Sendable (RealtimeError) -> Void
  ) {
    self.store = store
    self.page = page
    name = adapter.name
    wants = { adapter.wants($0) }
    let state = Lock(State(offered: BoundedTable(mostWeight: Self.mostTeams)))
    self.state = state
    delivery = RealtimeDelivery(
      NotingAdapter(adapter: adapter) { messages in
        state.withLock { state in
          for message in messages { state.taken[message.team] = message.version }
        }
      }, limits: limits, onFailure: onFailure)
  }

  /// Tells which messages are taken, or will never be.
  private struct NotingAdapter: RealtimeAdapter {
    let adapter: any RealtimeAdapter
    let note: @Sendable ([RealtimeMessage]) -> Void

    var name: String { adapter.name }
    var mostMessages: Int { adapter.mostMessages }

    func deliver(_ messages: [RealtimeMessage]) async throws(RealtimeError) {
      do throws(RealtimeError) { try await adapter.deliver(messages) } catch {
        if !error.mayRepeat { note(messages) }
        throw error
      }
      note(messages)
    }
  }

  // MARK: The right to hand over

  func hold(seconds: Int64) async throws -> Bool {
    try await store.holdAnnouncements(to: name, holder: holder, seconds: seconds)
  }

  /// Whether no team has events that are not noted as handed over.
  func areAllNoted() async throws -> Bool {
    try await store.unannounced(to: name, after: nil, limit: 1).isEmpty
  }

  func release() async throws { try await store.releaseAnnouncements(to: name, holder: holder) }

  // MARK: Versions

  /// Forgets what this process has offered: another may have gone on meanwhile.
  func forget() {
    state.withLock { $0.offered = BoundedTable(mostWeight: Self.mostTeams) }
  }

  /// After which versions teams are to be offered.
  func versions(of teams: Set<TeamID>) async throws -> [TeamID: Int64] {
    var versions: [TeamID: Int64] = [:]
    state.withLock { state in
      for team in teams { versions[team] = state.offered[team] }
    }
    let unknown = teams.filter { versions[$0] == nil }
    if unknown.isEmpty { return versions }
    let noted = try await store.announced(to: name, teams: unknown)
    for team in unknown { versions[team] = noted[team] ?? 0 }
    return versions
  }

  /// Offers an event.
  func offer(_ message: LiveMessage, isPublic: Bool) {
    let event = message.event
    let isNew = state.withLock { state in
      if let last = state.offered[event.team], event.version <= last { return false }
      state.offered.insert(event.version, for: event.team)
      return true
    }
    guard isNew else { return }
    let isWanted = wants(event.kind.rawValue)
    func text(_ people: PeopleShown) -> [UInt8] {
      if !isWanted { return [] }
      return message.json(LiveMessage.View(people: people, units: nil)).text()
    }
    delivery.offer(
      RealtimeMessage(
        team: event.team, quest: event.quest, version: event.version, kind: event.kind.rawValue,
        at: event.at, forMembers: text(.ids),
        forStrangers: isPublic ? text(.names) : nil))
  }

  /// Notes in the store what was taken.
  func note() async throws {
    let taken = state.withLock { state in
      defer { state.taken = [:] }
      return state.taken
    }
    let teams = Array(taken)
    do {
      for start in stride(from: 0, to: teams.count, by: page) {
        let some = teams[start..<min(start + page, teams.count)]
        try await store.setAnnounced(
          to: name, Dictionary(some.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 }))
      }
    } catch {
      state.withLock { $0.taken.merge(taken) { new, _ in new } }
      throw error
    }
  }

  /// Figures for Prometheus.
  var metricsText: String {
    let figures = delivery.figures
    return """
      # HELP milequest_realtime_messages_total Events handed to a service outside, by what became of them.
      # TYPE milequest_realtime_messages_total counter
      milequest_realtime_messages_total{service="\(name)",outcome="delivered"} \(figures.delivered)
      milequest_realtime_messages_total{service="\(name)",outcome="failed"} \(figures.failed)
      milequest_realtime_messages_total{service="\(name)",outcome="dropped"} \(figures.dropped)
      # HELP milequest_realtime_open Whether the service is left alone after failures in a row.
      # TYPE milequest_realtime_open gauge
      milequest_realtime_open{service="\(name)"} \(figures.isOpen ? 1 : 0)

      """
  }
}
