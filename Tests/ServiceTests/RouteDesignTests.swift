import Base
import Foundation
import JSON
import Quests
import Testing

@testable import Service

/// What the designer of the browser client asks of files that are not stored.
@Suite struct RouteDesignTests {
  private static let ann = RouteResourceTests.ann

  private func edit(
    _ service: TestService, _ members: [(String, JSONValue)], headers: [String: String] = [:]
  ) async throws -> TestService.Answer {
    let body = String(decoding: JSONValue.object(members).text(), as: UTF8.self)
    return try await service.send(.post, "/v1/routes:edit", body, as: Self.ann, headers: headers)
  }

  private static func list(_ text: String) -> JSONValue { .fragment(Array(text.utf8)) }

  @Test func aPreviewShowsWhatIsEdited() async throws {
    let service = try TestService()
    let answer = try await edit(
      service,
      [
        ("file", .string(RouteResourceTests.walk)), ("preview", .bool(true)),
        ("edits", Self.list(#"[{"edit":"officialLength","length":"20km"}]"#)),
      ])
    #expect(answer.status == 200, "\(answer.text)")
    #expect(answer.json["file"] == nil)
    let preview = try #require(answer.json["preview"])
    #expect(preview["lengthMeters"]?.double == 20_000)
    let measured = try #require(preview["measuredMeters"]?.double)
    #expect(measured > 18_000 && measured < 19_000)
    let stroke = try #require(preview["line"]?.array?.first)
    let distances = (stroke["distancesMeters"]?.array ?? []).compactMap(\.double)
    #expect(distances.first == 0 && distances.last == 20_000)
    #expect(stroke["coordinates"]?.array?.count == distances.count)
    let corner = try #require(preview["waypoints"]?.array?.first)
    #expect(corner["name"]?.string == "Corner" && (corner["distanceMeters"]?.double ?? 0) > 11_000)
    #expect((preview["profile"]?["points"]?.array?.count ?? 0) == 5)
    #expect(answer.json["report"]?["ok"]?.bool == true)
    #expect(answer.json["edits"]?.array?.count == 1)
  }

  @Test func aPreviewShowsGapsThatNobodyDecidedOn() async throws {
    let service = try TestService()
    let file = ("file", JSONValue.string(RouteResourceTests.gap))
    for (edits, policy, isSound) in [
      ("[]", "unresolved", false),
      (#"[{"edit":"joins","join":1,"policy":"ferry"}]"#, "ferry", true),
    ] {
      let answer = try await edit(
        service, [file, ("preview", .bool(true)), ("edits", Self.list(edits))])
      let join = try #require(answer.json["preview"]?["joins"]?.array?.first)
      #expect(join["policy"]?.string == policy && join["number"]?.int64 == 1)
      #expect(abs((join["gapMeters"]?.double ?? 0) - 11_125) < 10)
      #expect(answer.json["report"]?["ok"]?.bool == isSound)
    }
  }

  /// One track of two, with a name that UTF-8 would not have written so.
  @Test func bytesInAnotherEncodingAreEditedOnOneTrack() async throws {
    let service = try TestService()
    let text = """
      <?xml version="1.0" encoding="ISO-8859-1"?><gpx version="1.1" creator="t"
      xmlns="http://www.topografix.com/GPX/1/1">
      <trk><name>Weg über alles</name><trkseg><trkpt lat="50" lon="10"/><trkpt lat="50.1" lon="10"/>
      </trkseg></trk><trk><name>Other</name><trkseg><trkpt lat="60" lon="10"/>
      <trkpt lat="60.1" lon="10"/></trkseg></trk></gpx>
      """
    let bytes = text.unicodeScalars.map { UInt8($0.value) }
    let answer = try await edit(
      service,
      [
        ("fileBase64", .string(Base64URL.text(bytes))), ("track", .string("1")),
        ("edits", Self.list("[]")), ("preview", .bool(true)),
      ])
    #expect(answer.status == 200, "\(answer.text)")
    #expect(answer.json["preview"]?["name"]?.string == "Weg über alles")
    #expect(answer.json["preview"]?["parts"]?.int64 == 1)
  }

  @Test func oneKindOfFindingIsRepairedAlone() async throws {
    let service = try TestService()
    let file = """
      {"type":"Feature","properties":{"name":"Spiky"},"geometry":{"type":"LineString","coordinates":
      [[10,50],[10,50],[10,50.001],[10,50.002],[10.02,50.003],[10,50.004],[10,50.005]]}}
      """
    func repaired(_ query: String) async throws -> TestService.Answer {
      try await service.send(
        .post, "/v1/routes:repair\(query)", file, type: "application/geo+json", as: Self.ann)
    }
    let doubled = try await repaired("?fix=unsafe&only=vertex-doubled").text
    #expect(!doubled.contains("[10,50],[10,50],") && doubled.contains("10.02"))
    let spiked = try await repaired("?fix=unsafe&only=spike").text
    #expect(spiked.contains("[10,50],[10,50],") && !spiked.contains("10.02"))
    #expect(try await repaired("?only=no-such-code").status == 400)
  }

  @Test func oneFindingOfSeveralIsRepairedAlone() async throws {
    let service = try TestService()
    // Every vertex on a line of its own; two that dart away, and two that stand twice.
    let vertices = (0..<40).flatMap { step in
      let latitude = "50.\(String(1_000 + step).dropFirst())01"
      let vertex = "[\([10: "10.02", 25: "10.03"][step] ?? "10.00001"),\(latitude)]"
      return [5, 30].contains(step) ? [vertex, vertex] : [vertex]
    }
    func file(without gone: Set<Int> = []) -> String {
      let kept = vertices.indices.filter { !gone.contains($0) }.map { vertices[$0] }
      return "{\"type\":\"Feature\",\"properties\":{\"name\":\"Spiky\"},\"geometry\":"
        + "{\"type\":\"LineString\",\"coordinates\":[\n\(kept.joined(separator: ",\n"))]}}"
    }
    func send(_ path: String) async throws -> TestService.Answer {
      try await service.send(.post, path, file(), type: "application/geo+json", as: Self.ann)
    }
    func places(_ code: String) async throws -> [String] {
      let report = try await send("/v1/routes:validate").json["findings"]?.array ?? []
      return report.filter { $0.text("code") == code }.map {
        "\(code)@\($0["line"]?.int64 ?? 0):\($0["column"]?.int64 ?? 0)"
      }
    }
    let (spikes, doubled) = (try await places("spike"), try await places("vertex-doubled"))
    try #require(spikes.count == 2 && doubled.count == 2, "\(spikes) \(doubled)")
    func repaired(_ only: String) async throws -> String {
      try await send("/v1/routes:repair?fix=unsafe&only=" + only).text.filter { $0 != "\n" }
    }
    func expected(_ gone: Set<Int>) -> String { file(without: gone).filter { $0 != "\n" } }
    #expect(try await repaired(spikes[1]) == expected([26]))
    #expect(try await repaired(spikes.joined(separator: ",")) == expected([11, 26]))
    #expect(try await repaired(doubled[0]) == expected([6]))
    #expect(try await repaired("spike," + doubled[1]) == expected([11, 26, 32]))
    // A safe repair needs no leave for guesses.
    let safe = try await send("/v1/routes:repair?only=" + doubled[0]).text
    #expect(safe.filter { $0 != "\n" } == expected([6]))
    for wrong in [
      spikes[0] + "&fix=safe", "spike@1:1", "spike@2", "spike@2:", "spike@0:3", "spike@2:3:4",
      "x@2:3",
      spikes[0].replacing("spike", with: "vertex-doubled"),
    ] {
      let answer = try await send("/v1/routes:repair?only=" + wrong)
      #expect(
        answer.status == 400 && answer.code == "invalid-parameter", "\(wrong): \(answer.text)")
    }
  }

  @Test func aVersionFollowsOnlyTheOneItBeganFrom() async throws {
    let service = try TestService()
    let created = try await service.send(
      .post, "/v1/routes", RouteResourceTests.walk, type: "application/geo+json", as: Self.ann)
    let id = try #require(created.json["route"]?["id"]?.string)
    func saved(_ name: String, after version: Int) async throws -> TestService.Answer {
      try await edit(
        service,
        [
          ("file", .string(RouteResourceTests.walk)), ("routeId", .string(id)),
          ("store", .string("version")), ("preview", .bool(true)),
          ("edits", Self.list(#"[{"edit":"name","name":"\#(name)"}]"#)),
        ], headers: ["If-Match": "\"\(version)\""])
    }
    let first = try await saved("First", after: 1)
    #expect(first.status == 201, "\(first.text)")
    #expect(first.json["stored"]?["route"]?["version"]?.int64 == 2)
    // The answer was lost: the same again is no conflict.
    #expect(try await saved("First", after: 1).status == 200)
    let second = try await saved("Second", after: 1)
    #expect(second.status == 412 && second.json["cause"]?.string == "changed", "\(second.text)")
    #expect(try await saved("Second", after: 2).status == 201)
    let upload = try await service.send(
      .post, "/v1/routes/\(id)/versions",
      RouteResourceTests.gap.replacing("10,50.2", with: "10,50.1"),
      type: "application/geo+json", as: Self.ann, headers: ["If-Match": "\"2\""])
    #expect(upload.status == 412, "\(upload.text)")
  }
}
