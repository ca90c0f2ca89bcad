import BuiltProgram
import Foundation
import PostgresCluster
import TestSupport
import Testing

/// What happens to a team arrives where somebody looks, and nowhere else.
@Suite struct LiveTests {
  /// Everybody who looks sees the marker move, by whichever process the walk was logged.
  @Test(arguments: Store.present)
  func walksArriveFromEveryProcess(_ store: Store) throws {
    let ledger = try ServedLedger(store)
    let first = try RunningService(ledger)
    let second = try RunningService(ledger)
    defer { for service in [first, second] { service.end() } }
    let story = try Expedition(first, isPublic: true)
    let elsewhere = Person(service: second, token: story.ben.token)
    let target = "/v1/quests/\(story.quest)/events"
    let streams = [
      try EventStream(target, as: story.ann), try EventStream(target, as: elsewhere),
      try EventStream(target, as: .stranger(second)),
      try EventStream("/v1/teams/\(story.team)/events?units=mi", as: story.ann),
    ]
    for stream in streams {
      #expect(stream.head["content-type"] == "text/event-stream")
      #expect(stream.head["cache-control"] == "private, no-store")
      #expect(stream.head["x-accel-buffering"] == "no")
      #expect(stream.waits(for: "ready"))
    }
    let begun = try #require(streams[0].events.first?.id)
    #expect(begun == (try story.progress())["teamVersion"].integer)
    for walk in 0..<6 {
      let walker = walk % 2 == 0 ? story.ben : elsewhere
      try walker.walk("5 km", at: Date())
    }
    for stream in streams {
      // 25 km in all: four quarters, the waypoints, and the end.
      #expect(stream.waits(for: "quest.completed"))
      #expect(stream.waits(for: "activity.logged", count: 6))
      let ids = stream.ofTeam.compactMap(\.id)
      #expect(ids == Array(begun + 1...begun + ids.count))
    }
    let logged = streams.map { stream in
      stream.ofTeam.filter { $0.kind == "activity.logged" }.map(\.json)
    }
    #expect(
      logged[0].map { $0["progress"]["totalMeters"].number } == (1...6).map { Double($0 * 5_000) })
    // Both processes say the same.
    #expect(streams[0].ofTeam.map(\.data) == streams[1].ofTeam.map(\.data))
    #expect(logged[0].allSatisfy { $0["personId"].text == story.ben.id })
    #expect(logged[2].allSatisfy { $0["personId"].isNull && $0["activityId"].isNull })
    #expect(logged[2].allSatisfy { $0["personName"].text == "Ben" })
    #expect(logged[3].first?["progress"]["totalText"].text == "3.1 mi")
    let progress = try story.progress()
    #expect(
      logged[0].last?["progress"]["position"]["coordinate"] == progress["position"]["coordinate"])
    // Milestones come in the order of the route, each once.
    let milestones = streams[0].ofTeam.filter { $0.kind == "milestone.reached" }
      .compactMap { $0.json["milestone"]["key"].text }
    #expect(Set(milestones).count == milestones.count)
    #expect(milestones.contains("percent:100"))
  }

  /// A walk that is moved out of the quest is gone from it, and back when it is moved back.
  @Test(arguments: Store.present)
  func aWalkMovedOutOfTheQuestIsRemoved(_ store: Store) throws {
    let service = try Stage.service(store)
    let story = try Expedition(service)
    let id = UUID()
    try story.ann.walk("2 km", at: Date(), id: id)
    let stream = try EventStream("/v1/quests/\(story.quest)/events", as: story.ann)
    #expect(stream.waits(for: "ready"))
    try story.ann.ask(
      200, "PATCH", "/v1/activities/\(id.uuidString.lowercased())",
      ["startedAt": "2020-01-01T00:00:00Z"])
    #expect(stream.waits(for: "activity.removed"))
    let removed = try #require(stream.ofTeam.last { $0.kind == "activity.removed" })
    #expect(
      removed.json["activityId"].text == id.uuidString.lowercased()
        && removed.json["progress"]["totalMeters"].number == 0)
    try story.ann.ask(
      200, "PATCH", "/v1/activities/\(id.uuidString.lowercased())",
      ["startedAt": Walk.moment(Date())])
    #expect(stream.waits(for: "activity.changed"))
    #expect(stream.ofTeam.last?.json["progress"]["totalMeters"].number == 2_000)
  }

  /// A public team whose only member leaves is dissolved, and strangers who look on are told so.
  @Test(arguments: Store.present)
  func theLastMemberLeaves(_ store: Store) throws {
    let service = try Stage.service(store)
    let ann = try Person.registered(service, name: "Ann")
    let team = try ann.createTeam("Alone", isPublic: true)
    let target = "/v1/teams/\(team)/events"
    let guest = try EventStream(target, as: .stranger(service))
    let member = try EventStream(target, as: ann)
    for stream in [guest, member] { #expect(stream.waits(for: "ready")) }
    try ann.ask(204, "DELETE", "/v1/teams/\(team)/members/\(ann.id)")
    #expect(guest.endReason() == "team-dissolved")
    #expect(guest.events.suffix(2).map(\.kind) == ["team.dissolved", "end"])
    #expect(guest.events.allSatisfy { !$0.data.contains("Ann") })
    #expect(["access-changed", "team-dissolved"].contains(member.endReason() ?? "none"))
  }

  /// Another program on the same file or database: no one tells this process but the store.
  @Test(arguments: Store.present)
  func importsShowAtOnce(_ store: Store) throws {
    let service = try Stage.service(store)
    let story = try Expedition(service)
    let stream = try EventStream("/v1/quests/\(story.quest)/events", as: story.ann)
    #expect(stream.waits(for: "ready"))
    let file = service.ledger.folder + "/walks-\(UUID().uuidString).csv"
    var text = "team,person,started_at,distance\n"
    for second in 0..<300 {
      // After both have joined; a walk may start some minutes ahead of the clock.
      let start = Date(timeIntervalSinceNow: Double(second))
      text += "\(story.team),\(story.ben.email),\(Walk.moment(start)),10 m\n"
    }
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    let imported = try Program.run(
      ["import", "activities", file, "--store", service.ledger.address])
    #expect(imported.status == 0, "\(imported.errors)")
    // More than wait for one reader: those that found no room were read from the store.
    #expect(stream.waits(for: "activity.logged", count: 300))
    let ids = stream.ofTeam.compactMap(\.id)
    let first = try #require(ids.first)
    #expect(ids == Array(first..<first + ids.count))
    #expect(stream.ofTeam.last?.json["progress"]["totalMeters"].number == 3_000)
  }

  /// Whoever was away goes on where they were: without loss, without repetition.
  @Test(arguments: Store.present)
  func readersResume(_ store: Store) throws {
    let ledger = try ServedLedger(store)
    var service = try RunningService(ledger)
    let story = try Expedition(service)
    let target = "/v1/teams/\(story.team)/events"
    let before = try EventStream(target, as: story.ann)
    #expect(before.waits(for: "ready"))
    try story.ann.walk("1 km", at: Date())
    #expect(before.waits(for: "activity.logged"))
    let last = try #require(before.events.last?.id)
    // The process is gone without a word, and another takes its place.
    service.kill9()
    #expect(eventually { before.isOver })
    service = try RunningService(ledger)
    defer { service.end() }
    let ann = Person(service: service, token: story.ann.token)
    try ann.walk("2 km", at: Date())
    try ann.walk("3 km", at: Date())
    let after = try EventStream(target, as: ann, after: last)
    #expect(after.waits(for: "activity.logged", count: 2))
    #expect(after.ofTeam.first?.id == last + 1)
    let totals = after.ofTeam.filter { $0.kind == "activity.logged" }
      .map { $0.json["progress"]["totalMeters"].number }
    #expect(totals == [3_000, 6_000])

    // Pages say the same.
    let page = try ann.get("\(target)/page?after=\(last)")
    #expect(page["items"].items.map(\.description) == after.ofTeam.map { $0.json.description })
    let version = try #require(page["version"].integer)
    #expect(try ann.get("\(target)/page")["version"].integer == version)
    #expect(try ann.get("\(target)/page?after=\(version)")["items"].items.isEmpty)
    let waiting = Thread {
      Thread.sleep(forTimeInterval: 0.2)
      _ = try? ann.walk("4 km", at: Date())
    }
    waiting.start()
    let waited = try ann.get("\(target)/page?after=\(version)&wait=25")
    #expect(waited["items"][0]["kind"].text == "activity.logged")
    #expect(waited["items"][0]["version"].integer == version + 1)

    // An id of before what is kept, and one of another time: fetch anew, and go on from here.
    try ledger.forgetEvents(of: story.team, before: version)
    for known in [1, 1_000_000] {
      let stream = try EventStream(target, as: ann, after: known)
      #expect(stream.waits(for: "reset"))
      try ann.walk("10 m", at: Date())
      #expect(stream.waits(for: "activity.logged"))
      #expect(stream.events.map(\.kind) == ["reset", "activity.logged"])
      #expect(stream.events[1].id == stream.events[0].id.map { $0 + 1 })
    }
    // The same where no event at all is kept.
    try ledger.forgetEvents(of: story.team, before: 1_000_000)
    let quiet = try ann.get("\(target)/page?after=1")
    #expect(quiet["reset"].flag == true)
    #expect(quiet["version"] == (try ann.get("\(target)/page"))["version"])
    let late = try EventStream(target, as: ann, after: 1)
    #expect(late.waits(for: "reset"))
    #expect(late.events.first?.id == quiet["version"].integer)
    let gone = try ann.get("\(target)/page?after=1")
    #expect(gone["reset"].flag == true)
  }

  /// A connection to the database that breaks takes nothing away, and brings nothing twice.
  @Test(.enabled(if: Store.present.contains(.server), "PostgreSQL is not installed"))
  func brokenConnectionsLoseNothing() throws {
    let ledger = try ServedLedger(.server)
    let service = try RunningService(ledger)
    let other = try RunningService(ledger)
    defer { for service in [service, other] { service.end() } }
    let story = try Expedition(service)
    let elsewhere = Person(service: other, token: story.ann.token)
    let stream = try EventStream("/v1/teams/\(story.team)/events", as: elsewhere)
    #expect(stream.waits(for: "ready"))
    for round in 1...5 {
      try ledger.cutConnections()
      for _ in 0..<4 { try story.ann.walk("10 m", at: Date()) }
      #expect(stream.waits(for: "activity.logged", count: 4 * round), "round \(round)")
    }
    let ids = stream.ofTeam.compactMap(\.id)
    let first = try #require(ids.first)
    #expect(ids == Array(first..<first + ids.count))
    #expect(stream.ofTeam.count { $0.kind == "activity.logged" } == 20)
  }

  // MARK: Who may see it

  /// Somebody who may not see the team any more is given nothing that comes after.
  @Test(arguments: Store.present)
  func whoMayNotSeeItReceivesNothingMore(_ store: Store) throws {
    let ledger = try ServedLedger(store)
    let first = try RunningService(ledger)
    let second = try RunningService(ledger)
    defer { for service in [first, second] { service.end() } }
    let story = try Expedition(first, isPublic: true)
    let (ann, ben) = (story.ann, story.ben)
    let target = "/v1/teams/\(story.team)/events"
    func everywhere(_ person: Person) throws -> [EventStream] {
      try [first, second].map { service in
        var there = Person(service: service, token: person.token)
        there.address = person.address
        let stream = try EventStream(target, as: there)
        #expect(stream.waits(for: "ready"))
        return stream
      }
    }
    /// A walk that nobody but the members may hear of.
    var hidden = 0
    func expectEnd(_ streams: [EventStream], _ reasons: String..., what: String) throws {
      for stream in streams {
        #expect(reasons.contains(stream.endReason() ?? "none"), "\(what)")
      }
      let came = streams.map(\.events.count)
      try ann.walk("\(10 + hidden) m", at: Date())
      hidden += 1
      #expect(streams.map(\.events.count) == came, "\(what)")
      for stream in streams {
        #expect(stream.ofTeam.allSatisfy { $0.kind == "activity.logged" }, "\(what)")
      }
    }

    // The team turns private: strangers and guests go, members stay.
    let guest = try Person.registered(first, name: "Gus")
    let members = try everywhere(ben)
    var outsiders = try everywhere(.stranger(first)) + everywhere(guest)
    try ann.ask(200, "PATCH", "/v1/teams/\(story.team)", ["public": false])
    try expectEnd(outsiders, "access-changed", what: "private")
    for stream in members { #expect(stream.waits(for: "team.changed")) }
    try guest.refused(404, "not-found", "GET", target)
    try guest.refused(404, "not-found", "GET", target + "/page?after=1")

    // Somebody is taken out, while a walk is logged at the same time.
    try ann.ask(204, "DELETE", "/v1/teams/\(story.team)/members/\(ben.id)")
    for stream in members {
      #expect(stream.endReason() == "access-changed")
      #expect(!stream.ofTeam.contains { $0.kind == "member.left" })
    }
    let heard = members.map(\.events.count)
    try ann.walk("1 km", at: Date())
    #expect(members.map(\.events.count) == heard)

    // Signed out elsewhere.
    try ann.invite(guest, to: story.team)
    outsiders = try everywhere(guest)
    try guest.ask(204, "POST", "/v1/auth/logout-everywhere")
    try expectEnd(outsiders, "token-ended", what: "signed out")
    var back = guest
    try back.signIn()

    // A key that was revoked.
    let key = try back.ask(201, "POST", "/v1/keys", ["name": "Display", "scopes": ["read"]]).json
    var display = back
    display.token = key["key"].text
    outsiders = try everywhere(display)
    try back.ask(204, "DELETE", "/v1/keys/\(try #require(key["id"].text))")
    try expectEnd(outsiders, "token-ended", what: "revoked key")

    // Erased.
    outsiders = try everywhere(back)
    try back.ask(204, "POST", "/v1/me/erase", ["password": Person.password])
    // Whichever a process sees first.
    try expectEnd(outsiders, "token-ended", "access-changed", what: "erased")

    // Dissolved: the last that members hear.
    let last = try everywhere(ann)
    try ann.ask(204, "DELETE", "/v1/teams/\(story.team)")
    for stream in last {
      #expect(stream.endReason() == "team-dissolved")
      #expect(stream.events.suffix(2).map(\.kind) == ["team.dissolved", "end"])
    }
  }

  /// A token's time runs out while a stream is open: nothing comes after.
  @Test(arguments: Store.present)
  func aStreamEndsWithItsToken(_ store: Store) throws {
    let ledger = try ServedLedger(store)
    let service = try RunningService(ledger)
    let brief = try RunningService(
      ledger, RunningService.generous + ["--access-token-seconds", "8"])
    defer { for service in [service, brief] { service.end() } }
    let story = try Expedition(service)
    let target = "/v1/teams/\(story.team)/events"
    var ben = Person(service: brief)
    ben.email = story.ben.email
    try ben.signIn()
    let stream = try EventStream(target, as: ben)
    #expect(stream.waits(for: "ready"))
    #expect(stream.endReason() == "token-ended")
    try ben.refused(401, "token-expired", "GET", target)
    let (came, known) = (stream.events.count, try #require(stream.events.first?.id))
    try story.ann.walk("1 km", at: Date())
    #expect(stream.events.count == came)
    // With a new token it goes on.
    try ben.signIn()
    let next = try EventStream(target, as: ben, after: known)
    #expect(next.waits(for: "activity.logged"))
  }

  @Test(arguments: Store.present)
  func privateWalksAreProgressAlone(_ store: Store) throws {
    let service = try Stage.service(store)
    let story = try Expedition(service, isPublic: true)
    let target = "/v1/quests/\(story.quest)/events"
    let streams = [
      try EventStream(target, as: story.ann), try EventStream(target, as: .stranger(service)),
    ]
    for stream in streams { #expect(stream.waits(for: "ready")) }
    let id = UUID()
    try story.ben.ask(
      201, "POST", "/v1/activities",
      Walk.body("7 km", at: Date(), id: id).merging(["private": true, "note": "at night"]) { $1 })
    let path = "/v1/activities/\(id.uuidString.lowercased())"
    try story.ben.ask(200, "PATCH", path, ["distance": "8 km"])
    try story.ben.ask(200, "DELETE", path)
    try story.ben.walk("1 km", at: Date())
    for stream in streams {
      #expect(stream.waits(for: "activity.logged"))
      let before = stream.ofTeam.prefix { $0.kind != "activity.logged" }
      #expect(before.count { $0.kind == "progress.updated" } == 3)
      for event in before {
        #expect(event.json["personName"].isNull && event.json["personId"].isNull)
        #expect(!event.data.contains("Ben") && !event.data.contains(story.ben.id))
        #expect(!event.data.contains(id.uuidString.lowercased()) && !event.data.contains("night"))
      }
    }
  }

  // MARK: Bounds

  @Test func streamsAreBoundedAndEndWithTheService() throws {
    let service = try RunningService(try ServedLedger(.file))
    let story = try Expedition(service, isPublic: true)
    let target = "/v1/teams/\(story.team)/events"
    let mine = try (0..<50).map { _ in try EventStream(target, as: story.ann) }
    for stream in mine { #expect(stream.waits(for: "ready")) }
    try story.ann.refused(429, "too-many-requests", "GET", target)
    // Whoever asks for the head alone holds nothing.
    #expect(try story.ben.ask(200, "HEAD", target).bytes.isEmpty)
    let other = try EventStream(target, as: story.ben)
    #expect(other.waits(for: "ready"))
    #expect(
      try Person.stranger(service).ask("GET", "/metrics").text
        .contains("milequest_live_streams 51\n"))
    service.askToEnd()
    for stream in mine + [other] { #expect(stream.endReason() == "shutdown") }
    #expect(service.end() == 0)
  }
}
