import CivilTime
import Formats
import Foundation
import Geodesy
import HTTPTypes
import JSON
import Quests
import Routes
import Testing

@testable import Service

@Suite struct RouteResourceTests {
  static let ann = PersonID("6f1c8f0e-4b1d-4c39-9d35-0f7f2f6e1a10")!
  static let ben = PersonID("6f1c8f0e-4b1d-4c39-9d35-0f7f2f6e1a11")!

  /// 0.1 degrees north, then 0.1 degrees east, with heights and a waypoint.
  static let walk = """
    {"type":"FeatureCollection","features":[
    {"type":"Feature","properties":{"name":"Walk"},"geometry":{"type":"LineString","coordinates":
    [[10,50,100],[10,50.05,150],[10,50.1,120],[10.05,50.1,200],[10.1,50.1,180]]}},
    {"type":"Feature","properties":{"name":"Corner"},"geometry":
    {"type":"Point","coordinates":[10,50.1]}}]}
    """

  /// Two parts, 11 km apart.
  static let gap = """
    {"type":"Feature","properties":{"name":"Gap"},"geometry":{"type":"MultiLineString",
    "coordinates":[[[10,50],[10,50.1]],[[10,50.2],[10,50.3]]]}}
    """

  private func created(
    _ service: TestService, _ file: String = walk, as person: PersonID = ann,
    query: String = ""
  ) async throws -> String {
    let answer = try await service.send(
      .post, "/v1/routes\(query)", file, type: "application/geo+json", as: person)
    #expect(answer.status == 201, "\(answer.text)")
    return try #require(answer.json["route"]?["id"]?.string)
  }

  @Test func anUploadIsStoredWithItsReport() async throws {
    let service = try TestService()
    let answer = try await service.send(
      .post, "/v1/routes?name=Mine&public=true", Self.walk, type: "application/octet-stream",
      as: Self.ann)
    #expect(answer.status == 201)
    let route = try #require(answer.json["route"])
    #expect(route["name"]?.string == "Mine")
    #expect(route["public"]?.bool == true && route["mine"]?.bool == true)
    #expect(answer.json["report"]?["ok"]?.bool == true)
    #expect(answer.headers[.location] == "/v1/routes/\(route.text("id"))")
    let length = try #require(route["lengthMeters"]?.double)
    #expect(abs(length - 18_282) < 20)
    let shown = try await service.send(.get, "/v1/routes/\(route.text("id"))", as: nil)
    #expect(shown.status == 200)
    #expect(shown.json["mine"]?.bool == false)
    #expect(shown.headers[.cacheControl]?.hasPrefix("public, max-age=10,") == true)
  }

  @Test func whatHasErrorsIsRefusedWithTheReport() async throws {
    let service = try TestService()
    let bad = try await service.send(
      .post, "/v1/routes", Self.gap, type: "application/geo+json", as: Self.ann)
    #expect(bad.status == 422)
    #expect(bad.json["code"]?.string == "bad-route")
    let findings = try #require(bad.json["report"]?["findings"]?.array)
    let finding = try #require(findings.first { $0["code"]?.string == "join-unresolved" })
    #expect(
      finding.text("message")
        .hasSuffix("choose with join=1:walk|ferry|counted, or joins for all that are undecided")
    )
    #expect(finding["line"]?.int64 == 2)
    let good = try await service.send(
      .post, "/v1/routes?join=1:ferry", Self.gap, type: "application/geo+json", as: Self.ann)
    #expect(good.status == 201)
    for (query, status) in [
      ("joinsAbove=2km:ferry", 201), ("joinsBelow=20km:counted", 201),
      ("joinsBelow=2km:ferry", 422),
      ("joinsBelow=2km:walk,20km:counted&joinsAbove=20km:ferry", 201),
      ("joinsBelow=2km:walk&joinsAbove=1km:ferry", 400), ("joinsAbove=2km", 400),
      ("joinsAbove=2:ferry", 400), ("joinsAbove=2km:unresolved", 400),
    ] {
      let answer = try await service.send(
        .post, "/v1/routes?dryRun=true&\(query)", Self.gap, type: "application/geo+json",
        as: Self.ann)
      #expect(answer.status == (status == 201 ? 200 : status), "\(query): \(answer.text)")
      if status == 400 { #expect(answer.text.contains("\"parameter\":\"joins"), "\(answer.text)") }
    }
    let counted = try await service.send(
      .post, "/v1/routes?joinsBelow=20km:counted&joins=ferry", Self.gap,
      type: "application/geo+json", as: Self.ann)
    #expect(counted.json["report"]?["lengthMeters"]?.number.flatMap { Double($0) } ?? 0 > 33_000)
    let other = try await service.send(
      .post, "/v1/routes?join=2:ferry", Self.gap, type: "application/geo+json", as: Self.ann)
    #expect(other.status == 400)
    #expect(other.text.contains("the route has joins 1 to 1"))
    let none = try await service.send(.post, "/v1/routes", "nothing", as: Self.ann)
    #expect(none.status == 422 && none.text.contains("say format=polyline5"))
    let stranger = try await service.send(.post, "/v1/routes", Self.walk, as: nil)
    #expect(stranger.status == 401)
    let form = try await service.send(
      .post, "/v1/routes", "x", type: "multipart/form-data; boundary=y", as: Self.ann)
    #expect(form.status == 415)
  }

  @Test func aRepairIsStoredAndTold() async throws {
    let wrapped = """
      {"type":"LineString","coordinates":[[179.9,50],[180.05,50],[180.1,50]]}
      """
    let service = try TestService()
    let answer = try await service.send(
      .post, "/v1/routes?fix=safe", wrapped, type: "application/geo+json", as: Self.ann)
    #expect(answer.status == 201, "\(answer.text)")
    let repaired = try #require(answer.json["repair"]?["repaired"]?.array)
    #expect(repaired.contains { $0["code"]?.string == "longitude-wrapped" })
    let file = try await service.send(
      .post, "/v1/routes:repair", wrapped, type: "application/geo+json", as: Self.ann)
    #expect(file.status == 200 && file.headers[.contentType] == "application/geo+json")
    #expect(!file.text.contains("180.05"))
  }

  /// The upload's gate is that of `milequest import route`.
  @Test func namesThatSayNothingAreFound() async throws {
    let service = try TestService()
    let bob = PersonID(high: 1, low: 77)
    func line(_ name: String?, _ shift: Int = 0) -> String {
      let properties = name.map { "{\"name\":\"\($0)\"}" } ?? "{}"
      return "{\"type\":\"Feature\",\"properties\":\(properties),\"geometry\":{\"type\":"
        + "\"LineString\",\"coordinates\":[[7.0\(shift)123,50.00123],[7.04123,50.01123]]}}"
    }
    func send(
      _ path: String, _ file: String, as person: PersonID = Self.ann
    ) async throws -> TestService.Answer {
      try await service.send(.post, path, file, type: "application/geo+json", as: person)
    }
    func codes(_ answer: TestService.Answer) -> Set<String> {
      let report = answer.json["report"] ?? answer.json
      let found = report["findings"]?.array?.map { $0.text("code") } ?? []
      return Set(found).intersection([
        "route-unnamed", "route-name-taken", "name-markup", "name-long",
      ])
    }
    let long = String(repeating: "long ", count: 30)
    for (file, code) in [
      (line(nil), "route-unnamed"), (line("<b>Bold</b>"), "name-markup"), (line(long), "name-long"),
    ] {
      for path in [
        "/v1/routes:validate", "/v1/routes?dryRun=true", "/v1/routes?dryRun=true&fix=safe",
      ] {
        let answer = try await send(path, file)
        #expect(answer.status == 200 && codes(answer) == [code], "\(path): \(answer.text)")
        #expect(!answer.text.contains("--name"))
      }
      let strict = try await send("/v1/routes?strict=true", file)
      #expect(strict.status == 422 && strict.code == "bad-route" && codes(strict) == [code])
      let named = try await send("/v1/routes?strict=true&dryRun=true&name=Good", file)
      #expect(named.status == 200 && codes(named).isEmpty, "\(named.text)")
    }
    let marked = try await send("/v1/routes?dryRun=true&name=%3Cb%3EBold%3C/b%3E", line("Plain"))
    #expect(codes(marked) == ["name-markup"], "\(marked.text)")
    let text = try await send("/v1/routes:validate?report=text", line(nil))
    #expect(text.text.contains("name gives it one") && text.text.contains("[route-unnamed]"))

    let stored = try await send("/v1/routes", line("Section"))
    #expect(stored.status == 201 && codes(stored).isEmpty)
    let id = try #require(stored.json["route"]).text("id")
    for path in ["/v1/routes:validate", "/v1/routes?dryRun=true"] {
      #expect(try await codes(send(path, line("Section", 1))) == ["route-name-taken"], "\(path)")
      // The same file again makes another route; nobody learns of what others have for themselves.
      #expect(try await codes(send(path, line("Section"))) == ["route-name-taken"], "\(path)")
      #expect(try await codes(send(path, line("Section", 1), as: bob)).isEmpty)
    }
    let again = try await send("/v1/routes?strict=true", line("Section", 1))
    #expect(again.code == "bad-route" && codes(again) == ["route-name-taken"])
    var answers: Set<String> = []
    for _ in 0..<3 {
      let answer = try await service.send(
        .post, "/v1/routes?strict=true", line("Once"), type: "application/geo+json", as: Self.ann,
        headers: ["Idempotency-Key": "strict"])
      #expect(answer.status == 201 && codes(answer).isEmpty, "\(answer.text)")
      answers.insert(answer.text)
    }
    #expect(answers.count == 1)
    let next = try await send("/v1/routes/\(id)/versions?strict=true", line("Section", 1))
    #expect(next.status == 201 && codes(next).isEmpty, "\(next.text)")
  }

  /// The answer to the first may have been lost.
  @Test func aRouteIsRetiredOnce() async throws {
    let service = try TestService()
    let (ann, bob) = (PersonID(high: 1, low: 1), PersonID(high: 1, low: 2))
    let file =
      #"{"type":"Feature","properties":{"name":"N"},"geometry":{"type":"LineString","coordinates":[[7,0],[7,0.09]]}}"#
    let made = try await service.send(
      .post, "/v1/routes?public=true", file, type: "application/geo+json", as: ann)
    let path = "/v1/routes/\(made.json["route"]?.text("id") ?? "")"
    #expect(try await service.send(.delete, path, as: bob).status == 403)
    for _ in 0..<2 { #expect(try await service.send(.delete, path, as: ann).status == 204) }
    // Nobody else learns that it was there; its owner learns what became of it.
    #expect(try await service.send(.delete, path, as: bob).status == 404)
    #expect(try await service.send(.get, path, as: ann).status == 404)
    let change = try await service.send(.patch, path, #"{"name":"M"}"#, as: ann)
    #expect(change.status == 410 && change.code == "route-retired", "\(change.text)")
  }

  @Test func validateStoresNothing() async throws {
    let service = try TestService()
    for form in ["json", "sarif", "text"] {
      let answer = try await service.send(
        .post, "/v1/routes:validate?report=\(form)", Self.gap, type: "application/geo+json",
        as: Self.ann)
      #expect(answer.status == 200)
      #expect(answer.text.contains("join-unresolved"))
      #expect(!answer.text.contains("--join"))
    }
    let stranger = try await service.send(.post, "/v1/routes:validate", Self.gap, as: nil)
    #expect(stranger.status == 401)
    #expect(try await service.store.routes(visibleTo: .everything, after: nil, limit: 10).isEmpty)
  }

  @Test func tracksOfAFileAreListedToChooseFrom() async throws {
    let service = try TestService()
    let file = """
      <gpx version="1.1" creator="t" xmlns="http://www.topografix.com/GPX/1/1">
      <trk><name>Full</name><trkseg><trkpt lat="0" lon="7"/><trkpt lat="0.1" lon="7"/></trkseg></trk>
      <trk><trkseg><trkpt lat="0" lon="8"/><trkpt lat="0.05" lon="8"/></trkseg></trk></gpx>
      """
    func tracks(_ query: String) async throws -> [JSONNode] {
      let answer = try await service.send(
        .post, "/v1/routes:validate\(query)", file, type: "application/gpx+xml", as: Self.ann)
      #expect(answer.status == 200, "\(answer.text)")
      return try #require(answer.json["tracks"]?.array)
    }
    let all = try await tracks("")
    #expect(all.map { $0["name"]?.string } == ["Full", nil])
    #expect(all.map { $0["number"]?.int64 } == [1, 2])
    #expect(all.map { $0["vertices"]?.int64 } == [2, 2])
    let lengths = all.map { $0["lengthMeters"]?.double ?? 0 }
    #expect(abs(lengths[0] - 11_057) < 5 && abs(lengths[1] * 2 - lengths[0]) < 1)
    // Those that are not chosen stay on the list, by the same numbers.
    #expect(try await tracks("?track=2").count == 2)
  }

  @Test func aKeyCreatesOnceAndStandsForAllThatWasAsked() async throws {
    let service = try TestService()
    let key = ["Idempotency-Key": "one"]
    var ids: Set<String> = []
    // What is refused creates nothing, and leaves the key free for the mended request.
    let refused = try await service.send(
      .post, "/v1/routes", Self.gap, type: "application/geo+json", as: Self.ann, headers: key)
    #expect(refused.code == "bad-route")
    for _ in 0..<3 {
      let answer = try await service.send(
        .post, "/v1/routes", Self.walk, type: "application/geo+json", as: Self.ann, headers: key)
      ids.insert(try #require(answer.json["route"]?["id"]?.string))
    }
    #expect(ids.count == 1)
    let other = try await service.send(
      .post, "/v1/routes?laps=2&lapJoin=ferry", Self.walk, type: "application/geo+json",
      as: Self.ann, headers: key)
    #expect(other.status == 422)
    #expect(other.code == "idempotency-key-reused")
    #expect(
      try await service.store.routes(visibleTo: .everything, after: nil, limit: 9).count == 1)
  }

  @Test func versionsFollowOneAnother() async throws {
    let service = try TestService()
    let id = try await created(service)
    let same = try await service.send(
      .post, "/v1/routes/\(id)/versions", Self.walk, type: "application/geo+json", as: Self.ann)
    #expect(same.status == 200)
    let next = try await service.send(
      .post, "/v1/routes/\(id)/versions?officialLength=20km", Self.walk,
      type: "application/geo+json", as: Self.ann)
    #expect(next.status == 201)
    #expect(next.json["route"]?["version"]?.int64 == 2)
    #expect(next.json["route"]?["lengthMeters"]?.double == 20_000)
    let foreign = try await service.send(
      .post, "/v1/routes/\(id)/versions", Self.walk, type: "application/geo+json", as: Self.ben)
    #expect(foreign.status == 404)
    let all = try await service.send(.get, "/v1/routes/\(id)/versions", as: Self.ann)
    #expect(all.json["items"]?.array?.count == 2)
    let first = try await service.send(.get, "/v1/routes/\(id)?version=1", as: Self.ann)
    #expect(first.json["version"]?.int64 == 1)
    let third = try await service.send(.get, "/v1/routes/\(id)?version=3", as: Self.ann)
    #expect(third.status == 404)
  }

  @Test func aPrivateRouteIsThereForItsOwnerAndForTeamsThatWalkIt() async throws {
    let service = try TestService()
    let id = try await created(service)
    #expect(try await service.send(.get, "/v1/routes/\(id)", as: Self.ann).status == 200)
    for path in ["", "/versions", "/file", "/map", "/profile", "/positions?at=1km"] {
      #expect(try await service.send(.get, "/v1/routes/\(id)\(path)", as: Self.ben).status == 404)
      #expect(try await service.send(.get, "/v1/routes/\(id)\(path)", as: nil).status == 404)
    }
    // A quest of Ben's team brings it before him, to look at.
    var random = SystemRandomNumberGenerator()
    let now = service.now.withLock { $0 }
    let team = TeamID.random(using: &random)
    func perform(_ action: LedgerCommand.Action) async throws {
      _ = try await service.store.perform(LedgerCommand(action, at: now, actor: Self.ben))
    }
    try await perform(.createTeam(team, name: "B", isPublic: false, founder: Self.ben))
    let version = RouteVersion(route: try #require(RouteID(id)), version: 1)
    let measured = try await service.backend.routeCache.measured(version)
    try await perform(
      .createQuest(
        QuestDraft(
          id: .random(using: &random), team: team, name: "Q", start: now,
          end: Instant(microseconds: now.microseconds + 86_400_000_000), zone: "UTC",
          plan: try QuestPlan(measured, route: version))))
    #expect(try await service.send(.get, "/v1/routes/\(id)/map", as: Self.ben).status == 200)
    let change = try await service.send(
      .patch, "/v1/routes/\(id)", #"{"public":true}"#, as: Self.ben)
    #expect(change.status == 403)
    let opened = try await service.send(
      .patch, "/v1/routes/\(id)", #"{"public":true}"#, as: Self.ann)
    #expect(opened.status == 200)
    #expect(try await service.send(.get, "/v1/routes/\(id)", as: nil).status == 200)
  }

  @Test func listingsTurnPagesAndLookAround() async throws {
    let crossing = """
      {"type":"LineString","coordinates":[[179.95,0],[-179.95,0.1]]}
      """
    let service = try TestService()
    var ids: Set<String> = []
    for number in 0..<5 {
      ids.insert(try await created(service, query: "?name=\(number)&public=\(number % 2 == 0)"))
    }
    let far = try await created(service, crossing, query: "?public=true")
    var seen: [String] = []
    var uri: String? = "/v1/routes?limit=2"
    while let next = uri {
      let page = try await service.send(.get, next, as: Self.ann).json
      seen += try #require(page["items"]?.array).map { $0.text("id") }
      uri = page["next"]?.string
    }
    #expect(seen.count == 6 && Set(seen) == ids.union([far]))
    let strangers = try await service.send(.get, "/v1/routes", as: nil).json
    #expect(strangers["items"]?.array?.count == 4)

    let near = try await service.send(.get, "/v1/routes?near=50.05,10.01&within=1km", as: nil).json
    #expect(near["items"]?.array?.count == 3)
    let offset = try #require(near["items"]?.array?.first?["offsetMeters"]?.double)
    #expect(abs(offset - 716.8) < 1)
    let over = try await service.send(.get, "/v1/routes?bbox=179,-1,-179,1", as: nil).json
    #expect(over["items"]?.array?.map { $0.text("id") } == [far])
    for query in [
      "near=91,0", "bbox=0,5,1,4", "near=1,2&bbox=0,0,1,1", "within=3km", "near=1,2&within=501km",
      "cursor=abc",
    ] {
      #expect(
        try await service.send(.get, "/v1/routes?\(query)", as: nil).status == 400, "\(query)")
    }
  }

  @Test func positionsFollowTheCourse() async throws {
    let service = try TestService()
    let id = try await created(service)
    let base = "/v1/routes/\(id)/positions"
    let plain = try await service.send(.get, "\(base)?at=0m,1km,99km", as: Self.ann).json
    let positions = try #require(plain["positions"]?.array)
    #expect(positions.count == 3)
    #expect(positions[0]["coordinate"]?.array?.map(\.double) == [10, 50])
    #expect(positions[0]["nextWaypoint"]?["name"]?.string == "Corner")
    #expect(positions[2]["finished"]?.bool == true)

    let body = #"{"at":["1 km",1000],"laps":3,"thereAndBack":true}"#
    let both = try await service.send(.post, base, body, as: Self.ann).json
    let pair = try #require(both["positions"]?.array)
    #expect(pair[0].text("x") == pair[1].text("x"))
    #expect(
      pair[0]["coordinate"]?.array?.map(\.number) == pair[1]["coordinate"]?.array?.map(\.number))
    let fraction = try #require(pair[0]["fraction"]?.double)
    #expect(abs(fraction - 1_000 / (6 * 18_282)) < 1e-4)

    let map = try await service.send(
      .get, "\(base)?at=1km", as: Self.ann, headers: ["Accept": "application/geo+json"])
    #expect(map.headers[.contentType] == "application/geo+json")
    #expect(map.json["features"]?.array?.count == 1)

    // The end is more than a kilometre from the start.
    let undecided = try await service.send(.get, "\(base)?at=1km&laps=2", as: Self.ann)
    #expect(undecided.status == 400 && undecided.text.contains("lapJoin=walk|ferry|counted"))
    let decided = try await service.send(.get, "\(base)?at=1km&laps=2&lapJoin=ferry", as: Self.ann)
    #expect(decided.status == 200)
    for bad in [#"{"at":["-1 km"]}"#, #"{"at":[]}"#, #"{"at":["far"]}"#, #"{"at":[-1]}"#] {
      #expect(try await service.send(.post, base, bad, as: Self.ann).status == 422, "\(bad)")
    }
    #expect(try await service.send(.get, "\(base)?at=-1km", as: Self.ann).status == 400)
  }

  @Test func aLoopTooLongForADistanceIsRefused() async throws {
    let service = try TestService()
    let id = try await created(service, query: "?officialLength=1000000000km")
    let answer = try await service.send(
      .get, "/v1/routes/\(id)/positions?at=1km&laps=10000&lapJoin=ferry", as: Self.ann)
    #expect(answer.status == 422)
    #expect(answer.json["code"]?.string == "limit")
  }

  @Test func nearestUndoesPositions() async throws {
    let service = try TestService()
    let id = try await created(service, query: "?public=true&thereAndBack=true")
    let at = try await service.send(.get, "/v1/routes/\(id)/positions?at=3km", as: nil).json
    let place = try #require(at["positions"]?.array?.first?["coordinate"]?.array)
    let to = "\(place[1].number ?? ""),\(place[0].number ?? "")"
    for _ in 0..<2 {
      let both = try await service.send(
        .get, "/v1/routes/\(id)/nearest?to=\(to)&version=1", as: nil)
      // Its owner may hide it again, so that no cache may keep it for long.
      #expect(both.headers[.cacheControl] == "public, max-age=10, stale-while-revalidate=60")
      let matches = try #require(both.json["matches"]?.array)
      #expect(matches.count == 2)
      #expect(matches.allSatisfy { ($0["offsetMeters"]?.double ?? 1) < 1e-3 })
    }
    let back = try await service.send(.get, "/v1/routes/\(id)/nearest?to=\(to)&near=30km", as: nil)
      .json
    let distance = try #require(back["matches"]?.array?.first?["distanceMeters"]?.double)
    #expect(abs(distance - (2 * 18_282 - 3_000)) < 40)
    for query in ["to=91,0", "to=1", "to=1,2&tolerance=11km", ""] {
      let answer = try await service.send(.get, "/v1/routes/\(id)/nearest?\(query)", as: nil)
      #expect(answer.status == 400, "\(query)")
    }
  }

  @Test func profilesMapsAndFilesShowTheRoute() async throws {
    let service = try TestService()
    let id = try await created(service, query: "?public=true&name=%C3%9Cber%20den%20Berg")
    let profile = try await service.send(.get, "/v1/routes/\(id)/profile?samples=10", as: nil).json
    #expect(profile["points"]?.array?.count == 5)
    let map = try await service.send(.get, "/v1/routes/\(id)/map?tolerance=20m", as: nil)
    #expect(map.status == 200 && map.headers[.contentType] == "application/geo+json")
    let kinds = try #require(map.json["features"]?.array).map {
      $0["properties"]?["kind"]?.string
    }
    #expect(kinds == ["route", "waypoint"])
    for (format, type) in [
      ("gpx", "application/gpx+xml"), ("geojson", "application/geo+json"),
      ("kml", "application/vnd.google-earth.kml+xml"), ("polyline5", "text/plain; charset=utf-8"),
      ("polyline6", "text/plain; charset=utf-8"),
    ] {
      let file = try await service.send(.get, "/v1/routes/\(id)/file?format=\(format)", as: nil)
      #expect(file.status == 200 && file.headers[.contentType] == type)
      #expect(
        file.headers[.contentDisposition]
          == "attachment; filename=\"ber-den-Berg.\(format)\"; "
          + "filename*=UTF-8''%C3%9Cber%20den%20Berg.\(format)")
      let read = RouteReader.read(file.bytes, as: SourceFormat(rawValue: format))
      #expect(read.errors.isEmpty && read.tracks.first?.vertexCount == 5)
      // What was downloaded can be uploaded.
      let again = try await service.send(
        .post, "/v1/routes?format=\(format)", file.text, type: type, as: Self.ben)
      #expect(again.status == 201, "\(format) \(again.text)")
    }
  }

  @Test func uploadsAreBounded() async throws {
    var limits = ServiceLimits.standard
    limits.bodyBytesAtOnce = 10
    let service = try TestService(limits: limits)
    let answer = try await service.send(
      .post, "/v1/routes:validate", Self.walk, type: "application/geo+json", as: Self.ann)
    #expect(answer.status == 503 && answer.headers[.retryAfter] == "5")
    #expect(service.backend.bodies.bytes == 0)
    limits = .standard
    limits.workWaitingPerCaller = 0
    let busy = try TestService(limits: limits)
    let refused = try await busy.send(
      .post, "/v1/routes:validate", Self.walk, type: "application/geo+json", as: Self.ann)
    #expect(refused.status == 429 && refused.headers[.retryAfter] == "5")
    limits = .standard
    limits.workWaiting = 0
    let full = try TestService(limits: limits)
    let later = try await full.send(
      .post, "/v1/routes:repair", Self.walk, type: "application/geo+json", as: Self.ann)
    #expect(later.status == 503 && later.headers[.retryAfter] == "5")
  }

  /// A file is held once, until it is sent, and only as long as there is memory for it.
  @Test func downloadsAreBounded() async throws {
    let service = try TestService()
    let id = try await created(service, query: "?public=true")
    let path = "/v1/routes/\(id)/file?format=gpx"
    let file = try await service.send(.get, path, as: nil)
    let tag = try #require(file.headers[.eTag])
    #expect(tag == EntityTag.of(file.bytes))
    #expect(file.headers[.contentLength] == "\(file.bytes.count)")
    #expect(service.backend.downloads.bytes == 0)
    let known = try await service.send(.get, path, as: nil, headers: ["If-None-Match": tag])
    #expect(known.status == 304 && known.bytes.isEmpty)
    let head = try await service.send(.head, path, as: nil)
    #expect(head.headers[.contentLength] == "\(file.bytes.count)" && head.bytes.isEmpty)
    #expect(service.backend.downloads.bytes == 0)
    var limits = ServiceLimits.standard
    limits.downloadBytesPerCaller = 1_000
    let small = try TestService(beside: service, limits: limits)
    let refused = try await small.send(.get, path, as: nil)
    #expect(refused.status == 429 && refused.headers[.retryAfter] == "5")
    limits = .standard
    limits.downloadBytesAtOnce = 1_000
    let full = try TestService(beside: service, limits: limits)
    #expect(try await full.send(.get, path, as: nil).status == 503)
  }

  /// A map is made once for all who ask for about as much of it, and its bytes count.
  @Test func mapsAreKeptWithTheirRoute() async throws {
    var limits = ServiceLimits.standard
    limits.lightSteps = 0
    let service = try TestService(limits: limits)
    let id = try await created(service, query: "?public=true")
    let version = RouteVersion(route: try #require(RouteID(id)), version: 1)
    let kept = try await service.backend.routeCache.kept(version)
    let before = service.backend.routeCache.bytes
    let first = try await service.send(.get, "/v1/routes/\(id)/map?tolerance=20m", as: nil)
    #expect(first.status == 200)
    let source = try #require(kept.map(tolerance: 16))
    #expect(service.backend.routeCache.bytes == before + source.byteCount)
    // What is there is answered also where there is no room for work.
    service.backend.work.close()
    let again = try await service.send(.get, "/v1/routes/\(id)/map?tolerance=31m", as: nil)
    #expect(again.status == 200 && again.bytes == first.bytes)
    let other = try await service.send(.get, "/v1/routes/\(id)/map?tolerance=40m", as: nil)
    #expect(other.status == 503)
    let cheap = try await service.send(.get, "/v1/routes/\(id)/positions?at=1km", as: nil)
    #expect(cheap.status == 200)
  }

  @Test func waypointsWeighWhatTheyHold() async throws {
    let service = try TestService()
    let story = String(repeating: "s", count: 4_000)
    let file = Self.walk.replacing(
      "{\"name\":\"Corner\"}", with: "{\"name\":\"Corner\",\"story\":\"\(story)\"}")
    let versions = try [try await created(service), try await created(service, file)]
      .map { RouteVersion(route: try #require(RouteID($0)), version: 1) }
    let plain = try await service.backend.routeCache.kept(versions[0])
    let told = try await service.backend.routeCache.kept(versions[1])
    #expect(told.bytes >= plain.bytes + 4_000)
  }

  /// The cache has room for one: what was asked for before is made anew, and the index stays as long
  /// as its route.
  @Test func theCacheKeepsWhatItHasRoomFor() async throws {
    var limits = ServiceLimits.standard
    limits.cachedRouteBytes = 2_000
    let service = try TestService(limits: limits)
    let versions = try [
      try await created(service), try await created(service, query: "?laps=2&lapJoin=ferry"),
    ]
    .map { RouteVersion(route: try #require(RouteID($0)), version: 1) }
    let cache = service.backend.routeCache
    let first = try await cache.kept(versions[0])
    #expect(try first.places() === first.places())
    #expect(try await cache.kept(versions[0]) === first)
    let other = try await cache.kept(versions[1])
    #expect(other.measured.route.course.laps == 2)
    #expect(try await cache.kept(versions[1]) === other)
    #expect(try await cache.kept(versions[0]) !== first)
  }

  @Test func optionsOfTheCommandLineAreSaidAsParameters() {
    #expect(
      ParameterWords.said("choose with --join 12=walk|ferry|counted, or for all with --joins walk")
        == "choose with join=12:walk|ferry|counted, or for all with joins=walk")
    #expect(
      ParameterWords.said("of a length with --joins-below and --joins-above, for all with --joins")
        == "of a length with joinsBelow and joinsAbove, for all with joins")
    #expect(
      ParameterWords.said("repair: swap them (--fix-unsafe)") == "repair: swap them (fix=unsafe)")
    #expect(ParameterWords.said("a -- b --") == "a -- b --")
  }
}
