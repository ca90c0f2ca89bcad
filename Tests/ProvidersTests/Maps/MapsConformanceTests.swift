import Foundation
import Geodesy
import JSON
import TestSupport
import Testing

@testable import Providers

/// What every finder of ways and places must do; those over HTTP over real connections to a server
/// that checks and misbehaves.
@Suite struct MapsConformanceTests {
  private static func server(
    _ client: OutgoingClient? = nil, timeout: Duration = .seconds(10)
  ) throws -> MapsServer {
    MapsServer(
      client: try client ?? OutgoingClientTests.client(), timeout: timeout,
      clock: { AdapterKind.now })
  }

  private static let stops = [(42.5, 1.5), (42.51, 1.52), (42.55, 1.6)].map {
    Coordinate(uncheckedLatitude: $0.0, longitude: $0.1)
  }

  /// Every stop passed 0.001 degrees north of it.
  private static let passed = stops.map {
    Coordinate(uncheckedLatitude: $0.latitude + 0.001, longitude: $0.longitude)
  }

  private static let springfields = [("Illinois", 39.8, -89.6), ("Ohio", 39.9, -83.8)].map {
    FoundPlace(
      name: "Springfield", area: $0.0,
      coordinate: Coordinate(uncheckedLatitude: $0.1, longitude: $0.2))
  }

  private func error<Value>(_ body: () async throws -> Value) async -> MapsError? {
    do {
      _ = try await body()
      return nil
    } catch { return error as? MapsError }
  }

  // MARK: Ways

  /// What holds for every finder, whoever answers.
  private func check(_ ways: any WayFinder, passing distance: ClosedRange<Double>) async throws {
    #expect(!ways.modes.isEmpty && ways.mostStops >= 2)
    let way = try await ways.way(through: Self.stops, by: ways.modes[0])
    #expect(way.snappedMeters.count == 3)
    #expect(way.snappedMeters.allSatisfy { distance.contains($0) })
    let first = try #require(way.line.first)
    let meters = Geodesic.wgs84.inverse(from: Self.stops[0], to: first).distanceMeters
    #expect(meters <= distance.upperBound)
  }

  @Test func straightLinesConform() async throws { try await check(Geodesics(), passing: 0...0) }

  @Test(arguments: WayKind.all)
  func waysAreAskedForAndReadAsDocumented(_ kind: WayKind) async throws {
    let server = try SmallServer { request in
      guard let asked = kind.stops(request) else { return .status(422) }
      let wanted = Self.stops.map { [$0.longitude, $0.latitude] }
      return asked == wanted
        ? .status(200, body: kind.answer(Self.passed, Self.passed)) : .status(409)
    }
    let ways = try kind.make(server.url, try Self.server())
    try await check(ways, passing: 111...112)
    #expect(ways.attribution?.isEmpty == false)
    let way = try await ways.way(through: Self.stops, by: .walk)
    #expect(
      zip(way.line, Self.passed).allSatisfy {
        Geodesic.wgs84.inverse(from: $0, to: $1).distanceMeters < 1
      })
    #expect(way.line.count == 3)
  }

  @Test(arguments: WayKind.all)
  func whereNoWayLeadsIsSaid(_ kind: WayKind) async throws {
    let server = try SmallServer { _ in kind.noWay }
    let ways = try kind.make(server.url, try Self.server())
    #expect(await error { try await ways.way(through: Self.stops, by: .walk) }?.code == .noWay)
  }

  /// `Ok`, and thousands of kilometres away.
  @Test(arguments: WayKind.all)
  func aStopThatIsPutElsewhereIsSeen(_ kind: WayKind) async throws {
    var elsewhere = Self.passed
    elsewhere[1] = Coordinate(uncheckedLatitude: -40, longitude: 170)
    let server = try SmallServer { [elsewhere] _ in
      .status(200, body: kind.answer(elsewhere, elsewhere))
    }
    let way = try await kind.make(server.url, try Self.server())
      .way(through: Self.stops, by: .walk)
    #expect(way.snappedMeters[1] > 10_000_000 && way.snappedMeters[2] < 200)
  }

  @Test(arguments: WayKind.all)
  func whatIsNoWayIsNotTaken(_ kind: WayKind) async throws {
    let good = kind.answer(Self.passed, Self.passed)
    let line = WayKind.polyline(Self.passed, digits: kind.testDescription == "google" ? 5 : 6)
    let bodies = [
      "", "{}x", "[]", "null", #"{"code":"Ok"}"#, #"{"code":"Ok","routes":[],"waypoints":[]}"#,
      #"{"routes":[{}]}"#, #"{"routes":[{"legs":[]}]}"#, #"{"code":7}"#,
      good.replacing(line, with: "7"), good.replacing(line, with: "null"),
      good.replacing(line, with: "\"\""), good.replacing(line, with: "\"~~~~~~~~~~~~\""),
      good.replacing(line, with: #""_p~iF""#), good.replacing(line, with: "\"\\u0000\""),
      good.replacing("42.501", with: "\"42.501\""), good.replacing("42.501", with: "91"),
      good.replacing("1.52", with: "200"), good.replacing("1.52", with: "1e300"),
      kind.answer(Self.passed, Array(Self.passed.dropLast())),
      String(repeating: "[", count: 100_000),
      "{\"a\":\"\(String(repeating: "x", count: 9 << 20))\"}",
    ]
    for body in bodies {
      #expect(body != good)
      let server = try SmallServer { _ in .status(200, body: body) }
      let found = await error {
        try await kind.make(server.url, try Self.server())
          .way(through: Self.stops, by: .walk)
      }
      #expect(
        found.map { [.malformed, .refused, .noWay].contains($0.code) } == true,
        "\(body.prefix(200)): \(String(describing: found))")
      #expect(found?.mayRepeat == false)
    }
  }

  @Test func aLineMayBeGeoJSON() async throws {
    let good = WayKind.osrm.answer(Self.passed, Self.passed)
    let line = WayKind.polyline(Self.passed, digits: 6)
    func way(_ geometry: String) async throws -> FoundWay {
      let server = try SmallServer { _ in
        .status(200, body: good.replacing(line, with: geometry))
      }
      return try await WayKind.osrm.make(server.url, try Self.server())
        .way(through: Self.stops, by: .walk)
    }
    let found = try await way(#"{"type":"LineString","coordinates":[[1.5,42.5],[1.6,42.6,900]]}"#)
    #expect(found.line.map(\.latitude) == [42.5, 42.6])
    for bad in ["[]", "[[1.5]]", "[[1.5,91]]", #"[["1","2"]]"#] {
      await #expect(throws: MapsError.self) {
        try await way(#"{"type":"LineString","coordinates":\#(bad)}"#)
      }
    }
  }

  // MARK: Places

  /// What holds for every finder, whoever answers, of one that knows two Springfields.
  private func check(_ places: any PlaceFinder) async throws {
    let found = try await places.places(named: "Springfield", most: 2)
    #expect(found.count == 2 && Set(found.map(\.title)).count == 2)
    #expect(found.allSatisfy { $0.name == "Springfield" && $0.area != nil })
    #expect(try await places.places(named: "Springfield", most: 1) == [found[0]])
    #expect(try await places.places(named: "Nowhere at all", most: 9).isEmpty)
    let near = try await places.place(at: try Coordinate(latitude: 39.81, longitude: -89.61))
    #expect(near?.name == "Springfield" && near?.area?.hasPrefix("Illinois") == true)
  }

  @Test func theGazetteerConforms() async throws { try await check(Gazetteer()) }

  @Test func anAdapterInAHundredLinesConforms() async throws {
    let folder = try Folder()
    let path = "\(folder.path)/places.csv"
    let text = "name;area;lat;lon\nSpringfield;Illinois;39.8;-89.6\nSpringfield;Ohio;39.9;-83.8\n"
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    let places = try CSVPlaces(file: path, attribution: "us")
    try await check(places)
    let plan = try await RoutePlanner(Maps(places: places)).plan([
      PlanStop(.named("springfield, ohio")), PlanStop(.named("Springfield")),
    ])
    #expect(plan.attributions == ["us"] && plan.stops[1].others.count == 1)
    let source = try String(
      contentsOf: URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "CSVPlaces.swift"), encoding: .utf8)
    #expect(source.split(separator: "\n", omittingEmptySubsequences: false).count < 100)
    try "name;lat;lon\nX;91;0\n".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(throws: (any Error).self) { try CSVPlaces(file: path) }
  }

  @Test(arguments: PlaceKind.all)
  func placesAreAskedForAndReadAsDocumented(_ kind: PlaceKind) async throws {
    let reversed =
      #"{"lat":"39.8","lon":"-89.6","name":"Springfield","#
      + #""display_name":"Springfield, Illinois"}"#
    let server = try SmallServer { request in
      switch kind.question(request) {
      case "Springfield": kind.answer(Self.springfields)
      case "Nowhere at all": kind.answer([])
      case "39.81,-89.61", "39.810000,-89.610000":
        kind.testDescription == "nominatim"
          ? .status(200, body: reversed) : kind.answer([Self.springfields[0]])
      default: .status(422)
      }
    }
    let places = try kind.make(server.url, try Self.server())
    #expect(places.attribution?.isEmpty == false)
    try await check(places)
  }

  @Test(arguments: PlaceKind.all)
  func anyTextIsOneQuestion(_ kind: PlaceKind) async throws {
    let server = try SmallServer { request in
      kind.question(request) == nil ? .status(422) : kind.answer([])
    }
    let places = try kind.make(server.url, try Self.server())
    for text in ["a&key=b", "São Tomé", "x\r\nHost: y", "100%", "#?/", "𝕏", "\0", ""] {
      #expect(await error { try await places.places(named: text, most: 5) } == nil, "\(text)")
      let wanted = kind.testDescription == "mapbox" ? text.replacing(";", with: ",") : text
      #expect(server.requests.last.flatMap(kind.question) == wanted)
    }
  }

  @Test(arguments: PlaceKind.all)
  func whatIsNoPlaceIsNotTaken(_ kind: PlaceKind) async throws {
    let nowhere = FoundPlace(
      name: "X", area: "Y", coordinate: Coordinate(uncheckedLatitude: 91, longitude: 0))
    let nameless = FoundPlace(
      name: "", area: nil, coordinate: Coordinate(uncheckedLatitude: 1, longitude: 0))
    var answers: [SmallServer.Answer] = ["", "7", "null", "[[]]", "{\"features\":7}"].map {
      .status(200, body: $0)
    }
    answers += [kind.answer([nowhere]), kind.answer([nameless])]
    for answer in answers {
      let server = try SmallServer { _ in answer }
      let places = try kind.make(server.url, try Self.server())
      let found = await error { try await places.places(named: "x", most: 5) }
      #expect(found?.code == .malformed && found?.mayRepeat == false, "\(answer)")
    }
  }

  @Test func refusalsThatComeWithSuccessAreSeen() async throws {
    for (status, code, mayRepeat) in [
      ("OVER_QUERY_LIMIT", MapsError.Code.throttled, true), ("REQUEST_DENIED", .refused, false),
      ("UNKNOWN_ERROR", .unavailable, true), ("INVALID_REQUEST", .refused, false),
      ("OTHER", .malformed, false),
    ] {
      let server = try SmallServer { _ in
        .status(200, body: #"{"status":"\#(status)","results":[]}"#)
      }
      let places = try PlaceKind.google.make(server.url, try Self.server())
      let found = await error { try await places.places(named: "x", most: 5) }
      #expect(found?.code == code && found?.mayRepeat == mayRepeat, "\(status)")
    }
    let sea = try SmallServer { _ in .status(200, body: #"{"error":"Unable to geocode"}"#) }
    let places = try PlaceKind.nominatim.make(sea.url, try Self.server())
    #expect(try await places.place(at: Self.stops[0]) == nil)
  }

  // MARK: Faults

  /// A question to every adapter.
  struct Asked: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let ask: @Sendable (_ origin: String, MapsServer) async throws -> Void

    static let all =
      WayKind.all.map { kind in
        Asked(testDescription: "\(kind.testDescription) ways") { origin, server in
          let ways = try kind.make(origin, server)
          _ = try await ways.way(through: stops, by: .walk)
        }
      }
      + PlaceKind.all.map { kind in
        Asked(testDescription: "\(kind.testDescription) places") { origin, server in
          let places = try kind.make(origin, server)
          _ = try await places.places(named: "Springfield", most: 5)
        }
      }
  }

  @Test(arguments: Asked.all)
  func faultsSayWhetherARepeatMayHelp(_ asked: Asked) async throws {
    let inside = try SmallServer()
    typealias Code = MapsError.Code
    let cases: [(SmallServer.Answer, Code, mayRepeat: Bool, retryAfter: Duration?)] = [
      (.status(500), .unavailable, true, nil),
      (.status(502, body: "<html>"), .unavailable, true, nil),
      (.status(503, headers: ["Retry-After": "7"]), .unavailable, true, .seconds(7)),
      (.status(429), .throttled, true, nil),
      (.status(429, headers: ["Retry-After": "12"]), .throttled, true, .seconds(12)),
      (
        .status(429, headers: ["Retry-After": "Mon, 04 May 2026 12:01:30 GMT"]), .throttled, true,
        .seconds(90)
      ),
      (.status(429, headers: ["Retry-After": "soon"]), .throttled, true, nil),
      (.status(400), .refused, false, nil), (.status(400, body: "garbage"), .refused, false, nil),
      (.status(401), .refused, false, nil), (.status(403), .refused, false, nil),
      (.status(404, body: "x"), .refused, false, nil),
      (.status(302, headers: ["Location": "\(inside.url)/x"]), .refused, false, nil),
      (.status(200, body: "garbage"), .malformed, false, nil),
      (.endless(status: 200), .malformed, false, nil),
      (.endless(status: 500), .unreachable, true, nil),
      (.reset, .unreachable, true, nil), (.bytes(""), .unreachable, true, nil),
      (.bytes("220 mail.example.org ESMTP\r\n"), .unreachable, true, nil),
      (.silence, .unreachable, true, nil),
    ]
    for (answer, code, mayRepeat, retryAfter) in cases {
      let server = try SmallServer { _ in answer }
      let isSlow = if case .silence = answer { true } else { false }
      let maps = try Self.server(timeout: isSlow ? .milliseconds(200) : .seconds(20))
      let found = await error { try await asked.ask(server.url, maps) }
      #expect(found?.code == code, "\(answer): \(String(describing: found))")
      #expect(found?.mayRepeat == mayRepeat, "\(answer)")
      #expect(found?.retryAfter == retryAfter, "\(answer)")
      for secret in ["SECRET", "?", "42.5", "Springfield"] {
        #expect(found?.message.contains(secret) != true, "\(answer)")
      }
    }
    #expect(inside.connectionCount == 0)
  }

  @Test(arguments: Asked.all)
  func theInsideNetworkIsClosed(_ asked: Asked) async throws {
    let server = try SmallServer()
    let maps = try Self.server(OutgoingClient())
    let found = await error { try await asked.ask(server.url, maps) }
    #expect(found?.code == .unreachable && found?.mayRepeat == false)
    #expect(server.connectionCount == 0)
  }

  @Test func keysAndProfilesAreChecked() throws {
    for text in [
      "", "short", "with blank in it", "nul\0nul\0nul", String(repeating: "x", count: 999),
    ] {
      #expect(throws: MapsError.self) { try MapsKey(text) }
    }
    #expect("\(try MapsKey(WayKind.key))" == "(a key)")
    for profile in ["", "a/b", "foot?x", "ü"] {
      #expect(throws: MapsError.self) {
        try OSRMRoutes(
          base: try OutgoingURL("https://osrm.example"), profile: profile, server: try Self.server()
        )
      }
    }
  }
}
