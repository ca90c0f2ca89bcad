import Base
import CivilTime
import Geodesy
import Quests
import Routes
import Testing

@testable import Providers
@testable import Service

/// A quest that hides the waypoints ahead: no answer to anybody gives one away before it is reached.
@Suite struct HiddenWaypointTests {
  private static let (ann, bob, eve) = (
    PersonID(high: 1, low: 1), PersonID(high: 1, low: 2), PersonID(high: 1, low: 3)
  )
  private static let names = ["Gate", "Lookout", "Hermitage", "Summit"]
  /// Where the first three stand, as maps have it; the last stands at the end of the line.
  private static let places = ["[7,0.009]", "[7,0.036]", "[7,0.063]"]

  private struct Scene {
    let service: TestService
    let team: TeamID
    let quest: String
    let route: String
    private let walks = Lock<UInt64>(0)

    /// Ann's private route over 10 km, with a waypoint at each of 1, 4, 7 and 10 km.
    init(hidesAhead: Bool, course: String = "", isPublicRoute: Bool = false) async throws {
      service = try TestService()
      for (person, name) in [(ann, "Ann"), (bob, "Bob")] {
        try await service.store.createAccount(
          Account(
            person: person, email: "\(name)@example.org", isEmailVerified: true, name: name,
            zone: "UTC", units: "km", credential: nil, createdAt: TestService.dawn,
            mail: [.weekly, .milestone]))
      }
      func north(_ kilometers: Int) throws -> Coordinate {
        try Coordinate(latitude: 0.009 * Double(kilometers), longitude: 7)
      }
      let line = try MeasuredRoute(
        Route(
          parts: [[try north(0), try north(10)]],
          waypoints: try zip(names, [1, 4, 7, 10]).map {
            Waypoint(name: $0, coordinate: try north($1), story: "The story of \($0).")
          }, officialLength: Distance(micrometers: 10_000_000_000)))
      let id = RouteID(high: 4, low: 4)
      _ = try await service.store.addRoute(
        line, id: id, owner: ann, isPublic: isPublicRoute, at: TestService.dawn)
      route = "/v1/routes/\(id)"
      team = try await service.team(of: [ann, bob], isPublic: true)
      let made = try await service.send(
        .post, "/v1/teams/\(team)/quests",
        "{\"name\":\"Q\",\"routeId\":\"\(id)\",\"zone\":\"UTC\",\"start\":\"\(TestService.dawn)\","
          + "\"end\":\"2027-01-01T00:00:00Z\"\(course)"
          + "\(hidesAhead ? ",\"hidesAhead\":true" : "")}", as: ann)
      #expect(made.status == 201, "\(made.text)")
      #expect(made.json["hidesAhead"]?.bool == hidesAhead)
      quest = "/v1/quests/\(made.json.text("id"))"
    }

    /// The answer to a walk of Bob's.
    @discardableResult
    func walk(_ meters: Int) async throws -> TestService.Answer {
      let number = walks.withLock { count in
        count += 1
        return count
      }
      let answer = try await service.send(
        .post, "/v1/activities",
        "{\"id\":\"\(ActivityID(high: 9, low: number))\","
          + "\"startedAt\":\"2026-05-05T1\(number):00:00Z\",\"distance\":\"\(meters) m\"}",
        as: bob)
      #expect(answer.status == 201, "\(answer.text)")
      return answer
    }

    func hide(_ hides: Bool) async throws {
      let answer = try await service.send(.patch, quest, "{\"hidesAhead\":\(hides)}", as: ann)
      #expect(answer.status == 200 && answer.json["hidesAhead"]?.bool == hides, "\(answer.text)")
    }

    /// All that may be read of the quest, by whom, with where it was read.
    func everything() async throws -> [(place: String, text: String)] {
      var found: [(String, String)] = []
      let secret = try await service.send(
        .post, quest + "/links", "{\"name\":\"L\",\"showsNames\":true}", as: ann
      ).json.text("secret")
      let parts = [
        "", "/progress", "/progress?units=mi", "/progress?at=2026-05-05T11:30:00Z", "/milestones",
        "/map", "/map?at=2026-05-05T11:30:00Z", "/profile", "/history", "/leaderboard", "/feed",
        "/events/page?after=0",
      ]
      for part in parts {
        for person in [ann, bob, nil] {
          let answer = try await service.send(.get, quest + part, as: person)
          #expect(answer.status == 200, "\(part): \(answer.text)")
          found.append((part, answer.text))
        }
        if part.isEmpty { continue }
        let linked = try await service.send(
          .get, quest + part, as: nil, headers: ["Authorization": "Bearer \(secret)"])
        #expect(linked.status == 200, "\(part): \(linked.text)")
        found.append(("link " + part, linked.text))
      }
      let paths = [
        "/v1/dashboard", "/v1/teams/\(team)", "/v1/teams/\(team)/quests",
        "/v1/teams/\(team)/events/page?after=0", "/v1/quests?bbox=-180,-90,180,90", "/v1/routes",
        route, route + "/versions", route + "/positions?at=0m,5km,9km", route + "/map",
        route + "/positions?at=0m,5km&format=geojson", route + "/profile", "/v1/me/export",
        route + "/nearest?to=0.03,7", route + "/file?format=gpx", "/v1/activities",
      ]
      for path in paths {
        let answer = try await service.send(.get, path, as: bob)
        found.append((path, answer.text))
      }
      let edit = try await service.send(
        .post, "/v1/routes:edit",
        "{\"routeId\":\"\(route.split(separator: "/").last ?? "")\",\"edits\":[]}", as: bob)
      found.append(("edit", edit.text))
      return found
    }
  }

  /// Names, stories and places of waypoints from an index on.
  private static func secrets(from index: Int) -> [String] {
    names[index...].flatMap { [$0, "The story of \($0)."] }
      + places[min(index, places.count)...]
  }

  @Test func nothingOfWhatIsAheadIsInAnyAnswer() async throws {
    let scene = try await Scene(hidesAhead: true)
    for (walked, reached) in [(0, 0), (1_500, 1), (2_600, 2), (5_000, 3)] {
      if walked > 0 {
        let answer = try await scene.walk(walked)
        for secret in Self.secrets(from: reached) { #expect(!answer.text.contains(secret)) }
        #expect(answer.text.contains(Self.names[reached - 1]), "\(answer.text)")
      }
      for (place, text) in try await scene.everything() {
        for secret in Self.secrets(from: reached) {
          #expect(!text.contains(secret), "\(place) gives away \(secret) after \(reached)")
        }
      }
      let map = try await scene.service.send(.get, scene.quest + "/map", as: nil)
      let list = try await scene.service.send(.get, scene.quest + "/milestones", as: nil)
      for name in Self.names[..<reached] {
        #expect(map.text.contains("The story of \(name)."))
        #expect(list.text.contains("\"\(name)\""))
      }
      for place in Self.places[..<min(reached, 3)] { #expect(map.text.contains(place)) }
    }
  }

  @Test func distancesStayWithoutTheNames() async throws {
    let scene = try await Scene(hidesAhead: true)
    try await scene.walk(1_500)
    let progress = try await scene.service.send(.get, scene.quest + "/progress", as: nil).json
    #expect(progress["hidesAhead"]?.bool == true)
    let next = try #require(progress["nextWaypoint"])
    #expect(next["name"]?.isNull == true)
    #expect(abs((next["remainingMeters"]?.double ?? 0) - 2_500) < 2)
    #expect(progress["position"]?["lastWaypoint"]?["name"]?.string == "Gate")
    #expect(progress["position"]?["nextWaypoint"]?["name"]?.isNull == true)
    let list = try await scene.service.send(.get, scene.quest + "/milestones", as: nil).json
    let items = try #require(list["items"]?.array)
    let waypoints = items.filter { $0.text("key").hasPrefix("waypoint:") }
    #expect(waypoints.map { $0.text("key") } == (0..<4).map { "waypoint:\($0)" })
    #expect(waypoints.map { $0["hidden"]?.bool } == [false, true, true, true])
    #expect(waypoints.map { $0["name"]?.string } == ["Gate", nil, nil, nil])
    #expect(waypoints.allSatisfy { ($0["thresholdMeters"]?.double ?? 0) > 900 })
    let shares = items.filter { $0.text("key").hasPrefix("percent:") }
    #expect(shares.count == 4 && shares.allSatisfy { $0["hidden"]?.bool == false })
  }

  /// Without the switch all is as it was, and whoever turns it raises the team's version.
  @Test func theSwitchIsFollowedAtOnce() async throws {
    let scene = try await Scene(hidesAhead: false)
    try await scene.walk(1_500)
    func texts() async throws -> [String] {
      var texts: [String] = []
      for path in ["/progress", "/milestones", "/map", "/events/page?after=0"] {
        texts.append(try await scene.service.send(.get, scene.quest + path, as: Self.bob).text)
      }
      return texts
    }
    func version() async throws -> Int64 {
      let progress = try await scene.service.send(.get, scene.quest + "/progress", as: Self.bob)
      return progress.json["teamVersion"]?.int64 ?? 0
    }
    func card() async throws -> [UInt8] {
      try await scene.service.send(.get, scene.quest + "/card.png", as: nil).bytes
    }
    let (open, first, picture) = (try await texts(), try await version(), try await card())
    for text in open { #expect(text.contains("Lookout")) }
    #expect(open[2].contains("Summit") && !open[2].contains("The story of Lookout."))
    try await scene.hide(true)
    for text in try await texts() { #expect(!text.contains("Lookout")) }
    #expect(try await version() == first + 1)
    #expect(try await card() != picture)
    let page = try await scene.service.send(
      .get, scene.quest + "/events/page?after=\(first)", as: nil)
    #expect(page.text.contains("\"quest.changed\""))
    try await scene.hide(true)
    #expect(try await version() == first + 1, "the same again is no change")
    try await scene.hide(false)
    for (text, before) in zip(try await texts().dropFirst().prefix(2), open.dropFirst()) {
      #expect(text.contains("Lookout") && before.contains("Lookout"))
    }
    #expect(try await card() == picture)
    let stranger = try await scene.service.send(
      .patch, scene.quest, "{\"hidesAhead\":true}", as: Self.bob)
    #expect(stranger.status == 403, "only admins turn it")
  }

  /// A walk that is deleted takes the waypoint back, and its name with it.
  @Test func whatIsLostIsHiddenAgain() async throws {
    let scene = try await Scene(hidesAhead: true)
    let walk = try await scene.walk(4_500).json.text("id")
    let gone = try await scene.service.send(.delete, "/v1/activities/\(walk)", as: Self.bob)
    #expect(gone.text.contains("\"waypoint:1\"") && !gone.text.contains("Lookout"))
    for path in ["/progress", "/milestones", "/map"] {
      let text = try await scene.service.send(.get, scene.quest + path, as: Self.ann).text
      #expect(!text.contains("Lookout") && !text.contains("Gate"))
    }
    let events = try await scene.service.send(.get, scene.quest + "/events/page?after=0", as: nil)
    let retracted = try #require(events.json["items"]?.array).filter {
      $0.text("kind") == "milestone.retracted"
    }
    #expect(retracted.count == 3)
    #expect(retracted.allSatisfy { $0["milestone"]?["name"]?.isNull == true })
  }

  @Test func laterLapsHideNothingThatWasReached() async throws {
    let scene = try await Scene(hidesAhead: true, course: ",\"laps\":2,\"lapJoin\":\"ferry\"")
    try await scene.walk(12_000)
    let progress = try await scene.service.send(.get, scene.quest + "/progress", as: nil).json
    #expect(progress["nextWaypoint"]?["name"]?.string == "Lookout")
    let map = try await scene.service.send(.get, scene.quest + "/map", as: nil)
    for name in Self.names { #expect(map.text.contains("\"\(name)\"")) }
    #expect(!map.text.contains("The story of Summit."), "its story comes with this lap's visit")
  }

  /// Who sees the route without the quest sees all of it.
  @Test func theRouteIsAsBeforeForItsOwner() async throws {
    let hiding = try await Scene(hidesAhead: true)
    for (person, sees) in [(Self.ann, true), (Self.bob, false)] {
      for path in ["/map", "/positions?at=0m"] {
        let answer = try await hiding.service.send(.get, hiding.route + path, as: person)
        #expect(answer.status == 200 && answer.text.contains("Gate") == sees, "\(path)")
      }
      let file = try await hiding.service.send(.get, hiding.route + "/file", as: person)
      #expect(file.status == (sees ? 200 : 403))
    }
    try await hiding.hide(false)
    let file = try await hiding.service.send(.get, hiding.route + "/file", as: Self.bob)
    #expect(file.status == 200 && file.text.contains("Summit"))
    let open = try await Scene(hidesAhead: true, isPublicRoute: true)
    let map = try await open.service.send(.get, open.route + "/map", as: Self.eve)
    #expect(map.text.contains("Summit"))
  }

  @Test func mailsSayWhatIsReached() async throws {
    for hides in [true, false] {
      let scene = try await Scene(hidesAhead: hides)
      try await scene.walk(1_500)
      let backend = scene.service.backend
      let account = try #require(try await backend.accounts.account(Self.ann))
      let week = SummaryWeek(monday: Zone.utc.day(at: TestService.dawn))
      let mail = try #require(
        try await WeeklyMail(backend: backend).message(
          to: account, of: week, in: try backend.zone("UTC")))
      #expect(mail.text.contains("Gate"), "\(mail.text)")
      #expect(mail.text.contains("Lookout") != hides, "\(mail.text)")
    }
  }
}
