import Foundation
import Geodesy
import Providers
import Quests
import Testing

@testable import Service

/// The messages about milestones: all that were reached, each once, together where they were.
@Suite struct MilestoneMailTests {
  private static let ann = PersonID(high: 1, low: 1)

  /// Ann wants to know of milestones, and walks alone: 10 km with a hut halfway.
  private static func begun() async throws -> (TestService, TeamID) {
    let service = try TestService()
    try await service.store.createAccount(
      Account(
        person: ann, email: "ann@example.org", isEmailVerified: true, name: "Ann", zone: "UTC",
        units: "km", credential: nil, createdAt: TestService.dawn, mail: .milestone))
    let team = try await service.team(of: [ann])
    _ = try await service.quest(for: team)
    return (service, team)
  }

  /// - Parameter hours: how long ago the walk began, so that no two are the same.
  @discardableResult
  private static func walk(
    _ kilometers: Int64, hours: Int64, _ service: TestService
  ) async throws -> ActivityKey {
    var random = SystemRandomNumberGenerator()
    let now = service.now.withLock { $0 }
    let key = ActivityKey(person: ann, id: .random(using: &random))
    let content = ActivityContent(
      start: now.advanced(bySeconds: -3_600 * hours),
      distance: Distance(micrometers: kilometers * 1_000_000_000))
    _ = try await service.store.perform(
      LedgerCommand(.log(key, content, zone: "UTC"), at: now, actor: ann))
    return key
  }

  private static func events(
    _ team: TeamID, _ service: TestService
  ) async throws -> [RealtimeMessage] {
    try await service.store.events(of: team, after: 0, limit: 500).map { event in
      RealtimeMessage(
        team: event.team, quest: event.quest, version: event.version, kind: event.kind.rawValue,
        at: event.at, forMembers: [], forStrangers: nil)
    }
  }

  /// Hands events over one by one, each as to a process that has just started.
  private static func tell(_ events: [RealtimeMessage], _ service: TestService) async throws {
    for event in events { try await QuestMail(backend: service.backend).deliver([event]) }
  }

  /// What the messages say was reached, in no order.
  private static func reached(_ service: TestService) async throws -> Set<String> {
    try await service.backend.mail.drain()
    let folder = service.folder + "/mail"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let reached = try names.map { name in
      let text = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
        .replacing("=\r\n", with: "")
      let start = try #require(text.firstRange(of: " has reached "))
      return String(text[start.upperBound...].prefix(12))
    }
    let all = Set(reached)
    #expect(all.count == reached.count, "\(reached)")
    return all
  }

  @Test func oneWalkPastSeveralIsOneMessage() async throws {
    let (service, team) = try await Self.begun()
    try await Self.walk(6, hours: 3, service)
    let first = try await Self.events(team, service)
    try await QuestMail(backend: service.backend).deliver(first)
    #expect(try await Self.reached(service) == ["3 milestones"])
    try await Self.tell(first, service)
    #expect(try await Self.reached(service) == ["3 milestones"])
    // What is told is not told again with what comes.
    try await Self.walk(2, hours: 2, service)
    try await Self.tell(try await Self.events(team, service), service)
    #expect(try await Self.reached(service) == ["3 milestones", "75 % of the "])
  }

  @Test func whatWasReachedWhileNobodyLookedIsOneMessage() async throws {
    let (service, team) = try await Self.begun()
    try await Self.walk(3, hours: 4, service)
    try await Self.walk(3, hours: 3, service)
    try await Self.walk(2, hours: 2, service)
    try await Self.tell(try await Self.events(team, service), service)
    #expect(try await Self.reached(service) == ["4 milestones"])
  }

  @Test func whatWasTakenBackIsLeftOutUntilItIsReachedAgain() async throws {
    let (service, team) = try await Self.begun()
    try await Self.walk(3, hours: 4, service)
    let key = try await Self.walk(3, hours: 3, service)
    let events = try await Self.events(team, service)
    let now = service.now.withLock { $0 }
    _ = try await service.store.perform(
      LedgerCommand(.delete(key, expectedRevision: nil), at: now, actor: Self.ann))
    try await Self.tell(events, service)
    #expect(try await Self.reached(service) == ["25 % of the "])
    try await Self.walk(3, hours: 2, service)
    try await Self.tell(try await Self.events(team, service), service)
    #expect(try await Self.reached(service) == ["25 % of the ", "2 milestones"])
  }
}
