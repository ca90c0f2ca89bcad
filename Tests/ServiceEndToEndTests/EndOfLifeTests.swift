import BuiltProgram
import Foundation
import Testing

/// What has ended is gone, shows nothing of today, and lets every queue clear.
@Suite struct EndOfLifeTests {
  @Test(arguments: Store.present)
  func aDissolvedTeamIsGone(_ store: Store) throws {
    let service = try Stage.service(store)
    let story = try Expedition(service, isPublic: true)
    let (ann, ben, team, quest) = (story.ann, story.ben, story.team, story.quest)
    let stranger = Person.stranger(service)
    Thread.sleep(forTimeInterval: 0.01)
    let (id, start) = (UUID(), Date())
    let first = try ben.walk("5 km", at: start, id: id)
    #expect(first.json["teams"][0]["gone"].flag == false)
    let code = try #require(
      try ann.ask(201, "POST", "/v1/teams/\(team)/invites", [:] as [String: Any]).json["code"].text)

    try ben.refused(403, "forbidden", "DELETE", "/v1/teams/\(team)")
    try ann.ask(204, "DELETE", "/v1/teams/\(team)")
    for target in [
      "/v1/teams/\(team)", "/v1/teams/\(team)/members", "/v1/teams/\(team)/quests",
      "/v1/quests/\(quest)", "/v1/quests/\(quest)/progress", "/v1/quests/\(quest)/map",
      "/v1/quests/\(quest)/history", "/v1/quests/\(quest)/leaderboard",
    ] {
      for person in [ann, ben] { try person.refused(404, "not-found", "GET", target) }
      #expect([401, 404].contains(try stranger.ask("GET", target).status), "\(target)")
    }
    try ann.refused(404, "not-found", "DELETE", "/v1/teams/\(team)")
    // A stranger who holds an invite learns nothing of the team's end.
    let eve = try Person.registered(service, name: "Eve")
    for answer in [
      try eve.ask(410, "GET", "/v1/invites/\(code)"),
      try eve.ask(410, "POST", "/v1/invites/\(code):redeem"),
    ] {
      #expect(answer.code == "invite-revoked")
      #expect(!answer.text.contains(team) && !answer.text.contains("dissolved"), "\(answer.text)")
    }
    #expect(try ann.get("/v1/teams")["items"].items.isEmpty)
    #expect(
      try stranger.get("/v1/quests?bbox=150,-35,152,-33")["items"].items
        .allSatisfy { $0["teamId"].text != team })

    // The walk is still there, and its repeat clears the queue.
    let body = Walk.body("5 km", at: start, id: id)
    let again = try ben.ask(200, "POST", "/v1/activities", body).json["teams"]
    #expect(again.items.count == 1 && again[0]["teamId"].text == team)
    #expect(again[0]["gone"].flag == true)
    for member in ["quest", "totalMeters", "position", "version", "reached"] {
      #expect(again[0][member].isNull, "\(member)")
    }
    let batch = try ben.ask(200, "POST", "/v1/activities/batch", ["activities": [body]]).json
    #expect(batch["results"][0]["status"].text == "repeated")
    #expect(batch["results"][0]["result"]["teams"][0]["gone"].flag == true)
    let edited = try ben.ask(
      200, "PATCH", "/v1/activities/\(id.uuidString.lowercased())", ["distance": "6 km"])
    #expect(edited.json["teams"][0]["gone"].flag == true)
    #expect(edited.json["teams"][0]["totalMeters"].isNull)
  }

  @Test(arguments: Store.present)
  func whoWasTakenOutSeesNothingOfToday(_ store: Store) throws {
    let service = try Stage.service(store)
    let ann = try Person.registered(service, name: "Ann")
    let ben = try Person.registered(service, name: "Ben")
    let team = try ann.createTeam("Before")
    _ = try Expedition.quest(of: team, by: ann)
    let code = try #require(
      try ann.ask(201, "POST", "/v1/teams/\(team)/invites", [:] as [String: Any]).json["code"].text)
    let redeem = "/v1/invites/\(code):redeem"
    try ben.ask(200, "POST", redeem)
    #expect(try ben.ask(200, "POST", redeem).json["name"].text == "Before")
    Thread.sleep(forTimeInterval: 0.01)
    let (id, start) = (UUID(), Date())
    try ben.walk("1 km", at: start, id: id)
    Thread.sleep(forTimeInterval: 0.01)
    try ann.ask(204, "DELETE", "/v1/teams/\(team)/members/\(ben.id)")
    try ann.ask(200, "PATCH", "/v1/teams/\(team)", ["name": "Today"])
    for answer in [
      try ben.ask(410, "POST", redeem), try ben.ask(410, "GET", "/v1/invites/\(code)"),
      try ben.ask(200, "POST", "/v1/activities", Walk.body("1 km", at: start, id: id)),
      try ben.ask(404, "GET", "/v1/teams/\(team)"), try ben.ask(200, "GET", "/v1/me/export"),
    ] {
      #expect(!answer.text.contains("Today"), "\(answer.text)")
    }
    let late = try ben.walk("1 km", at: start.addingTimeInterval(-0.001))
    #expect(late.json["teams"][0]["gone"].flag != false)

    // The last admin stays while there are members; alone she may go, and the team with her.
    let cat = try Person.registered(service, name: "Cat")
    try ann.invite(cat, to: team)
    try ann.refused(409, "last-admin", "DELETE", "/v1/teams/\(team)/members/\(ann.id)")
    try cat.ask(204, "DELETE", "/v1/teams/\(team)/members/\(cat.id)")
    try ann.ask(204, "DELETE", "/v1/teams/\(team)/members/\(ann.id)")
    try ann.refused(404, "not-found", "GET", "/v1/teams/\(team)")
  }

  @Test(arguments: Store.present)
  func aRetiredRouteGoesOnForItsQuests(_ store: Store) throws {
    let service = try Stage.service(store)
    let story = try Expedition(service)
    let (ann, ben) = (story.ann, story.ben)
    let id = try #require(try ann.get("/v1/quests/\(story.quest)")["routeId"].text)
    let target = "/v1/routes/\(id)"
    let eve = try Person.registered(service, name: "Eve")
    try ann.ask(200, "PATCH", target, ["name": "South Coast", "public": true])
    #expect(try eve.get(target)["name"].text == "South Coast")
    #expect(try eve.ask(200, "GET", "\(target)/file?format=gpx").text.contains("South Coast"))
    try eve.refused(403, "forbidden", "PATCH", target, ["name": "Mine"])
    try eve.refused(403, "forbidden", "DELETE", target)
    try ann.refused(422, "invalid", "PATCH", target, ["name": ""])

    try ann.ask(204, "DELETE", target)
    for suffix in ["", "/versions", "/map", "/positions?at=1km", "/file"] {
      try eve.refused(404, "not-found", "GET", target + suffix)
      // Who walks on it sees it.
      try ben.ask(200, "GET", target + suffix)
    }
    for person in [ann, eve] {
      for query in ["limit=500", "bbox=151,-34,152,-33&limit=500", "near=-33.86,151.25&limit=500"] {
        #expect(
          try person.get("/v1/routes?\(query)")["items"].items.allSatisfy { $0["id"].text != id })
      }
    }
    try ann.refused(410, "route-retired", "PATCH", target, ["name": "Again"])
    let team = try eve.createTeam("Late")
    for (person, team) in [(eve, team), (ann, try ann.createTeam("Too late"))] {
      try person.refused(
        422, "invalid", "POST", "/v1/teams/\(team)/quests",
        [
          "name": "Q", "routeId": id, "zone": "UTC", "start": Walk.moment(Date()),
          "end": Walk.moment(Date(timeIntervalSinceNow: 86_400)),
        ])
    }
    // The quest on it goes on, and can be changed.
    try ann.walk("5 km")
    #expect(try story.progress()["totalMeters"].number == 5_000)
    try ann.ask(200, "PATCH", "/v1/quests/\(story.quest)", ["laps": 2, "lapJoin": "ferry"])
  }

  /// The upload refuses what the command line refuses, with the same words.
  @Test(arguments: Store.present)
  func theGateIsOne(_ store: Store) throws {
    let ann = try Person.registered(try Stage.service(store), name: "Ann")
    let folder = try Folder()
    let ledger = "sqlite:" + folder.path("gate.sqlite")
    let still = "{\"type\":\"LineString\",\"coordinates\":[[7.01,50],[7.01,50]]}"
    let island =
      "{\"type\":\"LineString\",\"coordinates\":[[0,0],[-3.2115,54.4541],[-3.212,54.4545],"
      + "[-3.213,54.455]]}"
    for (name, text, strict, isTaken) in [
      ("still", still, false, false), ("island", island, false, true),
      ("strict", island, true, false), ("coast", RouteFiles.coast, false, true),
      ("faulty", RouteFiles.faultyCoast, false, false),
    ] {
      let file = try folder.file(name, text)
      let program = try Program.run(
        [
          "import", "route", file, "--dry-run", "--format", "json", "--store", ledger, "--name",
          "N",
        ]
          + (strict ? ["--strict"] : []))
      #expect(program.status == (isTaken ? 0 : 65), "\(name): \(program.errors)")
      let answer = try ann.send(
        "POST", "/v1/routes?dryRun=true&name=N&strict=\(strict)",
        headers: ["Content-Type": "application/octet-stream"], body: Array(text.utf8))
      #expect(answer.status == (isTaken ? 200 : 422), "\(name): \(answer.text)")
      let report = try JSON(program.json)["files"][0]
      #expect(
        answer.json["report"]["findings"].items.map { $0["code"].text }
          == report["findings"].items.map { $0["code"].text }, "\(name)")
      #expect(answer.json["route"].isNull)
      if !isTaken {
        let detail = try #require(answer.json["detail"].text)
        #expect(program.errors.contains(detail), "\(detail): \(program.errors)")
      }
    }
    #expect(
      try ann.get("/v1/routes?limit=500")["items"].items.allSatisfy { $0["mine"].flag == false })
  }
}
