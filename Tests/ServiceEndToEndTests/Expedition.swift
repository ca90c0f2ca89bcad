import Foundation
import Testing

/// A team of two on a quest along the coast, 25,006 m.
struct Expedition {
  /// Its admin.
  let ann: Person
  let ben: Person
  let team: String
  let quest: String
  let routeMeters: Double

  init(_ service: RunningService, isPublic: Bool = false) throws {
    ann = try Person.registered(service, name: "Ann")
    ben = try Person.registered(service, name: "Ben")
    team = try ann.createTeam("Coasters", isPublic: isPublic)
    try ann.invite(ben, to: team)
    quest = try Self.quest(of: team, by: ann)
    routeMeters = try #require(try ann.get("/v1/quests/\(quest)")["lengthMeters"].number)
    #expect(abs(routeMeters - 25_006) < 1)
  }

  /// Begins a team's quest, which began yesterday.
  static func quest(of team: String, by admin: Person) throws -> String {
    let route = try admin.upload(RouteFiles.coast)
    let created = try admin.ask(
      201, "POST", "/v1/teams/\(team)/quests",
      [
        "name": "Along the coast", "routeId": route, "zone": "Australia/Sydney",
        "start": Walk.moment(Date(timeIntervalSinceNow: -86_400)),
        "end": Walk.moment(Date(timeIntervalSinceNow: 30 * 86_400)),
      ])
    let quest = try #require(created.json["id"].text)
    #expect(created["location"] == "/v1/quests/\(quest)")
    #expect(created.json["state"].text == "active")
    return quest
  }

  func progress(_ query: String = "") throws -> JSON {
    try ann.get("/v1/quests/\(quest)/progress\(query)")
  }
}
