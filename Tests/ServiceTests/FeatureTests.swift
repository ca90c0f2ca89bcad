import CivilTime
import Formats
import Geodesy
import JSON
import Quests
import Routes
import Testing

@testable import Service

/// OGC API Features: what is public as features, and nothing else.
@Suite struct FeatureTests {
  private static let ann = PersonID(high: 1, low: 1)
  private static let collections = "/ogc/collections"

  // MARK: What there is

  @discardableResult
  private func route(
    _ service: TestService, _ name: String, _ parts: [[(Double, Double)]],
    waypoints: [(String, Double, Double)] = [], isPublic: Bool = true
  ) async throws -> RouteID {
    var random = SystemRandomNumberGenerator()
    func place(_ latitude: Double, _ longitude: Double) throws -> Coordinate {
      try Coordinate(latitude: latitude, longitude: longitude)
    }
    let route = try MeasuredRoute(
      Route(
        name: name, parts: try parts.map { try $0.map { try place($0.0, $0.1) } },
        waypoints: try waypoints.map { try Waypoint(name: $0.0, coordinate: place($0.1, $0.2)) }))
    let record = try await service.store.addRoute(
      route, id: RouteID.random(using: &random), owner: Self.ann, isPublic: isPublic,
      at: TestService.dawn)
    return record.version.route
  }

  private func get(
    _ service: TestService, _ path: String, as person: PersonID? = nil,
    headers: [String: String] = [:]
  ) async throws -> JSONNode {
    let answer = try await service.send(.get, path, as: person, headers: headers)
    #expect(answer.status == 200, "\(path): \(answer.text)")
    return answer.json
  }

  private func features(_ page: JSONNode) throws -> [JSONNode] {
    let features = try #require(page["features"]?.array)
    #expect(page["numberReturned"]?.int64 == Int64(features.count))
    return features
  }

  private func link(_ relation: String, _ node: JSONNode) -> String? {
    node["links"]?.array?.first { $0.text("rel") == relation }?.text("href")
  }

  private func names(_ service: TestService, _ query: String) async throws -> [String] {
    let page = try await get(service, "\(Self.collections)/routes/items?limit=500\(query)")
    return try features(page).map { $0["properties"]?.text("name") ?? "" }.sorted()
  }

  /// Follows the links to the next pages to their end.
  private func walkThrough(
    _ service: TestService, _ path: String, most: Int
  ) async throws -> (ids: [String], pages: Int) {
    var ids: [String] = []
    var next: String? = path
    var pages = 0
    while let path = next {
      let page = try await get(service, path)
      let found = try features(page)
      #expect(found.count <= most)
      ids += found.map { $0.text("id") }
      pages += 1
      try #require(pages < 100)
      let address = link("next", page)
      // What is there in all is told where it is all there.
      #expect((page["numberMatched"] != nil) == (pages == 1 && address == nil))
      #expect(address?.hasPrefix("http://test/ogc/") != false)
      next = address.map { String($0.dropFirst("http://test".count)) }
    }
    return (ids, pages)
  }

  // MARK: Pages

  @Test(arguments: [1, 2, 3, 5, 7, 8]) func pagesReadEachFeatureOnce(limit: Int) async throws {
    let service = try TestService()
    var routes: [String] = []
    var waypoints: [String] = []
    for number in 0..<7 {
      let base = Double(number)
      let places = (0..<number % 4).map { ("Hut \($0)", base, 7.01 + 0.01 * Double($0)) }
      let id = try await route(
        service, "Route \(number)", [[(base, 7), (base, 7.1)]], waypoints: places)
      routes.append(id.description)
      waypoints += places.indices.map { "\(id).\($0 + 1)" }
    }
    let found = try await walkThrough(
      service, "\(Self.collections)/routes/items?limit=\(limit)", most: limit)
    #expect(found.ids == routes.sorted())
    #expect(found.pages == (7 + limit - 1) / limit)
    let places = try await walkThrough(
      service, "\(Self.collections)/waypoints/items?limit=\(limit)", most: limit)
    #expect(places.ids.count == waypoints.count && Set(places.ids) == Set(waypoints))
    for id in places.ids {
      let one = try await get(service, "\(Self.collections)/waypoints/items/\(id)")
      #expect(one.text("id") == id && one["geometry"]?.text("type") == "Point")
    }
  }

  /// A page ends where it has cost enough, and the next one goes on.
  @Test func pagesAreBoundedByTheirWork() async throws {
    for (edit, most) in [
      ({ $0.featureVertices = 5 }, 2), ({ $0.featureSteps = 250 }, 3),
      ({ $0.features = 4 }, 4), ({ $0.featureVertices = 1 }, 1),
    ] as [((inout ServiceLimits) -> Void, Int)] {
      var limits = ServiceLimits.standard
      edit(&limits)
      let service = try TestService(limits: limits)
      for number in 0..<9 {
        let base = Double(number)
        try await route(
          service, "R", [[(base, 7), (base, 7.1)]], waypoints: [("Hut", base, 7.05)])
      }
      let routes = try await walkThrough(
        service, "\(Self.collections)/routes/items?limit=1000000", most: most)
      #expect(Set(routes.ids).count == 9 && routes.ids.count == 9)
      let waypoints = try await walkThrough(
        service, "\(Self.collections)/waypoints/items?limit=1000000", most: 9)
      #expect(Set(waypoints.ids).count == 9 && waypoints.ids.count == 9)
    }
  }

  // MARK: Boxes

  @Test func boxesTouchLinesAlsoOver180Degrees() async throws {
    let service = try TestService()
    try await route(service, "Dateline", [[(0, 179.9), (0, -179.9)]], waypoints: [("D", 0, 180)])
    try await route(service, "Corner", [[(50, 10), (50.1, 10), (50.1, 10.1)]])
    try await route(service, "Through", [[(20, 30), (20, 31)]])
    #expect(try await names(service, "") == ["Corner", "Dateline", "Through"])
    for box in ["179.95,-1,-179.95,1", "179,-1,180,1", "-180,-1,-179,1", "170,-1,-10,-0"] {
      #expect(try await names(service, "&bbox=\(box)") == ["Dateline"], "\(box)")
    }
    #expect(try await names(service, "&bbox=-179.8,-1,179.8,1") == [])
    #expect(try await names(service, "&bbox=179.95,-1,-5,-179.95,1,9000") == ["Dateline"])
    // Its bounds touch the box, and its line does not.
    #expect(try await names(service, "&bbox=10.02,50,10.1,50.08") == [])
    #expect(try await names(service, "&bbox=10.02,50,10.1,50.1") == ["Corner"])
    // No vertex is in the box.
    #expect(try await names(service, "&bbox=30.1,19,30.2,21") == ["Through"])
    let page = try await get(service, "\(Self.collections)/routes/items?bbox=179,-1,-179,1")
    let lines = try #require(try features(page).first?["geometry"])
    #expect(lines.text("type") == "MultiLineString")
    let ends = try #require(lines["coordinates"]?.array).map { line in
      (line.array ?? []).map { $0.array?.first?.double ?? 0 }
    }
    #expect(ends == [[179.9, 180], [-180, -179.9]])
    for (box, count) in [
      ("179,-1,-179,1", 1), ("-180,-1,-179,1", 1), ("179,-1,180,1", 1), ("0,-1,179.9,1", 0),
    ] {
      let page = try await get(service, "\(Self.collections)/waypoints/items?bbox=\(box)")
      #expect(try features(page).count == count, "\(box)")
    }
    for box in ["1,2,3", "1,2,3,4,5", "0,10,10,-10", "181,0,182,1", "a,b,c,d", "0,0,z,1,1,1"] {
      let answer = try await service.send(
        .get, "\(Self.collections)/routes/items?bbox=\(box)", as: nil)
      #expect(answer.status == 400 && answer.text.contains("\"parameter\":\"bbox\""), "\(box)")
    }
  }

  @Test func boxesAreWidenedOverTheirEdges() {
    let box = Bounds(west: 179, south: 10, east: -179, north: 89.5)
    #expect(box.widened(by: 1) == Bounds(west: -180, south: 9, east: 180, north: 90))
    #expect(
      Bounds(west: -179.5, south: -1, east: 0, north: 1).widened(by: 1)
        == Bounds(west: 178.5, south: -2, east: 2, north: 2))
  }

  // MARK: What strangers see

  /// A token shows no more than a stranger sees.
  @Test(arguments: [nil, ann]) func whatIsPrivateNeverAppears(person: PersonID?) async throws {
    let service = try TestService()
    try await route(service, "Open", [[(1, 7), (1, 7.1)]], waypoints: [("Open hut", 1, 7.05)])
    let hidden = try await route(
      service, "Hidden", [[(1, 7), (1, 7.2)]], waypoints: [("Hidden hut", 1, 7.05)],
      isPublic: false)
    let retired = try await route(
      service, "Retired", [[(1, 7), (1, 7.3)]], waypoints: [("Retired hut", 1, 7.05)])
    try await service.store.changeRoute(retired, RouteChange(retiredAt: TestService.dawn))
    let open = try await service.quest(for: service.team(of: [Self.ann], isPublic: true))
    let closed = try await service.quest(for: service.team(of: [Self.ann]))
    let gone = try await service.team(of: [Self.ann], isPublic: true)
    let dissolved = try await service.quest(for: gone)
    try await MarkerRelay(backend: service.backend).sweep()
    #expect(
      try await service.send(.delete, "/v1/teams/\(gone)", as: Self.ann).status == 204)
    for query in [
      "", "&bbox=-180,-90,180,90", "&datetime=\(TestService.dawn)", "&datetime=2100-01-01",
    ] {
      let found = try await ["routes", "waypoints", "markers"].map { kind in
        "\(Self.collections)/\(kind)/items?limit=500\(query)"
      }.asyncMap { try await service.send(.get, $0, as: person) }
      for answer in found {
        #expect(answer.status == 200)
        for word in ["Hidden", "Retired", "\(closed)", "\(dissolved)", "\(hidden)", "\(retired)"] {
          #expect(!answer.text.contains(word), "\(word) \(query)")
        }
        let caching = answer.headers[.cacheControl]
        #expect(
          caching
            == (person == nil
              ? "public, max-age=10, stale-while-revalidate=60" : "private, no-store"))
      }
      #expect(found[0].text.contains("Open") && found[1].text.contains("Open hut"))
      #expect(found[2].text.contains("\(open)"))
    }
    for path in [
      "routes/items/\(hidden)", "routes/items/\(retired)", "waypoints/items/\(hidden).1",
      "waypoints/items/\(retired).1", "markers/items/\(closed)", "markers/items/\(dissolved)",
      "routes/items/no-id", "waypoints/items/\(hidden)", "routes/items/\(closed)",
    ] {
      let answer = try await service.send(.get, "\(Self.collections)/\(path)", as: person)
      #expect(answer.status == 404 && answer.code == "not-found", "\(path)")
    }
    let marker = try await get(service, "\(Self.collections)/markers/items/\(open)", as: person)
    #expect(marker["properties"]?.text("questName") == "North")
  }

  // MARK: Time

  @Test func timeMovesMarkers() async throws {
    let service = try TestService()
    let quest = try await service.quest(for: service.team(of: [Self.ann], isPublic: true))
    for (number, hours) in [(1, 1), (2, 50)] {
      let start = TestService.dawn.advanced(bySeconds: Int64(hours) * 3_600)
      let walk =
        "{\"id\":\"\(ActivityID(high: 9, low: UInt64(number)))\",\"startedAt\":\"\(start)\","
        + "\"distance\":\"2 km\"}"
      #expect(try await service.send(.post, "/v1/activities", walk, as: Self.ann).status == 201)
    }
    try await MarkerRelay(backend: service.backend).sweep()
    func moment(_ hours: Int64) -> String {
      TestService.dawn.advanced(bySeconds: hours * 3_600).description
    }
    func latitude(_ query: String) async throws -> Double? {
      let page = try await get(service, "\(Self.collections)/markers/items?\(query)")
      let features = try features(page)
      #expect(features.allSatisfy { $0.text("id") == quest.description })
      return features.first?["geometry"]?["coordinates"]?.array?[1].double
    }
    let whole = 0.09
    for (query, share) in [
      ("", 0.4), ("datetime=\(moment(0))", 0), ("datetime=\(moment(2))", 0.2),
      ("datetime=\(moment(49))", 0.2), ("datetime=\(moment(51))", 0.4),
      ("datetime=../\(moment(2))", 0.2), ("datetime=/\(moment(2))", 0.2),
      ("datetime=\(moment(-5))/\(moment(2))", 0.2), ("datetime=\(moment(2))/..", 0.4),
      ("datetime=2100-01-01T00:00:00Z", 0.4),
    ] {
      let found = try #require(try await latitude(query), "\(query)")
      #expect(abs(found - whole * share) < 1e-9, "\(query): \(found)")
    }
    // Before it begins there is no marker.
    #expect(try await latitude("datetime=\(moment(-1))") == nil)
    // A box chooses by where the marker was, and not by where it is.
    #expect(try await latitude("datetime=\(moment(2))&bbox=6,0.017,8,0.019") != nil)
    #expect(try await latitude("datetime=\(moment(2))&bbox=6,0.035,8,0.037") == nil)
    #expect(try await latitude("bbox=6,0.035,8,0.037") != nil)
    // What has no time matches any.
    for kind in ["routes", "waypoints"] {
      let page = try await get(
        service, "\(Self.collections)/\(kind)/items?datetime=1950-01-01T00:00:00Z")
      #expect(try features(page).count == 1)
    }
    for text in ["yesterday", "..", "../..", "/", "2026-05-02/2026-05-01", "a/b/c", "0001-01-01"] {
      let answer = try await service.send(
        .get, "\(Self.collections)/markers/items?datetime=\(text)", as: nil)
      #expect(answer.status == 400 && answer.text.contains("\"parameter\":\"datetime\""), "\(text)")
    }
  }

  @Test func spansAreRead() throws {
    let day = try TimeSpan("2026-05-01")
    #expect(day.start == Instant(rfc3339: "2026-05-01T00:00:00Z"))
    #expect(day.end == Instant(rfc3339: "2026-05-01T23:59:59.999999Z"))
    let open = try TimeSpan("2026-05-01T00:00:00+02:00/..")
    #expect(open.start == Instant(rfc3339: "2026-04-30T22:00:00Z") && open.end == nil)
  }

  // MARK: Answers

  @Test func unknownParametersAreRefused() async throws {
    let service = try TestService()
    for path in [
      "/ogc", "/ogc/conformance", "/ogc/api", Self.collections, "\(Self.collections)/routes",
      "\(Self.collections)/routes/items", "\(Self.collections)/markers/items",
      "\(Self.collections)/waypoints/items",
    ] {
      for (query, name) in [("unknown=1", "unknown"), ("f=xml", "f"), ("f=json&f=html", "f")] {
        let answer = try await service.send(.get, "\(path)?\(query)", as: nil)
        #expect(answer.status == 400 && answer.code == "invalid-parameter", "\(path)?\(query)")
        #expect(answer.json["errors"]?.array?.first?.text("parameter") == name)
      }
      #expect(try await service.send(.get, "\(path)?f=json", as: nil).status == 200, "\(path)")
    }
    for limit in ["0", "-1", "ten", ""] {
      let answer = try await service.send(
        .get, "\(Self.collections)/routes/items?limit=\(limit)", as: nil)
      #expect(answer.status == 400, "\(limit)")
    }
    #expect(
      try await service.send(.get, "\(Self.collections)/nothing/items", as: nil).status == 404)
    #expect(try await service.send(.post, "/ogc", as: nil).status == 405)
  }

  @Test func whatThereIsIsLinked() async throws {
    let service = try TestService()
    let landing = try await get(service, "/ogc")
    for relation in ["self", "alternate", "service-desc", "service-doc", "conformance", "data"] {
      let address = try #require(link(relation, landing), "\(relation)")
      let path = String(address.dropFirst("http://test".count))
      #expect(try await service.send(.get, path, as: nil).status == 200, "\(relation)")
    }
    let classes = try await get(service, "/ogc/conformance")["conformsTo"]?.array
    #expect(classes?.count == 4)
    let data = try await get(service, Self.collections)["collections"]?.array ?? []
    #expect(data.map { $0.text("id") } == ["routes", "waypoints", "markers"])
    for collection in data {
      let own = try await get(service, "\(Self.collections)/\(collection.text("id"))")
      #expect(own.text == collection.text)
    }
  }

  @Test func peopleGetPages() async throws {
    let service = try TestService()
    let name = "<script>alert(1)</script> & \"co\""
    let id = try await route(
      service, name, [[(1, 7), (1, 7.1)]], waypoints: [(name, 1, 7.05)])
    for path in [
      "/ogc", "/ogc/conformance", "/ogc/api", Self.collections, "\(Self.collections)/routes",
      "\(Self.collections)/routes/items", "\(Self.collections)/routes/items/\(id)",
      "\(Self.collections)/waypoints/items", "\(Self.collections)/waypoints/items/\(id).1",
      "\(Self.collections)/markers/items",
    ] {
      let chosen = try await service.send(.get, "\(path)?f=html", as: nil)
      let wanted = try await service.send(
        .get, path, as: nil,
        headers: ["Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"])
      for answer in [chosen, wanted] {
        #expect(answer.status == 200, "\(path)")
        #expect(answer.headers[.contentType] == "text/html; charset=utf-8", "\(path)")
        #expect(!answer.text.contains("<script"), "\(path)")
        #expect(answer.headers[.vary]?.contains("Accept") == true)
        let policy = answer.headers[.init("Content-Security-Policy")!] ?? ""
        #expect(policy.hasPrefix("default-src 'none'; style-src 'unsafe-inline';"), "\(policy)")
      }
      let overruled = try await service.send(
        .get, "\(path)?f=json", as: nil, headers: ["Accept": "text/html"])
      #expect(overruled.headers[.contentType]?.contains("json") == true, "\(path)")
    }
    let page = try await service.send(.get, "\(Self.collections)/routes/items?f=html", as: nil)
    #expect(page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;"))
    #expect(FeatureForm(accepting: nil) == .json && FeatureForm(accepting: "*/*") == .json)
    #expect(FeatureForm(accepting: "application/geo+json, text/html;q=0.5") == .json)
    #expect(FeatureForm(accepting: "application/geo+json;q=0.4, text/html;q=0.5") == .html)
    #expect(FeatureForm(accepting: "text/html;q=0") == .json)
  }

  /// The time of an answer is in it, and its tag is of the rest.
  @Test func whatHasNotChangedIsNotSentAgain() async throws {
    let service = try TestService()
    try await route(service, "One", [[(1, 7), (1, 7.1)]])
    let path = "\(Self.collections)/routes/items?units=mi"
    let first = try await service.send(.get, path, as: nil)
    service.now.withLock { $0 = $0.advanced(bySeconds: 5) }
    let second = try await service.send(.get, path, as: nil, headers: ["Accept-Encoding": "gzip"])
    let tag = try #require(first.headers[.eTag])
    #expect(tag.hasPrefix("W/\"") && second.headers[.eTag] == tag)
    #expect(first.json.text("timeStamp") != second.json.text("timeStamp"))
    let known = try await service.send(.get, path, as: nil, headers: ["If-None-Match": tag])
    #expect(known.status == 304 && known.bytes.isEmpty)
    #expect(first.json["features"]?.array?.first?["properties"]?.text("lengthText") == "6.9 mi")
    let one = try await get(
      service,
      "\(Self.collections)/routes/items/\(first.json["features"]?.array?.first?.text("id") ?? "")?units=mi"
    )
    #expect(one["properties"]?.text("lengthText") == "6.9 mi")
    try await route(service, "Two", [[(2, 7), (2, 7.1)]])
    let changed = try await service.send(.get, path, as: nil, headers: ["If-None-Match": tag])
    #expect(changed.status == 200)
  }

  @Test func theDescriptionIsOpenAPI30() async throws {
    let service = try TestService()
    let answer = try await service.send(.get, "/ogc/api", as: nil)
    #expect(answer.headers[.contentType] == "application/vnd.oai.openapi+json;version=3.0")
    let document = answer.json
    #expect(document.text("openapi") == "3.0.3")
    #expect(document["servers"]?.array?.map { $0.text("url") } == ["http://test/ogc"])
    let paths = (document["paths"]?.object ?? []).map(\.name)
    #expect(paths.count == 13 && paths.starts(with: ["/", "/conformance", "/api", "/collections"]))
    let items = document["paths"]?["/collections/markers/items"]?["get"]
    let names = (items?["parameters"]?.array ?? []).map { $0.text("name") }
    #expect(names == ["bbox", "datetime", "limit", "cursor", "f"])
    let box = items?["parameters"]?.array?.first
    #expect(box?.text("style") == "form" && box?["explode"]?.bool == false)
    // What the older version does not know.
    for word in ["\"null\"", "\"examples\"", "\"identifier\"", "RouteReport"] {
      #expect(!answer.text.contains(word), "\(word)")
    }
    for schema in document["components"]?["schemas"]?.object ?? [] {
      #expect(answer.text.contains("\"#/components/schemas/\(schema.name)\""), "\(schema.name)")
    }
  }
}

extension Sequence {
  fileprivate func asyncMap<T>(_ make: (Element) async throws -> T) async rethrows -> [T] {
    var made: [T] = []
    for item in self { made.append(try await make(item)) }
    return made
  }
}
