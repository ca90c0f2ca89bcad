import Quests
import Testing

@testable import Service

/// The heights along a quest, whatever its course, and who sees them.
@Suite struct QuestProfileTests {
  private static let (ann, eve) = (PersonID(high: 1, low: 1), PersonID(high: 1, low: 3))

  /// The profile's path for a quest of Ann's private team, over a ridge of about 2 km.
  private func path(_ course: String, in service: TestService) async throws -> String {
    let line = """
      {"type":"Feature","properties":{"name":"Ridge"},"geometry":{"type":"LineString",
      "coordinates":[[7,0,100],[7.009,0,400],[7.018,0,200]]}}
      """
    let route = try await service.send(
      .post, "/v1/routes?public=true", line, type: "application/geo+json", as: Self.ann)
    #expect(route.status == 201, "\(route.text)")
    let team = try await service.team(of: [Self.ann])
    let quest = try await service.send(
      .post, "/v1/teams/\(team)/quests",
      "{\"name\":\"Q\",\"routeId\":\"\(route.json["route"]?.text("id") ?? "")\",\"zone\":\"UTC\","
        + "\"start\":\"\(TestService.dawn)\",\"end\":\"2027-01-01T00:00:00Z\",\(course)}",
      as: Self.ann)
    #expect(quest.status == 201, "\(quest.text)")
    return "/v1/quests/\(quest.json.text("id"))/profile"
  }

  @Test func aCourseOfLapsShowsOnePass() async throws {
    let service = try TestService()
    let path = try await path(#""laps":3,"lapJoin":"counted""#, in: service)
    let profile = try await service.send(.get, path, as: Self.ann).json
    let pass = try #require(profile["passMeters"]?.double)
    #expect(abs(pass - 2_004) < 10)
    // The way back to the start counts.
    #expect(abs((profile["lapMeters"]?.double ?? 0) - 2 * pass) < 1)
    #expect(profile["laps"]?.int64 == 3 && profile["thereAndBack"]?.bool == false)
    #expect(profile["ascentMeters"]?.double == 300 && profile["startMeters"]?.double == 0)
    let points = try #require(profile["points"]?.array)
    #expect(points.map { $0["elevationMeters"]?.double } == [100, 400, 200])
    #expect(points.last?["distanceMeters"]?.double == pass)
  }

  @Test func thereAndBackIsTwoPasses() async throws {
    let service = try TestService()
    let path = try await path(#""thereAndBack":true"#, in: service)
    let profile = try await service.send(.get, path + "?samples=2", as: Self.ann).json
    #expect(profile["lapMeters"]?.double == profile["passMeters"]?.double.map { 2 * $0 })
    #expect(profile["thereAndBack"]?.bool == true && profile["points"]?.array?.count == 2)
    // The team is private.
    #expect(try await service.send(.get, path, as: Self.eve).status == 404)
    #expect(try await service.send(.get, path, as: nil).status == 404)
  }
}
