import Geodesy
import Quests
import Routes
import Testing

@Suite struct ContentTests {
  /// The examples of FIPS 180-4.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      String(repeating: "a", count: 1_000_000),
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    ),
  ])
  func hashesAreSHA256(_ text: String, _ digest: String) {
    #expect(ContentHash(of: Array(text.utf8)).description == digest)
  }

  @Test func identifiersReadWhatTheyWrite() {
    var random = SplitMix64("identifiers")
    for _ in 0..<1_000 {
      let id = TeamID.random(using: &random)
      #expect(TeamID(id.description) == id)
      #expect(TeamID(id.description.uppercased()) == id)
      #expect(TeamID(bytes: id.bytes) == id)
      #expect(Array(id.description)[14] == "4")
      #expect("89ab".contains(Array(id.description)[19]))
    }
    for text in ["", "0", "00000000-0000-0000-0000-00000000000g", "{00000000}"] {
      #expect(TeamID(text) == nil)
    }
  }

  static func route() throws -> Route {
    try Route(
      name: "Loop",
      parts: [
        [
          Coordinate(latitude: -41.3, longitude: 174.8, elevationMeters: 12),
          Coordinate(latitude: -41.25, longitude: 174.9),
        ],
        [
          Coordinate(latitude: -41.2, longitude: 175),
          Coordinate(latitude: -41.1, longitude: 175.1, elevationMeters: 0.1),
        ],
      ], joinPolicies: [.ferry],
      waypoints: [
        Waypoint(name: "Hut", coordinate: Coordinate(latitude: -41.25, longitude: 174.9)),
        Waypoint(
          name: nil, coordinate: Coordinate(latitude: -41.1, longitude: 175.1), story: "The end.",
          type: "summit", officialDistance: Distance(micrometers: 40_000_000_000)),
      ], officialLength: Distance(micrometers: 40_000_000_000), course: Course(laps: 2))
  }

  @Test func routesComeBackToTheBit() throws {
    let route = try Self.route()
    let content = RouteContent(route)
    #expect(try content.route() == route)
    #expect(RouteContent(try content.route()) == content)
    #expect(content.hash != RouteContent(route.stating(officialLength: .zero)).hash)
  }

  @Test func damagedRoutesAreErrors() throws {
    let bytes = RouteContent(try Self.route()).bytes
    var random = SplitMix64("damage")
    for _ in 0..<3_000 {
      var damaged = bytes
      for _ in 0..<random.int(0...3) {
        damaged[random.int(0...damaged.count - 1)] = UInt8(random.int(0...255))
      }
      if random.chance(0.5) { damaged.removeLast(random.int(1...damaged.count)) }
      // A route or an error, never a trap.
      _ = try? RouteContent(bytes: damaged).route()
    }
    #expect(throws: LedgerError.self) { try RouteContent(bytes: bytes + [0]).route() }
  }

  @Test func plansFollowTheCourse() throws {
    let measured = try MeasuredRoute(try Self.route().following(Course(laps: 2, lapJoin: .ferry)))
    let version = RouteVersion(route: RouteID(high: 0, low: 1), version: 3)
    let plan = try QuestPlan(measured, route: version)
    #expect(plan.scale.officialLength == measured.length)
    // Two waypoints twice and four percentages; at equal thresholds the waypoint comes first.
    #expect(
      plan.milestones.map(\.key.description) == [
        "waypoint:0", "percent:25", "waypoint:1", "percent:50", "waypoint:0@2", "percent:75",
        "waypoint:1@2", "percent:100",
      ])
    #expect(plan.milestones[6].threshold == measured.length)
    for milestone in plan.milestones {
      #expect(MilestoneKey(milestone.key.description) == milestone.key)
    }
    #expect(try QuestPlan(encoded: plan.encoded) == plan)
    #expect(try QuestPlan(encoded: plan.encoded).id == plan.id)
    let half = try QuestPlan(
      measured, route: version, questLength: Distance(micrometers: 1_000_001))
    #expect(half.id != plan.id)
    #expect(half.milestones.last?.threshold.micrometers == 1_000_001)
    #expect(throws: LedgerError.self) { try QuestPlan(encoded: Array(plan.encoded.dropLast())) }
  }

  @Test func courseStopsComeInTheOrderOfTravel() throws {
    let route = try Self.route().following(Course(laps: 2, thereAndBack: true))
    let measured = try MeasuredRoute(route)
    #expect(measured.courseStops.map(\.waypoint) == [0, 1, 0, 0, 1, 0])
    #expect(measured.courseStopCount == 6)
    let distances = measured.courseStops.map(\.distance)
    #expect(distances == distances.sorted())
    for stop in measured.courseStops.prefix(3) {
      let last = measured.position(at: stop.distance).lastWaypoint
      #expect(last?.index == stop.waypoint)
    }
  }
}
