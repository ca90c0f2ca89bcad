import Foundation
import TestSupport
import Testing

/// A shared cache before the service: what is public is answered from it, soon shows what has
/// changed, and what is private is never in it.
@Suite(.enabled(if: SharedCache.program != nil, SharedCache.missing))
struct CacheTests {
  private static let status = "x-cache-status"

  /// Whether the cache gave the answer itself, be it one that it is about to renew.
  private static func isCached(_ answer: HTTPAnswer) -> Bool {
    ["HIT", "STALE", "UPDATING"].contains(answer[status])
  }

  @Test func publicMapsComeFromTheCache() throws {
    let service = try Stage.service(.file)
    let cache = try SharedCache(before: service.port)
    let ann = try Person.registered(service, name: "Ann")
    let stranger = Person.stranger(service)
    let route = try ann.upload(RouteFiles.coast, query: "?public=true")
    let map = "/v1/routes/\(route)/map"
    let first = try stranger.send("GET", map, port: cache.port)
    #expect(first.status == 200 && first[Self.status] == "MISS")
    #expect(first["content-type"] == "application/geo+json")
    #expect(first["cache-control"] == "public, max-age=10, stale-while-revalidate=60")
    for _ in 0..<5 {
      let again = try stranger.send("GET", map, port: cache.port)
      #expect(Self.isCached(again) && again.bytes == first.bytes)
      #expect(again["etag"] == first["etag"])
    }
    let known = try stranger.send(
      "GET", map, headers: ["If-None-Match": first["etag"] ?? ""], port: cache.port)
    #expect(known.status == 304 && Self.isCached(known))
    // With a token the answer is the caller's own, and stays so.
    for _ in 0..<3 {
      let own = try ann.send("GET", map, port: cache.port)
      #expect(own.status == 200 && own["cache-control"] == "private, no-store")
      #expect(!Self.isCached(own))
    }
  }

  /// Nobody looks at an old state for long: the cache keeps it for ten seconds.
  @Test func aWalkSoonShowsOnThePublicMap() throws {
    let service = try Stage.service(.file)
    let cache = try SharedCache(before: service.port)
    let story = try Expedition(service, isPublic: true)
    let stranger = Person.stranger(service)
    let map = "/v1/quests/\(story.quest)/map"
    func total(_ person: Person, isCached: Bool? = nil) throws -> Double? {
      let answer = try person.send("GET", map, port: cache.port)
      #expect(answer.status == 200)
      if let isCached { #expect(Self.isCached(answer) == isCached) }
      let marker = answer.json["features"].items.first {
        $0["properties"]["kind"].text == "marker"
      }
      return marker?["properties"]["totalMeters"].number
    }
    #expect(try total(stranger, isCached: false) == 0)
    try story.ben.walk("4 km")
    // The walkers see it at once, the rest of the world soon; until then the cache answers.
    #expect(try total(story.ann) == 4_000)
    #expect(try total(stranger, isCached: true) == 0)
    #expect(try eventually { try total(stranger) == 4_000 })
    #expect(try total(stranger, isCached: true) == 4_000)
    // What the team's own get is not in it.
    #expect(try total(story.ann) == 4_000)
  }

  /// A private team never gets into it.
  @Test func nothingPrivateIsKept() throws {
    let service = try Stage.service(.file)
    let cache = try SharedCache(before: service.port)
    let ann = try Person.registered(service, name: "Ann")
    let stranger = Person.stranger(service)
    let team = try ann.createTeam("Hidden")
    let quest = try Expedition.quest(of: team, by: ann)
    for target in [
      "/v1/teams/\(team)", "/v1/quests/\(quest)/map", "/v1/quests/\(quest)/progress", "/v1/me",
      "/v1/teams", "/v1/activities", "/v1/dashboard",
    ] {
      for _ in 0..<3 {
        let own = try ann.send("GET", target, port: cache.port)
        #expect(own.status == 200 && own[Self.status] == "MISS", "\(target)")
        #expect(own["cache-control"] == "private, no-store")
      }
      let other = try stranger.send("GET", target, port: cache.port)
      #expect(other.status == 401 || other.status == 404, "\(target): \(other.status)")
    }
    // Nor are problems kept: what is opened is seen at once.
    let map = "/v1/quests/\(quest)/map"
    #expect(try stranger.send("GET", map, port: cache.port).status == 404)
    try ann.ask(200, "PATCH", "/v1/teams/\(team)", ["public": true])
    #expect(try stranger.send("GET", map, port: cache.port).status == 200)
  }
}
