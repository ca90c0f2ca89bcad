import BuiltProgram
import Foundation
import TestSupport
import Testing

/// A geographic information system reads what is public, on both stores.
@Suite struct FeatureStoryTests {
  private func items(
    _ person: Person, _ kind: String, _ query: String
  ) throws -> [JSON] {
    var found: [JSON] = []
    var next: String? = "/ogc/collections/\(kind)/items?\(query)"
    while let target = next {
      let page = try person.get(target)
      #expect(page["numberReturned"].integer == page["features"].items.count)
      found += page["features"].items
      let address = page["links"].items.first { $0["rel"].text == "next" }?["href"].text
      next = address.map { String($0.drop { $0 != "/" }.dropFirst(2).drop { $0 != "/" }) }
      try #require(found.count < 10_000)
    }
    return found
  }

  @Test(arguments: Store.present)
  func whatIsPublicIsReadAndTheMarkerMoves(_ store: Store) throws {
    let service = try Stage.service(store)
    let expedition = try Expedition(service, isPublic: true)
    let secret = try Expedition(service)
    let ann = expedition.ann
    let stranger = Person.stranger(service)
    let open = try ann.upload(RouteFiles.coast, query: "?public=true&name=Open%20coast")
    let hidden = try ann.upload(RouteFiles.coast, query: "?name=Hidden%20coast")

    // Each once, whatever the pages; the private ones in none.
    let routes = try items(stranger, "routes", "limit=1&bbox=151.2,-33.91,151.4,-33.7")
    let ids = routes.compactMap { $0["id"].text }
    #expect(ids.filter { $0 == open }.count == 1 && Set(ids).count == ids.count)
    #expect(!ids.contains(hidden))
    let line = try #require(routes.first { $0["id"].text == open })
    #expect(line["geometry"]["type"].text == "MultiLineString")
    #expect(line["geometry"]["coordinates"][0].items.count == 40)
    let waypoints = try items(stranger, "waypoints", "limit=1&bbox=151.24,-33.87,151.26,-33.85")
      .filter { $0["properties"]["routeId"].text == open }
    #expect(waypoints.map { $0["properties"]["name"].text } == ["The Inn"])
    #expect(waypoints[0]["id"].text == "\(open).1")
    for target in ["routes/items/\(hidden)", "waypoints/items/\(hidden).1"] {
      try stranger.refused(404, "not-found", "GET", "/ogc/collections/\(target)")
    }

    // The marker follows the walks, and time takes it back.
    let before = Date(timeIntervalSinceNow: -7_200)
    try ann.walk("5 km", at: Date())
    func place(_ query: String) throws -> Double? {
      let markers = try items(stranger, "markers", "limit=500\(query)")
      #expect(!markers.contains { $0["id"].text == secret.quest })
      return markers.first { $0["id"].text == expedition.quest }?["geometry"]["coordinates"][1]
        .number
    }
    let start = try #require(try place("&datetime=\(Walk.moment(before))"))
    #expect(abs(start + 33.9) < 1e-6)
    #expect(try eventually { try place("").map { $0 > -33.88 } == true })
    #expect(
      try place("&datetime=\(Walk.moment(before))&bbox=151.19,-33.901,151.201,-33.899") == start)
    #expect(try place("&bbox=151.19,-33.901,151.201,-33.899") == nil)
    #expect(try place("&datetime=2020-01-01T00:00:00Z") == nil)
    try stranger.refused(404, "not-found", "GET", "/ogc/collections/markers/items/\(secret.quest)")
    try stranger.refused(
      400, "invalid-parameter", "GET", "/ogc/collections/routes/items?bboxx=1,2,3,4")

    // What is hidden or retired is gone at once.
    try ann.ask(200, "PATCH", "/v1/routes/\(open)", ["public": false])
    try stranger.refused(404, "not-found", "GET", "/ogc/collections/routes/items/\(open)")
    #expect(!(try items(stranger, "routes", "limit=500").contains { $0["id"].text == open }))
  }
}
