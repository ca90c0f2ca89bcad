import Foundation
import TestSupport
import Testing

/// Private links on the built program: streams that they open, and how those end.
@Suite struct LinkTests {
  private struct End: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let reasons: Set<String>
    let take: @Sendable (Expedition, _ link: String) throws -> Void
  }

  private static let ends = [
    End(testDescription: "revoked", reasons: ["token-ended"]) { story, link in
      try story.ann.ask(204, "DELETE", "/v1/quests/\(story.quest)/links/\(link)")
    },
    End(testDescription: "quest cancelled", reasons: ["token-ended"]) { story, _ in
      try story.ann.ask(200, "POST", "/v1/quests/\(story.quest)/cancel")
    },
    End(testDescription: "team dissolved", reasons: ["token-ended", "team-dissolved"]) { story, _ in
      try story.ann.ask(204, "DELETE", "/v1/teams/\(story.team)")
    },
  ]

  /// - Returns: the id, and whoever reads by the link at a service.
  private func link(
    _ story: Expedition, at service: RunningService, showsNames: Bool = false
  ) throws -> (id: String, reader: Person) {
    let made = try story.ann.ask(
      201, "POST", "/v1/quests/\(story.quest)/links", ["name": "Paper", "showsNames": showsNames]
    ).json
    let reader = Person(service: service, token: made["secret"].text)
    return (try #require(made["id"].text), reader)
  }

  /// At the process that ends the link, and at another one.
  @Test(arguments: Store.present, 0..<ends.count)
  func streamsEndWithinASecond(_ store: Store, _ number: Int) throws {
    let end = Self.ends[number]
    let ledger = try ServedLedger(store)
    let (home, other) = (try RunningService(ledger), try RunningService(ledger))
    let story = try Expedition(home)
    let (id, reader) = try link(story, at: home)
    let far = Person(service: other, token: reader.token)
    let target = "/v1/quests/\(story.quest)/events"
    let streams = [
      try EventStream(target, as: reader, after: 0), try EventStream(target, as: far, after: 0),
    ]
    try story.ben.walk("5 km")
    for stream in streams {
      #expect(eventually { stream.events.contains { $0.kind == "activity.logged" } })
    }
    let began = Date()
    try end.take(story, id)
    for stream in streams {
      #expect(eventually { stream.isOver })
      #expect(Date().timeIntervalSince(began) < 1, "\(end): \(Date().timeIntervalSince(began)) s")
      let last = try #require(stream.events.last)
      #expect(last.kind == "end" && end.reasons.contains(last.json["reason"].text ?? ""))
      // What the team's people are called, and who joins and leaves, stays with the team.
      for event in stream.events {
        #expect(!event.kind.hasPrefix("member."))
        #expect(!event.data.contains("Ben") && !event.data.contains(story.ben.id))
      }
    }
    for reader in [reader, far] {
      try reader.refused(401, "invalid-token", "GET", "/v1/quests/\(story.quest)/progress")
      try reader.refused(401, "invalid-token", "GET", target)
    }
  }

  @Test(arguments: Store.present)
  func aLinkOutlastsItsMaker(_ store: Store) throws {
    let service = try Stage.service(store)
    let story = try Expedition(service)
    let (_, reader) = try link(story, at: service, showsNames: true)
    let stream = try EventStream("/v1/quests/\(story.quest)/events", as: reader)
    #expect(eventually { stream.events.contains { $0.kind == "ready" } })
    try story.ann.ask(
      200, "PATCH", "/v1/teams/\(story.team)/members/\(story.ben.id)", ["role": "admin"])
    try story.ann.ask(204, "DELETE", "/v1/teams/\(story.team)/members/\(story.ann.id)")
    Thread.sleep(forTimeInterval: 0.02)
    try story.ben.walk("1 km")
    #expect(
      eventually {
        stream.events.contains { $0.kind == "activity.logged" && $0.data.contains("Ben") }
      })
    #expect(!stream.isOver)
  }
}
