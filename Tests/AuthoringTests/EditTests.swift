import Authoring
import Formats
import Geodesy
import Routes
import Testing

@Suite struct EditTests {
  private let towns = [
    Waypoint(name: "A", coordinate: place(0, 0.02), story: "first"),
    Waypoint(name: "B", coordinate: place(0, 0.08)),
    Waypoint(name: "C", coordinate: place(0, 0.14)),
  ]

  private func route(
    _ parts: [[Coordinate]]? = nil, joins: [JoinPolicy?]? = nil, official: Distance? = nil,
    course: Course = .once
  ) throws -> MeasuredRoute {
    try MeasuredRoute(
      Route(
        parts: parts ?? [equator(0...20)], joinPolicies: joins, waypoints: towns,
        officialLength: official, course: course))
  }

  @Test func aCutKeepsTheOfficialMeasure() throws {
    let measured = try route(official: Distance("40km"))
    let cut = try MeasuredRoute(
      Cut(from: written("10km"), to: written("30km")).applied(to: measured).route)
    #expect(cut.length == (try Distance("20km")))
    #expect(cut.route.waypoints.map(\.name) == ["B", "C"])
    let before = measured.waypoints[1].distance.micrometers - 10_000_000_000
    #expect(abs(cut.waypoints[0].distance.micrometers - before) <= 2)
  }

  @Test func aCutInAGapLeavesItsPolicy() throws {
    let measured = try route([equator(0...5), equator(15...20)], joins: [.counted])
    let edited = try Cut(from: written("10km")).applied(to: measured)
    let cut = edited.route
    // What other formats hold of it is said.
    let rest5 = try MeasuredRoute(cut.withoutSinglePoints()).length
    #expect(
      edited.did.contains {
        $0.contains("only GPX") && $0.contains(rest5.text(in: .kilometers, decimals: 3))
      })
    let whole = try Cut(from: written("1km")).applied(to: measured)
    #expect(!whole.did.contains { $0.contains("only GPX") })
    #expect(cut.partCount == 2 && cut.joinPolicies == [.counted])
    #expect(cut.part(0).count == 1)
    let rest = try MeasuredRoute(cut)
    #expect(abs(rest.length.micrometers + 10_000_000_000 - measured.length.micrometers) <= 2)
  }

  @Test func lapsOfAnOpenLineNeedAWordAboutTheWayBack() throws {
    let measured = try route([equator(0...50)])
    let error = #expect(throws: AuthoringError.self) { try SetLaps(2).applied(to: measured) }
    #expect(error?.code == .unsuitable && error?.message.contains("55.660 km") == true)
    let told = try MeasuredRoute(SetLaps(2, lapJoin: .counted).applied(to: measured).route)
    #expect(told.length > measured.length)
    // What was undecided before may stay so.
    #expect(try SetLaps(3).applied(to: told).route.course.laps == 3)
  }

  @Test func distancesBeyondTheFirstPassAreExplained() throws {
    let measured = try route(course: Course(laps: 3, thereAndBack: true))
    let error = #expect(throws: AuthoringError.self) {
      try Cut(to: written("60km")).applied(to: measured)
    }
    #expect(error?.code == .range && error?.message.contains("later pass") == true)
    let beyond = #expect(throws: AuthoringError.self) {
      try Cut(to: written("900km")).applied(to: measured)
    }
    #expect(beyond?.message.contains("is not on the route") == true)
    let every = try WaypointsEvery(every: written("5km")).applied(to: measured)
    #expect(every.did.contains { $0.contains("first pass of") })
    #expect(
      !(try WaypointsEvery(every: written("5km")).applied(to: route()).did).contains {
        $0.contains("pass")
      })
  }

  @Test func aDroppedPartTakesItsWaypointsAlong() throws {
    let measured = try route(
      [equator(0...5), equator(6...10), equator(11...20)], joins: [.ferry, .ferry])
    let outcome = try DropPart(2).applied(to: measured)
    #expect(outcome.route.waypoints.map(\.name) == ["A", "C"])
    #expect(outcome.route.joinPolicies == [.ferry])
    #expect(try DropPart(1).applied(to: measured).route.joinPolicies == [.ferry])
    let error = #expect(throws: AuthoringError.self) { try DropPart(4).applied(to: measured) }
    #expect(error?.code == .range)
    let point = try route([equator(0...5), [place(0, 0.06)]], joins: [.ferry])
    let empty = #expect(throws: AuthoringError.self) { try DropPart(1).applied(to: point) }
    #expect(empty?.code == .unsuitable)
  }

  @Test func aLoopBeginsElsewhere() throws {
    let ring = [place(0, 0), place(0, 0.1), place(0.1, 0.1), place(0.1, 0), place(0, 0)]
    let measured = try MeasuredRoute(
      Route(
        parts: [ring],
        waypoints: [
          Waypoint(name: "east", coordinate: place(0.05, 0.1)),
          Waypoint(name: "west", coordinate: place(0.05, 0)),
        ]))
    let turned = try MeasuredRoute(StartAt(place(0.09, 0.11)).applied(to: measured).route)
    #expect(turned.route.waypoints.map(\.name) == ["west", "east"])
    #expect(abs(turned.length.micrometers - measured.length.micrometers) <= 5)
    #expect(turned.route.partCount == 1)
    #expect(turned.route.vertices.first == turned.route.vertices.last)
    let error = #expect(throws: AuthoringError.self) {
      try StartAt(place(0, 0)).applied(to: route())
    }
    #expect(error?.code == .unsuitable)
  }

  @Test func listedWaypointsChangeThoseOfTheirName() throws {
    let measured = try route()
    let put = PutWaypoints(
      [
        ListedWaypoint(name: "C", .at(place(0, 0.15)), type: "town"),
        ListedWaypoint(name: "D", .along(try written("12km"))),
        ListedWaypoint(name: "far", .at(place(0.1, 0.01))),
        ListedWaypoint(name: "near", .at(place(0.001, 0.01))),
      ], snap: try written("200m"))
    let outcome = try put.applied(to: measured)
    let list = outcome.route.waypoints
    #expect(list.map(\.name) == ["far", "near", "A", "B", "D", "C"])
    #expect(abs(list[1].coordinate.latitude) < 1e-9)
    #expect(list[0].coordinate.latitude == 0.1)
    #expect(list[5].type == "town" && list[5].coordinate == place(0, 0.15))
    #expect(outcome.did.contains { $0.contains("“far”") })
    let again = try put.applied(to: MeasuredRoute(outcome.route))
    #expect(again.route == outcome.route)
  }

  /// The line passes the same place at 10 and at 34 km; the distance says which pass is meant.
  @Test func aDistanceChoosesAmongThePassesOfALine() throws {
    let line = equator(0...20)
    let returning = try MeasuredRoute(
      Route(
        parts: [line + line.dropLast().reversed()],
        waypoints: [Waypoint(name: "Turn", coordinate: place(0, 0.2))]))
    for (distance, names) in [("10km", ["Here", "Turn"]), ("34km", ["Turn", "Here"])] {
      let put = PutWaypoints([ListedWaypoint(name: "Here", .along(try written(distance)))])
      let made = try MeasuredRoute(put.applied(to: returning).route)
      #expect(made.waypoints.map(\.waypoint.name) == names)
      let here = try #require(made.waypoints.first { $0.waypoint.name == "Here" })
      #expect(abs(here.distance.meters - (try written(distance)).distance.meters) < 0.01)
    }
  }

  @Test func namesThatSeveralHaveAreRefused() throws {
    let twice = try MeasuredRoute(
      Route(
        parts: [equator(0...20)],
        waypoints: [
          Waypoint(name: "Camp", coordinate: place(0, 0.02)),
          Waypoint(name: "camp", coordinate: place(0, 0.12)),
        ]))
    #expect(try DropWaypoint("camp").applied(to: twice).route.waypoints.map(\.name) == ["Camp"])
    let error = #expect(throws: AuthoringError.self) { try DropWaypoint("CAMP").applied(to: twice) }
    #expect(error?.code == .ambiguous)
    let renamed = try RenameWaypoint("#2", to: "Hut").applied(to: twice).route
    #expect(renamed.waypoints.map(\.name) == ["Camp", "Hut"])
  }

  @Test func placesNeedJoinsThatAreDecided() throws {
    let open = try route([equator(0...5), equator(15...20)])
    let error = #expect(throws: AuthoringError.self) {
      try WaypointsEvery(every: written("5km")).applied(to: open)
    }
    #expect(error?.code == .route)
    let decided = try SetJoins(.ferry, above: written("2km")).applied(to: open).route
    #expect(decided.joinPolicies == [.ferry])
  }

  @Test func heightsAreSmoothedAndTheirEndsStay() throws {
    let line = (0...100).map { place(0, Double($0) / 10_000, $0 % 2 == 0 ? 100 : 110) }
    let measured = try MeasuredRoute(Route(parts: [line]))
    let smooth = try SmoothElevation().applied(to: measured).route
    #expect(smooth.vertices.first == line.first && smooth.vertices.last == line.last)
    #expect(smooth.vertices[20...80].allSatisfy { abs(($0.elevationMeters ?? 0) - 105) < 1.5 })
    #expect((smooth.climb()?.ascentMeters ?? 0) < 20)
    let level = try MeasuredRoute(Route(parts: [line.map { place($0.latitude, $0.longitude, 7) }]))
    #expect(try SmoothElevation().applied(to: level).route == level.route)
  }

  @Test func noMoreVerticesAreLeftThanAsked() throws {
    var random = SplitMix64("vertices")
    let measured = try MeasuredRoute(random.route(on: .loop))
    let count = measured.route.vertices.count
    let thin = try MaxVertices(max(count / 2, 20)).applied(to: measured).route
    #expect(thin.vertices.count <= max(count / 2, 20))
  }

  /// Out and back, with a waypoint at the turn that tells the two passes apart.
  @Test func waypointsThatTakeAnotherPassAreReported() throws {
    let out = (0...6).map { place(0, Double($0) / 100) }
    let route = try Route(
      parts: [out + out.reversed().dropFirst()],
      waypoints: [
        Waypoint(name: "Alpha", coordinate: place(0, 0.01)),
        Waypoint(name: "Turn", coordinate: place(0, 0.06)),
        Waypoint(name: "Omega", coordinate: place(0, 0.01)),
      ])
    let measured = try MeasuredRoute(route)
    let dropped = try edits(#"[{"edit":"dropWaypoint","waypoint":"Turn"}]"#).applied(to: measured)
    #expect(
      dropped.reports[0].did.last
        == "others take another pass of the line now: “Omega” from 12.245 km to 1.113 km")
    let bare = try MeasuredRoute(Route(parts: [out + out.reversed().dropFirst()]))
    let put = try edits(
      #"[{"edit":"waypoints","waypoints":[{"name":"Back","distance":"12km"}]}]"#
    ).applied(to: bare)
    #expect(
      put.reports[0].did.last?.contains("another pass: “Back”") == true, "\(put.reports[0].did)")
    let kept = try edits(#"[{"edit":"dropWaypoint","waypoint":"Alpha"}]"#).applied(to: measured)
    #expect(kept.reports[0].did.count == 1)
  }
}
