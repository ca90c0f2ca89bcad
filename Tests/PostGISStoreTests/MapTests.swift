import CivilTime
import Formats
import Foundation
import Geodesy
import PostgresCluster
import Quests
import Routes
import Testing

@testable import PostGISStore

/// What PostGIS makes of the stored lines and places, and what maps open.
@Suite(.enabled(if: Cluster.isInstalled, Cluster.missing))
struct MapTests {
  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "routes")

  private static func quests() throws -> [(name: String, route: MeasuredRoute)] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".geojson") }.sorted().map { name in
        let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
        let route = try RouteReader.read(bytes).route()
        return (name, try MeasuredRoute(route))
      }
  }

  private static func store(
    _ routes: [(name: String, route: MeasuredRoute)]
  ) async throws -> (store: PostGISStore, database: String, records: [RouteRecord]) {
    let (store, database) = try await Cluster.shared.get().store()
    var records: [RouteRecord] = []
    for (number, route) in routes.enumerated() {
      records.append(
        try await store.addRoute(
          route.route, id: RouteID(high: 1, low: UInt64(number + 1)), owner: nil,
          isPublic: true, at: Walks.now))
    }
    return (store, database, records)
  }

  /// Lengths of ours and of PostGIS within 1 mm per 1,000 km, part by part; the measure of each part
  /// within a micrometre of what a rounding to one leaves.
  @Test func lengthsAgreeWithPostGIS() async throws {
    let routes = try Self.quests()
    #expect(routes.count >= 10)
    let (_, database, records) = try await Self.store(routes)
    let rows = try Cluster.shared.get().sql(
      "SELECT route_id, part, sum(ST_Length(ST_Force2D(line)::geography)), "
        + "min(ST_M(ST_StartPoint(line))), max(ST_M(ST_EndPoint(line))) "
        + "FROM milequest.route_parts WHERE kind = 'part' GROUP BY 1, 2", in: database
    ).split(separator: "\n").map { $0.split(separator: "|") }
    var lengths: [String: (length: Double, start: Double, end: Double)] = [:]
    for row in rows {
      lengths["\(row[0]) \(row[1])"] = (
        try #require(Double(row[2])), try #require(Double(row[3])), try #require(Double(row[4]))
      )
    }
    #expect(lengths.count == routes.reduce(0) { $0 + $1.route.route.partCount })
    var longest = 0.0
    for ((name, measured), record) in zip(routes, records) {
      for part in 0..<measured.route.partCount {
        let ours = zip(measured.route.part(part), measured.route.part(part).dropFirst())
          .reduce(0.0) {
            $0 + Geodesic.wgs84.inverse(from: $1.0, to: $1.1).distanceMeters
          }
        let theirs = try #require(lengths["\(record.version.route) \(part + 1)"], "\(name)")
        #expect(abs(theirs.length - ours) <= max(ours * 1e-9, 1e-6), "\(name), part \(part + 1)")
        longest = max(longest, ours)
        if part == 0 { #expect(theirs.start == Double(measured.start.micrometers) / 1e6) }
        if part == measured.route.partCount - 1 {
          let end = measured.start.micrometers + measured.passLength.micrometers
          #expect(theirs.end == Double(end) / 1e6, "\(name)")
        }
      }
    }
    #expect(longest > 1e6)
  }

  /// A line over 180 degrees is cut there, heights and distances go on.
  @Test func linesAreCutAt180Degrees() async throws {
    let route = try Route(
      name: "Over",
      parts: [
        [
          Coordinate(latitude: 0, longitude: 179.5, elevationMeters: 100),
          Coordinate(latitude: 0, longitude: -179.5, elevationMeters: 300),
        ],
        [Coordinate(latitude: 1, longitude: 10)],
      ], joinPolicies: [.ferry])
    let (_, database, _) = try await Self.store([("over", MeasuredRoute(route))])
    let rows = try Cluster.shared.get().sql(
      "SELECT part, piece, ST_AsText(line, 3) FROM milequest.route_lines ORDER BY 1, 2",
      in: database)
    // A degree of the equator is 111,319.491 m.
    #expect(
      rows == """
        1|1|LINESTRING ZM (179.5 0 100 0,180 0 200 55659.745)
        1|2|LINESTRING ZM (-180 0 200 55659.745,-179.5 0 300 111319.491)
        2|1|LINESTRING ZM (10 1 NaN 111319.491,10 1 NaN 111319.491)

        """)
  }

  @Test func routesNearAPlaceComeFromTheIndex() async throws {
    let (store, database, records) = try await Self.store(try Self.quests())
    let cluster = try Cluster.shared.get()
    // Springer Mountain, where the Appalachian Trail begins.
    let place = try Coordinate(latitude: 34.6267, longitude: -84.1938)
    let near = try await store.routes(
      near: place, withinMeters: 2_000, visibleTo: .stranger, limit: 5)
    #expect(near.count == 1)
    #expect(near.first?.record.name?.contains("Appalachian") == true)
    try Self.fill(cluster, database)
    let plan = try Self.explain(
      RouteStatements.near, "false, NULL, -84.1938, 34.6267, 2000, 5", cluster, database)
    #expect(plan.contains("route_parts_ground"), "\(plan)")
    let box = try cluster.sql(
      "SET search_path = milequest, public; EXPLAIN SELECT row_id FROM route_lines "
        + "WHERE line && ST_MakeEnvelope(-85, 34, -84, 35, 4326)", in: database)
    #expect(box.contains("route_parts_line"), "\(box)")
    #expect(
      try await store.routes(near: place, withinMeters: 2_000, visibleTo: .stranger, limit: 5)
        == near)
    #expect(records.count >= 3)
  }

  /// How the server goes about a statement of the store's own.
  private static func explain(
    _ statement: Statement, _ parameters: String, _ cluster: Cluster, _ database: String
  ) throws -> String {
    try cluster.sql(
      "SET search_path = milequest, public; PREPARE p AS \(statement.sql); "
        + "EXPLAIN EXECUTE p (\(parameters))", in: database)
  }

  /// Adds many short lines and places behind the store's back, so that an index is worth its while.
  private static func fill(_ cluster: Cluster, _ database: String) throws {
    try cluster.sql(
      """
      SET search_path = milequest, public;
      INSERT INTO route_parts (route_id, version, kind, part, piece, is_latest, line)
      SELECT gen_random_uuid(), 1, 'part', 1, 1, true, ST_SetSRID(ST_MakeLine(
        ST_MakePoint(x, y, 0, 0), ST_MakePoint(x + 0.01, y, 0, 1113)), 4326)
      FROM (SELECT 10 + random() * 100 AS x, random() * 60 AS y FROM generate_series(1, 5000)) s;
      INSERT INTO markers (quest_id, team_id, place, version)
      SELECT gen_random_uuid(), gen_random_uuid(),
        ST_SetSRID(ST_MakePoint(random() * 360 - 180, random() * 180 - 90), 4326), 1
      FROM generate_series(1, 20000);
      ANALYZE route_parts; ANALYZE markers;
      """, in: database)
  }

  @Test func markersInABoxComeFromTheIndex() async throws {
    let cluster = try Cluster.shared.get()
    let (store, database) = try await cluster.store()
    let walks = try await Walks(store, teams: 1, people: 1)
    let marker = QuestMarker(
      quest: walks.quests[0], team: walks.teams[0], latitude: 51.000_000_1, longitude: 0.1,
      version: 9)
    try await store.setMarkers([marker])
    try Self.fill(cluster, database)
    let box = Bounds(west: 0, south: 50.9, east: 0.2, north: 51.1)
    #expect(
      try await store.markers(in: box, publicOnly: false, after: nil, limit: 500).contains(marker))
    let plan = try Self.explain(
      ReadStatements.markers, "0, 0.2, 50.9, 51.1, 0, 0.2, NULL, true, 500", cluster, database)
    #expect(plan.contains("markers_place"), "\(plan)")
  }

  private static let ogrinfo = "/usr/bin/ogrinfo"

  /// Whether GDAL is there and speaks PostgreSQL.
  private static let opensPostgreSQL: Bool = {
    guard FileManager.default.fileExists(atPath: ogrinfo), Cluster.isInstalled else { return false }
    let formats = try? Cluster.shared.get().client(ogrinfo, ["--formats"])
    return formats?.contains("PostgreSQL -vector-") == true
  }()

  /// All sample routes and a marker each, opened as a map program opens them.
  @Test(
    .enabled(
      if: opensPostgreSQL,
      "no ogrinfo with the PostgreSQL driver; apt-get install gdal-bin"))
  func ogrinfoOpensTheViews() async throws {
    let cluster = try Cluster.shared.get()
    let routes = try Self.quests()
    let (store, database, _) = try await Self.store(routes)
    let walks = try await Walks(store, teams: routes.count, people: 2 * routes.count)
    for number in 0..<50 { _ = try await store.perform(walks.command(number)) }
    try await store.setMarkers(
      zip(walks.quests, walks.teams).enumerated().map { index, pair in
        QuestMarker(
          quest: pair.0, team: pair.1, latitude: 51 + Double(index), longitude: 0.5, version: 900)
      })
    let pieces = try cluster.sql(
      "SELECT count(*) FROM milequest.route_parts WHERE is_latest",
      in: database
    ).trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(try #require(Int(pieces)) > routes.count)
    for (layer, words) in [
      (
        "route_lines",
        ["Geometry: 3D Measured Line String", "Feature Count: \(pieces)", "length_meters: Real"]
      ),
      (
        "quest_markers",
        [
          "Geometry: Point", "Feature Count: \(routes.count)",
          "Extent: (0.500000, 51.000000) - (0.500000, \(51 + routes.count - 1).000000)",
        ]
      ),
    ] {
      let text = try cluster.client(
        Self.ogrinfo,
        [
          "-so", "-ro", "-oo", "ACTIVE_SCHEMA=milequest",
          "PG:host=\(cluster.folder) user=owner dbname=\(database)", layer,
        ])
      for word in words + ["WGS 84"] { #expect(text.contains(word), "\(layer): \(text)") }
      #expect(!text.contains("ERROR") && !text.contains("Warning"), "\(text)")
    }
  }
}
