import BuiltProgram
import Foundation
import Testing

/// Two people walk a quest from its beginning to its end, and one of them leaves for good.
@Suite struct QuestStoryTests {
  @Test(arguments: Store.present)
  func aQuestFromItsBeginningToItsEnd(_ store: Store) throws {
    let service = try Stage.service(store)
    let story = try Expedition(service)
    let (ann, ben, quest) = (story.ann, story.ben, "/v1/quests/\(story.quest)")
    try ann.refused(
      409, "quest-open", "POST", "/v1/teams/\(story.team)/quests",
      [
        "name": "Another", "routeId": try #require(try ann.get(quest)["routeId"].text),
        "zone": "UTC", "start": Walk.moment(Date(timeIntervalSinceNow: -3_600)),
        "end": Walk.moment(Date(timeIntervalSinceNow: 86_400)),
      ])
    #expect(try story.progress()["totalMeters"].number == 0)

    // A walk counts once, however often it is sent, and is answered to the letter as at first.
    let (first, walked) = (UUID(), Date())
    let body = Walk.body("5 km", at: walked, id: first, more: ["note": "along the cliffs"])
    let result = try ann.ask(201, "POST", "/v1/activities", body)
    let team = result.json["teams"][0]
    #expect(team["questId"].text == story.quest && team["totalMeters"].number == 5_000)
    #expect(team["totalBeforeMeters"].number == 0 && team["reached"].items.isEmpty)
    #expect(team["position"]["nextWaypoint"]["name"].text == "The Inn")
    for _ in 0..<2 {
      #expect(try ann.ask(200, "POST", "/v1/activities", body).text == result.text)
    }
    try ann.refused(
      409, "conflict", "POST", "/v1/activities", Walk.body("6 km", at: walked, id: first))

    // A phone comes back from the hills with its queue in any order, and sends it twice.
    let offline = Date()
    let queue = (0..<1_000).map { index in
      Walk.body("8 m", at: offline.addingTimeInterval(Double(index / 2)))
    }
    let sent = queue.shuffled()
    let results = try ben.ask(200, "POST", "/v1/activities/batch", ["activities": sent])
      .json["results"].items
    #expect(results.map { $0["id"].text } == sent.map { $0["id"] as? String })
    #expect(results.allSatisfy { $0["status"].text == "created" })
    let mixed: [[String: Any]] = sent.shuffled().prefix(998) + [Walk.body("0 m"), ["id": 7]]
    let repeats = try ben.ask(200, "POST", "/v1/activities/batch", ["activities": mixed])
      .json["results"].items
    #expect(repeats.filter { $0["status"].text == "repeated" }.count == 998)
    #expect(repeats.suffix(2).allSatisfy { $0["status"].text == "rejected" })
    #expect(repeats.suffix(2).allSatisfy { $0["problem"]["status"].integer == 422 })

    // Where they stand.
    let progress = try story.progress("?units=km")
    #expect(progress["totalMeters"].number == 13_000 && progress["walks"].integer == 1_001)
    #expect(progress["totalText"].text == "13.0 km")
    #expect(progress["state"].text == "active" && progress["finished"].flag == false)
    let percent = try #require(progress["percent"].number)
    #expect(abs(percent - 13_000 / story.routeMeters * 100) < 0.000_002)
    let remaining = try #require(progress["remainingMeters"].number)
    #expect(abs(remaining - (story.routeMeters - 13_000)) < 0.000_01)
    #expect(progress["position"]["lastWaypoint"]["name"].text == "The Bridge")
    #expect(progress["pace"]["walkedMeters"].number ?? 0 >= 5_000)
    let reached = progress["milestones"].items.filter { $0["reached"].flag == true }
    #expect(reached.count == progress["milestonesReached"].integer)
    #expect(reached.compactMap { $0["name"].text }.suffix(2) == ["The Inn", "The Bridge"])
    #expect(
      Set(["percent:25", "percent:50"]).isSubset(of: reached.compactMap { $0["key"].text }))
    #expect(reached.last?["personName"].text == "Ben")
    let contributors = progress["contributors"].items
    #expect(contributors.map { $0["personName"].text } == ["Ben", "Ann"])
    #expect(contributors.map { $0["totalMeters"].number } == [8_000, 5_000])

    // The map shows the same place, the days the same sum, the ranks the same people.
    let map = try ann.ask(200, "GET", "\(quest)/map")
    #expect(map["content-type"] == "application/geo+json")
    let marker = try #require(
      map.json["features"].items.first { $0["properties"]["kind"].text == "marker" })
    for axis in 0...1 {
      let drawn = try #require(marker["geometry"]["coordinates"][axis].number)
      let told = try #require(progress["position"]["coordinate"][axis].number)
      #expect(abs(drawn - told) < 0.000_001)
    }
    let days = try ann.get("\(quest)/history")["items"].items
    #expect(days.compactMap { $0["distanceMeters"].number }.reduce(0, +) == 13_000)
    #expect(days.last?["totalMeters"].number == 13_000 && days.count >= 2)
    let ranks = try ann.get("\(quest)/leaderboard")["items"].items
    #expect(ranks.map { $0["personName"].text } == ["Ben", "Ann"])
    #expect(ranks.map { $0["rank"].integer } == [1, 2])

    // An app's first screen shows all of it in one call.
    let dashboard = try ann.get("/v1/dashboard?units=km")
    #expect(dashboard["me"]["name"].text == "Ann" && dashboard["stats"]["walks"].integer == 1)
    #expect(dashboard["stats"]["distanceMeters"].number == 5_000)
    #expect(dashboard["stats"]["streakDays"].integer == 1)
    #expect(dashboard["teams"][0]["team"]["role"].text == "admin")
    #expect(dashboard["teams"][0]["quest"] == progress)
    #expect(dashboard["activities"].items.map { $0["note"].text } == ["along the cliffs"])

    // Any moment before now can be asked for.
    let past = try story.progress("?at=\(Walk.moment(walked))")
    #expect(past["totalMeters"].number == 5_000 && past["at"].text != nil)
    let before = Walk.moment(walked.addingTimeInterval(-3_600))
    #expect(try story.progress("?at=\(before)")["totalMeters"].number == 0)
    let mapBefore = try ann.get("\(quest)/map?at=\(before)")["features"].items
    #expect(
      mapBefore.first { $0["properties"]["kind"].text == "marker" }?["properties"]["totalMeters"]
        .number == 0)

    // A private walk counts, and shows nowhere with a name.
    let hidden = UUID()
    try ann.walk("1 km", id: hidden, more: ["private": true])
    #expect(try story.progress()["totalMeters"].number == 14_000)
    #expect(
      try ann.get("\(quest)/leaderboard")["items"].items.map { $0["distanceMeters"].number }
        == [8_000, 5_000])
    #expect(try ann.get("\(quest)/feed?limit=500")["items"].items.count == 500)

    // An edit goes through to every figure; what it was is kept.
    let activity = "/v1/activities/\(first.uuidString.lowercased())"
    let shown = try ann.ask(200, "GET", activity)
    let edited = try ann.ask(
      200, "PATCH", activity, ["distance": "3 km"],
      headers: ["If-Match": try #require(shown["etag"])])
    #expect(edited.json["teams"][0]["totalMeters"].number == 12_000)
    #expect(
      Set(edited.json["teams"][0]["retracted"].items.compactMap { $0["key"].text })
        .isSuperset(of: ["percent:50"]))
    try ann.refused(
      412, "precondition-failed", "PATCH", activity, ["distance": "4 km"],
      headers: ["If-Match": try #require(shown["etag"])])
    #expect(try ann.get("\(activity)/versions")["items"][0]["distanceMeters"].number == 5_000)
    // The walk as it was sent at first is still a repeat, and changes nothing.
    #expect(try ann.ask(200, "POST", "/v1/activities", body).text == result.text)
    #expect(try story.progress()["totalMeters"].number == 12_000)
    #expect(try story.progress()["position"]["lastWaypoint"]["name"].text == "The Inn")
    // A deletion is for good.
    let gone = "/v1/activities/\(hidden.uuidString.lowercased())"
    let deleted = try ann.ask(200, "DELETE", gone).json["teams"][0]
    #expect(deleted["totalBeforeMeters"].number == 12_000)
    #expect(deleted["totalMeters"].number == 11_000 && deleted["questId"].text == story.quest)
    try ann.refused(410, "deleted", "GET", gone)
    #expect(try story.progress()["totalMeters"].number == 11_000)
    try ben.refused(404, "not-found", "DELETE", activity)

    // The end: all milestones, and what is walked beyond keeps counting.
    let last = try ann.walk("20 km")
    #expect(
      Set(last.json["teams"][0]["reached"].items.compactMap { $0["key"].text })
        .isSuperset(of: ["percent:50", "percent:75", "percent:100"]))
    let finished = try story.progress()
    #expect(finished["state"].text == "completed" && finished["finished"].flag == true)
    #expect(finished["totalMeters"].number == 31_000 && finished["percent"].number == 100)
    #expect(finished["remainingMeters"].number == 0)
    #expect(finished["placeMeters"].number == story.routeMeters)
    let milestones = try ann.get("\(quest)/milestones?limit=500")["items"].items
    #expect(milestones.allSatisfy { $0["reached"].flag == true } && milestones.count >= 6)
    #expect(try ann.get(quest)["state"].text == "completed")
    #expect(try ann.get(quest)["closedAt"].text != nil)
    let audit = try Program.run(["audit", "--store", service.ledger.address])
    #expect(audit.status == 0, "\(audit.text)\(audit.errors)")
  }

  /// A person's data leaves on request; the distances stay, without the person.
  @Test(arguments: Store.present)
  func aPersonLeavesForGood(_ store: Store) throws {
    let service = try Stage.service(store)
    let story = try Expedition(service)
    let (ann, ben) = (story.ann, story.ben)
    try ann.walk("2 km")
    for index in 0..<3 { try ben.walk("1.5 km", more: ["note": "secret \(index)"]) }
    let export = try ben.ask(200, "GET", "/v1/me/export")
    #expect(export["content-disposition"]?.contains("attachment") == true)
    #expect(export.json["account"]["email"].text == ben.email)
    #expect(export.json["activities"].items.count == 3)
    #expect(export.json["teams"].items.count == 1 && export.text.contains("secret 2"))
    #expect(!export.text.contains(ann.email) && !export.text.contains("distanceText"))
    let worded = try ben.ask(200, "GET", "/v1/me/export?units=km").json["activities"].items
    #expect(worded.allSatisfy { $0["distanceText"].text == "1.5 km" })

    try ben.refused(
      401, "wrong-credentials", "POST", "/v1/me/erase", ["password": "not the one of Ben"])
    try ben.ask(204, "POST", "/v1/me/erase", ["password": Person.password])
    // The total is what it was, and the name is gone.
    let progress = try story.progress()
    #expect(progress["totalMeters"].number == 6_500)
    for target in [
      "/v1/quests/\(story.quest)/progress", "/v1/quests/\(story.quest)/leaderboard",
      "/v1/quests/\(story.quest)/feed", "/v1/quests/\(story.quest)/milestones",
      "/v1/teams/\(story.team)/members", "/v1/teams/\(story.team)/trail",
    ] {
      let text = try ann.ask(200, "GET", target).text
      #expect(!text.contains("Ben") && !text.contains("secret"), "\(target): \(text)")
    }
    // A token that has not run out yet logs nothing more.
    let late = try ben.ask("POST", "/v1/activities", Walk.body("1 km"))
    #expect([401, 410].contains(late.status), "\(late.text)")
    #expect(try story.progress()["totalMeters"].number == 6_500)
    var stranger = ben
    stranger.token = nil
    try stranger.refused(
      401, "wrong-credentials", "POST", "/v1/auth/login",
      ["email": ben.email, "password": Person.password])
    // The address is free for somebody new.
    let mails = try ben.mails().count
    try stranger.ask(
      202, "POST", "/v1/auth/register",
      ["email": ben.email, "password": Person.password, "name": "Benjamin"])
    let code = try stranger.mailedCode(mail: mails + 1)
    let tokens = try stranger.ask(
      200, "POST", "/v1/auth/verify",
      ["email": ben.email, "password": Person.password, "code": code]
    ).json
    #expect(tokens["personId"].text != ben.id)
    var newcomer = stranger
    newcomer.take(tokens)
    #expect(try newcomer.get("/v1/me/stats")["walks"].integer == 0)
    #expect(try newcomer.get("/v1/teams")["items"].items.isEmpty)
    let audit = try Program.run(["audit", "--store", service.ledger.address])
    #expect(audit.status == 0, "\(audit.text)\(audit.errors)")
  }

  /// A private team's quest is nobody else's to see; of a public one strangers see no people.
  @Test(arguments: Store.present)
  func strangersSeeWhatIsTheirs(_ store: Store) throws {
    let service = try Stage.service(store)
    let story = try Expedition(service)
    let eve = try Person.registered(service, name: "Eve")
    try story.ann.walk("7 km")
    let quest = "/v1/quests/\(story.quest)"
    let reads = [
      quest, "\(quest)/progress", "\(quest)/map", "\(quest)/history", "\(quest)/leaderboard",
      "\(quest)/feed", "\(quest)/milestones", "/v1/teams/\(story.team)/quests",
    ]
    for stranger in [eve, Person.stranger(service)] {
      for target in reads { try stranger.refused(404, "not-found", "GET", target) }
    }
    try eve.refused(404, "not-found", "PATCH", quest, ["name": "Mine"])
    try eve.refused(404, "not-found", "POST", "\(quest)/cancel")
    let draft: [String: Any] = [
      "name": "Mine", "routeId": story.quest, "zone": "UTC", "start": Walk.moment(Date()),
      "end": Walk.moment(Date(timeIntervalSinceNow: 86_400)),
    ]
    try eve.refused(404, "not-found", "POST", "/v1/teams/\(story.team)/quests", draft)
    try story.ben.refused(403, "forbidden", "PATCH", quest, ["name": "Ben's"])

    try story.ann.ask(200, "PATCH", "/v1/teams/\(story.team)", ["public": true])
    for target in reads {
      let seen = try Person.stranger(service).ask(200, "GET", target)
      #expect(!seen.text.contains(story.ann.id), "\(target): \(seen.text)")
      #expect(seen["cache-control"] == "public, max-age=10, stale-while-revalidate=60")
      #expect(try eve.ask(200, "GET", target)["cache-control"] == "private, no-store")
    }
    let progress = try Person.stranger(service).get("\(quest)/progress")
    #expect(progress["totalMeters"].number == 7_000)
    try eve.refused(403, "forbidden", "PATCH", quest, ["name": "Mine"])
  }
}
