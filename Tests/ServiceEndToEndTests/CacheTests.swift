import Foundation
import Testing

/// A shared cache before the service: what is public is answered from it, soon shows what has
/// changed, and what is private is never in it.
@Suite(.enabled(if: SharedCache.program != nil, SharedCache.missing))
struct CacheTests {
  private static let status = "x-cache-status"

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
      #expect(again[Self.status] == "HIT" && again.bytes == first.bytes)
      #expect(again["etag"] == first["etag"])
    }
    let known = try stranger.send(
      "GET", map, headers: ["If-None-Match": first["etag"] ?? ""], port: cache.port)
    #expect(known.status == 304 && known[Self.status] == "HIT")
    // With a token the answer is the caller's own, and stays so.
    for _ in 0..<3 {
      let own = try ann.send("GET", map, port: cache.port)
      #expect(own.status == 200 && own["cache-control"] == "private, no-store")
      #expect(own[Self.status] != "HIT")
    }
  }

  /// Nobody looks at an old state for long.
  @Test func aChangeShowsWithin15Seconds() throws {
    let service = try Stage.service(.file)
    let cache = try SharedCache(before: service.port)
    let ann = try Person.registered(service, name: "Ann")
    let stranger = Person.stranger(service)
    let team = try ann.createTeam("Before", isPublic: true)
    func name() throws -> String? {
      try stranger.send("GET", "/v1/teams/\(team)", port: cache.port).json["name"].text
    }
    #expect(try name() == "Before")
    try ann.ask(200, "PATCH", "/v1/teams/\(team)", ["name": "After"])
    let changed = Date()
    // Until then the cache answers.
    #expect(try name() == "Before")
    var shown = try name()
    while shown == "Before", Date().timeIntervalSince(changed) < 20 {
      Thread.sleep(forTimeInterval: 0.25)
      shown = try name()
    }
    #expect(shown == "After" && Date().timeIntervalSince(changed) < 15)
  }

  /// A team that is hidden is hidden at once from whoever the cache did not answer before, and a
  /// private team never gets into it.
  @Test func nothingPrivateIsKept() throws {
    let service = try Stage.service(.file)
    let cache = try SharedCache(before: service.port)
    let ann = try Person.registered(service, name: "Ann")
    let stranger = Person.stranger(service)
    let team = try ann.createTeam("Hidden")
    for target in ["/v1/teams/\(team)", "/v1/me", "/v1/teams", "/v1/activities"] {
      for _ in 0..<3 {
        let own = try ann.send("GET", target, port: cache.port)
        #expect(own.status == 200 && own[Self.status] == "MISS", "\(target)")
        #expect(own["cache-control"] == "private, no-store")
      }
      let other = try stranger.send("GET", target, port: cache.port)
      #expect(other.status == 401 || other.status == 404, "\(target): \(other.status)")
    }
    // Nor are problems kept: what is opened is seen at once.
    #expect(try stranger.send("GET", "/v1/teams/\(team)", port: cache.port).status == 404)
    try ann.ask(200, "PATCH", "/v1/teams/\(team)", ["public": true])
    #expect(try stranger.send("GET", "/v1/teams/\(team)", port: cache.port).status == 200)
  }
}
