import CivilTime
import Quests
import Testing

@testable import Service

/// How the service is used, and who may see it.
@Suite struct StatsTests {
  private static let ann = PersonID(high: 1, low: 1)

  @Test func operatorsAloneSeeIt() async throws {
    let service = try TestService()
    #expect(try await service.send(.get, "/v1/stats", as: nil).status == 401)
    #expect(try await service.send(.get, "/v1/stats", as: Self.ann).status == 403)
    #expect(
      try await service.send(.get, "/v1/stats", as: Self.ann, scopes: "manage").status == 403)
    let stats = try await service.send(.get, "/v1/stats", as: Self.ann, scopes: "operate")
    #expect(stats.status == 200 && stats.headers[.cacheControl] == "private, no-store")
    #expect(stats.json["days"]?.array?.count == 30)
    #expect(stats.json["total"]?["registered"]?.isNull == true)
    for query in ["?from=2026-05-02&until=2026-05-01", "?from=2020-01-01&until=2026-01-01"] {
      let answer = try await service.send(
        .get, "/v1/stats" + query, as: Self.ann, scopes: "operate")
      #expect(answer.status == 400)
    }
  }

  @Test func requestsAndTimingsAreAddedOnce() async throws {
    let service = try TestService()
    let body = "{\"logWalk\":900,\"pageLoad\":60}"
    let path = "/v1/stats/timings"
    #expect(try await service.send(.post, path, body, as: nil).status == 204)
    // Those who ask for it are not counted.
    for header in ["DNT", "Sec-GPC"] {
      let answer = try await service.send(.post, path, body, as: nil, headers: [header: "1"])
      #expect(answer.status == 204)
    }
    #expect(try await service.send(.post, path, "{\"email\":1}", as: nil).status == 422)
    #expect(try await service.send(.post, path, "{\"logWalk\":-1}", as: nil).status == 422)
    let counting = DailyCounting(backend: service.backend)
    try await counting.flush()
    try await counting.flush()
    let today = Zone.utc.day(at: service.backend.clock())
    let counts = try await service.store.dailyCounts(in: today...today)
    let total = Statistics(counts, in: today...today).total
    #expect(total.requests == 5 && total.errors == 0 && total.durations.total == 5)
    #expect(total.timings[.logWalk]?.total == 1 && total.timings[.logWalk]?.p95 == 1_000)
    #expect(total.timings[.firstPaint]?.total == 0)
    // What the store cannot take now, it takes the next time.
    _ = try await service.send(.post, path, body, as: nil)
    struct Refused: Error {}
    await #expect(throws: Refused.self) {
      try await service.backend.usage.flush(service.backend.metrics, on: today) { _ in
        throw Refused()
      }
    }
    try await counting.flush()
    let later = Statistics(
      try await service.store.dailyCounts(in: today...today), in: today...today
    ).total
    #expect(later.requests == 6 && later.timings[.logWalk]?.total == 2)
  }

  @Test func daysThatAreOverAreCounted() async throws {
    let service = try TestService()
    let counting = DailyCounting(backend: service.backend)
    let today = Zone.utc.day(at: service.backend.clock())
    #expect(try await counting.derive(before: today))
    try await service.store.createAccount(
      Account(
        person: Self.ann, email: nil, name: "Ann", zone: "UTC", units: "mi", credential: nil,
        createdAt: TestService.dawn))
    #expect(try await counting.derive(before: today))
    #expect(try await service.store.firstUnderivedDay() == today)
    let stats = try await service.send(
      .get, "/v1/stats?from=\(Zone.utc.day(at: TestService.dawn))", as: Self.ann,
      scopes: "operate")
    #expect(stats.json["total"]?["registered"]?.int64 == 1)
    #expect(stats.json["days"]?.array?.first?["registered"]?.int64 == 1)
    #expect(stats.json["days"]?.array?.last?["registered"]?.isNull == true)
  }
}
