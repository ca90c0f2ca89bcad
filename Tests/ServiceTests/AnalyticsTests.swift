import Base
import CivilTime
import Providers
import Quests
import TestSupport
import Testing

@testable import Service

/// A service outside that does as a test says, and keeps what it takes.
private final class Outside: AnalyticsAdapter {
  let name = "outside"
  let mostMessages: Int
  let mostDaysBack: Int64 = 30
  let taken = Lock<[AnalyticsEvent]>([])
  private let answer: @Sendable () async throws(AnalyticsError) -> Void

  init(
    mostMessages: Int = 25,
    _ answer: @escaping @Sendable () async throws(AnalyticsError) -> Void = {}
  ) {
    self.mostMessages = mostMessages
    self.answer = answer
  }

  func deliver(_ events: [AnalyticsEvent]) async throws(AnalyticsError) {
    try await answer()
    taken.withLock { $0 += events }
  }

  func check() async throws(AnalyticsError) {}

  /// Until the task is cancelled.
  static func never() async { try? await Task.sleep(for: .seconds(600)) }
}

/// What goes to a service outside: counts and timings without a person, and nothing waits for it.
@Suite struct AnalyticsTests {
  private static let ann = PersonID(high: 1, low: 1)
  private static let body = "{\"logWalk\":900,\"pageLoad\":60}"

  private static func timed(
    _ service: TestService, _ headers: [String: String] = [:]
  ) async throws -> Int {
    try await service.send(.post, "/v1/stats/timings", body, as: nil, headers: headers).status
  }

  private static func register(_ service: TestService) async throws {
    try await service.store.createAccount(
      Account(
        person: ann, email: nil, name: "Ann", zone: "UTC", units: "mi", credential: nil,
        createdAt: TestService.dawn))
  }

  @Test func timingsGoOutAsTheyCome() async throws {
    let outside = Outside()
    let analytics = Analytics(outside) { _ in }
    let service = try TestService(analytics: analytics)
    #expect(try await Self.timed(service) == 204)
    for header in ["DNT", "Sec-GPC"] {
      #expect(try await Self.timed(service, [header: "1"]) == 204)
    }
    #expect(
      try await service.send(.post, "/v1/stats/timings", "{}", as: nil).status == 204)
    await analytics.delivery.close(within: .seconds(30))
    let event = try #require(outside.taken.withLock { $0 }.first)
    #expect(outside.taken.withLock { $0.count } == 1)
    #expect(event.kind == .pageTimings && event.at == service.backend.clock())
    #expect(Set(event.figures) == [.init("logWalk", 900), .init("pageLoad", 60)])
    #expect(
      service.backend.metricsText.contains(
        "milequest_analytics_timings_total{service=\"outside\",outcome=\"delivered\"} 1"))
  }

  @Test func aDayThatIsOverGoesOutOnce() async throws {
    let (outside, other) = (Outside(mostMessages: 4), Outside(mostMessages: 4))
    let service = try TestService(analytics: Analytics(outside) { _ in })
    let second = try TestService(beside: service, analytics: Analytics(other) { _ in })
    let today = Zone.utc.day(at: service.backend.clock())
    let relay = AnalyticsRelay(
      backend: service.backend, analytics: try #require(service.backend.analytics))
    let beside = AnalyticsRelay(
      backend: second.backend, analytics: try #require(second.backend.analytics))
    #expect(try await !relay.send(before: today), "nothing is counted yet")
    try await Self.register(service)
    #expect(try await Self.timed(service) == 204)
    let first = Zone.utc.day(at: TestService.dawn)
    try await service.backend.usage.flush(service.backend.metrics, on: first) {
      try await service.store.add($0)
    }
    #expect(try await DailyCounting(backend: service.backend).derive(before: today))
    // The process that has the right to count.
    #expect(try await !beside.send(before: today))
    #expect(other.taken.withLock { $0.isEmpty })
    #expect(try await relay.send(before: today))
    #expect(try await relay.send(before: today))
    #expect(try await beside.send(before: today), "all is done")
    let events = outside.taken.withLock { $0.filter { $0.kind == .dailyCounts } }
    #expect(events.map(\.day) == Array(first...today.advanced(by: -1)))
    #expect(other.taken.withLock { $0.isEmpty })
    let figures = Dictionary(
      uniqueKeysWithValues: events[0].figures.map { ($0.name, $0.value) })
    #expect(events[0].id == "daily-\(first)" && figures["registered"] == 1)
    #expect(figures["pageLoadCount"] == 1 && figures["pageLoadP95Milliseconds"] == 100)
    // What no vendor may get: an id, a name.
    #expect(figures.count == events[0].figures.count && figures.count <= 24)
    // The note counts as nothing.
    let stats = try await service.send(.get, "/v1/stats", as: Self.ann, scopes: "operate")
    #expect(stats.json["total"]?["registered"]?.int64 == 1)
  }

  @Test func aDayThatWasNotTakenGoesOutLater() async throws {
    let isWell = Lock(false)
    let outside = Outside { () throws(AnalyticsError) in
      if !isWell.withLock({ $0 }) { throw AnalyticsError(.unavailable, "x", mayRepeat: true) }
    }
    let service = try TestService(analytics: Analytics(outside) { _ in })
    let today = Zone.utc.day(at: service.backend.clock())
    let relay = AnalyticsRelay(
      backend: service.backend, analytics: try #require(service.backend.analytics))
    try await Self.register(service)
    // Counted by the command, say, and not by a process that serves.
    try await service.store.deriveCounts(before: today)
    await #expect(throws: AnalyticsError.self) { try await relay.send(before: today) }
    isWell.withLock { $0 = true }
    #expect(try await relay.send(before: today))
    #expect(outside.taken.withLock { $0.count } == 10)
  }

  /// All that a vendor allows with the day is 25.
  @Test func aDayHasFewFigures() throws {
    let day = Day(year: 2026, month: 5, day: 4)!
    var counts = DailyCount.Derived.allCases.map {
      DailyCount(day: day, name: $0.rawValue, value: 7)
    }
    var durations = DurationCounts.requests
    durations.add(milliseconds: 3)
    counts += durations.dailyCounts(DailyCount.requests, on: day)
    counts.append(DailyCount(day: day, name: DailyCount.requests, value: 1))
    for timing in PageTiming.allCases {
      var durations = DurationCounts.pages
      durations.add(milliseconds: 3)
      counts += durations.dailyCounts(timing.name, on: day)
    }
    let event = Analytics.event(Statistics(counts, in: day...day).days[0])
    #expect(event.figures.count == 20)
    #expect(Set(event.figures.map(\.name)).count == 20)
  }

  /// A service outside that takes nothing holds up neither a walk nor a page, and what waits for it
  /// is bounded.
  @Test(arguments: ["stuck", "down"])
  func nothingWaitsForIt(_ fault: String) async throws {
    let outside = Outside { () throws(AnalyticsError) in
      if fault == "down" { throw AnalyticsError(.unreachable, "x", mayRepeat: true) }
      await Outside.never()
    }
    var limits = DeliveryLimits()
    limits.capacity = 10
    let analytics = Analytics(outside, limits: limits) { _ in }
    let service = try TestService(analytics: analytics)
    try await Self.register(service)
    let quest = try await service.quest(for: try await service.team(of: [Self.ann]))
    let relay = AnalyticsRelay(backend: service.backend, analytics: analytics)
    let relaying = Task { await relay.run() }
    // A request that waited for the stuck service would never come back.
    for number in 1...50 {
      #expect(try await Self.timed(service) == 204)
      let walk = """
        {"id":"00000000-0000-4000-8000-\(String(repeating: "0", count: 10))\(number + 10)",\
        "startedAt":"\(service.backend.clock().advanced(bySeconds: -3_600))","distance":"1 km"}
        """
      let logged = try await service.send(.post, "/v1/activities", walk, as: Self.ann)
      #expect(logged.status == 201, "\(logged.text)")
      let progress = try await service.send(.get, "/v1/quests/\(quest)/progress", as: Self.ann)
      #expect(progress.status == 200)
    }
    #expect(analytics.delivery.figures.waiting <= 60)
    #expect(analytics.delivery.figures.delivered == 0)
    relaying.cancel()
    await relaying.value
    #expect(analytics.delivery.figures.waiting == 0)
  }
}
