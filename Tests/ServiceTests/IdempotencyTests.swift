import CivilTime
import JSON
import Quests
import Testing

@testable import Service

/// What stands under an `Idempotency-Key`, and what does not.
@Suite struct IdempotencyTests {
  private static let ann = PersonID(high: 1, low: 1)
  private static let key = ["Idempotency-Key": "k"]

  /// Bodies are compared as JSON values.
  @Test func howABodyIsSpeltDoesNotCount() async throws {
    let service = try TestService()
    let first = try await service.send(
      .post, "/v1/teams", #"{"name":"Ünder","public":true}"#, as: Self.ann, headers: Self.key)
    #expect(first.status == 201)
    for body in [
      #"{"public":true,"name":"Ünder"}"#, "{ \"name\" :\n\"Ünder\",\t\"public\" : true }",
      #"{"name":"\u00dcnder","public":true}"#,
    ] {
      let again = try await service.send(.post, "/v1/teams", body, as: Self.ann, headers: Self.key)
      #expect(again.status == 201 && again.bytes == first.bytes, "\(body): \(again.text)")
    }
    for body in [#"{"name":"Ünder","public":false}"#, #"{"name":"Ünder"}"#] {
      let other = try await service.send(.post, "/v1/teams", body, as: Self.ann, headers: Self.key)
      #expect(other.code == "idempotency-key-reused", "\(body)")
    }
  }

  /// A file of JSON is compared as the value that it is too; any other by its bytes.
  @Test func howAFileOfJSONIsSpeltDoesNotCount() async throws {
    let service = try TestService()
    func upload(_ file: String) async throws -> TestService.Answer {
      try await service.send(
        .post, "/v1/routes", file, type: "application/geo+json", as: Self.ann, headers: Self.key)
    }
    let first = try await upload(
      #"{"type":"Feature","properties":{"name":"Änd"},"geometry":{"type":"LineString","coordinates":[[7,0],[7,0.09]]}}"#
    )
    #expect(first.status == 201, "\(first.text)")
    let again = try await upload(
      """
      { "geometry": {"coordinates": [ [7.0, 0],
        [70e-1, 0.0900] ], "type": "LineString"},
        "properties": {"name": "\\u00c4nd"}, "type": "Feature" }
      """)
    #expect(again.status == 201, "\(again.text)")
    #expect(again.json["route"]?.text("id") == first.json["route"]?.text("id"))
    let other = try await upload(
      #"{"type":"Feature","properties":{"name":"Änd"},"geometry":{"type":"LineString","coordinates":[[7,0],[7,0.08]]}}"#
    )
    #expect(other.code == "idempotency-key-reused")
  }

  @Test func aRefusedRequestBindsNothing() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann])
    let file = """
      {"type":"Feature","properties":{},"geometry":{"type":"LineString",\
      "coordinates":[[7,0],[7,0.09]]}}
      """
    let uploaded = try await service.send(
      .post, "/v1/routes", file, type: "application/geo+json", as: Self.ann)
    let route = try #require(uploaded.json["route"]).text("id")
    func create(_ name: String, key: String) async throws -> TestService.Answer {
      let start = service.now.withLock { $0 }
      let body =
        "{\"name\":\"\(name)\",\"routeId\":\"\(route)\",\"start\":\"\(start)\","
        + "\"end\":\"\(start.advanced(bySeconds: 86_400))\",\"zone\":\"UTC\"}"
      return try await service.send(
        .post, "/v1/teams/\(team)/quests", body, as: Self.ann, headers: ["Idempotency-Key": key])
    }
    let first = try await create("First", key: "a")
    #expect(first.status == 201, "\(first.text)")
    #expect(try await create("Second", key: "b").code == "quest-open")
    #expect(try await create("Second", key: "b").code == "quest-open")
    let quest = first.json.text("id")
    #expect(try await service.send(.post, "/v1/quests/\(quest)/cancel", as: Self.ann).status == 200)
    // The key is free for another request, and then stands for it.
    let third = try await create("Third", key: "b")
    #expect(third.status == 201, "\(third.text)")
    #expect(try await create("Second", key: "b").code == "idempotency-key-reused")
    #expect(try await create("Third", key: "b").json.text("id") == third.json.text("id"))
  }

  /// A key that has been forgotten stands for a new invite with a new code.
  @Test func aCodeIsDerivedAndNotKept() async throws {
    let service = try TestService()
    let team = try await service.team(of: [Self.ann])
    func invite(_ key: String?) async throws -> String {
      try await service.send(
        .post, "/v1/teams/\(team)/invites", "{}", as: Self.ann,
        headers: key.map { ["Idempotency-Key": $0] } ?? [:]
      ).json.text("code")
    }
    let first = try await invite("k")
    #expect(try await invite("k") == first)
    #expect(try await invite("l") != first)
    #expect(try await invite(nil) != invite(nil))
    service.now.withLock { $0 = $0.advanced(bySeconds: 86_401) }
    #expect(try await invite("k") != first)
  }

  @Test func equalValuesHaveOneText() throws {
    func text(_ json: String) throws -> String {
      String(decoding: try JSONReader.read(Array(json.utf8)).canonicalText, as: UTF8.self)
    }
    for (one, other) in [
      ("1", "1.0"), ("1e3", "1000"), ("0", "-0.000"), ("120", "1.2E+2"), ("0.05", "5e-2"),
      ("[1, 2]", "[1,2]"), (#"{"a":1,"b":{"d":[],"c":null}}"#, #"{"b":{"c":null,"d":[]},"a":1}"#),
      (#""\/é""#, #""/\u00e9""#),
    ] {
      #expect(try text(one) == text(other), "\(one), \(other)")
    }
    for (one, other) in [
      ("1", "-1"), ("1", "10"), ("1", "\"1\""), ("[1,2]", "[2,1]"), ("[]", "{}"), ("[[1]]", "[1]"),
      ("[12]", "[1,2]"), (#"{"a":1}"#, #"{"a":null}"#), ("0", "false"), ("1e-400", "0"),
      (#""a""#, #""A""#), ("9007199254740993", "9007199254740992"),
    ] {
      #expect(try text(one) != text(other), "\(one), \(other)")
    }
  }
}
