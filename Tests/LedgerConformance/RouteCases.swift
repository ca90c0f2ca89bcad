import CivilTime
import Geodesy
import Quests
import Routes
import Testing

/// What every route store must do, each case on an empty store.
public enum RouteCase: String, CaseIterable, Sendable, CustomTestStringConvertible {
  case versionsByContent, contentToTheBit, boxesOver180Degrees, nearAPlace, racingVersions,
    visibility, retirement, byName

  public var testDescription: String { rawValue }

  public func run(on store: any RouteStore) async throws {
    var random = SplitMix64(rawValue)
    let now = World.dawn
    switch self {
    case .versionsByContent:
      let id = RouteID.random(using: &random)
      let owner = PersonID.random(using: &random)
      let first = try Self.route("One", from: (51.5, -0.1), to: (52, 0.2))
      let record = try await store.addRoute(first, id: id, owner: owner, isPublic: false, at: now)
      #expect(record.version == RouteVersion(route: id, version: 1))
      #expect(record.hash == RouteContent(first.route).hash)
      #expect(record.length == first.passLength)
      #expect((record.name, record.owner, record.createdAt) == ("One", owner, now))
      #expect((record.parts, record.vertices, record.waypoints) == (1, 2, 1))
      #expect(record.bounds == first.bounds)
      // The same content once more is the same version.
      let again = try await store.addRoute(
        first, id: id, owner: nil, isPublic: false, at: now.advanced(bySeconds: 9))
      #expect(again == record)
      let second = try Self.route("Two", from: (51.5, -0.1), to: (52, 0.3))
      let next = try await store.addRoute(second, id: id, owner: owner, isPublic: false, at: now)
      #expect(next.version.version == 2)
      #expect(try await store.versions(of: id) == [record, next])
      #expect(try await store.route(record.version) == record)
      #expect(try await store.route(RouteVersion(route: id, version: 3)) == nil)
      // Elsewhere the same content is another route.
      let other = RouteID.random(using: &random)
      let copy = try await store.addRoute(
        first, id: other, owner: nil, isPublic: false, at: now.advanced(bySeconds: 10))
      #expect(try await store.routes(withHash: record.hash) == [record, copy])
      // Listings show the latest, page by page.
      let latest = [next, copy].sorted { $0.version.route < $1.version.route }
      #expect(try await store.routes(visibleTo: .everything, after: nil, limit: 10) == latest)
      #expect(
        try await store.routes(visibleTo: .everything, after: latest[0].version.route, limit: 10)
          == [latest[1]])
      #expect(try await store.routes(visibleTo: .everything, after: nil, limit: 1) == [latest[0]])

    case .byName:
      let (ann, bob) = (PersonID.random(using: &random), PersonID.random(using: &random))
      func add(
        _ name: String, _ owner: PersonID?, isPublic: Bool = false, as id: RouteID? = nil,
        east: Double
      ) async throws -> RouteRecord {
        try await store.addRoute(
          try Self.route(name, from: (51.5, -0.1), to: (52, east)),
          id: id ?? .random(using: &random), owner: owner, isPublic: isPublic, at: now)
      }
      let own = try await add("Round", ann, east: 0.2)
      let shared = try await add("Round", bob, isPublic: true, east: 0.3)
      let system = try await add("Round", nil, east: 0.4)
      _ = try await add("round", nil, east: 0.5)
      // An older version is called so no more.
      let renamed = try await add("Round", nil, east: 0.6)
      _ = try await add("Square", nil, as: renamed.version.route, east: 0.7)
      let retired = try await add("Round", nil, east: 0.8)
      try await store.changeRoute(retired.version.route, RouteChange(retiredAt: now))
      func named(_ viewer: RouteViewer) async throws -> Set<RouteID> {
        let found = try await store.routes(named: "Round", visibleTo: viewer).map(\.version.route)
        #expect(found == found.sorted())
        return Set(found)
      }
      let (one, two, three) = (own.version.route, shared.version.route, system.version.route)
      #expect(try await named(.everything) == [one, two, three])
      #expect(try await named(.person(ann)) == [one, two, three])
      #expect(try await named(.person(bob)) == [two, three])
      #expect(try await named(.stranger) == [two, three])
      #expect(try await store.routes(named: "Nothing", visibleTo: .everything).isEmpty)

    case .retirement: try await Self.retirement(store, &random)

    case .contentToTheBit:
      let route = try Route(
        name: "Ferry to the loop “Ø”",
        parts: [
          [
            Coordinate(latitude: -41.3, longitude: 179.9, elevationMeters: 0.1),
            Coordinate(latitude: -41.2999999999999, longitude: -179.9),
          ],
          [Coordinate(latitude: -42, longitude: 179.5, elevationMeters: -0.0)],
          [
            Coordinate(latitude: -42.1, longitude: 179.6),
            Coordinate(latitude: -42.2, longitude: 180, elevationMeters: 8_848.86),
          ],
        ], joinPolicies: [.ferry, nil],
        waypoints: [
          Waypoint(
            name: "Hut", coordinate: Coordinate(latitude: -41.3, longitude: 179.95),
            story: "Rest.\n\"Here\"", type: "hut",
            officialDistance: Distance(micrometers: 4_000_000_001)),
          Waypoint(coordinate: Coordinate(latitude: -42.2, longitude: -180)),
        ], officialLength: Distance(micrometers: 123_456_789_012),
        course: Course(laps: 3, lapJoin: .walk))
      let id = RouteID.random(using: &random)
      let record = try await store.addRoute(
        MeasuredRoute(route), id: id, owner: nil, isPublic: false, at: now)
      let content = try #require(try await store.content(of: record.version))
      #expect(content == RouteContent(route))
      #expect(try content.route() == route)
      #expect(content.hash == record.hash)
      let none = RouteVersion(route: id, version: 2)
      #expect(try await store.content(of: none) == nil)

    case .boxesOver180Degrees:
      var records: [RouteRecord] = []
      for number in 0..<60 {
        let latitude = Double(random.int(-85...84))
        let longitude = Double(random.int(-180...179)) + 0.25
        let id = RouteID.random(using: &random)
        let route = try Self.route(
          "\(number)", from: (latitude, longitude),
          to: (latitude + 0.5, longitude + Double(random.int(-3...3)) + 0.5))
        records.append(
          try await store.addRoute(route, id: id, owner: nil, isPublic: false, at: now))
      }
      // A new version somewhere else is found there only.
      let moved = try Self.route("moved", from: (10.1, 10.1), to: (10.2, 10.2))
      records[0] = try await store.addRoute(
        moved, id: records[0].version.route, owner: nil, isPublic: false, at: now)
      for box in [
        Bounds(west: 150, south: -80, east: -150, north: 80),
        Bounds(west: -30, south: -40, east: 30, north: 40),
        Bounds(west: 10.15, south: 10.15, east: 10.15, north: 10.15),
        Bounds(west: -180, south: -90, east: 180, north: 90),
        Bounds(west: 179, south: -90, east: 180, north: 90),
      ] {
        let expected = records.filter { Self.touch($0.bounds, box) }
          .sorted { $0.version.route < $1.version.route }
        var found: [RouteRecord] = []
        while true {
          let page = try await store.routes(
            in: box, visibleTo: .everything, after: found.last?.version.route, limit: 7)
          if page.isEmpty { break }
          found += page
        }
        #expect(found == expected, "in \(box)")
      }

    case .nearAPlace:
      // Lines along the equator and over 180 degrees, at known offsets.
      var ids: [RouteID] = []
      for latitude in [0.0, 0.3, -0.5, 2] {
        let id = RouteID.random(using: &random)
        ids.append(id)
        _ = try await store.addRoute(
          Self.route("near", from: (latitude, 178), to: (latitude, -178)), id: id, owner: nil,
          isPublic: false, at: now)
      }
      let place = try Coordinate(latitude: 0.1, longitude: -179.99)
      let near = try await store.routes(
        near: place, withinMeters: 70_000, visibleTo: .stranger, limit: 10)
      #expect(near.map(\.record.version.route) == [ids[0], ids[1], ids[2]])
      // A tenth of a degree of latitude here is 11,057.4 m.
      #expect(abs(near[0].offsetMeters - 11_057.4) < 1)
      #expect(near.map(\.offsetMeters) == near.map(\.offsetMeters).sorted())
      #expect(
        try await store.routes(near: place, withinMeters: 70_000, visibleTo: .stranger, limit: 1)
          .map(\.offsetMeters)
          == [near[0].offsetMeters])
      #expect(
        try await store.routes(near: place, withinMeters: 11_000, visibleTo: .stranger, limit: 10)
          .isEmpty)

    case .racingVersions:
      let id = RouteID.random(using: &random)
      let routes = try (0..<8).map {
        try Self.route("\($0 % 4)", from: (1, 1), to: (2, 2 + Double($0 % 4)))
      }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for route in routes {
          group.addTask {
            _ = try await store.addRoute(route, id: id, owner: nil, isPublic: false, at: now)
          }
        }
        try await group.waitForAll()
      }
      #expect(try await store.versions(of: id).map(\.version.version) == [1, 2, 3, 4])

    case .visibility:
      let (ann, bob): (PersonID, PersonID) = (
        .random(using: &random), .random(using: &random)
      )
      // Ann's and Bob's, public and not, and one of the system; all on one place.
      var ids: [String: RouteID] = [:]
      for (name, owner, isPublic) in [
        ("Ann's", ann, false), ("Ann's for all", ann, true), ("Bob's", bob, false),
        ("Bob's for all", bob, true), ("of the system", nil, false),
      ] {
        let id = RouteID.random(using: &random)
        ids[name] = id
        let record = try await store.addRoute(
          Self.route(name, from: (1, 1), to: (1, 2)), id: id, owner: owner, isPublic: isPublic,
          at: now)
        #expect(record.isPublic == (isPublic || owner == nil), "\(name)")
        #expect(try await store.route(record.version) == record)
      }
      let place = try Coordinate(latitude: 1, longitude: 1.5)
      let box = Bounds(west: 1.4, south: 0.9, east: 1.6, north: 1.1)
      func expect(_ viewer: RouteViewer, _ names: Set<String>) async throws {
        let expected = try names.map { try #require(ids[$0]) }.sorted()
        // Pages of two, the last route of each taken along: nothing twice, nothing left out.
        var (all, inBox): ([RouteID], [RouteID]) = ([], [])
        while true {
          let page = try await store.routes(visibleTo: viewer, after: all.last, limit: 2)
          if page.isEmpty { break }
          all += page.map(\.version.route)
        }
        while true {
          let page = try await store.routes(
            in: box, visibleTo: viewer, after: inBox.last, limit: 2)
          if page.isEmpty { break }
          inBox += page.map(\.version.route)
        }
        let near = try await store.routes(
          near: place, withinMeters: 1_000, visibleTo: viewer, limit: names.count)
        #expect(all == expected, "\(viewer)")
        #expect(inBox == expected, "\(viewer)")
        #expect(near.map(\.record.version.route).sorted() == expected, "\(viewer)")
      }
      let open: Set<String> = ["Ann's for all", "Bob's for all", "of the system"]
      try await expect(.everything, open.union(["Ann's", "Bob's"]))
      try await expect(.stranger, open)
      try await expect(.person(ann), open.union(["Ann's"]))
      try await expect(.person(.random(using: &random)), open)
      // The flag is the route's: a new version follows it, a change is one of all versions.
      let hers = try #require(ids["Ann's"])
      let second = try Self.route("Ann's", from: (1, 1), to: (1, 2.5))
      let next = try await store.addRoute(second, id: hers, owner: ann, isPublic: true, at: now)
      #expect(!next.isPublic)
      try await store.changeRoute(hers, RouteChange(isPublic: true))
      #expect(try await store.versions(of: hers).map(\.isPublic) == [true, true])
      try await expect(.stranger, open.union(["Ann's"]))
      try await store.changeRoute(try #require(ids["Bob's for all"]), RouteChange(isPublic: false))
      try await expect(.stranger, ["Ann's", "Ann's for all", "of the system"])
      try await expect(.person(bob), open.union(["Ann's", "Bob's"]))
      let system = try #require(ids["of the system"])
      try await store.changeRoute(system, RouteChange(isPublic: true))
      for (id, code) in [(system, LedgerError.Code.invalid), (.random(using: &random), .notFound)] {
        do throws(LedgerError) {
          try await store.changeRoute(id, RouteChange(isPublic: false))
          Issue.record("a route was hidden that cannot be")
        } catch { #expect(error.code == code) }
      }
      try await expect(.stranger, ["Ann's", "Ann's for all", "of the system"])
    }
  }

  private static func route(
    _ name: String, from: (Double, Double), to: (Double, Double)
  ) throws -> MeasuredRoute {
    let start = try Coordinate(latitude: from.0, longitude: from.1)
    return try MeasuredRoute(
      Route(
        name: name, parts: [[start, Coordinate(latitude: to.0, longitude: to.1)]],
        waypoints: [Waypoint(name: "Start", coordinate: start)]))
  }

  private static func touch(_ a: Bounds, _ b: Bounds) -> Bool {
    guard a.south <= b.north, b.south <= a.north else { return false }
    func pieces(_ box: Bounds) -> [ClosedRange<Double>] {
      box.west <= box.east ? [box.west...box.east] : [box.west...180, -180...box.east]
    }
    return pieces(a).contains { piece in pieces(b).contains { $0.overlaps(piece) } }
  }
}
