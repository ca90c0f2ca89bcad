import Base
import Foundation
import Geodesy
import JSON
import Providers
import Quests
import Testing

@testable import Service

/// Routes through stops, over HTTP.
@Suite struct RoutePlanTests {
  private static let ann = RouteResourceTests.ann

  /// Ways of a server that fails, or answers when it is let.
  private struct Engine: WayFinder {
    let attribution: String? = "the engine"
    let modes: [TravelMode] = [.walk]
    let mostStops = 10
    var fault: MapsError?
    var gate: Lock<Bool>?

    func way(
      through stops: [Coordinate], by mode: TravelMode
    ) async throws(MapsError) -> FoundWay {
      while gate?.withLock({ !$0 }) ?? false { try? await Task.sleep(for: .milliseconds(5)) }
      if let fault { throw fault }
      return FoundWay(line: stops, snappedMeters: stops.map { _ in 7 })
    }
  }

  private static let two = #"{"stops":[{"place":"Paris"},{"coordinate":[12.5,41.9]}]}"#

  @Test func stopsMakeARouteThatCanBeUploaded() async throws {
    let service = try TestService()
    let body = """
      {"name":"Tour","stops":[{"place":"Springfield","story":"Hello"},
      {"place":"Chicago, Illinois","name":"Windy","type":"town"},{"coordinate":[-90.05,35.15]}]}
      """
    let answer = try await service.send(.post, "/v1/routes:plan", body, as: Self.ann)
    #expect(answer.status == 200, "\(answer.text)")
    let stops = try #require(answer.json["report"]?["stops"]?.array)
    #expect(stops.map { $0["name"]?.string } == ["Springfield", "Windy", "Memphis"])
    #expect(stops[0]["place"]?["area"]?.string == "Missouri, United States")
    #expect((stops[0]["others"]?.array?.count ?? 0) >= 7)
    #expect(stops[2]["query"]?.isNull == true)
    #expect(
      answer.json["report"]?["attributions"]?.array?.first?.string?.hasPrefix("GeoNames") == true)
    let start = try #require(answer.text.range(of: #""route":"#))
    let end = try #require(answer.text.range(of: #","report":"#))
    let route = String(answer.text[start.upperBound..<end.lowerBound])
    let upload = try await service.send(
      .post, "/v1/routes", route,
      type: "application/geo+json", as: Self.ann)
    #expect(upload.status == 201, "\(upload.text)")
    #expect(upload.json["route"]?["waypoints"]?.int64 == 3)
    #expect(
      upload.json["route"]?["lengthMeters"]?.double
        == answer.json["report"]?["lengthMeters"]?.double)
  }

  @Test func placesAreFoundByNameWithoutAskingOutside() async throws {
    // Whoever finds places for plans may cost money: looking around on the map does not ask there.
    let service = try TestService()
    let found = try await service.send(.get, "/v1/places?name=springfield", as: nil)
    #expect(found.status == 200, "\(found.text)")
    let places = try #require(found.json["places"]?.array)
    #expect(places.count > 5 && places[0]["area"]?.string == "Missouri, United States")
    #expect(places[0]["coordinate"]?.array?.first?.double.map { $0 < -93 } == true)
    #expect(found.json["suggestions"]?.array?.isEmpty == true)
    #expect(found.json["attribution"]?.string?.hasPrefix("GeoNames") == true)
    let misspelled = try await service.send(.get, "/v1/places?name=Chicagoo", as: nil).json
    #expect(misspelled["places"]?.array?.isEmpty == true)
    #expect(misspelled["suggestions"]?.array?.first?.string == "Chicago, Illinois, United States")
    #expect(try await service.send(.get, "/v1/places", as: nil).status == 400)
  }

  @Test func whatCannotBePlannedIsSaidWithItsPlace() async throws {
    let service = try TestService()
    for (body, pointer) in [
      (#"{"stops":[{"place":"Paris"},{"place":"Lundon"}]}"#, "/stops/1"),
      (#"{"stops":[{"place":"Paris"},{"place":"Paris"}]}"#, "/stops"),
      (#"{"stops":[{"place":"Paris"}]}"#, "/stops"),
      (#"{"stops":[{"place":"Paris"},{}]}"#, "/stops/1/place"),
      (#"{"stops":[{"place":"Paris"},{"place":"x","coordinate":[0,0]}]}"#, "/stops/1/place"),
      (#"{"stops":[{"place":"Paris"},{"coordinate":[0,91]}]}"#, "/stops/1/coordinate"),
      (#"{"stops":[{"place":"Paris"},{"place":"Rome","name":"\u202e"}]}"#, "/stops/1/name"),
      (#"{"mode":"walk","stops":[{"place":"Paris"},{"place":"Rome"}]}"#, "/mode"),
      (#"{"mode":"fly","stops":[{"place":"Paris"},{"place":"Rome"}]}"#, "/mode"),
    ] {
      let answer = try await service.send(.post, "/v1/routes:plan", body, as: Self.ann)
      #expect(answer.status == 422 || answer.status == 400, "\(body) \(answer.text)")
      #expect(answer.json["errors"]?.array?.first?["pointer"]?.string == pointer, "\(answer.text)")
    }
    let stops = Array(repeating: #"{"place":"Paris"}"#, count: 101).joined(separator: ",")
    let many = try await service.send(
      .post, "/v1/routes:plan", #"{"stops":[\#(stops)]}"#, as: Self.ann)
    #expect(many.status == 422 && many.code == "invalid", "\(many.text)")
    let fault = many.json["errors"]?.array?.first
    #expect(fault?["pointer"]?.string == "/stops")
    #expect(fault?["detail"]?.string == "has 101 items; 2 to 100 are taken")
    let api = try JSONReader.read(Documents(API().description).openAPI(askedAt: "test"))
    let most = api["components"]?["schemas"]?["RoutePlanRequest"]?["properties"]?["stops"]
    #expect(most?["maxItems"]?.int64 == 100)
    #expect(try await service.send(.post, "/v1/routes:plan", Self.two, as: nil).status == 401)
  }

  @Test func allUnknownStopsAreSaidAtOnce() async throws {
    let service = try TestService()
    let body = """
      {"stops":[{"place":"Lundon"},{"place":"Paris"},{"coordinate":[12.5,41.9]},{"place":"Xyzzyq"},
      {"place":"Lundon"}]}
      """
    let answer = try await service.send(.post, "/v1/routes:plan", body, as: Self.ann)
    #expect(answer.status == 422 && answer.code == "invalid", "\(answer.text)")
    let faults = try #require(answer.json["errors"]?.array)
    #expect(faults.map { $0["pointer"]?.string } == ["/stops/0", "/stops/3", "/stops/4"])
    #expect(faults[0]["detail"]?.string?.contains("“Lundon”") == true)
    #expect(faults[1]["detail"]?.string?.contains("“Xyzzyq”") == true)
  }

  @Test func waysAndTheirFaultsComeThrough() async throws {
    let good = try TestService(maps: Maps(ways: Engine()))
    let answer = try await good.send(.post, "/v1/routes:plan", Self.two, as: Self.ann)
    #expect(answer.status == 200, "\(answer.text)")
    #expect(answer.json["report"]?["stops"]?.array?.first?["snappedMeters"]?.double == 7)
    let settings = try await good.send(.get, "/v1/maps", as: nil)
    #expect(settings.status == 200)
    #expect(settings.json["modes"]?.array?.map(\.string) == ["walk", "straight"])
    #expect(settings.json["tileStyle"]?.isNull == true)
    #expect(settings.json["attributions"]?.array?.count == 2)
    let fault = MapsError(
      .throttled, "https://secret.example is busy", mayRepeat: true, retryAfter: .seconds(77))
    let bad = try TestService(maps: Maps(ways: Engine(fault: fault)))
    let refused = try await bad.send(.post, "/v1/routes:plan", Self.two, as: Self.ann)
    #expect(refused.status == 503 && refused.headers[.retryAfter] == "77")
    #expect(!refused.text.contains("secret.example"))
    let straight = Self.two.replacing("{\"stops\"", with: "{\"mode\":\"straight\",\"stops\"")
    #expect(try await bad.send(.post, "/v1/routes:plan", straight, as: Self.ann).status == 200)
  }

  /// While another server keeps plans waiting, files are looked at as before; of one caller only so
  /// many plans wait.
  @Test func plansKeepNothingElseWaiting() async throws {
    var limits = ServiceLimits.standard
    limits.plansAtOnce = 1
    limits.workWaitingPerCaller = 1
    let gate = Lock(false)
    let service = try TestService(limits: limits, maps: Maps(ways: Engine(gate: gate)))
    async let first = service.send(.post, "/v1/routes:plan", Self.two, as: Self.ann)
    try await Task.sleep(for: .milliseconds(300))
    async let second = service.send(.post, "/v1/routes:plan", Self.two, as: Self.ann)
    try await Task.sleep(for: .milliseconds(300))
    let third = try await service.send(.post, "/v1/routes:plan", Self.two, as: Self.ann)
    #expect(third.status == 429 && third.headers[.retryAfter] != nil)
    let file = try await service.send(
      .post, "/v1/routes:validate", RouteResourceTests.walk, type: "application/geo+json",
      as: Self.ann)
    #expect(file.status == 200)
    gate.withLock { $0 = true }
    #expect(try await first.status == 200)
    #expect(try await second.status == 200)
  }
}
