import Foundation
import JSON
import Quests
import Testing

@testable import Service

/// Edits of routes over HTTP.
@Suite struct RouteEditTests {
  private static let ann = RouteResourceTests.ann
  private static let ben = RouteResourceTests.ben

  private func body(_ members: [(String, JSONValue)]) -> String {
    String(decoding: JSONValue.object(members).text(), as: UTF8.self)
  }

  private func edit(
    _ service: TestService, _ members: [(String, JSONValue)], query: String = "",
    as person: PersonID? = ann
  ) async throws -> TestService.Answer {
    try await service.send(.post, "/v1/routes:edit\(query)", body(members), as: person)
  }

  private static func list(_ text: String) -> JSONValue { .fragment(Array(text.utf8)) }

  @Test func oneRequestMakesAQuestsRouteOfARawTrack() async throws {
    let service = try TestService()
    let rows = MoselleTrack.milestones.split(separator: "\n").dropFirst().map { row in
      let cells = row.split(separator: ",", maxSplits: 3).map(String.init)
      return JSONValue.object([
        ("name", .string(cells[0])),
        ("coordinate", .array([.number(Double(cells[2]) ?? 0), .number(Double(cells[1]) ?? 0)])),
      ])
    }
    let edits = JSONValue.array([
      .object([
        ("edit", .string("waypoints")), ("waypoints", .array(rows)), ("snap", .string("200m")),
      ]),
      .object([("edit", .string("simplify")), ("tolerance", .string("5m"))]),
      .object([("edit", .string("name")), ("name", .string("Moselle"))]),
    ])
    let answer = try await edit(
      service,
      [
        ("file", .string(MoselleTrack.gpx)), ("edits", edits), ("store", .string("route")),
        ("outputFormat", .string("geojson")),
      ])
    #expect(answer.status == 201, "\(answer.text.prefix(2_000))")
    let route = try #require(answer.json["stored"]?["route"])
    #expect(route["name"]?.string == "Moselle" && route["waypoints"]?.int64 == 20)
    let length = try #require(route["lengthMeters"]?.double)
    #expect(abs(length - MoselleTrack.lengthMeters) < 5_000)
    #expect(answer.json["edits"]?.array?.count == 3)
    let before = try #require(answer.json["edits"]?.array?[1]["verticesBefore"]?.int64)
    let after = try #require(answer.json["edits"]?.array?[1]["verticesAfter"]?.int64)
    #expect(after < before / 2)
  }

  @Test func aStoredRouteIsEditedIntoItsNextVersion() async throws {
    let service = try TestService()
    let created = try await service.send(
      .post, "/v1/routes", RouteResourceTests.walk, type: "application/geo+json", as: Self.ann)
    let id = try #require(created.json["route"]?["id"]?.string)
    let edits = Self.list(#"[{"edit":"reverse"},{"edit":"waypointsEvery","every":"5km"}]"#)
    let looked = try await edit(service, [("routeId", .string(id)), ("edits", edits)])
    #expect(looked.status == 200, "\(looked.text)")
    #expect(looked.json["format"]?.string == "geojson" && looked.json["stored"]?.isNull == true)
    #expect(looked.json["file"]?.string?.contains("10 km") == true)
    let stored = try await edit(
      service, [("routeId", .string(id)), ("edits", edits), ("store", .string("version"))])
    #expect(stored.status == 201, "\(stored.text)")
    #expect(stored.json["stored"]?["route"]?["version"]?.int64 == 2)
    let again = try await edit(
      service,
      [
        ("routeId", .string(id)), ("version", .integer(1)), ("edits", edits),
        ("store", .string("version")),
      ])
    #expect(again.status == 200 && again.json["stored"]?["route"]?["version"]?.int64 == 2)
    let stranger = try await edit(
      service, [("routeId", .string(id)), ("edits", edits)], as: Self.ben)
    #expect(stranger.status == 404)
  }

  @Test func whatIsWrongIsSaidWithItsPlace() async throws {
    let service = try TestService()
    let file = ("file", JSONValue.string(RouteResourceTests.walk))
    for (members, pointer) in [
      ([file, ("edits", Self.list(#"[{"edit":"fly"}]"#))], "/edits/0/edit"),
      ([file, ("edits", Self.list(#"[{"edit":"reverse"},{"edit":"cut"}]"#))], "/edits/1/from"),
      ([file, ("edits", Self.list(#"[{"edit":"cut","from":"900km"}]"#))], "/edits/0"),
      ([file, ("edits", Self.list("{}"))], "/edits"),
      ([("edits", Self.list("[]"))], "/file"),
      ([file, ("edits", Self.list("[]")), ("store", .string("version"))], "/store"),
      ([file, ("edits", Self.list("[]")), ("version", .integer(2))], "/version"),
    ] {
      let answer = try await edit(service, members)
      #expect(answer.status == 422 || answer.status == 400, "\(pointer): \(answer.text)")
      #expect(
        answer.json["errors"]?.array?.first?["pointer"]?.string == pointer, "\(answer.text)")
    }
    let broken = try await edit(service, [("file", .string("<gpx")), ("edits", Self.list("[]"))])
    #expect(broken.status == 422 && broken.json["code"]?.string == "bad-route")
    #expect(try await edit(service, [file, ("edits", Self.list("[]"))], as: nil).status == 401)
  }
}
