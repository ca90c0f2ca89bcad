import CivilTime
import Foundation
import JSON
import Quests
import Testing

@testable import Service

/// The zone of a walk over HTTP: sent, written in its start, or the walker's.
@Suite struct WalkZoneTests {
  static let ann = PersonID(high: 1, low: 1)

  /// A service at a moment, with Ann's account in London.
  private static func service(at now: String) async throws -> TestService {
    let service = try TestService()
    let now = try Instant(text: now)
    service.now.withLock { $0 = now }
    try await service.store.createAccount(
      Account(
        person: ann, email: "ann@example.org", name: "Ann", zone: "Europe/London", units: "mi",
        credential: nil, createdAt: now))
    return service
  }

  private static func walk(_ number: Int, _ start: String, _ more: String = "") -> String {
    "{\"id\":\"\(ActivityID(high: 9, low: UInt64(number)))\",\"startedAt\":\"\(start)\","
      + "\"distance\":\"5 km\"\(more)}"
  }

  /// Mornings in Tokyo, synced in London on the 20th.
  private static let trip = [
    "2026-12-17T06:30:00+09:00", "2026-12-18T06:30:00+09:00", "2026-12-18T23:30:00+09:00",
    "2026-12-19T06:30:00+09:00",
  ]

  /// The trip, and the file of shared cases where that is present.
  private static var trips: [String] {
    let items = trip.enumerated().map { walk($0 + 1, $1) }.joined(separator: ",")
    let path = URL(filePath: #filePath).appending(
      path: "../../../../shared/cases/ledger/batch-trip-to-tokyo.json"
    ).standardizedFileURL
    let file = try? String(contentsOf: path, encoding: .utf8)
    if file == nil { print("\(path.path) is not here; its case is left out") }
    return ["{\"activities\":[\(items)]}"] + [file].compactMap { $0 }
  }

  @Test func aTripKeepsItsDays() async throws {
    for body in Self.trips {
      let service = try await Self.service(at: "2026-12-20T10:00:00Z")
      for status in ["created", "repeated"] {
        let answer = try await service.send(
          .post, "/v1/activities/batch", body, as: Self.ann)
        let results = answer.json["results"]?.array ?? []
        #expect(results.map { $0.text("status") } == Array(repeating: status, count: 4))
        // A person who has moved meanwhile sends the same walks.
        var account = try #require(try await service.store.account(Self.ann))
        account.zone = "Pacific/Auckland"
        account.revision += 1
        try await service.store.updateAccount(account)
        service.backend.personZones.forget(Self.ann)
      }
      let walks = try await service.send(.get, "/v1/activities", as: Self.ann)
      let items = walks.json["items"]?.array ?? []
      #expect(
        items.map { $0.text("day") } == ["2026-12-19", "2026-12-18", "2026-12-18", "2026-12-17"])
      #expect(items.allSatisfy { $0.text("zone") == "+09:00" })
      let me = try await service.send(.get, "/v1/dashboard", as: Self.ann)
      #expect(me.json["stats"]?["streakDays"]?.number == "3")
    }
  }

  @Test func whereTheZoneComesFrom() async throws {
    let service = try await Self.service(at: "2026-07-20T10:00:00Z")
    let cases: [(start: String, sent: String?, zone: String, day: String)] = [
      ("2026-07-01T23:30:00Z", nil, "Europe/London", "2026-07-02"),
      ("2026-07-01T23:30:00z", nil, "Europe/London", "2026-07-02"),
      ("2026-07-01T23:30:00-00:00", nil, "Europe/London", "2026-07-02"),
      ("2026-07-01T23:30:00+00:00", nil, "+00:00", "2026-07-01"),
      ("2026-07-02T05:15:00+05:45", nil, "+05:45", "2026-07-02"),
      ("2026-07-01T20:30:00-03:00", nil, "-03:00", "2026-07-01"),
      ("2026-07-01T23:30:00Z", "Asia/Tokyo", "Asia/Tokyo", "2026-07-02"),
      ("2026-07-01T23:30:00+00:00", "America/New_York", "America/New_York", "2026-07-01"),
      ("2026-07-01T23:30:00Z", "+14:00", "+14:00", "2026-07-02"),
    ]
    for (number, test) in cases.enumerated() {
      let more = test.sent.map { ",\"zone\":\"\($0)\"" } ?? ""
      let body = Self.walk(number, test.start, more)
      #expect(try await service.send(.post, "/v1/activities", body, as: Self.ann).status == 201)
      #expect(try await service.send(.post, "/v1/activities", body, as: Self.ann).status == 200)
      let path = "/v1/activities/\(ActivityID(high: 9, low: UInt64(number)))"
      let stored = try await service.send(.get, path, as: Self.ann).json
      #expect(stored["zone"]?.string == test.zone && stored["day"]?.string == test.day, "\(test)")
      // The zone that was sent is content, one that was derived is not.
      let other = Self.walk(number, test.start, ",\"zone\":\"\(test.zone)\"")
      let status = try await service.send(.post, "/v1/activities", other, as: Self.ann).status
      #expect(status == (test.sent == nil ? 409 : 200), "\(test)")
    }
    let bad = try await service.send(
      .post, "/v1/activities", Self.walk(90, "2026-07-01T23:30:00Z", ",\"zone\":\"+9\""),
      as: Self.ann)
    #expect(bad.status == 422 && bad.json["errors"]?.array?.first?.text("pointer") == "/zone")
  }

  @Test func anEditKeepsTheZoneUnlessItSendsOne() async throws {
    let service = try await Self.service(at: "2026-07-20T10:00:00Z")
    let path = "/v1/activities/\(ActivityID(high: 9, low: 1))"
    let first = Self.walk(1, "2026-07-02T08:30:00+09:00")
    _ = try await service.send(.post, "/v1/activities", first, as: Self.ann)
    for (body, zone, day) in [
      ("{\"startedAt\":\"2026-07-01T23:45:00+00:00\"}", "+09:00", "2026-07-02"),
      ("{\"zone\":\"Europe/London\"}", "Europe/London", "2026-07-02"),
      ("{\"startedAt\":\"2026-07-01T22:45:00Z\"}", "Europe/London", "2026-07-01"),
      ("{\"zone\":\"+09:00\"}", "+09:00", "2026-07-02"),
    ] {
      #expect(try await service.send(.patch, path, body, as: Self.ann).status == 200)
      let stored = try await service.send(.get, path, as: Self.ann).json
      #expect(stored["zone"]?.string == zone && stored["day"]?.string == day, "\(body)")
    }
    let versions = try await service.send(.get, path + "/versions", as: Self.ann).json
    #expect(
      versions["items"]?.array?.map { $0["zone"]?.string }
        == [nil, nil, "Europe/London", "Europe/London"])
    #expect(try await service.send(.post, "/v1/activities", first, as: Self.ann).status == 200)
  }
}
